// A CUDA runtime without a GPU, for the tests of everything around the kernel: two devices of little memory whose
// streams do their work only when somebody waits for them, on the host. So a test sees a result that is read too early, a
// buffer that is used again too early, and work for the wrong device.
//
// Only the functions that kernels/ calls are here, those that launch kernels in fake_launch.cpp; count_on_device() stands in
// for counts.cu.

#include "support/fake_cuda.hpp"

#include <cuda_runtime_api.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "deadcone/counts.hpp"
#include "runtime/check.hpp"
#include "unit/counts.hpp"

namespace {

constexpr int devices = 2;
constexpr std::size_t memory_of_a_device = 24'000'000;  // fewer large tiles than may be in flight

struct FakeStream {
  int device;
  std::vector<std::function<void()>> work;
};

struct Allocation {
  int device;
  std::size_t size;
};

int current_device = 0;
std::map<void*, Allocation> allocations;
std::size_t allocated[devices] = {};

cudaError_t last_error = cudaSuccess;
std::string last_fault;  ///< of a kernel

FakeStream* stream_of(cudaStream_t stream) {
  return reinterpret_cast<FakeStream*>(stream);
}

}  // namespace

namespace fake_cuda {

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (stream == nullptr || stream_of(stream)->device != current_device) return cudaErrorInvalidResourceHandle;
  stream_of(stream)->work.push_back(std::move(work));
  return cudaSuccess;
}

ptx::GlobalMemory memory_of(cudaStream_t stream) {
  return [device = stream_of(stream)->device](std::uint64_t address, std::size_t bytes) {
    const auto after = allocations.upper_bound(reinterpret_cast<void*>(address));
    if (after == allocations.begin()) return false;
    const auto& [data, allocation] = *std::prev(after);
    return allocation.device == device &&
           ptx::Region{static_cast<const std::byte*>(data), allocation.size}.holds(address, bytes);
  };
}

cudaError_t note(cudaError_t status) {
  if (status != cudaSuccess) last_error = status;
  return status;
}

}  // namespace fake_cuda

using fake_cuda::enqueue;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  *count = devices;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= devices) return cudaErrorInvalidDevice;
  current_device = device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int /*device*/) {
  *properties = {};
  std::strcpy(properties->name, "no GPU at all");
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = current_device;
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  return std::exchange(last_error, cudaSuccess);
}
const char* cudaGetErrorString(cudaError_t status) {
  if (status == cudaErrorIllegalAddress) return last_fault.c_str();
  if (status == cudaErrorInvalidConfiguration) return "invalid configuration argument";
  return status == cudaErrorInvalidResourceHandle ? "invalid resource handle" : "an error";
}

cudaError_t cudaMalloc(void** data, std::size_t size) {
  if (allocated[current_device] + size > memory_of_a_device) return cudaErrorMemoryAllocation;
  *data = std::aligned_alloc(256, (size + 255) / 256 * 256);
  std::memset(*data, 0xA5, size);  // nothing may rely on zeros
  allocations[*data] = {current_device, size};
  allocated[current_device] += size;
  return cudaSuccess;
}
cudaError_t cudaFree(void* data) {
  if (data == nullptr) return cudaSuccess;
  const auto found = allocations.find(data);
  if (found == allocations.end()) return cudaErrorInvalidValue;
  allocated[found->second.device] -= found->second.size;
  allocations.erase(found);
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** data, std::size_t size) {
  *data = std::malloc(size);
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* data) {
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  *stream = reinterpret_cast<cudaStream_t>(new FakeStream{current_device, {}});
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream_of(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const std::vector<std::function<void()>> work = std::exchange(stream_of(stream)->work, {});
  try {
    for (const auto& each : work) each();
  } catch (const ptx::Fault& fault) {
    last_fault = fault.what();
    return fake_cuda::note(cudaErrorIllegalAddress);
  }
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t size, cudaMemcpyKind /*kind*/,
                            cudaStream_t stream) {
  return enqueue(stream, [=] { std::memcpy(to, from, size); });
}
cudaError_t cudaMemsetAsync(void* data, int value, std::size_t size, cudaStream_t stream) {
  return enqueue(stream, [=] { std::memset(data, value, size); });
}

}  // extern "C"

namespace deadcone {

std::size_t count_workspace(std::int64_t /*pixels*/) {
  return 244'000;  // as on an H100, for a single row, too
}

void count_on_device(const Fate* fate, const std::int32_t* updates, std::int64_t pixels, Counts* counts,
                     void* workspace, std::size_t workspace_bytes, cudaStream_t stream) {
  DEADCONE_CUDA_CHECK(enqueue(stream, [=] {
    std::memset(workspace, 0x5A, workspace_bytes);
    *counts = count_pixels({fate, fate + pixels}, {updates, updates + pixels});
  }));
}

}  // namespace deadcone
