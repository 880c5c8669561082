#include "cli/scheduler.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "deadcone/errors.hpp"
#include "file/shard_path.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

using Variables = std::map<std::string, std::string>;

/// The part that a process with these variables computes; `wanted` is what follows --shard.
std::string shard_in(const Variables& variables, const std::string& wanted = "auto") {
  return to_string(shard_from_scheduler(parse_scheduler_shard(wanted).value(),
                                        [&](const std::string& name) -> std::optional<std::string> {
                                          const auto found = variables.find(name);
                                          if (found == variables.end()) return std::nullopt;
                                          return found->second;
                                        }));
}

Variables slurm(const std::string& task, const std::string& first, const std::string& last, const std::string& count) {
  return {{"SLURM_ARRAY_TASK_ID", task},
          {"SLURM_ARRAY_TASK_MIN", first},
          {"SLURM_ARRAY_TASK_MAX", last},
          {"SLURM_ARRAY_TASK_COUNT", count},
          // A job outside srun is process 0 of a job of so many tasks.
          {"SLURM_PROCID", "0"},
          {"SLURM_NTASKS", "4"}};
}

Variables sge(const std::string& task, const std::string& first, const std::string& last, const std::string& step) {
  return {{"SGE_TASK_ID", task}, {"SGE_TASK_FIRST", first}, {"SGE_TASK_LAST", last}, {"SGE_TASK_STEPSIZE", step}};
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

TEST(Shard, FindsPartsOfAnotherSplit) {
  const test::TemporaryFolder folder;
  const auto touch = [&](const std::string& name) { std::ofstream(folder.file(name)) << name; };
  const std::string out = folder.file("map.v2.h5");
  EXPECT_EQ(part_of_another_split(folder.file("missing/map.h5"), 4), "");
  for (const char* name :
       {"map.v2.h5", "map.v2.1-of-4.h5", "map.v2.4-of-4.h5", "map.1-of-3.h5", "map.v2.1-of-3.txt", "map.v2.0-of-3.h5",
        "map.v2.4-of-3.h5", "map.v2.x-of-3.h5", "map.v2.1-of-.h5", "map.v2.1-of-3.h5.part"}) {
    touch(name);
  }
  EXPECT_EQ(part_of_another_split(out, 4), "");
  EXPECT_NE(part_of_another_split(out, 3), "");
  touch("map.v2.7-of-8.h5");
  EXPECT_EQ(part_of_another_split(out, 4), folder.file("map.v2.7-of-8.h5"));
}

TEST(Scheduler, IsAskedByName) {
  EXPECT_TRUE(parse_scheduler_shard("auto"));
  EXPECT_FALSE(parse_scheduler_shard("auto")->count);
  EXPECT_EQ(parse_scheduler_shard("auto/8")->count, 8);
  for (const char* text : {"", "1/8", "automatic", "/8"}) EXPECT_FALSE(parse_scheduler_shard(text)) << text;
  for (const char* text : {"auto/", "auto/0", "auto/-1", "auto/x", "auto/8/2"}) {
    EXPECT_THROW(parse_scheduler_shard(text), ConfigError) << text;
  }
}

TEST(Scheduler, KnowsATaskOfAnArrayThatIsCertain) {
  EXPECT_EQ(shard_in(slurm("0", "0", "7", "8")), "1/8");
  EXPECT_EQ(shard_in(slurm("8", "1", "8", "8")), "8/8");
  EXPECT_EQ(shard_in(slurm("1", "1", "1", "1")), "1/1");
  EXPECT_EQ(shard_in(sge("3", "1", "8", "1")), "3/8");
}

// What a task looks like that is submitted again, or one of a list with gaps.
TEST(Scheduler, RefusesAnArrayThatMayBeAPart) {
  EXPECT_THROW(shard_in(slurm("3", "3", "7", "2")), ConfigError) << "--array=3,7";
  EXPECT_THROW(shard_in(slurm("3", "3", "3", "1")), ConfigError) << "--array=3";
  EXPECT_THROW(shard_in(slurm("4", "4", "7", "4")), ConfigError) << "--array=4-7";
  EXPECT_THROW(shard_in(slurm("1", "1", "9", "4")), ConfigError) << "--array=1,3,4,9";
  EXPECT_THROW(shard_in(slurm("3", "1", "7", "4")), ConfigError) << "--array=1-7:2";
  EXPECT_THROW(shard_in({{"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_ARRAY_TASK_MIN", "1"}, {"SLURM_ARRAY_TASK_MAX", "4"}}),
               ConfigError);
  EXPECT_THROW(shard_in(sge("3", "3", "8", "1")), ConfigError);
  EXPECT_THROW(shard_in(sge("3", "1", "7", "2")), ConfigError);
  EXPECT_THROW(shard_in(sge("3", "1", "8", "undefined")), ConfigError);
  // These do not tell how large the array is.
  for (const char* name : {"PBS_ARRAY_INDEX", "PBS_ARRAYID", "LSB_JOBINDEX", "FLUX_JOB_CC"}) {
    EXPECT_THROW(shard_in({{name, "1"}}), ConfigError) << name;
  }
}

TEST(Scheduler, TakesTheNumberOfATaskOutOfWhatTheUserGives) {
  for (const char* name :
       {"PBS_ARRAY_INDEX", "PBS_ARRAYID", "LSB_JOBINDEX", "FLUX_JOB_CC", "SGE_TASK_ID", "SLURM_ARRAY_TASK_ID"}) {
    EXPECT_EQ(shard_in({{name, "1"}}, "auto/8"), "1/8") << name;
    EXPECT_EQ(shard_in({{name, "8"}}, "auto/8"), "8/8") << name;
    EXPECT_THROW(shard_in({{name, "9"}}, "auto/8"), ConfigError) << name;
    EXPECT_THROW(shard_in({{name, "0"}}, "auto/8"), ConfigError) << name;
    EXPECT_THROW(shard_in({{name, "x"}}, "auto/8"), ConfigError) << name;
  }
  // The same part as in the whole array, whichever tasks are submitted again.
  EXPECT_EQ(shard_in(slurm("3", "3", "3", "1"), "auto/8"), shard_in(slurm("3", "1", "8", "8")));
  EXPECT_EQ(shard_in(slurm("7", "3", "7", "2"), "auto/8"), shard_in(slurm("7", "1", "8", "8")));
  EXPECT_EQ(shard_in(sge("5", "5", "6", "1"), "auto/8"), shard_in(sge("5", "1", "8", "1")));
  // Task 3 of an array from 0 is its fourth part, and not the third.
  EXPECT_THROW(shard_in(slurm("3", "0", "7", "8"), "auto/8"), ConfigError);
}

TEST(Scheduler, AJobThatIsNoArrayHasNoTask) {
  EXPECT_THROW(shard_in({{"SGE_TASK_ID", "undefined"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SGE_TASK_ID", "undefined"}}, "auto/4"), ConfigError);
  EXPECT_THROW(shard_in({{"LSB_JOBINDEX", "0"}}, "auto/4"), ConfigError);
  EXPECT_EQ(shard_in({{"LSB_JOBINDEX", "0"}, {"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}), "2/2");
}

TEST(Scheduler, RefusesTwoArraysAtOnce) {
  Variables both = slurm("2", "1", "4", "4");
  both["FLUX_JOB_CC"] = "1";
  EXPECT_THROW(shard_in(both), ConfigError);
  EXPECT_THROW(shard_in(both, "auto/4"), ConfigError);
}

TEST(Scheduler, KnowsARank) {
  EXPECT_EQ(shard_in({{"SLURM_PROCID", "2"}, {"SLURM_STEP_NUM_TASKS", "4"}, {"SLURM_NTASKS", "8"}}), "3/4");
  EXPECT_EQ(shard_in({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}), "1/2");
  EXPECT_EQ(shard_in({{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "6"}}), "4/6");
  EXPECT_EQ(shard_in({{"FLUX_TASK_RANK", "1"}, {"FLUX_JOB_SIZE", "3"}}), "2/3");
  // mpirun inside a Slurm job: its daemons are the tasks of a step, one on each node.
  EXPECT_EQ(shard_in({{"OMPI_COMM_WORLD_RANK", "3"},
                      {"OMPI_COMM_WORLD_SIZE", "6"},
                      {"SLURM_PROCID", "1"},
                      {"SLURM_STEP_NUM_TASKS", "2"}}),
            "4/6");
  EXPECT_EQ(shard_in({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}, "auto/2"), "2/2");
  EXPECT_THROW(shard_in({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}, "auto/4"), ConfigError);
}

// It runs once, for all tasks of the job.
TEST(Scheduler, TakesABatchScriptForNoRank) {
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}), ConfigError);
  EXPECT_THROW(shard_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}, "auto/4"), ConfigError);
}

TEST(Scheduler, ARankWithinATaskIsAPartOfItsPart) {
  for (const char* wanted : {"auto", "auto/3"}) {
    std::map<std::string, int> seen;
    for (int task = 1; task <= 3; ++task) {
      for (int rank = 0; rank < 2; ++rank) {
        Variables variables = slurm(std::to_string(task), "1", "3", "3");
        variables["SLURM_PROCID"] = std::to_string(rank);
        variables["SLURM_STEP_NUM_TASKS"] = std::to_string(2);
        ++seen[shard_in(variables, wanted)];
      }
    }
    EXPECT_EQ(seen.size(), 6U);
    for (const auto& [shard, times] : seen) EXPECT_EQ(times, 1) << shard;
  }
}

/// "index/count of devices": what such a process takes of the GPUs of its node.
std::string device_share_in(const Variables& variables) {
  const DeviceShare share = device_share_from_scheduler([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
  EXPECT_NO_THROW(validate(share));
  return std::to_string(share.index) + "/" + std::to_string(share.count) + " of " + std::to_string(share.devices);
}

TEST(Scheduler, SharesTheDevicesOfANodeAmongItsRanks) {
  EXPECT_EQ(device_share_in({}), "0/1 of 0");
  EXPECT_EQ(device_share_in({{"OMPI_COMM_WORLD_LOCAL_RANK", "2"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"}}), "2/4 of 0");
  EXPECT_EQ(device_share_in({{"MV2_COMM_WORLD_LOCAL_RANK", "1"}, {"MV2_COMM_WORLD_LOCAL_SIZE", "2"}}), "1/2 of 0");
  EXPECT_EQ(device_share_in({{"MPI_LOCALRANKID", "3"}, {"MPI_LOCALNRANKS", "8"}}), "3/8 of 0");
  EXPECT_EQ(device_share_in({{"PMI_LOCAL_RANK", "3"}, {"PMI_LOCAL_SIZE", "4"}}), "3/4 of 0");
  EXPECT_EQ(device_share_in({{"FLUX_TASK_LOCAL_ID", "1"}, {"FLUX_JOB_SIZE", "7"}, {"FLUX_JOB_NNODES", "2"}}),
            "1/4 of 0");
}

Variables srun(const std::string& local, const std::string& node, const std::string& tasks_per_node) {
  return {{"SLURM_LOCALID", local}, {"SLURM_NODEID", node}, {"SLURM_STEP_TASKS_PER_NODE", tasks_per_node}};
}

TEST(Scheduler, FindsTheTasksOfItsNodeInSlurmsList) {
  EXPECT_EQ(device_share_in(srun("1", "0", "4")), "1/4 of 0");
  EXPECT_EQ(device_share_in(srun("1", "2", "4(x2),3,2(x10)")), "1/3 of 0");
  EXPECT_EQ(device_share_in(srun("1", "1", "4(x2),3,2(x10)")), "1/4 of 0");
  EXPECT_EQ(device_share_in(srun("1", "12", "4(x2),3,2(x10)")), "1/2 of 0");
  for (const char* list : {"", ",", "x", "4(x", "4(x)", "(x2)", "4(x2", "4(xy)"}) {
    EXPECT_EQ(device_share_in(srun("1", "5", list)), "0/1 of 0") << list;
  }
  Variables with_devices = srun("1", "0", "4");
  with_devices["SLURM_GPUS_ON_NODE"] = "8";
  EXPECT_EQ(device_share_in(with_devices), "1/4 of 8");
}

TEST(Scheduler, TakesTheRanksOfTheInnermostLauncher) {
  Variables variables = srun("0", "0", "1");  // mpirun in a step of one task
  variables["OMPI_COMM_WORLD_LOCAL_RANK"] = "1";
  variables["OMPI_COMM_WORLD_LOCAL_SIZE"] = "2";
  EXPECT_EQ(device_share_in(variables), "1/2 of 0");
}

TEST(Scheduler, LeavesTheDevicesOfABatchScriptAlone) {
  // It runs once for all tasks; srun has not set the size of a step.
  EXPECT_EQ(device_share_in({{"SLURM_LOCALID", "0"}, {"SLURM_NODEID", "0"}, {"SLURM_TASKS_PER_NODE", "4"}}),
            "0/1 of 0");
}

TEST(Scheduler, TakesAllDevicesWhereVariablesMakeNoSense) {
  for (const char* rank : {"", "x", "-1", "4", "5", "99999999999999999999"}) {
    EXPECT_EQ(device_share_in({{"OMPI_COMM_WORLD_LOCAL_RANK", rank}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"}}), "0/1 of 0")
        << rank;
  }
  EXPECT_EQ(device_share_in({{"MPI_LOCALRANKID", "0"}, {"MPI_LOCALNRANKS", "0"}}), "0/1 of 0");
  EXPECT_EQ(device_share_in({{"FLUX_TASK_LOCAL_ID", "0"}, {"FLUX_JOB_SIZE", "7"}, {"FLUX_JOB_NNODES", "0"}}),
            "0/1 of 0");
}

TEST(Scheduler, RefusesWhatItCannotUnderstand) {
  EXPECT_THROW(shard_in({}), ConfigError);
  EXPECT_THROW(shard_in({}, "auto/4"), ConfigError);
  EXPECT_THROW(shard_in({{"PMI_RANK", "2"}}), ConfigError);
  EXPECT_THROW(shard_in({{"PMI_RANK", "x"}, {"PMI_SIZE", "4"}}), ConfigError);
  EXPECT_THROW(shard_in({{"PMI_RANK", "4"}, {"PMI_SIZE", "4"}}), ConfigError);
  EXPECT_THROW(shard_in({{"PMI_RANK", "0"}, {"PMI_SIZE", "0"}}), ConfigError);
  EXPECT_THROW(shard_in({{"PMI_RANK", "-1"}, {"PMI_SIZE", "2"}}), ConfigError);
  EXPECT_THROW(shard_in(slurm("9", "1", "8", "8")), ConfigError);
  EXPECT_THROW(shard_in(slurm("1", "8", "1", "8")), ConfigError);
  EXPECT_THROW(shard_in({{"FLUX_JOB_CC", "2"}, {"PMI_RANK", "0"}, {"PMI_SIZE", "4611686018427387904"}}, "auto/4"),
               ConfigError);
}

}  // namespace
}  // namespace deadcone
