#pragma once

// What whoever runs a sweep should know of it, in lines that begin with the option that they are about.

#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/counts.hpp"

namespace deadcone {

/// At how many points of a certified sweep no theorem can hold. Of a large sweep it looks at some points only, as far apart as
/// they can be: the constants of all would take a good part of the sweep. Nothing where pixels are points of their own, which are
/// too many.
std::vector<std::string> remarks_before(const Sweep& sweep, const std::vector<PointRun>& runs);

/// How many filled pixels were wrong, and how many still may be, by the counts of all points.
std::vector<std::string> remarks_after(const Counts& total);

}  // namespace deadcone
