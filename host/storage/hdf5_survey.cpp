// What is in a file, whatever that is: names of datasets, groups and attributes, and the values of attributes in words.

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <string>

#include "storage/hdf5.hpp"
#include "storage/hdf5_calls.hpp"
#include "storage/stored_dataset.hpp"

namespace deadcone::hdf5 {
namespace {

std::string in_words(double value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

/// Names in their alphabetical order, which list(index) gives. Where HDF5 keeps an index by creation as well, readers go
/// by either: throws StorageError where they differ.
template <class List, class HasOrder>
std::vector<std::string> names_in(const List& list, const std::string& path, const HasOrder& has_order_of_creation) {
  std::vector<std::string> names = list(H5_INDEX_NAME);
  if (!has_order_of_creation()) return names;
  std::vector<std::string> by_creation = list(H5_INDEX_CRT_ORDER);
  std::ranges::sort(by_creation);
  std::ranges::sort(names);
  if (names != by_creation) throw StorageError(path + ": is damaged: its lists of names differ");
  return names;
}

}  // namespace

std::vector<std::string> Object::attribute_names() const {
  silence();
  const auto list = [this](H5_index_t index) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5A_info_t*, void* to) -> herr_t {
      static_cast<std::vector<std::string>*>(to)->emplace_back(name);
      return 0;
    };
    check(H5Aiterate2(id_, index, H5_ITER_INC, nullptr, add, &names), *file_, "list attributes");
    return names;
  };
  return names_in(list, file_->path, [this] {
    const Scoped creation(H5Iget_type(id_) == H5I_DATASET ? H5Dget_create_plist(id_) : H5Gget_create_plist(id_),
                          H5Pclose);
    unsigned order = 0;
    return H5Pget_attr_creation_order(creation, &order) >= 0 && (order & H5P_CRT_ORDER_INDEXED) != 0;
  });
}

std::optional<std::string> Object::attribute_in_words(const std::string& name) const {
  const std::string what = "read the attribute " + name;
  const Scoped attribute(check(H5Aopen(id_, name.c_str(), H5P_DEFAULT), *file_, what), H5Aclose);
  const Scoped type(H5Aget_type(attribute), H5Tclose);
  const Scoped space(H5Aget_space(attribute), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      if (count == 1) return text_attribute(name);
      return std::nullopt;
    case H5T_INTEGER:
    case H5T_FLOAT: {
      constexpr hssize_t most = 1024;  // no attribute of numbers that is looked at has more
      if (count < 0 || count > most) return std::nullopt;
      std::vector<double> values(static_cast<std::size_t>(count));
      check(H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()), *file_, what);
      std::string words;
      for (const double value : values) words += (words.empty() ? "" : " ") + in_words(value);
      return words;
    }
    default:
      return std::nullopt;
  }
}

std::vector<std::string> Group::names() const {
  silence();
  const auto list = [this](H5_index_t index) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
      static_cast<std::vector<std::string>*>(to)->emplace_back(name);
      return 0;
    };
    check(H5Literate(id_, index, H5_ITER_INC, nullptr, add, &names), *file_, "list what it holds");
    return names;
  };
  return names_in(list, file_->path, [this] {
    const Scoped creation(H5Gget_create_plist(id_), H5Pclose);
    unsigned order = 0;
    return H5Pget_link_creation_order(creation, &order) >= 0 && (order & H5P_CRT_ORDER_INDEXED) != 0;
  });
}

double Dataset::fill_value() const {
  const Scoped creation(check(H5Dget_create_plist(id_), *file_, "find out how " + name_ + " is stored"), H5Pclose);
  double value = 0.0;
  check(H5Pget_fill_value(creation, H5T_NATIVE_DOUBLE, &value), *file_, "read the fill value of " + name_);
  return value;
}

File File::create_in_memory(const std::string& name) {
  silence();
  const Scoped access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t increment = std::size_t{1} << 20;
  H5Pset_fapl_core(access, increment, false);
  // HDF5 tells such files apart by their names.
  static std::atomic<std::int64_t> number = 0;
  const std::string own_name = name + "-" + std::to_string(++number);
  const hid_t id = H5Fcreate(own_name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (id < 0) fail(name, "create a file in memory");
  const auto close = [](std::int64_t file) -> int { return H5Fclose(file); };
  return File(id, close, std::make_shared<FileState>(FileState{name}));
}

}  // namespace deadcone::hdf5
