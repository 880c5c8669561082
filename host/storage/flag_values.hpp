#pragma once

// The names of the values of a dataset, as CF has them: the attributes flag_values and flag_meanings.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/hdf5.hpp"

namespace deadcone {

/// Names the values of a dataset, from `first` on.
void describe_values(hdf5::Dataset& dataset, std::int8_t first, const std::vector<std::string>& names);

template <std::size_t count>
std::vector<std::string> all_of(const std::array<const char*, count>& names) {
  return {names.begin(), names.end()};
}

}  // namespace deadcone
