#include "tile_slot.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "cuda_check.hpp"
#include "deadcone/dynamics.hpp"
#include "deadcone/errors.hpp"
#include "map_kernel.hpp"
#include "row_bands.hpp"
#include "tile_arrays.hpp"
#include "tile_counts.hpp"

namespace deadcone {
namespace {

CudaStream stream_on(int device) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device));
  return {};
}

std::size_t size_of_real(Precision precision) {
  return precision == Precision::float32 ? sizeof(float) : sizeof(double);
}

/// The fields of a band at `base`, null where they are not wanted; steps always.
template <class Real>
PixelArrays<Real> arrays_at(std::byte* base, const TileLayout& layout, const Fields& fields, Geometry geometry) {
  const auto real = [&](std::size_t offset, bool wanted) {
    return wanted ? reinterpret_cast<Real*>(base + offset) : nullptr;
  };
  return {reinterpret_cast<std::int8_t*>(base + layout.fate),
          reinterpret_cast<std::int32_t*>(base + layout.steps),
          real(layout.r_final, fields.final && geometry == Geometry::general),
          real(layout.w_final, fields.final),
          real(layout.b_final, fields.final),
          real(layout.loss_final, fields.loss)};
}

/// Copies `count` values out, where they are wanted.
template <class T>
void copy_out(T* to, const T* from, std::int64_t first, std::int64_t count) {
  if (to != nullptr) std::memcpy(to + first, from, static_cast<std::size_t>(count) * sizeof(T));
}

}  // namespace

TileSlot::TileSlot(int device, std::size_t memory_limit)
    : device_(device), memory_limit_(memory_limit), stream_(stream_on(device)) {}

TileLayout TileSlot::layout(std::int64_t rows) const {
  return layout_of(rows * tile_.count_w, fields_, map_.point.geometry(), size_of_real(map_.precision));
}

// On the device, for one band after the other: the coordinates of the tile, the counts, the workspace for counting, the
// fields. On the host, for each band: the counts, the fields that are kept; and the coordinates once, before all.

std::size_t TileSlot::device_size(std::int64_t rows) const {
  const std::size_t coordinates =
      static_cast<std::size_t>(tile_.count_w + tile_.count_b) * size_of_real(map_.precision);
  return aligned(coordinates) + aligned(sizeof(Counts)) + aligned(workspace_) + layout(rows).total;
}

std::vector<TileSlot::Band> TileSlot::bands() const {
  std::vector<Band> result;
  for (std::int64_t first = 0; first < tile_.count_b; first += band_rows_)
    result.push_back({first, std::min(band_rows_, tile_.count_b - first)});
  return result;
}

std::size_t TileSlot::host_size() const {
  std::size_t size = aligned(static_cast<std::size_t>(tile_.count_w + tile_.count_b) * size_of_real(map_.precision));
  for (const Band& band : bands()) size += aligned(sizeof(Counts)) + layout(band.count).kept;
  return size;
}

void TileSlot::make_room() {
  band_rows_ = rows_that_fit(tile_.count_b, [this](std::int64_t rows) {
    workspace_ = count_workspace(rows * tile_.count_w);
    const std::size_t size = device_size(rows);
    if (on_device_.size() >= size) return true;
    on_device_ = {};
    if (size <= memory_limit_) on_device_ = device_bytes(size);
    if (on_device_.size() < size) return false;
    // The gaps between fields are copied back with them.
    DEADCONE_CUDA_CHECK(cudaMemsetAsync(on_device_.data(), 0, size, stream_.get()));
    return true;
  });
  if (band_rows_ == 0) {
    throw DeviceError("CUDA: the device has not even memory for a row of a tile (" + std::to_string(device_size(1)) +
                      " bytes); end what else runs on it, or use --device cpu");
  }
  if (on_host_.size() < host_size()) {
    on_host_ = {};
    on_host_ = pinned_bytes(host_size());
  }
}

void TileSlot::begin(const Map& map, const Tile& tile, const Fields& fields) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  map_ = map;
  tile_ = tile;
  fields_ = fields;
  make_room();
  if (map.precision == Precision::float32) {
    begin_as<float>();
  } else {
    begin_as<double>();
  }
}

template <class Real>
void TileSlot::begin_as() {
  const std::vector<Real> w = centres<Real>(map_.window.w, tile_.first_w, tile_.count_w);
  const std::vector<Real> b = centres<Real>(map_.window.b, tile_.first_b, tile_.count_b);
  std::byte* host = on_host_.data();
  const std::size_t bytes = (w.size() + b.size()) * sizeof(Real);
  std::memcpy(host, w.data(), w.size() * sizeof(Real));
  std::memcpy(host + w.size() * sizeof(Real), b.data(), b.size() * sizeof(Real));
  DEADCONE_CUDA_CHECK(cudaMemcpyAsync(on_device_.data(), host, bytes, cudaMemcpyHostToDevice, stream_.get()));
  host += aligned(bytes);
  for (const Band& band : bands()) {
    begin_band<Real>(band, host);
    host += aligned(sizeof(Counts)) + layout(band.count).kept;
  }
}

template <class Real>
void TileSlot::begin_band(const Band& band, std::byte* host) {
  const TileLayout fields = layout(band.count);
  const auto* w = reinterpret_cast<const Real*>(on_device_.data());
  const Real* b = w + tile_.count_w + band.first;
  std::byte* counts =
      on_device_.data() + aligned(static_cast<std::size_t>(tile_.count_w + tile_.count_b) * sizeof(Real));
  std::byte* workspace = counts + aligned(sizeof(Counts));
  std::byte* results = workspace + aligned(workspace_);

  TileTask<Real> task;
  task.dynamics = make_dynamics<Real>(map_.point, map_.criteria);
  task.starts = {w, b, static_cast<Real>(map_.point.r), tile_.count_w};
  task.results = arrays_at<Real>(results, fields, fields_, map_.point.geometry());
  task.count_b = static_cast<std::int32_t>(band.count);
  task.count_w = static_cast<std::int32_t>(tile_.count_w);
  launch_map(map_.point.geometry(), map_.criteria.stop, task, stream_.get());
  count_on_device(task.results.fate, task.results.steps, band.count * tile_.count_w, reinterpret_cast<Counts*>(counts),
                  workspace, workspace_, stream_.get());
  DEADCONE_CUDA_CHECK(cudaMemcpyAsync(host, counts, sizeof(Counts), cudaMemcpyDeviceToHost, stream_.get()));
  DEADCONE_CUDA_CHECK(
      cudaMemcpyAsync(host + aligned(sizeof(Counts)), results, fields.kept, cudaMemcpyDeviceToHost, stream_.get()));
}

void TileSlot::finish(TileResult& result) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  stream_.wait();
  if (map_.precision == Precision::float32) {
    finish_as<float>(result);
  } else {
    finish_as<double>(result);
  }
}

void TileSlot::abandon() noexcept {
  cudaStreamSynchronize(stream_.get());  // what it says is said already, or of no use any more
}

template <class Real>
void TileSlot::finish_as(TileResult& result) {
  const Geometry geometry = map_.point.geometry();
  const PixelArrays<Real> to = allot<Real>(result, fields_, geometry, tile_.pixels());
  std::byte* host = on_host_.data() + aligned(static_cast<std::size_t>(tile_.count_w + tile_.count_b) * sizeof(Real));
  result.counts = {};
  for (const Band& band : bands()) {
    Counts counts;
    std::memcpy(&counts, host, sizeof counts);
    result.counts += counts;
    host += aligned(sizeof(Counts));
    const TileLayout fields = layout(band.count);
    const PixelArrays<Real> from = arrays_at<Real>(host, fields, fields_, geometry);
    const std::int64_t first = band.first * tile_.count_w;
    const std::int64_t pixels = band.count * tile_.count_w;
    copy_out(to.fate, from.fate, first, pixels);
    copy_out(to.steps, from.steps, first, pixels);
    copy_out(to.r_final, from.r_final, first, pixels);
    copy_out(to.w_final, from.w_final, first, pixels);
    copy_out(to.b_final, from.b_final, first, pixels);
    copy_out(to.loss_final, from.loss_final, first, pixels);
    host += fields.kept;
  }
}

}  // namespace deadcone
