#pragma once

#include <string>

namespace deadcone {

/// Keeps others from writing a file: an advisory lock (flock) on it for as long as this lives, or the process does. It
/// stays with the file when that is renamed. Readers need none. File systems without locks are left without.
class FileLock {
 public:
  /// Locks the file, which is made empty where there is none and `create` is set; no lock where it cannot be opened,
  /// since whoever uses it next reports that. Throws StorageError where another process has it; the message calls the
  /// file `name`.
  FileLock(const std::string& path, bool create, const std::string& name);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  int descriptor_ = -1;
};

}  // namespace deadcone
