#pragma once

// How the points of a sweep lie in the datasets of its file.

#include <vector>

#include "deadcone/config.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

/// The axes that are dimensions of the file: beta and gamma always, the others where they have more than one value.
std::vector<Axis> dimensions(const Sweep& sweep);

/// The lengths of those.
hdf5::Extent point_extent(const Sweep& sweep);

/// The position of a point in a dataset that has one element for each.
hdf5::Extent position(const Sweep& sweep, std::int64_t point);

/// One element along each of those dimensions.
hdf5::Extent ones(const Sweep& sweep);

hdf5::Extent joined(hdf5::Extent first, const hdf5::Extent& second);

}  // namespace deadcone
