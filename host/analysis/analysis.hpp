#pragma once

// What `deadcone analyze` measures of one map.

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "analysis/basin_boundary.hpp"
#include "analysis/basin_entropy.hpp"
#include "analysis/cone_sample.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/mapper.hpp"
#include "analysis/start_distribution.hpp"

namespace deadcone {

struct AnalysisOptions {
  std::string init = "uniform";  ///< as parse_start_distribution() takes it
  std::int64_t box_side = 5;     ///< of basin_entropy()
  std::int64_t samples = 1000;   ///< of sample_cones(), for each map
};

/// The updates of the trajectories of one fate; not numbers and -1 where there are none.
struct UpdateStatistics {
  double mean = 0.0;
  double median = 0.0;  ///< of an even number of them, the mean of the two in the middle
  std::int32_t largest = -1;
};
UpdateStatistics update_statistics(std::vector<std::int32_t> updates);

/// The values of the pixels of a map, b-major. A field that is not kept is empty; what was not computed is negative.
struct PixelFields {
  std::vector<std::int32_t> updates;
  std::vector<Proof> proofs;
};

struct PointAnalysis {
  std::array<double, fate_count> probabilities = {};       ///< under the start distribution, given the window
  std::array<double, fate_count> probability_errors = {};  ///< mass of the boundary pixels of that fate
  std::array<UpdateStatistics, fate_count> updates = {};       ///< empty statistics where the file has none
  std::array<std::int64_t, proof_count> proofs = {};       ///< pixels of each
  double dead_for_ever_fraction = std::numeric_limits<double>::quiet_NaN();  ///< of the dead; if all were computed
  std::int64_t boundary_pixels = 0;
  std::vector<std::int64_t> box_counts;  ///< for the box_sizes() of the window
  LineFit dimension;
  std::vector<double> uncertain_fractions;  ///< for the same, as distances
  LineFit uncertainty;
  BasinEntropy entropy;
  std::int64_t wada_distance = -1;
  ConeSample cones;
};

/// Measures one map.
PointAnalysis analyze_point(const Map& map, const LabelGrid& grid, const PixelFields& fields,
                            const AnalysisOptions& options, std::uint64_t seed);

}  // namespace deadcone
