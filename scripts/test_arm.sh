#!/usr/bin/env bash
# Builds deadcone for 64-bit ARM and runs the suites of its loops under qemu, on processors without SVE and with SVE of both widths
# that are built; then compares a map with the one that this machine's own program computes, bit by bit. On Debian or Ubuntu for
# x86-64, with an x86-64 build in build/release. Takes a quarter of an hour; CI does not run it.
#   scripts/test_arm.sh
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/.."

work=$PWD/build/arm64 native=build/release/deadcone
sysroot=$work/sysroot
if [ ! -x "$native" ]; then
  echo "test_arm: there is no $native; build it first: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi
for command in aarch64-linux-gnu-g++ qemu-aarch64-static; do
  if ! command -v "$command" >/dev/null; then
    echo "test_arm: there is no $command; run: sudo apt-get install g++-aarch64-linux-gnu qemu-user-static" >&2
    exit 1
  fi
done

# The libraries for ARM go into a folder: as packages of this system they would replace those for x86-64. apt works on lists and
# a state of its own there, in which nothing is installed, so that it downloads all that they depend on, too.
if [ ! -e "$sysroot/complete" ]; then
  mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$sysroot"
  : >"$work/apt/status"
  apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$work/apt"
       -o Dir::State::lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/apt"
       -o Dir::Cache::archives="$work/apt/archives" -o Debug::NoLocking=true)
  "${apt[@]}" update
  "${apt[@]}" install --download-only --yes --no-install-recommends libc6-dev libcli11-dev libgtest-dev libhdf5-dev libhwy-dev \
    libisal-dev libstdc++-12-dev libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev
  for package in "$work"/apt/archives/*.deb; do dpkg --extract "$package" "$sysroot"; done
  touch "$sysroot/complete"
fi

cmake -S . -B "$work/build" -DCMAKE_TOOLCHAIN_FILE=scripts/cmake/aarch64.cmake -DDEADCONE_SYSROOT="$sysroot" \
  -DCMAKE_BUILD_TYPE=Release -DDEADCONE_ENABLE_CUDA=OFF -DDEADCONE_BUILD_BENCH=OFF -DDEADCONE_WERROR=ON
cmake --build "$work/build" --parallel "$(nproc)" --target deadcone_program deadcone_tests

# By the instruction set that a processor must choose: what qemu is told of it.
declare -A processors=([NEON]=max,sve=off [SVE-256]=max,sve-default-vector-length=32 [SVE2-128]=max,sve-default-vector-length=16)
declare -A names=([NEON]=neon [SVE-256]=sve_256 [SVE2-128]=sve2_128)
declare -A sweeps=([float]="--precision float --fields steps,final,loss" [double]="--precision double --fields steps,final,loss"
                   [certified]="--certify --fields steps")
# sweep KIND FILE PROGRAM...
sweep() {
  local options
  read -ra options <<<"${sweeps[$1]}"
  rm -f "$2"
  "${@:3}" sweep --beta 0,0.7,0.9 --gamma 0.1,1 --delta 0,0.3 --r 0,0.5 --w -2:2:40 --b -2:2:40 --max-updates 2000 --device cpu \
    --threads 2 --quiet "${options[@]}" --out "$2"
}
for kind in "${!sweeps[@]}"; do sweep "$kind" "$work/native-$kind.h5" "$native"; done
# check SET: the suites and the maps on its processor.
check() {
  local set=$1 kind field run
  run=(qemu-aarch64-static -cpu "${processors[$set]}" -L "$sysroot")
  echo "test_arm: $set, on qemu's ${processors[$set]}"
  # The scalar loop is that of every machine: of the mapper's suite only what this set adds, on one thread.
  "${run[@]}" "$work/build/tests/deadcone_tests" --gtest_brief=1 \
    --gtest_filter="All/Simd.*:InstructionSets.*:*/MapperTest.*/${names[$set]}_1_*:Arithmetic*:*Normal*"
  for kind in "${!sweeps[@]}"; do
    sweep "$kind" "$work/$set-$kind.h5" "${run[@]}" "$work/build/deadcone"
    [[ $("$native" info "$work/$set-$kind.h5") == *", $set,"* ]] || { echo "test_arm: it did not run in $set" >&2; exit 1; }
    for field in fate steps proof r_final w_final b_final loss_final; do
      h5ls "$work/native-$kind.h5/$field" >/dev/null 2>&1 || continue
      h5diff "$work/native-$kind.h5" "$work/$set-$kind.h5" "/$field" || { echo "test_arm: $field of $kind differs" >&2; exit 1; }
    done
  done
}
# All at once: qemu is slow. The first that fails ends the script.
for set in "${!processors[@]}"; do check "$set" & done
for set in "${!processors[@]}"; do wait -n; done
echo "test_arm: the suites pass, and all maps have the bits of $native"
