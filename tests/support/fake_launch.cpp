// Launches of kernels without a GPU: the host code that nvcc made of the .cu files calls these functions, and the kernels are
// those that translate_ptx.py made of their PTX. So grids, parameters and the choice of the kernel are the real ones, too.

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "support/fake_cuda.hpp"
#include "support/ptx_kernel.hpp"

namespace {

/// The name of a kernel without the hash that nvcc gives each compilation: _GLOBAL__N__ and eight digits.
std::string without_hash(std::string name) {
  static const std::string unnamed = "_GLOBAL__N__";
  for (std::size_t at = name.find(unnamed); at != std::string::npos; at = name.find(unnamed, at + 1))
    name.erase(at + unnamed.size(), 8);
  return name;
}

/// The names of kernels, by the address of the function that stands for them on the host.
std::map<const void*, std::string>& registered() {
  static std::map<const void*, std::string> all;  // filled before main()
  return all;
}

/// The translated kernel behind a function; none where there is no such.
const ptx::Kernel* kernel_of(const void* function) {
  const auto found = registered().find(function);
  if (found == registered().end()) return nullptr;
  const auto kernel = std::find_if(ptx::kernels().begin(), ptx::kernels().end(), [&](const ptx::Kernel& each) {
    return without_hash(each.name) == without_hash(found->second);
  });
  return kernel == ptx::kernels().end() ? nullptr : &*kernel;
}

/// What stands between <<< and >>>.
struct Configuration {
  dim3 grid;
  dim3 block;
  std::size_t shared;
  cudaStream_t stream;
};
std::vector<Configuration> configurations;

/// Numbers from 0 to count - 1 out of order, so that nothing relies on which thread comes first.
std::vector<unsigned> shuffled(unsigned count) {
  unsigned step = static_cast<unsigned>(static_cast<double>(count) * 0.618) | 1U;
  while (std::gcd(step, count) != 1) step += 2;
  std::vector<unsigned> result(count);
  for (unsigned i = 0; i < count; ++i) result[i] = static_cast<unsigned>((std::uint64_t{i} * step + count / 2) % count);
  return result;
}

ptx::Index index_in(const dim3& size, unsigned number) {
  return {number % size.x, number / size.x % size.y, number / size.x / size.y};
}

void run(const ptx::Kernel& kernel, const Configuration& launch, const std::vector<std::byte>& parameters) {
  const ptx::GlobalMemory global = fake_cuda::memory_of(launch.stream);
  ptx::Thread thread = {};
  thread.threads = {launch.block.x, launch.block.y, launch.block.z};
  thread.blocks = {launch.grid.x, launch.grid.y, launch.grid.z};
  thread.parameters = {parameters.data(), parameters.size()};
  thread.constants = kernel.constants;
  thread.global = &global;
  const std::vector<unsigned> threads = shuffled(launch.block.x * launch.block.y * launch.block.z);
  for (const unsigned block : shuffled(launch.grid.x * launch.grid.y * launch.grid.z)) {
    thread.block = index_in(launch.grid, block);
    for (const unsigned number : threads) {
      thread.thread = index_in(launch.block, number);
      thread.branches_left = fake_cuda::most_branches;
      try {
        kernel.run(thread);
      } catch (const ptx::Fault& fault) {
        throw ptx::Fault(std::string(kernel.name) + ", " + fault.what());
      }
    }
  }
}

/// The limits of all devices of this century.
bool is_valid(const ptx::Kernel& kernel, const Configuration& launch) {
  const dim3& grid = launch.grid;
  const dim3& block = launch.block;
  return grid.x >= 1 && grid.y >= 1 && grid.z >= 1 && grid.x <= 0x7FFFFFFF && grid.y <= 65535 && grid.z <= 65535 &&
         block.x >= 1 && block.y >= 1 && block.z >= 1 && block.x <= 1024 && block.y <= 1024 && block.z <= 64 &&
         block.x * block.y * block.z <= kernel.most_threads;
}

cudaError_t launch(const ptx::Kernel* kernel, const Configuration& launch, void** arguments) {
  FAKE_CUDA_CALLED("launch");
  if (kernel == nullptr) return fake_cuda::note(cudaErrorInvalidDeviceFunction);
  fake_cuda::note_launch(kernel);
  if (!is_valid(*kernel, launch)) return fake_cuda::note(cudaErrorInvalidConfiguration);
  // As the real one, it takes the arguments now: what they are copies of may be gone when the kernel runs.
  auto parameters = std::make_shared<std::vector<std::byte>>(kernel->parameter_bytes);
  for (std::size_t i = 0; i < kernel->parameters.size(); ++i)
    std::memcpy(parameters->data() + kernel->parameters[i].offset, arguments[i], kernel->parameters[i].size);
  return fake_cuda::enqueue(
      launch.stream, [=] { run(*kernel, launch, *parameters); }, fake_cuda::memory_behind(*parameters));
}

}  // namespace

extern "C" {

// What the host code of a .cu file says before main(): which functions stand for which kernels. The code itself, and the
// constants in it, are in the translation.

void** __cudaRegisterFatBinary(void* /*code*/) {
  static void* handle;
  return &handle;
}
void __cudaRegisterFatBinaryEnd(void** /*handle*/) {}
void __cudaUnregisterFatBinary(void** /*handle*/) {}
void __cudaRegisterVar(void** /*handle*/, char* /*variable*/, char* /*address*/, const char* /*name*/, int /*external*/,
                       std::size_t /*size*/, int /*constant*/, int /*global*/) {}
void __cudaRegisterFunction(void** /*handle*/, const char* function, char* /*device_function*/, const char* name,
                            int /*thread_limit*/, uint3* /*thread*/, uint3* /*block*/, dim3* /*block_size*/,
                            dim3* /*grid_size*/, int* /*warp_size*/) {
  registered()[function] = name;
}

// The launch: <<<>>> pushes a configuration, and the function that stands for the kernel takes it.

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, std::size_t shared, CUstream_st* stream) {
  configurations.push_back({grid, block, shared, stream});
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, std::size_t* shared, void* stream) {
  if (configurations.empty()) return cudaErrorMissingConfiguration;
  const Configuration& last = configurations.back();
  *grid = last.grid;
  *block = last.block;
  *shared = last.shared;
  *static_cast<cudaStream_t*>(stream) = last.stream;
  configurations.pop_back();
  return cudaSuccess;
}
cudaError_t cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                             cudaStream_t stream) {
  return launch(kernel_of(function), {grid, block, shared, stream}, arguments);
}
// Since CUDA 13 a kernel has a handle.
cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  *kernel = reinterpret_cast<cudaKernel_t>(const_cast<ptx::Kernel*>(kernel_of(function)));
  return *kernel == nullptr ? cudaErrorInvalidDeviceFunction : cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                               cudaStream_t stream) {
  return launch(reinterpret_cast<const ptx::Kernel*>(kernel), {grid, block, shared, stream}, arguments);
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function) {
  const ptx::Kernel* kernel = kernel_of(function);
  if (kernel == nullptr) return fake_cuda::note(cudaErrorInvalidDeviceFunction);
  FAKE_CUDA_CALLED("cudaFuncGetAttributes");
  if (const cudaError_t status = fake_cuda::load(kernel); status != cudaSuccess) return status;
  *attributes = {};
  attributes->maxThreadsPerBlock = static_cast<int>(kernel->most_threads);
  return cudaSuccess;
}

}  // extern "C"
