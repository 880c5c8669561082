#include <algorithm>
#include <functional>
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
#include "file/birth_experiment.hpp"
#include "file/experiment.hpp"
#include "file/result_journal.hpp"
#include "file/result_reader.hpp"
#include "network/birth_json.hpp"

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

/// A column, and the cells of a point in all columns: its values as they are stored, of how many points and which of them.
struct TableColumn {
  std::string title;
  int width;
  int digits;
};
struct PointTable {
  std::vector<TableColumn> columns;
  std::function<std::vector<double>(const PointValues& stored, const PointRun& run, std::int64_t place)> cells;
  /// Those of a point that is begun and not finished; none where nothing is known of it. Null: no file knows.
  std::function<std::vector<double>(std::int64_t point)> begun = {};
};

PointTable table_of(const Sweep& sweep, const Experiment& experiment) {
  PointTable table;
  std::vector<PointColumn> columns;
  for (const PointColumn& column : experiment.columns) {
    if (column.exists && !column.exists(sweep)) continue;
    columns.push_back(column);
    table.columns.push_back({column.title, column.width, column.digits});
  }
  table.cells = [columns, sweep, &experiment](const PointValues& stored, const PointRun& run, std::int64_t place) {
    const PointResult result = experiment.point_result(sweep, stored, run.count, place);
    std::vector<double> cells;
    for (const PointColumn& column : columns) cells.push_back(column.value(result));
    return cells;
  };
  return table;
}

PointTable table_of(const ResultReader& file, const BirthSweep& sweep) {
  PointTable table;
  for (const BirthColumn& column : birth_columns())
    table.columns.push_back({column.title, column.width, column.digits});
  table.cells = [sweep](const PointValues& stored, const PointRun& run, std::int64_t place) {
    const std::int64_t point = run.first + place;
    const BirthResult result = birth_result(sweep, point, stored);
    std::vector<double> cells;
    for (const BirthColumn& column : birth_columns()) cells.push_back(column.value(sweep, point, result));
    return cells;
  };
  table.begun = [&file, sweep, cells = table.cells](std::int64_t point) {
    const PointRun run = {point, 1};
    const PointValues stored = file.read_points(run);
    const bool has_some = birth_result(sweep, point, stored).counts.networks > 0;
    return has_some ? cells(stored, run, 0) : std::vector<double>();
  };
  return table;
}

void print_points(const ResultReader& file, const PointTable& table) {
  const Schema& schema = file.schema();
  std::cout << '\n' << std::right;
  std::vector<int> widths;
  for (const PointAxis& axis : schema.axes) {
    widths.push_back(width_of(axis));
    if (axis.is_dimension) std::cout << std::setw(widths.back()) << axis.name;
  }
  for (const TableColumn& column : table.columns) std::cout << std::setw(column.width) << column.title;
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
      const std::vector<double> begun =
          file.is_done(point) || !table.begun ? std::vector<double>() : table.begun(point);
      if (!file.is_done(point) && begun.empty()) {
        std::cout << std::setw(12) << "pending" << '\n';
        continue;
      }
      const std::vector<double> cells = begun.empty() ? table.cells(stored, run, place) : begun;
      for (std::size_t i = 0; i < cells.size(); ++i)
        print_cell(std::cout, cells[i], table.columns[i].width, table.columns[i].digits);
      std::cout << (begun.empty() ? "\n" : "  so far\n");
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
  const ResultReader file(path, schema_of_any(experiment));
  const Schema& schema = file.schema();
  const std::int64_t points = schema.points();
  const std::int64_t done = file.done_points({0, points});
  std::string progress = std::to_string(done) + " of " + std::to_string(points) + " done";
  const std::int64_t analyzed = schema.has_maps() ? analyzed_points(path) : -1;
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
                              " beside the file; --resume takes them in");
  }
  for (const PointAxis& axis : schema.axes) print_line(axis.name, in_words(axis.values) + "  (" + axis.meaning + ")");
  for (auto side = schema.plane.rbegin(); side != schema.plane.rend(); ++side)
    print_line(side->name, in_words(side->range));
  for (const auto& [name, text] : schema.notes) print_line(name, text);
  for (const auto& [name, text] : schema.warnings) print_line(name, text);
  if (!schema.has_maps()) {
    print_points(file, table_of(file, birth_from_json(schema.configuration, path)));
    return;
  }
  print_line("fields", fields);
  print_line("size", megabytes(file.stored_bytes()) + " of maps, " + megabytes(file.raw_bytes()) + " uncompressed");
  print_points(file, table_of(experiment.sweep_of(schema.configuration, path), experiment));
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
  app->add_option("file", *path, "file of a sweep, of births or of a gradient field")->type_name("FILE")->required();
  return {app, [path, &experiment] { run(*path, experiment); }};
}

}  // namespace deadcone
