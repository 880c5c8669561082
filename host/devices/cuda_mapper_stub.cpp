// In place of kernels/ in a build without CUDA.

#include "deadcone/detail/cuda_birth_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

namespace {

constexpr const char* built_without_cuda = "no CUDA device: deadcone was built without CUDA";

}  // namespace

bool cuda_device_is_present() {
  return false;
}

std::unique_ptr<Mapper> make_cuda_mapper(const DeviceShare& /*share*/, const DeviceNote& /*note*/,
                                         const CudaLimits& /*limits*/) {
  throw NoDevice(built_without_cuda);
}

std::unique_ptr<BirthMapper> make_cuda_birth_mapper(const DeviceShare& /*share*/, const DeviceNote& /*note*/,
                                                    const CudaLimits& /*limits*/) {
  throw NoDevice(built_without_cuda);
}

}  // namespace deadcone
