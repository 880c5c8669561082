#pragma once

// Which activation a unit has, with its constants.

#include <array>
#include <cstddef>

#include "deadcone/names.hpp"

namespace deadcone {

/// The activations sigma(z), z = w.x + b.
enum class UnitKind { relu, leaky, prelu, elu, selu, gelu, silu, sigmoid, tanh, softplus, relu6, hardtanh, clip };

template <>
struct NameTable<UnitKind> {
  static constexpr const char* what = "a unit";
  static constexpr std::array<Named<UnitKind>, 13> values = {{
      {UnitKind::relu, "relu", "max(z, 0)"},
      {UnitKind::leaky, "leaky", "z, A z for z < 0"},
      {UnitKind::prelu, "prelu", "z, a z for z < 0; a is trained and starts at A"},
      {UnitKind::elu, "elu", "z, ALPHA (exp(z) - 1) for z < 0"},
      {UnitKind::selu, "selu", "1.0507 times elu with ALPHA 1.6733"},
      {UnitKind::gelu, "gelu", "z Phi(z)"},
      {UnitKind::silu, "silu", "z/(1 + exp(-z))"},
      {UnitKind::sigmoid, "sigmoid", "1/(1 + exp(-z))"},
      {UnitKind::tanh, "tanh", "tanh(z)"},
      {UnitKind::softplus, "softplus", "log(1 + exp(z))"},
      {UnitKind::relu6, "relu6", "z, but at least 0 and at most 6"},
      {UnitKind::hardtanh, "hardtanh", "z, but at least -1 and at most 1"},
      {UnitKind::clip, "clip", "z, but at least LO and at most HI"},
  }};
};

/// The constants that a kind of unit leaves open, by the names that its text has: "clip:LO:HI".
struct UnitConstants {
  std::size_t count;
  std::array<const char*, 2> names;
};

constexpr UnitConstants constants_of(UnitKind kind) {
  switch (kind) {
    case UnitKind::leaky:
    case UnitKind::prelu:
      return {1, {"A", ""}};
    case UnitKind::elu:
      return {1, {"ALPHA", ""}};
    case UnitKind::clip:
      return {2, {"LO", "HI"}};
    default:
      return {0, {"", ""}};
  }
}

/// A unit: its kind, and the constants that the kind leaves open; the others are 0.
struct Unit {
  UnitKind kind = UnitKind::relu;
  std::array<double, 2> constants = {};

  friend bool operator==(const Unit&, const Unit&) = default;
};

/// Whether a unit trains its slope below 0.
constexpr bool learns_leak(UnitKind unit) {
  return unit == UnitKind::prelu;
}

}  // namespace deadcone
