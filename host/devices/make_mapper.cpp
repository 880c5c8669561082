#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {
namespace {

/// None where no device can be used.
std::unique_ptr<Mapper> cuda_mapper_if_any(const DeviceShare& share, const DeviceNote& note) {
  try {
    return make_cuda_mapper(share, note);
  } catch (const NoDevice&) {
    return nullptr;  // nothing that could have been used
  } catch (const DeviceError& error) {
    if (note) note(error.what());
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<Mapper> make_mapper(const Execution& execution, const DeviceNote& note) {
  switch (execution.device) {
    case Device::cuda:
      return make_cuda_mapper(execution.device_share, note);
    case Device::cpu:
      return make_cpu_mapper(execution.threads);
    case Device::automatic:
      break;
  }
  std::unique_ptr<Mapper> cuda = cuda_mapper_if_any(execution.device_share, note);
  return cuda ? std::move(cuda) : make_cpu_mapper(execution.threads);
}

}  // namespace deadcone
