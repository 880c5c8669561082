#pragma once

// A thin layer over the HDF5 C API: handles that close themselves, errors as StorageError, and the handful of calls
// that this project needs to write files which are valid netCDF-4, too.
//
// Use it from one thread at a time: not every build of HDF5 is thread-safe.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace deadcone::hdf5 {

/// The element types in use, all little-endian in the file.
enum class Type { int8, int32, int64, float32, float64 };

template <class T>
constexpr Type type_of() = delete;
template <>
constexpr Type type_of<std::int8_t>() {
  return Type::int8;
}
template <>
constexpr Type type_of<std::int32_t>() {
  return Type::int32;
}
template <>
constexpr Type type_of<std::int64_t>() {
  return Type::int64;
}
template <>
constexpr Type type_of<float>() {
  return Type::float32;
}
template <>
constexpr Type type_of<double>() {
  return Type::float64;
}

/// Lengths or positions, one for each dimension; empty for a scalar.
using Extent = std::vector<std::uint64_t>;

/// How a dataset is stored.
struct Layout {
  Extent extent;
  Extent chunk = {};      ///< empty: contiguous, allocated at once
  int deflate_level = 0;  ///< for chunked datasets; 0: not compressed
};

/// What all handles of one open file share. After a failed write nothing of it is closed any more, not even when the
/// process ends: HDF5 crashes when it tries once more to write what it could not.
struct FileState {
  std::string path;  ///< as errors name it
  bool broken = false;
};

class StoredDataset;

/// A group or a dataset: something with attributes. Move-only; closing never throws.
class Object {
 public:
  Object(Object&& other) noexcept;
  Object& operator=(Object&& other) noexcept;
  virtual ~Object();

  /// Fixed-length ASCII, which netCDF and MATLAB read most easily.
  void set_attribute(const std::string& name, const std::string& text);
  /// UTF-8 of any length. Where it is short enough for it, it is of fixed length, too: HDF5 can lose its way for good
  /// in a damaged file that has texts of variable length.
  void set_long_attribute(const std::string& name, const std::string& text);
  template <class T>
  void set_attribute(const std::string& name, const std::vector<T>& values) {
    set_array_attribute(name, type_of<T>(), values.data(), values.size());
  }

  bool has_attribute(const std::string& name) const;
  /// Closes it. Throws StorageError where something that was written to it is lost; the destructor says nothing.
  void close();
  /// Text of either kind. Throws StorageError where it is not there or not text.
  std::string text_attribute(const std::string& name) const;
  std::vector<std::string> attribute_names() const;
  /// A text, or numbers with blanks between them; nothing for attributes of other kinds.
  std::optional<std::string> attribute_in_words(const std::string& name) const;

 protected:
  Object(std::int64_t id, int (*close_id)(std::int64_t), std::shared_ptr<FileState> file);
  void set_array_attribute(const std::string& name, Type type, const void* values, std::size_t count);

  std::int64_t id_ = -1;
  int (*close_id_)(std::int64_t) = nullptr;
  std::shared_ptr<FileState> file_;
};

/// One dataset.
class Dataset : public Object {
 public:
  Extent extent() const;
  /// The lengths of its chunks; none where it is not in chunks.
  Extent chunk() const;
  /// What elements are that were not written.
  double fill_value() const;
  /// Bytes that it takes in the file.
  std::uint64_t stored_bytes() const;

  /// Writes or reads the box of `count` elements at `offset`, row-major, converting between number types where they
  /// differ. Reading decodes every layout and every filter that is known, and throws StorageError for others, for chunks
  /// that are not as long as they should be, and for whole numbers that the type asked for cannot hold. A dataset that was
  /// there before is written to only where it is not in chunks, since HDF5 would have to decode them.
  template <class T>
  void write(const Extent& offset, const Extent& count, const T* values) {
    write_box(offset, count, type_of<T>(), values);
  }
  template <class T>
  void read(const Extent& offset, const Extent& count, T* values) const {
    read_box(offset, count, type_of<T>(), values);
  }
  /// The same with the element type as a value.
  void write(const Extent& offset, const Extent& count, Type type, const void* values) {
    write_box(offset, count, type, values);
  }
  void read(const Extent& offset, const Extent& count, Type type, void* values) const {
    read_box(offset, count, type, values);
  }
  /// Writes the whole chunk at `offset`, a multiple of the chunk's lengths, as it stands in the file: what the
  /// dataset's filters would have made of it.
  void write_chunk(const Extent& offset, const std::vector<std::byte>& encoded);
  /// Whether it is stored as create_dataset() would store it: type, byte order, shape, chunks and filters, but for the
  /// level of compression. Only then may chunks be written and read as they stand in the file: tools that rewrite files
  /// store them in other ways, which read() decodes.
  bool stores_as(Type type, const Layout& layout) const;
  /// Whether all of a box is stored: reading gives the fill value for what is not.
  bool has_box(const Extent& offset, const Extent& count) const;
  /// The chunk at `offset` as it stands in the file, all filters applied. Throws StorageError where there is none, or
  /// where it is not what its filters make of a chunk.
  std::vector<std::byte> read_chunk(const Extent& offset) const;
  /// The whole of it.
  template <class T>
  std::vector<T> read_all() const {
    std::size_t size = 1;
    for (const std::uint64_t length : extent()) size *= length;
    std::vector<T> values(size);
    read_box(Extent(extent().size(), 0), extent(), type_of<T>(), values.data());
    return values;
  }

  /// Makes this dataset the coordinate of a dimension of that name.
  void make_scale(const std::string& name);
  /// Gives dimension `index` the coordinate `scale`.
  void attach_scale(unsigned index, const Dataset& scale);

 private:
  friend class Group;
  using Object::Object;
  const StoredDataset& stored() const;
  void write_box(const Extent& offset, const Extent& count, Type type, const void* values);
  void read_box(const Extent& offset, const Extent& count, Type type, void* values) const;

  std::string name_ = "a dataset";
  bool was_there_ = false;                               ///< it was opened, not created
  mutable std::shared_ptr<const StoredDataset> stored_;  ///< made when it is first asked for
};

/// A group of datasets: the root of a file, or one within it.
class Group : public Object {
 public:
  /// Creates a dataset whose elements are `fill` until they are written.
  template <class T>
  Dataset create_dataset(const std::string& name, const Layout& layout, T fill) {
    return create_dataset(name, type_of<T>(), layout, &fill);
  }
  /// The same with the element type as a value, and one element of it.
  Dataset create_dataset(const std::string& name, Type type, const Layout& layout, const void* fill);
  /// Opens a dataset. Throws StorageError where there is none in this file: links to other places are not followed, and
  /// values in other files not read.
  Dataset dataset(const std::string& name) const;

  /// A group within this one, which keeps the order of creation.
  Group create_group(const std::string& name);
  /// Opens one; likewise.
  Group group(const std::string& name) const;
  /// Takes a group or dataset out, and it or its datasets off the lists of their coordinates. Its space in the file stays.
  void remove(const std::string& name);

  /// Whether there is a group or dataset of that name.
  bool has(const std::string& name) const;
  /// The names of all groups, datasets and links within.
  std::vector<std::string> names() const;

 protected:
  using Object::Object;

 private:
  void check_link(const std::string& name) const;
};

/// An open file.
class File : public Group {
 public:
  /// Creates a file that keeps the order of creation, as netCDF-4 wants it, or empties the one that is there. `name` is
  /// what errors call it. Throws StorageError.
  static File create(const std::string& path, const std::string& name);
  /// Creates one that no other process sees, and that ends with this.
  static File create_in_memory(const std::string& name);
  static File open_to_read(const std::string& path);
  static File open_to_write(const std::string& path, const std::string& name);

  /// Writes what is left and closes the file, after everything in it was closed. Throws StorageError where anything
  /// that was written is lost.
  void close();
  const std::string& path() const noexcept { return file_->path; }

 private:
  using Group::Group;
};

/// The version of the HDF5 library in use.
std::string library_version();

/// Whether several threads may use it at once, each its own files.
bool is_thread_safe();

}  // namespace deadcone::hdf5
