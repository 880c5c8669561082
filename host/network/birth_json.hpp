#pragma once

#include <string>

#include "deadcone/network/birth.hpp"

namespace deadcone {

/// The configuration as JSON: equal texts give equal results. It has "experiment", which sweeps of a unit do not have.
std::string to_json(const BirthSweep& sweep);

/// Whether a configuration is one of births.
bool is_of_births(const std::string& configuration);

/// The sweep of such a text, which comes from `where`. Throws StorageError where it cannot be read or is wrong.
BirthSweep birth_from_json(const std::string& text, const std::string& where);

}  // namespace deadcone
