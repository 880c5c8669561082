#pragma once

#include <string>

#include "deadcone/config.hpp"

namespace deadcone {

/// A sweep as JSON, every number with all its digits.
std::string to_json(const Sweep& sweep);

/// The sweep again. Throws StorageError, naming `where`, if the text is not what to_json makes.
Sweep sweep_from_json(const std::string& text, const std::string& where);

}  // namespace deadcone
