#pragma once

// How many threads suit the processors that this process may use.

#include <filesystem>

namespace deadcone {

/// The processor time that the cgroups of this process allow, its own and all above it, of version 1 and 2, in
/// processors: 1.5 for 150 ms in 100 ms; infinity where there is no limit. /proc and the cgroups are read under `root`.
double cgroup_processors(const std::filesystem::path& root = "/");

/// The processors that this process may use: those of its affinity mask, as far as its cgroups allow; at least 1.
int available_processors();

/// The number of threads for `processors`, by the variables SLURM_CPUS_PER_TASK and OMP_NUM_THREADS (null where they
/// are not set): the first that holds a positive number decides, up to `processors`; all processors where none does.
int threads_for(int processors, const char* slurm_cpus_per_task, const char* omp_num_threads);

/// The number of threads where the user names none: for available_processors(), by this process's variables.
int default_threads();

}  // namespace deadcone
