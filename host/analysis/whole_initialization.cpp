#include "analysis/whole_initialization.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/binomial_interval.hpp"
#include "deadcone/map.hpp"
#include "deadcone/trajectory/trajectory.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {
namespace {

/// Any will do.
constexpr std::uint64_t seed = 1;

using FateCounts = std::array<std::int64_t, fate_count>;

/// The fates of starts from the distribution, by fate_of(start).
template <class Real, class FateOf>
FateCounts count_fates(const StartDistribution& distribution, std::int64_t samples, const FateOf& fate_of) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  // The square of the length of the other weights.
  std::chi_squared_distribution<double> others(std::max(distribution.inputs - 1.0, 1.0));
  FateCounts counts = {};
  for (std::int64_t i = 0; i < samples; ++i) {
    const double w = distribution.sigma_w * normal(random);
    const double r = distribution.inputs > 1.0 ? distribution.sigma_w * std::sqrt(others(random)) : 0.0;
    const double b = distribution.sigma_b * normal(random);
    const Parameters<Real> start = {static_cast<Real>(r), static_cast<Real>(w), static_cast<Real>(b)};
    ++counts.at(static_cast<std::size_t>(fate_of(start)));
  }
  return counts;
}

}  // namespace

std::array<SampledShare, fate_count> sample_fates(const Map& map, const StartDistribution& distribution,
                                                  std::int64_t samples) {
  Map general = map;
  general.point.r = distribution.inputs > 1.0 ? distribution.sigma_w : 0.0;  // which loop runs; starts have their own
  const PreparedMap prepared(general);
  const FateCounts counts = with_precision(map.precision, [&]<class Real>() {
    if (map.is_general()) {
      const MapBatch batch(prepared);
      const GeneralArrays<Real>& arrays = batch.general_arrays<Real>();
      return unit::with_family(map.unit, [&]<class Family>() {
        return count_fates<Real>(distribution, samples, [&](const Parameters<Real>& start) {
          return unit::general_trajectory<Family>(arrays.rules, arrays.constants.front(), start).fate;
        });
      });
    }
    return with_variant(prepared.variant(), [&]<Geometry geometry, bool certify>() {
      const Dynamics<Real>& dynamics = prepared.dynamics<Real>();
      return count_fates<Real>(distribution, samples, [&](const Parameters<Real>& start) {
        return trajectory<geometry, certify>(dynamics, start).fate;
      });
    });
  });
  std::array<SampledShare, fate_count> shares;
  for (std::size_t fate = 0; fate < shares.size(); ++fate) {
    const auto [share, low, high] = binomial_interval(counts[fate], samples);
    shares[fate] = {share, low, high};
  }
  return shares;
}

}  // namespace deadcone
