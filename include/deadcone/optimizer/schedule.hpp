#pragma once

// The learning rate of an update: eta times a factor.
//
// With a warm-up of W updates, update k (from 0 on) has the factor (k + 1)/W for k < W, and that of the schedule at k - W from
// then on:
//
//   constant           1
//   step:EVERY:FACTOR  FACTOR^floor(k/EVERY)
//   exponential:RATE   RATE^k
//   cosine:T:FLOOR     FLOOR + (1 - FLOOR) (1 + cos(pi k/T))/2    up to k = T
//   linear:T           1 - k/T                                    up to k = T
//
// all constant after their ends: as StepLR, ExponentialLR, CosineAnnealingLR and LinearLR of PyTorch 2 have them, the last with
// end_factor 0. A schedule that never ends does where its factor is below 1e-30: such an update changes no number.
//
// The factors of a schedule are a table, computed in double on the host: the same for all points of a sweep.

#include <cmath>
#include <cstdint>
#include <vector>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/optimizer_kinds.hpp"

namespace deadcone {

/// The factor of update k >= 0 after the warm-up.
inline double schedule_factor(const Schedule& schedule, std::int64_t k) {
  const auto updates = static_cast<double>(schedule.updates);
  const double share = k < schedule.updates ? static_cast<double>(k) / updates : 1.0;
  switch (schedule.kind) {
    case ScheduleKind::constant:
      return 1.0;
    case ScheduleKind::step: {
      const std::int64_t steps = k / schedule.updates;
      return std::pow(schedule.factor, static_cast<double>(steps));
    }
    case ScheduleKind::exponential:
      return std::pow(schedule.factor, static_cast<double>(k));
    case ScheduleKind::cosine:
      return share < 1.0 ? schedule.factor + (1.0 - schedule.factor) * 0.5 * (1.0 + std::cos(M_PI * share))
                         : schedule.factor;
    case ScheduleKind::linear:
      return 1.0 - share;
  }
  return 1.0;
}

/// The number of updates of a run of `max_updates` after which the factor no longer changes: the table has one entry more.
inline std::int64_t schedule_length(const Schedule& schedule, std::int64_t max_updates) {
  double length = 0.0;
  constexpr double least_factor = 1e-30;
  switch (schedule.kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step:
      if (schedule.factor < 1.0)
        length = static_cast<double>(schedule.updates) * std::ceil(std::log(least_factor) / std::log(schedule.factor));
      break;
    case ScheduleKind::exponential:
      if (schedule.factor < 1.0) length = std::ceil(std::log(least_factor) / std::log(schedule.factor));
      break;
    case ScheduleKind::cosine:
    case ScheduleKind::linear:
      length = static_cast<double>(schedule.updates);
      break;
  }
  return length < static_cast<double>(max_updates) ? static_cast<std::int64_t>(length) : max_updates;
}

/// The factors of updates 0, 1, ... after the warm-up, of a run of at most `max_updates`; the last holds for all later ones.
template <class Real>
std::vector<Real> schedule_table(const Schedule& schedule, std::int64_t max_updates) {
  std::vector<Real> factors(static_cast<std::size_t>(schedule_length(schedule, max_updates)) + 1);
  for (std::size_t k = 0; k < factors.size(); ++k)
    factors[k] = static_cast<Real>(schedule_factor(schedule, static_cast<std::int64_t>(k)));
  return factors;
}

/// A table where a loop finds it.
template <class Real>
struct ScheduleTable {
  const Real* factors;
  std::int32_t last;  ///< its number of factors, less one

  /// The factor of update k, from 0 on, after a warm-up of `warmup` updates.
  DEADCONE_HD Real factor(std::int32_t k, Real warmup, Real reciprocal_warmup) const {
    const Real number = static_cast<Real>(k);
    if (number < warmup) return (number + Real(1)) * reciprocal_warmup;
    const std::int32_t after = k - static_cast<std::int32_t>(warmup);
    return factors[after < last ? after : last];
  }
};

}  // namespace deadcone
