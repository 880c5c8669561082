#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/options.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/run_trajectory.hpp"

namespace deadcone {
namespace {

/// The axes whose values have options here: those of the unit's constants are parts of --unit.
constexpr Axis traced_axes[] = {Axis::r,     Axis::beta,  Axis::gamma, Axis::eta,  Axis::delta,
                                Axis::beta2, Axis::alpha, Axis::eps,   Axis::decay};

std::string option_of(Axis axis) {
  return std::string("--") + name_of(axis);
}

struct TraceOptions {
  TrainingOptions training;
  Map map;
  double w = -1.0;
  double b = 1.0;
  std::string config;
};

/// Prints the columns of a trajectory, a row for the start and one for each update. The numbers are those of `Real`, so
/// their shortest text is that of a Real.
template <class Real>
class Table {
 public:
  explicit Table(UnitKind unit) : has_leak_(learns_leak(unit)) {
    std::cout << std::setw(10) << "step";
    for (const char* name : {"w", "b", "r"}) print(name);
    if (has_leak_) print("leak");
    for (const char* name : {"momentum_w", "momentum_b", "momentum_r", "update_norm", "gradient_norm", "loss"})
      print(name);
    std::cout << '\n';
  }

  void operator()(const TrajectoryState& state) const {
    const auto& [updates, theta, leak, momentum, update_norm, gradient_norm, loss] = state;
    std::cout << std::setw(10) << updates;
    for (const double value : {theta.w, theta.b, theta.r}) print(value);
    if (has_leak_) print(leak);
    for (const double value : {momentum.w, momentum.b, momentum.r, update_norm, gradient_norm, loss}) print(value);
    std::cout << '\n';
  }

 private:
  /// A sign, the digits, a point and an exponent.
  static constexpr int width = std::numeric_limits<Real>::max_digits10 + 7;

  static void print(const char* name) { std::cout << ' ' << std::setw(width) << name; }
  static void print(double value) { std::cout << ' ' << std::setw(width) << shortest(static_cast<Real>(value)); }

  bool has_leak_;
};

/// What is traced. Throws ConfigError for an option that the unit and the optimiser have no use for.
Map map_of(const CLI::App& app, const TraceOptions& options) {
  Map map = options.map;
  const Unit& unit = options.training.unit;
  map.unit = unit.kind;
  map.point.constant = unit.constants[0];
  map.point.second_constant = unit.constants[1];
  map.optimizer = options.training.with_decay(app.get_option(option_of(Axis::decay))->count() > 0);
  for (const Axis axis : traced_axes) {
    if (app.get_option(option_of(axis))->count() > 0 && !is_used(axis, map.unit, map.optimizer))
      throw ConfigError(option_of(axis) + ": is no number of " + name_of(map.unit) + " under " +
                        name_of(map.optimizer.kind));
  }
  return map;
}

void run(const Map& map, double w, double b) {
  // Before the head of the table is printed.
  validate_start(w, b, map.point, map.criteria, map.precision, map.unit, map.optimizer);
  const TrajectoryOutcome outcome =
      with_precision(map.precision, [&]<class Real>() { return run_trajectory(map, w, b, Table<Real>(map.unit)); });
  std::cout << "# fate " << name_of(outcome.fate) << " after " << outcome.updates << " updates";
  if (outcome.proof != Proof::none) std::cout << ", proved by " << name_of(outcome.proof);
  if (outcome.fate == Fate::other_minimum) std::cout << ", at minimum " << outcome.minimum;
  if (outcome.period > 0) std::cout << ", with period " << outcome.period;
  if (map.criteria.lyapunov_updates > 0) std::cout << ", Lyapunov exponent " << shortest(outcome.lyapunov);
  std::cout << '\n';
}

}  // namespace

Command add_trace_command(CLI::App& main) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* app = main.add_subcommand("trace", "Print one trajectory, update by update");
  add_number_option(*app, "--w", any_number, options->w, "initial weight along the target direction");
  add_number_option(*app, "--b", any_number, options->b, "initial bias");
  for (const Axis axis : traced_axes) {
    double& value = options->map.point.*traits_of(axis).place;
    CLI::Option* option = add_number_option(*app, option_of(axis), bounds_of(axis), value, meaning_of(axis));
    if (axis == Axis::decay) option->default_str("none");
  }
  options->training.add_to(*app);
  options->training.add_schedule_to(*app, [options](Axis axis, const std::string& text) {
    options->map.point.*traits_of(axis).place = parse_number(text);
  });
  add_criteria_options(*app, options->map.criteria);
  add_precision_option(*app, options->map.precision);
  add_config_option(*app, options->config);
  app->footer(
      "update_norm is the length of the update that led to the row; gradient_norm and loss are those at its w, b, r.\n"
      "The last line begins with # and gives the fate. All numbers are dimensionless.");
  return {app, [app, options] {
            apply_config_file(*app, options->config);
            run(map_of(*app, *options), options->w, options->b);
          }};
}

}  // namespace deadcone
