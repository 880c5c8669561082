#include "base/memory.hpp"

#include <fstream>
#include <limits>
#include <string>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

std::string in_megabytes(std::int64_t bytes) {
  return std::to_string(bytes / 1'000'000) + " MB";
}

/// The bytes of memory that the system has left; as many as can be where it does not say.
std::int64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string rest;
  for (std::string name; file >> name; std::getline(file, rest)) {
    if (std::int64_t kilobytes = 0; name == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
  }
  return std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void refuse_uncountable_maps() {
  throw OutOfMemory("the maps of the sweep do not fit in the memory of any machine");
}

void check_memory(std::int64_t bytes, const std::string& what) {
  const std::int64_t available = available_memory();
  if (bytes <= available) return;
  throw OutOfMemory(what + " " + in_megabytes(bytes) + ", but only " + in_megabytes(available) +
                    " of memory are available");
}

void refuse_memory(std::int64_t bytes, const std::string& what) {
  throw OutOfMemory(what + " " + in_megabytes(bytes) + ", more than the system grants");
}

}  // namespace deadcone
