#include "runtime/check.hpp"

#include <string>

#include "deadcone/errors.hpp"

namespace deadcone {

void check_cuda(cudaError_t status, const char* expression, const char* file, int line) {
  if (status == cudaSuccess) return;
  forget_last_error();
  const std::string path = file;
  throw DeviceError(std::string("CUDA: ") + cudaGetErrorString(status) + " in " + expression + " (" +
                    path.substr(path.rfind('/') + 1) + ":" + std::to_string(line) + ")");
}

void forget_last_error() noexcept {
  cudaGetLastError();
}

}  // namespace deadcone
