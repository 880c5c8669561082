#!/usr/bin/env bash
# Checks deadcone on a GPU and times it there. Part of what scripts/gpu/bundle.sh makes; run it in that folder:
#   gpu_check.sh [OUT]          OUT: a folder for logs and results (./results)
# Its steps: the tests, none of which may be skipped for lack of a GPU; compute-sanitizer on small sweeps; sweeps whose files
# must have the bits of the CPU's; how fast births are; the benchmark. Exit status 0 if all went well. The benchmark needs python3 with NumPy, and
# times the peers that are installed (CuPy, Numba, JAX, PyTorch).
set -uo pipefail
CDPATH= cd -- "$(dirname -- "$0")" || exit
if [ ! -x deadcone ]; then
  echo "gpu_check: run it in the folder that scripts/gpu/bundle.sh makes" >&2
  exit 2
fi
out=${1:-results}
mkdir -p "$out"
failed=()
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step() {  # NAME COMMAND...: runs it, its output in OUT/NAME.log
  local name=$1 begin=$SECONDS
  shift
  if "$@" >"$out/$name.log" 2>&1; then
    echo "gpu_check: $name: passed ($((SECONDS - begin)) s)"
  else
    echo "gpu_check: $name: FAILED ($((SECONDS - begin)) s), the end of $out/$name.log:"
    tail -n 15 "$out/$name.log"
    failed+=("$name")
  fi
}

tests() {
  # Those of the CPU alone have run on the build machine.
  DEADCONE_REQUIRE_GPU=1 ./tests/deadcone_tests --gtest_filter='*cuda*:*Cuda*:MakeMapper*:Launch*:BatchGeometry*:DeviceCounts*:TileLayout*:RowBands*'
}

sanitized() {  # TOOL
  if ! command -v compute-sanitizer >/dev/null; then
    echo "compute-sanitizer is not on the PATH"
    return 1
  fi
  local sweep="./deadcone sweep --dry-run --device cuda --quiet --w -2:2:40 --b -2:2:24 --max-updates 300 --fields steps,final,loss"
  local births="./deadcone birth --dry-run --device cuda --quiet --width 5 --depth 4 --points 20 --bias init --networks 300"
  local precision
  for precision in float double; do
    # shellcheck disable=SC2086  # a list of words
    compute-sanitizer --tool "$1" --error-exitcode 9 $sweep --precision $precision --r 0,0.5 || return
    # shellcheck disable=SC2086
    compute-sanitizer --tool "$1" --error-exitcode 9 $births --precision $precision || return
  done
}

same_bits_as_the_cpu() {
  local precision
  for precision in float double; do
    ./deadcone sweep --device cuda --quiet --overwrite --beta 0,0.7,0.9,0.97 --gamma 1,0.1 --r 0,0.5 --delta 0,0.1 \
      --w -2:2:200 --b -2:2:160 --fields steps,final,loss --precision $precision --out "$scratch/gpu.h5" || return
    ./deadcone verify "$scratch/gpu.h5" || return
    ./deadcone birth --device cuda --quiet --overwrite --width 3,8 --depth 4,9 --points 4,40 --bias init --networks 20000 \
      --precision $precision --out "$scratch/births.h5" || return
    ./deadcone verify --all "$scratch/births.h5" || return
  done
  # Maps of several tiles, one of them with a long tail: every pixel once more by the scalar path.
  ./deadcone sweep --device cuda --quiet --overwrite --gamma 1,0.1 --w -2:2:1000 --b -2:2:700 --fields steps,final \
    --out "$scratch/gpu.h5" || return
  ./deadcone verify --all "$scratch/gpu.h5"
}

if command -v nvidia-smi >/dev/null; then nvidia-smi >"$out/device.log" 2>&1; fi
step tests tests
step memcheck sanitized memcheck
step racecheck sanitized racecheck
step initcheck sanitized initcheck
step same_bits same_bits_as_the_cpu
step births ./deadcone birth --device cuda --dry-run --progress plain --width 8 --depth 20 --dimension 8 --points 100 --networks 3000000
step benchmark python3 suite/bench_gpu.py --build . --out "$out"
if [ ${#failed[@]} -gt 0 ]; then
  echo "gpu_check: failed: ${failed[*]}"
  exit 1
fi
echo "gpu_check: all passed; the results are in $out"
