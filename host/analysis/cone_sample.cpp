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

template <Geometry geometry, class Real>
ConeSample sample(const Map& map, std::int64_t samples, std::uint64_t seed) {
  const Dynamics<Real> dynamics = make_dynamics<Real>(map.point, map.criteria);
  std::mt19937_64 random(seed);
  const auto any_of = [&](const Range& range) {
    const auto i = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(range.count));
    return static_cast<Real>(range.centre(i));
  };
  RunningMean share;
  RunningMean entries;
  RunningMean escapes;
  for (std::int64_t i = 0; i < samples; ++i) {
    const Real w = any_of(map.window.w);
    const Real b = any_of(map.window.b);
    const Parameters<Real> start = {static_cast<Real>(map.point.r), w, b};
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
    share.add(static_cast<double>(linear) / static_cast<double>(outcome.updates));
    entries.add(static_cast<double>(entered));
    escapes.add(static_cast<double>(escaped));
  }
  return {share.result(), entries.result(), escapes.result()};
}

}  // namespace

ConeSample sample_cones(const Map& map, std::int64_t samples, std::uint64_t seed) {
  // Whole trajectories, whether the map is certified or not.
  return with_precision(map.precision, [&]<class Real>() {
    return map.point.geometry() == Geometry::planar ? sample<Geometry::planar, Real>(map, samples, seed)
                                                    : sample<Geometry::general, Real>(map, samples, seed);
  });
}

}  // namespace deadcone
