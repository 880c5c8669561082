#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/file_options.hpp"
#include "file/schema.hpp"

namespace deadcone {

struct MergedResults {
  Schema schema;
  std::vector<std::int64_t> missing;  ///< points that no part has
};

/// Puts the finished points of several files with one Schema into a new one, as they are compressed there. The parts
/// are only read. Of a point that several have, the first is taken.
///
/// Throws ConfigError where there are no parts or they do not have one Schema and the same bits, where two of them disagree about a
/// point, or where `existing` forbids the new file; StorageError where a file fails. The parts are looked at before
/// anything is written.
MergedResults merge_results(const std::string& out, const std::vector<std::string>& parts,
                            const std::string& command_line, ExistingFile existing, MissingLock missing_lock,
                            const SchemaSource& schema_of);

}  // namespace deadcone
