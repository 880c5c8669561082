#pragma once

// From a unit that was chosen at run time to the activation that formulas are compiled for.

#include "deadcone/unit/activation/clip.hpp"
#include "deadcone/unit/activation/elu.hpp"
#include "deadcone/unit/activation/gelu.hpp"
#include "deadcone/unit/activation/leaky.hpp"
#include "deadcone/unit/activation/sigmoid.hpp"
#include "deadcone/unit/activation/silu.hpp"
#include "deadcone/unit/activation/softplus.hpp"
#include "deadcone/unit/activation/tanh.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone::unit {

/// Calls use(activation) with the activation of a unit, its constants rounded to Real, and returns the result, which must be of
/// one type for all of them.
template <class Real, class Use>
auto with_activation(const Unit& unit, const Use& use) {
  const auto first = static_cast<Real>(unit.constants[0]);
  const auto second = static_cast<Real>(unit.constants[1]);
  switch (unit.kind) {
    case UnitKind::relu:
      return use(Leaky<Real>{Real(0)});
    case UnitKind::leaky:
      return use(Leaky<Real>{first});
    case UnitKind::prelu:
      return use(Prelu<Real>{{first}});
    case UnitKind::elu:
      return use(Elu<Real>{first, Real(1)});
    case UnitKind::selu:  // Klambauer et al., arXiv 1706.02515
      return use(Elu<Real>{static_cast<Real>(1.6732632423543772), static_cast<Real>(1.0507009873554805)});
    case UnitKind::gelu:
      return use(Gelu{});
    case UnitKind::silu:
      return use(Silu{});
    case UnitKind::sigmoid:
      return use(Sigmoid{});
    case UnitKind::tanh:
      return use(Tanh{});
    case UnitKind::softplus:
      return use(Softplus{});
    case UnitKind::relu6:
      return use(Clip<Real>{Real(0), Real(6)});
    case UnitKind::hardtanh:
      return use(Clip<Real>{Real(-1), Real(1)});
    case UnitKind::clip:
      break;
  }
  return use(Clip<Real>{first, second});
}

}  // namespace deadcone::unit
