#pragma once

// Files of the operating system, with errors as StorageError.

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace deadcone {

/// An open file. Move-only; closing never throws.
class Descriptor {
 public:
  Descriptor() = default;
  /// Opens a file as open(2) does, and never across fork and exec. Throws StorageError, which calls the file `name`.
  Descriptor(const std::string& path, int flags, const std::string& name, mode_t mode = 0666);
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const noexcept { return descriptor_; }
  bool is_open() const noexcept { return descriptor_ >= 0; }
  std::uint64_t size() const;
  /// Writes all bytes at `offset`. Throws StorageError where some cannot be written.
  void write(std::span<const std::byte> bytes, std::uint64_t offset) const;
  /// Reads bytes at `offset` until `to` is full or the file ends; gives their number.
  std::size_t read(std::span<std::byte> to, std::uint64_t offset) const;
  void truncate(std::uint64_t size) const;
  /// Returns when everything written is on the disk: a power cut no longer takes it.
  void sync() const;
  /// What the system knows of the file.
  struct stat status() const;

 private:
  [[noreturn]] void fail(const std::string& what) const;

  int descriptor_ = -1;
  std::string name_;
};

/// Tells one state of a file from another: a file that was replaced or written to has another stamp.
struct FileStamp {
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t size;
  std::int64_t seconds;
  std::int64_t nanoseconds;

  bool operator==(const FileStamp&) const = default;
};

/// The stamp of the file at a path; none where there is no file.
std::optional<FileStamp> stamp_of(const std::string& path);

/// Returns when the names of the files in a folder are on the disk. Throws StorageError; does nothing on file systems
/// that cannot do it.
void sync_folder(const std::string& folder, const std::string& name);

}  // namespace deadcone
