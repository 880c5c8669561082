#pragma once

// The configuration in a file: a sweep as JSON.

#include <string>

#include "deadcone/config.hpp"

namespace deadcone {

/// A sweep as JSON, every number with all its digits.
std::string to_json(const Sweep& sweep);

/// Says how a configuration that was found differs from the one asked for; empty where they are the same. Both are JSON
/// as to_json() makes it: values, or objects of values, by name.
std::string difference(const std::string& found, const std::string& asked);

/// Reads a sweep from JSON. `defaults` has its axes. Throws StorageError, naming `where`, if the text is not what
/// to_json makes of such a sweep.
Sweep sweep_from_json(const std::string& text, const std::string& where, const Sweep& defaults = {});

}  // namespace deadcone
