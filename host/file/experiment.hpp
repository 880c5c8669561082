#pragma once

// What is computed, as tables: the axes of a sweep, the results by pixel and by point, and where a mapper leaves them.
// The Schema of a file, the words of --fields and the table of `deadcone info` all come from here; a result or an axis
// is added here and nowhere else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_file.hpp"
#include "deadcone/unit/minima.hpp"
#include "file/result_reader.hpp"
#include "file/schema.hpp"

namespace deadcone {

/// A result by pixel.
struct PixelField {
  Variable variable;
  bool in_precision = false;  ///< its type is the real of the sweep's precision, not `variable.type`
  FieldOption option = {};    ///< keeps it; without a word: it does not depend on --fields
  std::function<bool(const Sweep&)> exists = {};  ///< whether the sweep has such a result; null: every sweep
  /// The values in the result of a tile.
  std::function<PixelValues(const TileResult&)> values = {};
  /// Makes room in a result for so many values of a type and returns the place; null: a result has none, and the field
  /// can be written but not read.
  std::function<void*(TileResult&, hdf5::Type, std::size_t)> room = {};

  bool is_kept(const Sweep& sweep) const;
  /// Its type in a sweep.
  hdf5::Type type_in(const Sweep& sweep) const;
};

/// All results of a point as a whole.
struct PointResult {
  Counts counts;
  double seconds = 0.0;
};

/// Those of some points, one after the other.
struct PointResults {
  const Sweep& sweep;
  PointRun points;
  std::span<const Counts> counts;
  double seconds = 0.0;  ///< of each
  /// The minima of the loss at each, found when they are first asked for: several results by point come from them.
  mutable std::vector<std::vector<Minimum>> found_minima = {};

  const std::vector<std::vector<Minimum>>& minima() const;
};

/// A result by point.
struct PointField {
  PointVariable variable;
  std::function<bool(const Sweep&)> exists = {};  ///< as above
  /// Its elements, as bytes, of one point after the other.
  std::function<Bytes(const PointResults&)> get;
  /// Puts the elements of one point back into a result; null: they follow from other fields.
  std::function<void(std::span<const std::byte>, PointResult&)> set = {};
};

/// A column of the table of points that `deadcone info` prints.
struct PointColumn {
  std::string title;
  int width;
  int digits;                                     ///< after the point
  std::function<bool(const Sweep&)> exists = {};  ///< as above
  std::function<double(const PointResult&)> value;
};

struct Experiment {
  std::function<std::string(const Sweep&)> title;
  Sweep sweep;  ///< the axes with their defaults, and all other defaults
  std::function<std::vector<Coordinate>(const Sweep&)> code_axes;  ///< Schema::code_axes
  std::vector<PixelField> pixel_fields;
  std::vector<PointField> point_fields;
  std::vector<PointColumn> columns;
  /// A configuration in words: Schema::notes, and Schema::warnings.
  std::function<std::vector<std::pair<std::string, std::string>>(const Sweep&)> notes;
  std::function<std::vector<std::pair<std::string, std::string>>(const Sweep&)> warnings;

  /// The words of --fields, beside `fate`.
  std::vector<FieldOption> field_options() const;
  /// The pixel fields that a sweep keeps, in the order of the file.
  std::vector<const PixelField*> kept(const Sweep& sweep) const;
  /// The point fields of a sweep, in the order of the file.
  std::vector<const PointField*> point_fields_of(const Sweep& sweep) const;

  /// The Schema of the file of a sweep.
  Schema schema(const Sweep& sweep) const;
  /// The sweep of a configuration in a file. Throws StorageError, naming `path`.
  Sweep sweep_of(const std::string& configuration, const std::string& path) const;
  /// The Schema of a configuration in a file.
  SchemaSource schema_source() const;

  /// The values of a tile and of points for the file of a sweep, and back.
  TileValues tile_values(const Sweep& sweep, TileResult result) const;
  PointValues point_values(const PointResults& results) const;
  /// The result of one of the `points` that have these values, by its place among them.
  PointResult point_result(const Sweep& sweep, const PointValues& values, std::int64_t points,
                           std::int64_t place) const;
};

}  // namespace deadcone
