#pragma once

#include <functional>
#include <optional>
#include <string>

#include "deadcone/config.hpp"

namespace deadcone {

/// `K/N`: part K, from 1, of N. Throws ConfigError.
Shard parse_shard(const std::string& text);

/// `2/4`.
std::string to_string(const Shard& shard);

/// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The variables of this process.
std::optional<std::string> environment_variable(const std::string& name);

/// The part of this process among those that a scheduler started: a task of a Slurm array, a rank of mpirun (Open MPI or
/// PMI) or of srun; a rank within a task of an array is a part of its part. Throws ConfigError where there is no scheduler,
/// or its variables contradict each other.
Shard shard_from_scheduler(const Environment& environment);

/// The name of the file of one part: `.2-of-4` before the extension.
std::string path_of_shard(const std::string& path, const Shard& shard);

}  // namespace deadcone
