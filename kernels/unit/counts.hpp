#pragma once

// The counts of a tile, made on the device, so that updates that are not kept need not be copied.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// Bytes of device memory that count_on_device() needs for so many pixels.
std::size_t count_workspace(std::int64_t pixels);

/// Writes the counts of `pixels` fates and updates to `counts`, device memory, in `stream`. Sums of integers: they
/// do not depend on the order. Throws DeviceError where the launch fails.
void count_on_device(const Fate* fate, const std::int32_t* updates, std::int64_t pixels, Counts* counts,
                     void* workspace, std::size_t workspace_bytes, cudaStream_t stream);

}  // namespace deadcone
