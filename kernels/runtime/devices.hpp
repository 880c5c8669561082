#pragma once

// Which CUDA devices there are, and why there is none.

#include <cuda_runtime_api.h>

#include <string>

namespace deadcone {

/// Why no device can be used, in words, from what the runtime says; empty where one can. `driver` and `runtime` are
/// versions as CUDA counts them, 12040 for 12.4, and `driver` is 0 where none is installed.
std::string device_problem(cudaError_t status, int devices, int driver, int runtime);

/// How many devices can be used, all of them alike to the mapper. Throws DeviceError where there is none.
int usable_devices();

/// The same without an error: 0 where there is none.
int count_devices() noexcept;

}  // namespace deadcone
