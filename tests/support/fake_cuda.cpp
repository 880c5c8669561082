// A CUDA runtime without a GPU, for the tests of everything around the kernel: devices of little memory whose streams do
// their work only when somebody waits for them, on the host. So a test sees a result that is read too early, a buffer that
// is used again too early, and work for the wrong device. It keeps the last error until somebody asks for it, as CUDA does,
// and every function fails when a test wants it to.
//
// Only the functions that kernels/ calls are here, those that launch kernels in fake_launch.cpp.

#include "support/fake_cuda.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fake_cuda {
namespace {

struct Work {
  std::function<void()> run;
  std::vector<Bytes> uses;
};

struct FakeStream {
  int device;
  std::vector<Work> work;
};

struct FakeEvent {
  int device;
  unsigned flags;
  FakeStream* stream = nullptr;  ///< in which it was recorded
};

struct Allocation {
  int device;  ///< -1: pinned memory of the host
  std::size_t size;
};

struct Failure {
  cudaError_t status;
  int skipped;
  int times;
};

std::vector<FakeDevice> devices = {{}, {}};
std::map<std::string, Failure> failures;
std::map<std::string, int> called;
std::vector<std::string> violated;
std::set<int> used;
std::set<std::pair<int, const void*>> loaded;  ///< device and kernel
std::string last_fault;                        ///< of a kernel
std::set<FakeStream*> streams;
std::map<void*, Allocation> allocations;
std::map<int, std::size_t> allocated;  ///< bytes by device
std::size_t pinned_limit = std::size_t{1} << 40;
int current_device = 0;
cudaError_t last_error = cudaSuccess;

FakeStream* stream_of(cudaStream_t stream) {
  return reinterpret_cast<FakeStream*>(stream);
}
FakeEvent* event_of(cudaEvent_t event) {
  return reinterpret_cast<FakeEvent*>(event);
}

bool is_in_use(const Bytes& bytes) {
  return std::any_of(streams.begin(), streams.end(), [&](const FakeStream* stream) {
    return std::any_of(stream->work.begin(), stream->work.end(), [&](const Work& work) {
      return std::any_of(work.uses.begin(), work.uses.end(), [&](const Bytes& each) { return each.touches(bytes); });
    });
  });
}

/// Does the work in a stream, up to a fault.
cudaError_t run(FakeStream& stream) {
  try {
    for (const Work& work : std::exchange(stream.work, {})) work.run();
  } catch (const ptx::Fault& fault) {
    last_fault = fault.what();
    return note(cudaErrorIllegalAddress);
  }
  return cudaSuccess;
}

bool is_pageable(const void* data) {
  return std::none_of(allocations.begin(), allocations.end(), [&](const auto& allocation) {
    return Bytes{allocation.first, allocation.second.size}.touches({data, 1});
  });
}

/// A number that tells whether bytes have changed.
std::size_t digest(const Bytes& bytes) {
  return std::hash<std::string_view>()({static_cast<const char*>(bytes.data), bytes.size});
}

cudaError_t allocate(void** data, std::size_t size, int device, std::size_t limit) {
  if (allocated[device] + size > limit) return note(cudaErrorMemoryAllocation);
  *data = std::aligned_alloc(256, (size + 255) / 256 * 256);
  std::memset(*data, 0xA5, size);  // nothing may rely on zeros
  allocations[*data] = {device, size};
  allocated[device] += size;
  return cudaSuccess;
}

cudaError_t release(void* data, const std::string& function) {
  const auto found = allocations.find(data);
  if (found == allocations.end()) return note(cudaErrorInvalidValue);
  if (is_in_use({data, found->second.size})) violated.push_back(function + " of memory that a stream still uses");
  allocated[found->second.device] -= found->second.size;
  allocations.erase(found);
  std::free(data);
  return cudaSuccess;
}

}  // namespace

cudaError_t note(cudaError_t status) {
  if (status != cudaSuccess) last_error = status;
  return status;
}

cudaError_t call(const std::string& function) {
  ++called[function];
  const auto found = failures.find(function);
  if (found == failures.end()) return cudaSuccess;
  Failure& failure = found->second;
  if (failure.skipped-- > 0) return cudaSuccess;
  const cudaError_t status = failure.status;
  if (--failure.times <= 0) failures.erase(found);
  return note(status);
}

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work, std::vector<Bytes> uses) {
  if (stream == nullptr || stream_of(stream)->device != current_device) return note(cudaErrorInvalidResourceHandle);
  stream_of(stream)->work.push_back({std::move(work), std::move(uses)});
  return cudaSuccess;
}

std::vector<Bytes> memory_behind(const std::vector<std::byte>& parameters) {
  std::vector<Bytes> found;
  for (std::size_t at = 0; at + sizeof(void*) <= parameters.size(); at += sizeof(void*)) {
    const void* address = nullptr;
    std::memcpy(&address, parameters.data() + at, sizeof address);
    for (const auto& [data, allocation] : allocations) {
      if (Bytes{data, allocation.size}.touches({address, 1})) found.push_back({data, allocation.size});
    }
  }
  return found;
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

cudaError_t load(const void* kernel) {
  const cudaError_t status = devices[static_cast<std::size_t>(current_device)].kernels;
  if (status == cudaSuccess) loaded.emplace(current_device, kernel);
  return note(status);
}

void note_launch(const void* kernel) {
  if (last_error != cudaSuccess) violated.emplace_back("an error that is left to the next launch");
  if (!loaded.contains({current_device, kernel})) violated.emplace_back("a launch of a kernel that is not loaded");
  used.insert(current_device);
}

void reset(std::vector<FakeDevice> with) {
  if (!allocations.empty()) std::abort();  // of a mapper that still lives, or that has lost it
  devices = std::move(with);
  failures.clear();
  called.clear();
  violated.clear();
  used.clear();
  loaded.clear();
  pinned_limit = std::size_t{1} << 40;
  current_device = 0;
  last_error = cudaSuccess;
}

void fail(const std::string& function, cudaError_t status, int skipped, int times) {
  failures[function] = {status, skipped, times};
}

void limit_pinned_memory(std::size_t bytes) {
  pinned_limit = bytes;
}

std::map<std::string, int>& calls() {
  return called;
}

const std::vector<std::string>& violations() {
  return violated;
}

std::vector<int> devices_used() {
  return {used.begin(), used.end()};
}

}  // namespace fake_cuda

using namespace fake_cuda;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  FAKE_CUDA_CALLED("cudaGetDeviceCount");
  *count = static_cast<int>(devices.size());
  return devices.empty() ? note(cudaErrorNoDevice) : cudaSuccess;
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
  FAKE_CUDA_CALLED("cudaSetDevice");
  if (device < 0 || device >= static_cast<int>(devices.size())) return note(cudaErrorInvalidDevice);
  if (const cudaError_t status = devices[static_cast<std::size_t>(device)].start; status != cudaSuccess)
    return note(status);
  current_device = device;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  switch (attribute) {
    case cudaDevAttrComputeMode:
      *value = devices[static_cast<std::size_t>(device)].compute_mode;
      return cudaSuccess;
    case cudaDevAttrClockRate:
      *value = 1'000'000;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = 10;
      return cudaSuccess;
    case cudaDevAttrSingleToDoublePrecisionPerfRatio:
      *value = 2;
      return cudaSuccess;
    default:
      return note(cudaErrorInvalidValue);
  }
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  *properties = {};
  std::strcpy(properties->name, devices[static_cast<std::size_t>(device)].name.c_str());
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  return std::exchange(last_error, cudaSuccess);
}
cudaError_t cudaGetDevice(int* device) {
  *device = current_device;
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t status) {
  if (status == cudaErrorIllegalAddress) return last_fault.c_str();
  if (status == cudaErrorInvalidConfiguration) return "invalid configuration argument";
  return status == cudaErrorInvalidResourceHandle ? "invalid resource handle" : "an error";
}

cudaError_t cudaMalloc(void** data, std::size_t size) {
  FAKE_CUDA_CALLED("cudaMalloc");
  return allocate(data, size, current_device, devices[static_cast<std::size_t>(current_device)].memory);
}
cudaError_t cudaFree(void* data) {
  FAKE_CUDA_CALLED("cudaFree");
  return data == nullptr ? cudaSuccess : release(data, "cudaFree");
}
cudaError_t cudaMallocHost(void** data, std::size_t size) {
  FAKE_CUDA_CALLED("cudaMallocHost");
  return allocate(data, size, -1, pinned_limit);
}
cudaError_t cudaFreeHost(void* data) {
  FAKE_CUDA_CALLED("cudaFreeHost");
  if (data == nullptr) violated.push_back("cudaFreeHost of nothing");
  return release(data, "cudaFreeHost");
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  FAKE_CUDA_CALLED("cudaStreamCreateWithFlags");
  auto* made = new FakeStream{current_device, {}};
  streams.insert(made);
  *stream = reinterpret_cast<cudaStream_t>(made);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  run(*stream_of(stream));
  streams.erase(stream_of(stream));
  delete stream_of(stream);
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  FAKE_CUDA_CALLED("cudaEventCreateWithFlags");
  *event = reinterpret_cast<cudaEvent_t>(new FakeEvent{current_device, flags});
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event_of(event);
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  FAKE_CUDA_CALLED("cudaEventRecord");
  if (stream_of(stream)->device != event_of(event)->device) return note(cudaErrorInvalidResourceHandle);
  event_of(event)->stream = stream_of(stream);
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if ((event_of(event)->flags & cudaEventBlockingSync) == 0) violated.emplace_back("a thread that spins on an event");
  FAKE_CUDA_CALLED("cudaEventSynchronize");
  return run(*event_of(event)->stream);
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  FAKE_CUDA_CALLED("cudaStreamSynchronize");
  return run(*stream_of(stream));
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  FAKE_CUDA_CALLED("cudaStreamQuery");
  if (stream_of(stream)->work.empty()) return cudaSuccess;
  const cudaError_t status = run(*stream_of(stream));  // so it is done when it is asked for again
  return status == cudaSuccess ? note(cudaErrorNotReady) : status;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t size, cudaMemcpyKind kind, cudaStream_t stream) {
  FAKE_CUDA_CALLED("cudaMemcpyAsync");
  const bool host_waits = is_pageable(kind == cudaMemcpyHostToDevice ? from : to);
  const std::size_t before = kind == cudaMemcpyHostToDevice ? digest({from, size}) : 0;
  const auto copy = [=] {
    if (kind == cudaMemcpyHostToDevice && digest({from, size}) != before)
      violated.emplace_back("memory of the host that changes before it is copied");
    std::memcpy(to, from, size);
  };
  const cudaError_t status = enqueue(stream, copy, {{to, size}, {from, size}});
  return status == cudaSuccess && host_waits ? run(*stream_of(stream)) : status;
}
cudaError_t cudaMemsetAsync(void* data, int value, std::size_t size, cudaStream_t stream) {
  FAKE_CUDA_CALLED("cudaMemsetAsync");
  return enqueue(stream, [=] { std::memset(data, value, size); }, {{data, size}});
}

}  // extern "C"
