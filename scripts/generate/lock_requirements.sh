#!/usr/bin/env bash
# Makes scripts/requirements.lock: of each package that scripts/requirements.txt names, and of each that those need, the newest
# release for Python 3.11 and later, with the hashes of its files. Run it after a change of the ranges, or for newer releases.
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check uv
{
  echo "# Made by scripts/generate/lock_requirements.sh from scripts/requirements.txt."
  "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    scripts/requirements.txt
} >"$work/lock"
mv "$work/lock" scripts/requirements.lock
