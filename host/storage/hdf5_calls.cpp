#include "storage/hdf5_calls.hpp"

#include <functional>
#include <numeric>

namespace deadcone::hdf5 {

std::string reason() {
  std::string text;
  const auto take_first = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    auto& first = *static_cast<std::string*>(data);
    if (first.empty() && error->desc != nullptr) first = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &text);
  H5Eclear2(H5E_DEFAULT);
  const std::string mark = "error message = '";
  if (const auto begin = text.find(mark); begin != std::string::npos) {
    const auto end = text.find('\'', begin + mark.size());
    text = text.substr(begin + mark.size(), end - begin - mark.size());
  }
  // Such a file can be opened, but what stands in it cannot.
  if (text.find("bad version number") != std::string::npos) text += ": a newer version of HDF5 wrote it";
  return text.empty() ? "HDF5 gave no reason" : text;
}

void silence() {
  // What a failed write has left unwritten would be tried again when the process ends, and crash it.
  static const bool leaves_broken_files = H5dont_atexit() >= 0;
  static_cast<void>(leaves_broken_files);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void fail(const std::string& path, const std::string& what) {
  throw StorageError(path + ": cannot " + what + ": " + reason());
}

hid_t memory_type(Type type) {
  switch (type) {
    case Type::int8:
      return H5T_NATIVE_INT8;
    case Type::int32:
      return H5T_NATIVE_INT32;
    case Type::int64:
      return H5T_NATIVE_INT64;
    case Type::float32:
      return H5T_NATIVE_FLOAT;
    case Type::float64:
      return H5T_NATIVE_DOUBLE;
  }
  return -1;
}

hid_t file_type(Type type) {
  switch (type) {
    case Type::int8:
      return H5T_STD_I8LE;
    case Type::int32:
      return H5T_STD_I32LE;
    case Type::int64:
      return H5T_STD_I64LE;
    case Type::float32:
      return H5T_IEEE_F32LE;
    case Type::float64:
      return H5T_IEEE_F64LE;
  }
  return -1;
}

hid_t make_space(const Extent& extent) {
  return extent.empty() ? H5Screate(H5S_SCALAR)
                        : H5Screate_simple(static_cast<int>(extent.size()),
                                           reinterpret_cast<const hsize_t*>(extent.data()), nullptr);
}

std::size_t elements(const Extent& extent) {
  return std::accumulate(extent.begin(), extent.end(), std::size_t{1}, std::multiplies<>());
}

}  // namespace deadcone::hdf5
