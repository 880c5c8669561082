#include "analysis/whole_initialization.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "base/binomial_interval.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/map.hpp"

namespace deadcone {
namespace {

/// Any will do.
constexpr std::uint64_t seed = 1;

/// Starts from a distribution, one after the other.
class StartSource {
 public:
  explicit StartSource(const StartDistribution& distribution)
      : distribution_(distribution), others_(std::max(distribution.inputs - 1.0, 1.0)) {}

  StartPoint next(Point point) {
    const double w = distribution_.sigma_w * normal_(random_);
    point.r = distribution_.inputs > 1.0 ? distribution_.sigma_w * std::sqrt(others_(random_)) : 0.0;
    return {point, w, distribution_.sigma_b * normal_(random_)};
  }

 private:
  const StartDistribution& distribution_;
  std::mt19937_64 random_{seed};
  std::normal_distribution<double> normal_;
  std::chi_squared_distribution<double> others_;  ///< the square of the length of the other weights
};

/// Runs starts, each as the pixel of a map of its own: a batch has as many columns and rows as maps, and of map i the pixel in
/// column i and row i is listed.
class StartRunner {
 public:
  /// At a time: so many that all pixels of their batch have numbers.
  static constexpr std::int64_t most_starts = 1000;
  static_assert(most_starts * most_starts * most_starts <= largest_batch);

  /// `map` has the geometry of the starts.
  explicit StartRunner(const Map& map) : map_(map) {
    if (!map.criteria.certify) return;
    if (map.is_general()) {
      MinimaOfPoints minima(map.unit, decay_is_in_loss(map.optimizer));
      wells_ = PreparedMap(map).wells(minima.at(map.point));
    } else {
      conditions_ = PreparedMap(map).proof_conditions();
    }
  }

  /// The counts of some starts, at most most_starts.
  Counts run(const std::vector<StartPoint>& starts) {
    const auto count = static_cast<std::int64_t>(starts.size());
    Map common = map_;
    common.window.w = common.window.b = {.count = count};
    std::vector<Point> points;
    PixelList listed;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto& [point, w, b] = starts[static_cast<std::size_t>(i)];
      points.push_back(point);
      common.window.w.listed.push_back(w);
      common.window.b.listed.push_back(b);
      listed.push_back(static_cast<std::int32_t>((i * count + i) * count + i));
    }
    // The theorems ask for nothing of a start but its geometry, so their conditions and wells are those of the map.
    const MapBatch maps = map_.is_general()
                              ? MapBatch(common, std::move(points), std::vector(starts.size(), wells_))
                              : MapBatch(common, std::move(points), std::vector(starts.size(), conditions_));
    mapper_->begin(maps, {.rows = count, .columns = count}, {}, listed, meter_);
    TileResult result;
    mapper_->finish(result);
    return sum_of(result.counts);
  }

 private:
  const Map& map_;
  ProofConditions<double> conditions_ = {};
  std::vector<Well<double>> wells_;
  const std::unique_ptr<Mapper> mapper_ = make_cpu_mapper(1);  // the points of a file have a thread each
  Meter meter_;
};

}  // namespace

std::array<SampledShare, fate_count> sample_fates(const Map& map, const StartDistribution& distribution,
                                                  std::int64_t samples) {
  StartSource source(distribution);
  Map of_starts = map;
  of_starts.point.r = distribution.inputs > 1.0 ? distribution.sigma_w : 0.0;  // for its geometry
  StartRunner runner(of_starts);
  Counts counts;
  for (std::int64_t done = 0; done < samples; done += StartRunner::most_starts) {
    std::vector<StartPoint> starts(static_cast<std::size_t>(std::min(samples - done, StartRunner::most_starts)));
    std::ranges::generate(starts, [&] { return source.next(map.point); });
    counts += runner.run(starts);
  }
  std::array<SampledShare, fate_count> shares;
  for (std::size_t fate = 0; fate < shares.size(); ++fate) {
    const auto [share, low, high] = binomial_interval(counts.fates[fate], samples);
    shares[fate] = {share, low, high};
  }
  return shares;
}

}  // namespace deadcone
