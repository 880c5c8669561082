#include "storage/output_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>

#include "deadcone/errors.hpp"
#include "storage/compressor.hpp"

namespace deadcone {
namespace {

namespace fs = std::filesystem;

/// No deflate stream is smaller than its data by more than this.
constexpr double largest_deflate_ratio = 1032.0;

/// A companion begins with this and the token of its temporary file.
constexpr char magic[] = "deadcone-place1\n";
constexpr std::size_t magic_size = sizeof magic - 1;
constexpr std::size_t token_size = 16;
static_assert(magic_size + token_size == OutputPlace::companion_begin);

std::string folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

std::string random_token() {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
    throw StorageError(std::string("cannot get a random number: ") + std::strerror(errno));
  std::array<char, token_size + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

}  // namespace

std::string resolve_links(const std::string& path) {
  constexpr int most_links = 40;  // as many as Linux follows
  fs::path at(path);
  std::error_code error;
  for (int i = 0; i < most_links && fs::is_symlink(at, error); ++i) {
    const fs::path target = fs::read_symlink(at, error);
    if (error) break;
    at = target.is_absolute() ? target : at.parent_path() / target;
  }
  if (fs::is_symlink(at, error)) throw StorageError(path + ": has too many symbolic links");
  return at.string();
}

std::string companion_of(const std::string& path) {
  // PATH.journal; a shorter name where the file system has no room for that.
  const std::string ending = ".journal";
  const fs::path whole(path);
  std::string file = whole.filename().string();
  if (file.size() + ending.size() > NAME_MAX) {
    constexpr std::size_t kept = 200;
    std::array<char, 16> hash{};
    std::snprintf(hash.data(), hash.size(), ".%08x", Compressor::checksum(std::as_bytes(std::span(file))));
    file = file.substr(0, kept) + hash.data();
  }
  return (whole.parent_path() / (file + ending)).string();
}

void check_output_path(const std::string& name, bool may_exist, double raw_bytes, double fixed_bytes) {
  const std::string path = resolve_links(name);
  const std::string folder = folder_of(path);
  std::error_code error;
  if (!fs::is_directory(folder, error)) throw ConfigError(name + ": the folder " + folder + " does not exist");
  const fs::file_status status = fs::status(name, error);
  if (fs::is_directory(status)) throw ConfigError(name + ": is a folder, not a file");
  if (fs::exists(status)) {
    if (!fs::is_regular_file(status)) throw StorageError(name + ": is not a file");
    if (!may_exist) throw FileExists(name + ": the file exists");
    if (access(path.c_str(), W_OK) != 0) throw StorageError(name + ": cannot be written: " + std::strerror(errno));
  }

  struct statvfs disk = {};
  if (statvfs(folder.c_str(), &disk) != 0) return;
  const double available = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  if (raw_bytes / largest_deflate_ratio + fixed_bytes > available) {
    throw ConfigError(name + ": " + std::to_string(static_cast<std::int64_t>(raw_bytes / 1e9)) +
                      " GB of results cannot fit on the disk, however well they compress");
  }
}

OutputPlace::OutputPlace(const std::string& name, MissingLock missing_lock)
    : name_(name), path_(resolve_links(name)), companion_path_(companion_of(path_)) {
  while (!try_to_lock(missing_lock)) {
  }
  write_or_check_head();
  // What a process that was killed left half made.
  std::error_code error;
  if (fs::is_regular_file(fs::symlink_status(temporary_path(), error))) fs::remove(temporary_path(), error);
  stamp_ = stamp_of(path_);
  // What nobody may read in the file, nobody may read in its companion.
  struct stat file = {};
  if (stat(path_.c_str(), &file) == 0) fchmod(companion_.get(), file.st_mode & 0777U);
}

OutputPlace::~OutputPlace() {
  // Removed before the lock is gone with the descriptor: whoever waits for the lock sees that the name is another file's.
  struct stat status = {};
  if (companion_.is_open() && fstat(companion_.get(), &status) == 0 &&
      static_cast<std::uint64_t>(status.st_size) <= companion_begin) {
    unlink(companion_path_.c_str());
  }
}

/// Whether the companion is locked and still has its name: between the two, its last owner may have removed it.
bool OutputPlace::try_to_lock(MissingLock missing_lock) {
  // Open for writing, too, since locks of network file systems need that.
  companion_ = Descriptor(companion_path_, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, companion_name());
  if (!S_ISREG(companion_.status().st_mode)) throw StorageError(companion_name() + ": is not a file");
  if (flock(companion_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      throw StorageError(name_ + ": another process is writing it; wait for that one, or stop it");
    if (missing_lock == MissingLock::refuse) {
      const std::string why = std::strerror(errno);
      if (companion_.size() == 0) unlink(companion_path_.c_str());
      throw CannotLock(name_ + ": the file system cannot lock it (" + why +
                       "), so other processes may write it at the same time");
    }
  }
  struct stat named = {};
  const struct stat locked = companion_.status();
  return lstat(companion_path_.c_str(), &named) == 0 && named.st_ino == locked.st_ino && named.st_dev == locked.st_dev;
}

void OutputPlace::write_or_check_head() {
  std::string head(companion_begin, '\0');
  head.resize(companion_.read(std::as_writable_bytes(std::span(head)), 0));
  // A power cut may leave less of it, or zeros.
  const bool is_own = head.compare(0, magic_size, magic, std::min(head.size(), magic_size)) == 0 ||
                      head.find_first_not_of('\0') == std::string::npos;
  if (!is_own) {
    throw StorageError(companion_name() + ": is in the way: not a journal of deadcone; move or remove it");
  }
  if (head.size() == companion_begin && head.front() != '\0') {
    token_ = head.substr(magic_size);
    if (token_.find_first_not_of("0123456789abcdef") == std::string::npos) return;
  }
  token_ = random_token();
  head = magic + token_;
  try {
    companion_.truncate(0);
    companion_.write(std::as_bytes(std::span(head)), 0);
    companion_.sync();
  } catch (const StorageError&) {
    unlink(companion_path_.c_str());
    throw;
  }
}

std::string OutputPlace::folder() const {
  return folder_of(path_);
}

std::string OutputPlace::companion_name() const {
  return companion_path_;
}

std::string OutputPlace::temporary_path() const {
  return (fs::path(folder()) / (".deadcone-" + token_ + ".part")).string();
}

void OutputPlace::check_unchanged() const {
  const std::optional<FileStamp> now = stamp_of(path_);
  if (now == stamp_) return;
  throw StorageError(name_ +
                     (!now      ? ": was removed"
                      : !stamp_ ? ": was made"
                                : ": was changed") +
                     " by another program while this one worked");
}

void OutputPlace::note_new_file() {
  stamp_ = stamp_of(path_);
}

}  // namespace deadcone
