#pragma once

#include <cstdint>
#include <string>

namespace deadcone {

/// Checks where an output file is to be, before it is touched: its folder is there, it is no folder itself, and exists
/// only if it may. `raw_bytes` of results, deflated as well as deflate ever can, and `fixed_bytes` beside them must fit
/// on the disk. Throws ConfigError.
void check_output_path(const std::string& path, bool may_exist, double raw_bytes, double fixed_bytes);

/// "2026-01-31T12:00:00Z: " and the command line, in ASCII, for the `history` attribute.
std::string history_line(const std::string& command_line);

/// The text with everything that is not printable ASCII made '?': netCDF readers expect ASCII attributes.
std::string ascii(std::string text);

}  // namespace deadcone
