#pragma once

// What a file of results holds, as data: the axes of its points, the two axes of a map, the results by pixel and by
// point. Whatever writes, reads, resumes or merges files works on a Schema and knows nothing of what was computed; an
// experiment (experiment.hpp) gives one for each of its configurations.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/point_groups.hpp"
#include "deadcone/tiling.hpp"
#include "storage/hdf5.hpp"
#include "storage/variables.hpp"

namespace deadcone {

/// An axis of the points: a dimension of the file, or a scalar coordinate.
struct PointAxis {
  std::string name;
  std::string meaning;
  std::vector<double> values;
  bool is_dimension = true;  ///< an axis of one value need not be one
};

/// An axis of a map: its pixels have their coordinates at their centres.
struct PlaneAxis {
  std::string name;
  std::string meaning;
  Range range;
};

/// A result by point: an element, or one for each value of a code axis.
struct PointVariable {
  Variable variable;
  std::string code_axis = {};  ///< the name of one of Schema::code_axes; empty: none
  bool repeats = true;         ///< every computation of the point gives the same value
};

/// The name of the point variable that marks complete points. Its place among the point variables is its
/// place in the file; its value is 0, and 1 from the moment when all else of the point is on the disk.
inline constexpr const char* point_done = "point_done";

struct Schema {
  std::string title;
  std::string references;     ///< papers
  std::string configuration;  ///< JSON, complete: equal configurations give equal results
  std::string precision;
  int numerics;                         ///< the number of the bits of its results: with another, they are others
  std::vector<PointAxis> axes;
  std::vector<PlaneAxis> plane;        ///< of maps: rows, columns; empty where points have no maps
  std::vector<Coordinate> code_axes;   ///< coordinates that results by point have beside the axes
  std::vector<Variable> pixel_fields;  ///< results by pixel; integers not yet computed are -1, reals not a number
  std::vector<PointVariable> point_fields;
  /// The configuration in words: names and texts, for whoever looks at the file.
  std::vector<std::pair<std::string, std::string>> notes;
  /// The same for what whoever uses the results has to know: attributes of the file, too.
  std::vector<std::pair<std::string, std::string>> warnings;
  /// How points are stored: where they have no maps, each by itself. A group is one chunk of every pixel field and, where it has several points, of every point
  /// field. A new file has those of best_groups(); one that is there keeps its own (groups_in() in result_datasets.hpp).
  PointGroups groups;

  /// The number of points, and of maps.
  std::int64_t points() const;
  bool has_maps() const { return !plane.empty(); }
  std::int64_t pixels() const { return grid().pixels(); }
  Grid grid() const { return has_maps() ? Grid{plane[0].range.count, plane[1].range.count} : Grid(); }
  /// The tiles of a map. Each is one chunk of every pixel field, or that of a group of points.
  Tiling tiles() const { return tiles_of(grid(), groups); }
  /// The values of a point, one for each axis.
  std::vector<double> values_at(std::int64_t point) const;
};

/// The values of an axis, as the file has them.
Coordinate coordinate_of(const PointAxis& axis);
Coordinate coordinate_of(const PlaneAxis& axis);

/// Gives the Schema of a configuration that was found in a file. Throws StorageError, naming the file, where it is
/// damaged.
using SchemaSource = std::function<Schema(const std::string& configuration, const std::string& path)>;

/// The shape of the points in a file: the lengths of the axes that are dimensions.
hdf5::Extent point_extent(const Schema& schema);

/// The shape of a point variable: that, and the length of its code axis.
hdf5::Extent point_extent(const Schema& schema, const PointVariable& field);

/// The position of a point in a dataset that has one element for each.
hdf5::Extent position(const Schema& schema, std::int64_t point);

/// The lengths of a box of so many points, which are a group or a single one.
hdf5::Extent point_box(const Schema& schema, std::int64_t count);

/// The groups of a new file, and those of `size` points. Throws Error where there are none such.
PointGroups best_groups(const Schema& schema);
PointGroups groups_of_size(const Schema& schema, std::int64_t size);

hdf5::Extent joined(hdf5::Extent first, const hdf5::Extent& second);

/// The part of a dataset that belongs to a group of points or a single one, or to a tile of them.
struct Box {
  hdf5::Extent offset;
  hdf5::Extent count;

  std::size_t elements() const;
};

/// A tile of points, in a pixel field.
Box box_of(const Schema& schema, const PointRun& points, const Tile& tile);

/// Points in a point variable, with all values along a code axis of this length; 0: no code axis.
Box box_of(const Schema& schema, const PointRun& points, std::size_t code_length = 0);

/// The length of the code axis of a point variable; 0: it has none.
std::size_t code_length(const Schema& schema, const PointVariable& field);

/// The point in words, by those of its axes that are dimensions: "beta 0.9, gamma 0.1".
std::string point_name(const Schema& schema, std::int64_t point);

}  // namespace deadcone
