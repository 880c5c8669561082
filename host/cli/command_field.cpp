#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/options.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/gradient_field.hpp"

namespace deadcone {
namespace {

struct FieldOptions {
  GradientFieldGrid grid;
  std::string out;
  bool overwrite = false;
  MissingLock missing_lock = MissingLock::refuse;
  std::string config;
};

void run(const FieldOptions& options, const std::string& command_line) {
  if (options.out.empty()) throw ConfigError("no output file: give --out FILE");
  check_not_config_file(options.out, options.config);
  write_gradient_field(options.out, options.grid, command_line, options.overwrite, options.missing_lock);
}

}  // namespace

Command add_field_command(CLI::App& main, const std::string& command_line) {
  auto options = std::make_shared<FieldOptions>();
  CLI::App* app = main.add_subcommand("field", "Write the loss and its gradient on a grid of parameters");
  add_unit_option(*app, options->grid.unit);
  add_axis_option(*app, "gamma", explain(Axis::gamma), options->grid.gamma);
  add_axis_option(*app, "delta", explain(Axis::delta), options->grid.delta);
  add_text_option(
      *app, "--r", "AXIS", [options](const std::string& text) { options->grid.r = parse_axis(text); },
      "weight orthogonal to the target direction (" + in_words(any_number) + ")", "0");
  add_window_options(*app, options->grid.window, "");
  app->add_option("--out", options->out, "output file (HDF5)")->type_name("FILE");
  app->add_flag("--overwrite", options->overwrite, "replace the output file if it exists");
  add_lock_option(*app, options->missing_lock);
  add_config_option(*app, options->config);
  app->footer(explain_axes() + "\nAll numbers are in double precision and dimensionless.");
  return {app, [app, options, command_line] {
            apply_config_file(*app, options->config);
            run(*options, command_line);
          }};
}

}  // namespace deadcone
