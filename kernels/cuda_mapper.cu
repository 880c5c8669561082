// One CUDA thread for each initial parameter runs its trajectory to the end. The formulas are those of
// include/deadcone/, the same that the CPU runs; here is the launch only.

#include <numeric>
#include <string>
#include <type_traits>

#include "cuda_check.hpp"
#include "cuda_mapper.hpp"
#include "deadcone/dynamics.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/pixels.hpp"
#include "device_buffer.hpp"
#include "tile_arrays.hpp"

namespace deadcone {
namespace {

constexpr int block_threads = 128;

template <Geometry geometry, StopRule rule, class Real>
__global__ void map_pixels(Dynamics<Real> dynamics, PixelStarts<Real> starts, PixelArrays<Real> results,
                           std::int64_t pixels) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * block_threads + threadIdx.x;
  if (i >= pixels) return;
  map_pixel<geometry, rule>(dynamics, starts, results, i);
}

template <class Real>
using Kernel = void (*)(Dynamics<Real>, PixelStarts<Real>, PixelArrays<Real>, std::int64_t);

template <class Real>
Kernel<Real> kernel_for(Geometry geometry, StopRule rule) {
  static_assert(std::is_trivially_copyable_v<Dynamics<Real>> && std::is_trivially_copyable_v<PixelStarts<Real>> &&
                std::is_trivially_copyable_v<PixelArrays<Real>>);
  if (geometry == Geometry::planar) {
    return rule == StopRule::stationary ? map_pixels<Geometry::planar, StopRule::stationary, Real>
                                        : map_pixels<Geometry::planar, StopRule::update, Real>;
  }
  return rule == StopRule::stationary ? map_pixels<Geometry::general, StopRule::stationary, Real>
                                      : map_pixels<Geometry::general, StopRule::update, Real>;
}

/// The device's side of a field: as large as the host's, or empty where that is not wanted.
template <class T>
DeviceBuffer<T> counterpart(const T* host, std::int64_t pixels) {
  return host == nullptr ? DeviceBuffer<T>() : DeviceBuffer<T>(static_cast<std::size_t>(pixels));
}

template <class Real>
DeviceBuffer<Real> on_device(const std::vector<Real>& values) {
  DeviceBuffer<Real> buffer(values.size());
  buffer.copy_from(values.data());
  return buffer;
}

template <class Real>
void map_as(const Map& map, const Tile& tile, const Fields& fields, TileResult& result) {
  const std::int64_t pixels = tile.pixels();
  const PixelArrays<Real> host = allot<Real>(result, fields, map.point.geometry(), pixels);
  const auto fate = counterpart(host.fate, pixels);
  const auto steps = counterpart(host.steps, pixels);
  const auto r_final = counterpart(host.r_final, pixels);
  const auto w_final = counterpart(host.w_final, pixels);
  const auto b_final = counterpart(host.b_final, pixels);
  const auto loss_final = counterpart(host.loss_final, pixels);
  const auto w = on_device(centres<Real>(map.window.w, tile.first_w, tile.count_w));
  const auto b = on_device(centres<Real>(map.window.b, tile.first_b, tile.count_b));

  const PixelStarts<Real> starts = {w.data(), b.data(), static_cast<Real>(map.point.r), tile.count_w};
  const PixelArrays<Real> arrays = {fate.data(),    steps.data(),   r_final.data(),
                                    w_final.data(), b_final.data(), loss_final.data()};
  const Kernel<Real> kernel = kernel_for<Real>(map.point.geometry(), map.criteria.stop);
  const auto blocks = static_cast<unsigned>((pixels + block_threads - 1) / block_threads);
  kernel<<<blocks, block_threads>>>(make_dynamics<Real>(map.point, map.criteria), starts, arrays, pixels);
  DEADCONE_CUDA_CHECK(cudaGetLastError());

  // The first copy waits for the kernel.
  fate.copy_to(host.fate);
  steps.copy_to(host.steps);
  r_final.copy_to(host.r_final);
  w_final.copy_to(host.w_final);
  b_final.copy_to(host.b_final);
  loss_final.copy_to(host.loss_final);
}

class CudaMapper final : public Mapper {
 public:
  CudaMapper() { DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties_, 0)); }

  void map(const Map& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) override {
    if (meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
    if (map.precision == Precision::float32) {
      map_as<float>(map, tile, fields, result);
    } else {
      map_as<double>(map, tile, fields, result);
    }
    meter.pixels.fetch_add(tile.pixels(), std::memory_order_relaxed);
    meter.updates.fetch_add(std::accumulate(result.steps.begin(), result.steps.end(), std::int64_t{0}),
                            std::memory_order_relaxed);
  }

  std::string description() const override { return std::string("cuda, ") + properties_.name; }

 private:
  cudaDeviceProp properties_ = {};
};

}  // namespace

bool cuda_device_is_present() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

std::unique_ptr<Mapper> make_cuda_mapper() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    throw DeviceError(std::string("no CUDA device: ") +
                      (status == cudaSuccess ? "none found" : cudaGetErrorString(status)) + "; use --device cpu");
  }
  return std::make_unique<CudaMapper>();
}

}  // namespace deadcone
