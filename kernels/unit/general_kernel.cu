// The kernels for any unit under any optimiser: one for each family of units and precision.

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

}  // namespace

template <class Real>
void launch_general(UnitKind kind, const GeneralTask<Real>& task, cudaStream_t stream) {
  const Kernel<Real> kernel = kernel_for<Real>(kind);
  kernel<<<static_cast<unsigned>(blocks_of(task)), block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
}
template void launch_general(UnitKind, const GeneralTask<float>&, cudaStream_t);
template void launch_general(UnitKind, const GeneralTask<double>&, cudaStream_t);

std::vector<const void*> general_kernels() {
  std::vector<const void*> kernels;
  for (const auto& [kind, name, meaning] : NameTable<UnitKind>::values) {
    kernels.push_back(reinterpret_cast<const void*>(kernel_for<float>(kind)));
    kernels.push_back(reinterpret_cast<const void*>(kernel_for<double>(kind)));
  }
  return kernels;
}

}  // namespace deadcone
