// A CUDA runtime without a GPU, for the tests of everything around the kernel: two devices of little memory whose
// streams do their work only when somebody waits for them, on the host, in the kernel's own geometry. So a test sees a
// result that is read too early, a buffer that is used again too early, and work for the wrong device.
//
// Only the functions that kernels/*.cpp call are here; launch_map() and count_on_device() stand in for the .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "deadcone/counts.hpp"
#include "runtime/check.hpp"
#include "unit/counts.hpp"
#include "unit/geometry.hpp"
#include "unit/kernel.hpp"

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

FakeStream* stream_of(cudaStream_t stream) {
  return reinterpret_cast<FakeStream*>(stream);
}

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (stream == nullptr || stream_of(stream)->device != current_device) return cudaErrorInvalidResourceHandle;
  stream_of(stream)->work.push_back(std::move(work));
  return cudaSuccess;
}

}  // namespace

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
cudaError_t cudaGetLastError() {
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t status) {
  return status == cudaErrorInvalidResourceHandle ? "invalid resource handle" : "an error";
}

cudaError_t cudaMalloc(void** data, std::size_t size) {
  if (allocated[current_device] + size > memory_of_a_device) return cudaErrorMemoryAllocation;
  *data = std::malloc(size);
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
  for (const auto& each : work) each();
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
namespace {

template <Geometry geometry, bool certify, class Real>
void run_as_launched(const TileTask<Real>& task) {
  for (std::int32_t block_b = 0; block_b < blocks_down(task.count_b); ++block_b) {
    for (std::int32_t block_w = 0; block_w < blocks_across(task.count_w); ++block_w) {
      for (std::int32_t thread = 0; thread < block_threads; ++thread) {
        const TilePixel pixel = pixel_of(block_w, block_b, thread);
        if (pixel.w >= task.count_w || pixel.b >= task.count_b) continue;
        const std::int64_t i = static_cast<std::int64_t>(pixel.b) * task.count_w + pixel.w;
        if (i >= task.pixels) continue;
        map_pixel<geometry, certify>(task.dynamics, task.starts, task.results, i);
      }
    }
  }
}

}  // namespace

template <class Real>
void launch_map(const Variant& variant, const TileTask<Real>& task, cudaStream_t stream) {
  DEADCONE_CUDA_CHECK(enqueue(stream, [=] {
    with_variant(variant, [&]<Geometry geometry, bool certify>() { run_as_launched<geometry, certify>(task); });
  }));
}
template void launch_map(const Variant&, const TileTask<float>&, cudaStream_t);
template void launch_map(const Variant&, const TileTask<double>&, cudaStream_t);

void check_kernel_runs_here() {}

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
