#pragma once

// Memory for the traffic between host and device: bytes, because one block of them holds every field of a tile.
//
// Freeing either kind waits for all work of the device. So a buffer grows rarely: in powers of two, and not to a size that
// there was no memory for before.

#include <cuda_runtime_api.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <memory>
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
  ~CudaBytes() {
    if (data_ != nullptr && release(data_) != cudaSuccess) forget_last_error();
  }

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
    forget_last_error();
    return {};
  }
  DEADCONE_CUDA_CHECK(status);
  return {static_cast<std::byte*>(data), size};
}

/// Memory of the host that the device copies to and from by itself; none where there is not enough, or the system gives
/// none for another reason. A device that has failed says so at the next call.
inline PinnedBytes pinned_bytes(std::size_t size) {
  void* data = nullptr;
  if (cudaMallocHost(&data, size) == cudaSuccess) return {static_cast<std::byte*>(data), size};
  forget_last_error();
  return {};
}

/// What a buffer asks for where `size` bytes are needed.
inline std::size_t buffer_capacity(std::size_t size) {
  constexpr std::size_t least = std::size_t{1} << 21;  // the least that cudaMalloc takes from the device
  return size > std::numeric_limits<std::size_t>::max() / 2 ? size : std::bit_ceil(std::max(size, least));
}

/// Memory of one device, of at most `limit` bytes.
class DeviceBuffer {
 public:
  explicit DeviceBuffer(std::size_t limit) : limit_(limit) {}

  std::byte* data() const noexcept { return bytes_.data(); }

  /// Makes room for `size` bytes on the current device, the device of `stream`; what was in it is lost if it grows, and
  /// the new bytes are zero. Returns false where there is not enough memory. No work in flight may use it.
  bool reserve(std::size_t size, cudaStream_t stream) {
    if (size <= bytes_.size()) return true;
    if (size > limit_ || size >= refused_) return false;
    bytes_ = {};
    for (const std::size_t capacity : {buffer_capacity(size), size}) {
      if (capacity > limit_) continue;
      bytes_ = device_bytes(capacity);
      if (bytes_.size() < size) continue;
      DEADCONE_CUDA_CHECK(cudaMemsetAsync(bytes_.data(), 0, bytes_.size(), stream));
      return true;
    }
    refused_ = size;
    return false;
  }

  /// Sizes that there was no memory for are asked for again.
  void forget_refusals() { refused_ = std::numeric_limits<std::size_t>::max(); }

 private:
  std::size_t limit_;
  std::size_t refused_ = std::numeric_limits<std::size_t>::max();
  DeviceBytes bytes_;
};

/// Memory of the host for the traffic with a device: pinned, or pageable where the system gives no more of that. Copies
/// from and to pageable memory give the same results; they make the host wait.
class HostBuffer {
 public:
  std::byte* data() const noexcept { return pinned_.size() > 0 ? pinned_.data() : pageable_.get(); }

  /// Makes room for `size` bytes; what was in it is lost if it grows. Throws std::bad_alloc where there is no memory of
  /// either kind. No work in flight may use it.
  void reserve(std::size_t size) {
    if (size <= size_) return;
    size_ = 0;
    pinned_ = {};
    pageable_ = {};
    const std::size_t capacity = buffer_capacity(size);
    if (capacity < refused_) pinned_ = pinned_bytes(capacity);
    if (pinned_.size() == 0) {
      refused_ = std::min(refused_, capacity);
      pageable_ = std::make_unique_for_overwrite<std::byte[]>(capacity);
    }
    size_ = capacity;
  }

 private:
  std::size_t size_ = 0;
  std::size_t refused_ = std::numeric_limits<std::size_t>::max();
  PinnedBytes pinned_;
  std::unique_ptr<std::byte[]> pageable_;
};

}  // namespace deadcone
