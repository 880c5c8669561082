#!/bin/bash
# A sweep as a Slurm array: each task computes its part into a file of its own.
#   PARTS=8 sbatch --array=1-8 scripts/cluster/slurm_array.sh
#   then, when all have ended: deadcone merge sweep.h5 sweep.*-of-8.h5
#SBATCH --job-name=deadcone
#SBATCH --cpus-per-task=1
#SBATCH --signal=B:TERM@60
# A task that runs out of time continues where it stopped when it is submitted again, alone, too:
#   PARTS=8 sbatch --array=3,7 scripts/cluster/slurm_array.sh
set -euo pipefail

exec "${DEADCONE:-deadcone}" sweep --beta 0:0.99:16 --gamma log:0.01:1:16 --w -2:2:256 --b -2:2:256 \
  --progress none --shard "auto/${PARTS:?set PARTS to the number of parts}" --resume --out sweep.h5 "$@"
