#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deadcone/config.hpp"

namespace deadcone {

/// Where the gradient is wanted: the product of the three lists and a window, whose r, w, b are parameters here, not
/// starts.
struct FieldGrid {
  std::vector<double> gamma = {Point{}.gamma};
  std::vector<double> delta = {Point{}.delta};
  std::vector<double> r = {0.0};
  Window window = {{-2.0, 2.0, 64}, {-2.0, 2.0, 64}};
};

/// Computes loss, grad_w, grad_b and grad_r in double over (gamma, delta, r, b, w) and writes them to an HDF5 file,
/// tile by tile. Throws ConfigError before any work where the grid or the path is wrong, StorageError where the file
/// fails; a file that cannot be completed is removed.
void write_field(const std::string& path, const FieldGrid& grid, const std::string& command_line, bool overwrite);

/// What a field file says of itself.
struct FieldSummary {
  FieldGrid grid;
  std::string title;
  std::string history;
  std::string version;
  std::string git_commit;
};

/// Reads it; nothing if the file is HDF5 but no field. Throws StorageError where the file is missing or damaged.
std::optional<FieldSummary> read_field_summary(const std::string& path);

}  // namespace deadcone
