// One launch runs every pixel of a tile to its end; nothing is fetched, compacted or launched again. Divergent lengths
// are met by what is around it: a warp is a patch of neighbours (launch_geometry.hpp), and several tiles are in flight
// (cuda_mapper.cpp), so that the end of one, where few threads still run, is filled by the next.
//
// Why this and not another way, as long as none has been measured on a card: bench_launch plays launches with the step
// counts of real maps (bench/results/launch.md). On maps of 2048^2 98% of the lanes work while their warp runs, against
// 94 to 95% where a warp is a row; with eight tiles in flight or more 95, 96 and 88% of all issue slots make updates
// that count, against 65% with one. So a kernel that refilled its threads from a counter could win 2% of the lanes, and
// would pay for it: the end and the start of a trajectory, some 150 instructions, would run for each of 32 lanes alone,
// on 2500 updates of 82 instructions that they make together: 2%, too. Launches of a fixed number of updates, with
// compaction between them, would lose half a launch for every trajectory (5% for launches of 256) and move the state
// through memory.

#include <string>
#include <type_traits>

#include "runtime/check.hpp"
#include "deadcone/errors.hpp"
#include "unit/geometry.hpp"
#include "unit/kernel.hpp"

namespace deadcone {
namespace {

template <Geometry geometry, StopRule rule, bool certify, class Real>
__global__ void __launch_bounds__(block_threads) map_pixels(const TileTask<Real> task) {
  const TilePixel pixel = pixel_of(static_cast<std::int32_t>(blockIdx.x), static_cast<std::int32_t>(blockIdx.y),
                                   static_cast<std::int32_t>(threadIdx.x));
  if (pixel.w >= task.count_w || pixel.b >= task.count_b) return;
  const std::int64_t i = static_cast<std::int64_t>(pixel.b) * task.count_w + pixel.w;
  if (i >= task.pixels) return;
  map_pixel<geometry, rule, certify>(task.dynamics, task.starts, task.results, i);
}

template <class Real>
using Kernel = void (*)(TileTask<Real>);

template <class Real>
Kernel<Real> kernel_for(const Variant& variant) {
  static_assert(std::is_trivially_copyable_v<TileTask<Real>>);
  // Captures nothing: with [] nvcc warns of the pointer to a function that such a lambda could be.
  return with_variant(variant, [&]<Geometry geometry, StopRule rule, bool certify>() -> Kernel<Real> {
    return map_pixels<geometry, rule, certify, Real>;
  });
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
  const cudaError_t status =
      cudaFuncGetAttributes(&attributes, kernel_for<float>({Geometry::planar, StopRule::update, false}));
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
