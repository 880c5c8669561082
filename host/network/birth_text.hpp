#pragma once

// Parts of a sweep of births from text, as the command line and Python have them.

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/network/birth.hpp"

namespace deadcone {

/// Sets how biases are drawn: the name of a kind, or `normal:S`, which gives sigma_b the values of the axis S. Returns
/// whether the text has such values. Throws ConfigError, as the other does, with one line that quotes the text.
bool set_bias(const std::string& text, BirthSweep& sweep);

/// The units of each hidden layer, `N1,N2,...`.
std::vector<std::int64_t> parse_widths(const std::string& text);

}  // namespace deadcone
