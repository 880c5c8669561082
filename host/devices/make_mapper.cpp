#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/mapper.hpp"
#include "devices/make_either.hpp"

namespace deadcone {

std::unique_ptr<Mapper> make_mapper(const Execution& execution, const DeviceNote& note) {
  return make_either<Mapper>(
      execution, note, [&] { return make_cuda_mapper(execution.device_share, note); },
      [&] { return make_cpu_mapper(execution.threads); });
}

}  // namespace deadcone
