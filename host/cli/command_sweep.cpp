#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/error_text.hpp"
#include "cli/exit_status.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "cli/stop_on_signal.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "file/experiment.hpp"
#include "file/stored_axes.hpp"
#include "sweep/remarks.hpp"

namespace deadcone {
namespace {

struct SweepOptions {
  Sweep sweep;
  AxisOptions axes;
  RunOptions run;
};

std::unique_ptr<SweepSink> open_sink(const SweepOptions& options, const Mapper& mapper, const std::string& command_line,
                                     const Experiment& experiment) {
  const RunOptions& how = options.run;
  if (how.dry_run) return std::make_unique<NoSink>();
  return std::make_unique<SweepWriter>(how.out, options.sweep,
                                       RunInfo{command_line, mapper.description(), how.missing_lock}, how.existing(),
                                       experiment);
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
  RunOptions& how = options.run;
  how.check();
  validate(sweep);
  how.choose_shard();
  const Shard& shard = how.execution.shard;
  if (how.resume && !how.dry_run) adopt_stored_axes(how.out, options.sweep, experiment);
  const ProgressStyle style = how.style();
  const std::unique_ptr<Mapper> mapper = make_mapper(how.execution, [style](const std::string& line) {
    if (style != ProgressStyle::none) std::cerr << "device: " << in_one_line(line) << std::endl;
  });
  const std::unique_ptr<SweepSink> sink = open_sink(options, *mapper, command_line, experiment);
  if (how.execution.device == Device::automatic && style != ProgressStyle::none) {
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
    throw EndWithStatus(how.interruption(), StopOnSignal::exit_status());
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
  options->run.add_to(*app, "point, or group of small maps");
  app->footer(explain_axes() + "\n" + explain_plane_axes() +
              "\nA sweep is the product of its axes. All numbers except seconds are dimensionless.");
  return {app, [app, options, command_line, &experiment] {
            options->run.read_config(*app);
            options->axes.apply_to(options->sweep);
            run(*options, command_line, experiment);
          }};
}

}  // namespace deadcone
