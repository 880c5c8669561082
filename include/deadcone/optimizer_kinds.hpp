#pragma once

// What makes an update of a gradient: the optimiser, the clipping of gradients and the schedule of the learning rate, as
// plain data, each with the table of its names. How they work is in optimizer/step.hpp and optimizer/schedule.hpp.

#include <array>
#include <cstdint>

#include "deadcone/names.hpp"

namespace deadcone {

/// How a gradient becomes an update.
enum class OptimizerKind { momentum, heavy_ball, nesterov, rmsprop, adam, amsgrad, adamw, adagrad, sign, lion };

template <>
struct NameTable<OptimizerKind> {
  static constexpr const char* what = "an optimiser";
  static constexpr std::array<Named<OptimizerKind>, 10> values = {{
      {OptimizerKind::momentum, "momentum", "moving average of the gradients"},
      {OptimizerKind::heavy_ball, "heavy-ball", "decaying sum of the gradients"},
      {OptimizerKind::nesterov, "nesterov", "the same with a look ahead"},
      {OptimizerKind::rmsprop, "rmsprop", "gradient over its root mean square"},
      {OptimizerKind::adam, "adam", "moving average over root mean square, bias corrected"},
      {OptimizerKind::amsgrad, "amsgrad", "Adam with the largest mean square so far"},
      {OptimizerKind::adamw, "adamw", "Adam with decoupled decay"},
      {OptimizerKind::adagrad, "adagrad", "gradient over the root of the sum of its squares"},
      {OptimizerKind::sign, "sign", "sign of the gradient"},
      {OptimizerKind::lion, "lion", "sign of a moving average, decoupled decay"},
  }};
};

/// Whether an optimiser has a momentum, beta.
constexpr bool has_momentum(OptimizerKind kind) {
  return kind != OptimizerKind::rmsprop && kind != OptimizerKind::adagrad && kind != OptimizerKind::sign;
}

/// Whether it is Adam or one of its kin, with averages of gradients and of squares.
constexpr bool is_adam(OptimizerKind kind) {
  return kind == OptimizerKind::adam || kind == OptimizerKind::amsgrad || kind == OptimizerKind::adamw;
}

/// Whether it has a second beta.
constexpr bool has_second_beta(OptimizerKind kind) {
  return is_adam(kind) || kind == OptimizerKind::lion;
}

/// Whether it divides by a root of squares, to which it adds eps.
constexpr bool divides_by_root(OptimizerKind kind) {
  return is_adam(kind) || kind == OptimizerKind::rmsprop || kind == OptimizerKind::adagrad;
}

/// What bounds a gradient.
enum class ClipKind { none, norm, value };

template <>
struct NameTable<ClipKind> {
  static constexpr const char* what = "a kind of clipping";
  static constexpr std::array<Named<ClipKind>, 3> values = {{
      {ClipKind::none, "none", "gradients are used as they are"},
      {ClipKind::norm, "norm", "the length of the gradient is bounded"},
      {ClipKind::value, "value", "each coordinate of the gradient is bounded"},
  }};
};

/// How the learning rate changes.
enum class ScheduleKind { constant, step, exponential, cosine, linear };

template <>
struct NameTable<ScheduleKind> {
  static constexpr const char* what = "a schedule";
  static constexpr std::array<Named<ScheduleKind>, 5> values = {{
      {ScheduleKind::constant, "constant", "eta"},
      {ScheduleKind::step, "step", "times FACTOR after every EVERY updates"},
      {ScheduleKind::exponential, "exponential", "times RATE after every update"},
      {ScheduleKind::cosine, "cosine", "half a cosine from 1 to FLOOR in T updates"},
      {ScheduleKind::linear, "linear", "a line from 1 to 0 in T updates"},
  }};
};

/// The schedule after its warm-up: eta times a factor, which is constant after the schedule's end.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  std::int64_t updates = 0;  ///< EVERY of step, T of cosine and linear; in [1, largest_max_updates]
  double factor = 1.0;       ///< FACTOR of step and RATE of exponential, in (0, 1]; FLOOR of cosine, in [0, 1]

  bool operator==(const Schedule& other) const = default;
};

/// All of it. Their numbers are parts of a Point, so that a sweep may have axes of them.
struct Optimizer {
  OptimizerKind kind = OptimizerKind::momentum;
  ClipKind clip = ClipKind::none;
  Schedule schedule = {};
  bool has_decay = false;   ///< whether there is a weight decay, which may be 0
  bool has_warmup = false;  ///< whether there is a warm-up, which may have no updates

  bool operator==(const Optimizer& other) const = default;
};

}  // namespace deadcone
