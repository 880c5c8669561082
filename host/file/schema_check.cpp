#include "file/schema_check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string_view>

#include "base/build_info.hpp"
#include "config/parse.hpp"
#include "file/result_datasets.hpp"

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::File;
using hdf5::Object;

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Attributes that say how other attributes or values are to be read; all others only describe.
constexpr std::array<std::string_view, 6> decisive = {"flag_values", "flag_meanings", "units",
                                                      "precision",   "numerics",      "configuration"};
/// Attributes that no configuration decides: when, where and by what a file was made.
constexpr std::array<std::string_view, 6> circumstances = {"history",  "version", "git_commit",
                                                           "compiler", "hdf5",    "device"};
/// Attributes by which HDF5 and netCDF connect dimensions, and tools sign.
constexpr std::array<std::string_view, 11> bookkeeping = {"CLASS",
                                                          "NAME",
                                                          "DIMENSION_LIST",
                                                          "REFERENCE_LIST",
                                                          "_Netcdf4Dimid",
                                                          "_Netcdf4Coordinates",
                                                          "_NCProperties",
                                                          "_nc3_strict",
                                                          "_FillValue",
                                                          "NCO",
                                                          "history_of_appended_files"};

/// What netCDF libraries write into every file that they make.
constexpr const char* signature_of_netcdf = "_NCProperties";

/// The file that the configuration would begin, in memory.
File expected_file(const Schema& schema) {
  File file = File::create_in_memory("expected");
  create_results(file, schema, {});
  return file;
}

class Comparison {
 public:
  Comparison(const std::string& path, const SchemaSource& schema_of)
      : found_(File::open_to_read(path)),
        configuration_(read_configuration(found_)),
        schema_(stored_schema(found_, schema_of(configuration_, path))),
        expected_(expected_file(schema_)) {
    const ResultDatasets datasets = ResultDatasets::open(found_, schema_);
    for (std::size_t i = 0; i < datasets.pixel_fields.size(); ++i)
      is_own_ = is_own_ && stores_own_chunks(datasets.pixel_fields[i], schema_.pixel_fields[i], schema_);
    is_own_ = is_own_ && text_of(found_, "version") == version() && text_of(found_, "git_commit") == git_commit() &&
              !found_.has_attribute(signature_of_netcdf);
  }

  SchemaCheck result() {
    compare_attributes("", found_, expected_);
    const std::vector<std::string> names = expected_.names();
    for (const std::string& name : names) compare(name);
    for (const std::string& name : found_.names()) {
      if (std::ranges::find(names, name) == names.end()) check_.unchecked.push_back(name);
    }
    check_.unchecked.insert(check_.unchecked.end(), references_.begin(), references_.end());
    if (!is_own_) check_.unchecked.emplace_back("texts that describe (of another version, or rewritten)");
    return std::move(check_);
  }

 private:
  static std::optional<std::string> text_of(const Object& object, const std::string& name) {
    return object.has_attribute(name) ? object.attribute_in_words(name) : std::nullopt;
  }

  bool is_result(const std::string& name) const {
    return std::ranges::any_of(schema_.pixel_fields, [&](const Variable& field) { return field.name == name; }) ||
           std::ranges::any_of(schema_.point_fields,
                               [&](const PointVariable& field) { return field.variable.name == name; });
  }

  void compare(const std::string& name) {
    if (!found_.has(name)) {
      check_.wrong.push_back(name + " is missing");
      return;
    }
    const Dataset found = found_.dataset(name);
    const Dataset expected = expected_.dataset(name);
    compare_attributes(name, found, expected);
    if (is_own_ && shortest(found.fill_value()) != shortest(expected.fill_value())) {
      check_.wrong.push_back(name + ": its fill value is " + shortest(found.fill_value()) + ", should be " +
                             shortest(expected.fill_value()));
    }
    if (!is_result(name)) compare_values(name, found, expected);
  }

  void compare_values(const std::string& name, const Dataset& found, const Dataset& expected) {
    if (found.extent() != expected.extent()) {
      check_.wrong.push_back(name + " has another length than its configuration asks for");
      return;
    }
    const std::vector<double> there = found.read_all<double>();
    const std::vector<double> right = expected.read_all<double>();
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (shortest(there[i]) == shortest(right[i])) continue;  // 0 is not -0, and no number is itself
      const std::string element = right.size() == 1 ? "" : ": value " + std::to_string(i);
      check_.wrong.push_back(name + element + " is " + shortest(there[i]) + ", should be " + shortest(right[i]));
      return;
    }
  }

  /// `name` is that of a dataset; empty: the file.
  void compare_attributes(const std::string& name, const Object& found, const Object& expected) {
    const std::string of = name.empty() ? "" : name + ": ";
    const std::vector<std::string> names = expected.attribute_names();
    for (const std::string& attribute : names) {
      const bool is_decisive = contains(decisive, attribute);
      if (contains(circumstances, attribute)) continue;
      const std::optional<std::string> right = expected.attribute_in_words(attribute);
      if (!right) {  // connects dimensions
        references_.insert(attribute);
        continue;
      }
      if (!is_own_ && !is_decisive) continue;
      const std::optional<std::string> there = text_of(found, attribute);
      if (there == right) continue;
      if (attribute == "configuration" && !is_own_) continue;  // the same, written in another way
      check_.wrong.push_back(of + "the attribute " + attribute +
                             (there ? " is " + shown(*there) + ", should be " + shown(*right) : " is missing"));
    }
    for (const std::string& attribute : found.attribute_names()) {
      const bool is_known = std::ranges::find(names, attribute) != names.end() || contains(bookkeeping, attribute);
      if (!is_known || contains(circumstances, attribute)) check_.unchecked.push_back(of + attribute);
    }
  }

  static std::string shown(const std::string& text) {
    constexpr std::size_t longest = 60;
    return '"' + (text.size() <= longest ? text : text.substr(0, longest) + "...") + '"';
  }

  File found_;
  std::string configuration_;
  Schema schema_;
  File expected_;
  bool is_own_ = true;                ///< this very program wrote it, and nothing rewrote it
  std::set<std::string> references_;  ///< attributes that hold neither text nor numbers
  SchemaCheck check_;
};

}  // namespace

SchemaCheck check_against_schema(const std::string& path, const SchemaSource& schema_of) {
  return Comparison(path, schema_of).result();
}

}  // namespace deadcone
