#pragma once

// Families of units: those whose loops differ in numbers only. A loop is compiled for a family; the constants of a unit are data.
//
// A family says how many coordinates its units learn, and which activation the constants of a unit make, or what it has learned.

#include <array>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/unit/activation/clip.hpp"
#include "deadcone/unit/activation/elu.hpp"
#include "deadcone/unit/activation/gelu.hpp"
#include "deadcone/unit/activation/leaky.hpp"
#include "deadcone/unit/activation/sigmoid.hpp"
#include "deadcone/unit/activation/silu.hpp"
#include "deadcone/unit/activation/softplus.hpp"
#include "deadcone/unit/activation/tanh.hpp"
#include "deadcone/unit/coordinates.hpp"
#include "deadcone/unit/moments.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone::unit {

/// The constants of a unit, two for every family; those that it does not use are 0.
template <class T>
struct FamilyConstants {
  T of[2];
};

/// The rectifier (leak 0) and the leaky rectifier.
struct LeakyFamily {
  static constexpr int coordinates = 3;
  template <class T>
  DEADCONE_HD_INLINE static Leaky<T> activation(const FamilyConstants<T>& constants,
                                                const Coordinates<T, 3>& /*theta*/) {
    return {constants.of[0]};
  }
};

/// The leaky rectifier that learns its leak: the fourth coordinate, which starts at the constant.
struct PreluFamily {
  static constexpr int coordinates = 4;
  template <class T>
  DEADCONE_HD_INLINE static Prelu<T> activation(const FamilyConstants<T>& /*constants*/,
                                                const Coordinates<T, 4>& theta) {
    return {{theta[3]}};
  }
};

/// ELU and SELU.
struct EluFamily {
  static constexpr int coordinates = 3;
  template <class T>
  DEADCONE_HD_INLINE static Elu<T> activation(const FamilyConstants<T>& constants, const Coordinates<T, 3>& /*theta*/) {
    return {constants.of[0], constants.of[1]};
  }
};

/// What is cut off at two values.
struct ClipFamily {
  static constexpr int coordinates = 3;
  template <class T>
  DEADCONE_HD_INLINE static Clip<T> activation(const FamilyConstants<T>& constants,
                                               const Coordinates<T, 3>& /*theta*/) {
    return {constants.of[0], constants.of[1]};
  }
};

/// A family of one unit, without constants.
template <class Activation>
struct SingleFamily {
  static constexpr int coordinates = 3;
  template <class T>
  DEADCONE_HD_INLINE static Activation activation(const FamilyConstants<T>& /*constants*/,
                                                  const Coordinates<T, 3>& /*theta*/) {
    return {};
  }
};
using GeluFamily = SingleFamily<Gelu>;
using SiluFamily = SingleFamily<Silu>;
using SigmoidFamily = SingleFamily<Sigmoid>;
using TanhFamily = SingleFamily<Tanh>;
using SoftplusFamily = SingleFamily<Softplus>;

/// All of them, for lists of what is compiled for each.
#define DEADCONE_UNIT_FAMILIES(EACH) \
  EACH(LeakyFamily)                  \
  EACH(PreluFamily)                  \
  EACH(EluFamily)                    \
  EACH(ClipFamily) EACH(GeluFamily) EACH(SiluFamily) EACH(SigmoidFamily) EACH(TanhFamily) EACH(SoftplusFamily)

/// Calls use.operator()<Family>() with the family of a kind of units and returns its result.
template <class Use>
auto with_family(UnitKind kind, const Use& use) {
  switch (kind) {
    case UnitKind::relu:
    case UnitKind::leaky:
      break;
    case UnitKind::prelu:
      return use.template operator()<PreluFamily>();
    case UnitKind::elu:
    case UnitKind::selu:
      return use.template operator()<EluFamily>();
    case UnitKind::gelu:
      return use.template operator()<GeluFamily>();
    case UnitKind::silu:
      return use.template operator()<SiluFamily>();
    case UnitKind::sigmoid:
      return use.template operator()<SigmoidFamily>();
    case UnitKind::tanh:
      return use.template operator()<TanhFamily>();
    case UnitKind::softplus:
      return use.template operator()<SoftplusFamily>();
    case UnitKind::relu6:
    case UnitKind::hardtanh:
    case UnitKind::clip:
      return use.template operator()<ClipFamily>();
  }
  return use.template operator()<LeakyFamily>();
}

/// The constants of a unit as its family takes them.
inline FamilyConstants<double> family_constants(const Unit& unit) {
  switch (unit.kind) {
    case UnitKind::elu:
      return {{unit.constants[0], 1.0}};
    case UnitKind::selu:  // Klambauer et al., arXiv 1706.02515
      return {{1.6732632423543772, 1.0507009873554805}};
    case UnitKind::relu6:
      return {{0.0, 6.0}};
    case UnitKind::hardtanh:
      return {{-1.0, 1.0}};
    default:
      return {{unit.constants[0], unit.constants[1]}};
  }
}

/// Calls use(activation) with the activation of a unit, its constants rounded to Real, and returns the result, which must be of
/// one type for all of them. What a unit learns is at its start.
template <class Real, class Use>
auto with_activation(const Unit& unit, const Use& use) {
  const FamilyConstants<double> exact = family_constants(unit);
  const FamilyConstants<Real> constants = {{static_cast<Real>(exact.of[0]), static_cast<Real>(exact.of[1])}};
  return with_family(unit.kind, [&]<class Family>() {
    Coordinates<Real, Family::coordinates> start = {};
    if constexpr (Family::coordinates > 3) start[3] = constants.of[0];
    return use(Family::activation(constants, start));
  });
}

// Formulas of unit/moments.hpp by coordinates.

template <class T, int n>
DEADCONE_HD_INLINE Parameters<T> parameters_of(const Coordinates<T, n>& theta) {
  return {theta[0], theta[1], theta[2]};
}

/// The gradient of the loss of a unit of a family.
template <class Family, Geometry geometry = Geometry::general, class T>
DEADCONE_HD_INLINE Coordinates<T, Family::coordinates> loss_gradient(const FamilyConstants<T>& constants,
                                                                     const Coordinates<T, Family::coordinates>& theta,
                                                                     const Target<T>& target) {
  const auto activation = Family::activation(constants, theta);
  const Parameters<T> place = parameters_of(theta);
  const Parameters<T> plain = loss_gradient<geometry>(activation, place, target);
  Coordinates<T, Family::coordinates> all;
  all[0] = plain.r;
  all[1] = plain.w;
  all[2] = plain.b;
  if constexpr (Family::coordinates > 3)
    all[3] = leak_gradient(activation, place, direction<geometry>(place).s, target);
  return all;
}

/// Averages over the preactivation of a unit of a family.
template <class Family, Geometry geometry = Geometry::general, class T>
DEADCONE_HD_INLINE Averages<T> averages_at(const FamilyConstants<T>& constants,
                                           const Coordinates<T, Family::coordinates>& theta) {
  const Parameters<T> place = parameters_of(theta);
  return averages(Family::activation(constants, theta), direction<geometry>(place).s, place.b);
}

}  // namespace deadcone::unit
