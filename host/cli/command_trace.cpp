#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>

#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/options.hpp"
#include "config/parse.hpp"
#include "deadcone/run_trajectory.hpp"

namespace deadcone {
namespace {

struct TraceOptions {
  Point point;
  double w = -1.0;
  double b = 1.0;
  Criteria criteria;
  Precision precision = Precision::float32;
  std::string config;
};

/// Prints the columns of a trajectory, a row for the start and one for each update. The numbers are those of `Real`, so
/// their shortest text is that of a Real.
template <class Real>
class Table {
 public:
  Table() {
    std::cout << std::setw(10) << "step";
    for (const char* name :
         {"w", "b", "r", "momentum_w", "momentum_b", "momentum_r", "update_norm", "gradient_norm", "loss"}) {
      std::cout << ' ' << std::setw(width) << name;
    }
    std::cout << '\n';
  }

  void operator()(const TrajectoryState& state) const {
    const auto& [updates, theta, momentum, update_norm, gradient_norm, loss] = state;
    std::cout << std::setw(10) << updates;
    for (const double value :
         {theta.w, theta.b, theta.r, momentum.w, momentum.b, momentum.r, update_norm, gradient_norm, loss}) {
      std::cout << ' ' << std::setw(width) << shortest(static_cast<Real>(value));
    }
    std::cout << '\n';
  }

 private:
  /// A sign, the digits, a point and an exponent.
  static constexpr int width = std::numeric_limits<Real>::max_digits10 + 7;
};

void run(const TraceOptions& options) {
  // Before the head of the table is printed.
  validate_start(options.w, options.b, options.point, options.criteria, options.precision);
  const TrajectoryOutcome outcome = with_precision(options.precision, [&]<class Real>() {
    return run_trajectory(options.point, options.criteria, options.precision, options.w, options.b, Table<Real>());
  });
  std::cout << "# fate " << name_of(outcome.fate) << " after " << outcome.updates << " updates";
  if (outcome.proof != Proof::none) std::cout << ", proved by " << name_of(outcome.proof);
  std::cout << '\n';
}

}  // namespace

Command add_trace_command(CLI::App& main) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* app = main.add_subcommand("trace", "Print one trajectory, update by update");
  add_number_option(*app, "--w", any_number, options->w, "initial weight along the target direction");
  add_number_option(*app, "--b", any_number, options->b, "initial bias");
  const auto add = [app](Axis axis, double& value) {
    add_number_option(*app, std::string("--") + name_of(axis), bounds_of(axis), value, meaning_of(axis));
  };
  add(Axis::r, options->point.r);
  add(Axis::beta, options->point.beta);
  add(Axis::gamma, options->point.gamma);
  add(Axis::eta, options->point.eta);
  add(Axis::delta, options->point.delta);
  add_criteria_options(*app, options->criteria);
  add_precision_option(*app, options->precision);
  add_config_option(*app, options->config);
  app->footer(
      "update_norm is the length of the update that led to the row; gradient_norm and loss are those at its w, b, r.\n"
      "The last line begins with # and gives the fate. All numbers are dimensionless.");
  return {app, [app, options] {
            apply_config_file(*app, options->config);
            run(*options);
          }};
}

}  // namespace deadcone
