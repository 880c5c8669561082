#pragma once

// Whether results fit in memory.

#include <cstdint>
#include <string>

namespace deadcone {

/// How messages about the memory of maps begin.
inline constexpr const char* maps_take = "the maps of the sweep take";

/// Throws OutOfMemory: the bytes of the maps of a sweep cannot even be counted.
[[noreturn]] void refuse_uncountable_maps();

/// Throws OutOfMemory where so many bytes do not fit in the memory that the system has left: it would grant more, and end the
/// process when that is used. `what` begins the message, such as maps_take.
void check_memory(std::int64_t bytes, const std::string& what);

/// Throws OutOfMemory: the system has not granted so many bytes.
[[noreturn]] void refuse_memory(std::int64_t bytes, const std::string& what);

}  // namespace deadcone
