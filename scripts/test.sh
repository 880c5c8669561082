#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests through ctest.
#   scripts/test.sh          the quick ones
#   scripts/test.sh --slow   and those labelled slow
#   scripts/test.sh --all    and the quick ones again under the sanitizers, as CI does
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/.."

build_and_test() {
  local preset=$1
  shift
  # One GPU architecture and its PTX are enough to check that CUDA code compiles.
  cmake --preset "$preset" -DDEADCONE_WERROR=ON -DCMAKE_CUDA_ARCHITECTURES=90
  cmake --build --preset "$preset" --parallel "$(nproc)"
  if [ "$preset" = release ]; then scripts/setup.sh --browser; fi  # installs the package that is built
  ctest --preset "$preset" --parallel "$(nproc)" "$@"
}

case "${1:-}" in
  "") slow=() sanitizers=() ;;
  --slow) slow=(--build-config Slow) sanitizers=() ;;
  --all) slow=(--build-config Slow) sanitizers=(asan tsan) ;;
  *)
    echo "test: unknown argument $1; use --slow, --all or nothing" >&2
    exit 2
    ;;
esac

scripts/setup.sh --browser --no-package
build_and_test release "${slow[@]}"
for preset in "${sanitizers[@]}"; do build_and_test "$preset"; done
