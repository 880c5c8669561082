#pragma once

#include <memory>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// The mapper of CUDA or that of the CPU, whichever an execution asks for; automatic: that of the CPU where no device can be used,
/// with a note where there is one.
template <class Mapper, class MakeCuda, class MakeCpu>
std::unique_ptr<Mapper> make_either(const Execution& execution, const DeviceNote& note, const MakeCuda& make_cuda,
                                    const MakeCpu& make_cpu) {
  if (execution.device == Device::cuda) return make_cuda();
  if (execution.device == Device::cpu) return make_cpu();
  try {
    return make_cuda();
  } catch (const NoDevice&) {
    // Nothing that could have been used.
  } catch (const DeviceError& error) {
    if (note) note(error.what());
  }
  return make_cpu();
}

}  // namespace deadcone
