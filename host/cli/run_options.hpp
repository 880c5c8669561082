#pragma once

// The options of commands that compute and write a file: where, what to do with a file that is there, which part, how much to say.

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

#include "cli/progress.hpp"
#include "cli/scheduler.hpp"
#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"

namespace deadcone {

struct RunOptions {
  Execution execution;
  std::string out;
  bool overwrite = false;
  bool resume = false;
  MissingLock missing_lock = MissingLock::refuse;
  bool dry_run = false;
  std::optional<Shard> shard;                     ///< as the user gives it
  std::optional<SchedulerShard> scheduler_shard;  ///< that the scheduler gives
  ProgressStyle progress = ProgressStyle::automatic;
  bool quiet = false;
  std::string config;

  /// Adds them: --device to --config. `parts` says what a part of --shard has. This outlives the app.
  void add_to(CLI::App& app, const std::string& parts);
  /// Throws ConfigError where they do not go together.
  void check() const;
  /// Finds out which part this process computes, and its file.
  void choose_shard();
  /// Reads the configuration file, for options that are not given.
  void read_config(CLI::App& app) const;

  ExistingFile existing() const {
    return overwrite ? ExistingFile::overwrite : resume ? ExistingFile::resume : ExistingFile::refuse;
  }
  ProgressStyle style() const { return quiet ? ProgressStyle::none : style_for_stderr(progress); }
  /// What to say when the work was interrupted.
  std::string interruption() const {
    return dry_run ? "interrupted" : "interrupted; " + out + " has the finished points, --resume continues";
  }
};

}  // namespace deadcone
