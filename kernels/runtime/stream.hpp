#pragma once

#include <cuda_runtime_api.h>

#include <utility>

#include "runtime/check.hpp"

namespace deadcone {

/// A stream of the device that is current where it is made. Move-only; its end never throws.
class CudaStream {
 public:
  CudaStream() { DEADCONE_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  CudaStream(CudaStream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  CudaStream& operator=(CudaStream&& other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~CudaStream() {
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }

  cudaStream_t get() const noexcept { return stream_; }
  /// Returns when all work in it is done.
  void wait() const { DEADCONE_CUDA_CHECK(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace deadcone
