#include "verify/pixel_differences.hpp"

#include <cstddef>
#include <cstring>

#include "config/parse.hpp"
#include "deadcone/fate.hpp"
#include "file/experiment.hpp"

namespace deadcone {
namespace {

template <class T>
T value_of(const std::byte* element) {
  T value;
  std::memcpy(&value, element, sizeof value);
  return value;
}

/// The name of a value, or the value.
std::string in_words(const Variable& field, const std::byte* element) {
  switch (field.type) {
    case hdf5::Type::int8: {
      const auto value = value_of<std::int8_t>(element);
      const auto index =
          static_cast<std::size_t>(value - field.flags.first);  // huge where the value is below the first
      return index < field.flags.names.size() ? field.flags.names[index] : std::to_string(value);
    }
    case hdf5::Type::int32:
      return std::to_string(value_of<std::int32_t>(element));
    case hdf5::Type::int64:
      return std::to_string(value_of<std::int64_t>(element));
    case hdf5::Type::float32:
      return shortest(value_of<float>(element));
    case hdf5::Type::float64:
      break;
  }
  return shortest(value_of<double>(element));
}

/// The elements of a field in two results.
class FieldPair {
 public:
  FieldPair(const PixelField& field, const Sweep& sweep, const TileResult& stored, const TileResult& expected)
      : variable_(field.variable),
        size_(size_of(field.type_in(sweep))),
        zero_(size_),
        stored_(field.values(stored)),
        expected_(field.values(expected)) {
    variable_.type = field.type_in(sweep);
  }

  /// Compares the bits of pixel `i`, so that a NaN equals itself and 0 is not -0. Fills in the field and both values
  /// where they differ.
  bool differ(std::size_t i, PixelDifference& difference) const {
    const std::byte* one = element(stored_, i);
    const std::byte* other = element(expected_, i);
    if (std::memcmp(one, other, size_) == 0) return false;
    difference.field = variable_.name;
    difference.stored = in_words(variable_, one);
    difference.computed = in_words(variable_, other);
    return true;
  }

 private:
  /// Element `i`; zero where the field has none, since all of them are.
  const std::byte* element(const PixelValues& values, std::size_t i) const {
    return values.count == 0 ? zero_.data() : static_cast<const std::byte*>(values.data) + i * size_;
  }

  Variable variable_;
  std::size_t size_;
  Bytes zero_;
  PixelValues stored_;
  PixelValues expected_;
};

/// What the file should have where `computed` is right: filled pixels stay filled, without what only computing gives.
TileResult expected_of(const TileResult& stored, TileResult computed) {
  computed.origin.assign(stored.origin.size(), PixelOrigin::computed);
  for (std::size_t i = 0; i < stored.origin.size(); ++i) {
    if (stored.origin[i] != PixelOrigin::filled) continue;
    computed.origin[i] = PixelOrigin::filled;
    if (!computed.updates.empty()) computed.updates[i] = -1;
    if (!computed.proof.empty()) computed.proof[i] = Proof::pending;
  }
  return computed;
}

}  // namespace

std::vector<PixelDifference> pixel_differences(const Sweep& sweep, const Tile& tile, const TileResult& stored,
                                               const TileResult& computed, const Experiment& experiment) {
  const TileResult expected = expected_of(stored, computed);
  std::vector<FieldPair> fields;
  for (const PixelField* field : experiment.kept(sweep)) {
    if (field->room) fields.emplace_back(*field, sweep, stored, expected);
  }
  std::vector<PixelDifference> found;
  for (std::int64_t i = 0; i < tile.pixels(); ++i) {
    const auto pixel = static_cast<std::size_t>(i);
    PixelDifference difference;
    difference.row = tile.first_row + i / tile.columns;
    difference.column = tile.first_column + i % tile.columns;
    for (const FieldPair& field : fields) {
      if (!field.differ(pixel, difference)) continue;
      // A value that is no fate is none that the pixels around could have.
      const bool was_filled = pixel < stored.origin.size() && stored.origin[pixel] == PixelOrigin::filled;
      difference.is_wrong_fill = was_filled && difference.field == "fate" && *name_of(stored.fate[pixel]) != 0;
      found.push_back(difference);
      break;
    }
  }
  return found;
}

}  // namespace deadcone
