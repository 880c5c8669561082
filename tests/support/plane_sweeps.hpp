#pragma once

// Sweeps of every plane, and what their maps must be.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/run_trajectory.hpp"
#include "support/support.hpp"

namespace deadcone::test {

/// A short range of an axis in a plane; that of r has 0 among its centres, and some are logarithmic.
inline Range short_range(Axis axis, std::int64_t count) {
  switch (axis) {
    case Axis::beta:
      return {0.0, 1.0, count};
    case Axis::gamma:
      return {0.1, 4.0, count, true};
    case Axis::eta:
      return {0.01, 20.0, count, true};
    case Axis::delta:
      return {-1.0, 0.5, count};
    case Axis::r:
      return {-0.75, 0.75, count};
    case Axis::beta2:
    case Axis::alpha:
      return {0.5, 1.0, count};
    case Axis::eps:
      return {1e-9, 1e-3, count, true};
    case Axis::clip:
      return {0.05, 5.0, count, true};
    case Axis::decay:
      return {0.0, 0.5, count};
    case Axis::warmup:
      return {-2.0, 4.0 * static_cast<double>(count) - 2.0, count};  // the centres 0, 4, 8, ...
    case Axis::leak:
      return {-0.25, 0.5, count};
    case Axis::scale:
      return {0.5, 2.0, count};
    case Axis::lo:
      return {-2.0, 0.0, count};
    case Axis::hi:
      return {0.25, 3.0, count};
    case Axis::w:
    case Axis::b:
      break;
  }
  return {-2.0, 2.5, count};
}

/// Makes a sweep have an axis: gives it a unit or an optimiser that does.
inline void make_used(Axis axis, Sweep& sweep) {
  switch (axis) {
    case Axis::beta2:
    case Axis::eps:
      if (!is_used(axis, sweep.unit, sweep.optimizer)) sweep.optimizer.kind = OptimizerKind::adam;
      break;
    case Axis::alpha:
      sweep.optimizer.kind = OptimizerKind::rmsprop;
      break;
    case Axis::clip:
      sweep.optimizer.clip = ClipKind::norm;
      break;
    case Axis::decay:
      sweep.optimizer.has_decay = true;
      break;
    case Axis::warmup:
      sweep.optimizer.has_warmup = true;
      break;
    case Axis::leak:
      sweep.unit = UnitKind::leaky;
      break;
    case Axis::scale:
      sweep.unit = UnitKind::elu;
      break;
    case Axis::lo:
    case Axis::hi:
      sweep.unit = UnitKind::clip;
      break;
    default:
      break;
  }
}

/// A sweep of a plane whose other axes have some values each, so that its points come in groups: planar and general ones,
/// and several starts.
inline Sweep plane_sweep(Axis x, Axis y, Precision precision = Precision::float32) {
  Sweep sweep;
  make_used(x, sweep);
  make_used(y, sweep);
  sweep.plane = {short_range(x, 5), short_range(y, 3), x, y};
  if (sweep.uses(static_cast<std::size_t>(Axis::beta))) sweep.values(Axis::beta) = {0.3, 0.9};
  sweep.values(Axis::eta) = {0.1, 5.0};
  sweep.values(Axis::r) = {0.0, 0.5};
  sweep.values(Axis::w) = {-1.25, 0.5, 1.5};
  sweep.values(Axis::b) = {-0.5, 0.75, 1.0};
  sweep.criteria.tolerance = 1e-4;
  sweep.criteria.max_updates = 200;
  sweep.fields = {true, true, true};
  sweep.precision = precision;
  return sweep;
}

/// Every pixel of every map is what run_trajectory() gives for its start.
inline void expect_trajectories(const Sweep& sweep, const Maps& maps) {
  with_precision(sweep.precision, [&]<class Real>() {
    const auto value = [](const RealBuffer& buffer, std::size_t i) {
      return double{std::get<std::vector<Real>>(buffer)[i]};
    };
    const auto same = [&](const RealBuffer& buffer, std::size_t i, double expected) {
      return std::get<std::vector<Real>>(buffer).empty() || same_bits(value(buffer, i), expected);
    };
    std::size_t i = 0;
    for (std::int64_t point = 0; point < sweep.points(); ++point) {
      Counts counts;
      for (std::int64_t row = 0; row < sweep.plane.y.count; ++row) {
        for (std::int64_t column = 0; column < sweep.plane.x.count; ++column, ++i) {
          const auto [at, w, b] = sweep.start(point, row, column);
          const Map map = {at, {}, sweep.criteria, sweep.precision, sweep.unit, sweep.optimizer};
          const TrajectoryOutcome outcome = run_trajectory(map, w, b);
          counts.add(outcome.fate, outcome.updates);
          ASSERT_EQ(maps.fate[i], outcome.fate) << "point " << point << ", row " << row << ", column " << column;
          ASSERT_EQ(maps.updates[i], outcome.updates) << i;
          ASSERT_EQ(maps.proof.empty() ? outcome.proof : maps.proof[i], outcome.proof) << i;
          ASSERT_TRUE(same(maps.r_final, i, outcome.theta.r)) << i;
          ASSERT_TRUE(same(maps.w_final, i, outcome.theta.w)) << i;
          ASSERT_TRUE(same(maps.b_final, i, outcome.theta.b)) << i;
          ASSERT_TRUE(same(maps.leak_final, i, outcome.leak)) << i;
          ASSERT_TRUE(same(maps.loss_final, i, outcome.loss)) << i;
          ASSERT_EQ(maps.period.empty() ? outcome.period : maps.period[i], outcome.period) << i;
          ASSERT_TRUE(same(maps.lyapunov, i, outcome.lyapunov)) << i;
          ASSERT_EQ(maps.minimum.empty() ? outcome.minimum : maps.minimum[i], outcome.minimum) << i;
        }
      }
      const Counts& counted = maps.counts[static_cast<std::size_t>(point)];
      ASSERT_EQ(counted.fates, counts.fates) << "point " << point;
      ASSERT_EQ(counted.updates, counts.updates) << "point " << point;
      ASSERT_EQ(counted.most_updates, counts.most_updates) << "point " << point;
    }
  });
}

}  // namespace deadcone::test
