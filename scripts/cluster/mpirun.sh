#!/bin/bash
# A sweep under mpirun or srun: each rank computes its part into a file of its own. No rank talks with another.
#   mpirun -n 8 scripts/cluster/mpirun.sh            srun --ntasks=8 scripts/cluster/mpirun.sh
#   then: deadcone merge sweep.h5 sweep.*-of-8.h5
set -euo pipefail

exec "${DEADCONE:-deadcone}" sweep --beta 0:0.99:16 --gamma log:0.01:1:16 --w -2:2:256 --b -2:2:256 \
  --threads "${DEADCONE_THREADS:-1}" --progress none --shard auto --resume --out sweep.h5 "$@"
