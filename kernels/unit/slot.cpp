#include "unit/slot.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "deadcone/errors.hpp"
#include "runtime/check.hpp"
#include "unit/counts.hpp"
#include "unit/kernel.hpp"
#include "unit/launch_length.hpp"
#include "unit/row_bands.hpp"

namespace deadcone {
namespace {

CudaStream stream_on(int device) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device));
  return {};
}

/// Pixels in a row of a list: any number would do that leaves few rows short.
constexpr std::int64_t list_row = 128;

/// The bytes of the counts of a band.
constexpr std::size_t counts_size = aligned(count_copies * sizeof(DeviceCounts));

}  // namespace

TileSlot::TileSlot(int device, const CudaLimits& limits)
    : device_(device),
      speed_(speed_of_device(device)),
      launch_seconds_(limits.launch_seconds),
      stream_(stream_on(device)),
      on_device_(limits.memory) {}

std::int64_t TileSlot::pixels() const {
  return listed_.empty() ? maps_.count() * tile_.pixels() : static_cast<std::int64_t>(listed_.size());
}

std::int64_t TileSlot::pixels_of(const Band& band) const {
  return std::min(band.count * row_, pixels() - band.first * row_);
}

TileLayout TileSlot::layout(std::int64_t rows) const {
  return layout_of(rows * row_, copied_, maps_->precision);
}

TileLayout TileSlot::layout(const Band& band) const {
  return layout_of(pixels_of(band), copied_, maps_->precision);
}

// On the device: the inputs; then, for one band after the other, the counts, the fields, and the courses of trajectories
// that one launch does not end. On the host: the inputs; then, for each band, the counts and the fields that are kept.

TileSlot::Inputs TileSlot::inputs() const {
  return with_precision(maps_->precision, [this]<class Real>() {
    Inputs inputs = {};
    const auto place = [&](std::size_t& offset, std::int64_t count, std::size_t size) {
      offset = inputs.total;
      inputs.total += aligned(static_cast<std::size_t>(count) * size);
    };
    const std::int64_t constants = is_batch() ? maps_.count() : 0;  // those of one come with the launch
    const bool general = maps_->is_general();
    place(inputs.w, tile_.columns, sizeof(Real));
    place(inputs.b, tile_.rows, sizeof(Real));
    place(inputs.r, constants, sizeof(Real));
    place(inputs.constants, constants, general ? sizeof(GeneralConstants<Real>) : sizeof(Dynamics<Real>));
    place(inputs.factors, general ? std::ssize(maps_.general_arrays<Real>().factors) : 0, sizeof(Real));
    place(inputs.listed, std::ssize(listed_), sizeof(std::int32_t));
    return inputs;
  });
}

std::int32_t TileSlot::updates_of_launch(std::int64_t rows) const {
  const auto all = static_cast<std::int32_t>(maps_->criteria.max_updates);
  return std::min(all, deadcone::updates_of_launch(speed_, maps_->precision, rows * row_, launch_seconds_));
}

std::size_t TileSlot::device_size(std::int64_t rows) const {
  std::size_t size = inputs().total + counts_size + layout(rows).total;
  if (carries(updates_of_launch(rows))) {
    const std::size_t course = with_precision(maps_->precision, [this]<class Real>() {
      return maps_->is_general() ? sizeof(unit::GeneralCourse<Real, 4>) : sizeof(Course<Real>);
    });
    size += static_cast<std::size_t>(rows * row_) * course;
  }
  return size;
}

std::size_t TileSlot::kept_size(const Band& band) const {
  return counts_size + layout(band).kept;
}

void TileSlot::cut_into_bands(std::int64_t rows_of_a_band) {
  bands_.clear();
  host_size_ = inputs().total;
  for (std::int64_t first = 0; first < rows(); first += rows_of_a_band) {
    bands_.push_back({first, std::min(rows_of_a_band, rows() - first), host_size_});
    host_size_ += kept_size(bands_.back());
  }
}

void TileSlot::make_room() {
  // A block runs at least one pixel.
  const std::int64_t rows_of_a_band = rows_that_fit(rows(), [this](std::int64_t rows) {
    return rows * row_ <= largest_grid && on_device_.reserve(device_size(rows), stream_.get());
  });
  if (rows_of_a_band == 0) {
    on_device_.forget_refusals();  // others may have freed some by the next tile
    throw DeviceError("CUDA: the device has no memory for even one row of a tile (" + std::to_string(device_size(1)) +
                      " bytes)");
  }
  cut_into_bands(rows_of_a_band);
  launch_updates_ = updates_of_launch(rows_of_a_band);
  on_host_.reserve(host_size_);
}

void TileSlot::begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  maps_ = maps;
  tile_ = tile;
  wanted_ = wanted_fields(maps.first().map(), fields);
  copied_ = wanted_;
  copied_.updates = wanted_.updates || maps.count() > 1;
  listed_ = listed;
  row_ = !listed.empty() ? list_row : is_batch() ? tile.pixels() : tile.columns;
  try {
    make_room();
    with_precision(maps->precision, [this]<class Real>() { begin_as<Real>(); });
    band_ = 0;
    until_ = launch_updates_;
    all_begun_ = launch_updates_ == maps->criteria.max_updates;
    for (const Band& band : bands_) {
      launch(band, false);
      if (!all_begun_) break;
      launch_measures(band);
    }
  } catch (...) {
    abandon();
    throw;
  }
}

template <class Real>
void TileSlot::begin_as() {
  std::byte* host = on_host_.data();
  const Inputs at = inputs();
  const auto put = [host]<class T>(std::size_t offset, const std::vector<T>& values) {
    if (!values.empty()) std::memcpy(host + offset, values.data(), values.size() * sizeof(T));
  };
  put(at.w, centres<Real>(maps_->window.w, tile_.first_column, tile_.columns));
  put(at.b, centres<Real>(maps_->window.b, tile_.first_row, tile_.rows));
  put(at.listed, listed_);
  if (maps_->is_general()) {
    const GeneralArrays<Real>& points = maps_.general_arrays<Real>();
    put(at.r, points.r);
    put(at.constants, points.constants);
    put(at.factors, points.factors);
  } else if (is_batch()) {
    const PointArrays<Real>& points = maps_.arrays<Real>();
    put(at.r, points.r);
    auto* dynamics = reinterpret_cast<Dynamics<Real>*>(host + at.constants);
    for (std::size_t i = 0; i < points.constants.size(); ++i) {
      dynamics[i] = at_point(maps_.first().dynamics<Real>(), points.constants[i]);
      if (!points.proof.empty()) dynamics[i].proof = points.proof[i];
    }
  }
  DEADCONE_CUDA_CHECK(cudaMemcpyAsync(on_device_.data(), host, at.total, cudaMemcpyHostToDevice, stream_.get()));
}

bool TileSlot::advance() {
  if (all_begun_) return true;
  if (!stream_.is_idle()) return false;
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  const Band& band = bands_[band_];
  const Counts ended = sum_of_copies(reinterpret_cast<const DeviceCounts*>(results_of(band)));
  if (ended.pixels() < pixels_of(band)) {
    const auto all = static_cast<std::int32_t>(maps_->criteria.max_updates);
    until_ = all - until_ <= launch_updates_ ? all : until_ + launch_updates_;
    launch(band, true);
    return false;
  }
  launch_measures(band);
  ++band_;
  all_begun_ = band_ == bands_.size();
  if (all_begun_) return true;
  until_ = launch_updates_;
  launch(bands_[band_], false);
  return false;
}

void TileSlot::launch(const Band& band, bool goes_on) {
  with_precision(maps_->precision, [&]<class Real>() { launch_as<Real>(band, goes_on); });
}

template <class Real>
LaunchTask<Real> TileSlot::launch_task(const Band& band) const {
  const TileLayout fields = layout(band);
  auto* counts = on_device<DeviceCounts>(inputs().total);
  std::byte* results = reinterpret_cast<std::byte*>(counts) + counts_size;
  WantedFields computed = copied_;
  computed.updates = true;
  LaunchTask<Real> task = {};
  task.results = arrays_at<Real>(results, fields, computed);
  task.counts = counts;
  task.courses = carries(launch_updates_) ? results + fields.total : nullptr;
  task.pixels = pixels_of(band);
  return task;
}

template <class Real>
void TileSlot::launch_as(const Band& band, bool goes_on) {
  LaunchTask<Real> task = launch_task<Real>(band);
  task.until = until_;
  task.goes_on = goes_on;
  if (!goes_on) DEADCONE_CUDA_CHECK(cudaMemsetAsync(task.counts, 0, counts_size, stream_.get()));
  if (maps_->is_general()) {
    launch_general(band, task);
  } else {
    is_batch() ? launch_batch(band, task) : launch_tile(band, task);
  }
  copy_back(band);
}

void TileSlot::launch_measures(const Band& band) {
  if (!maps_->criteria.measures_orbits()) return;
  with_precision(maps_->precision, [&]<class Real>() {
    deadcone::launch_measures(maps_->unit, general_task(band, launch_task<Real>(band)), stream_.get());
  });
  copy_back(band);
}

/// Counts and fields lie side by side: one copy. Those of trajectories that have not ended come with the last launch.
void TileSlot::copy_back(const Band& band) {
  DEADCONE_CUDA_CHECK(cudaMemcpyAsync(results_of(band), on_device<std::byte>(inputs().total), kept_size(band),
                                      cudaMemcpyDeviceToHost, stream_.get()));
}

template <class Real>
void TileSlot::launch_tile(const Band& band, const LaunchTask<Real>& launch) {
  const Inputs at = inputs();
  TileTask<Real> task = {};
  static_cast<LaunchTask<Real>&>(task) = launch;
  task.dynamics = maps_.first().dynamics<Real>();
  task.starts = {on_device<const Real>(at.w), on_device<const Real>(at.b), static_cast<Real>(maps_->point.r),
                 tile_.columns};
  if (listed_.empty()) {
    task.starts.b += band.first;
  } else {
    task.starts.listed = on_device<const std::int32_t>(at.listed) + band.first * row_;
  }
  task.count_b = static_cast<std::int32_t>(band.count);
  task.count_w = static_cast<std::int32_t>(row_);
  launch_map(maps_.variant(), task, stream_.get());
}

template <class Real>
BatchStarts<Real> TileSlot::batch_starts(const Band& band) const {
  const Inputs at = inputs();
  BatchStarts<Real> starts = {on_device<const Real>(at.w), on_device<const Real>(at.b), on_device<const Real>(at.r),
                              static_cast<std::int32_t>(tile_.columns), static_cast<std::int32_t>(tile_.pixels())};
  if (listed_.empty()) {
    starts.r += band.first;
  } else {
    starts.listed = on_device<const std::int32_t>(at.listed) + band.first * row_;
  }
  return starts;
}

BatchGeometry TileSlot::geometry() const {
  const auto count_w = static_cast<std::int32_t>(tile_.columns);
  const auto count_b = static_cast<std::int32_t>(tile_.rows);
  return listed_.empty() ? batch_geometry(count_w, count_b) : BatchGeometry{count_w, count_b};
}

template <class Real>
void TileSlot::launch_batch(const Band& band, const LaunchTask<Real>& launch) {
  BatchTask<Real> task = {};
  static_cast<LaunchTask<Real>&>(task) = launch;
  task.dynamics = on_device<const Dynamics<Real>>(inputs().constants) + (listed_.empty() ? band.first : 0);
  task.starts = batch_starts<Real>(band);
  task.geometry = geometry();
  launch_map(maps_.variant(), task, stream_.get());
}

template <class Real>
GeneralTask<Real> TileSlot::general_task(const Band& band, const LaunchTask<Real>& launch) const {
  GeneralTask<Real> task = {};
  static_cast<LaunchTask<Real>&>(task) = launch;
  task.constants = on_device<const GeneralConstants<Real>>(inputs().constants) + (listed_.empty() ? band.first : 0);
  task.rules = maps_.general_arrays<Real>().rules;
  task.rules.schedule.factors = on_device<const Real>(inputs().factors);
  task.starts = batch_starts<Real>(band);
  task.geometry = geometry();
  return task;
}

template <class Real>
void TileSlot::launch_general(const Band& band, const LaunchTask<Real>& launch) {
  deadcone::launch_general(maps_->unit, general_task(band, launch), stream_.get());
}

void TileSlot::finish(TileResult& result) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
  stream_.wait();
  with_precision(maps_->precision, [&]<class Real>() { finish_as<Real>(result); });
}

void TileSlot::abandon() noexcept {
  stream_.drain();
}

template <class Real>
void TileSlot::finish_as(TileResult& result) {
  const PixelArrays<Real> to = allot<Real>(result, wanted_, pixels());
  result.counts.assign(static_cast<std::size_t>(maps_.count()), {});
  for (const Band& band : bands_) {
    std::byte* from = results_of(band);
    const PixelArrays<Real> fields = arrays_at<Real>(from + counts_size, layout(band), copied_);
    copy_fields(fields, to, band.first * row_, pixels_of(band));
    if (maps_.count() == 1) {
      result.counts.front() += sum_of_copies(reinterpret_cast<const DeviceCounts*>(from));
    } else {
      count(band, fields.fate, fields.updates, result.counts);
    }
  }
}

void TileSlot::count(const Band& band, const Fate* fate, const std::int32_t* updates,
                     std::vector<Counts>& counts) const {
  const std::int64_t first = band.first * row_;
  for (std::int64_t i = 0; i < pixels_of(band); ++i) {
    const std::int64_t number = listed_.empty() ? first + i : listed_[static_cast<std::size_t>(first + i)];
    counts[static_cast<std::size_t>(number / tile_.pixels())].add(fate[i], updates[i]);
  }
}

}  // namespace deadcone
