#pragma once

// The file of a gradient field: what `deadcone field` writes.

#include <optional>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"

namespace deadcone {

/// The grid of a gradient field: the product of the three lists and a window. Its r, w, b are parameters, not starts. prelu is
/// taken as leaky: the field has no derivative by its slope.
struct GradientFieldGrid {
  Unit unit = {};
  std::vector<double> gamma = {Point{}.gamma};
  std::vector<double> delta = {Point{}.delta};
  std::vector<double> r = {0.0};
  Window window = {{-2.0, 2.0, 64}, {-2.0, 2.0, 64}};
};

/// Computes loss, grad_w, grad_b and grad_r in double over (gamma, delta, r, b, w) and writes them to an HDF5 file,
/// tile by tile. Throws ConfigError before any work where the grid or the path is wrong (FileExists where the file is
/// there and must not be overwritten), StorageError where the file fails; a file that cannot be completed is removed.
void write_gradient_field(const std::string& path, const GradientFieldGrid& grid, const std::string& command_line,
                          bool overwrite, MissingLock missing_lock = MissingLock::refuse);

/// What the file of a gradient field says about itself.
struct GradientFieldSummary {
  GradientFieldGrid grid;
  std::string title;
  std::string history;
  std::string version;
  std::string git_commit;
};

/// Reads it; nothing if the file is HDF5 but no gradient field. Throws StorageError where the file is missing or
/// damaged.
std::optional<GradientFieldSummary> read_gradient_field_summary(const std::string& path);

}  // namespace deadcone
