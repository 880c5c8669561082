#pragma once

#include <cstdint>
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

/// `auto` or `auto/N`: the scheduler says which part this process computes.
struct SchedulerShard {
  std::optional<std::int64_t> count;  ///< N, if the user gives it
};

/// Reads `auto` and `auto/N`; none for any other text. Throws ConfigError where N is no number.
std::optional<SchedulerShard> parse_scheduler_shard(const std::string& text);

/// The part of this process among those that a scheduler started: the number of its task in an array (Slurm, PBS,
/// Torque, SGE, LSF, Flux), the rank that mpirun, Flux or srun gave it, or both: then a rank is a part of its task's
/// part.
///
/// The number of parts is what the user gives, of an array (whose tasks then count from 1) or, where there is none, of
/// ranks. If the user gives none, the size of the array must be certain: it begins at 0 or 1 and has no gaps. A task
/// that is submitted again, alone or with some others, would else be taken for one of another split.
///
/// Throws ConfigError, which says what to do, where there is no scheduler, where its variables contradict each other,
/// and where the number of parts is not certain.
Shard shard_from_scheduler(const SchedulerShard& wanted, const Environment& environment);

/// This process among those that mpirun, Flux or srun started on this machine, which share its GPUs: its rank there, and
/// how many GPUs the scheduler has given all of them, if it says so. All of them are its own where there is no such rank,
/// or its variables are no numbers.
DeviceShare device_share_from_scheduler(const Environment& environment);

/// A file beside `path` that is a part of it in a split into another number of parts than `count`; empty if there is
/// none.
std::string part_of_another_split(const std::string& path, std::int64_t count);

}  // namespace deadcone
