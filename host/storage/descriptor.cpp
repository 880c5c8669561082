#include "storage/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "deadcone/errors.hpp"

namespace deadcone {

Descriptor::Descriptor(const std::string& path, int flags, const std::string& name, mode_t mode)
    : descriptor_(open(path.c_str(), flags | O_CLOEXEC, mode)), name_(name) {
  if (descriptor_ < 0) fail("open the file");
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(name_, other.name_);
  return *this;
}

Descriptor::~Descriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Descriptor::fail(const std::string& what) const {
  throw StorageError(name_ + ": cannot " + what + ": " + std::strerror(errno));
}

struct stat Descriptor::status() const {
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) fail("look at the file");
  return status;
}

std::uint64_t Descriptor::size() const {
  return static_cast<std::uint64_t>(status().st_size);
}

void Descriptor::write(std::span<const std::byte> bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

std::size_t Descriptor::read(std::span<std::byte> to, std::uint64_t offset) const {
  std::size_t all = 0;
  while (all < to.size()) {
    const ssize_t count = pread(descriptor_, to.data() + all, to.size() - all, static_cast<off_t>(offset + all));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read");
    if (count == 0) break;
    all += static_cast<std::size_t>(count);
  }
  return all;
}

void Descriptor::truncate(std::uint64_t size) const {
  if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("cut the file off");
}

void Descriptor::sync() const {
  if (fdatasync(descriptor_) != 0) fail("write to the disk");
}

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
                   static_cast<std::uint64_t>(status.st_size), static_cast<std::int64_t>(status.st_mtim.tv_sec),
                   static_cast<std::int64_t>(status.st_mtim.tv_nsec)};
}

void sync_folder(const std::string& folder, const std::string& name) {
  const Descriptor directory(folder, O_RDONLY | O_DIRECTORY, name);
  if (fsync(directory.get()) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS)
    throw StorageError(name + ": cannot write to the disk: " + std::strerror(errno));
}

}  // namespace deadcone
