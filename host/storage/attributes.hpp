#pragma once

#include <string>

#include "storage/hdf5.hpp"

namespace deadcone {

/// Writes the root attributes of a file, what it is and what made it: title, Conventions, history (time and command
/// line), references, configuration (JSON), precision, version, git_commit, compiler, hdf5.
void describe_file(hdf5::File& file, const std::string& title, const std::string& command_line,
                   const std::string& configuration, const std::string& precision);

/// Writes the attributes of a group that is added to a file: history, version, git_commit.
void describe_origin(hdf5::Group& group, const std::string& command_line);

/// Returns the text with '?' for everything that is not printable ASCII, for attributes of fixed-length ASCII.
std::string ascii(std::string text);

}  // namespace deadcone
