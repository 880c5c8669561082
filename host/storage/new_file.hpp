#pragma once

#include <cstdint>
#include <string>

#include "storage/lock.hpp"

namespace deadcone {

/// Checks where an output file is to be, before it is touched: its folder is there, it is no folder itself, and exists
/// only if it may. `raw_bytes` of results, deflated as well as deflate ever can, and `fixed_bytes` beside them must fit
/// on the disk. Throws ConfigError.
void check_output_path(const std::string& path, bool may_exist, double raw_bytes, double fixed_bytes);

/// A file that is made beside its place, as PATH.part, and takes it when it is complete. Removed if it never is. No
/// other process makes the same one meanwhile.
class NewFile {
 public:
  /// Throws StorageError where another process is making this file, or writing the one that is there.
  NewFile(std::string path, bool may_exist);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Where to write.
  const std::string& part() const noexcept { return part_; }
  /// Puts the file into its place, and gives the lock on it. Throws ConfigError if something is there by now that may
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
