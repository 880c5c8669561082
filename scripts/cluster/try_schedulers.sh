#!/usr/bin/env bash
# Tries --shard auto and merge with real schedulers on this one machine: a Slurm array, srun, and mpirun. Installs Slurm and
# Open MPI from Debian, runs its own Slurm in a temporary folder, and compares each merged file with that of one process.
# Needs root, a built program and scripts/setup.sh's Python; leaves the packages and nothing else.
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/../.."
[ "$(id -u)" -eq 0 ] || { echo "try_schedulers: needs root, to install and to run Slurm" >&2; exit 1; }

DEADCONE=${DEADCONE:-$PWD/build/release/deadcone}
export DEADCONE
python=$PWD/.venv/bin/python
scripts=$PWD/scripts/cluster
quick=(--max-updates 60)

DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends --yes \
  munge openmpi-bin slurm-client slurmctld slurmd >/dev/null

work=$(mktemp -d)
own_munge=
cleanup() {
  for pid in "$work"/*.pid; do [ ! -f "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || true; done
  [ -z "$own_munge" ] || kill "$(pidof munged)" || true
  sleep 1
  rm -rf "$work"
}
trap cleanup EXIT

# munge tells Slurm's daemons who is who.
if ! munge -n </dev/null >/dev/null 2>&1; then
  install -d -o munge -g munge -m 755 /run/munge
  runuser -u munge -- munged
  own_munge=yes
fi

host=$(hostname -s)
cat >"$work/slurm.conf" <<CONF
ClusterName=try
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
mkdir "$work/state" "$work/spool"
export SLURM_CONF=$work/slurm.conf
slurmctld
slurmd
for _ in $(seq 30); do [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ] && break; sleep 1; done
sinfo

compare() {
  "$python" - "$1" "$2" <<'PYTHON'
import sys
import h5py
with h5py.File(sys.argv[1]) as merged, h5py.File(sys.argv[2]) as whole:
    assert list(merged) == list(whole)
    wrong = [n for n in whole if n != "seconds" and merged[n][...].tobytes() != whole[n][...].tobytes()]
    assert not wrong, wrong
    print("the same bits in", len(list(whole)) - 1, "datasets of", whole["point_done"].size, "points")
PYTHON
}

cd "$work"
mkdir whole && (cd whole && OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 "$scripts/mpirun.sh" "${quick[@]}")

try() {
  local name=$1 count=$2
  shift 2
  echo "== $name"
  mkdir "$work/$name"
  cd "$work/$name"
  "$@"
  ls
  "$DEADCONE" merge sweep.h5 sweep.*-of-"$count".h5
  compare sweep.h5 "$work/whole/sweep.1-of-1.h5"
}
# Three tasks of an array, then the two that are missing.
slurm_array_in_two() {
  PARTS=5 sbatch --wait --quiet --array=1,3,4 "$scripts/slurm_array.sh" "${quick[@]}"
  PARTS=5 sbatch --wait --quiet --array=2,5 "$scripts/slurm_array.sh" "${quick[@]}"
}
# A batch script of two tasks runs once, outside srun: it is refused.
batch_script_without_srun() {
  ! sbatch --wait --quiet --ntasks=2 --wrap "$scripts/mpirun.sh ${quick[*]}" && grep -q 'srun did not start' slurm-*.out
  rm slurm-*.out
  sbatch --wait --quiet --ntasks=2 --wrap "srun $scripts/mpirun.sh ${quick[*]}"
}
try slurm-array 5 slurm_array_in_two
try sbatch-with-srun 2 batch_script_without_srun
try srun 2 srun --ntasks=2 "$scripts/mpirun.sh" "${quick[@]}"
try mpirun 3 mpirun --allow-run-as-root --oversubscribe -n 3 "$scripts/mpirun.sh" "${quick[@]}"
echo "try_schedulers: all are the same"
