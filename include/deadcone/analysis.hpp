#pragma once

// What `deadcone analyze` measures of a map: probabilities of fates, the boundary of basins, entropies, time in the
// cones. Link deadcone::deadcone.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/file_options.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_file.hpp"

namespace deadcone {

/// The largest number of sampled trajectories of a map: their standard errors are 1/3000 of the deviation then.
inline constexpr std::int64_t largest_samples = 10'000'000;

struct AnalysisOptions {
  /// Distribution of the starts: `uniform` over the pixels of a map, in any plane. In the plane w,b, whose maps have one r
  /// each, also independent w and b, normal around zero, of standard deviations `normal:SIGMA_W:SIGMA_B`; or an
  /// initialization of all FAN_IN weights of a unit, with b = 0: `he:FAN_IN` (variance 2/fan_in; He et al., arXiv
  /// 1502.01852) or `xavier:FAN_IN:FAN_OUT` (variance 2/(fan_in + fan_out); Glorot and Bengio 2010). Of that a map holds a
  /// slice: the starts of its r.
  std::string init = "uniform";
  std::int64_t box_side = 5;  ///< side in pixels of the boxes of the basin entropy, 1 to largest_side
  /// Trajectories of a map that run once more, for ConeSample, and starts that are drawn from a whole initialization; 1 to
  /// largest_samples.
  std::int64_t samples = 1000;
};

/// The fates of a map, row by row. None is pending.
struct LabelGrid {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<Fate> labels;

  Fate at(std::int64_t row, std::int64_t column) const { return labels[row * columns + column]; }
};

/// Other values of the pixels of a map, row by row. A field that is not kept is empty; what was not computed is negative.
struct PixelFields {
  std::vector<std::int32_t> updates = {};
  std::vector<Proof> proofs = {};
};

/// The updates of the trajectories of one fate; not numbers and -1 where there are none.
struct UpdateStatistics {
  double mean = 0.0;
  double median = 0.0;  ///< of an even number of them, the mean of the two in the middle
  std::int32_t largest = -1;
};

/// The straight line nearest to some points, by least squares.
struct LineFit {
  double slope = 0.0;
  double slope_error = 0.0;  ///< standard error
  int points = 0;            ///< that it was fitted to
};

/// How uncertain the fate of a start is that is known to lie in one box of pixels: means of the entropy -sum p log p of
/// the labels in a box. Source: Daza, Wagemakers, Georgeot, Guery-Odelin, Sanjuan, Scientific Reports 6, 31416 (2016).
struct BasinEntropy {
  double basins = 0.0;    ///< S_b: over all boxes
  double boundary = 0.0;  ///< S_bb: over the boxes with more than one label; not a number where there is none

  /// The log 2 criterion: a boundary whose boxes hold more than two labels worth of entropy is fractal. The condition is
  /// sufficient, not necessary: maps of two fates never meet it.
  bool boundary_is_fractal() const;
};

/// The shares of pairs of pixels 1, 2, 4, ... apart that have two fates.
struct UncertainFractions {
  std::vector<double> all;      ///< of the pairs along rows and columns
  std::vector<double> along_x;  ///< of those along a row of the map
  std::vector<double> along_y;
};

/// Why a dimension may not be one. Values are those in the file.
enum class DimensionDoubt : std::int8_t { none = 0, boxes = 1, pixels = 2, both = 3 };

template <>
struct NameTable<DimensionDoubt> {
  static constexpr const char* what = "a doubt of a dimension";
  static constexpr std::array<Named<DimensionDoubt>, 4> values = {{
      {DimensionDoubt::none, "none", "nothing speaks against it"},
      {DimensionDoubt::boxes, "boxes", "the box-counting dimension differs by more than twice the errors"},
      {DimensionDoubt::pixels, "pixels", "fates change from pixel to pixel: the map does not resolve the boundary"},
      {DimensionDoubt::both, "both", "boxes and pixels"},
  }};
};

/// A mean over sampled trajectories and its standard error.
struct SampledMean {
  double mean = 0.0;
  double error = 0.0;
};

/// Where trajectories spend their updates: in the linear cone, where the unit is nearly always active, in the dead cone,
/// where it nearly never is, or between.
struct ConeSample {
  SampledMean linear_share;  ///< share of a trajectory's updates with Phi(t) > 1 - epsilon
  SampledMean dead_entries;  ///< how often a trajectory enters the dead cone, Phi(t) < epsilon, from outside
  SampledMean dead_escapes;  ///< how often it leaves the dead cone
};

/// A share of sampled starts, and an interval that holds the probability in 95 of 100 samples or more (Clopper and
/// Pearson).
struct SampledShare {
  double share = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct PointAnalysis {
  std::array<double, fate_count> probabilities = {};  ///< under the start distribution, given the window and r: a slice
  std::array<SampledShare, fate_count> whole_probabilities = {};  ///< under a whole initialization; else no numbers
  std::array<double, fate_count> probability_errors = {};         ///< mass of the boundary pixels of that fate
  std::array<UpdateStatistics, fate_count> updates = {};          ///< empty statistics where updates are not kept
  std::array<std::int64_t, proof_count> proofs = {};              ///< pixels of each
  double dead_for_ever_fraction = std::numeric_limits<double>::quiet_NaN();  ///< of the dead; if all were computed
  std::int64_t boundary_pixels = 0;
  UncertainFractions uncertain_fractions;
  LineFit uncertainty;                   ///< slope: the uncertainty exponent
  LineFit dimension;                     ///< of the boundary: 2 minus the uncertainty exponent, and its error
  std::vector<std::int64_t> box_counts;  ///< of the boundary, for boxes of 1, 2, 4, ... pixels a side
  LineFit box_dimension;                 ///< slope: the box-counting dimension of the boundary
  DimensionDoubt dimension_doubt = DimensionDoubt::none;
  BasinEntropy entropy;
  std::int64_t wada_distance = -1;  ///< pixels; -1 where there are fewer than three basins
  ConeSample cones;
};

/// Checks options; throws ConfigError.
void validate(const AnalysisOptions& options);

/// Measures one map. `seed` is that of the sampled trajectories; a file uses the number of the point. Throws ConfigError
/// where the map or the options are wrong, Error where the grid or the fields do not fit the map's window or hold values
/// that are no fate or proof.
PointAnalysis analyze_point(const Map& map, const LabelGrid& grid, const PixelFields& fields,
                            const AnalysisOptions& options, std::uint64_t seed);

/// How far an analysis is, and how to stop it; any thread may use it.
struct AnalysisProgress {
  std::atomic<std::int64_t> points = 0;  ///< analyzed by this call
  std::atomic<bool> stop = false;        ///< set it to end with Interrupted after the points in work
};

/// How analyze_file() runs.
struct AnalysisRun {
  int threads = 0;                ///< CPU threads; 0: as many as this process has processors
  bool overwrite = false;         ///< replace an analysis with other options
  std::string command_line = {};  ///< for the history in the file
  MissingLock missing_lock = MissingLock::refuse;
};

/// The analyses of the points of a file, in order.
struct FileAnalysis {
  struct AnalyzedPoint {
    std::int64_t point;
    PointAnalysis analysis;
  };
  Sweep sweep;
  std::vector<AnalyzedPoint> points;
};

/// Analyzes the finished points of a sweep's file that are not analyzed yet, adds the results to its group `analysis`,
/// and gives the analyses of all. Points are written in batches: an analysis that stops early resumes where it stopped.
///
/// Throws ConfigError where an option is wrong, or no start from the distribution lies in the window; FileExists where
/// the file has an analysis with other options and may not be overwritten; StorageError where the file or the disk
/// fails; Interrupted when `progress.stop` is set.
FileAnalysis analyze_file(const std::string& path, const AnalysisOptions& options, const AnalysisRun& run,
                          AnalysisProgress& progress, const Experiment& experiment = unit_experiment());
FileAnalysis analyze_file(const std::string& path, const AnalysisOptions& options = {}, const AnalysisRun& run = {});

}  // namespace deadcone
