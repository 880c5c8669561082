#pragma once

// The experiment of networks that are born dead: the one table of its results by point.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "deadcone/network/birth.hpp"
#include "deadcone/network/birth_sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "file/schema.hpp"
#include "file/tile_encoder.hpp"

namespace deadcone {

/// A column of the table of points that `deadcone info` prints.
struct BirthColumn {
  std::string title;
  int width;
  int digits;  ///< after the point
  std::function<double(const BirthSweep&, std::int64_t point, const BirthResult&)> value;
};

const std::vector<BirthColumn>& birth_columns();

/// The Schema of the file of a sweep of births, whose points have no maps. Results by layer are as long as the deepest networks.
Schema birth_schema(const BirthSweep& sweep);

/// Gives the Schema of a configuration in a file, of births or of a sweep of `experiment`, which must outlive it.
SchemaSource schema_of_any(const Experiment& experiment = unit_experiment());

/// The values of a point for the file, and back.
PointValues birth_values(const BirthSweep& sweep, std::int64_t point, const BirthResult& result);
BirthResult birth_result(const BirthSweep& sweep, std::int64_t point, const PointValues& values);

}  // namespace deadcone
