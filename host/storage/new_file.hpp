#pragma once

#include <chrono>
#include <string>

#include "base/pace.hpp"
#include "storage/descriptor.hpp"
#include "storage/output_place.hpp"

namespace deadcone {

/// How often a file that grows is replaced while the work on it goes on.
inline Pace replacement_pace() {
  constexpr auto pause = std::chrono::seconds(10);
  return {pause, pause};
}

/// A file that is made beside its place and takes it when it is complete. It is removed if it never is.
class NewFile {
 public:
  /// Creates an empty file with the mode of the one that it will replace. Throws StorageError. `place` must outlive it;
  /// one file at a time can be made for a place.
  explicit NewFile(OutputPlace& place);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Where to write.
  const std::string& part() const noexcept { return part_; }
  /// Fills it with the file that is in the place.
  void copy_place();
  /// Puts the file, which nobody has open for writing any more, into its place, and returns when that is on the disk.
  /// Throws StorageError where another program has replaced or changed meanwhile what was in the place, or the disk
  /// fails; FileExists where something is there by now that was not.
  void take_place();

 private:
  OutputPlace& place_;
  std::string part_;
  Descriptor descriptor_;
  bool placed_ = false;
};

}  // namespace deadcone
