#!/usr/bin/env bash
# Checks the style of the C++ sources: clang-format, and clang-tidy on host/.
#   scripts/check_style.sh [--fix]    --fix lets clang-format rewrite
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp' '*.cu')
if [ "${1:-}" = --fix ]; then
  clang-format -i "${sources[@]}"
else
  clang-format --dry-run --Werror "${sources[@]}"
fi
# Without CUDA, so that every file of host/ is among the compile commands; GCC's warnings are not all clang's.
cmake --preset debug -DDEADCONE_ENABLE_CUDA=OFF -DDEADCONE_BUILD_TESTS=OFF >/dev/null
printf '%s\n' host/*/*.cpp |
  xargs --max-procs="$(nproc)" --max-args=4 \
    clang-tidy --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option -p build/debug
echo "check_style: the style is as it should be"
