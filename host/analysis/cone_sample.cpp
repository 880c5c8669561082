#include "analysis/cone_sample.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/trajectory.hpp"

namespace deadcone {
namespace {

/// The mean of numbers that come one after the other.
class RunningMean {
 public:
  void add(double value) {
    ++count_;
    const double before = value - mean_;
    mean_ += before / static_cast<double>(count_);
    squares_ += before * (value - mean_);
  }
  SampledMean result() const {
    const auto count = static_cast<double>(count_);
    const double error =
        count_ > 1 ? std::sqrt(squares_ / (count - 1.0) / count) : std::numeric_limits<double>::quiet_NaN();
    return {mean_, error};
  }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;
};

/// What a trajectory adds to a sample.
struct Passage {
  double linear_share;
  double dead_entries;
  double dead_escapes;
};

template <Geometry geometry, class Real>
Passage run(const Dynamics<Real>& dynamics, const Parameters<Real>& start) {
  bool was_dead = active_probability<geometry>(start) < dynamics.epsilon;
  std::int64_t linear = 0;
  std::int64_t entered = 0;
  std::int64_t escaped = 0;
  const auto observe = [&](std::int32_t, const State<Real>& state) {
    const Real active = active_probability<geometry>(state.theta);
    const bool is_dead = active < dynamics.epsilon;
    linear += active > Real(1) - dynamics.epsilon ? 1 : 0;
    entered += is_dead && !was_dead ? 1 : 0;
    escaped += was_dead && !is_dead ? 1 : 0;
    was_dead = is_dead;
  };
  const Outcome<Real> outcome = trajectory<geometry>(dynamics, start, observe);
  return {static_cast<double>(linear) / static_cast<double>(outcome.updates), static_cast<double>(entered),
          static_cast<double>(escaped)};
}

}  // namespace

Trajectories trajectories_of(const Map& map) {
  const auto start = [point = map.point, window = map.window](std::int64_t row, std::int64_t column) {
    return StartPoint{point, window.w.centre(column), window.b.centre(row)};
  };
  return {start, map.criteria, map.precision};
}

ConeSample sample_cones(const Trajectories& trajectories, const Grid& grid, std::int64_t samples, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto any_of = [&random](std::int64_t count) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count));
  };
  RunningMean share;
  RunningMean entries;
  RunningMean escapes;
  for (std::int64_t i = 0; i < samples; ++i) {
    const std::int64_t column = any_of(grid.columns);
    const std::int64_t row = any_of(grid.rows);
    const auto& [point, w, b] = trajectories.start(row, column);
    // Whole trajectories, whether the map is certified or not.
    const Passage passage = with_precision(trajectories.precision, [&, &point = point, &w = w, &b = b]<class Real>() {
      const auto dynamics = make_dynamics<Real>(point, trajectories.criteria);
      const Parameters<Real> start = {static_cast<Real>(point.r), static_cast<Real>(w), static_cast<Real>(b)};
      return point.geometry() == Geometry::planar ? run<Geometry::planar>(dynamics, start)
                                                  : run<Geometry::general>(dynamics, start);
    });
    share.add(passage.linear_share);
    entries.add(passage.dead_entries);
    escapes.add(passage.dead_escapes);
  }
  return {share.result(), entries.result(), escapes.result()};
}

}  // namespace deadcone
