#include "unit/slot.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "deadcone/errors.hpp"
#include "runtime/check.hpp"
#include "unit/counts.hpp"
#include "unit/kernel.hpp"
#include "unit/row_bands.hpp"

namespace deadcone {
namespace {

CudaStream stream_on(int device) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device));
  return {};
}

/// Pixels in a row of a list: any number would do that leaves few rows short.
constexpr std::int64_t list_row = 512;

std::size_t size_of_real(Precision precision) {
  return with_precision(precision, []<class Real>() { return sizeof(Real); });
}

}  // namespace

TileSlot::TileSlot(int device, std::size_t memory_limit)
    : device_(device), memory_limit_(memory_limit), stream_(stream_on(device)) {}

std::int64_t TileSlot::pixels() const {
  return listed_.empty() ? tile_.pixels() : static_cast<std::int64_t>(listed_.size());
}

std::int64_t TileSlot::pixels_of(const Band& band) const {
  return std::min(band.count * row_, pixels() - band.first * row_);
}

TileLayout TileSlot::layout(std::int64_t rows) const {
  return layout_of(rows * row_, wanted_, map_->precision);
}

TileLayout TileSlot::layout(const Band& band) const {
  return layout_of(pixels_of(band), wanted_, map_->precision);
}

// On the device: the coordinates of the tile and the list; then, for one band after the other, the counts, the
// workspace for counting, the fields. On the host: the coordinates and the list; then, for each band, the counts, the
// fields that are kept.

std::size_t TileSlot::inputs_size() const {
  return aligned(static_cast<std::size_t>(tile_.count_w + tile_.count_b) * size_of_real(map_->precision)) +
         aligned(listed_.size() * sizeof(std::int32_t));
}

std::size_t TileSlot::device_size(std::int64_t rows) const {
  return inputs_size() + aligned(sizeof(Counts)) + aligned(workspace_) + layout(rows).total;
}

std::vector<TileSlot::Band> TileSlot::bands() const {
  std::vector<Band> result;
  for (std::int64_t first = 0; first < rows(); first += band_rows_)
    result.push_back({first, std::min(band_rows_, rows() - first)});
  return result;
}

std::size_t TileSlot::host_size() const {
  std::size_t size = inputs_size();
  for (const Band& band : bands()) size += aligned(sizeof(Counts)) + layout(band).kept;
  return size;
}

void TileSlot::make_room() {
  band_rows_ = rows_that_fit(rows(), [this](std::int64_t rows) {
    workspace_ = count_workspace(rows * row_);
    const std::size_t size = device_size(rows);
    if (size - aligned(workspace_) > memory_limit_) return false;
    if (on_device_.size() >= size) return true;
    on_device_ = {};
    on_device_ = device_bytes(size);
    if (on_device_.size() < size) return false;
    // The gaps between fields are copied back with them.
    DEADCONE_CUDA_CHECK(cudaMemsetAsync(on_device_.data(), 0, size, stream_.get()));
    return true;
  });
  if (band_rows_ == 0) {
    throw DeviceError("CUDA: the device has no memory for even one row of a tile (" + std::to_string(device_size(1)) +
                      " bytes)");
  }
  if (on_host_.size() < host_size()) {
    on_host_ = {};
    on_host_ = pinned_bytes(host_size());
  }
}

void TileSlot::begin(const PreparedMap& map, const Tile& tile, const Fields& fields, const PixelList& listed) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  map_ = map;
  tile_ = tile;
  wanted_ = wanted_fields(map.map(), fields);
  listed_ = listed;
  row_ = listed.empty() ? tile.count_w : list_row;
  make_room();
  with_precision(map->precision, [this]<class Real>() { begin_as<Real>(); });
}

template <class Real>
void TileSlot::begin_as() {
  const std::vector<Real> w = centres<Real>(map_->window.w, tile_.first_w, tile_.count_w);
  const std::vector<Real> b = centres<Real>(map_->window.b, tile_.first_b, tile_.count_b);
  std::byte* host = on_host_.data();
  const std::size_t coordinates = (w.size() + b.size()) * sizeof(Real);
  std::memcpy(host, w.data(), w.size() * sizeof(Real));
  std::memcpy(host + w.size() * sizeof(Real), b.data(), b.size() * sizeof(Real));
  const std::size_t list = listed_.size() * sizeof(std::int32_t);
  if (list > 0) std::memcpy(host + aligned(coordinates), listed_.data(), list);
  DEADCONE_CUDA_CHECK(cudaMemcpyAsync(on_device_.data(), host, inputs_size(), cudaMemcpyHostToDevice, stream_.get()));
  host += inputs_size();
  for (const Band& band : bands()) {
    begin_band<Real>(band, host);
    host += aligned(sizeof(Counts)) + layout(band).kept;
  }
}

template <class Real>
void TileSlot::begin_band(const Band& band, std::byte* host) {
  const TileLayout fields = layout(band);
  const auto* w = reinterpret_cast<const Real*>(on_device_.data());
  const Real* b = w + tile_.count_w;
  const std::int32_t* listed = nullptr;
  if (listed_.empty()) {
    b += band.first;
  } else {
    const std::size_t coordinates = static_cast<std::size_t>(tile_.count_w + tile_.count_b) * sizeof(Real);
    listed = reinterpret_cast<const std::int32_t*>(on_device_.data() + aligned(coordinates)) + band.first * row_;
  }
  std::byte* counts = on_device_.data() + inputs_size();
  std::byte* workspace = counts + aligned(sizeof(Counts));
  std::byte* results = workspace + aligned(workspace_);

  TileTask<Real> task;
  task.dynamics = map_.dynamics<Real>();
  task.starts = {w, b, static_cast<Real>(map_->point.r), tile_.count_w, listed};
  WantedFields on_device = wanted_;
  on_device.updates = true;
  task.results = arrays_at<Real>(results, fields, on_device);
  task.count_b = static_cast<std::int32_t>(band.count);
  task.count_w = static_cast<std::int32_t>(row_);
  task.pixels = pixels_of(band);
  launch_map(map_.variant(), task, stream_.get());
  count_on_device(task.results.fate, task.results.updates, task.pixels, reinterpret_cast<Counts*>(counts), workspace,
                  workspace_, stream_.get());
  DEADCONE_CUDA_CHECK(cudaMemcpyAsync(host, counts, sizeof(Counts), cudaMemcpyDeviceToHost, stream_.get()));
  DEADCONE_CUDA_CHECK(
      cudaMemcpyAsync(host + aligned(sizeof(Counts)), results, fields.kept, cudaMemcpyDeviceToHost, stream_.get()));
}

void TileSlot::finish(TileResult& result) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  stream_.wait();
  with_precision(map_->precision, [&]<class Real>() { finish_as<Real>(result); });
}

void TileSlot::abandon() noexcept {
  cudaStreamSynchronize(stream_.get());  // an error has been reported already, or no longer matters
}

template <class Real>
void TileSlot::finish_as(TileResult& result) {
  const PixelArrays<Real> to = allot<Real>(result, wanted_, pixels());
  std::byte* host = on_host_.data() + inputs_size();
  Counts all;
  for (const Band& band : bands()) {
    Counts counts;
    std::memcpy(&counts, host, sizeof counts);
    all += counts;
    host += aligned(sizeof(Counts));
    const TileLayout fields = layout(band);
    copy_fields(arrays_at<Real>(host, fields, wanted_), to, band.first * row_, pixels_of(band));
    host += fields.kept;
  }
  result.counts.assign(1, all);
}

}  // namespace deadcone
