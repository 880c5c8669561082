#include "storage/attributes.hpp"

#include <chrono>
#include <ctime>

#include "base/build_info.hpp"
#include "base/printable.hpp"

namespace deadcone {
namespace {

/// The time now: 2026-01-31T12:00:00Z.
std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm broken_down = {};
  gmtime_r(&now, &broken_down);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken_down);
  return text;
}

std::string history(const std::string& command_line) {
  return now_utc() + ": " + printable(command_line);
}

}  // namespace

std::string ascii(std::string text) {
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

void describe_origin(hdf5::Group& group, const std::string& command_line) {
  group.set_long_attribute("history", history(command_line));
  group.set_attribute("version", version());
  group.set_attribute("git_commit", git_commit());
}

std::vector<RootAttribute> describe_file(const std::string& title, const std::string& command_line,
                                         const std::string& references, const std::string& configuration,
                                         const std::string& precision) {
  return {{"title", title},
          {"Conventions", "CF-1.9"},
          {"history", history(command_line), true},
          {"references", references},
          {"configuration", configuration, true},
          {"precision", precision},
          {"version", version()},
          {"git_commit", git_commit()},
          {"compiler", ascii(compiler())},
          {"hdf5", hdf5::library_version()}};
}

void set_root_attributes(hdf5::File& file, const std::vector<RootAttribute>& attributes) {
  for (const auto& [name, text, may_be_long] : attributes) {
    if (may_be_long) {
      file.set_long_attribute(name, text);
    } else {
      file.set_attribute(name, text);
    }
  }
}

}  // namespace deadcone
