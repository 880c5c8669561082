#pragma once

// Memory for the traffic between host and device: bytes, because one block of them holds every field of a tile.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <new>
#include <utility>

#include "runtime/check.hpp"

namespace deadcone {

/// Bytes that are freed with `release`. Move-only; freeing never throws.
template <cudaError_t (*release)(void*)>
class CudaBytes {
 public:
  CudaBytes() = default;
  CudaBytes(std::byte* data, std::size_t size) : data_(data), size_(size) {}
  CudaBytes(CudaBytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  CudaBytes& operator=(CudaBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~CudaBytes() { release(data_); }

  std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

using DeviceBytes = CudaBytes<cudaFree>;
using PinnedBytes = CudaBytes<cudaFreeHost>;

/// Memory of the current device; none where there is not enough. Throws DeviceError for any other reason.
inline DeviceBytes device_bytes(std::size_t size) {
  void* data = nullptr;
  const cudaError_t status = cudaMalloc(&data, size);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // so that the next check does not meet it
    return {};
  }
  DEADCONE_CUDA_CHECK(status);
  return {static_cast<std::byte*>(data), size};
}

/// Memory of the host that the device copies to and from by itself. Throws std::bad_alloc where there is not enough.
inline PinnedBytes pinned_bytes(std::size_t size) {
  void* data = nullptr;
  const cudaError_t status = cudaMallocHost(&data, size);
  if (status == cudaErrorMemoryAllocation) throw std::bad_alloc();
  DEADCONE_CUDA_CHECK(status);
  return {static_cast<std::byte*>(data), size};
}

}  // namespace deadcone
