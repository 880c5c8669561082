#include "analysis/analysis_file.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "analysis/basin_boundary.hpp"
#include "analysis/start_distribution.hpp"
#include "deadcone/errors.hpp"
#include "file/experiment.hpp"
#include "file/schema.hpp"
#include "storage/attributes.hpp"
#include "storage/hdf5.hpp"
#include "storage/new_file.hpp"
#include "storage/variables.hpp"

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::Extent;
using hdf5::File;
using hdf5::Group;

constexpr const char* group_name = "analysis";
constexpr const char* point_analyzed = "point_analyzed";
constexpr const char* by_fate = "fate_code";
constexpr const char* by_box = "box_size";
constexpr const char* by_proof = "proof_code";

/// A number, or several, of every point.
struct Measure {
  PointVariable variable;
  std::function<Bytes(const PointAnalysis&, std::size_t count)> get;
  std::function<void(const Bytes&, PointAnalysis&)> set;
};

/// The measure whose element i is place(analysis, i): a real number, or a whole one that is -1 where there is none.
template <class Place>
Measure measure(const std::string& name, const std::string& meaning, const std::string& code_axis, const Place& place) {
  using Member = std::remove_cvref_t<std::invoke_result_t<Place, PointAnalysis&, std::size_t>>;
  constexpr bool is_real = std::is_floating_point_v<Member>;
  using T = std::conditional_t<is_real, double, std::int64_t>;
  constexpr double fill = is_real ? std::numeric_limits<double>::quiet_NaN() : -1.0;
  return {.variable = {.variable = {name, meaning, hdf5::type_of<T>(), fill}, .code_axis = code_axis},
          .get =
              [place](const PointAnalysis& analysis, std::size_t count) {
                Bytes bytes(count * sizeof(T));
                for (std::size_t i = 0; i < count; ++i) {
                  const T value = static_cast<T>(place(analysis, i));
                  std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
                }
                return bytes;
              },
          .set =
              [place](const Bytes& bytes, PointAnalysis& analysis) {
                for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
                  T value{};
                  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
                  place(analysis, i) = static_cast<Member>(value);
                }
              }};
}

/// Whether the file has the theorem that proves each fate.
bool has_proofs(const Sweep& sweep) {
  return sweep.criteria.certify;
}

/// "why boundary_dimension may not be one: 0 none (...), 1 ..."
std::string doubts_in_words() {
  std::string text = "why boundary_dimension may not be one: ";
  for (const auto& [doubt, name, meaning] : NameTable<DimensionDoubt>::values) {
    text += doubt == DimensionDoubt::none ? "" : ", ";
    text += std::to_string(static_cast<int>(doubt)) + " " + name + " (" + meaning + ")";
  }
  return text;
}

/// All measures, in the order of the file.
std::vector<Measure> measures_of(const Sweep& sweep, const AnalysisOptions& options) {
  using I = std::size_t;
  const std::string x = name_of(sweep.plane.x_axis);
  const std::string y = name_of(sweep.plane.y_axis);
  std::vector<Measure> measures = {
      measure(
          "fate_probability",
          sweep.plane.is_of_starts()
              ? "probability of each fate for a start from the distribution, given its r and that it is in the window: "
                "of an initialization of several weights a slice"
              : "share of the pixels of each fate",
          by_fate, [](auto& p, I i) -> auto& { return p.probabilities.at(i); }),
      measure(
          "fate_probability_error",
          "probability of the boundary pixels of that fate, whose area the grid does not resolve", by_fate,
          [](auto& p, I i) -> auto& { return p.probability_errors.at(i); }),
      measure(
          "steps_mean_of_fate", "mean number of updates of the trajectories of each fate", by_fate,
          [](auto& p, I i) -> auto& { return p.updates.at(i).mean; }),
      measure(
          "steps_median_of_fate", "median number of updates of the trajectories of each fate", by_fate,
          [](auto& p, I i) -> auto& { return p.updates.at(i).median; }),
      measure(
          "boundary_dimension", "dimension of the boundary: 2 minus uncertainty_exponent", "",
          [](auto& p, I) -> auto& { return p.dimension.slope; }),
      measure(
          "boundary_dimension_error", "standard error of boundary_dimension: that of uncertainty_exponent", "",
          [](auto& p, I) -> auto& { return p.dimension.slope_error; }),
      measure(
          "box_dimension", "box-counting dimension of the boundary, biased on grids: a check of boundary_dimension", "",
          [](auto& p, I) -> auto& { return p.box_dimension.slope; }),
      measure(
          "box_dimension_error", "standard error of box_dimension, from the fit", "",
          [](auto& p, I) -> auto& { return p.box_dimension.slope_error; }),
      measure(
          "uncertain_fraction",
          "share of pairs of starts, box_size pixels apart along " + x + " or " + y + ", whose fates differ", by_box,
          [](auto& p, I i) -> auto& { return p.uncertain_fractions.all.at(i); }),
      measure(
          "uncertain_fraction_along_" + x, "uncertain_fraction of the pairs along " + x, by_box,
          [](auto& p, I i) -> auto& { return p.uncertain_fractions.along_x.at(i); }),
      measure(
          "uncertain_fraction_along_" + y, "uncertain_fraction of the pairs along " + y, by_box,
          [](auto& p, I i) -> auto& { return p.uncertain_fractions.along_y.at(i); }),
      measure(
          "uncertainty_exponent",
          "exponent of uncertain_fraction over the distance, up to a 32nd of the window; of that along " + x + " or " +
              y + " alone where its exponent is smaller beyond errors",
          "", [](auto& p, I) -> auto& { return p.uncertainty.slope; }),
      measure(
          "uncertainty_exponent_error",
          "standard error of uncertainty_exponent, from the fit and a bootstrap of blocks of the window", "",
          [](auto& p, I) -> auto& { return p.uncertainty.slope_error; }),
      measure(
          "basin_entropy", "basin entropy S_b", "", [](auto& p, I) -> auto& { return p.entropy.basins; }),
      measure(
          "boundary_basin_entropy",
          "boundary basin entropy S_bb: above log 2 the boundary is fractal; below, it may be (two fates never reach it)",
          "", [](auto& p, I) -> auto& { return p.entropy.boundary; }),
      measure(
          "linear_cone_share", "share of the steps of a trajectory in the linear cone, mean over a sample", "",
          [](auto& p, I) -> auto& { return p.cones.linear_share.mean; }),
      measure(
          "linear_cone_share_error", "standard error of linear_cone_share", "",
          [](auto& p, I) -> auto& { return p.cones.linear_share.error; }),
      measure(
          "dead_cone_entries", "how often a trajectory enters the dead cone, mean over a sample", "",
          [](auto& p, I) -> auto& { return p.cones.dead_entries.mean; }),
      measure(
          "dead_cone_entries_error", "standard error of dead_cone_entries", "",
          [](auto& p, I) -> auto& { return p.cones.dead_entries.error; }),
      measure(
          "dead_cone_escapes", "how often a trajectory leaves the dead cone, mean over a sample", "",
          [](auto& p, I) -> auto& { return p.cones.dead_escapes.mean; }),
      measure(
          "dead_cone_escapes_error", "standard error of dead_cone_escapes", "",
          [](auto& p, I) -> auto& { return p.cones.dead_escapes.error; }),
  };
  if (parse_start_distribution(options.init).is_whole()) {
    measures.push_back(measure(
        "whole_fate_probability",
        "probability of each fate under the whole initialization, whatever r and the window are: a share of sampled "
        "starts",
        by_fate, [](auto& p, I i) -> auto& { return p.whole_probabilities.at(i).share; }));
    measures.push_back(measure(
        "whole_fate_probability_low", "lower end of the 95% interval of whole_fate_probability", by_fate,
        [](auto& p, I i) -> auto& { return p.whole_probabilities.at(i).low; }));
    measures.push_back(measure(
        "whole_fate_probability_high", "upper end of the 95% interval of whole_fate_probability", by_fate,
        [](auto& p, I i) -> auto& { return p.whole_probabilities.at(i).high; }));
  }
  if (has_proofs(sweep)) {
    measures.push_back(measure(
        "dead_for_ever_fraction",
        "share of the dead that are proved dead for ever: the others are so within the tolerance; not a number "
        "where some were filled",
        "", [](auto& p, I) -> auto& { return p.dead_for_ever_fraction; }));
  }
  const std::vector<Measure> whole = {
      measure(
          "steps_max_of_fate", "largest number of updates of the trajectories of each fate, -1 where there are none",
          by_fate, [](auto& p, I i) -> auto& { return p.updates.at(i).largest; }),
      measure(
          "boundary_pixels", "pixels that have a neighbour of another fate", "",
          [](auto& p, I) -> auto& { return p.boundary_pixels; }),
      measure(
          "box_count",
          "boxes of box_size pixels a side that hold a pixel whose right or upper neighbour has another fate", by_box,
          [](auto& p, I i) -> auto& { return p.box_counts.at(i); }),
      measure(
          "boundary_dimension_points", "distances that boundary_dimension was fitted to", "",
          [](auto& p, I) -> auto& { return p.dimension.points; }),
      measure(
          "box_dimension_points", "box sizes that box_dimension was fitted to", "",
          [](auto& p, I) -> auto& { return p.box_dimension.points; }),
      measure(
          "dimension_doubt", doubts_in_words(), "", [](auto& p, I) -> auto& { return p.dimension_doubt; }),
      measure(
          "wada_distance",
          "pixels by which the boundaries of all basins differ: 0 or few is Wada; -1: fewer than 3 basins", "",
          [](auto& p, I) -> auto& { return p.wada_distance; }),
  };
  measures.insert(measures.end(), whole.begin(), whole.end());
  if (has_proofs(sweep)) {
    measures.push_back(measure(
        "proof_count", "initial parameters whose fate each theorem proves", by_proof,
        [](auto& p, I i) -> auto& { return p.proofs.at(i); }));
  }
  return measures;
}

std::vector<std::int64_t> sizes_of(const Sweep& sweep) {
  return box_sizes(sweep.plane.y.count, sweep.plane.x.count);
}

/// The points of a sweep, and the measures as what the group holds of each.
Schema schema_of(const Sweep& sweep, const AnalysisOptions& options) {
  Schema schema = unit_experiment().schema(sweep);
  schema.code_axes.push_back({by_box, "side of a box in pixels", sizes_of(sweep)});
  if (has_proofs(sweep)) schema.code_axes.push_back(code_coordinate<Proof>(by_proof, "theorem that proves the fate"));
  schema.point_fields.clear();
  for (const Measure& each : measures_of(sweep, options)) schema.point_fields.push_back(each.variable);
  return schema;
}

std::string configuration_of(const AnalysisOptions& options) {
  return nlohmann::ordered_json{{"init", options.init}, {"box", options.box_side}, {"samples", options.samples}}.dump();
}

/// Makes the group in an open file.
void create_group(File& file, const Schema& schema, const AnalysisOptions& options, double start_mass,
                  const std::string& command_line) {
  Group group = file.create_group(group_name);
  describe_origin(group, command_line);
  group.set_attribute("title", "Measures of the basins of attraction");
  group.set_attribute("configuration", configuration_of(options));

  // Coordinates once more: xarray opens a group without those of the file.
  std::vector<Dataset> axes;
  std::string scalars;
  for (const PointAxis& axis : schema.axes) {
    if (axis.is_dimension) {
      axes.push_back(create_coordinate(group, {axis.name, axis.meaning, axis.values}));
    } else {
      create_scalar(group, axis.name, axis.meaning, axis.values.front());
      scalars += (scalars.empty() ? "" : " ") + axis.name;
    }
  }
  std::map<std::string, Dataset> codes;
  for (const Coordinate& axis : schema.code_axes) codes.emplace(axis.name, create_coordinate(group, axis));
  create_scalar(group, "start_mass", "probability that a start from the distribution is in the window", start_mass);

  const auto create = [&](const PointVariable& field) {
    std::vector<const Dataset*> scales(axes.size());
    std::ranges::transform(axes, scales.begin(), [](const Dataset& axis) { return &axis; });
    if (!field.code_axis.empty()) scales.push_back(&codes.at(field.code_axis));
    const hdf5::Layout layout = {.extent = point_extent(schema, field)};
    create_variable(group, field.variable, layout, scales, scalars);
  };
  for (const PointVariable& field : schema.point_fields) create(field);
  create({.variable = {.name = point_analyzed,
                       .meaning = "1 where the point is analyzed",
                       .type = hdf5::Type::int8,
                       .fill = -1,
                       .initial = 0.0}});
}

/// Whether the group was made before some measure was there: its others may be other estimates, too.
bool lacks_a_measure(const Group& group, const Schema& schema) {
  return std::ranges::any_of(schema.point_fields,
                             [&](const PointVariable& field) { return !group.has(field.variable.name); });
}

}  // namespace

AnalysisFile::AnalysisFile(const std::string& path, const Sweep& sweep, const AnalysisOptions& options,
                           double start_mass, const AnalysisRun& run)
    : place_(path, run.missing_lock),
      sweep_(sweep),
      options_(options),
      schema_(schema_of(sweep, options)),
      start_mass_(start_mass),
      command_line_(run.command_line),
      analyzed_(static_cast<std::size_t>(sweep.points()), 0) {
  const File file = File::open_to_read(path);
  has_group_ = file.has(group_name);
  if (!has_group_) return;
  const Group group = file.group(group_name);
  const std::string found = group.text_attribute("configuration");
  if (!run.overwrite && found != configuration_of(options))
    throw FileExists(path + ": has an analysis with other options: " + found);
  if (run.overwrite || lacks_a_measure(group, schema_)) {
    has_group_ = false;
  } else {
    analyzed_ = group.dataset(point_analyzed).read_all<std::int8_t>();
    if (analyzed_.size() != static_cast<std::size_t>(sweep.points()))
      throw StorageError(path + ": its analysis is not that of its sweep");
  }
}

void AnalysisFile::add(const std::vector<Result>& results) {
  for (const Result& result : results) analyzed_[result.point] = 1;
  pending_.insert(pending_.end(), results.begin(), results.end());
  if (pace_.is_due()) pace_.run([this] { update_file(); });
}

void AnalysisFile::close() {
  if (!pending_.empty() || !has_group_) update_file();
}

void AnalysisFile::update_file() {
  NewFile new_file(place_);
  new_file.copy_place();
  File file = File::open_to_write(new_file.part(), place_.name());
  if (!has_group_) {
    if (file.has(group_name)) file.remove(group_name);
    create_group(file, schema_, options_, start_mass_, command_line_);
  }
  {
    const Group group = file.group(group_name);
    for (const Measure& each : measures_of(sweep_, options_)) {
      Dataset dataset = group.dataset(each.variable.variable.name);
      for (const auto& [point, analysis] : pending_) {
        const Box box = box_of(schema_, {point, 1}, code_length(schema_, each.variable));
        const Bytes bytes = each.get(analysis, box.elements());
        dataset.write(box.offset, box.count, each.variable.variable.type, bytes.data());
      }
    }
    Dataset analyzed = group.dataset(point_analyzed);
    analyzed.write(Extent(analyzed.extent().size(), 0), analyzed.extent(), analyzed_.data());
  }
  file.close();
  new_file.take_place();
  has_group_ = true;
  pending_.clear();
}

PointAnalysis AnalysisFile::read(std::int64_t point) const {
  const File file = File::open_to_read(place_.path());
  const Group group = file.group(group_name);
  PointAnalysis result;
  result.box_counts.resize(sizes_of(sweep_).size());
  const std::size_t distances = sizes_of(sweep_).size();
  result.uncertain_fractions = {std::vector<double>(distances), std::vector<double>(distances),
                                std::vector<double>(distances)};
  for (const Measure& each : measures_of(sweep_, options_)) {
    const Variable& variable = each.variable.variable;
    const Box box = box_of(schema_, {point, 1}, code_length(schema_, each.variable));
    Bytes bytes(box.elements() * size_of(variable.type));
    group.dataset(variable.name).read(box.offset, box.count, variable.type, bytes.data());
    each.set(bytes, result);
  }
  return result;
}

std::int64_t analyzed_points(const std::string& path) {
  const File file = File::open_to_read(path);
  if (!file.has(group_name)) return -1;
  const std::vector<std::int8_t> analyzed = file.group(group_name).dataset(point_analyzed).read_all<std::int8_t>();
  return std::count(analyzed.begin(), analyzed.end(), 1);
}

}  // namespace deadcone
