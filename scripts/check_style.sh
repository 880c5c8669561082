#!/usr/bin/env bash
# Checks the style of the C++ sources: clang-format, and clang-tidy on the release build.
#   scripts/check_style.sh [--fix]    --fix lets clang-format rewrite
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp' '*.cu')
if [ "${1:-}" = --fix ]; then
  clang-format -i "${sources[@]}"
else
  clang-format --dry-run --Werror "${sources[@]}"
fi
cmake --preset release >/dev/null
clang-tidy --quiet --warnings-as-errors='*' -p build/release host/*.cpp
