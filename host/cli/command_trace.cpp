#include <cmath>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>

#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "deadcone/map.hpp"
#include "config/parse.hpp"
#include "cli/options.hpp"

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

/// Prints the columns of a trajectory, one row for the start and one for each update.
template <Geometry geometry, class Real>
class Table {
 public:
  explicit Table(const Dynamics<Real>& dynamics) : dynamics_(dynamics) {
    std::cout << std::setw(10) << "step";
    for (const char* name :
         {"w", "b", "r", "momentum_w", "momentum_b", "momentum_r", "update_norm", "gradient_norm", "loss"}) {
      std::cout << ' ' << std::setw(width) << name;
    }
    std::cout << '\n';
  }

  void operator()(std::int32_t steps, const State<Real>& state) const {
    const auto& [theta, momentum, carry] = state;
    const Real update_norm = -dynamics_.descent.minus_eta * std::sqrt(squared_norm<geometry>(momentum));
    const Real gradient_norm = std::sqrt(squared_norm<geometry>(loss_gradient<geometry>(theta, dynamics_.target)));
    std::cout << std::setw(10) << steps;
    for (const Real value : {theta.w, theta.b, theta.r, momentum.w, momentum.b, momentum.r, update_norm, gradient_norm,
                             loss<geometry>(theta, dynamics_.target)}) {
      std::cout << ' ' << std::setw(width) << shortest(value);
    }
    std::cout << '\n';
  }

 private:
  /// A sign, the digits, a point and an exponent.
  static constexpr int width = std::numeric_limits<Real>::max_digits10 + 7;
  const Dynamics<Real>& dynamics_;
};

template <Geometry geometry, bool certify, class Real>
void trace(const TraceOptions& options, const Dynamics<Real>& dynamics) {
  const Parameters<Real> start = {static_cast<Real>(options.point.r), static_cast<Real>(options.w),
                                  static_cast<Real>(options.b)};
  const Table<geometry, Real> table(dynamics);
  table(0, at_rest(start));
  const Outcome<Real> outcome = trajectory<geometry, certify>(dynamics, start, table);
  std::cout << "# fate " << name_of(outcome.fate) << " after " << outcome.updates
            << " steps";
  if (outcome.proof != Proof::none)
    std::cout << ", proved there: " << name_of(outcome.proof);
  std::cout << '\n';
}

void run(const TraceOptions& options) {
  validate_start(options.w, options.b, options.point, options.criteria, options.precision);
  const PreparedMap map({options.point, {}, options.criteria, options.precision});
  with_precision(options.precision, [&]<class Real>() {
    with_variant(map.variant(), [&]<Geometry geometry, bool certify>() {
      trace<geometry, certify>(options, map.dynamics<Real>());
    });
  });
}

}  // namespace

Command add_trace_command(CLI::App& main) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* app = main.add_subcommand("trace", "Print one trajectory, update by update");
  const auto add = [app](const std::string& name, double& value, const std::string& description) {
    add_text_option(
        *app, name, "X", [&value](const std::string& text) { value = parse_number(text); }, description,
        shortest(value));
  };
  add("--w", options->w, "initial weight along the target direction");
  add("--b", options->b, "initial bias");
  add("--r", options->point.r, meaning_of(Axis::r));
  add("--beta", options->point.beta, meaning_of(Axis::beta));
  add("--gamma", options->point.gamma, meaning_of(Axis::gamma));
  add("--eta", options->point.eta, meaning_of(Axis::eta));
  add("--delta", options->point.delta, meaning_of(Axis::delta));
  add_criteria_options(*app, options->criteria);
  add_precision_option(*app, options->precision);
  add_config_option(*app, options->config);
  app->footer(
      "update_norm is the length of the update that led to the row; gradient_norm and loss are those at the row's w, "
      "b, r.\n"
      "The last line begins with # and tells the fate. All numbers are without units.");
  return {app, [app, options] {
            apply_config_file(*app, options->config);
            run(*options);
          }};
}

}  // namespace deadcone
