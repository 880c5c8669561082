#pragma once

// The CUDA runtime without a GPU: fake_cuda.cpp has devices, memory and streams, fake_launch.cpp the launch of kernels. Here
// is what the two halves share, what tests tell it to do, and what it has seen.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/ptx_kernel.hpp"

namespace fake_cuda {

// For tests.

struct FakeDevice {
  std::string name = "no GPU at all";
  std::size_t memory = 24'000'000;  ///< bytes; fewer large tiles than may be in flight
  cudaError_t start = cudaSuccess;  ///< what cudaSetDevice() gives
  int compute_mode = cudaComputeModeDefault;
  cudaError_t kernels = cudaSuccess;  ///< what cudaFuncGetAttributes() gives
};

/// Begins anew with these devices: no calls so far, no failures to come, no error kept. No allocation may be left.
void reset(std::vector<FakeDevice> devices = {{}, {}});

/// The next calls but `skipped` of a function of the runtime give `status`, `times` times.
void fail(const std::string& function, cudaError_t status, int skipped = 0, int times = 1);

/// Bytes of pinned memory that the system has for all.
void limit_pinned_memory(std::size_t bytes);

/// How often each function of the runtime was called since reset().
std::map<std::string, int>& calls();

/// What nobody may do, in words: memory freed or overwritten while a stream still uses it, an error that is left to the
/// next launch, a thread that spins, a launch of a kernel that is not loaded.
const std::vector<std::string>& violations();

/// The devices on which a kernel was launched since reset(), by number.
std::vector<int> devices_used();

/// Branches backwards after which a thread is taken for one without an end: far more than any trajectory of the tests makes.
inline std::int64_t most_branches = 100'000'000;

// For fake_launch.cpp.

/// Bytes that work in a stream reads or writes.
struct Bytes {
  const void* data;
  std::size_t size;

  bool touches(const Bytes& other) const {
    const auto* a = static_cast<const std::byte*>(data);
    const auto* b = static_cast<const std::byte*>(other.data);
    return a < b + other.size && b < a + size;
  }
};

/// Counts a call; what it gives if a test wants it to fail, and the error is noted.
cudaError_t call(const std::string& function);

/// Puts work into a stream of the current device, to be done when somebody waits for the stream. Work may throw
/// ptx::Fault; whoever waits gets that as an illegal address.
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work, std::vector<Bytes> uses);

/// The allocations that the parameters of a kernel point into.
std::vector<Bytes> memory_behind(const std::vector<std::byte>& parameters);

/// The memory of the device of a stream.
ptx::GlobalMemory memory_of(cudaStream_t stream);

/// Notes an error for cudaGetLastError(), and returns it.
cudaError_t note(cudaError_t status);

/// Notes that a kernel is loaded onto the current device, or launched there.
cudaError_t load(const void* kernel);
void note_launch(const void* kernel);

}  // namespace fake_cuda

/// Counts the call of the function around it, which ends here if a test wants it to fail.
#define FAKE_CUDA_CALLED(function) \
  if (const cudaError_t failed = fake_cuda::call(function); failed != cudaSuccess) return failed
