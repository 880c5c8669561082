#include "cli/scheduler.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// The number in a variable; none where it is not set.
std::optional<std::int64_t> number(const Environment& environment, const std::string& name) {
  const std::optional<std::string> text = environment(name);
  if (!text) return std::nullopt;
  try {
    return parse_integer(*text, 0);
  } catch (const ConfigError& error) {
    throw ConfigError("--shard auto: " + name + ": " + error.what());
  }
}

/// The task of a Slurm array. Its numbers may begin anywhere and have any step.
std::optional<Shard> array_task(const Environment& environment) {
  const auto task = number(environment, "SLURM_ARRAY_TASK_ID");
  const auto count = number(environment, "SLURM_ARRAY_TASK_COUNT");
  if (!task || !count) return std::nullopt;
  const std::int64_t first = number(environment, "SLURM_ARRAY_TASK_MIN").value_or(0);
  const std::int64_t last = number(environment, "SLURM_ARRAY_TASK_MAX").value_or(first + *count - 1);
  const std::int64_t step = *count > 1 ? (last - first) / (*count - 1) : 1;
  if (step < 1 || last - first != step * (*count - 1) || (*task - first) % step != 0) {
    throw ConfigError("--shard auto: the numbers of the Slurm array are not evenly spaced; use --shard K/N");
  }
  return Shard{(*task - first) / step, *count};
}

/// A rank of mpirun or srun.
std::optional<Shard> rank(const Environment& environment) {
  struct Names {
    const char* rank;
    const char* size;
  };
  // mpirun under Slurm sets Slurm's variables, too, for itself; so its own take precedence.
  constexpr Names all[] = {
      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"}, {"PMI_RANK", "PMI_SIZE"}, {"SLURM_PROCID", "SLURM_NTASKS"}};
  for (const Names& names : all) {
    const auto index = number(environment, names.rank);
    const auto count = number(environment, names.size);
    if (index && count) return Shard{*index, *count};
  }
  return std::nullopt;
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

Shard shard_from_scheduler(const Environment& environment) {
  const std::optional<Shard> task = array_task(environment);
  const std::optional<Shard> within = rank(environment);
  if (!task && !within) {
    throw ConfigError("--shard auto: no scheduler (Slurm, Open MPI, PMI) started this process; use --shard K/N");
  }
  const Shard outer = task.value_or(Shard{});
  const Shard inner = within.value_or(Shard{});
  const Shard shard = {outer.index * inner.count + inner.index, outer.count * inner.count};
  if (inner.count < 1 || outer.count < 1 || shard.index >= shard.count) {
    throw ConfigError("--shard auto: the scheduler gives this process the number " + std::to_string(shard.index) +
                      " of " + std::to_string(shard.count) + ", counted from 0; use --shard K/N");
  }
  return shard;
}

std::string path_of_shard(const std::string& path, const Shard& shard) {
  const std::filesystem::path whole(path);
  const std::string name = whole.stem().string() + "." + std::to_string(shard.index + 1) + "-of-" +
                           std::to_string(shard.count) + whole.extension().string();
  return (whole.parent_path() / name).string();
}

}  // namespace deadcone
