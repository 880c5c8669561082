#pragma once

// What the files that call the HDF5 C API share: identifiers that close themselves, errors as StorageError, types.

#include <hdf5.h>

#include <string>

#include "deadcone/errors.hpp"
#include "storage/hdf5.hpp"

namespace deadcone::hdf5 {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));
static_assert(sizeof(hsize_t) == sizeof(std::uint64_t));

/// The reason that lies deepest in HDF5's error stack; the system's own words where it has some.
std::string reason();

/// Stops HDF5 from printing its error stack, which it does in every new thread: errors are reported as StorageError.
void silence();

[[noreturn]] void fail(const std::string& path, const std::string& what);

/// The result of a call, if it succeeded.
template <class Result>
Result check(Result result, const FileState& file, const std::string& what) {
  if (result < 0) fail(file.path, what);
  return result;
}

/// An identifier for the length of a scope.
class Scoped {
 public:
  Scoped(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Scoped(const Scoped&) = delete;
  Scoped& operator=(const Scoped&) = delete;
  ~Scoped() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const noexcept { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t memory_type(Type type);
hid_t file_type(Type type);

/// A dataspace of these lengths: a scalar where there are none.
hid_t make_space(const Extent& extent);

/// The number of elements of a box of these lengths.
std::size_t elements(const Extent& extent);

}  // namespace deadcone::hdf5
