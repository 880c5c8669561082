#pragma once

#include <memory>

#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/network/birth_mapper.hpp"

namespace deadcone {

/// The mapper that runs one network on each thread of CUDA devices, as make_cuda_mapper() does trajectories.
std::unique_ptr<BirthMapper> make_cuda_birth_mapper(const DeviceShare& share = {}, const DeviceNote& note = {},
                                                    const CudaLimits& limits = {});

}  // namespace deadcone
