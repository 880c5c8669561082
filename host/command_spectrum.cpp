#include <cmath>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>

#include "commands.hpp"
#include "config_file.hpp"
#include "deadcone/affine.hpp"
#include "deadcone/errors.hpp"
#include "names.hpp"
#include "options.hpp"

namespace deadcone {
namespace {

struct SpectrumOptions {
  std::vector<double> beta = parse_axis("0:0.99:100");
  double eta = Point{}.eta;
  std::string config;
};

void run(const SpectrumOptions& options) {
  for (const double beta : options.beta) validate({.beta = beta, .eta = options.eta}, {}, Precision::float64);

  constexpr int digits = std::numeric_limits<double>::max_digits10;
  std::cout << "# eta " << shortest(options.eta) << '\n';
  std::cout << "# critical_beta " << shortest(affine_critical_momentum(options.eta)) << '\n';
  const char* separator = "";
  for (const char* name : {"beta", "re1", "im1", "re2", "im2", "abs1", "abs2"}) {
    std::cout << separator << std::setw(digits + 7) << name;
    separator = " ";
  }
  std::cout << '\n' << std::setprecision(digits);
  for (const double beta : options.beta) {
    const auto [first, second] = affine_eigenvalues(beta, options.eta);
    separator = "";
    for (const double value :
         {beta, first.real(), first.imag(), second.real(), second.imag(), std::abs(first), std::abs(second)}) {
      std::cout << separator << std::setw(digits + 7) << value;
      separator = " ";
    }
    std::cout << '\n';
  }
}

}  // namespace

Command add_spectrum_command(CLI::App& main) {
  auto options = std::make_shared<SpectrumOptions>();
  CLI::App* app =
      main.add_subcommand("spectrum", "Print the eigenvalues of the affine system (no rectifier) over the momentum");
  add_text_option(
      *app, "--beta", "AXIS", [options](const std::string& text) { options->beta = parse_axis(text); },
      meaning_of(Axis::beta), "0:0.99:100");
  add_text_option(
      *app, "--eta", "X", [options](const std::string& text) { options->eta = parse_number(text); },
      meaning_of(Axis::eta), shortest(options->eta));
  add_config_option(*app, options->config);
  app->footer(
      "Above the critical momentum, told in a line that begins with #, the eigenvalues are complex and the system "
      "oscillates.");
  return {app, [app, options] {
            apply_config_file(*app, options->config);
            run(*options);
          }};
}

}  // namespace deadcone
