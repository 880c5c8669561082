#pragma once

#include <string>
#include <vector>

#include "storage/hdf5.hpp"

namespace deadcone {

/// A text that a file says of itself.
struct RootAttribute {
  std::string name;
  std::string text;
  bool may_be_long = false;  ///< or have other characters than ASCII
};

/// What a file is and what made it: title, Conventions, history (time and command line), references, configuration (JSON),
/// precision, version, git_commit, compiler, hdf5.
std::vector<RootAttribute> describe_file(const std::string& title, const std::string& command_line,
                                         const std::string& references, const std::string& configuration,
                                         const std::string& precision);

/// What sweeps of the unit, and all else that is about it, refer to.
inline constexpr const char* paper_of_the_unit = "arXiv:2005.06195";

/// Writes the root attributes of a file.
void set_root_attributes(hdf5::File& file, const std::vector<RootAttribute>& attributes);

/// Writes the attributes of a group that is added to a file: history, version, git_commit.
void describe_origin(hdf5::Group& group, const std::string& command_line);

/// Returns the text with '?' for everything that is not printable ASCII, for attributes of fixed-length ASCII.
std::string ascii(std::string text);

}  // namespace deadcone
