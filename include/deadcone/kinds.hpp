#pragma once

// Enumerations that say what is computed and where, each with the table of its names.

#include <array>
#include <utility>

#include "deadcone/names.hpp"

namespace deadcone {

/// Whether the weight orthogonal to the target direction stays zero (the paper's plane) or not.
enum class Geometry { planar, general };

/// When a trajectory is at rest.
enum class StopRule { stationary, update };

template <>
struct NameTable<StopRule> {
  static constexpr const char* what = "a stop rule";
  static constexpr std::array<Named<StopRule>, 2> values = {{
      {StopRule::stationary, "stationary", "update and gradient are below the tolerance"},
      {StopRule::update, "update", "the update is below the tolerance: the paper's rule"},
  }};
};

/// The number type of a computation.
enum class Precision { float32, float64 };

template <>
struct NameTable<Precision> {
  static constexpr const char* what = "a precision";
  static constexpr std::array<Named<Precision>, 2> values = {{
      {Precision::float32, "float", "32 bits"},
      {Precision::float64, "double", "64 bits"},
  }};
};

/// The precision of a number type.
template <class Real>
inline constexpr Precision precision_of = sizeof(Real) == sizeof(float) ? Precision::float32 : Precision::float64;

/// Calls use.operator()<Real>() with float or double and returns its result.
template <class Use>
auto with_precision(Precision precision, const Use& use) {
  return precision == Precision::float32 ? use.template operator()<float>() : use.template operator()<double>();
}

/// Which pixels of a map are computed, and which are filled with the fate of the pixels around them.
enum class RefinementKind { none, borders, exact };

template <>
struct NameTable<RefinementKind> {
  static constexpr const char* what = "a kind of refinement";
  static constexpr std::array<Named<RefinementKind>, 3> values = {{
      {RefinementKind::none, "none", "every pixel is computed"},
      {RefinementKind::borders, "borders", "a block whose border has one fate is filled, and a sample of it computed"},
      {RefinementKind::exact, "exact", "a block is filled only where a theorem proves its fate"},
  }};
};

/// Where the work is done.
enum class Device { automatic, cpu, cuda };

template <>
struct NameTable<Device> {
  static constexpr const char* what = "a device";
  static constexpr std::array<Named<Device>, 3> values = {{
      {Device::automatic, "auto", "CUDA where a device can be used, else the CPU"},
      {Device::cpu, "cpu", "all cores of this machine"},
      {Device::cuda, "cuda", "the CUDA devices of this machine"},
  }};
};

}  // namespace deadcone
