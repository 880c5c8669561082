#include "runtime/devices.hpp"

#include <cstdlib>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// The number of devices. Asked for the first time, it starts CUDA, with as many queues between host and device as
/// there are tiles in flight: with the eight of its default streams would wait for each other.
cudaError_t device_count(int& devices) {
  setenv("CUDA_DEVICE_MAX_CONNECTIONS", "32", 0);
  return cudaGetDeviceCount(&devices);
}

std::string version_name(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
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

int usable_devices() {
  int devices = 0;
  int driver = 0;
  int runtime = 0;
  const cudaError_t status = device_count(devices);
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  const std::string problem = device_problem(status, devices, driver, runtime);
  if (!problem.empty()) throw DeviceError("no CUDA device: " + problem);
  return devices;
}

int count_devices() noexcept {
  int devices = 0;
  return device_count(devices) == cudaSuccess ? devices : 0;
}

}  // namespace deadcone
