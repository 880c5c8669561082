#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/options.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/unit/affine.hpp"

namespace deadcone {
namespace {

/// A sign, the digits of a double, a point and an exponent.
constexpr int column_width = 24;

struct SpectrumOptions {
  std::vector<double> beta = parse_axis("0:0.99:100");
  double eta = Point{}.eta;
  std::string config;
};

void run(const SpectrumOptions& options) {
  for (const double beta : options.beta) validate({.beta = beta, .eta = options.eta}, {}, Precision::float64);

  const auto print_row = [](const auto&... cells) {
    const char* separator = "";
    ((std::cout << std::exchange(separator, " ") << std::setw(column_width) << cells), ...);
    std::cout << '\n';
  };
  std::cout << "# eta " << shortest(options.eta) << '\n';
  std::cout << "# critical_beta " << shortest(affine_critical_momentum(options.eta)) << '\n';
  print_row("beta", "re1", "im1", "re2", "im2", "abs1", "abs2");
  for (const double beta : options.beta) {
    const auto [first, second] = affine_eigenvalues(beta, options.eta);
    print_row(shortest(beta), shortest(first.real()), shortest(first.imag()), shortest(second.real()),
              shortest(second.imag()), shortest(std::abs(first)), shortest(std::abs(second)));
  }
}

}  // namespace

Command add_spectrum_command(CLI::App& main) {
  auto options = std::make_shared<SpectrumOptions>();
  CLI::App* app =
      main.add_subcommand("spectrum", "Print the eigenvalues of the affine system (no rectifier) for each momentum");
  add_text_option(
      *app, "--beta", "AXIS", [options](const std::string& text) { options->beta = parse_axis(text); },
      explain(Axis::beta), "0:0.99:100");
  add_number_option(*app, "--eta", bounds_of(Axis::eta), options->eta, meaning_of(Axis::eta));
  add_config_option(*app, options->config);
  app->footer(
      explain_axes() +
      "\nAbove the critical momentum, which a line beginning with # gives, the eigenvalues are complex and the system "
      "oscillates.");
  return {app, [app, options] {
            apply_config_file(*app, options->config);
            run(*options);
          }};
}

}  // namespace deadcone
