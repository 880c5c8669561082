#include "storage/variables.hpp"

#include <cstring>

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::Group;
using hdf5::Layout;
using hdf5::Type;

/// Calls use.operator()<T>() with the C++ type of the elements.
template <class Use>
auto with_type(Type type, const Use& use) {
  switch (type) {
    case Type::int8:
      return use.template operator()<std::int8_t>();
    case Type::int32:
      return use.template operator()<std::int32_t>();
    case Type::int64:
      return use.template operator()<std::int64_t>();
    case Type::float32:
      return use.template operator()<float>();
    case Type::float64:
      break;
  }
  return use.template operator()<double>();
}

void describe(Dataset& dataset, const std::string& meaning, const std::string& units) {
  dataset.set_attribute("long_name", meaning);
  dataset.set_attribute("units", units);
}

void describe(Dataset& dataset, const FlagNames& flags) {
  if (flags.names.empty()) return;
  std::vector<std::int8_t> values;
  std::string meanings;
  for (const std::string& name : flags.names) {
    values.push_back(static_cast<std::int8_t>(flags.first + static_cast<int>(values.size())));
    meanings += (meanings.empty() ? "" : " ") + name;
  }
  dataset.set_attribute("flag_values", values);
  dataset.set_attribute("flag_meanings", meanings);
}

}  // namespace

std::size_t size_of(Type type) {
  return with_type(type, []<class T>() { return sizeof(T); });
}

Bytes element_of(Type type, double value) {
  return with_type(type, [value]<class T>() {
    const T element = static_cast<T>(value);
    Bytes bytes(sizeof element);
    std::memcpy(bytes.data(), &element, sizeof element);
    return bytes;
  });
}

std::size_t Coordinate::size() const {
  return std::visit([](const auto& all) { return all.size(); }, values);
}

Dataset create_coordinate(Group& group, const Coordinate& coordinate) {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) {
        Dataset scale = group.create_dataset(coordinate.name, Layout{.extent = {values.size()}}, T{});
        scale.write({0}, {values.size()}, values.data());
        scale.make_scale(coordinate.name);
        describe(scale, coordinate.meaning, "1");
        describe(scale, coordinate.flags);
        return scale;
      },
      coordinate.values);
}

void create_scalar(Group& group, const std::string& name, const std::string& meaning, double value, double fill) {
  Dataset scalar = group.create_dataset(name, Layout{.extent = {}}, fill);
  scalar.write({}, {}, &value);
  describe(scalar, meaning, "1");
}

Dataset create_variable(Group& group, const Variable& variable, const Layout& layout,
                        const std::vector<const Dataset*>& scales, const std::string& scalars) {
  const Bytes fill = element_of(variable.type, variable.fill);
  Dataset dataset = group.create_dataset(variable.name, variable.type, layout, fill.data());
  describe(dataset, variable.meaning, variable.units);
  for (unsigned i = 0; i < scales.size(); ++i) dataset.attach_scale(i, *scales[i]);
  if (!scalars.empty()) dataset.set_attribute("coordinates", scalars);
  describe(dataset, variable.flags);
  if (!variable.comment.empty()) dataset.set_attribute("comment", variable.comment);
  return dataset;
}

}  // namespace deadcone
