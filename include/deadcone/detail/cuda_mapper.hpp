#pragma once

#include <cstddef>
#include <limits>
#include <memory>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// Whether a CUDA device can be used: false, too, in a build without CUDA.
bool cuda_device_is_present();

/// The mapper that runs one trajectory on each thread of the CUDA devices of this machine. A tile takes at most
/// `memory_limit` bytes of a device's memory, and a few 100 kB for the counts. Throws DeviceError, with a line that says
/// why, where there is no device.
std::unique_ptr<Mapper> make_cuda_mapper(std::size_t memory_limit = std::numeric_limits<std::size_t>::max());

}  // namespace deadcone
