#pragma once

// The place of an output file. A file is never changed where it stands: whoever writes makes a whole new one beside it
// (new_file.hpp), which then takes the place at once. So any program may read the file at any time, without a lock, and
// finds one state of it or the next.

#include <cstdint>
#include <optional>
#include <string>

#include "deadcone/file_options.hpp"
#include "storage/descriptor.hpp"

namespace deadcone {

/// The path that a path leads to, all symbolic links followed; its last part need not exist. Throws
/// StorageError where the links go round in a circle.
std::string resolve_links(const std::string& path);

/// Checks the place of an output file, before anything is written: its folder is there, it is a regular file where it
/// exists, and exists only if it may. `raw_bytes` of results, deflated as well as deflate ever can, and `fixed_bytes`
/// beside them must fit on the disk. Throws ConfigError; FileExists where the file is there and must not; StorageError
/// where it is a device, a pipe or a socket, or may not be written.
void check_output_path(const std::string& path, bool may_exist, double raw_bytes, double fixed_bytes);

/// The name of the companion of an output file (below), whether it is there or not.
std::string companion_of(const std::string& path);

/// Keeps a place for this process: nobody else writes the file meanwhile. The lock is on a companion, PATH.journal, which
/// is there while somebody writes, and stays where a process was killed and left results in it (journal.hpp).
class OutputPlace {
 public:
  /// Takes the place. `name` is the path that the user gave, which may be a symbolic link. Throws StorageError where
  /// another process has it, or the companion is some other file; CannotLock where the file system has no locks and
  /// `missing_lock` does not let it go on without.
  OutputPlace(const std::string& name, MissingLock missing_lock);
  /// Leaves the place, and removes a companion that holds nothing.
  ~OutputPlace();
  OutputPlace(const OutputPlace&) = delete;
  OutputPlace& operator=(const OutputPlace&) = delete;

  /// As errors call the file.
  const std::string& name() const noexcept { return name_; }
  /// Where it stands, without symbolic links.
  const std::string& path() const noexcept { return path_; }
  std::string folder() const;
  /// Whether there was a file when the place was taken, or has been put there since.
  bool has_file() const noexcept { return stamp_.has_value(); }
  /// Throws StorageError unless the file is still the one that was there then.
  void check_unchanged() const;
  /// Takes note that this process has put a new file there.
  void note_new_file();

  /// The companion: its name, its content and where that begins.
  std::string companion_name() const;
  const Descriptor& companion() const noexcept { return companion_; }
  static constexpr std::uint64_t companion_begin = 32;
  /// Throws away what an earlier process has left in it.
  void empty_companion() { companion_.truncate(companion_begin); }
  /// Where this process makes a new file. Nobody can guess the name before it is in use, and whoever takes the place
  /// after a kill finds it in the companion and cleans up.
  std::string temporary_path() const;

 private:
  bool try_to_lock(MissingLock missing_lock);
  void write_or_check_head();

  std::string name_;
  std::string path_;
  std::string companion_path_;
  Descriptor companion_;
  std::string token_;
  std::optional<FileStamp> stamp_;
};

}  // namespace deadcone
