#pragma once

// The kernel: one thread for each pixel runs its trajectory to the end, or up to where the launch ends.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/trajectory/general.hpp"
#include "deadcone/trajectory/orbit.hpp"
#include "deadcone/trajectory/pixels.hpp"
#include "deadcone/trajectory/variant.hpp"
#include "unit/counts.hpp"
#include "unit/geometry.hpp"

namespace deadcone {

/// What a launch does with its pixels.
template <class Real>
struct LaunchTask {
  PixelArrays<Real> results;
  DeviceCounts* counts;  ///< `count_copies` of them
  void* courses;         ///< of the pixels that have not ended by the end of the launch; null: all of them end
  std::int32_t until;    ///< updates, whole blocks or all, after which the launch ends
  bool goes_on;          ///< with `courses`, from an earlier launch
  std::int64_t pixels;
};

/// A tile of one map, a band of its rows, or a list of its pixels in rows of `count_w`, as the kernel takes it: all
/// pointers are to the device. The constants come with the launch.
template <class Real>
struct TileTask : LaunchTask<Real> {
  Dynamics<Real> dynamics;
  PixelStarts<Real> starts;
  std::int32_t count_b;
  std::int32_t count_w;
};

/// The same tile of several maps, or a list of pixels of them. The constants are in the memory of the device, by map.
template <class Real>
struct BatchTask : LaunchTask<Real> {
  const Dynamics<Real>* dynamics;
  BatchStarts<Real> starts;
  BatchGeometry geometry;  ///< of the tile; with a list, pixels are taken by number
};

/// The same of any unit and optimiser.
template <class Real>
struct GeneralTask : LaunchTask<Real> {
  const GeneralConstants<Real>* constants;
  GeneralRules<Real> rules;  ///< its factors are in the memory of the device, too
  BatchStarts<Real> starts;
  BatchGeometry geometry;  ///< as above
};

/// The updates of a course that has ended: more than any launch goes to.
inline constexpr std::int32_t ended_course = 2'147'483'647;

/// A course that goes on. What its kind of trajectory does not use is set anew, which keeps it out of the registers.
template <Geometry geometry, class Real>
DEADCONE_HD inline Course<Real> resumed(Course<Real> course, Real r) {
  if constexpr (geometry == Geometry::planar) {
    course.state.theta.r = r;
    course.state.momentum.r = course.state.shift.r = Real(0);
  }
  if constexpr (!unit::sums_with_compensation<Real>) course.state.shift = {Real(0), Real(0), Real(0)};
  course.state.anchor = course.state.theta;  // it has moved with the last update of the launch, the end of a block
  return course;
}

/// Follows the trajectory of pixel `i` through a launch.
template <Geometry geometry, bool certify, class Real>
DEADCONE_HD inline void run_pixel(const LaunchTask<Real>& task, const Dynamics<Real>& dynamics,
                                  const Parameters<Real>& start, std::int64_t i, std::uint32_t block) {
  auto* courses = static_cast<Course<Real>*>(task.courses);
  Course<Real> course = task.goes_on ? resumed<geometry>(courses[i], start.r) : course_from<geometry>(dynamics, start);
  Outcome<Real> outcome;
  if (follow<geometry, certify>(dynamics, task.until, course, outcome)) {
    store_outcome<geometry>(dynamics, task.results, i, outcome);
    count_pixel(task.counts[block % count_copies], outcome.fate, outcome.updates);
    course.updates = ended_course;
  }
  if (courses != nullptr) courses[i] = course;
}

/// Follows the trajectory of pixel `i` of a unit of a family through a launch.
template <class Family, class Real>
DEADCONE_HD inline void run_general_pixel(const GeneralTask<Real>& task, std::int64_t i, std::uint32_t block) {
  using Course = unit::GeneralCourse<Real, Family::coordinates>;
  const BatchStart<Real> start = start_of_pixel(task.starts, i);
  const GeneralConstants<Real>& of = task.constants[start.map];
  auto* courses = static_cast<Course*>(task.courses);
  Course course = task.goes_on ? courses[i] : unit::general_course_from<Family>(task.rules, of, start.theta);
  unit::GeneralOutcome<Real, Family::coordinates> outcome;
  if (unit::follow<Family>(task.rules, of, task.until, course, outcome)) {
    unit::store_outcome<Family>(of, task.results, i, outcome);
    count_pixel(task.counts[block % count_copies], outcome.fate, outcome.updates);
    course.updates = ended_course;
  }
  if (courses != nullptr) courses[i] = course;
}

/// Measures what the trajectory of pixel `i`, which has ended, does then. Its course has its last state.
template <class Family, class Real>
DEADCONE_HD inline void measure_pixel(const GeneralTask<Real>& task, std::int64_t i, std::uint32_t block) {
  using Course = unit::GeneralCourse<Real, Family::coordinates>;
  const GeneralConstants<Real>& of = task.constants[start_of_pixel(task.starts, i).map];
  const Course& course = static_cast<const Course*>(task.courses)[i];
  const PixelArrays<Real>& results = task.results;
  unit::GeneralOutcome<Real, Family::coordinates> outcome = {
      .fate = results.fate[i], .updates = results.updates[i], .theta = course.state.theta, .minimum = -1};
  unit::measure_orbit<Family>(task.rules, of, course.state, course.limit_squared, outcome);
  if (results.period != nullptr) results.period[i] = outcome.period;
  if (results.lyapunov != nullptr) results.lyapunov[i] = numeric::canonical(outcome.exponent);
  recount_pixel(task.counts[block % count_copies], results.fate[i], outcome.fate);
  results.fate[i] = outcome.fate;
}

/// What a thread of a launch does.
template <Geometry geometry, bool certify, class Real>
DEADCONE_HD inline void run_thread(const TileTask<Real>& task, std::uint32_t block, std::int32_t thread) {
  const TilePixel pixel = pixel_of(block, thread, task.count_w);
  if (pixel.w >= task.count_w || pixel.b >= task.count_b) return;
  const std::int64_t i = static_cast<std::int64_t>(pixel.b) * task.count_w + pixel.w;
  if (i >= task.pixels) return;
  run_pixel<geometry, certify>(task, task.dynamics, start_of_pixel(task.starts, i), i, block);
}
template <Geometry geometry, bool certify, class Real>
DEADCONE_HD inline void run_thread(const BatchTask<Real>& task, std::uint32_t block, std::int32_t thread) {
  const std::int64_t i = pixel_of(task.geometry, static_cast<std::int64_t>(block) * block_threads + thread);
  if (i < 0 || i >= task.pixels) return;
  const BatchStart<Real> start = start_of_pixel(task.starts, i);
  run_pixel<geometry, certify>(task, task.dynamics[start.map], start.theta, i, block);
}

template <class Family, class Real>
DEADCONE_HD inline void run_general_thread(const GeneralTask<Real>& task, std::uint32_t block, std::int32_t thread) {
  const std::int64_t i = pixel_of(task.geometry, static_cast<std::int64_t>(block) * block_threads + thread);
  if (i >= 0 && i < task.pixels) run_general_pixel<Family>(task, i, block);
}

template <class Family, class Real>
DEADCONE_HD inline void measure_thread(const GeneralTask<Real>& task, std::uint32_t block, std::int32_t thread) {
  const std::int64_t i = pixel_of(task.geometry, static_cast<std::int64_t>(block) * block_threads + thread);
  if (i >= 0 && i < task.pixels) measure_pixel<Family>(task, i, block);
}

/// The blocks of a launch.
template <class Real>
std::int64_t blocks_of(const TileTask<Real>& task) {
  return blocks_of(task.count_w, task.count_b);
}
template <class Real>
std::int64_t blocks_of(const BatchStarts<Real>& starts, const BatchGeometry& geometry, std::int64_t pixels) {
  const std::int64_t maps = (pixels - 1) / starts.map_pixels + 1;
  const std::int64_t threads = geometry.patch_width == 0 ? pixels : threads_of(geometry, maps);
  return (threads - 1) / block_threads + 1;
}
template <class Real>
std::int64_t blocks_of(const BatchTask<Real>& task) {
  return blocks_of(task.starts, task.geometry, task.pixels);
}
template <class Real>
std::int64_t blocks_of(const GeneralTask<Real>& task) {
  return blocks_of(task.starts, task.geometry, task.pixels);
}

/// Runs the pixels of a task in `stream`: of a tile or of a batch, for float and double. Its blocks are at most
/// `largest_grid`. Throws DeviceError where the launch fails.
template <class Task>
void launch_map(const Variant& variant, const Task& task, cudaStream_t stream);

/// The same of a task of units of a kind, for float and double.
template <class Real>
void launch_general(UnitKind kind, const GeneralTask<Real>& task, cudaStream_t stream);

/// Measures the orbits of the pixels of such a task, all of which have ended.
template <class Real>
void launch_measures(UnitKind kind, const GeneralTask<Real>& task, cudaStream_t stream);

/// The kernels for the tasks of units of all kinds, as addresses: what load_kernels() loads.
std::vector<const void*> general_kernels();

/// Loads all kernels onto the current device, which would otherwise happen at the first launch of each, while others
/// wait and time is taken. Returns why the device cannot run them, in words; nothing where it can.
std::string load_kernels();

}  // namespace deadcone
