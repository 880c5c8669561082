// One launch runs every pixel of a tile to its end; nothing is fetched, compacted or launched again. Divergent lengths
// are met by what is around it: a warp is a patch of neighbours (launch_geometry.hpp), and several tiles are in flight
// (cuda_mapper.cu), so that the end of one, where few threads still run, is filled by the next.
//
// Why this and not another way, by bench/bench_launch, which plays launches with the step counts of real maps, on a model
// of a card with 132 processors (it has not been measured on a card): with patches of 8 x 4 and eight tiles in flight 96%
// of the issue slots do updates that count, on windows [-2, 2]^2 of 2048^2. A kernel that refills each thread from a
// counter could win those 4% at most, and pays for the store and the start of a trajectory in a divergent branch: some
// 150 instructions, for 32 lanes one after the other, against the 2500 updates of 82 that a trajectory takes: 2%. Launches
// of a fixed number of updates with compaction between them waste half a launch a trajectory, 5% for launches of 256, and
// move the state through memory.

#include <string>
#include <type_traits>

#include "cuda_check.hpp"
#include "deadcone/errors.hpp"
#include "launch_geometry.hpp"
#include "map_kernel.hpp"

namespace deadcone {
namespace {

template <Geometry geometry, StopRule rule, class Real>
__global__ void __launch_bounds__(block_threads) map_pixels(const TileTask<Real> task) {
  const TilePixel pixel = pixel_of(static_cast<std::int32_t>(blockIdx.x), static_cast<std::int32_t>(blockIdx.y),
                                   static_cast<std::int32_t>(threadIdx.x));
  if (pixel.w >= task.count_w || pixel.b >= task.count_b) return;
  map_pixel<geometry, rule>(task.dynamics, task.starts, task.results,
                            static_cast<std::int64_t>(pixel.b) * task.count_w + pixel.w);
}

template <class Real>
using Kernel = void (*)(TileTask<Real>);

template <class Real>
Kernel<Real> kernel_for(Geometry geometry, StopRule rule) {
  static_assert(std::is_trivially_copyable_v<TileTask<Real>>);
  if (geometry == Geometry::planar) {
    return rule == StopRule::stationary ? map_pixels<Geometry::planar, StopRule::stationary, Real>
                                        : map_pixels<Geometry::planar, StopRule::update, Real>;
  }
  return rule == StopRule::stationary ? map_pixels<Geometry::general, StopRule::stationary, Real>
                                      : map_pixels<Geometry::general, StopRule::update, Real>;
}

}  // namespace

template <class Real>
void launch_map(Geometry geometry, StopRule rule, const TileTask<Real>& task, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(blocks_across(task.count_w)), static_cast<unsigned>(blocks_down(task.count_b)));
  const Kernel<Real> kernel = kernel_for<Real>(geometry, rule);
  kernel<<<grid, block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
}
template void launch_map(Geometry, StopRule, const TileTask<float>&, cudaStream_t);
template void launch_map(Geometry, StopRule, const TileTask<double>&, cudaStream_t);

void check_kernel_runs_here() {
  cudaFuncAttributes attributes = {};
  const cudaError_t status = cudaFuncGetAttributes(&attributes, kernel_for<float>(Geometry::planar, StopRule::update));
  if (status == cudaSuccess) return;
  cudaGetLastError();
  int device = 0;
  cudaDeviceProp properties = {};
  DEADCONE_CUDA_CHECK(cudaGetDevice(&device));
  DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
  throw DeviceError(std::string("no CUDA device: this deadcone was not built for ") + properties.name +
                    " (compute capability " + std::to_string(properties.major) + "." +
                    std::to_string(properties.minor) + "): " + cudaGetErrorString(status) + "; use --device cpu");
}

}  // namespace deadcone
