#pragma once

// Cells of the tables that commands print.

#include <cmath>
#include <iomanip>
#include <ostream>

namespace deadcone {

/// Prints a number with so many digits after the point, right-aligned; `-` where it is not a number.
inline void print_cell(std::ostream& out, double value, int width, int digits) {
  out << std::setw(width);
  if (std::isnan(value)) {
    out << '-';
  } else {
    out << std::fixed << std::setprecision(digits) << value;
  }
}

}  // namespace deadcone
