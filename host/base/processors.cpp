#include "base/processors.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace deadcone {
namespace {

namespace fs = std::filesystem;

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// A mounted hierarchy of cgroups that may limit processor time.
struct Hierarchy {
  bool is_version_2;
  fs::path mount;
  std::string root;  ///< the group that is mounted there: not "/" in many containers
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Whether a list "cpu,cpuacct" has `word`.
bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// From /proc/self/mountinfo (proc_pid_mountinfo(5)): "32 31 0:29 ROOT MOUNT OPTIONS [TAG...] - TYPE SOURCE OPTIONS".
std::vector<Hierarchy> hierarchies(const fs::path& root) {
  std::ifstream file(root / "proc/self/mountinfo");
  std::vector<Hierarchy> found;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (dash - words.begin() < 6 || words.end() - dash < 4) continue;
    const bool is_version_2 = dash[1] == "cgroup2";
    if (is_version_2 || (dash[1] == "cgroup" && has_word(dash[3], "cpu"))) {
      found.push_back({is_version_2, root / fs::path(words[4]).relative_path(), words[3]});
    }
  }
  return found;
}

/// The group of this process, from /proc/self/cgroup (cgroups(7)): "0::PATH" in version 2, "1:cpu,cpuacct:PATH" before.
std::string group_of_this_process(const fs::path& root, bool is_version_2) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (is_version_2 ? line.starts_with("0::") : has_word(controllers, "cpu")) return line.substr(second + 1);
  }
  return "/";
}

/// The group below the mount; the mount itself where the group is not below it.
fs::path below_mount(const std::string& group, const std::string& mounted_root) {
  const fs::path relative = fs::path(group).lexically_relative(mounted_root);
  const bool is_below = !relative.empty() && std::find(relative.begin(), relative.end(), "..") == relative.end();
  return is_below ? relative : fs::path(".");
}

/// The number in a file; none where there is no such file or number.
std::optional<double> number_in(const fs::path& path) {
  std::ifstream file(path);
  double value = 0.0;
  if (!(file >> value)) return std::nullopt;
  return value;
}

/// The processors that one group allows.
double limit_of(const fs::path& group, bool is_version_2) {
  std::optional<double> quota;
  std::optional<double> period;
  if (is_version_2) {
    std::ifstream file(group / "cpu.max");  // "50000 100000", or "max 100000"
    double values[2] = {0.0, 0.0};
    if (file >> values[0] >> values[1]) {
      quota = values[0];
      period = values[1];
    }
  } else {
    quota = number_in(group / "cpu.cfs_quota_us");  // -1 where there is none
    period = number_in(group / "cpu.cfs_period_us");
  }
  return quota && period && *quota > 0.0 && *period > 0.0 ? *quota / *period : no_limit;
}

/// Processors in the affinity mask.
int processors_of_affinity() {
  constexpr int most = 1 << 20;
  for (int count = CPU_SETSIZE; count <= most; count *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(static_cast<std::size_t>(count)),
                                                               [](cpu_set_t* p) { CPU_FREE(p); });
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(count));
    if (set && sched_getaffinity(0, bytes, set.get()) == 0) return CPU_COUNT_S(bytes, set.get());
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// The positive number that a variable begins with (OMP_NUM_THREADS may be a list, "8,2"); none if there is none.
std::optional<int> positive(const char* text) {
  if (text == nullptr) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc() || value < 1 || (*end != '\0' && *end != ',')) return std::nullopt;
  return value;
}

}  // namespace

double cgroup_processors(const fs::path& root) {
  double limit = no_limit;
  for (const Hierarchy& hierarchy : hierarchies(root)) {
    const std::string group = group_of_this_process(root, hierarchy.is_version_2);
    fs::path below = below_mount(group, hierarchy.root);
    while (true) {
      limit = std::min(limit, limit_of(hierarchy.mount / below, hierarchy.is_version_2));
      if (below.empty() || below == ".") break;
      below = below.parent_path();
    }
  }
  return limit;
}

int available_processors() {
  // A part of a processor is worth a thread, too: 1.5 of them are used by two.
  const double processors = std::min<double>(processors_of_affinity(), std::ceil(cgroup_processors()));
  return std::max(1, static_cast<int>(processors));
}

int threads_for(int processors, const char* slurm_cpus_per_task, const char* omp_num_threads) {
  for (const char* variable : {slurm_cpus_per_task, omp_num_threads}) {
    if (const std::optional<int> wanted = positive(variable)) return std::min(*wanted, processors);
  }
  return processors;
}

int default_threads() {
  return threads_for(available_processors(), std::getenv("SLURM_CPUS_PER_TASK"), std::getenv("OMP_NUM_THREADS"));
}

}  // namespace deadcone
