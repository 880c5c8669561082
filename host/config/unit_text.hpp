#pragma once

// Units from text, and back: "relu", "leaky:0.01", "clip:-1:2".

#include <string>

#include "deadcone/unit_kind.hpp"

namespace deadcone {

/// What a text for a unit may be: "relu|leaky:A|prelu:A|...".
std::string unit_forms();

/// A unit from its name and its constants, separated by colons; where all are left out, from their defaults. Throws ConfigError
/// with one line that quotes the text: for another name, for too few or too many constants, and for one that is not allowed.
Unit parse_unit(const std::string& text);

/// The text that parse_unit() reads as this unit.
std::string unit_text(const Unit& unit);

}  // namespace deadcone
