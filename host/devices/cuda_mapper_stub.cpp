// In place of kernels/ in a build without CUDA.

#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

bool cuda_device_is_present() {
  return false;
}

std::unique_ptr<Mapper> make_cuda_mapper(const DeviceShare& /*share*/, const DeviceNote& /*note*/,
                                         const CudaLimits& /*limits*/) {
  throw NoDevice("no CUDA device: deadcone was built without CUDA");
}

}  // namespace deadcone
