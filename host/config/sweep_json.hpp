#pragma once

#include <string>

#include "deadcone/config.hpp"

namespace deadcone {

/// A sweep as JSON, every number with all its digits.
std::string to_json(const Sweep& sweep);

/// In what a sweep that was found differs from the one asked for, in words; empty where they are the same.
std::string difference(const Sweep& found, const Sweep& asked);

/// The sweep again. Throws StorageError, naming `where`, if the text is not what to_json makes.
Sweep sweep_from_json(const std::string& text, const std::string& where);

}  // namespace deadcone
