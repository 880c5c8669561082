// One launch runs every pixel of a tile to its end: no thread is refilled, and nothing is compacted or launched again.
// Two things keep the card busy though trajectories last unequally long: a warp is a patch of neighbours, which last
// nearly equally long (geometry.hpp), and many tiles are in flight (mapper.cpp), so that the next tiles fill the end of
// one, where few of its threads still run.
//
// bench_launch plays launches with the updates of real maps on a model of a card; bench/results/launch.md has all of it.
// On maps of 2048^2, 98% of the lanes work while their warp runs (94 to 95% where a warp is a row), and with eight tiles
// in flight or more 95, 96 and 88% of all issue slots make updates that count (65% with one). The alternatives, by the
// same model, are no better:
//
//   refill a thread from a counter   wins up to 2% of the lanes, and loses 2%: the 150 instructions of an end and a start
//                                    run for each of 32 lanes alone, on their 2500 updates of 82 instructions
//   compact after some updates       loses half a launch for each trajectory, 5% for launches of 256 updates, and moves
//                                    all state through memory

#include <string>
#include <type_traits>

#include "deadcone/errors.hpp"
#include "runtime/check.hpp"
#include "unit/geometry.hpp"
#include "unit/kernel.hpp"

namespace deadcone {
namespace {

template <Geometry geometry, bool certify, class Real>
__global__ void __launch_bounds__(block_threads) map_pixels(const TileTask<Real> task) {
  const TilePixel pixel = pixel_of(static_cast<std::int32_t>(blockIdx.x), static_cast<std::int32_t>(blockIdx.y),
                                   static_cast<std::int32_t>(threadIdx.x));
  if (pixel.w >= task.count_w || pixel.b >= task.count_b) return;
  const std::int64_t i = static_cast<std::int64_t>(pixel.b) * task.count_w + pixel.w;
  if (i >= task.pixels) return;
  map_pixel<geometry, certify>(task.dynamics, task.starts, task.results, i);
}

template <class Real>
using Kernel = void (*)(TileTask<Real>);

template <class Real>
Kernel<Real> kernel_for(const Variant& variant) {
  static_assert(std::is_trivially_copyable_v<TileTask<Real>>);
  // Captures nothing: with [] nvcc warns of the pointer to a function that such a lambda could be.
  return with_variant(
      variant, [&]<Geometry geometry, bool certify>() -> Kernel<Real> { return map_pixels<geometry, certify, Real>; });
}

}  // namespace

template <class Real>
void launch_map(const Variant& variant, const TileTask<Real>& task, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(blocks_across(task.count_w)), static_cast<unsigned>(blocks_down(task.count_b)));
  const Kernel<Real> kernel = kernel_for<Real>(variant);
  kernel<<<grid, block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
}
template void launch_map(const Variant&, const TileTask<float>&, cudaStream_t);
template void launch_map(const Variant&, const TileTask<double>&, cudaStream_t);

void check_kernel_runs_here() {
  cudaFuncAttributes attributes = {};
  const cudaError_t status = cudaFuncGetAttributes(&attributes, kernel_for<float>({Geometry::planar, false}));
  if (status == cudaSuccess) return;
  cudaGetLastError();
  int device = 0;
  cudaDeviceProp properties = {};
  DEADCONE_CUDA_CHECK(cudaGetDevice(&device));
  DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
  throw DeviceError(std::string("no CUDA device: this deadcone was not built for ") + properties.name +
                    " (compute capability " + std::to_string(properties.major) + "." +
                    std::to_string(properties.minor) + "): " + cudaGetErrorString(status));
}

}  // namespace deadcone
