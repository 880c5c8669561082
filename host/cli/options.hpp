#pragma once

// The options that several commands share. They only bind: defaults live in config.hpp, parsing in parse.hpp.

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"

namespace deadcone {

/// Adds an option that hands its text to `take`; a ConfigError from it gets the option's name. `name` may list aliases
/// after the name proper: "--max-updates,--max-steps".
CLI::Option* add_text_option(CLI::App& app, const std::string& name, const std::string& type,
                             const std::function<void(const std::string&)>& take, const std::string& description,
                             const std::string& default_text = "");

/// The same for an integer from `lo` to `hi`; the help names these.
CLI::Option* add_integer_option(CLI::App& app, const std::string& name, std::int64_t lo, std::int64_t hi,
                                const std::function<void(std::int64_t)>& take, const std::string& description,
                                std::int64_t default_value);

/// The same for a number within bounds, which are checked by whoever uses it; the help names them.
CLI::Option* add_number_option(CLI::App& app, const std::string& name, const Bounds& bounds, double& value,
                               const std::string& description);

/// What an axis of the unit is, and the values that it may have.
std::string explain(Axis axis);

/// What an AXIS may be, one line; and what one of the plane may be, another.
std::string explain_axes();
std::string explain_plane_axes();

/// `--name`, an axis, with its meaning as help.
void add_axis_option(CLI::App& app, const std::string& name, const std::string& meaning, std::vector<double>& values);

/// --unit.
void add_unit_option(CLI::App& app, Unit& unit);

/// --unit, --optimizer, --schedule and --clip: what is trained, and how.
struct TrainingOptions {
  Unit unit = {};
  Optimizer optimizer = {};

  /// Adds --unit and --optimizer.
  void add_to(CLI::App& app);
  /// Adds --schedule and --clip, which hand the values of an axis, the warm-up and the bound, to `take`.
  void add_schedule_to(CLI::App& app, const std::function<void(Axis, const std::string&)>& take);
  /// The optimiser, whose decay is there where the option --decay is.
  Optimizer with_decay(bool is_given) const {
    Optimizer all = optimizer;
    all.has_decay = is_given;
    return all;
  }
};

/// Whether an axis has an option of its own name for its values alone; those of others are parts of --schedule and --clip.
bool has_own_option(Axis axis);

/// --plane, those of TrainingOptions, and an option for each axis of a sweep. What an axis may be depends on the plane and on
/// the unit, which may come later or from a configuration file: so texts are kept, and read when all options are known.
class AxisOptions {
 public:
  /// Adds them for the axes of a sweep, which has the defaults. This and the sweep outlive the app.
  void add_to(CLI::App& app, const Sweep& sweep);
  /// Gives a sweep its unit, its optimiser, its plane and the values of its axes.
  void apply_to(Sweep& sweep) const;

 private:
  TrainingOptions training_;
  Plane plane_;                     ///< without its ranges
  std::vector<std::string> texts_;  ///< by axis; empty where none was given
};

/// --w and --b, each a range of pixels. `what` precedes their descriptions: "initial " or nothing.
void add_window_options(CLI::App& app, Window& window, const std::string& what);

/// --stop --tol --tol-relative --rho --epsilon --max-updates --certify --cycles --lyapunov.
void add_criteria_options(CLI::App& app, Criteria& criteria);

/// --fields, a list of `fate` and the words of `options`; sets the fields of `sweep`, which has the defaults.
void add_fields_option(CLI::App& app, const std::vector<FieldOption>& options, Sweep& sweep);

/// --refine --refine-sample.
void add_refinement_options(CLI::App& app, Refinement& refinement);

/// --precision.
void add_precision_option(CLI::App& app, Precision& precision);

/// --device --threads.
void add_threads_option(CLI::App& app, int& threads);
void add_execution_options(CLI::App& app, Execution& execution);

/// --config FILE.toml: sets options of this command by their long names; the command line takes precedence. `path`
/// receives the name; the command calls apply_config_file(app, path) before it uses its options.
/// --no-lock.
void add_lock_option(CLI::App& app, MissingLock& missing_lock);
void add_config_option(CLI::App& app, std::string& path);

}  // namespace deadcone
