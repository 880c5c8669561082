#include "storage/variables.hpp"

#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <type_traits>

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

/// A fill value for what is written at once: never a value of it.
template <class T>
constexpr T no_value() {
  if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::quiet_NaN();
  return static_cast<T>(-1);
}

std::vector<Attribute> description(const std::string& meaning, const std::string& units) {
  return {{"long_name", meaning}, {"units", units}};
}

void add_flags(const FlagNames& flags, std::vector<Attribute>& attributes) {
  if (flags.names.empty()) return;
  std::vector<std::int8_t> values;
  std::string meanings;
  for (const std::string& name : flags.names) {
    values.push_back(static_cast<std::int8_t>(flags.first + static_cast<int>(values.size())));
    meanings += (meanings.empty() ? "" : " ") + name;
  }
  attributes.emplace_back("flag_values", values);
  attributes.emplace_back("flag_meanings", meanings);
}

void set(Dataset& dataset, std::span<const Attribute> attributes) {
  for (const auto& [name, value] : attributes) {
    std::visit([&dataset, &name = name](const auto& each) { dataset.set_attribute(name, each); }, value);
  }
}

void write_everywhere(Dataset& dataset, Type type, const Bytes& element) {
  const hdf5::Extent extent = dataset.extent();
  Bytes values;
  const std::uint64_t count = std::accumulate(extent.begin(), extent.end(), std::uint64_t{1}, std::multiplies<>());
  for (std::uint64_t i = 0; i < count; ++i) values.insert(values.end(), element.begin(), element.end());
  dataset.write(hdf5::Extent(extent.size(), 0), extent, type, values.data());
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

std::vector<Attribute> attributes_of(const Variable& variable) {
  std::vector<Attribute> attributes = description(variable.meaning, variable.units);
  add_flags(variable.flags, attributes);
  if (!variable.comment.empty()) attributes.emplace_back("comment", variable.comment);
  return attributes;
}

std::vector<Attribute> attributes_of(const Coordinate& coordinate) {
  std::vector<Attribute> attributes = attributes_of_number(coordinate.meaning);
  add_flags(coordinate.flags, attributes);
  return attributes;
}

std::vector<Attribute> attributes_of_number(const std::string& meaning) {
  return description(meaning, "1");
}

std::size_t Coordinate::size() const {
  return std::visit([](const auto& all) { return all.size(); }, values);
}

Dataset create_coordinate(Group& group, const Coordinate& coordinate) {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) {
        Dataset scale = group.create_dataset(coordinate.name, Layout{.extent = {values.size()}}, no_value<T>());
        scale.write({0}, {values.size()}, values.data());
        scale.make_scale(coordinate.name);
        set(scale, attributes_of(coordinate));
        return scale;
      },
      coordinate.values);
}

void create_scalar(Group& group, const std::string& name, const std::string& meaning, double value) {
  Dataset scalar = group.create_dataset(name, Layout{.extent = {}}, no_value<double>());
  scalar.write({}, {}, &value);
  set(scalar, attributes_of_number(meaning));
}

Dataset create_variable(Group& group, const Variable& variable, const Layout& layout,
                        const std::vector<const Dataset*>& scales, const std::string& scalars) {
  const Bytes fill = element_of(variable.type, variable.fill);
  Dataset dataset = group.create_dataset(variable.name, variable.type, layout, fill.data());
  // The lists of coordinates follow long_name and units.
  const std::vector<Attribute> attributes = attributes_of(variable);
  constexpr std::size_t before_scales = 2;
  set(dataset, std::span(attributes).first(before_scales));
  for (unsigned i = 0; i < scales.size(); ++i) dataset.attach_scale(i, *scales[i]);
  if (!scalars.empty()) dataset.set_attribute("coordinates", scalars);
  set(dataset, std::span(attributes).subspan(before_scales));
  if (variable.initial) write_everywhere(dataset, variable.type, element_of(variable.type, *variable.initial));
  return dataset;
}

}  // namespace deadcone
