#pragma once

// The kernel: one thread for each pixel runs its trajectory to the end.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "deadcone/trajectory/pixels.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {

/// A tile, a band of its rows, or a list of its pixels in rows of `count_w`, as the kernel takes it: all pointers are
/// to the device.
template <class Real>
struct TileTask {
  Dynamics<Real> dynamics;
  PixelStarts<Real> starts;
  PixelArrays<Real> results;
  std::int32_t count_b;
  std::int32_t count_w;
  std::int64_t pixels;  ///< count_b count_w, or fewer where the last row of a list is short
};

/// Runs the pixels of a task in `stream`, for float and double. Throws DeviceError where the launch fails.
template <class Real>
void launch_map(const Variant& variant, const TileTask<Real>& task, cudaStream_t stream);

/// Throws DeviceError, with a line for the user, where the current device cannot run the kernel: it is of an
/// architecture that this program was not built for.
void check_kernel_runs_here();

}  // namespace deadcone
