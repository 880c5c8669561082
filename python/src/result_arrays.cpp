#include "result_arrays.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <new>
#include <numeric>
#include <utility>

#include "base/memory.hpp"
#include "deadcone/errors.hpp"
#include "file/result_datasets.hpp"

namespace deadcone::python {
namespace {

std::size_t elements_of(const hdf5::Extent& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// An array whose elements are not set: memory that is not touched need not be there.
Array allot(const Variable& variable, const hdf5::Extent& shape) {
  const std::size_t bytes = elements_of(shape) * size_of(variable.type);
  return {variable.type, shape, std::shared_ptr<std::byte[]>(new std::byte[bytes])};
}

/// Copies an element to `count` places, ever longer runs of it at once.
void fill(std::byte* first, std::size_t count, const Bytes& element) {
  const std::size_t bytes = count * element.size();
  if (bytes == 0) return;
  std::memcpy(first, element.data(), element.size());
  constexpr std::size_t longest = std::size_t{1} << 16;  // stays in a cache
  for (std::size_t filled = element.size(); filled < bytes;) {
    const std::size_t run = std::min({filled, bytes - filled, longest / element.size() * element.size()});
    std::memcpy(first + filled, first, run);
    filled += run;
  }
}

std::int64_t bytes_of(const Schema& schema) {
  const double bytes = pixel_bytes(schema) + other_bytes(schema);
  if (!(bytes < static_cast<double>(std::numeric_limits<std::int64_t>::max()))) refuse_uncountable_maps();
  return static_cast<std::int64_t>(bytes);
}

Bytes pending_element(const Variable& variable) {
  return element_of(variable.type, variable.initial.value_or(variable.fill));
}

}  // namespace

ResultArrays::ResultArrays(Schema schema) : schema_(std::move(schema)) {
  try {
    allot_all();
  } catch (const OutOfMemory& error) {
    if (schema_.has_maps()) throw;
    throw PointsDoNotFit(error.what());
  }
}

void ResultArrays::allot_all() {
  const char* what = schema_.has_maps() ? maps_take : "the results take";
  const std::int64_t bytes = bytes_of(schema_);
  check_memory(bytes, what);
  try {
    const hdf5::Extent pixels = {static_cast<std::uint64_t>(schema_.grid().rows),
                                 static_cast<std::uint64_t>(schema_.grid().columns)};
    for (const Variable& field : schema_.pixel_fields)
      by_pixel_.push_back(allot(field, joined(point_extent(schema_), pixels)));
    for (const PointVariable& field : schema_.point_fields)
      by_point_.push_back(allot(field.variable, point_extent(schema_, field)));
    states_.resize(static_cast<std::size_t>(schema_.points()), State::pending);
  } catch (const std::bad_alloc&) {
    refuse_memory(bytes, what);
  }
}

void ResultArrays::set(const PointRun& points, const PointValues& values, State state) {
  const auto first = static_cast<std::size_t>(points.first);
  const auto count = static_cast<std::size_t>(points.count);
  for (std::size_t i = 0; i < by_point_.size(); ++i) {
    const std::size_t each = values[i].size() / count;
    std::memcpy(by_point_[i].bytes.get() + first * each, values[i].data(), values[i].size());
  }
  std::fill_n(states_.begin() + points.first, points.count, state);
}

void ResultArrays::finish(const PointRun& points, const PointValues& values) {
  set(points, values, State::done);
}

void ResultArrays::keep(std::int64_t point, const PointValues& values) {
  set({point, 1}, values, State::begun);
  const auto done = std::ranges::find(schema_.point_fields, std::string(point_done),
                                      [](const PointVariable& field) { return field.variable.name; });
  const Bytes element = pending_element(done->variable);
  std::byte* marks = by_point_[static_cast<std::size_t>(done - schema_.point_fields.begin())].bytes.get();
  std::ranges::copy(element, marks + static_cast<std::size_t>(point) * element.size());
}

void ResultArrays::close() {
  if (is_closed_) return;
  is_closed_ = true;
  for (std::size_t i = 0; i < by_pixel_.size(); ++i) {
    const Variable& field = schema_.pixel_fields[i];
    fill_pending(by_pixel_[i], element_of(field.type, field.fill));
  }
  for (std::size_t i = 0; i < by_point_.size(); ++i)
    fill_pending(by_point_[i], pending_element(schema_.point_fields[i].variable));
}

void ResultArrays::fill_pending(Array& array, const Bytes& element) const {
  const std::size_t each = elements_of(array.shape) / states_.size();
  for (std::size_t point = 0; point < states_.size(); ++point) {
    if (states_[point] == State::pending) fill(array.bytes.get() + point * each * element.size(), each, element);
  }
}

}  // namespace deadcone::python
