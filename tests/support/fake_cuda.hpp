#pragma once

// The CUDA runtime without a GPU: what its two halves share. fake_cuda.cpp has devices, memory and streams, fake_launch.cpp
// the launch of kernels.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>

#include "support/ptx_kernel.hpp"

namespace fake_cuda {

/// Puts work into a stream of the current device, to be done when somebody waits for the stream. Work may throw
/// ptx::Fault; whoever waits gets that as an illegal address.
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work);

/// The memory of the device of a stream.
ptx::GlobalMemory memory_of(cudaStream_t stream);

/// Notes an error for cudaGetLastError(), and returns it.
cudaError_t note(cudaError_t status);

/// Branches backwards after which a thread is taken for one without an end: far more than any trajectory of the tests makes.
inline std::int64_t most_branches = 100'000'000;

}  // namespace fake_cuda
