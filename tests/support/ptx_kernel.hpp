#pragma once

// Kernels that were translated from PTX, and what one thread of them sees: its place in the launch and its memory, every
// access to which is checked.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ptx {

/// A kernel did what no kernel may do; the message says what and in which line.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Threads and their memory.

struct Index {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t z = 0;
};

/// Bytes that a kernel may read, by their address.
struct Region {
  const std::byte* data;
  std::size_t size;

  bool holds(std::uint64_t address, std::size_t bytes) const {
    const auto first = reinterpret_cast<std::uint64_t>(data);
    return address >= first && bytes <= size && address - first <= size - bytes;
  }
};

/// Whether so many bytes from an address on are memory of the device that a kernel may read and write.
using GlobalMemory = std::function<bool(std::uint64_t address, std::size_t bytes)>;

enum class Space { parameters, constant, local, global, generic };

/// One thread of a launch, as the translated kernel sees it.
struct Thread {
  Index thread;
  Index threads;
  Index block;
  Index blocks;
  Region parameters;
  const std::vector<Region>* constants;
  const GlobalMemory* global;
  Region local = {nullptr, 0};
  std::int64_t branches_left;

  /// The bytes at an address, after the checks of the hardware: they must lie in the space, aligned to their size.
  std::byte* at(Space space, std::uint64_t address, std::size_t bytes, int line) const {
    if (address % bytes != 0) fault("an address that is not aligned", address, bytes, line);
    if (!holds(space, address, bytes)) fault("an address outside of all memory of its kind", address, bytes, line);
    return reinterpret_cast<std::byte*>(address);
  }
  /// Counts a branch backwards, so that a kernel without an end is found.
  void count_branch(int line) {
    if (--branches_left < 0) throw Fault("line " + std::to_string(line) + ": the kernel does not end");
  }

 private:
  bool holds(Space space, std::uint64_t address, std::size_t bytes) const {
    switch (space) {
      case Space::parameters:
        return parameters.holds(address, bytes);
      case Space::constant:
        return std::any_of(constants->begin(), constants->end(),
                           [=](const Region& region) { return region.holds(address, bytes); });
      case Space::local:
        return local.holds(address, bytes);
      case Space::global:
        return (*global)(address, bytes);
      case Space::generic:
        return local.holds(address, bytes) || (*global)(address, bytes);
    }
    return false;
  }
  [[noreturn]] static void fault(const char* what, std::uint64_t address, std::size_t bytes, int line) {
    throw Fault("line " + std::to_string(line) + ": " + what + ", " + std::to_string(address) + ", of " +
                std::to_string(bytes) + " bytes");
  }
};

/// A kernel, and how it takes its parameters.
struct Kernel {
  struct Parameter {
    std::size_t offset;
    std::size_t size;
  };
  const char* name;
  void (*run)(Thread&);
  std::vector<Parameter> parameters;
  std::size_t parameter_bytes;
  unsigned most_threads;  ///< in a block
  const std::vector<Region>* constants;
};

/// The kernels of the program.
inline std::vector<Kernel>& kernels() {
  static std::vector<Kernel> all;
  return all;
}

/// What rcp.approx.ftz is off by: so many units, or for each number its own, from -1 to 1.
struct ReciprocalError {
  int units = 0;
  bool random = true;
};
inline ReciprocalError reciprocal_error;

}  // namespace ptx
