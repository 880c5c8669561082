#include "analysis/cone_sample.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "base/fma.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"
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

/// Counts what becomes of a trajectory from update to update.
template <class Real>
class PassageCount {
 public:
  PassageCount(Real epsilon, Real active_at_start) : epsilon_(epsilon), was_dead_(active_at_start < epsilon) {}

  void see(Real active) {
    const bool is_dead = active < epsilon_;
    linear_ += active > Real(1) - epsilon_ ? 1 : 0;
    entered_ += is_dead && !was_dead_ ? 1 : 0;
    escaped_ += was_dead_ && !is_dead ? 1 : 0;
    was_dead_ = is_dead;
  }
  Passage after(std::int32_t updates) const {
    return {static_cast<double>(linear_) / static_cast<double>(updates), static_cast<double>(entered_),
            static_cast<double>(escaped_)};
  }

 private:
  Real epsilon_;
  bool was_dead_;
  std::int64_t linear_ = 0;
  std::int64_t entered_ = 0;
  std::int64_t escaped_ = 0;
};

template <Geometry geometry, class Real>
Passage run(const Dynamics<Real>& dynamics, const Parameters<Real>& start) {
  PassageCount<Real> count(dynamics.epsilon, active_probability<geometry>(start));
  const auto observe = [&](std::int32_t, const State<Real>& state) {
    count.see(active_probability<geometry>(state.theta));
  };
  return count.after(trajectory<geometry>(dynamics, start, observe).updates);
}

template <class Family, class Real>
Passage run_general(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of, const Parameters<Real>& start) {
  const auto active = [&of](const auto& theta) { return unit::averages_at<Family>(of.unit, theta).activity; };
  PassageCount<Real> count(rules.epsilon, active(unit::coordinates_of<Family>(of, start)));
  const auto observe = [&](const auto& course, const auto&) { count.see(active(course.state.theta)); };
  return count.after(unit::general_trajectory<Family>(rules, of, start, observe).updates);
}

/// The passage of the trajectory from a start, all in Real.
template <class Real>
class PassageOf {
 public:
  explicit PassageOf(const Trajectories& trajectories)
      : of_(trajectories),
        factors_(schedule_table<Real>(of_.optimizer.schedule, of_.criteria.max_updates)),
        rules_(make_general_rules<Real>(of_.criteria, of_.optimizer, factors_)) {}

  Passage operator()(const StartPoint& from) const {
    const auto& [point, w, b] = from;
    const Parameters<Real> start = {static_cast<Real>(point.r), static_cast<Real>(w), static_cast<Real>(b)};
    if (is_general(of_.unit, of_.optimizer, of_.criteria)) {
      // At which minimum it ends, if at any, does not matter here.
      const auto constants = make_general_constants<Real>(point, of_.criteria, of_.unit, of_.optimizer, {});
      return unit::with_family(of_.unit, [&]<class Family>() { return run_general<Family>(rules_, constants, start); });
    }
    // Whole trajectories, whether the map is certified or not.
    const auto dynamics = make_dynamics<Real>(point, of_.criteria);
    return point.geometry() == Geometry::planar ? run<Geometry::planar>(dynamics, start)
                                                : run<Geometry::general>(dynamics, start);
  }

 private:
  const Trajectories& of_;
  std::vector<Real> factors_;
  GeneralRules<Real> rules_;
};

template <class Real>
inline ConeSample sample(const Trajectories& trajectories, const Grid& grid, std::int64_t samples, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto any_of = [&random](std::int64_t count) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count));
  };
  const PassageOf<Real> passage_of(trajectories);
  RunningMean share;
  RunningMean entries;
  RunningMean escapes;
  for (std::int64_t i = 0; i < samples; ++i) {
    const std::int64_t column = any_of(grid.columns);
    const std::int64_t row = any_of(grid.rows);
    const Passage passage = passage_of(trajectories.start(row, column));
    share.add(passage.linear_share);
    entries.add(passage.dead_entries);
    escapes.add(passage.dead_escapes);
  }
  return {share.result(), entries.result(), escapes.result()};
}

template <class Real>
DEADCONE_WITH_FMA ConeSample fma_sample(const Trajectories& trajectories, const Grid& grid, std::int64_t samples,
                                        std::uint64_t seed) {
  return sample<Real>(trajectories, grid, samples, seed);
}

}  // namespace

Trajectories trajectories_of(const Map& map) {
  const auto start = [point = map.point, window = map.window](std::int64_t row, std::int64_t column) {
    return StartPoint{point, window.w.centre(column), window.b.centre(row)};
  };
  return {start, map.criteria, map.precision, map.unit, map.optimizer};
}

ConeSample sample_cones(const Trajectories& trajectories, const Grid& grid, std::int64_t samples, std::uint64_t seed) {
  return with_precision(trajectories.precision, [&]<class Real>() {
    return has_fma() ? fma_sample<Real>(trajectories, grid, samples, seed)
                     : sample<Real>(trajectories, grid, samples, seed);
  });
}

}  // namespace deadcone
