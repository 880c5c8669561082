#!/usr/bin/env bash
# From a fresh machine to the paper's Figure 4: installs what is missing, builds, runs the sweep and draws it. Leaves
# out/fig4.h5 and out/fig4.png. RESOLUTION=N makes the maps N x N; arguments are handed to `deadcone sweep`.
set -euo pipefail
cd "$(dirname "$0")/.."

resolution=${RESOLUTION:-512}

scripts/setup.sh
mkdir -p build out
log=build/run.log
cmake --preset release >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
cmake --build --preset release --parallel --target deadcone_program >>"$log" 2>&1 || { cat "$log" >&2; exit 1; }

build/release/deadcone sweep --beta 0,0.7,0.8,0.9,0.95,0.99 --gamma 1,0.1,0.01 --eta 0.1 \
  --w "-2:2:$resolution" --b "-2:2:$resolution" --fields steps,final --out out/fig4.h5 --overwrite "$@"
.venv/bin/python scripts/plots/plot_sweep.py out/fig4.h5 --out out/fig4.png
echo "out/fig4.h5 and out/fig4.png are ready"
