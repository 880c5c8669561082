#include "deadcone/verify.hpp"

#include <cstddef>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "base/printable.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "config/parse.hpp"
#include "deadcone/birth_file.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// Pixels that differ are listed up to this number; all are counted.
constexpr std::int64_t most_listed = 100;

/// "1 pixel differs", "3 pixels differ".
std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string in_words(const Sweep& sweep, std::int64_t point) {
  return "point " + std::to_string(point) + " (" + point_name(sweep, point) + ")";
}

void print(const Sweep& sweep, const WrongPixel& pixel) {
  const auto& [x, y, x_axis, y_axis] = sweep.plane;
  const std::string rows = name_of(y_axis);
  const std::string columns = name_of(x_axis);
  std::cout << in_words(sweep, pixel.point) << ", pixel " << rows << ' ' << pixel.row << ", " << columns << ' '
            << pixel.column << " (" << rows << ' ' << shortest(y.centre(pixel.row)) << ", " << columns << ' '
            << shortest(x.centre(pixel.column)) << "): " << (pixel.filled ? "filled " : "") << pixel.field << " is "
            << pixel.stored << ", should be " << pixel.computed << '\n';
}

std::string listed_in_words(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most_listed; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most_listed) text += " and " + std::to_string(names.size() - most_listed) + " more";
  return text;
}

/// What is wrong, in words; empty if nothing is.
std::string findings(const VerifyReport& report) {
  std::string text;
  if (report.wrong_pixels > 0) text = counted(report.wrong_pixels, "pixel differs", "pixels differ");
  if (report.wrong_counts > 0) {
    text += (text.empty() ? "" : ", ") + counted(report.wrong_counts, "point has", "points have") + " wrong counts";
  }
  if (report.wrong_values > 0) {
    text += (text.empty() ? "" : ", ") + counted(report.wrong_values, "other value is", "other values are") + " wrong";
  }
  return text;
}

void run_births(const std::string& path, const VerifyOptions& options) {
  Meter meter;
  const BirthReport report = verify_births(path, {options.all, options.threads}, meter);
  for (std::size_t i = 0; i < report.findings.size() && i < most_listed; ++i)
    std::cout << printable(report.findings[i]) << '\n';
  if (!report.passes()) {
    std::cout.flush();
    throw Error(path + ": " + counted(std::ssize(report.findings), "finding", "findings") + " (listed on stdout; " +
                std::to_string(report.networks) + " networks recomputed with the scalar path)");
  }
  std::cout << printable(path) << ": " << report.networks << " networks of " << report.points
            << " points recomputed, all bits equal; " << report.checked << " points fit their counts\n";
  if (options.all) std::cout << "not checked: " << printable(listed_in_words(report.unchecked)) << '\n';
}

void run(const std::string& path, const VerifyOptions& options, const Experiment& experiment) {
  if (is_birth_file(path)) {
    run_births(path, options);
    return;
  }
  std::int64_t listed = 0;
  VerifyObserver observer;
  observer.wrong_pixel = [&listed](const Sweep& sweep, const WrongPixel& pixel) {
    if (++listed <= most_listed) print(sweep, pixel);
  };
  observer.wrong_counts = [](const Sweep& sweep, std::int64_t point, const std::string& names) {
    std::cout << in_words(sweep, point) << ": its counts are not those of its pixels: " << names << '\n';
  };
  observer.wrong_value = [](const std::string& what) { std::cout << printable(what) << '\n'; };
  const VerifyReport report = verify_file(path, options, observer, experiment);
  if (!report.passes()) {
    std::cout.flush();
    throw Error(path + ": " + findings(report) + " (listed on stdout; " + std::to_string(report.pixels) +
                " pixels recomputed with the scalar path)");
  }
  std::cout << printable(path) << ": " << report.pixels << " pixels of " << report.points
            << " points recomputed, all bits equal";
  if (report.sweep.refinement.kind != RefinementKind::none) {
    std::cout << ", except the fates of " << report.wrong_fills << " of " << report.filled << " filled pixels";
  }
  std::cout << '\n';
  if (options.all) std::cout << "not checked: " << printable(listed_in_words(report.unchecked)) << '\n';
}

}  // namespace

Command add_verify_command(CLI::App& main, const Experiment& experiment) {
  auto path = std::make_shared<std::string>();
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* app =
      main.add_subcommand("verify", "Recompute pixels, or networks, with the scalar path and compare every bit");
  app->add_option("file", *path, "file of a sweep or of births")->type_name("FILE")->required();
  app->add_flag("--all", options->all, "recompute all pixels instead of a sample");
  add_integer_option(
      *app, "--patches", 1, largest_patches, [options](std::int64_t number) { options->patches = number; },
      "sample: number of patches of 16 x 16 pixels, spread over each map", options->patches);
  add_threads_option(*app, options->threads);
  return {app, [path, options, &experiment] { run(*path, *options, experiment); }};
}

}  // namespace deadcone
