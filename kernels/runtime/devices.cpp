#include "runtime/devices.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "deadcone/errors.hpp"
#include "runtime/check.hpp"

namespace deadcone {
namespace {

std::string version_name(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// Why a device does not start, in words.
std::string start_problem(int device, cudaError_t status) {
  if (status == cudaErrorMemoryAllocation) return "its memory is full";
  int mode = cudaComputeModeDefault;
  if (status == cudaErrorDevicesUnavailable &&
      cudaDeviceGetAttribute(&mode, cudaDevAttrComputeMode, device) == cudaSuccess) {
    if (mode == cudaComputeModeProhibited) return "its compute mode is prohibited";
    if (mode != cudaComputeModeDefault) return "its compute mode is exclusive, and another process has it";
  }
  forget_last_error();
  return cudaGetErrorString(status);
}

}  // namespace

std::string device_problem(cudaError_t status, int devices, int driver, int runtime) {
  if (status == cudaSuccess && devices > 0) return "";
  if (driver == 0) return "no NVIDIA driver is installed";
  if (status == cudaErrorInsufficientDriver || driver < runtime / 1000 * 1000) {
    return "the NVIDIA driver is too old: it is for CUDA " + version_name(driver) + ", this deadcone for " +
           version_name(runtime);
  }
  if (status == cudaSuccess || status == cudaErrorNoDevice) return "the NVIDIA driver finds no GPU";
  return cudaGetErrorString(status);
}

int visible_devices() {
  int devices = 0;
  int driver = 0;
  int runtime = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  const std::string problem = device_problem(status, devices, driver, runtime);
  if (problem.empty()) return devices;
  forget_last_error();
  const bool there_is_none = driver == 0 || status == cudaSuccess || status == cudaErrorNoDevice;
  if (there_is_none) throw NoDevice("no CUDA device: " + problem);
  throw DeviceError("no CUDA device: " + problem);
}

int count_devices() noexcept {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess) return devices;
  forget_last_error();
  return 0;
}

std::vector<int> devices_of(const DeviceShare& share, int visible) {
  const bool dealt_out = share.devices > visible;
  const std::int64_t index = dealt_out ? 0 : share.index;
  const std::int64_t count = dealt_out ? 1 : share.count;
  const std::int64_t first = index * visible / count;
  const std::int64_t last = std::max(first + 1, (index + 1) * visible / count);
  std::vector<int> devices(static_cast<std::size_t>(last - first));
  std::iota(devices.begin(), devices.end(), static_cast<int>(first));
  return devices;
}

std::string start_device(int device) {
  cudaError_t status = cudaSetDevice(device);
  if (status == cudaSuccess) status = cudaFree(nullptr);  // before CUDA 12 the device starts only here
  if (status == cudaSuccess) return "";
  forget_last_error();
  return start_problem(device, status);
}

DeviceSpeed speed_of_device(int device) {
  const auto attribute = [device](cudaDeviceAttr which) {
    int value = 0;
    DEADCONE_CUDA_CHECK(cudaDeviceGetAttribute(&value, which, device));
    return value;
  };
  return {.clock = 1e3 * attribute(cudaDevAttrClockRate),
          .processors = attribute(cudaDevAttrMultiProcessorCount),
          .double_ratio = attribute(cudaDevAttrSingleToDoublePrecisionPerfRatio)};
}

std::string name_of_device(int device) {
  cudaDeviceProp properties = {};
  DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
  return properties.name;
}

namespace {

/// "A", or "2 x A, B".
std::string listed_in_words(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size();) {
    std::size_t last = i;
    while (last < names.size() && names[last] == names[i]) ++last;
    text += (i == 0 ? "" : ", ") + (last - i > 1 ? std::to_string(last - i) + " x " : "") + names[i];
    i = last;
  }
  return text;
}

}  // namespace

std::string use_devices(const DeviceShare& share, const std::function<void(const std::string& line)>& note,
                        const std::function<void(int device)>& use) {
  std::vector<std::string> names;
  std::string problems;
  for (const int device : devices_of(share, visible_devices())) {
    std::string name = "unnamed";
    try {
      name = name_of_device(device);
      use(device);
      names.push_back(name);
    } catch (const DeviceError& error) {
      const std::string which = "device " + std::to_string(device) + " (" + name + "): " + error.what();
      problems += (problems.empty() ? "" : "; ") + which;
      if (note) note("CUDA " + which + "; it is not used");
    }
  }
  if (names.empty()) throw DeviceError("no CUDA device can be used: " + problems);
  return "cuda, " + listed_in_words(names);
}

std::string load_problem(cudaError_t status) {
  if (status == cudaSuccess) return "";
  forget_last_error();
  if (status == cudaErrorNoKernelImageForDevice || status == cudaErrorInvalidDeviceFunction ||
      status == cudaErrorUnsupportedPtxVersion) {
    int device = 0;
    cudaDeviceProp properties = {};
    DEADCONE_CUDA_CHECK(cudaGetDevice(&device));
    DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
    return "this deadcone was not built for compute capability " + std::to_string(properties.major) + "." +
           std::to_string(properties.minor) + ": " + cudaGetErrorString(status);
  }
  return cudaGetErrorString(status);
}

}  // namespace deadcone
