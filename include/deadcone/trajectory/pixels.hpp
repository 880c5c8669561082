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
  Real* leak_final;
  Real* loss_final;
  std::int8_t* minimum;
  std::int32_t* period;
  Real* lyapunov;
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

/// The same tile of several maps. Their pixels are numbered [map][b][w].
template <class Real>
struct BatchStarts {
  const Real* w;  ///< count_w values
  const Real* b;  ///< as many values as there are rows
  const Real* r;  ///< by map
  std::int32_t count_w;
  std::int32_t map_pixels;               ///< pixels of each map
  const std::int32_t* listed = nullptr;  ///< as above
};

/// A start of one of several maps.
template <class Real>
struct BatchStart {
  std::int32_t map;
  Parameters<Real> theta;
};

/// The initial parameters of pixel `i`, b-major, or of pixel `i` of the list.
template <class Real>
DEADCONE_HD inline Parameters<Real> start_of_pixel(const PixelStarts<Real>& starts, std::int64_t i) {
  const std::int64_t pixel = starts.listed == nullptr ? i : starts.listed[i];
  return {starts.r, starts.w[pixel % starts.count_w], starts.b[pixel / starts.count_w]};
}

/// The map and the initial parameters of pixel `i` of several maps, or of pixel `i` of the list.
template <class Real>
DEADCONE_HD inline BatchStart<Real> start_of_pixel(const BatchStarts<Real>& starts, std::int64_t i) {
  // Unsigned: their quotients are quicker.
  const auto number =
      static_cast<std::uint32_t>(starts.listed == nullptr ? static_cast<std::int32_t>(i) : starts.listed[i]);
  const auto map_pixels = static_cast<std::uint32_t>(starts.map_pixels);
  const auto count_w = static_cast<std::uint32_t>(starts.count_w);
  const std::uint32_t map = number / map_pixels;
  const std::uint32_t pixel = number % map_pixels;
  return {static_cast<std::int32_t>(map), {starts.r[map], starts.w[pixel % count_w], starts.b[pixel / count_w]}};
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

}  // namespace deadcone
