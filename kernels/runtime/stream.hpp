#pragma once

#include <cuda_runtime_api.h>

#include <utility>

#include "runtime/check.hpp"

namespace deadcone {

/// An event of the device that is current where it is made; `flags` are CUDA's. Its end never throws.
class CudaEvent {
 public:
  explicit CudaEvent(unsigned flags) { DEADCONE_CUDA_CHECK(cudaEventCreateWithFlags(&event_, flags)); }
  CudaEvent(CudaEvent&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  CudaEvent& operator=(CudaEvent&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }
  ~CudaEvent() {
    if (event_ != nullptr && cudaEventDestroy(event_) != cudaSuccess) forget_last_error();
  }

  cudaEvent_t get() const noexcept { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

/// A stream of the device that is current where it is made. Move-only; its end never throws.
class CudaStream {
 public:
  CudaStream() { DEADCONE_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  CudaStream(CudaStream&& other) noexcept
      : done_(std::move(other.done_)), stream_(std::exchange(other.stream_, nullptr)) {}
  CudaStream& operator=(CudaStream&& other) noexcept {
    std::swap(done_, other.done_);
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~CudaStream() {
    if (stream_ != nullptr && cudaStreamDestroy(stream_) != cudaSuccess) forget_last_error();
  }

  cudaStream_t get() const noexcept { return stream_; }

  /// Returns when all work in it is done. The thread sleeps: cudaStreamSynchronize() would keep a processor busy, which
  /// has results to compress.
  void wait() const {
    DEADCONE_CUDA_CHECK(cudaEventRecord(done_.get(), stream_));
    DEADCONE_CUDA_CHECK(cudaEventSynchronize(done_.get()));
  }

  /// Whether all work in it is done. Throws DeviceError where it failed.
  bool is_idle() const {
    const cudaError_t status = cudaStreamQuery(stream_);
    if (status != cudaErrorNotReady) DEADCONE_CUDA_CHECK(status);
    if (status == cudaErrorNotReady) forget_last_error();
    return status == cudaSuccess;
  }

  /// Waits for work whose errors have been reported, or no longer matter.
  void drain() const noexcept {
    if (cudaEventRecord(done_.get(), stream_) == cudaSuccess && cudaEventSynchronize(done_.get()) == cudaSuccess)
      return;
    cudaStreamSynchronize(stream_);
    forget_last_error();
  }

 private:
  CudaEvent done_{cudaEventBlockingSync | cudaEventDisableTiming};
  cudaStream_t stream_ = nullptr;
};

}  // namespace deadcone
