#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/sweep_file.hpp"

namespace deadcone {

struct Merged {
  Sweep sweep;
  std::vector<std::int64_t> missing;  ///< points that no part has
};

/// Puts the finished points of several files of one sweep into a new one, as they are compressed there, or compressed
/// anew where another tool has rewritten a part; the parts are only read. Of a point that several have, the first is taken.
///
/// Throws ConfigError where the parts are not of one sweep with the same bits, where two of them disagree about a
/// point, or where `existing` forbids the new file; StorageError where a file fails. The parts are looked at before
/// anything is written.
Merged merge_sweeps(const std::string& out, const std::vector<std::string>& parts, const std::string& command_line,
                    ExistingFile existing, MissingLock missing_lock = MissingLock::refuse,
                    const Experiment& experiment = unit_experiment());

}  // namespace deadcone
