#pragma once

#include <string>

#include "deadcone/config.hpp"

namespace deadcone {

/// The name of the file of one part: `.2-of-4` before the extension.
std::string path_of_shard(const std::string& path, const Shard& shard);

}  // namespace deadcone
