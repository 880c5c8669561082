#!/usr/bin/env bash
# Checks the style of everything that is compiled: clang-format on every C++ and CUDA source, clang-tidy on every .cpp with the
# flags of compile_commands.json, tests and benchmark included.
#   scripts/check_style.sh [--fix] [FILE...]    --fix lets clang-format rewrite; FILE...: check these only
# clang-tidy 14 cannot read .cu files; those are formatted only. Without nvcc, sources that need CUDA are skipped.
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/.."

fix=
if [ "${1:-}" = --fix ]; then fix=yes; shift; fi
if [ $# -gt 0 ]; then sources=("$@"); else mapfile -t sources < <(git ls-files '*.cpp' '*.hpp' '*.cu'); fi
if [ -n "$fix" ]; then
  clang-format -i "${sources[@]}"
else
  clang-format --dry-run --Werror "${sources[@]}"
fi

# clang-tidy takes the flags of a file that is not in compile_commands.json from its neighbours: the compressor and the mapper
# that this configuration leaves out, and the programs that use an installed deadcone.
mkdir -p build
log=build/style.log
cmake -S . -B build/style -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DDEADCONE_BUILD_TESTS=ON \
  -DDEADCONE_BUILD_BENCH=ON -DCMAKE_CUDA_ARCHITECTURES=90 >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
mapfile -t checked < <(printf '%s\n' "${sources[@]}" | grep '\.cpp$')
if ! grep -q 'CUDA mapper ON' "$log"; then
  echo "check_style: no nvcc: clang-tidy skips what needs CUDA" >&2
  mapfile -t checked < <(printf '%s\n' "${checked[@]}" | grep -Ev '^kernels/|bench_gpu|cuda_devices_test|fake_cuda')
fi
# GCC's and nvcc's flags are not all clang's.
printf '%s\n' "${checked[@]}" |
  xargs --no-run-if-empty --max-procs="$(nproc)" --max-args=1 \
    clang-tidy --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option \
      --extra-arg=-Wno-unused-command-line-argument --extra-arg="-I$PWD/include" -p build/style 2> >(grep -vE '^[0-9]+ warnings? .*generated' >&2)
echo "check_style: the style is as it should be"
