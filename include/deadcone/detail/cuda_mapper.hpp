#pragma once

#include <cstddef>
#include <limits>
#include <memory>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// Whether there is a CUDA device: false, too, in a build without CUDA.
bool cuda_device_is_present();

/// What a mapper keeps to on each device.
struct CudaLimits {
  std::size_t memory = std::numeric_limits<std::size_t>::max();  ///< bytes that a tile takes, as if there were no more
  double launch_seconds = 0.5;                                   ///< that a launch lasts, about
};

/// The mapper that runs one trajectory on each thread of CUDA devices: those of `share` that can be used. Hands `note` a
/// line for each that cannot. Throws NoDevice where there is no device, DeviceError where none can be used, with a line
/// that says why.
std::unique_ptr<Mapper> make_cuda_mapper(const DeviceShare& share = {}, const DeviceNote& note = {},
                                         const CudaLimits& limits = {});

}  // namespace deadcone
