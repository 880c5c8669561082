#include "output_path.hpp"

#include <sys/statvfs.h>

#include <chrono>
#include <ctime>
#include <filesystem>

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
  if (!may_exist && fs::exists(path, error)) throw ConfigError(path + ": exists already; --overwrite replaces it");

  struct statvfs disk = {};
  if (statvfs(folder.c_str(), &disk) != 0) return;
  const double available = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  if (raw_bytes / largest_deflate_ratio + fixed_bytes > available) {
    throw ConfigError(
        path + ": " + std::to_string(static_cast<std::int64_t>(raw_bytes / 1e9)) +
        " GB of results cannot fit on the disk, however well they compress; lower N or the number of points");
  }
}

std::string ascii(std::string text) {
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

std::string history_line(const std::string& command_line) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm broken_down = {};
  gmtime_r(&now, &broken_down);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken_down);
  return ascii(text + (": " + command_line));
}

}  // namespace deadcone
