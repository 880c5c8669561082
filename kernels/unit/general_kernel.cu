// The kernels for any unit under any optimiser: for each family of units and precision one that runs trajectories, and one that
// measures their orbits. Apart, since the second needs registers that would slow the first down.

#include <type_traits>
#include <vector>

#include "deadcone/unit/families.hpp"
#include "runtime/check.hpp"
#include "unit/kernel.hpp"

namespace deadcone {
namespace {

template <class Family, class Real>
__global__ void __launch_bounds__(block_threads) map_general(const GeneralTask<Real> task) {
  run_general_thread<Family>(task, blockIdx.x, static_cast<std::int32_t>(threadIdx.x));
}

template <class Family, class Real>
__global__ void __launch_bounds__(block_threads) measure_general(const GeneralTask<Real> task) {
  measure_thread<Family>(task, blockIdx.x, static_cast<std::int32_t>(threadIdx.x));
}

template <class Real>
using Kernel = void (*)(GeneralTask<Real>);

// It captures nothing: with [] nvcc warns of the pointers to functions that such lambdas could be.
template <class Real>
Kernel<Real> kernel_for(UnitKind kind) {
  static_assert(std::is_trivially_copyable_v<GeneralTask<Real>>);
  Kernel<Real> kernel = nullptr;
  unit::with_family(kind, [&]<class Family>() { kernel = map_general<Family, Real>; });
  return kernel;
}
template <class Real>
Kernel<Real> measuring_kernel_for(UnitKind kind) {
  Kernel<Real> kernel = nullptr;
  unit::with_family(kind, [&]<class Family>() { kernel = measure_general<Family, Real>; });
  return kernel;
}

template <class Real>
void launch(Kernel<Real> kernel, const GeneralTask<Real>& task, cudaStream_t stream) {
  kernel<<<static_cast<unsigned>(blocks_of(task)), block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
}

}  // namespace

template <class Real>
void launch_general(UnitKind kind, const GeneralTask<Real>& task, cudaStream_t stream) {
  launch(kernel_for<Real>(kind), task, stream);
}
template void launch_general(UnitKind, const GeneralTask<float>&, cudaStream_t);
template void launch_general(UnitKind, const GeneralTask<double>&, cudaStream_t);

template <class Real>
void launch_measures(UnitKind kind, const GeneralTask<Real>& task, cudaStream_t stream) {
  launch(measuring_kernel_for<Real>(kind), task, stream);
}
template void launch_measures(UnitKind, const GeneralTask<float>&, cudaStream_t);
template void launch_measures(UnitKind, const GeneralTask<double>&, cudaStream_t);

std::vector<const void*> general_kernels() {
  std::vector<const void*> kernels;
#define DEADCONE_ADD_KERNELS(Family)                                                      \
  kernels.push_back(reinterpret_cast<const void*>(map_general<unit::Family, float>));     \
  kernels.push_back(reinterpret_cast<const void*>(map_general<unit::Family, double>));    \
  kernels.push_back(reinterpret_cast<const void*>(measure_general<unit::Family, float>)); \
  kernels.push_back(reinterpret_cast<const void*>(measure_general<unit::Family, double>));
  DEADCONE_UNIT_FAMILIES(DEADCONE_ADD_KERNELS)
#undef DEADCONE_ADD_KERNELS
  return kernels;
}

}  // namespace deadcone
