#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

std::unique_ptr<Mapper> make_mapper(const Execution& execution) {
  switch (execution.device) {
    case Device::cuda:
      return make_cuda_mapper();
    case Device::cpu:
      return make_cpu_mapper(execution.threads);
    case Device::automatic:
      break;
  }
  return cuda_device_is_present() ? make_cuda_mapper() : make_cpu_mapper(execution.threads);
}

}  // namespace deadcone
