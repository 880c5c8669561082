#pragma once

#include <memory>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// Whether a CUDA device can be used: false, too, in a build without CUDA.
bool cuda_device_is_present();

/// The mapper that runs one trajectory on each thread of a CUDA device. Throws DeviceError where there is none.
std::unique_ptr<Mapper> make_cuda_mapper();

}  // namespace deadcone
