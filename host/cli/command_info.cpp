#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "analysis/analysis_file.hpp"
#include "base/printable.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "config/parse.hpp"
#include "config/unit_text.hpp"
#include "deadcone/gradient_field.hpp"
#include "file/experiment.hpp"
#include "file/result_journal.hpp"
#include "file/result_reader.hpp"

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
  return std::to_string(range.count) + " pixels from " + shortest(range.lo) + " to " + shortest(range.hi) +
         (range.logarithmic ? " in the logarithm" : "");
}

std::string megabytes(std::uint64_t bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << static_cast<double>(bytes) / 1e6 << " MB";
  return text.str();
}

void print_line(const std::string& name, const std::string& text) {
  std::cout << std::left << std::setw(10) << name << " " << printable(text) << '\n';
}

/// The width of an axis's column: of its name or of its longest value, and two blanks.
int width_of(const PointAxis& axis) {
  std::size_t longest = std::max<std::size_t>(8, axis.name.size());
  for (const double value : axis.values) {
    std::ostringstream text;  // as print_points() prints it
    text << value;
    longest = std::max(longest, text.str().size());
  }
  return static_cast<int>(longest) + 2;
}

/// The points that the table shows, at most.
constexpr std::int64_t most_rows = 10'000;

void print_points(const ResultReader& file, const Sweep& sweep, const Experiment& experiment) {
  const Schema& schema = file.schema();
  std::vector<PointColumn> columns;
  for (const PointColumn& column : experiment.columns) {
    if (!column.exists || column.exists(sweep)) columns.push_back(column);
  }
  std::cout << '\n' << std::right;
  std::vector<int> widths;
  for (const PointAxis& axis : schema.axes) {
    widths.push_back(width_of(axis));
    if (axis.is_dimension) std::cout << std::setw(widths.back()) << axis.name;
  }
  for (const PointColumn& column : columns) std::cout << std::setw(column.width) << column.title;
  std::cout << '\n';

  // Group by group, as they are stored.
  for (std::int64_t group = 0; group < schema.groups.count(); ++group) {
    const PointRun run = schema.groups[group];
    const bool some_done = file.done_points(run) > 0;
    const PointValues stored = some_done ? file.read_points(run) : PointValues();
    for (std::int64_t place = 0; place < run.count; ++place) {
      const std::int64_t point = run.first + place;
      if (point == most_rows) {
        std::cout << "... " << schema.points() - most_rows << " more points; their values are in the file\n";
        return;
      }
      const std::vector<double> values = schema.values_at(point);
      std::cout << std::defaultfloat << std::setprecision(6);
      for (std::size_t axis = 0; axis < values.size(); ++axis) {
        if (schema.axes[axis].is_dimension) std::cout << std::setw(widths[axis]) << values[axis];
      }
      if (!file.is_done(point)) {
        std::cout << std::setw(12) << "pending" << '\n';
        continue;
      }
      const PointResult result = experiment.point_result(sweep, stored, run.count, place);
      for (const PointColumn& column : columns)
        print_cell(std::cout, column.value(result), column.width, column.digits);
      std::cout << '\n';
    }
  }
}

void print_gradient_field(const GradientFieldSummary& field) {
  std::cout << printable(field.title) << '\n';
  print_line("made", field.history);
  print_line("by", "deadcone " + field.version + ", commit " + field.git_commit);
  if (field.grid.unit.kind != UnitKind::relu) print_line("unit", unit_text(field.grid.unit));
  print_line("gamma", in_words(field.grid.gamma) + "  (" + meaning_of(Axis::gamma) + ")");
  print_line("delta", in_words(field.grid.delta) + "  (" + meaning_of(Axis::delta) + ")");
  print_line("r", in_words(field.grid.r));
  print_line("w", in_words(field.grid.window.w));
  print_line("b", in_words(field.grid.window.b));
  print_line("fields", "loss, grad_w, grad_b, grad_r");
}

void print_results(const std::string& path, const Experiment& experiment) {
  const ResultReader file(path, experiment.schema_source());
  const Schema& schema = file.schema();
  const std::int64_t points = schema.points();
  const std::int64_t done = file.done_points({0, points});
  std::string progress = std::to_string(done) + " of " + std::to_string(points) + " done";
  const std::int64_t analyzed = analyzed_points(path);
  if (analyzed >= 0) progress += ", " + std::to_string(analyzed) + " of " + std::to_string(points) + " analyzed";
  std::string fields;
  for (const Variable& field : schema.pixel_fields) fields += (fields.empty() ? "" : ", ") + field.name;

  std::cout << printable(file.attribute("title")) << '\n';
  print_line("made", file.attribute("history"));
  print_line("by", "deadcone " + file.attribute("version") + ", commit " + file.attribute("git_commit") + ", " +
                       file.attribute("compiler"));
  print_line("on", file.attribute("device") + ", in " + schema.precision);
  print_line("points", progress);
  if (const std::int64_t waiting = points_in_journal(path); waiting > 0) {
    print_line("journal", std::to_string(waiting) + (waiting == 1 ? " more finished point" : " more finished points") +
                              " beside the file; sweep --resume takes them in");
  }
  for (const PointAxis& axis : schema.axes) print_line(axis.name, in_words(axis.values) + "  (" + axis.meaning + ")");
  for (const std::size_t side : {1, 0}) print_line(schema.plane[side].name, in_words(schema.plane[side].range));
  for (const auto& [name, text] : schema.notes) print_line(name, text);
  for (const auto& [name, text] : schema.warnings) print_line(name, text);
  print_line("fields", fields);
  print_line("size", megabytes(file.stored_bytes()) + " of maps, " + megabytes(file.raw_bytes()) + " uncompressed");
  print_points(file, experiment.sweep_of(schema.configuration, path), experiment);
}

void run(const std::string& path, const Experiment& experiment) {
  if (const auto field = read_gradient_field_summary(path)) {
    print_gradient_field(*field);
  } else {
    print_results(path, experiment);
  }
}

}  // namespace

Command add_info_command(CLI::App& main, const Experiment& experiment) {
  auto path = std::make_shared<std::string>();
  CLI::App* app = main.add_subcommand("info", "Print what a file holds");
  app->add_option("file", *path, "file of a sweep or a gradient field")->type_name("FILE")->required();
  return {app, [path, &experiment] { run(*path, experiment); }};
}

}  // namespace deadcone
