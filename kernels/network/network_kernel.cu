#include "network/kernel.hpp"

#include <type_traits>

#include "runtime/check.hpp"
#include "runtime/devices.hpp"

namespace deadcone::network {
namespace {

template <class Real>
__global__ void __launch_bounds__(block_threads) run_networks(const NetworkTask<Real> task) {
  const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * block_threads + threadIdx.x;
  if (thread < task.networks) run_network(task, thread);
}

template <class Real>
__global__ void __launch_bounds__(block_threads) sum_layers(const NetworkTask<Real> task) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * block_threads + threadIdx.x;
  if (i < task.plan.depth * task.blocks()) sum_layer(task, i);
}

unsigned grid_of(std::int64_t threads) {
  return static_cast<unsigned>((threads + block_threads - 1) / block_threads);
}

}  // namespace

template <class Real>
void launch_networks(const NetworkTask<Real>& task, cudaStream_t stream) {
  static_assert(std::is_trivially_copyable_v<NetworkTask<Real>>);
  run_networks<Real><<<grid_of(task.networks), block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
  sum_layers<Real><<<grid_of(task.plan.depth * task.blocks()), block_threads, 0, stream>>>(task);
  DEADCONE_CUDA_CHECK(cudaGetLastError());
}
template void launch_networks(const NetworkTask<float>&, cudaStream_t);
template void launch_networks(const NetworkTask<double>&, cudaStream_t);

std::string load_network_kernels() {
  for (const auto kernel :
       {reinterpret_cast<const void*>(run_networks<float>), reinterpret_cast<const void*>(run_networks<double>),
        reinterpret_cast<const void*>(sum_layers<float>), reinterpret_cast<const void*>(sum_layers<double>)}) {
    cudaFuncAttributes attributes;
    std::string problem = load_problem(cudaFuncGetAttributes(&attributes, kernel));
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace deadcone::network
