// In place of kernels/ in a build without CUDA.

#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

bool cuda_device_is_present() {
  return false;
}

std::unique_ptr<Mapper> make_cuda_mapper(std::size_t /*memory_limit*/) {
  throw DeviceError("no CUDA device: deadcone was built without CUDA");
}

}  // namespace deadcone
