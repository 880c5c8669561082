#pragma once

// The names of the values of a dataset, as CF has them: the attributes flag_values and flag_meanings.

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/names.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

/// Names the values of a dataset, from `first` on.
void describe_values(hdf5::Dataset& dataset, std::int8_t first, const std::vector<std::string>& names);

/// Names the values of an enumeration, from its table; with `pending` the value -1 as well.
template <class Kind>
void describe_values(hdf5::Dataset& dataset, bool pending) {
  std::vector<std::string> names;
  if (pending) names.emplace_back("pending");
  for (const Named<Kind>& value : NameTable<Kind>::values) names.emplace_back(value.name);
  describe_values(dataset, static_cast<std::int8_t>(pending ? -1 : 0), names);
}

}  // namespace deadcone
