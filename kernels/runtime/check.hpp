#pragma once

#include <cuda_runtime_api.h>

namespace deadcone {

/// Throws DeviceError with the expression, its place and CUDA's reason, if `status` is an error, which the runtime then
/// forgets. Use DEADCONE_CUDA_CHECK.
void check_cuda(cudaError_t status, const char* expression, const char* file, int line);

/// After every error that is dealt with: the runtime keeps it, and the check of the next launch would meet it.
void forget_last_error() noexcept;

}  // namespace deadcone

/// Around every call of the CUDA runtime, and around cudaGetLastError() right after every launch.
#define DEADCONE_CUDA_CHECK(expression) ::deadcone::check_cuda((expression), #expression, __FILE__, __LINE__)
