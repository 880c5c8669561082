#!/usr/bin/env bash
# The benchmark: builds, verifies and times everything that runs on this machine, and writes bench/results/. Arguments go to
# bench/suite/bench.py. Peers that are not installed are left out; PYTHON=... uses another environment.
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/.."

scripts/setup.sh
mkdir -p build
log=build/bench.log
cmake --preset release -DDEADCONE_BUILD_BENCH=ON >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
cmake --build --preset release --parallel >>"$log" 2>&1 || { cat "$log" >&2; exit 1; }
exec "${PYTHON:-.venv/bin/python}" bench/suite/bench.py "$@"
