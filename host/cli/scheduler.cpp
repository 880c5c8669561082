#include "cli/scheduler.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <system_error>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// How a scheduler numbers the tasks of an array, by the names of variables; null where it has none for this.
struct ArrayVariables {
  const char* scheduler;
  const char* number;     ///< of this task
  const char* not_array;  ///< the text of `number` in a job that is no array
  const char* first;      ///< the smallest number of the array as it was submitted
  const char* last;       ///< the largest
  const char* step;       ///< between two numbers
  const char* count;      ///< of tasks: of a list with gaps, too
};

// Where the schedulers document them: sbatch(1) OUTPUT ENVIRONMENT VARIABLES; PBS Professional User's Guide, Job
// Arrays; Torque, qsub -t; Grid Engine, qsub(1) -t; LSF, Environment variables set for job execution;
// flux-environment(7). PBS, Torque, LSF and Flux do not tell a task where its array begins.
constexpr ArrayVariables arrays[] = {
    {"Slurm", "SLURM_ARRAY_TASK_ID", nullptr, "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", nullptr,
     "SLURM_ARRAY_TASK_COUNT"},
    {"PBS", "PBS_ARRAY_INDEX", nullptr, nullptr, nullptr, nullptr, nullptr},
    {"Torque", "PBS_ARRAYID", nullptr, nullptr, nullptr, nullptr, nullptr},
    {"SGE", "SGE_TASK_ID", "undefined", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE", nullptr},
    {"LSF", "LSB_JOBINDEX", "0", nullptr, nullptr, nullptr, nullptr},
    {"Flux", "FLUX_JOB_CC", nullptr, nullptr, nullptr, nullptr, nullptr},
};

/// What a launcher tells each process that it starts: its rank from 0 and the number of ranks, in all and on its node, by
/// the names of variables; null where it tells another way, or not. A launcher may run inside another, whose variables
/// its processes see, too: the innermost comes first.
//
// Where they document them: Open MPI, "Environment variables set for MPI applications"; MVAPICH2 User Guide, mpirun_rsh
// parameters; Intel MPI and MPICH, whose launcher is Hydra; pals(7); flux-environment(7); srun(1).
//
// For Slurm it is the size of the step. SLURM_NTASKS, and SLURM_PROCID = 0, are also set in a batch script, which runs
// once for all tasks (sbatch(1)); SLURM_STEP_NUM_TASKS is set by srun only (srun(1)).
struct RankVariables {
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;
  const char* local_sizes;  ///< of all nodes, as Slurm lists them: "4(x2),1"
  const char* node;         ///< the place of this node in that list
  const char* nodes;        ///< how many there are, over which the launcher spreads its ranks evenly
};
constexpr RankVariables ranks[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE",
     nullptr, nullptr, nullptr},
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_SIZE", nullptr,
     nullptr, nullptr},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", nullptr, nullptr, nullptr},
    {"PMI_RANK", "PMI_SIZE", "PMI_LOCAL_RANK", "PMI_LOCAL_SIZE", nullptr, nullptr, nullptr},
    {"FLUX_TASK_RANK", "FLUX_JOB_SIZE", "FLUX_TASK_LOCAL_ID", nullptr, nullptr, nullptr, "FLUX_JOB_NNODES"},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr, "SLURM_STEP_TASKS_PER_NODE", "SLURM_NODEID",
     nullptr},
};

/// How many GPUs a scheduler has given a job or a step on this node, for all its processes there (sbatch(1), srun(1)).
constexpr const char* gpus_on_node = "SLURM_GPUS_ON_NODE";

[[noreturn]] void refuse(const std::string& reason) {
  throw ConfigError("--shard auto: " + reason);
}

/// The number in a variable; none where it is not set.
std::optional<std::int64_t> number(const Environment& environment, const char* name) {
  const std::optional<std::string> text = name == nullptr ? std::nullopt : environment(name);
  if (!text) return std::nullopt;
  try {
    return parse_integer(*text, 0);
  } catch (const ConfigError& error) {
    refuse(std::string(name) + ": " + error.what());
  }
}

/// The array that this process is a task of. There cannot be two.
const ArrayVariables* find_array(const Environment& environment) {
  const ArrayVariables* found = nullptr;
  for (const ArrayVariables& array : arrays) {
    const std::optional<std::string> text = environment(array.number);
    if (!text || (array.not_array != nullptr && *text == array.not_array)) continue;
    if (found != nullptr) {
      refuse(std::string("both ") + found->number + " and " + array.number + " are set; use --shard K/N");
    }
    found = &array;
  }
  return found;
}

/// The size of an array that begins at 0 or 1 and has no gaps; none where it is another, or not told.
std::optional<std::int64_t> certain_size(const ArrayVariables& array, const Environment& environment) {
  const auto first = number(environment, array.first);
  const auto last = number(environment, array.last);
  const auto count = number(environment, array.count);
  const auto step = number(environment, array.step);
  if (!first || !last || *first > 1 || *last < *first) return std::nullopt;
  const std::int64_t size = *last - *first + 1;
  if (array.count != nullptr ? count != size : step != 1) return std::nullopt;
  return size;
}

/// The task of an array; none if there is none.
std::optional<Shard> array_task(const SchedulerShard& wanted, const Environment& environment) {
  const ArrayVariables* array = find_array(environment);
  if (array == nullptr) return std::nullopt;
  const std::int64_t task = *number(environment, array->number);
  const std::string name = std::string(array->scheduler) + " array";
  const auto first = number(environment, array->first);
  if (wanted.count) {
    if (task < 1 || task > *wanted.count || first == 0) {
      refuse("the " + name + " has a task " + std::to_string(first == 0 ? 0 : task) + ", but auto/" +
             std::to_string(*wanted.count) + " counts from 1; number the tasks from 1, or use --shard K/N");
    }
    return Shard{task - 1, *wanted.count};
  }
  const std::optional<std::int64_t> size = certain_size(*array, environment);
  if (!size) {
    refuse("the " + name +
           " may be a part of a larger one; give the number of parts: --shard auto/N, if the tasks count " +
           "from 1, or --shard K/N");
  }
  return Shard{task - *first, *size};
}

/// A rank; none if there is none.
std::optional<Shard> rank(const Environment& environment) {
  for (const RankVariables& names : ranks) {
    const auto index = number(environment, names.rank);
    const auto count = number(environment, names.size);
    if (index && count) return Shard{*index, *count};
  }
  return std::nullopt;
}

/// The number in a variable, or in a text; none where there is none that an int holds.
std::optional<int> small_number(const std::optional<std::string>& text) {
  try {
    if (text) return static_cast<int>(parse_integer(*text, 0, std::numeric_limits<int>::max()));
  } catch (const ConfigError&) {
    return std::nullopt;
  }
  return std::nullopt;
}
std::optional<int> small_number(const Environment& environment, const char* name) {
  return name == nullptr ? std::nullopt : small_number(environment(name));
}

/// Number `place` of a list such as "4(x2),1"; none where it has none.
std::optional<int> listed_number(const std::string& list, int place) {
  std::size_t first = 0;
  while (first < list.size()) {
    const std::size_t end = std::min(list.find(',', first), list.size());
    const std::string entry = list.substr(first, end - first);
    const std::size_t times = std::min(entry.find("(x"), entry.size());
    const std::optional<int> repeated =
        times == entry.size() ? 1 : small_number(entry.substr(times + 2, entry.size() - times - 3));
    if (!repeated) return std::nullopt;
    if (place < *repeated) return small_number(entry.substr(0, times));
    place -= *repeated;
    first = end + 1;
  }
  return std::nullopt;
}

/// The number of ranks on this node; none where nothing says so.
std::optional<int> local_size(const RankVariables& names, const Environment& environment) {
  if (const auto size = small_number(environment, names.local_size)) return size;
  if (names.local_sizes != nullptr) {
    const auto sizes = environment(names.local_sizes);
    const auto node = small_number(environment, names.node);
    return sizes && node ? listed_number(*sizes, *node) : std::nullopt;
  }
  const auto size = small_number(environment, names.size);
  const auto nodes = small_number(environment, names.nodes);
  if (!size || !nodes || *nodes == 0) return std::nullopt;
  return *size / *nodes + (*size % *nodes == 0 ? 0 : 1);
}

}  // namespace

Shard parse_shard(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  try {
    const std::int64_t count = parse_integer(text.substr(std::min(slash + 1, text.size())), 1, largest_points);
    return {parse_integer(text.substr(0, slash), 1, count) - 1, count};
  } catch (const ConfigError&) {
    throw ConfigError("--shard: '" + text + "' must be K/N, part K (from 1 to N) of N (" + in_words(1, largest_points) +
                      "), or auto");
  }
}

std::string to_string(const Shard& shard) {
  return std::to_string(shard.index + 1) + "/" + std::to_string(shard.count);
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<SchedulerShard> parse_scheduler_shard(const std::string& text) {
  if (text == "auto") return SchedulerShard{};
  const std::string prefix = "auto/";
  if (!text.starts_with(prefix)) return std::nullopt;
  return SchedulerShard{parse_integer(text.substr(prefix.size()), 1)};
}

Shard shard_from_scheduler(const SchedulerShard& wanted, const Environment& environment) {
  const std::optional<Shard> task = array_task(wanted, environment);
  const std::optional<Shard> within = rank(environment);
  if (!task && !within) {
    if (number(environment, "SLURM_NTASKS").value_or(1) > 1) {
      refuse("this is a Slurm job of several tasks, but srun did not start this process; use srun, or --shard K/N");
    }
    refuse("no scheduler (Slurm, PBS, SGE, LSF, Flux, mpirun) started this process; use --shard K/N");
  }
  if (!task && wanted.count && within->count != *wanted.count) {
    refuse("this is one of " + std::to_string(within->count) + " processes, not of " + std::to_string(*wanted.count) +
           "; use --shard K/N");
  }
  const Shard outer = task.value_or(Shard{});
  const Shard inner = within.value_or(Shard{});
  const bool is_possible = outer.index >= 0 && outer.index < outer.count && inner.index < inner.count;
  if (!is_possible || outer.count > std::numeric_limits<std::int64_t>::max() / inner.count) {
    const Shard& wrong = outer.index >= 0 && outer.index < outer.count ? inner : outer;
    refuse("the scheduler gives this process the number " + std::to_string(wrong.index) + " of " +
           std::to_string(wrong.count) + ", counted from 0; use --shard K/N");
  }
  return {outer.index * inner.count + inner.index, outer.count * inner.count};
}

DeviceShare device_share_from_scheduler(const Environment& environment) {
  for (const RankVariables& names : ranks) {
    const auto index = small_number(environment, names.local_rank);
    const auto count = local_size(names, environment);
    if (!index || !count || *index >= *count) continue;
    return {*index, *count, small_number(environment, gpus_on_node).value_or(0)};
  }
  return {};
}

std::string part_of_another_split(const std::string& path, std::int64_t count) {
  namespace fs = std::filesystem;
  const fs::path whole(path);
  const std::string head = whole.stem().string() + ".";
  const std::string tail = whole.extension().string();
  std::error_code error;
  const fs::path folder = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) continue;
    const std::string numbers = name.substr(head.size(), name.size() - head.size() - tail.size());
    const std::size_t of = numbers.find("-of-");
    if (of == std::string::npos) continue;
    try {
      const Shard other = parse_shard(numbers.substr(0, of) + "/" + numbers.substr(of + 4));
      if (other.count != count) return (whole.parent_path() / name).string();
    } catch (const ConfigError&) {
      continue;  // a name that only looks like one
    }
  }
  return "";
}

}  // namespace deadcone
