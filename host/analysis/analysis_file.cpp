#include "analysis/analysis_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "analysis/basin_boundary.hpp"
#include "deadcone/errors.hpp"
#include "storage/flag_values.hpp"
#include "storage/hdf5.hpp"
#include "storage/new_file.hpp"
#include "file/point_layout.hpp"
#include "storage/attributes.hpp"

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::Extent;
using hdf5::File;
using hdf5::Group;
using hdf5::Layout;

constexpr const char* group_name = "analysis";
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// What a variable has beside the dimensions of the points.
enum class Along { nothing, fates, boxes, proofs };

/// A real number, or several, of every point.
struct RealVariable {
  const char* name;
  const char* meaning;
  Along along;
  std::function<double*(PointAnalysis&, std::size_t)> place;  ///< element i of it
};

/// A whole number, or several, of every point; those without have -1.
struct WholeVariable {
  const char* name;
  const char* meaning;
  Along along;
  std::function<std::int64_t(const PointAnalysis&, std::size_t)> get;
  std::function<void(PointAnalysis&, std::size_t, std::int64_t)> set;
};

/// Whether the file tells what proves a fate.
bool has_proofs(const Sweep& sweep) {
  return sweep.criteria.certify;
}

std::vector<RealVariable> real_variables(const Sweep& sweep) {
  using P = PointAnalysis;
  using I = std::size_t;
  std::vector<RealVariable> variables = {
      {"fate_probability", "probability of each fate for a start from the distribution, given that it is in the window",
       Along::fates, [](P& p, I i) { return &p.probabilities.at(i); }},
      {"fate_probability_error",
       "probability of the boundary pixels of that fate, whose area the grid does not resolve", Along::fates,
       [](P& p, I i) { return &p.probability_errors.at(i); }},
      {"steps_mean_of_fate", "mean number of updates of the trajectories of each fate", Along::fates,
       [](P& p, I i) { return &p.updates.at(i).mean; }},
      {"steps_median_of_fate", "median number of updates of the trajectories of each fate", Along::fates,
       [](P& p, I i) { return &p.updates.at(i).median; }},
      {"boundary_dimension", "box-counting dimension of the boundary", Along::nothing,
       [](P& p, I) { return &p.dimension.slope; }},
      {"boundary_dimension_error", "standard error of boundary_dimension, from the fit", Along::nothing,
       [](P& p, I) { return &p.dimension.slope_error; }},
      {"uncertain_fraction", "share of pairs of starts, box_size pixels apart along w or b, whose fates differ",
       Along::boxes, [](P& p, I i) { return &p.uncertain_fractions.at(i); }},
      {"uncertainty_exponent", "exponent of uncertain_fraction over the distance: 2 minus the dimension",
       Along::nothing, [](P& p, I) { return &p.uncertainty.slope; }},
      {"uncertainty_exponent_error", "standard error of uncertainty_exponent, from the fit", Along::nothing,
       [](P& p, I) { return &p.uncertainty.slope_error; }},
      {"basin_entropy", "basin entropy S_b", Along::nothing, [](P& p, I) { return &p.entropy.basins; }},
      {"boundary_basin_entropy", "boundary basin entropy S_bb: above log 2 the boundary is fractal", Along::nothing,
       [](P& p, I) { return &p.entropy.boundary; }},
      {"linear_cone_share", "share of the steps of a trajectory in the linear cone, mean over a sample", Along::nothing,
       [](P& p, I) { return &p.cones.linear_share.mean; }},
      {"linear_cone_share_error", "standard error of linear_cone_share", Along::nothing,
       [](P& p, I) { return &p.cones.linear_share.error; }},
      {"dead_cone_entries", "how often a trajectory enters the dead cone, mean over a sample", Along::nothing,
       [](P& p, I) { return &p.cones.dead_entries.mean; }},
      {"dead_cone_entries_error", "standard error of dead_cone_entries", Along::nothing,
       [](P& p, I) { return &p.cones.dead_entries.error; }},
      {"dead_cone_escapes", "how often a trajectory leaves the dead cone, mean over a sample", Along::nothing,
       [](P& p, I) { return &p.cones.dead_escapes.mean; }},
      {"dead_cone_escapes_error", "standard error of dead_cone_escapes", Along::nothing,
       [](P& p, I) { return &p.cones.dead_escapes.error; }},
  };
  if (has_proofs(sweep)) {
    variables.push_back(
        {"dead_for_ever_fraction",
         "share of the dead that are proved dead for ever: the others are so within the tolerance; not a number "
         "where some were filled",
         Along::nothing, [](P& p, I) { return &p.dead_for_ever_fraction; }});
  }
  return variables;
}

std::vector<WholeVariable> whole_variables(const Sweep& sweep) {
  using P = PointAnalysis;
  using I = std::size_t;
  using N = std::int64_t;
  std::vector<WholeVariable> variables = {
      {"steps_max_of_fate", "largest number of updates of the trajectories of each fate, -1 where there are none",
       Along::fates, [](const P& p, I i) { return N{p.updates.at(i).largest}; },
       [](P& p, I i, N n) { p.updates.at(i).largest = static_cast<std::int32_t>(n); }},
      {"boundary_pixels", "pixels that have a neighbour of another fate", Along::nothing,
       [](const P& p, I) { return p.boundary_pixels; }, [](P& p, I, N n) { p.boundary_pixels = n; }},
      {"box_count", "boxes of box_size pixels a side that hold a pixel whose right or upper neighbour has another fate",
       Along::boxes, [](const P& p, I i) { return p.box_counts.at(i); },
       [](P& p, I i, N n) { p.box_counts.at(i) = n; }},
      {"boundary_dimension_points", "box sizes that boundary_dimension was fitted to", Along::nothing,
       [](const P& p, I) { return N{p.dimension.points}; },
       [](P& p, I, N n) { p.dimension.points = static_cast<int>(n); }},
      {"wada_distance",
       "pixels by which the boundaries of all basins differ: 0 or few is Wada; -1: fewer than 3 basins", Along::nothing,
       [](const P& p, I) { return p.wada_distance; }, [](P& p, I, N n) { p.wada_distance = n; }},
  };
  if (has_proofs(sweep)) {
    variables.push_back({"proof_count", "initial parameters whose fate each theorem proves", Along::proofs,
                         [](const P& p, I i) { return p.proofs.at(i); }, [](P& p, I i, N n) { p.proofs.at(i) = n; }});
  }
  return variables;
}

std::vector<std::int64_t> sizes_of(const Sweep& sweep) {
  return box_sizes(sweep.window.b.count, sweep.window.w.count);
}

std::size_t length_of(Along along, const Sweep& sweep) {
  switch (along) {
    case Along::nothing:
      return 1;
    case Along::fates:
      return fate_count;
    case Along::boxes:
      return sizes_of(sweep).size();
    case Along::proofs:
      break;
  }
  return proof_count;
}

/// The shape of a variable, or of one point of it.
Extent shape(Extent points, Along along, const Sweep& sweep) {
  if (along != Along::nothing) points.push_back(length_of(along, sweep));
  return points;
}

/// Where one point of a variable begins.
Extent begin_of(const Sweep& sweep, std::int64_t point, Along along) {
  Extent begin = position(sweep, point);
  if (along != Along::nothing) begin.push_back(0);
  return begin;
}

std::string configuration_of(const AnalysisOptions& options) {
  return nlohmann::ordered_json{{"init", options.init}, {"box", options.box_side}, {"samples", options.samples}}.dump();
}

void describe(Dataset& dataset, const std::string& meaning) {
  dataset.set_attribute("long_name", meaning);
  dataset.set_attribute("units", "1");
}

/// Makes the coordinate of the variables that are Along::proofs.
Dataset create_proof_codes(Group& group) {
  std::array<std::int8_t, proof_count> codes;
  std::iota(codes.begin(), codes.end(), std::int8_t{0});
  Dataset dataset = group.create_dataset("proof_code", Layout{.extent = {codes.size()}}, std::int8_t{0});
  dataset.write({0}, {codes.size()}, codes.data());
  dataset.make_scale("proof_code");
  describe(dataset, "theorem that proves the fate");
  describe_values<Proof>(dataset, false);
  return dataset;
}

/// Makes the group in an open file.
void create_group(File& file, const Sweep& sweep, const AnalysisOptions& options, double start_mass,
                  const std::string& command_line) {
  Group group = file.create_group(group_name);
  describe_origin(group, command_line);
  group.set_attribute("title", "Measures of the basins of attraction");
  group.set_attribute("configuration", configuration_of(options));

  std::vector<Dataset> scales;
  for (const std::size_t axis : dimensions(sweep)) scales.push_back(file.dataset(sweep.axes[axis].name));
  const Dataset fates = file.dataset("fate_code");
  const std::vector<std::int64_t> sizes = sizes_of(sweep);
  Dataset boxes = group.create_dataset("box_size", Layout{.extent = {sizes.size()}}, std::int64_t{0});
  boxes.write({0}, {sizes.size()}, sizes.data());
  boxes.make_scale("box_size");
  describe(boxes, "side of a box in pixels");
  std::optional<Dataset> proofs;
  if (has_proofs(sweep)) proofs = create_proof_codes(group);
  Dataset mass = group.create_dataset("start_mass", Layout{.extent = {}}, start_mass);
  mass.write({}, {}, &start_mass);
  describe(mass, "probability that a start from the distribution is in the window");

  const auto finish = [&](Dataset dataset, const std::string& meaning, Along along) {
    describe(dataset, meaning);
    unsigned index = 0;
    for (const Dataset& scale : scales) dataset.attach_scale(index++, scale);
    if (along == Along::fates) dataset.attach_scale(index, fates);
    if (along == Along::boxes) dataset.attach_scale(index, boxes);
    if (along == Along::proofs) dataset.attach_scale(index, *proofs);
  };
  const auto layout = [&](Along along) { return Layout{.extent = shape(point_extent(sweep), along, sweep)}; };
  for (const RealVariable& each : real_variables(sweep))
    finish(group.create_dataset(each.name, layout(each.along), not_a_number), each.meaning, each.along);
  for (const WholeVariable& each : whole_variables(sweep))
    finish(group.create_dataset(each.name, layout(each.along), std::int64_t{-1}), each.meaning, each.along);
  finish(group.create_dataset("point_analyzed", layout(Along::nothing), std::int8_t{0}),
         "1 where the point is analyzed", Along::nothing);
}

}  // namespace

AnalysisFile::AnalysisFile(const std::string& path, const Sweep& sweep, const AnalysisOptions& options,
                           double start_mass, const std::string& command_line, bool overwrite)
    : path_(path), lock_(FileLock(path, false, path)), sweep_(sweep) {
  bool exists = false;
  {
    const File file = File::open_to_read(path);
    exists = file.has(group_name);
    if (exists && !overwrite) {
      const std::string found = file.group(group_name).text_attribute("configuration");
      if (found != configuration_of(options)) {
        throw FileExists(path + ": has an analysis with other options: " + found);
      }
    }
  }
  if (!exists || overwrite) {
    lock_.reset();  // the copy's place takes it
    NewFile place(path, true);
    std::error_code error;
    std::filesystem::copy_file(path, place.part(), std::filesystem::copy_options::overwrite_existing, error);
    if (error) throw StorageError(path + ": cannot be copied: " + error.message());
    {
      File file = File::open_to_write(place.part());
      if (exists) file.remove(group_name);
      create_group(file, sweep, options, start_mass, command_line);
      file.flush();
    }
    lock_ = place.take_place();
  }
  analyzed_ = File::open_to_read(path).group(group_name).dataset("point_analyzed").read_all<std::int8_t>();
  if (analyzed_.size() != static_cast<std::size_t>(sweep.points())) {
    throw StorageError(path + ": its analysis is not that of its sweep");
  }
}

void AnalysisFile::write(const std::vector<Result>& results) {
  File file = File::open_to_write(path_);
  const Group group = file.group(group_name);
  for (const auto& [point, analysis] : results) {
    PointAnalysis values = analysis;
    for (const RealVariable& each : real_variables(sweep_)) {
      std::vector<double> numbers;
      for (std::size_t i = 0; i < length_of(each.along, sweep_); ++i) numbers.push_back(*each.place(values, i));
      Dataset dataset = group.dataset(each.name);
      dataset.write(begin_of(sweep_, point, each.along), shape(ones(sweep_), each.along, sweep_), numbers.data());
    }
    for (const WholeVariable& each : whole_variables(sweep_)) {
      std::vector<std::int64_t> numbers;
      for (std::size_t i = 0; i < length_of(each.along, sweep_); ++i) numbers.push_back(each.get(values, i));
      Dataset dataset = group.dataset(each.name);
      dataset.write(begin_of(sweep_, point, each.along), shape(ones(sweep_), each.along, sweep_), numbers.data());
    }
  }
  file.flush();
  Dataset analyzed = group.dataset("point_analyzed");
  for (const auto& [point, analysis] : results) {
    const std::int8_t yes = 1;
    analyzed.write(position(sweep_, point), ones(sweep_), &yes);
    analyzed_[static_cast<std::size_t>(point)] = yes;
  }
  file.flush();
}

PointAnalysis AnalysisFile::read(std::int64_t point) const {
  const File file = File::open_to_read(path_);
  const Group group = file.group(group_name);
  PointAnalysis result;
  result.box_counts.resize(sizes_of(sweep_).size());
  result.uncertain_fractions.resize(sizes_of(sweep_).size());
  for (const RealVariable& each : real_variables(sweep_)) {
    std::vector<double> numbers(length_of(each.along, sweep_));
    group.dataset(each.name).read(begin_of(sweep_, point, each.along), shape(ones(sweep_), each.along, sweep_),
                                  numbers.data());
    for (std::size_t i = 0; i < numbers.size(); ++i) *each.place(result, i) = numbers[i];
  }
  for (const WholeVariable& each : whole_variables(sweep_)) {
    std::vector<std::int64_t> numbers(length_of(each.along, sweep_));
    group.dataset(each.name).read(begin_of(sweep_, point, each.along), shape(ones(sweep_), each.along, sweep_),
                                  numbers.data());
    for (std::size_t i = 0; i < numbers.size(); ++i) each.set(result, i, numbers[i]);
  }
  return result;
}

std::int64_t analyzed_points(const std::string& path) {
  const File file = File::open_to_read(path);
  if (!file.has(group_name)) return -1;
  const std::vector<std::int8_t> analyzed = file.group(group_name).dataset("point_analyzed").read_all<std::int8_t>();
  return std::count(analyzed.begin(), analyzed.end(), 1);
}

}  // namespace deadcone
