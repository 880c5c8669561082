// The extension module deadcone._core: what the Python package calls. Everything here is private to it; the functions that
// users call, with their documentation, are in python/deadcone/.

#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <complex>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "base/build_info.hpp"
#include "base/memory.hpp"
#include "birth_arguments.hpp"
#include "birth_run.hpp"
#include "config/parse.hpp"
#include "config/unit_text.hpp"
#include "deadcone/analysis.hpp"
#include "deadcone/birth_file.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/gradient_field.hpp"
#include "deadcone/run_trajectory.hpp"
#include "deadcone/unit/affine.hpp"
#include "deadcone/verify.hpp"
#include "file/birth_experiment.hpp"
#include "file/merge_results.hpp"
#include "numpy_arrays.hpp"
#include "register_errors.hpp"
#include "sweep_run.hpp"
#include "tasks.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;

MissingLock missing_lock_of(bool lock) {
  return lock ? MissingLock::refuse : MissingLock::go_on;
}

ExistingFile existing_of(bool overwrite, bool resume) {
  if (overwrite && resume) throw ConfigError("overwrite and resume cannot be combined");
  return overwrite ? ExistingFile::overwrite : resume ? ExistingFile::resume : ExistingFile::refuse;
}

/// A trajectory as columns.
class Columns {
 public:
  void add(const TrajectoryState& state) {
    if (rows() == next_check_) {
      check_memory(next_check_ * bytes_of_row, "the trajectory takes more than");
      next_check_ *= 2;
    }
    updates_.push_back(state.updates);
    const double values[] = {state.theta.w,       state.theta.b,    state.theta.r,    state.leak,
                             state.momentum.w,    state.momentum.b, state.momentum.r, state.update_norm,
                             state.gradient_norm, state.loss};
    for (std::size_t i = 0; i < std::size(values); ++i) columns_[i].push_back(values[i]);
  }

  nb::dict to_dict(Precision precision, bool has_leak) {
    nb::dict all;
    all["step"] = to_numpy(std::move(updates_));
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (std::string(names[i]) == "leak" && !has_leak) continue;
      all[names[i]] = precision == Precision::float64
                          ? to_numpy(std::move(columns_[i]))
                          : to_numpy(std::vector<float>(columns_[i].begin(), columns_[i].end()));
    }
    return all;
  }

 private:
  static constexpr const char* names[] = {"w",          "b",          "r",           "leak",          "momentum_w",
                                          "momentum_b", "momentum_r", "update_norm", "gradient_norm", "loss"};
  static constexpr std::int64_t bytes_of_row = sizeof(std::int32_t) + std::size(names) * sizeof(double);

  std::int64_t rows() const { return static_cast<std::int64_t>(updates_.size()); }

  std::int64_t next_check_ = 1 << 20;
  std::vector<std::int32_t> updates_;
  std::vector<double> columns_[std::size(names)];
};

nb::dict trace(double w, double b, const nb::kwargs& arguments) {
  const Map map = map_of(arguments, unit_experiment());
  validate_start(w, b, map.point, map.criteria, map.precision, map.unit, map.optimizer);
  std::atomic<bool> stop = false;
  Columns columns;
  TrajectoryOutcome outcome = {};
  run_task(
      [&] {
        outcome = run_trajectory(map, w, b, [&](const TrajectoryState& state) {
          if (stop) throw Interrupted();
          columns.add(state);
        });
      },
      stop);
  nb::dict all;
  all["columns"] = columns.to_dict(map.precision, learns_leak(map.unit));
  all["fate"] = name_of(outcome.fate);
  all["proof"] = name_of(outcome.proof);
  all["updates"] = outcome.updates;
  if (outcome.fate == Fate::other_minimum) all["minimum"] = outcome.minimum;
  if (map.criteria.longest_cycle > 0) all["period"] = outcome.period;
  if (map.criteria.lyapunov_updates > 0) all["lyapunov"] = outcome.lyapunov;
  nb::dict axes;  // those that the trajectory depends on
  const Sweep defaults;
  for (std::size_t axis = 0; axis < defaults.axes.size(); ++axis) {
    const SweepAxis& each = defaults.axes[axis];
    if (each.place != nullptr && is_used(static_cast<Axis>(axis), map.unit, map.optimizer))
      axes[each.name.c_str()] = nb::make_tuple(map.point.*each.place, each.meaning);
  }
  all["axes"] = axes;
  return all;
}

nb::dict spectrum(const std::vector<double>& beta, double eta) {
  for (const double each : beta) validate({.beta = each, .eta = eta}, {}, Precision::float64);
  constexpr const char* names[] = {"re1", "im1", "re2", "im2", "abs1", "abs2"};
  std::vector<double> columns[std::size(names)];
  for (const double each : beta) {
    const auto [first, second] = affine_eigenvalues(each, eta);
    const double values[] = {first.real(),  first.imag(),    second.real(),
                             second.imag(), std::abs(first), std::abs(second)};
    for (std::size_t i = 0; i < std::size(names); ++i) columns[i].push_back(values[i]);
  }
  nb::dict all;
  for (std::size_t i = 0; i < std::size(names); ++i) all[names[i]] = to_numpy(std::move(columns[i]));
  all["critical_beta"] = affine_critical_momentum(eta);
  return all;
}

/// Runs work on files.
void run_file_task(const std::function<void()>& work, std::atomic<bool>& stop,
                   const std::function<void()>& report = {}) {
  run_task(
      [&work] {
        const FileUse use;
        work();
      },
      stop, report);
}

void field(const std::string& path, const std::string& unit, const std::vector<double>& gamma,
           const std::vector<double>& delta, const std::vector<double>& r, const std::string& w, const std::string& b,
           const std::string& call, bool overwrite, bool lock) {
  const GradientFieldGrid grid = {parse_unit(unit), gamma, delta, r, {parse_range(w), parse_range(b)}};
  std::atomic<bool> stop = false;
  run_file_task([&] { write_gradient_field(path, grid, call, overwrite, missing_lock_of(lock)); }, stop);
}

/// Of what is wrong with a file, so much is listed.
constexpr std::size_t most_listed = 100;

bool holds_births(const std::string& path) {
  std::atomic<bool> stop = false;
  bool found = false;
  run_file_task([&] { found = is_birth_file(path); }, stop);
  return found;
}

nb::dict verify(const std::string& path, const VerifyOptions& options, const nb::object& report) {
  std::vector<std::string> findings;
  const auto list = [&findings](const std::string& finding) {
    if (findings.size() < most_listed) findings.push_back(finding);
  };
  VerifyObserver observer;
  observer.wrong_pixel = [&list](const Sweep& sweep, const WrongPixel& pixel) {
    list("point " + std::to_string(pixel.point) + " (" + point_name(sweep, pixel.point) + "), row " +
         std::to_string(pixel.row) + ", column " + std::to_string(pixel.column) + ": " +
         (pixel.filled ? "filled " : "") + pixel.field + " is " + pixel.stored + ", should be " + pixel.computed);
  };
  observer.wrong_counts = [&list](const Sweep& sweep, std::int64_t point, const std::string& names) {
    list("point " + std::to_string(point) + " (" + point_name(sweep, point) +
         "): its counts are not those of its pixels: " + names);
  };
  observer.wrong_value = list;
  VerifyReport found;
  std::function<void()> call_report;
  if (!report.is_none()) call_report = [&] { report(observer.meter.pixels.load()); };
  run_file_task([&] { found = verify_file(path, options, observer); }, observer.meter.stop, call_report);
  nb::dict all;
  all["points"] = found.points;
  all["pixels"] = found.pixels;
  all["filled"] = found.filled;
  all["wrong_fills"] = found.wrong_fills;
  all["wrong_pixels"] = found.wrong_pixels;
  all["wrong_counts"] = found.wrong_counts;
  all["wrong_values"] = found.wrong_values;
  all["unchecked"] = found.unchecked;
  all["findings"] = findings;
  return all;
}

nb::dict verify_births(const std::string& path, const BirthVerifyOptions& options, const nb::object& report) {
  Meter meter;
  BirthReport found;
  std::function<void()> call_report;
  if (!report.is_none()) call_report = [&] { report(meter.pixels.load()); };
  run_file_task([&] { found = verify_births(path, options, meter); }, meter.stop, call_report);
  nb::dict all;
  all["points"] = found.points;
  all["networks"] = found.networks;
  all["wrong_values"] = found.findings.size();
  all["unchecked"] = found.unchecked;
  if (found.findings.size() > most_listed) found.findings.resize(most_listed);
  all["findings"] = found.findings;
  return all;
}

nb::dict birth_theory_of(const nb::kwargs& arguments) {
  const BirthSweep sweep = birth_of(arguments);
  for (const BirthAxis axis : sweep.used_axes()) {
    if (sweep.values(axis).size() != 1) throw ConfigError(name_of(axis), "must be one number");
  }
  const BirthTheory theory = birth_theory(sweep.kind, sweep.point(0));
  nb::dict all;
  all["lower"] = theory.lower;
  all["upper"] = theory.upper;
  all["exact"] = theory.exact;
  all["lower_theorem"] = name_of(theory.lower_theorem);
  all["upper_theorem"] = name_of(theory.upper_theorem);
  all["exact_theorem"] = name_of(theory.exact_theorem);
  return all;
}

void analyze(const std::string& path, const AnalysisOptions& options, const AnalysisRun& run,
             const nb::object& report) {
  AnalysisProgress progress;
  std::function<void()> call_report;
  if (!report.is_none()) call_report = [&] { report(progress.points.load()); };
  run_file_task([&] { analyze_file(path, options, run, progress); }, progress.stop, call_report);
}

/// Returns how many points no part has, and the first of them in words.
std::pair<std::int64_t, std::string> merge(const std::string& out, const std::vector<std::string>& parts,
                                           const std::string& call, bool overwrite, bool lock) {
  std::atomic<bool> stop = false;
  MergedResults merged;
  run_file_task(
      [&] {
        merged = merge_results(out, parts, call, existing_of(overwrite, false), missing_lock_of(lock), schema_of_any());
      },
      stop);
  const bool is_whole = merged.missing.empty();
  return {std::ssize(merged.missing), is_whole ? "" : point_name(merged.schema, merged.missing.front())};
}

/// The class of a run, whose arguments `of` reads.
template <class OneRun, class Of>
void add_run(nb::module_& module, const char* name, Of of) {
  using namespace nb::literals;
  nb::class_<OneRun, Run>(module, name)
      .def(
          "__init__",
          [of](OneRun* self, const std::string& device, int threads, std::int64_t shard, std::int64_t shards,
               const std::string& out, bool overwrite, bool resume, bool lock, const std::string& call,
               const nb::kwargs& arguments) {
            const Output output = {out, existing_of(overwrite, resume), missing_lock_of(lock)};
            new (self) OneRun(of(arguments), execution_of(device, threads, shard, shards), output, call);
          },
          "device"_a, "threads"_a, "shard"_a, "shards"_a, "out"_a, "overwrite"_a, "resume"_a, "lock"_a, "call"_a,
          "arguments"_a);
}

}  // namespace

}  // namespace deadcone::python

NB_MODULE(_core, module) {
  using namespace deadcone;
  using namespace deadcone::python;
  namespace nb = nanobind;
  using namespace nb::literals;

  register_errors();
  module.doc() = "What the package deadcone calls; private to it.";
  module.def("version", [] { return std::string(deadcone::version()); });
  module.def("default_arguments", [] { return default_arguments(unit_experiment()); });

  module.def("default_birth_arguments", &default_birth_arguments);

  nb::class_<Run>(module, "Run")
      .def("run", &Run::run, "report"_a.none())
      .def("results", &Run::results)
      .def("warnings", &Run::warnings)
      .def_prop_ro("path", &Run::path);
  add_run<SweepRun>(module, "SweepRun",
                    [](const nb::kwargs& arguments) { return sweep_of(arguments, unit_experiment()); });
  add_run<BirthRun>(module, "BirthRun", &birth_of);

  module.def("trace", &trace, "w"_a, "b"_a, "arguments"_a);
  module.def("spectrum", &spectrum, "beta"_a, "eta"_a);
  module.def("parse_axis", [](const std::string& text) { return parse_axis(text); });
  module.def("field", &field, "path"_a, "unit"_a, "gamma"_a, "delta"_a, "r"_a, "w"_a, "b"_a, "call"_a, "overwrite"_a,
             "lock"_a);
  module.def(
      "verify",
      [](const std::string& path, bool all, std::int64_t patches, int threads, const nb::object& report) {
        return verify(path, {all, patches, threads}, report);
      },
      "path"_a, "all"_a, "patches"_a, "threads"_a, "report"_a.none());
  module.def("holds_births", &holds_births, "path"_a);
  module.def(
      "verify_births",
      [](const std::string& path, bool all, int threads, const nb::object& report) {
        return verify_births(path, {all, threads}, report);
      },
      "path"_a, "all"_a, "threads"_a, "report"_a.none());
  module.def("birth_theory", &birth_theory_of, "arguments"_a);
  module.def(
      "analyze",
      [](const std::string& path, const std::string& init, std::int64_t box, std::int64_t samples, int threads,
         bool overwrite, const std::string& call, bool lock, const nb::object& report) {
        analyze(path, {init, box, samples}, {threads, overwrite, call, missing_lock_of(lock)}, report);
      },
      "path"_a, "init"_a, "box"_a, "samples"_a, "threads"_a, "overwrite"_a, "call"_a, "lock"_a, "report"_a.none());
  module.def("merge", &merge, "out"_a, "parts"_a, "call"_a, "overwrite"_a, "lock"_a);

  module.def("stop_all_tasks", &stop_all_tasks);
  module.def("forget_tasks_after_fork", &forget_tasks_after_fork);
}
