// One launch runs every pixel of a tile to its end, or for about half a second: no thread is refilled, and nothing is
// compacted.
// Two things keep the card busy though trajectories last unequally long: a warp is a patch of neighbours, which last
// nearly equally long (geometry.hpp), and many tiles are in flight (mapper.cpp), so that the next tiles fill the end of
// one, where few of its threads still run.
//
// bench_launch plays launches with the updates of real maps on a model of a card; bench/results/launch.md has all of it.
// On maps of 2048^2, 98% of the lanes work while their warp runs (94 to 95% where a warp is a row), and with eight tiles
// in flight or more 94, 95 and 88% of all issue slots make updates that count (58% with one). The alternatives, by the
// same model, are no better:
//
//   refill a thread from a counter   wins up to 2% of the lanes, and loses 3%: the 150 instructions of an end and a start
//                                    run for each of 32 lanes alone, on their 2500 updates of 55 instructions
//   compact after some updates       loses half a launch for each trajectory, 5% for launches of 256 updates, and moves
//                                    all state through memory

#include <string>
#include <type_traits>

#include "runtime/check.hpp"
#include "runtime/devices.hpp"
#include "unit/kernel.hpp"

namespace deadcone {
namespace {

/// The blocks for which a processor has registers, 64 a thread in float and 168 in double: so the compiler spills none.
template <class Real>
constexpr int least_blocks = sizeof(Real) == sizeof(float) ? 8 : 3;

template <Geometry geometry, bool certify, class Real>
__global__ void __launch_bounds__(block_threads, least_blocks<Real>) map_pixels(const TileTask<Real> task) {
  run_thread<geometry, certify>(task, blockIdx.x, static_cast<std::int32_t>(threadIdx.x));
}

template <Geometry geometry, bool certify, class Real>
__global__ void __launch_bounds__(block_threads, least_blocks<Real>) map_batch(const BatchTask<Real> task) {
  run_thread<geometry, certify>(task, blockIdx.x, static_cast<std::int32_t>(threadIdx.x));
}

template <class Task>
using Kernel = void (*)(Task);

// They capture nothing: with [] nvcc warns of the pointers to functions that such lambdas could be.
template <class Real>
void set_kernel(const Variant& variant, Kernel<TileTask<Real>>& kernel) {
  with_variant(variant, [&]<Geometry geometry, bool certify>() { kernel = map_pixels<geometry, certify, Real>; });
}
template <class Real>
void set_kernel(const Variant& variant, Kernel<BatchTask<Real>>& kernel) {
  with_variant(variant, [&]<Geometry geometry, bool certify>() { kernel = map_batch<geometry, certify, Real>; });
}

template <class Task>
Kernel<Task> kernel_for(const Variant& variant) {
  static_assert(std::is_trivially_copyable_v<Task>);
  Kernel<Task> kernel = nullptr;
  set_kernel(variant, kernel);
  return kernel;
}

/// Loads the kernels for a kind of tasks onto the current device.
template <class Task>
cudaError_t load() {
  for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
    for (const bool certify : {false, true}) {
      cudaFuncAttributes attributes = {};
      const cudaError_t status = cudaFuncGetAttributes(&attributes, kernel_for<Task>({geometry, certify}));
      if (status != cudaSuccess) return status;
    }
  }
  return cudaSuccess;
}

cudaError_t load_all() {
  for (const auto load_some :
       {load<TileTask<float>>, load<TileTask<double>>, load<BatchTask<float>>, load<BatchTask<double>>}) {
    const cudaError_t status = load_some();
    if (status != cudaSuccess) return status;
  }
  for (const void* kernel : general_kernels()) {
    cudaFuncAttributes attributes = {};
    const cudaError_t status = cudaFuncGetAttributes(&attributes, kernel);
    if (status != cudaSuccess) return status;
  }
  return cudaSuccess;
}

}  // namespace

template <class Task>
void launch_map(const Variant& variant, const Task& task, cudaStream_t stream) {
  const Kernel<Task> kernel = kernel_for<Task>(variant);
  kernel<<<static_cast<unsigned>(blocks_of(task)), block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
}
template void launch_map(const Variant&, const TileTask<float>&, cudaStream_t);
template void launch_map(const Variant&, const TileTask<double>&, cudaStream_t);
template void launch_map(const Variant&, const BatchTask<float>&, cudaStream_t);
template void launch_map(const Variant&, const BatchTask<double>&, cudaStream_t);

std::string load_kernels() {
  return load_problem(load_all());
}

}  // namespace deadcone
