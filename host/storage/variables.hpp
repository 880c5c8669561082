#pragma once

// Variables and coordinates as the files describe them: the attributes of CF (long_name, units, flag_values,
// flag_meanings, comment, coordinates) and dimension scales, always in the same order.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "deadcone/names.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

/// One element of a type, or several, as bytes in memory.
using Bytes = std::vector<std::byte>;

/// The size of an element in bytes.
std::size_t size_of(hdf5::Type type);

/// A number as one element of a type.
Bytes element_of(hdf5::Type type, double value);

/// Names of consecutive values of an int8 variable; none where `names` is empty.
struct FlagNames {
  std::int8_t first = 0;  ///< the value that the first name stands for
  std::vector<std::string> names;
};

/// The names of the values of an enumeration, from its table; with `pending` the value -1 as well.
template <class Kind>
FlagNames flag_names(bool pending = false, std::size_t count = count_of<Kind>) {
  FlagNames flags;
  if (pending) flags = {-1, {"pending"}};
  for (std::size_t i = 0; i < count; ++i) flags.names.emplace_back(NameTable<Kind>::values[i].name);
  return flags;
}

/// What a file says about a variable.
struct Variable {
  std::string name;
  std::string meaning;  ///< long_name
  hdf5::Type type;
  /// Of elements that are not written yet. No valid value: Zarr readers (kerchunk) take every fill value for missing.
  double fill;
  std::string units = "1";
  FlagNames flags = {};
  std::string comment = {};  ///< empty: none
  /// What its elements are before they are computed, where that is a valid value.
  std::optional<double> initial = {};
};

/// The values of a coordinate, in the type that they have in the file.
using CoordinateValues = std::variant<std::vector<std::int8_t>, std::vector<std::int64_t>, std::vector<double>>;

/// A coordinate: the values along a dimension.
struct Coordinate {
  std::string name;
  std::string meaning;  ///< long_name
  CoordinateValues values;
  FlagNames flags = {};

  std::size_t size() const;
};

/// The coordinate of the first `count` values of an enumeration: 0, 1, 2, ... with their names.
template <class Kind>
Coordinate code_coordinate(const std::string& name, const std::string& meaning, std::size_t count = count_of<Kind>) {
  std::vector<std::int8_t> codes;
  for (std::size_t i = 0; i < count; ++i) codes.push_back(static_cast<std::int8_t>(i));
  return {name, meaning, codes, flag_names<Kind>(false, count)};
}

/// An attribute: its name, and a text or small whole numbers.
using Attribute = std::pair<std::string, std::variant<std::string, std::vector<std::int8_t>>>;

/// What a file says of a variable and of a coordinate, long_name and units first; and of a number of that meaning.
std::vector<Attribute> attributes_of(const Variable& variable);
std::vector<Attribute> attributes_of(const Coordinate& coordinate);
std::vector<Attribute> attributes_of_number(const std::string& meaning);

/// Creates and writes a coordinate, and makes it the scale of a dimension of its name.
hdf5::Dataset create_coordinate(hdf5::Group& group, const Coordinate& coordinate);

/// Creates and writes a number.
void create_scalar(hdf5::Group& group, const std::string& name, const std::string& meaning, double value);

/// Creates a variable, and writes its initial values where it has some. `scales` are the coordinates of its dimensions;
/// `scalars`, where not empty, the names of the scalar coordinates that hold for all of it, with blanks between them.
hdf5::Dataset create_variable(hdf5::Group& group, const Variable& variable, const hdf5::Layout& layout,
                              const std::vector<const hdf5::Dataset*>& scales, const std::string& scalars = "");

}  // namespace deadcone
