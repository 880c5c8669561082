#include "file/result_datasets.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "deadcone/errors.hpp"
#include "file/tile_encoder.hpp"

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::Extent;
using hdf5::File;
using hdf5::Layout;

/// What the file says about its compression; any level can be read.
constexpr int deflate_level = 1;

/// The coordinates of a new file.
struct Scales {
  std::vector<Dataset> points;  ///< of the axes that are dimensions
  std::vector<Dataset> plane;
  std::map<std::string, Dataset> codes;
  std::string scalars;  ///< names of the axes that are no dimensions

  /// The scales of a dataset of the points and of what follows them.
  std::vector<const Dataset*> with(const std::vector<const Dataset*>& last) const {
    std::vector<const Dataset*> all;
    for (const Dataset& scale : points) all.push_back(&scale);
    all.insert(all.end(), last.begin(), last.end());
    return all;
  }
};

Scales create_coordinates(File& file, const Schema& schema) {
  Scales scales;
  for (const PointAxis& axis : schema.axes) {
    if (axis.is_dimension) {
      scales.points.push_back(create_coordinate(file, coordinate_of(axis)));
    } else {
      create_scalar(file, axis.name, axis.meaning, axis.values.front());
      scales.scalars += (scales.scalars.empty() ? "" : " ") + axis.name;
    }
  }
  for (const PlaneAxis& axis : schema.plane) scales.plane.push_back(create_coordinate(file, coordinate_of(axis)));
  for (const Coordinate& axis : schema.code_axes) scales.codes.emplace(axis.name, create_coordinate(file, axis));
  return scales;
}

std::uint64_t length(std::int64_t count) {
  return static_cast<std::uint64_t>(count);
}

Extent pixel_extent(const Schema& schema) {
  Extent extent = point_extent(schema);
  for (const PlaneAxis& axis : schema.plane) extent.push_back(length(axis.range.count));
  return extent;
}

/// How pixel fields are stored: each tile of a group is a chunk.
Layout pixel_layout(const Schema& schema) {
  const ChunkShape chunk = chunk_shape(schema);
  return {.extent = pixel_extent(schema),
          .chunk = joined(point_box(schema, chunk.points), {length(chunk.rows), length(chunk.columns)}),
          .deflate_level = deflate_level};
}

/// How point fields are stored: each group of several points is a chunk.
Layout point_layout(const Schema& schema, const PointVariable& field) {
  const Extent extent = point_extent(schema, field);
  if (schema.groups.size() == 1) return {.extent = extent};
  Extent chunk = point_box(schema, schema.groups.size());
  if (!field.code_axis.empty()) chunk.push_back(code_length(schema, field));
  return {.extent = extent, .chunk = chunk, .deflate_level = deflate_level};
}

/// Gives a point field in chunks its initial values. HDF5 would do so more slowly, element by element.
void write_initial_chunks(Dataset& dataset, const Schema& schema, const PointVariable& field) {
  const ChunkBytes chunk = TileEncoder::encode_initial(schema, field);
  const std::size_t codes = code_length(schema, field);
  for (std::int64_t group = 0; group < schema.groups.count(); ++group)
    dataset.write_chunk(box_of(schema, schema.groups[group], codes).offset, chunk);
}

std::size_t done_index(const Schema& schema) {
  const auto at = std::ranges::find(schema.point_fields, point_done,
                                    [](const PointVariable& field) { return field.variable.name; });
  if (at == schema.point_fields.end()) throw std::logic_error("a schema without point_done");
  return static_cast<std::size_t>(at - schema.point_fields.begin());
}

}  // namespace

ResultDatasets ResultDatasets::create(File& file, const Schema& schema) {
  const Scales scales = create_coordinates(file, schema);
  const Layout by_pixel = pixel_layout(schema);
  ResultDatasets datasets;
  for (const Variable& field : schema.pixel_fields) {
    datasets.pixel_fields.push_back(
        create_variable(file, field, by_pixel, scales.with({&scales.plane[0], &scales.plane[1]}), scales.scalars));
  }
  for (const PointVariable& field : schema.point_fields) {
    std::vector<const Dataset*> last;
    if (!field.code_axis.empty()) last.push_back(&scales.codes.at(field.code_axis));
    const Layout layout = point_layout(schema, field);
    Variable variable = field.variable;
    if (!layout.chunk.empty()) variable.initial.reset();
    datasets.point_fields.push_back(create_variable(file, variable, layout, scales.with(last), scales.scalars));
    if (!layout.chunk.empty() && field.variable.initial)
      write_initial_chunks(datasets.point_fields.back(), schema, field);
  }
  return datasets;
}

ResultDatasets ResultDatasets::open(const File& file, const Schema& schema) {
  const auto open_shaped = [&file](const std::string& name, const Extent& extent) {
    Dataset dataset = file.dataset(name);
    if (dataset.extent() == extent) return dataset;
    throw StorageError(file.path() + ": the shape of " + name + " is not that of its configuration");
  };
  ResultDatasets datasets;
  for (const PointVariable& field : schema.point_fields)
    datasets.point_fields.push_back(open_shaped(field.variable.name, point_extent(schema, field)));
  for (const Variable& field : schema.pixel_fields)
    datasets.pixel_fields.push_back(open_shaped(field.name, pixel_extent(schema)));
  return datasets;
}

bool stores_own_chunks(const Dataset& dataset, const Variable& field, const Schema& schema) {
  return dataset.stores_as(field.type, pixel_layout(schema));
}

void check_own_layout(const File& file, const Schema& schema, const ResultDatasets& datasets) {
  const auto check = [&file](bool is_own, const std::string& name) {
    if (is_own) return;
    throw StorageError(
        file.path() + ": " + name +
        " is not stored as deadcone stores it: another program has rewritten the file. Merging it into a "
        "new file stores it so");
  };
  for (std::size_t i = 0; i < datasets.pixel_fields.size(); ++i) {
    const Variable& field = schema.pixel_fields[i];
    check(stores_own_chunks(datasets.pixel_fields[i], field, schema), field.name);
  }
  for (std::size_t i = 0; i < datasets.point_fields.size(); ++i) {
    const PointVariable& field = schema.point_fields[i];
    check(datasets.point_fields[i].stores_as(field.variable.type, point_layout(schema, field)), field.variable.name);
  }
}

std::vector<RootAttribute> root_attributes(const Schema& schema, const RunInfo& run_info) {
  std::vector<RootAttribute> attributes =
      describe_file(schema.title, run_info.command_line, schema.references, schema.configuration, schema.precision);
  attributes.push_back({"numerics", std::to_string(schema.numerics)});
  attributes.push_back({"device", ascii(run_info.device)});
  for (const auto& [name, text] : schema.warnings) attributes.push_back({name, ascii(text)});
  return attributes;
}

ResultDatasets create_results(File& file, const Schema& schema, const RunInfo& run_info) {
  set_root_attributes(file, root_attributes(schema, run_info));
  return ResultDatasets::create(file, schema);
}

Schema stored_schema(const File& file, Schema schema) {
  schema.groups = best_groups(schema);
  if (!schema.has_maps()) return schema;
  // By the chunks of the first field. Whether all is stored so, check_own_layout() says.
  const Extent chunk = file.dataset(schema.pixel_fields.front().name).chunk();
  const PointGroups best = schema.groups;
  const std::size_t dimensions = point_extent(schema).size();
  if (chunk.size() != dimensions + 2) return schema;
  std::int64_t points = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    if (__builtin_mul_overflow(points, static_cast<std::int64_t>(chunk[i]), &points) || points > schema.points())
      return schema;
  }
  try {
    schema.groups = groups_of_size(schema, points);
  } catch (const Error&) {
    return schema;
  }
  if (pixel_layout(schema).chunk != chunk) schema.groups = best;
  return schema;
}

std::vector<std::int8_t> read_point_done(const ResultDatasets& datasets, const Schema& schema) {
  return datasets.point_fields[done_index(schema)].read_all<std::int8_t>();
}

void check_index(const File& file, const Schema& schema, const ResultDatasets& datasets) {
  const std::vector<std::int8_t> done = read_point_done(datasets, schema);
  const auto fail = [&file](const PointRun& points, const std::string& what) {
    throw StorageError(file.path() + ": is damaged: point " + std::to_string(points.first) +
                       " is marked done, but parts of its " + what + " are missing");
  };
  const Tiling tiles = schema.tiles();
  const auto check = [&](const PointRun& points) {
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      const Box box = box_of(schema, points, tiles[i]);
      for (const Dataset& field : datasets.pixel_fields) {
        if (!field.has_box(box.offset, box.count)) fail(points, "maps");
      }
    }
    for (std::size_t i = 0; i < datasets.point_fields.size() && schema.groups.size() > 1; ++i) {
      const Box box = box_of(schema, points, code_length(schema, schema.point_fields[i]));
      if (!datasets.point_fields[i].has_box(box.offset, box.count)) fail(points, "values");
    }
  };
  for (std::int64_t group = 0; group < schema.groups.count(); ++group) {
    const PointRun run = schema.groups[group];
    const auto is_done = [](std::int8_t mark) { return mark != 0; };
    const auto first = done.begin() + run.first;
    if (std::all_of(first, first + run.count, is_done)) {
      check(run);
      continue;
    }
    for (std::int64_t point = run.first; point < run.first + run.count; ++point) {
      if (is_done(done[static_cast<std::size_t>(point)])) check({point, 1});
    }
  }
}

double pixel_bytes(const Schema& schema) {
  std::size_t bytes = 0;
  for (const Variable& field : schema.pixel_fields) bytes += size_of(field.type);
  return static_cast<double>(schema.points()) * static_cast<double>(schema.pixels()) * static_cast<double>(bytes);
}

double other_bytes(const Schema& schema) {
  std::size_t by_point = 0;
  for (const PointVariable& field : schema.point_fields)
    by_point += size_of(field.variable.type) * std::max<std::size_t>(code_length(schema, field), 1);
  std::int64_t coordinates = 0;
  for (const PlaneAxis& axis : schema.plane) coordinates += axis.range.count;
  return static_cast<double>(schema.points()) * static_cast<double>(by_point) +
         static_cast<double>(coordinates) * sizeof(double);
}

std::string read_configuration(const File& file) {
  if (!file.has_attribute("configuration") || !file.has_attribute("numerics") || !file.has(point_done)) {
    throw StorageError(file.path() + ": is HDF5, but not a sweep made by deadcone");
  }
  return file.text_attribute("configuration");
}

int read_numerics(const File& file) {
  try {
    return std::stoi(file.text_attribute("numerics"));
  } catch (const std::logic_error&) {
    throw StorageError(file.path() + ": its numerics version is not a number");
  }
}

}  // namespace deadcone
