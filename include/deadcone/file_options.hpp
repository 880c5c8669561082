#pragma once

// What a caller gives to whatever writes a file.

#include <string>

namespace deadcone {

/// The run that writes a file.
struct RunInfo {
  std::string command_line;
  std::string device;  ///< Mapper::description()
};

/// What to do where the output file already exists.
enum class ExistingFile { refuse, overwrite, resume };

}  // namespace deadcone
