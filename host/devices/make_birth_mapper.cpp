#include "deadcone/detail/cuda_birth_mapper.hpp"
#include "deadcone/network/birth_sweep.hpp"
#include "devices/make_either.hpp"
#include "network/cpu_birth_mapper.hpp"

namespace deadcone {

std::unique_ptr<BirthMapper> make_birth_mapper(const Execution& execution, const DeviceNote& note) {
  return make_either<BirthMapper>(
      execution, note, [&] { return make_cuda_birth_mapper(execution.device_share, note); },
      [&] { return make_cpu_birth_mapper(execution.threads); });
}

}  // namespace deadcone
