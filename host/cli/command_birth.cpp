#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/error_text.hpp"
#include "cli/exit_status.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "cli/stop_on_signal.hpp"
#include "config/parse.hpp"
#include "deadcone/birth_file.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/network/birth.hpp"
#include "deadcone/network/birth_sweep.hpp"
#include "file/birth_experiment.hpp"
#include "network/birth_text.hpp"

namespace deadcone {
namespace {

struct BirthOptions {
  BirthSweep sweep;
  bool bias_has_deviation = false;  ///< --bias normal:S
  RunOptions run;
};

/// An option that takes a name of an enumeration.
template <class Kind>
void add_kind_option(CLI::App& app, const std::string& name, Kind& kind, const std::string& meaning) {
  add_text_option(
      app, name, join_names<Kind>("|"), [&kind](const std::string& text) { kind = parse_name<Kind>(text); },
      meaning + ": " + explain_names<Kind>(), name_of(kind));
}

void add_axes(CLI::App& app, BirthSweep& sweep) {
  for (const Named<BirthAxis>& axis : NameTable<BirthAxis>::values) {
    add_axis_option(app, option_of(axis.name).substr(2),
                    std::string(axis.meaning) + " (" + in_words(traits_of(axis.kind).bounds) + ")",
                    sweep.values(axis.kind));
  }
}

void add_network_options(CLI::App& app, BirthOptions& options) {
  BirthSweep& sweep = options.sweep;
  NetworkKind& kind = sweep.kind;
  add_text_option(
      app, "--widths", "N1,N2,...", [&sweep](const std::string& text) { sweep.widths = parse_widths(text); },
      "units of each hidden layer, in place of --width and --depth (" + in_words(1, largest_width) + ")");
  add_kind_option(app, "--init", kind.init, "how weights are drawn, with fan-in n and fan-out N");
  add_text_option(
      app, "--bias", "zero|init|normal:S",
      [&options](const std::string& text) { options.bias_has_deviation = set_bias(text, options.sweep); },
      "how biases are drawn: " + explain_names<BiasKind>() + ". normal:S is normal with --sigma-b S",
      name_of(kind.bias));
  add_kind_option(app, "--inputs", kind.inputs, "the points that a network is asked at");
  app.add_flag("--redraw,!--no-redraw", kind.redraw,
               "draw random inputs anew for each network (the default), or have one draw for all");
  add_number_option(app, "--leaky", birth_leak_bounds, kind.leak, "slope of the units below 0, in place of 0");
  add_kind_option(app, "--skip", kind.skip, "what a layer gets beside the output of the one before");
  app.add_flag_callback(
      "--residual", [&kind] { kind.skip = Skip::residual; }, "the same as --skip residual");
  app.add_flag("--batch-norm", kind.batch_norm, "normalise what enters a unit over the points");
  app.add_flag("--sign-flip", kind.sign_flip,
               "take (W, b) or (-W, -b) of each layer, whichever leaves more points alive");
  add_integer_option(
      app, "--networks", 1, largest_networks, [&sweep](std::int64_t number) { sweep.networks = number; },
      "networks at each point, at most", sweep.networks);
  add_number_option(
      app, "--precision-goal", goal_bounds, sweep.precision_goal,
      "stop at a point when the 95% interval of the probability is no wider, looked at after 2^k networks; 0: "
      "never");
  add_text_option(
      app, "--seed", "N",
      [&kind](const std::string& text) { kind.seed = static_cast<std::uint64_t>(parse_integer(text, 0)); },
      "of the random numbers; networks of the same number have the same ones at all points", std::to_string(kind.seed));
  add_precision_option(app, kind.precision);
}

/// Refuses axes that are given in vain.
void check_axes(const CLI::App& app, const BirthOptions& options) {
  std::vector<BirthAxis> given;
  for (const Named<BirthAxis>& axis : NameTable<BirthAxis>::values) {
    if (app.count(option_of(axis.name)) > 0) given.push_back(axis.kind);
  }
  check_given(options.sweep, given, options.bias_has_deviation);
}

/// 1.2e+09.
std::string rounded(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

void report_work(const BirthWork& work) {
  std::cerr << "birth: " << work.points << (work.points == 1 ? " point, " : " points, ") << rounded(work.networks)
            << " networks and " << rounded(work.multiply_adds) << " multiply-adds at most, "
            << rounded(work.memory / 1e6) << " MB of memory\n";
}

void run(BirthOptions& options, const std::string& command_line) {
  const BirthSweep& sweep = options.sweep;
  RunOptions& how = options.run;
  how.check();
  validate(sweep);
  how.choose_shard();
  const ProgressStyle style = how.style();
  const std::unique_ptr<BirthMapper> mapper = make_birth_mapper(how.execution, [style](const std::string& line) {
    if (style != ProgressStyle::none) std::cerr << "device: " << in_one_line(line) << std::endl;
  });
  if (style != ProgressStyle::none) std::cerr << "device: " << mapper->description() << std::endl;
  check_memory_of(sweep, how.execution.shard, *mapper);
  std::unique_ptr<BirthSink> sink;
  if (how.dry_run) {
    sink = std::make_unique<NoBirthSink>();
  } else {
    sink = std::make_unique<BirthWriter>(how.out, sweep, RunInfo{command_line, mapper->description(), how.missing_lock},
                                         how.existing());
  }
  const Schema schema = birth_schema(sweep);
  const BirthWork work = work_of(sweep, how.execution.shard, *mapper, *sink);
  if (style != ProgressStyle::none) report_work(work);
  Meter meter;
  const StopOnSignal stop(meter);
  try {
    Progress progress(style, std::cerr, meter, work.points, sweep.networks, "multiply-adds");
    run_births(sweep, how.execution.shard, *mapper, *sink, meter, [&](std::int64_t point, const BirthResult& result) {
      progress.points_finished(
          1, [&] { return point_name(schema, point); }, result.seconds);
    });
  } catch (const Interrupted&) {
    throw EndWithStatus(how.interruption(), StopOnSignal::exit_status());
  }
}

}  // namespace

Command add_birth_command(CLI::App& main, const std::string& command_line) {
  auto options = std::make_shared<BirthOptions>();
  CLI::App* app = main.add_subcommand("birth", "Find the probability that a deep network of rectifiers is born dead");
  add_axes(*app, options->sweep);
  add_network_options(*app, *options);
  options->run.add_to(*app, "point");
  app->footer(
      explain_axes() +
      "\nA sweep is the product of its axes. A network is born dead if some hidden layer puts out zero for every "
      "point; where none can (--leaky, --skip, --batch-norm), if one puts out the same for all points.");
  return {app, [app, options, command_line] {
            options->run.read_config(*app);
            check_axes(*app, *options);
            run(*options, command_line);
          }};
}

}  // namespace deadcone
