#pragma once

// Which CUDA devices there are, which of them this process takes, and why one cannot be used.

#include <cuda_runtime_api.h>

#include <functional>
#include <string>
#include <vector>

#include "deadcone/config.hpp"

namespace deadcone {

/// Why there is no device, in words, from what the runtime says; empty where there is one. `driver` and `runtime` are
/// versions as CUDA counts them, 12040 for 12.4, and `driver` is 0 where none is installed.
std::string device_problem(cudaError_t status, int devices, int driver, int runtime);

/// How many devices this process sees, whether they can be used or not. Throws NoDevice where there is none, DeviceError
/// where the driver fails.
int visible_devices();

/// The same without an error: 0 where there is none.
int count_devices() noexcept;

/// The numbers of the devices that are this process's part of `visible` (>= 1): at least one. Neighbours share one where
/// there are more processes than devices. All of them where the process sees fewer than `share.devices`, because a
/// scheduler has dealt them out already. `share` is valid.
std::vector<int> devices_of(const DeviceShare& share, int visible);

/// Makes a device current and starts it. Returns why it cannot be used, in words; nothing where it can.
std::string start_device(int device);

/// Starts the devices that are this process's part, one after the other: `use` gets the number of each, and throws DeviceError
/// where it cannot be used; `note`, unless it is empty, then gets a line. Returns what they are called, for the file. Throws
/// NoDevice where there is none, DeviceError where none can be used.
std::string use_devices(const DeviceShare& share, const std::function<void(const std::string& line)>& note,
                        const std::function<void(int device)>& use);

/// Why a kernel cannot be loaded onto the current device, in words, from what the runtime says; empty where it can.
std::string load_problem(cudaError_t status);

/// What a device is called.
std::string name_of_device(int device);

/// How fast a device is at most.
struct DeviceSpeed {
  double clock;  ///< Hz
  int processors;
  int double_ratio;  ///< so many instructions of float in the time of one of double
};

DeviceSpeed speed_of_device(int device);

}  // namespace deadcone
