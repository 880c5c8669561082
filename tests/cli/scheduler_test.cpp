#include "cli/scheduler.hpp"

#include <gtest/gtest.h>

#include <map>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

using Variables = std::map<std::string, std::string>;

std::string shard_in(const Variables& variables) {
  return to_string(shard_from_scheduler([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }));
}

TEST(Shard, EveryPointBelongsToOne) {
  for (std::int64_t count = 1; count <= 5; ++count) {
    for (std::int64_t point = 0; point < 23; ++point) {
      int owners = 0;
      for (std::int64_t index = 0; index < count; ++index) owners += Shard{index, count}.has(point) ? 1 : 0;
      EXPECT_EQ(owners, 1);
    }
  }
}

TEST(Shard, IsWrittenAsItIsRead) {
  for (const char* text : {"1/1", "2/4", "4/4", "1000/100000"}) EXPECT_EQ(to_string(parse_shard(text)), text);
  for (const char* text : {"", "1", "/", "1/", "/4", "0/4", "5/4", "-1/4", "1/0", "a/b", "1/4/2", "1.5/4"}) {
    EXPECT_THROW(parse_shard(text), ConfigError) << text;
  }
}

TEST(Shard, NamesItsFile) {
  EXPECT_EQ(path_of_shard("map.h5", {1, 4}), "map.2-of-4.h5");
  EXPECT_EQ(path_of_shard("a.b/map.v2.h5", {0, 10}), "a.b/map.v2.1-of-10.h5");
  EXPECT_EQ(path_of_shard("/data/map", {2, 3}), "/data/map.3-of-3");
}

TEST(Scheduler, KnowsATaskOfASlurmArray) {
  // A job outside srun is process 0 of 1.
  const Variables one = {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}};
  const auto task = [&](const std::string& id, const std::string& lo, const std::string& hi, const std::string& count) {
    Variables variables = one;
    variables.insert({{"SLURM_ARRAY_TASK_ID", id},
                      {"SLURM_ARRAY_TASK_MIN", lo},
                      {"SLURM_ARRAY_TASK_MAX", hi},
                      {"SLURM_ARRAY_TASK_COUNT", count}});
    return shard_in(variables);
  };
  EXPECT_EQ(task("0", "0", "7", "8"), "1/8");
  EXPECT_EQ(task("8", "1", "8", "8"), "8/8");
  EXPECT_EQ(task("7", "3", "7", "3"), "3/3");
  EXPECT_EQ(task("5", "5", "5", "1"), "1/1");
  EXPECT_THROW(task("9", "1", "9", "4"), ConfigError) << "four numbers from 1 to 9 are not evenly spaced";
  EXPECT_THROW(task("2", "1", "5", "3"), ConfigError);
  EXPECT_EQ(shard_in({{"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}), "3/4");
}

TEST(Scheduler, KnowsARank) {
  EXPECT_EQ(shard_in({{"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "4"}}), "3/4");
  EXPECT_EQ(shard_in({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}), "1/2");
  EXPECT_EQ(shard_in({{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "6"}}), "4/6");
  // mpirun inside a Slurm job: Slurm's numbers are those of the script.
  EXPECT_EQ(
      shard_in(
          {{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "6"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "6"}}),
      "4/6");
}

TEST(Scheduler, ARankWithinATaskIsAPartOfItsPart) {
  std::map<std::string, int> seen;
  for (int task = 0; task < 3; ++task) {
    for (int rank = 0; rank < 2; ++rank) {
      ++seen[shard_in({{"SLURM_ARRAY_TASK_ID", std::to_string(task)},
                       {"SLURM_ARRAY_TASK_COUNT", "3"},
                       {"SLURM_PROCID", std::to_string(rank)},
                       {"SLURM_NTASKS", "2"}})];
    }
  }
  EXPECT_EQ(seen.size(), 6U);
  for (const auto& [shard, times] : seen) EXPECT_EQ(times, 1) << shard;
}

TEST(Scheduler, RefusesWhatItCannotUnderstand) {
  EXPECT_THROW(shard_in({}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "2"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "x"}, {"SLURM_NTASKS", "4"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "4"}, {"SLURM_NTASKS", "4"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "0"}}), ConfigError);
  EXPECT_THROW(shard_in({{"PMI_RANK", "-1"}, {"PMI_SIZE", "2"}}), ConfigError);
}

}  // namespace
}  // namespace deadcone
