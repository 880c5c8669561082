#include "deadcone/merge.hpp"

#include "file/experiment.hpp"
#include "file/merge_results.hpp"

namespace deadcone {

Merged merge_sweeps(const std::string& out, const std::vector<std::string>& parts, const std::string& command_line,
                    ExistingFile existing, MissingLock missing_lock, const Experiment& experiment) {
  auto [schema, missing] = merge_results(out, parts, command_line, existing, missing_lock, experiment.schema_source());
  return {experiment.sweep_of(schema.configuration, out), std::move(missing)};
}

}  // namespace deadcone
