#pragma once

// What a mapper does for one pixel. It is the same function for every backend; only who calls it for which pixel
// differs.

#include <cstdint>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/trajectory/trajectory.hpp"

namespace deadcone {

/// Where the results of some pixels go, in their order; a field that is not wanted is null. `fate` and `updates` never
/// are.
template <class Real>
struct PixelArrays {
  Fate* fate;
  std::int32_t* updates;
  Proof* proof;
  Real* r_final;
  Real* w_final;
  Real* b_final;
  Real* loss_final;
};

/// The initial parameters of the pixels of a tile, or of some of them: coordinates by column and by row, and r for all.
template <class Real>
struct PixelStarts {
  const Real* w;  ///< count_w values
  const Real* b;  ///< as many values as there are rows
  Real r;
  std::int64_t count_w;
  const std::int32_t* listed = nullptr;  ///< where not null, the numbers of the pixels that are meant, b-major
};

/// The initial parameters of pixel `i`, b-major, or of pixel `i` of the list.
template <class Real>
DEADCONE_HD inline Parameters<Real> start_of_pixel(const PixelStarts<Real>& starts, std::int64_t i) {
  const std::int64_t pixel = starts.listed == nullptr ? i : starts.listed[i];
  return {starts.r, starts.w[pixel % starts.count_w], starts.b[pixel / starts.count_w]};
}

/// Stores how the trajectory of pixel `i` ended.
template <Geometry geometry, class Real>
DEADCONE_HD inline void store_outcome(const Dynamics<Real>& dynamics, const PixelArrays<Real>& results, std::int64_t i,
                                      const Outcome<Real>& outcome) {
  using numeric::canonical;
  results.fate[i] = outcome.fate;
  results.updates[i] = outcome.updates;
  if (results.proof != nullptr) results.proof[i] = outcome.proof;
  if (results.r_final != nullptr) results.r_final[i] = canonical(outcome.theta.r);
  if (results.w_final != nullptr) results.w_final[i] = canonical(outcome.theta.w);
  if (results.b_final != nullptr) results.b_final[i] = canonical(outcome.theta.b);
  if (results.loss_final != nullptr)
    results.loss_final[i] = canonical(unit::loss<geometry>(outcome.theta, dynamics.target));
}

/// Runs pixel `i` of a tile, stores its results and returns its updates.
template <Geometry geometry, bool certify, class Real>
DEADCONE_HD inline std::int32_t map_pixel(const Dynamics<Real>& dynamics, const PixelStarts<Real>& starts,
                                          const PixelArrays<Real>& results, std::int64_t i) {
  const Outcome<Real> outcome = trajectory<geometry, certify>(dynamics, start_of_pixel(starts, i));
  store_outcome<geometry>(dynamics, results, i, outcome);
  return outcome.updates;
}

}  // namespace deadcone
