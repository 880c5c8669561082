#!/bin/bash
# A sweep as a Slurm array: each task computes its part into a file of its own.
#   sbatch --array=1-8 scripts/cluster/slurm_array.sh
#   then, when all have ended: deadcone merge sweep.h5 sweep.*-of-8.h5
#SBATCH --job-name=deadcone
#SBATCH --cpus-per-task=1
#SBATCH --signal=B:TERM@60
# If a task runs out of time, submit it again with the same command: it continues where it stopped.
set -euo pipefail

exec "${DEADCONE:-deadcone}" sweep --beta 0:0.99:16 --gamma log:0.01:1:16 --w -2:2:256 --b -2:2:256 \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --progress none --shard auto --resume --out sweep.h5 "$@"
