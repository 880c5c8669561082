#pragma once

#include <cstdint>
#include <string>

#include "storage/lock.hpp"

namespace deadcone {

/// Checks the place of an output file, before anything is written: its folder is there, it is no folder itself, and
/// exists only if it may. `raw_bytes` of results, deflated as well as deflate ever can, and `fixed_bytes` beside them
/// must fit on the disk. Throws ConfigError; FileExists where the file is there and must not.
void check_output_path(const std::string& path, bool may_exist, double raw_bytes, double fixed_bytes);

/// A file that is made beside its place, as PATH.part, and takes it when it is complete. It is removed if it never is.
/// No other process can make the same file meanwhile.
class NewFile {
 public:
  /// Throws StorageError where another process is making this file, or writing the one that is there.
  NewFile(std::string path, bool may_exist);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Where to write.
  const std::string& part() const noexcept { return part_; }
  /// Puts the file into its place, and gives the lock on it. Throws FileExists if something is there by now that must
  /// not be replaced.
  FileLock take_place();

 private:
  std::string path_;
  std::string part_;
  bool may_exist_;
  FileLock old_lock_;
  FileLock part_lock_;
  bool placed_ = false;
};

}  // namespace deadcone
