#!/usr/bin/env bash
# Makes build/gpu-bundle: everything that a machine with a GPU needs to check and to time deadcone there, though it has none
# of the packages and no network. Copy the folder there and run its gpu_check.sh, or run that here.
#   CUDA_ARCHITECTURES=90 scripts/gpu/bundle.sh    for which cards, as CMake calls them; 90: H100, H200
set -euo pipefail
CDPATH= cd -- "$(dirname -- "$0")/../.."
build=build/gpu bundle=build/gpu-bundle

scripts/setup.sh --no-package
# NAME of a folder, TARGET...: builds programs that look for libraries in that folder, seen from their own, and in no other
# outside the bundle. Their libraries' libraries are looked for there, too, which is what the old kind of tag is for.
build_programs() {
  local folder=$1
  shift
  cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DDEADCONE_ENABLE_CUDA=ON \
    -DCMAKE_CUDA_ARCHITECTURES="${CUDA_ARCHITECTURES:-90}" \
    -DCMAKE_EXE_LINKER_FLAGS="-Wl,-rpath,\$ORIGIN/$folder -Wl,--disable-new-dtags"
  cmake --build "$build" --parallel --target "$@"
}
programs=(bench/bench_gpu bench/bench_mapper bench/plain_cuda deadcone tests/deadcone_tests)
build_programs lib deadcone_program
build_programs ../lib deadcone_tests bench_gpu bench_mapper plain_cuda

rm -rf "$bundle"
mkdir -p "$bundle/lib" "$bundle/suite" "$bundle/peers"
for program in "${programs[@]}"; do
  mkdir -p "$bundle/$(dirname "$program")"
  strip -o "$bundle/$program" "$build/$program"
done
# All libraries but those of the C library, which every machine has and which must fit its loader.
for program in "${programs[@]}"; do ldd "$build/$program"; done | awk '$3 ~ /^\// { print $3 }' | sort -u |
  grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|ld-linux[^/]*)\.so' | xargs cp -L -t "$bundle/lib"
scripts/check_rpath.sh "${programs[@]/#/$bundle/}" "$bundle"/lib/*
cp bench/suite/*.py "$bundle/suite"
cp bench/peers/*.py "$bundle/peers"
cp scripts/gpu/check.sh "$bundle/gpu_check.sh"
du -sh "$bundle"
