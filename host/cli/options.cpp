#include "cli/options.hpp"

#include "config/axis_values.hpp"
#include "config/optimizer_text.hpp"
#include "config/parse.hpp"
#include "config/unit_text.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

std::string text_of(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + shortest(value);
  return text;
}

std::string text_of(const Range& range) {
  return shortest(range.lo) + ":" + shortest(range.hi) + ":" + std::to_string(range.count);
}

/// Throws what is wrong with a text as an axis, in the plane or not, unless it would do in the other place.
void check_axis_text(const std::string& text, bool is_in_plane) {
  const auto check = [&text](bool as_in_plane) {
    if (as_in_plane) {
      parse_plane_range(text);
    } else {
      parse_axis(text);
    }
  };
  try {
    check(is_in_plane);
  } catch (const ConfigError&) {
    try {
      check(!is_in_plane);
      return;
    } catch (const ConfigError&) {
      // Then the first error is what matters.
    }
    throw;
  }
}

}  // namespace

CLI::Option* add_text_option(CLI::App& app, const std::string& name, const std::string& type,
                             const std::function<void(const std::string&)>& take, const std::string& description,
                             const std::string& default_text) {
  const std::string proper_name = name.substr(0, name.find(','));
  const std::function<void(const std::string&)> take_named = [proper_name, take](const std::string& text) {
    try {
      take(text);
    } catch (const ConfigError& error) {
      throw ConfigError(proper_name + ": " + error.what());
    }
  };
  CLI::Option* option = app.add_option_function<std::string>(name, take_named, description)->type_name(type);
  if (!default_text.empty()) option->default_str(default_text);
  return option;
}

CLI::Option* add_integer_option(CLI::App& app, const std::string& name, std::int64_t lo, std::int64_t hi,
                                const std::function<void(std::int64_t)>& take, const std::string& description,
                                std::int64_t default_value) {
  return add_text_option(
      app, name, "N", [=](const std::string& text) { take(parse_integer(text, lo, hi)); },
      description + " (" + in_words(lo, hi) + ")", std::to_string(default_value));
}

CLI::Option* add_number_option(CLI::App& app, const std::string& name, const Bounds& bounds, double& value,
                               const std::string& description) {
  return add_text_option(
      app, name, "X", [&value](const std::string& text) { value = parse_number(text); },
      description + " (" + in_words(bounds) + ")", shortest(value));
}

std::string explain(Axis axis) {
  return meaning_of(axis) + std::string(" (") + in_words(bounds_of(axis)) + ")";
}

std::string explain_axes() {
  return "An AXIS is a value 0.9, a list 0,0.7,0.9, LO:HI:N (N points, both ends included) or log:LO:HI:N; N is " +
         in_words(1, largest_side) + ".";
}

void add_axis_option(CLI::App& app, const std::string& name, const std::string& meaning, std::vector<double>& values) {
  add_text_option(
      app, "--" + name, "AXIS", [&values](const std::string& text) { values = parse_axis(text); }, meaning,
      text_of(values));
}

std::string explain_plane_axes() {
  return "One in the plane is LO:HI:N, the centres of N pixels between LO and HI, or log:LO:HI:N, the same in the "
         "logarithm.";
}

void add_unit_option(CLI::App& app, Unit& unit) {
  add_text_option(
      app, "--unit", unit_forms(), [&unit](const std::string& text) { unit = parse_unit(text); },
      "the activation: " + explain_names<UnitKind>(), unit_text(unit));
}

void TrainingOptions::add_to(CLI::App& app) {
  add_unit_option(app, unit);
  add_text_option(
      app, "--optimizer", join_names<OptimizerKind>("|"),
      [this](const std::string& text) { optimizer.kind = parse_name<OptimizerKind>(text); },
      "what makes an update of a gradient: " + explain_names<OptimizerKind>(), name_of(optimizer.kind));
}

void TrainingOptions::add_schedule_to(CLI::App& app, const std::function<void(Axis, const std::string&)>& take) {
  add_text_option(
      app, "--schedule", schedule_forms(),
      [this, take](const std::string& text) {
        const auto [schedule, warmup] = parse_schedule(text);
        if (!warmup.empty()) take(Axis::warmup, warmup);
        optimizer.schedule = schedule;
        optimizer.has_warmup = !warmup.empty();
      },
      "what multiplies the learning rate: " + explain_names<ScheduleKind>() +
          "; warmup: a line up to 1 in the first T updates, then the other. T of warmup may be an AXIS",
      schedule_text(optimizer.schedule));
  add_text_option(
      app, "--clip", "none|norm:C|value:C",
      [this, take](const std::string& text) {
        const auto [kind, bound] = parse_clip(text);
        if (!bound.empty()) take(Axis::clip, bound);
        optimizer.clip = kind;
      },
      "how gradients are clipped: " + explain_names<ClipKind>() + ". C may be an AXIS", name_of(optimizer.clip));
}

bool has_own_option(Axis axis) {
  return axis != Axis::clip && axis != Axis::warmup;
}

void AxisOptions::add_to(CLI::App& app, const Sweep& sweep) {
  plane_ = sweep.plane;
  texts_.resize(sweep.axes.size());
  training_.add_to(app);
  // Before the axes: CLI11 takes options in the order in which they are added.
  add_text_option(
      app, "--plane", "X,Y", [this](const std::string& text) { parse_plane(text, plane_); },
      "the two axes whose values are the pixels of a map: X along its columns, Y along its rows, of " +
          join_names<Axis>(", "),
      std::string(name_of(plane_.x_axis)) + "," + name_of(plane_.y_axis));
  const auto take = [this](std::size_t axis, const std::string& text) {
    check_axis_text(text, plane_.range_of(axis) != nullptr);
    texts_[axis] = text;
  };
  training_.add_schedule_to(app,
                            [take](Axis axis, const std::string& text) { take(static_cast<std::size_t>(axis), text); });
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    if (axis < count_of<Axis> && !has_own_option(static_cast<Axis>(axis))) continue;
    const auto& [name, meaning, place, values, bounds, side] = sweep.axes[axis];
    const Range* range = sweep.plane.range_of(axis);
    add_text_option(
        app, "--" + name, "AXIS", [take, axis](const std::string& text) { take(axis, text); },
        meaning + " (" + in_words(bounds) + ")", range != nullptr ? text_of(*range) : text_of(values));
  }
}

void AxisOptions::apply_to(Sweep& sweep) const {
  GivenSweep given = {training_.unit, training_.optimizer, plane_, {}};
  for (const std::string& text : texts_) given.axes.push_back(text.empty() ? GivenAxis() : GivenAxis(text));
  set_axes(given, sweep);
}

void add_window_options(CLI::App& app, Window& window, const std::string& what) {
  const auto add = [&app](const std::string& name, Range& range, const std::string& description) {
    add_text_option(
        app, name, "LO:HI:N", [&range](const std::string& text) { range = parse_range(text); }, description,
        text_of(range));
  };
  const std::string pixels = ": the centres of N pixels between LO and HI (N " + in_words(1, largest_side) + ")";
  add("--w", window.w, what + "weight along the target direction" + pixels);
  add("--b", window.b, what + "bias" + pixels);
}

void add_criteria_options(CLI::App& app, Criteria& criteria) {
  add_text_option(
      app, "--stop", join_names<StopRule>("|"),
      [&criteria](const std::string& text) { criteria.stop = parse_name<StopRule>(text); },
      "when a trajectory comes to rest: " + explain_names<StopRule>(), name_of(criteria.stop));
  add_number_option(app, "--tol", tolerance_bounds, criteria.tolerance,
                    "tolerance: the length below which an update counts as zero");
  app.add_flag("--tol-relative", criteria.relative_tolerance, "multiply --tol by |(gamma, delta)|");
  add_number_option(app, "--rho", rho_bounds, criteria.rho,
                    "converged: rests within rho |(gamma, delta)| of the target");
  add_number_option(app, "--epsilon", epsilon_bounds, criteria.epsilon,
                    "dead: rests where the unit is active with a probability below this");
  add_integer_option(
      app, "--max-updates,--max-steps", 1, largest_max_updates,
      [&criteria](std::int64_t number) { criteria.max_updates = number; }, "largest number of updates",
      criteria.max_updates);
  app.add_flag("--certify", criteria.certify,
               "end a trajectory as soon as its fate is proved: the same fates in a fraction of the time");
  add_integer_option(
      app, "--cycles", 0, largest_orbit, [&criteria](std::int64_t number) { criteria.longest_cycle = number; },
      "longest period to look for after the last update of a trajectory; 0: none", criteria.longest_cycle);
  add_integer_option(
      app, "--lyapunov", 0, largest_orbit, [&criteria](std::int64_t number) { criteria.lyapunov_updates = number; },
      "updates after the end of a trajectory to measure its Lyapunov exponent; 0: it is not measured",
      criteria.lyapunov_updates);
}

void add_fields_option(CLI::App& app, const std::vector<FieldOption>& options, Sweep& sweep) {
  std::string help = "results to keep for every pixel, a list of: fate (always kept)";
  std::string defaults = "fate";
  for (const FieldOption& option : options) {
    help += ", " + option.word + " (" + option.meaning + ")";
    if (option.place != nullptr && sweep.fields.*option.place) defaults += "," + option.word;
  }
  add_text_option(
      app, "--fields", "LIST", [options, &sweep](const std::string& text) { parse_fields(text, options, sweep); }, help,
      defaults);
}

void add_refinement_options(CLI::App& app, Refinement& refinement) {
  add_text_option(
      app, "--refine", "[" + join_names<RefinementKind>("|") + "]",
      [&refinement](const std::string& text) {
        refinement.kind = text.empty() ? RefinementKind::borders : parse_refinement(text);
      },
      "fill blocks of pixels instead of computing them: blocks whose border has one fate (borders, the default), or "
      "only blocks whose fate is proved (exact)")
      ->expected(0, 1);
  add_number_option(app, "--refine-sample", sample_bounds, refinement.sample,
                    "share of the filled pixels to compute as a check; a block with another fate inside is split");
}

void add_precision_option(CLI::App& app, Precision& precision) {
  add_text_option(
      app, "--precision", join_names<Precision>("|"),
      [&precision](const std::string& text) { precision = parse_name<Precision>(text); },
      "number type of the computation: " + explain_names<Precision>(), name_of(precision));
}

void add_threads_option(CLI::App& app, int& threads) {
  add_integer_option(
      app, "--threads", 0, largest_threads, [&threads](std::int64_t number) { threads = static_cast<int>(number); },
      "CPU threads; 0: as many as this process may use", threads);
}

void add_execution_options(CLI::App& app, Execution& execution) {
  add_text_option(
      app, "--device", join_names<Device>("|"),
      [&execution](const std::string& text) { execution.device = parse_name<Device>(text); },
      "where to compute: " + explain_names<Device>() + "; results are the same", name_of(execution.device));
  add_threads_option(app, execution.threads);
}

void add_lock_option(CLI::App& app, MissingLock& missing_lock) {
  app.add_flag_callback(
      "--no-lock", [&missing_lock] { missing_lock = MissingLock::go_on; },
      "write also where the file system cannot lock the output file: then nothing keeps others from writing it, too");
}

void add_config_option(CLI::App& app, std::string& path) {
  app.add_option("--config", path, "TOML file that sets these options by name; the command line takes precedence")
      ->type_name("FILE");
}

}  // namespace deadcone
