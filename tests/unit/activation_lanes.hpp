#pragma once

// Moments and averages of activations in vectors, for a test that compares them with the scalar ones.

#include <cstdint>

#include "deadcone/unit/families.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone::test {

/// Those of one preactivation, in one list: Moments of order 2, the gradient and Averages.
inline constexpr int activation_number_count = 4 + 5 + 3 + 4;

/// Calls use(i, number) for each of them.
template <class Activation, class T, class Use>
void for_each_activation_number(const Activation& activation, T s, T b, const Use& use) {
  int i = 0;
  const unit::Moments<T, 2> m = unit::moments<2>(activation, s, b);
  for (const T& number : m.a) use(i++, number);
  for (const T& number : m.b) use(i++, number);
  const auto one = T(numeric::scalar_t<T>(1));
  const auto gradient = unit::loss_gradient<Geometry::general>(activation, Parameters<T>{s, b, b}, Target<T>{one, b});
  use(i++, gradient.r);
  use(i++, gradient.w);
  use(i++, gradient.b);
  const unit::Averages<T> averages = unit::averages(activation, s, b);
  use(i++, averages.mean);
  use(i++, averages.half_square);
  use(i++, averages.slope);
  use(i++, averages.activity);
}

/// The numbers of `count` preactivations, a multiple of 8, computed with AVX2: number k of the i-th is to[k count + i].
void activation_numbers_avx2(const Unit& unit, const float* s, const float* b, std::int64_t count, float* to);
void activation_numbers_avx2(const Unit& unit, const double* s, const double* b, std::int64_t count, double* to);

}  // namespace deadcone::test
