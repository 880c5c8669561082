#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "analysis/analysis_file.hpp"
#include "base/printable.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "file/birth_experiment.hpp"
#include "file/merge_results.hpp"
#include "file/result_journal.hpp"

namespace deadcone {
namespace {

struct MergeOptions {
  std::string out;
  std::vector<std::string> parts;
  bool overwrite = false;
  MissingLock missing_lock = MissingLock::refuse;
};

/// The first missing points by their values, and how many more there are.
std::string in_words(const MergedResults& merged) {
  constexpr std::size_t listed = 4;
  const std::size_t count = merged.missing.size();
  std::string text;
  for (std::size_t i = 0; i < count && i < listed; ++i)
    text += (i == 0 ? "(" : ", (") + point_name(merged.schema, merged.missing[i]) + ")";
  if (count > listed) text += " and " + std::to_string(count - listed) + " more";
  return text;
}

/// Says on stderr what the parts have and the merged file has not.
void report_left_out(const MergeOptions& options) {
  bool has_analysis = false;
  for (const std::string& part : options.parts) {
    has_analysis = has_analysis || analyzed_points(part) > 0;
    if (const std::int64_t waiting = points_in_journal(part); waiting > 0) {
      std::cerr << "merge: " << printable(part) << " has " << waiting
                << (waiting == 1 ? " finished point" : " finished points")
                << " in its journal, which are left out; --resume takes them in\n";
    }
  }
  if (has_analysis) {
    std::cerr << "merge: analyses of the parts are left out; `deadcone analyze " << printable(options.out)
              << "` measures all maps\n";
  }
}

void run(const MergeOptions& options, const std::string& command_line, const Experiment& experiment) {
  const MergedResults merged = merge_results(options.out, options.parts, command_line,
                                             options.overwrite ? ExistingFile::overwrite : ExistingFile::refuse,
                                             options.missing_lock, schema_of_any(experiment));
  report_left_out(options);
  if (merged.missing.empty()) return;
  throw Error(options.out + ": no part has " + in_words(merged) +
              "; the other points are merged. --resume with the options of the parts computes these");
}

}  // namespace

Command add_merge_command(CLI::App& main, const std::string& command_line, const Experiment& experiment) {
  auto options = std::make_shared<MergeOptions>();
  CLI::App* app = main.add_subcommand("merge", "Join the parts of a sweep or of births (--shard) in one file");
  app->add_option("out", options->out, "the new file")->type_name("FILE")->required();
  app->add_option("parts", options->parts, "files of the same sweep or births; they stay as they are")
      ->type_name("FILE...")
      ->required();
  app->add_flag("--overwrite", options->overwrite, "replace the new file if it exists");
  add_lock_option(*app, options->missing_lock);
  return {app, [options, command_line, &experiment] { run(*options, command_line, experiment); }};
}

}  // namespace deadcone
