#pragma once

// How the points of a sweep lie in the datasets of its file.

#include <cstddef>
#include <vector>

#include "deadcone/config.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

/// The axes that are dimensions of the file, by number: the first two always, the others where they have several values.
std::vector<std::size_t> dimensions(const Sweep& sweep);

/// The lengths of those.
hdf5::Extent point_extent(const Sweep& sweep);

/// The position of a point in a dataset that has one element for each.
hdf5::Extent position(const Sweep& sweep, std::int64_t point);

/// One element along each of those dimensions.
hdf5::Extent ones(const Sweep& sweep);

hdf5::Extent joined(hdf5::Extent first, const hdf5::Extent& second);

}  // namespace deadcone
