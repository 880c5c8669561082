#!/usr/bin/env bash
# Installs what deadcone needs: system packages with apt where that is allowed, Python packages into .venv; then builds the Python
# package deadcone and installs it there, too. Run it from anywhere. What is installed already it leaves.
#   scripts/setup.sh --browser       also installs the browser that the atlas is tested in
#   scripts/setup.sh --no-package    does not build the Python package; run.sh and test.sh call it so
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/.."

packages=(build-essential ca-certificates cmake git hdf5-tools libcli11-dev libgtest-dev libhdf5-dev libhwy-dev libisal-dev
          libjs-leaflet libtomlplusplus-dev netcdf-bin nlohmann-json3-dev python3 python3-dev python3-venv)
package=yes browser=
for argument in "$@"; do
  case "$argument" in
    --browser) browser=yes ;;
    --no-package) package= ;;
    *)
      echo "setup: unknown argument $argument; use --browser or --no-package" >&2
      exit 2
      ;;
  esac
done
# Ubuntu has the browser as a snap only, which containers do not run: left out there.
if [ -n "$browser" ] && grep -qsx 'ID=debian' /etc/os-release; then packages+=(chromium chromium-driver); fi

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    command -v cmake >/dev/null && return  # not Debian: assume that the packages are installed
    echo "setup: install a C++20 compiler, CMake 3.25, HDF5 (serial, with its HL library), Highway, CLI11, toml++, nlohmann-json, GoogleTest, Python 3 with its headers and venv" >&2
    return 1
  fi
  local missing apt=()
  missing=$(missing_packages | tr '\n' ' ')
  [ -z "$missing" ] && return
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "setup: packages are missing; run: sudo apt-get install $missing" >&2
      return 1
    fi
    apt=(sudo)
  fi
  echo "setup: installing $missing" >&2
  apt+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  "${apt[@]}" update
  # shellcheck disable=SC2086  # a list of words
  "${apt[@]}" install --no-install-recommends --yes $missing >/dev/null
}

install_python() {
  local lock=scripts/requirements.lock stamp=.venv/requirements.sum sum
  sum=$(sha256sum "$lock")
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && .venv/bin/python -c '' 2>/dev/null && return
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "setup: Python 3.11 or later is needed; python3 is $(python3 --version 2>&1)" >&2
    return 1
  fi
  echo "setup: making the Python environment .venv" >&2
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  echo "$sum" >"$stamp"
}

# In the folder of the release preset, with its options: what is compiled for the one is there for the other.
install_package() {
  echo "setup: building the Python package" >&2
  local log=build/setup.log option options=(--config-settings=build-dir=build/release)
  for option in CLI TESTS BENCH; do options+=("--config-settings=cmake.define.DEADCONE_BUILD_$option=ON"); done
  mkdir -p build
  CMAKE_GENERATOR=${CMAKE_GENERATOR:-Unix Makefiles} CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} \
    .venv/bin/pip install --disable-pip-version-check --no-build-isolation --no-deps "${options[@]}" . >"$log" 2>&1 ||
    { cat "$log" >&2; return 1; }
}

install_packages
install_python
if [ -n "$package" ]; then install_package; fi
