#include "cli/run_options.hpp"

#include "cli/config_file.hpp"
#include "cli/options.hpp"
#include "deadcone/errors.hpp"
#include "file/shard_path.hpp"

namespace deadcone {
namespace {

/// The part that the scheduler gives. It must not belong to another split than the parts that are there: the same job
/// may have been submitted again with other numbers.
Shard shard_from_scheduler(const SchedulerShard& wanted, const std::string& out) {
  const Shard shard = shard_from_scheduler(wanted, environment_variable);
  const std::string other = wanted.count || out.empty() ? "" : part_of_another_split(out, shard.count);
  if (other.empty()) return shard;
  throw ConfigError("--shard auto: this process would compute part " + to_string(shard) + ", but there is " + other +
                    "; give the number of parts (--shard auto/N or K/N), or remove the parts of the other split");
}

}  // namespace

void RunOptions::add_to(CLI::App& app, const std::string& parts) {
  add_execution_options(app, execution);
  app.add_option("--out", out, "output file (HDF5)")->type_name("FILE");
  app.add_flag("--overwrite", overwrite, "replace the output file if it exists");
  app.add_flag("--resume", resume, "continue the output file if it exists: compute the points that it lacks");
  add_lock_option(app, missing_lock);
  add_text_option(
      app, "--shard", "K/N|auto|auto/N",
      [this](const std::string& text) {
        scheduler_shard = parse_scheduler_shard(text);
        shard = scheduler_shard ? std::nullopt : std::make_optional(parse_shard(text));
      },
      "compute part K of N (K from 1): every N-th " + parts +
          ", written to FILE with .K-of-N before its extension. auto: take K and N from the scheduler (Slurm, PBS, SGE, "
          "LSF, Flux, mpirun); auto/N: take K from it. `deadcone merge` joins the parts");
  app.add_flag("--dry-run", dry_run, "compute everything and write no file: for timing");
  add_text_option(
      app, "--progress", join_names<ProgressStyle>("|"),
      [this](const std::string& text) { progress = parse_name<ProgressStyle>(text); },
      "progress on stderr: " + explain_names<ProgressStyle>(), name_of(progress));
  app.add_flag("--quiet", quiet, "print only errors to stderr");
  add_config_option(app, config);
}

void RunOptions::check() const {
  if (out.empty() && !dry_run) throw ConfigError("no output file: give --out FILE or --dry-run");
  if (overwrite && resume) throw ConfigError("--overwrite and --resume cannot be combined");
  check_not_config_file(out, config);
}

void RunOptions::choose_shard() {
  if (scheduler_shard) shard = shard_from_scheduler(*scheduler_shard, out);
  if (shard) {
    execution.shard = *shard;
    if (!out.empty()) out = path_of_shard(out, *shard);
  }
  execution.device_share = device_share_from_scheduler(environment_variable);
}

void RunOptions::read_config(CLI::App& app) const {
  apply_config_file(app, config);
}

}  // namespace deadcone
