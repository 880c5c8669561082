#include "deadcone/gradient_field.hpp"

#include <algorithm>
#include <limits>

#include "config/range_json.hpp"
#include "config/unit_text.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/unit/families.hpp"
#include "deadcone/unit/model.hpp"
#include "file/schema.hpp"
#include "storage/attributes.hpp"
#include "storage/hdf5.hpp"
#include "storage/new_file.hpp"
#include "storage/output_place.hpp"
#include "storage/variables.hpp"

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::Extent;
using hdf5::File;
using hdf5::Layout;

Variable variable(const std::string& name, const std::string& meaning) {
  return {name, meaning, hdf5::Type::float64, std::numeric_limits<double>::quiet_NaN()};
}

/// Fields by pixel, in the order of the file.
const std::array<Variable, 4>& variables() {
  static const std::array<Variable, 4> all = {
      variable("loss", "loss"), variable("grad_w", "derivative of the loss by w"),
      variable("grad_b", "derivative of the loss by b"), variable("grad_r", "derivative of the loss by r")};
  return all;
}

/// The values of all variables in one tile, b-major.
using FieldValues = std::array<std::vector<double>, 4>;

void validate(const GradientFieldGrid& grid) {
  Sweep sweep;  // has the rules for all of these numbers
  sweep.set_unit(grid.unit);
  sweep.values(Axis::gamma) = grid.gamma;
  sweep.values(Axis::delta) = grid.delta;
  sweep.values(Axis::r) = grid.r;
  sweep.plane = {grid.window.w, grid.window.b};
  sweep.precision = Precision::float64;
  validate(sweep);
}

/// The loss at some parameters and its gradient.
struct LossAndGradient {
  double loss;
  Parameters<double> gradient;
};

/// Computes a tile at one r with at(theta), which gives a LossAndGradient.
template <class At>
void compute(const GradientFieldGrid& grid, double r, const Tile& tile, const At& at, FieldValues& values) {
  for (auto& field : values) field.resize(static_cast<std::size_t>(tile.pixels()));
  std::size_t i = 0;
  for (std::int64_t b = tile.first_row; b < tile.first_row + tile.rows; ++b) {
    for (std::int64_t w = tile.first_column; w < tile.first_column + tile.columns; ++w, ++i) {
      const auto [loss, gradient] = at(Parameters<double>{r, grid.window.w.centre(w), grid.window.b.centre(b)});
      values[0][i] = loss;
      values[1][i] = gradient.w;
      values[2][i] = gradient.b;
      values[3][i] = gradient.r;
    }
  }
}

/// The same for the unit of the grid.
void compute(const GradientFieldGrid& grid, const Target<double>& target, double r, const Tile& tile,
             FieldValues& values) {
  const auto of_rectifier = [&]<Geometry geometry>() {
    const auto at = [&target](const Parameters<double>& theta) {
      return LossAndGradient{loss<geometry>(theta, target), loss_gradient<geometry>(theta, target)};
    };
    compute(grid, r, tile, at, values);
  };
  if (grid.unit.kind == UnitKind::relu) {
    r == 0.0 ? of_rectifier.template operator()<Geometry::planar>()
             : of_rectifier.template operator()<Geometry::general>();
    return;
  }
  unit::with_activation<double>(grid.unit, [&](const auto& activation) {
    const auto at = [&](const Parameters<double>& theta) {
      const auto averages = unit::averages(activation, unit::direction<Geometry::general>(theta).s, theta.b);
      return LossAndGradient{unit::loss(averages, theta, target),
                             unit::loss_gradient<Geometry::general>(activation, theta, target)};
    };
    compute(grid, r, tile, at, values);
  });
}

constexpr const char* title_head = "Loss of a ";  // which no other file has

std::string title_of(const Unit& unit) {
  const std::string what = unit.kind == UnitKind::relu ? "rectified unit" : "unit (" + unit_text(unit) + ")";
  return title_head + what + " and its gradient";
}

using Json = nlohmann::ordered_json;

std::string configuration_of(const GradientFieldGrid& grid) {
  Json json = {{"axes", {{"gamma", grid.gamma}, {"delta", grid.delta}, {"r", grid.r}}},
               {"window", {{"w", grid.window.w}, {"b", grid.window.b}}}};
  if (grid.unit.kind != UnitKind::relu) json["unit"] = unit_text(grid.unit);
  return json.dump();
}

std::vector<Dataset> create_variables(File& file, const GradientFieldGrid& grid) {
  const auto& [w, b] = grid.window;
  std::vector<Dataset> scales;
  const auto add = [&](const std::string& name, const std::string& meaning, const std::vector<double>& values) {
    scales.push_back(create_coordinate(file, {name, meaning, values}));
  };
  add("gamma", meaning_of(Axis::gamma), grid.gamma);
  add("delta", meaning_of(Axis::delta), grid.delta);
  add("r", "weight orthogonal to the target direction", grid.r);
  add("b", "bias, at pixel centres", centres<double>(b, 0, b.count));
  add("w", "weight along the target direction, at pixel centres", centres<double>(w, 0, w.count));

  Layout layout = {.extent = {}, .chunk = {}, .deflate_level = 1};
  std::vector<const Dataset*> dimensions;
  for (const Dataset& scale : scales) {
    layout.extent.push_back(scale.extent().front());
    dimensions.push_back(&scale);
  }
  const auto side = static_cast<std::uint64_t>(tile_side);
  layout.chunk = {1, 1, 1, std::min(side, layout.extent[3]), std::min(side, layout.extent[4])};

  std::vector<Dataset> datasets;
  for (const Variable& each : variables()) datasets.push_back(create_variable(file, each, layout, dimensions));
  return datasets;
}

void write_maps(std::vector<Dataset>& datasets, const GradientFieldGrid& grid) {
  const Tiling tiles(grid.window.grid());
  const auto at = [](std::int64_t i) { return static_cast<std::uint64_t>(i); };
  FieldValues values;
  for (std::size_t g = 0; g < grid.gamma.size(); ++g) {
    for (std::size_t d = 0; d < grid.delta.size(); ++d) {
      for (std::size_t k = 0; k < grid.r.size(); ++k) {
        const Target<double> target = {grid.gamma[g], grid.delta[d]};
        for (std::int64_t i = 0; i < tiles.count(); ++i) {
          const Tile tile = tiles[i];
          compute(grid, target, grid.r[k], tile, values);
          for (std::size_t field = 0; field < datasets.size(); ++field) {
            datasets[field].write({g, d, k, at(tile.first_row), at(tile.first_column)},
                                  {1, 1, 1, at(tile.rows), at(tile.columns)}, values[field].data());
          }
        }
      }
    }
  }
}

}  // namespace

void write_gradient_field(const std::string& path, const GradientFieldGrid& grid, const std::string& command_line,
                          bool overwrite, MissingLock missing_lock) {
  validate(grid);
  const std::size_t maps = grid.gamma.size() * grid.delta.size() * grid.r.size();
  const double bytes = static_cast<double>(maps) * static_cast<double>(grid.window.pixels()) *
                       static_cast<double>(sizeof(double) * variables().size());
  check_output_path(path, overwrite, bytes, 0.0);
  OutputPlace place(path, missing_lock);
  NewFile new_file(place);
  File file = File::create(new_file.part(), path);
  set_root_attributes(file, describe_file(title_of(grid.unit), command_line, paper_of_the_unit, configuration_of(grid),
                                          name_of(Precision::float64)));
  std::vector<Dataset> datasets = create_variables(file, grid);
  write_maps(datasets, grid);
  for (Dataset& dataset : datasets) dataset.close();
  file.close();
  new_file.take_place();
  if (overwrite) place.empty_companion();
}

std::optional<GradientFieldSummary> read_gradient_field_summary(const std::string& path) {
  const File file = File::open_to_read(path);
  if (!file.has_attribute("title") || !file.text_attribute("title").starts_with(title_head)) return std::nullopt;
  try {
    const Json json = Json::parse(file.text_attribute("configuration"));
    const auto values = [&](const char* axis) { return json.at("axes").at(axis).get<std::vector<double>>(); };
    const auto range = [&](const char* name) { return json.at("window").at(name).get<Range>(); };
    const Unit unit = parse_unit(json.value("unit", unit_text({})));
    return GradientFieldSummary{{unit, values("gamma"), values("delta"), values("r"), {range("w"), range("b")}},
                                file.text_attribute("title"),
                                file.text_attribute("history"),
                                file.text_attribute("version"),
                                file.text_attribute("git_commit")};
  } catch (const Json::exception& error) {
    throw StorageError(path + ": its configuration cannot be read: " + error.what());
  } catch (const ConfigError& error) {
    throw StorageError(path + ": its configuration is damaged: " + error.what());
  }
}

}  // namespace deadcone
