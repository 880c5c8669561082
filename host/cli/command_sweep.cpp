#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/error_text.hpp"
#include "cli/exit_status.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/scheduler.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "file/experiment.hpp"
#include "file/shard_path.hpp"
#include "file/stored_axes.hpp"
#include "sweep/remarks.hpp"

namespace deadcone {
namespace {

struct SweepOptions {
  Sweep sweep;
  AxisOptions axes;
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
};

/// A signal that asks a process to end.
struct EndingSignal {
  int number;
  bool kills_when_repeated;  ///< the user is impatient; others come again and again, as SIGXCPU every second
};
constexpr EndingSignal ending_signals[] = {
    {SIGINT, true},    // Ctrl-C
    {SIGTERM, true},   // kill; schedulers, some time before they kill
    {SIGHUP, false},   // the terminal is closed
    {SIGUSR1, false},  // schedulers before the end of a job, where asked to: Slurm --signal, SGE -notify, LSF -wa
    {SIGUSR2, false}, {SIGXCPU, false},  // the limit of processor time
};

/// While it lives, these signals set `meter.stop`, except those that were ignored: a shell starts what is not to be
/// interrupted that way, with & or nohup.
class StopOnSignal {
 public:
  explicit StopOnSignal(Meter& meter) {
    static_assert(std::atomic<bool>::is_always_lock_free);
    stop_ = &meter.stop;
    first_signal_ = 0;
    for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
      const EndingSignal& signal = ending_signals[i];
      sigaction(signal.number, nullptr, &old_[i]);
      if (old_[i].sa_handler == SIG_IGN) continue;
      struct sigaction action = {};
      action.sa_handler = [](int number) {
        if (first_signal_ == 0) first_signal_ = number;
        stop_->store(true);
      };
      action.sa_flags = static_cast<int>(SA_RESTART | (signal.kills_when_repeated ? SA_RESETHAND : 0U));
      sigaction(signal.number, &action, nullptr);
    }
  }
  ~StopOnSignal() {
    for (std::size_t i = 0; i < std::size(ending_signals); ++i) sigaction(ending_signals[i].number, &old_[i], nullptr);
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  /// The exit status of a process that a signal ended.
  static ExitStatus exit_status() { return status_of_signal(first_signal_); }

 private:
  static inline volatile std::sig_atomic_t first_signal_ = 0;
  static inline std::atomic<bool>* stop_ = nullptr;
  std::array<struct sigaction, std::size(ending_signals)> old_ = {};
};

std::unique_ptr<SweepSink> open_sink(const SweepOptions& options, const Mapper& mapper, const std::string& command_line,
                                     const Experiment& experiment) {
  if (options.dry_run) return std::make_unique<NoSink>();
  const ExistingFile existing = options.overwrite ? ExistingFile::overwrite
                                : options.resume  ? ExistingFile::resume
                                                  : ExistingFile::refuse;
  return std::make_unique<SweepWriter>(options.out, options.sweep,
                                       RunInfo{command_line, mapper.description(), options.missing_lock}, existing,
                                       experiment);
}

/// The part that the scheduler gives. It must not belong to another split than the parts that are there: the same job
/// may have been submitted again with other numbers.
Shard shard_from_scheduler(const SchedulerShard& wanted, const std::string& out) {
  const Shard shard = shard_from_scheduler(wanted, environment_variable);
  const std::string other = wanted.count || out.empty() ? "" : part_of_another_split(out, shard.count);
  if (other.empty()) return shard;
  throw ConfigError("--shard auto: this process would compute part " + to_string(shard) + ", but there is " + other +
                    "; give the number of parts (--shard auto/N or K/N), or remove the parts of the other split");
}

void report(const std::vector<std::string>& remarks) {
  for (const std::string& remark : remarks) std::cerr << remark << '\n';
}

/// Says on stderr what whoever uses the results has to know of the sweep.
void report_warnings(const Sweep& sweep, const Experiment& experiment) {
  const char* advice = sweep.precision == Precision::float32 ? "; --precision double rounds less" : "";
  for (const auto& [name, text] : experiment.warnings(sweep)) std::cerr << name << ": " << text << advice << '\n';
}

void run(SweepOptions& options, const std::string& command_line, const Experiment& experiment) {
  const Sweep& sweep = options.sweep;
  if (options.out.empty() && !options.dry_run) throw ConfigError("no output file: give --out FILE or --dry-run");
  if (options.overwrite && options.resume) throw ConfigError("--overwrite and --resume cannot be combined");
  check_not_config_file(options.out, options.config);
  validate(sweep);
  Shard& shard = options.execution.shard;
  if (options.scheduler_shard) options.shard = shard_from_scheduler(*options.scheduler_shard, options.out);
  if (options.shard) {
    shard = *options.shard;
    if (!options.out.empty()) options.out = path_of_shard(options.out, shard);
  }
  if (options.resume && !options.dry_run) adopt_stored_axes(options.out, options.sweep, experiment);
  const ProgressStyle style = options.quiet ? ProgressStyle::none : style_for_stderr(options.progress);
  options.execution.device_share = device_share_from_scheduler(environment_variable);
  const std::unique_ptr<Mapper> mapper = make_mapper(options.execution, [style](const std::string& line) {
    if (style != ProgressStyle::none) std::cerr << "device: " << in_one_line(line) << std::endl;
  });
  const std::unique_ptr<SweepSink> sink = open_sink(options, *mapper, command_line, experiment);
  if (options.execution.device == Device::automatic && style != ProgressStyle::none) {
    std::cerr << "device: " << mapper->description() << std::endl;
  }

  const std::vector<PointRun> runs = points_to_compute(sweep, shard, *sink);
  std::int64_t points = 0;
  for (const PointRun& run : runs) points += run.count;
  if (style != ProgressStyle::none) report(remarks_before(sweep, runs));
  if (style != ProgressStyle::none) report_warnings(sweep, experiment);
  Meter meter;
  Counts total;
  const StopOnSignal stop(meter);
  try {
    Progress progress(style, std::cerr, meter, points, sweep.plane.pixels());
    run_sweep(sweep, shard, *mapper, *sink, meter, [&](const FinishedPoints& finished) {
      for (const Counts& counts : finished.counts) total += counts;
      const auto [first, count] = finished.points;
      const auto last_name = [&sweep, last = first + count - 1] { return point_name(sweep, last); };
      progress.points_finished(count, last_name, finished.seconds);
    });
  } catch (const Interrupted&) {
    throw EndWithStatus(options.dry_run
                            ? "interrupted"
                            : "interrupted; " + options.out + " has the finished points, --resume continues",
                        StopOnSignal::exit_status());
  }
  if (style != ProgressStyle::none) report(remarks_after(total));
}

}  // namespace

Command add_sweep_command(CLI::App& main, const std::string& command_line, const Experiment& experiment) {
  auto options = std::make_shared<SweepOptions>();
  options->sweep = experiment.sweep;
  CLI::App* app = main.add_subcommand("sweep", "Map the fate of every pixel of a plane, at every point of a sweep");
  options->axes.add_to(*app, options->sweep);
  add_criteria_options(*app, options->sweep.criteria);
  add_refinement_options(*app, options->sweep.refinement);
  add_precision_option(*app, options->sweep.precision);
  add_fields_option(*app, experiment.field_options(), options->sweep);
  add_execution_options(*app, options->execution);
  app->add_option("--out", options->out, "output file (HDF5)")->type_name("FILE");
  app->add_flag("--overwrite", options->overwrite, "replace the output file if it exists");
  app->add_flag("--resume", options->resume, "continue the output file if it exists: compute the points that it lacks");
  add_lock_option(*app, options->missing_lock);
  add_text_option(
      *app, "--shard", "K/N|auto|auto/N",
      [options](const std::string& text) {
        options->scheduler_shard = parse_scheduler_shard(text);
        options->shard = options->scheduler_shard ? std::nullopt : std::make_optional(parse_shard(text));
      },
      "compute part K of N (K from 1): every N-th point, or group of small maps, written to FILE with .K-of-N before its "
      "extension. auto: take K and N from the scheduler (Slurm, PBS, SGE, LSF, Flux, mpirun); auto/N: take K from it. "
      "`deadcone merge` joins the parts");
  app->add_flag("--dry-run", options->dry_run, "compute everything and write no file: for timing");
  add_text_option(
      *app, "--progress", join_names<ProgressStyle>("|"),
      [style = &options->progress](const std::string& text) { *style = parse_name<ProgressStyle>(text); },
      "progress on stderr: " + explain_names<ProgressStyle>(), name_of(options->progress));
  app->add_flag("--quiet", options->quiet, "print only errors to stderr");
  add_config_option(*app, options->config);
  app->footer(explain_axes() + "\n" + explain_plane_axes() +
              "\nA sweep is the product of its axes. All numbers except seconds are dimensionless.");
  return {app, [app, options, command_line, &experiment] {
            apply_config_file(*app, options->config);
            options->axes.apply_to(options->sweep);
            run(*options, command_line, experiment);
          }};
}

}  // namespace deadcone
