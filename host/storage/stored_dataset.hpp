#pragma once

// A dataset as some program stored it: its type, layout, chunks and filters, which need not be those that this program
// would choose, since tools rewrite files (h5repack, nccopy, xarray). Only what is known to be safe to decode is decoded.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/hdf5.hpp"

namespace deadcone::hdf5 {

class StoredDataset {
 public:
  /// `dataset` is open, and stays so while this is used; `path` and `name` are what errors call its file and it. Throws
  /// StorageError where its values are not in the file: a virtual dataset, or external storage. Reads none of them.
  StoredDataset(std::int64_t dataset, std::string path, std::string name);
  ~StoredDataset();
  StoredDataset(const StoredDataset&) = delete;
  StoredDataset& operator=(const StoredDataset&) = delete;

  const Extent& extent() const noexcept { return extent_; }
  const Extent& chunk() const noexcept { return chunk_; }
  /// Dataset::stores_as.
  bool stores_as(Type type, const Layout& layout) const;
  /// Throws StorageError where HDF5 would have to decode something in order to write, or would write elsewhere.
  void check_writable() const;
  /// Dataset::has_box.
  bool has_box(const Extent& offset, const Extent& count) const;
  /// Dataset::read_chunk.
  std::vector<std::byte> read_chunk(const Extent& offset) const;
  /// Dataset::read.
  void read(const Extent& offset, const Extent& count, Type type, void* values) const;

 private:
  using Bytes = std::vector<std::byte>;

  struct Filter {
    int id;
    unsigned flags;
    std::vector<unsigned> parameters;
    std::string name;
  };

  /// A chunk as it stands in the file.
  struct RawChunk {
    Bytes bytes;
    std::uint32_t filters_left_out = 0;  ///< bit i: filter i was not applied
  };

  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void call_damaged(const std::string& what) const;
  void check_readable() const;
  void check_inside(const Extent& offset, const Extent& count) const;
  /// Calls use(offset of the chunk) for every chunk that a box touches, until one gives false; whether none did.
  template <class Use>
  bool for_each_chunk(const Extent& offset, const Extent& count, const Use& use) const;
  std::size_t chunk_bytes() const;
  std::size_t most_chunk_bytes() const;
  std::uint64_t stored_chunk_bytes(const Extent& offset) const;
  RawChunk read_raw_chunk(const Extent& offset, std::uint64_t size) const;
  /// The elements of a chunk in the type that they have in the file.
  Bytes decoded(RawChunk chunk) const;
  Bytes decoded_by_hdf5(std::size_t filters, const Bytes& chunk) const;
  const Bytes& chunk_values(const Extent& offset) const;
  Bytes fill_chunk() const;
  void read_contiguous(const Extent& offset, const Extent& count, Type type, void* values) const;
  void read_chunked(const Extent& offset, const Extent& count, Type type, void* values) const;

  enum class Form { compact, contiguous, chunked };

  std::int64_t dataset_;
  std::int64_t type_;      ///< of the elements in the file
  std::int64_t creation_;  ///< the property list that it was created with
  std::string path_;
  std::string name_;
  Form form_ = Form::contiguous;
  Extent extent_;
  Extent chunk_;  ///< empty: not in chunks
  std::vector<Filter> filters_;
  std::size_t element_bytes_ = 0;
  mutable std::map<Extent, Bytes> decoded_chunks_;  ///< by offset; some of those that were read last
  mutable std::size_t decoded_bytes_ = 0;
};

}  // namespace deadcone::hdf5
