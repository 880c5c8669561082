#include "storage/new_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// No deflate stream is smaller than its data by more than this.
constexpr double largest_deflate_ratio = 1032.0;

}  // namespace

void check_output_path(const std::string& path, bool may_exist, double raw_bytes, double fixed_bytes) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) throw ConfigError(path + ": the folder " + folder.string() + " does not exist");
  if (fs::is_directory(path, error)) throw ConfigError(path + ": is a folder, not a file");
  if (!may_exist && fs::exists(path, error)) throw FileExists(path + ": the file exists");

  struct statvfs disk = {};
  if (statvfs(folder.c_str(), &disk) != 0) return;
  const double available = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  if (raw_bytes / largest_deflate_ratio + fixed_bytes > available) {
    throw ConfigError(path + ": " + std::to_string(static_cast<std::int64_t>(raw_bytes / 1e9)) +
                      " GB of results cannot fit on the disk, however well they compress");
  }
}

NewFile::NewFile(std::string path, bool may_exist)
    : path_(std::move(path)),
      part_(path_ + ".part"),
      may_exist_(may_exist),
      old_lock_(path_, false, path_),
      part_lock_(part_, true, path_) {}

NewFile::~NewFile() {
  std::error_code error;
  if (!placed_) std::filesystem::remove(part_, error);
}

FileLock NewFile::take_place() {
  const unsigned flags = may_exist_ ? 0 : RENAME_NOREPLACE;
  int status = renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), flags);
  // File systems that cannot refuse to replace are left with the check made before.
  if (status != 0 && errno == EINVAL) status = rename(part_.c_str(), path_.c_str());
  if (status != 0 && errno == EEXIST) throw FileExists(path_ + ": the file exists");
  if (status != 0) throw StorageError(path_ + ": cannot be put in its place: " + std::strerror(errno));
  placed_ = true;
  return std::move(part_lock_);
}

}  // namespace deadcone
