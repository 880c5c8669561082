#pragma once

// What a caller gives to whatever writes a file.

#include <string>

namespace deadcone {

/// What to do where the output file already exists.
enum class ExistingFile { refuse, overwrite, resume };

/// What to do on file systems that cannot lock a file, where nothing keeps two processes from writing the same one.
enum class MissingLock { refuse, go_on };

/// The run that writes a file.
struct RunInfo {
  std::string command_line;
  std::string device;  ///< Mapper::description()
  MissingLock missing_lock = MissingLock::refuse;
};

}  // namespace deadcone
