#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "analysis/analysis_file.hpp"
#include "cli/commands.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "deadcone/gradient_field.hpp"
#include "config/parse.hpp"
#include "file/point_layout.hpp"

namespace deadcone {
namespace {

/// "0, 0.7, 0.9" or, for long axes, "0 to 0.99, 100 values".
std::string in_words(const std::vector<double>& values) {
  constexpr std::size_t listed = 12;
  if (values.size() > listed) {
    return shortest(values.front()) + " to " + shortest(values.back()) + ", " + std::to_string(values.size()) +
           " values";
  }
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ", ") + shortest(value);
  return text;
}

std::string in_words(const Range& range) {
  return std::to_string(range.count) + " pixels from " + shortest(range.lo) + " to " + shortest(range.hi);
}

std::string in_words(const Criteria& criteria) {
  std::string text = criteria.stop == StopRule::stationary ? "update and gradient" : "update (the paper's rule)";
  text += " below " + shortest(criteria.tolerance) + (criteria.relative_tolerance ? " |(gamma, delta)|" : "");
  return text + " twice in a row; at most " + std::to_string(criteria.max_updates) + " updates";
}

std::string in_words(const Refinement& refinement) {
  if (refinement.kind == RefinementKind::exact) return "blocks whose fate is proved are filled, all else is computed";
  return "blocks whose border has one fate are filled; of their pixels the share " + shortest(refinement.sample) +
         " is computed";
}

std::string megabytes(std::uint64_t bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << static_cast<double>(bytes) / 1e6 << " MB";
  return text.str();
}

void print_line(const std::string& name, const std::string& text) {
  std::cout << std::left << std::setw(11) << name << text << '\n';
}

void print_points(const SweepReader& file) {
  const Sweep& sweep = file.sweep();
  const std::vector<std::size_t> shown = dimensions(sweep);
  std::cout << '\n' << std::right;
  for (const std::size_t axis : shown) std::cout << std::setw(10) << sweep.axes[axis].name;
  const bool refines = sweep.refinement.kind != RefinementKind::none;
  for (const Named<Fate>& fate : NameTable<Fate>::values) std::cout << std::setw(12) << fate.name;
  if (refines) std::cout << std::setw(12) << "computed" << std::setw(12) << "mismatches";
  std::cout << std::setw(12) << "mean steps" << std::setw(11) << "max steps" << std::setw(10) << "seconds" << '\n';

  for (std::int64_t index = 0; index < sweep.points(); ++index) {
    const std::vector<double> values = sweep.values_at(index);
    for (const std::size_t axis : shown) std::cout << std::setw(10) << std::setprecision(6) << values[axis];
    if (!file.is_done(index)) {
      std::cout << std::setw(12) << "pending" << '\n';
      continue;
    }
    const Counts counts = file.counts(index);
    const auto pixels = static_cast<double>(counts.pixels());
    std::cout << std::fixed << std::setprecision(5);
    for (const std::int64_t fate : counts.fates) std::cout << std::setw(12) << static_cast<double>(fate) / pixels;
    const auto computed = pixels - static_cast<double>(counts.filled);
    if (refines) std::cout << std::setw(12) << computed / pixels << std::setw(12) << counts.fill_mismatches;
    std::cout << std::setprecision(1) << std::setw(12);
    if (computed > 0.0) {
      std::cout << static_cast<double>(counts.updates) / computed << std::setw(11) << counts.most_updates;
    } else {
      std::cout << '-' << std::setw(11) << '-';
    }
    std::cout << std::setprecision(2) << std::setw(10) << file.seconds(index) << '\n' << std::defaultfloat;
  }
}

void print_field(const FieldSummary& field) {
  std::cout << field.title << '\n';
  print_line("made", field.history);
  print_line("by", "deadcone " + field.version + ", commit " + field.git_commit);
  print_line("gamma", in_words(field.grid.gamma) + "  (" + meaning_of(Axis::gamma) + ")");
  print_line("delta", in_words(field.grid.delta) + "  (" + meaning_of(Axis::delta) + ")");
  print_line("r", in_words(field.grid.r));
  print_line("w", in_words(field.grid.window.w));
  print_line("b", in_words(field.grid.window.b));
  print_line("fields", "loss, grad_w, grad_b, grad_r");
}

void print_sweep(const std::string& path) {
  const SweepReader file(path);
  const Sweep& sweep = file.sweep();
  std::int64_t done = 0;
  for (std::int64_t point = 0; point < sweep.points(); ++point) done += file.is_done(point) ? 1 : 0;

  std::cout << file.attribute("title") << '\n';
  print_line("made", file.attribute("history"));
  print_line("by", "deadcone " + file.attribute("version") + ", commit " + file.attribute("git_commit") + ", " +
                       file.attribute("compiler"));
  print_line("on", file.attribute("device") + ", in " + name_of(sweep.precision));
  const std::int64_t analyzed = analyzed_points(path);
  print_line("points", std::to_string(done) + " of " + std::to_string(sweep.points()) + " done" +
                           (analyzed < 0 ? ""
                                         : ", " + std::to_string(analyzed) + " of " + std::to_string(sweep.points()) +
                                               " analyzed"));
  for (const SweepAxis& axis : sweep.axes) print_line(axis.name, in_words(axis.values) + "  (" + axis.meaning + ")");
  print_line("w", in_words(sweep.window.w));
  print_line("b", in_words(sweep.window.b));
  print_line("stops", in_words(sweep.criteria));
  if (sweep.criteria.certify) print_line("certified", "a trajectory also ends where a theorem proves its fate");
  if (sweep.refinement.kind != RefinementKind::none) print_line("refined", in_words(sweep.refinement));
  print_line("converged", "within " + shortest(sweep.criteria.rho) + " |(gamma, delta)| of the target");
  print_line("dead", "active with probability below " + shortest(sweep.criteria.epsilon));
  print_line("fields",
             std::string("fate") + (sweep.fields.updates ? ", steps" : "") + (sweep.criteria.certify ? ", proof" : "") +
                 (sweep.refinement.kind != RefinementKind::none ? ", provenance" : "") +
                 (sweep.fields.final ? ", final parameters" : "") + (sweep.fields.loss ? ", loss there" : ""));
  print_line("size", megabytes(file.stored_bytes()) + " of maps, " + megabytes(file.raw_bytes()) + " uncompressed");
  print_points(file);
}

void run(const std::string& path) {
  if (const auto field = read_field_summary(path)) {
    print_field(*field);
  } else {
    print_sweep(path);
  }
}

}  // namespace

Command add_info_command(CLI::App& main) {
  auto path = std::make_shared<std::string>();
  CLI::App* app = main.add_subcommand("info", "Tell what a file holds, in words");
  app->add_option("file", *path, "file of a sweep or a field")->type_name("FILE")->required();
  return {app, [path] { run(*path); }};
}

}  // namespace deadcone
