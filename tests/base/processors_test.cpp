// The processors that a process may use, and the threads for them. Trees of files stand for /proc and the cgroups.

#include "base/processors.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;  // paths below the root, and texts

constexpr double no_limit = std::numeric_limits<double>::infinity();

double limit_in(const Files& files) {
  const test::TemporaryFolder folder;
  for (const auto& [path, text] : files) {
    const std::filesystem::path file = std::filesystem::path(folder.path()) / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  return cgroup_processors(folder.path());
}

const char* const unified = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const char* const separate =
    "30 23 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "31 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";

TEST(Processors, AreNotLimitedWithoutCgroups) {
  EXPECT_EQ(limit_in({}), no_limit);
  EXPECT_EQ(limit_in({{"proc/self/cgroup", ""}, {"proc/self/mountinfo", "\n- cgroup2\n1 2 3 4 - cgroup2 x\n"}}),
            no_limit);
  EXPECT_EQ(limit_in({{"proc/self/cgroup", "0::/\n"}, {"proc/self/mountinfo", unified}}), no_limit);
}

TEST(Processors, AreLimitedByAGroupOrOneAboveIt) {
  const auto limit = [](const std::string& own, const std::string& above, const std::string& top) {
    return limit_in({{"proc/self/cgroup", "0::/slurm/job_7/step_0\n"},
                     {"proc/self/mountinfo", unified},
                     {"sys/fs/cgroup/slurm/job_7/step_0/cpu.max", own},
                     {"sys/fs/cgroup/slurm/job_7/cpu.max", above},
                     {"sys/fs/cgroup/cpu.max", top}});
  };
  const std::string none = "max 100000\n";
  EXPECT_EQ(limit(none, none, none), no_limit);
  EXPECT_EQ(limit("150000 100000\n", none, none), 1.5);
  EXPECT_EQ(limit(none, "200000 100000\n", none), 2.0);
  EXPECT_EQ(limit(none, none, "50000 100000\n"), 0.5);
  EXPECT_EQ(limit("800000 100000\n", "400000 200000\n", "300000 100000\n"), 2.0);
  EXPECT_EQ(limit("nonsense\n", "0 100000\n", "100000 0\n"), no_limit);
}

TEST(Processors, AreLimitedInVersion1) {
  const auto limit = [](const std::string& own, const std::string& above) {
    return limit_in({{"proc/self/cgroup", "5:memory:/other\n4:cpuacct,cpu:/pbs/12\n1:name=systemd:/\n0::/\n"},
                     {"proc/self/mountinfo", separate},
                     {"sys/fs/cgroup/cpu,cpuacct/pbs/12/cpu.cfs_quota_us", own},
                     {"sys/fs/cgroup/cpu,cpuacct/pbs/12/cpu.cfs_period_us", "50000\n"},
                     {"sys/fs/cgroup/cpu,cpuacct/pbs/cpu.cfs_quota_us", above},
                     {"sys/fs/cgroup/cpu,cpuacct/pbs/cpu.cfs_period_us", "100000\n"},
                     {"sys/fs/cgroup/memory/other/cpu.cfs_quota_us", "1\n"},
                     {"sys/fs/cgroup/memory/other/cpu.cfs_period_us", "100000\n"}});
  };
  EXPECT_EQ(limit("-1\n", "-1\n"), no_limit);
  EXPECT_EQ(limit("150000\n", "-1\n"), 3.0);
  EXPECT_EQ(limit("-1\n", "100000\n"), 1.0);
  EXPECT_EQ(limit("150000\n", "200000\n"), 2.0);
}

TEST(Processors, AreLimitedByBothVersionsAtOnce) {
  const std::string both = std::string(separate) + "41 30 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
  const auto limit = [&](const std::string& version_1, const std::string& version_2) {
    return limit_in({{"proc/self/cgroup", "4:cpu,cpuacct:/\n0::/a\n"},
                     {"proc/self/mountinfo", both},
                     {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", version_1},
                     {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"},
                     {"sys/fs/cgroup/unified/a/cpu.max", version_2}});
  };
  EXPECT_EQ(limit("200000\n", "max 100000\n"), 2.0);
  EXPECT_EQ(limit("200000\n", "100000 100000\n"), 1.0);
}

// A container sees its own group mounted, but may read the name that the group has outside.
TEST(Processors, AreLimitedInAContainer) {
  const std::string mounts = "31 23 0:28 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n";
  const Files limits = {{"sys/fs/cgroup/cpu.max", "200000 100000\n"},
                        {"sys/fs/cgroup/inner/cpu.max", "100000 100000\n"}};
  const auto limit = [&](const std::string& group) {
    Files files = {{"proc/self/cgroup", "0::" + group + "\n"}, {"proc/self/mountinfo", mounts}};
    files.insert(files.end(), limits.begin(), limits.end());
    return limit_in(files);
  };
  EXPECT_EQ(limit("/docker/abc"), 2.0);
  EXPECT_EQ(limit("/docker/abc/inner"), 1.0);
  for (const char* outside : {"/", "/docker/abcd/inner", "/../inner", "/docker/abc/../../inner"}) {
    EXPECT_EQ(limit(outside), 2.0) << outside;
  }
}

TEST(Processors, AreThoseOfTheAffinity) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(available_processors(), 1);
  EXPECT_LE(available_processors(), CPU_COUNT(&before));
  // Of one thread alone, which ends here.
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &before)) ++cpu;
    CPU_SET(cpu, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(available_processors(), 1);
  }).join();
}

TEST(Processors, TheEnvironmentSaysHowManyAreWanted) {
  EXPECT_EQ(threads_for(8, nullptr, nullptr), 8);
  EXPECT_EQ(threads_for(8, "4", nullptr), 4);
  EXPECT_EQ(threads_for(8, nullptr, "2"), 2);
  EXPECT_EQ(threads_for(8, nullptr, "2,3"), 2);
  EXPECT_EQ(threads_for(8, "4", "1"), 4) << "the scheduler knows better than a default of the site";
  EXPECT_EQ(threads_for(8, "64", "64"), 8) << "never more than there are";
  for (const char* nonsense : {"", "0", "-2", "x", "2x", "1e9", "99999999999"}) {
    EXPECT_EQ(threads_for(8, nonsense, nonsense), 8) << nonsense;
    EXPECT_EQ(threads_for(8, nonsense, "2"), 2) << nonsense;
  }
}

}  // namespace
}  // namespace deadcone
