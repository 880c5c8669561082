#include "storage/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "deadcone/errors.hpp"

namespace deadcone {

NewFile::NewFile(OutputPlace& place)
    : place_(place),
      part_(place.temporary_path()),
      descriptor_(part_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, place.name()) {
  struct stat old = {};
  if (!place.has_file() || stat(place.path().c_str(), &old) != 0) return;
  // The owner can be kept by root alone, the group by its members.
  if (fchown(descriptor_.get(), old.st_uid, old.st_gid) != 0) {
    (void)!fchown(descriptor_.get(), static_cast<uid_t>(-1), old.st_gid);
  }
  fchmod(descriptor_.get(), old.st_mode & 07777U);
}

NewFile::~NewFile() {
  if (!placed_) unlink(part_.c_str());
}

void NewFile::copy_place() {
  std::error_code error;
  std::filesystem::copy_file(place_.path(), part_, std::filesystem::copy_options::overwrite_existing, error);
  if (error) throw StorageError(place_.name() + ": cannot be copied: " + error.message());
}

void NewFile::take_place() {
  descriptor_.sync();
  const std::string& path = place_.path();
  if (place_.has_file()) place_.check_unchanged();
  int status = renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path.c_str(), place_.has_file() ? 0 : RENAME_NOREPLACE);
  // File systems that cannot refuse to replace are left with the check made before.
  if (status != 0 && errno == EINVAL) {
    if (!place_.has_file()) place_.check_unchanged();
    status = rename(part_.c_str(), path.c_str());
  }
  if (status != 0 && errno == EEXIST) throw FileExists(place_.name() + ": the file exists");
  if (status != 0) throw StorageError(place_.name() + ": cannot be put in its place: " + std::strerror(errno));
  placed_ = true;
  place_.note_new_file();
  sync_folder(place_.folder(), place_.name());
}

}  // namespace deadcone
