// Refinement: which pixels are asked for, and what the others are filled with; then whole refined sweeps against
// exhaustive ones.

#include "sweep/region_refinement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/binomial_interval.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/proof/bounds.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "proof/block_proof.hpp"
#include "support/deep_mapper.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

/// The fate of a pixel, by row and column.
using Picture = std::function<Fate(std::int64_t b, std::int64_t w)>;

/// Runs a refinement on a picture until it asks for nothing more; checks that it asks for each pixel once.
void refine(RegionRefinement& refinement, const Picture& picture) {
  const std::int64_t columns = refinement.fates().columns();
  std::set<std::int32_t> asked;
  for (PixelList list = refinement.next(); !list.empty(); list = refinement.next()) {
    for (const std::int32_t pixel : list) {
      ASSERT_TRUE(asked.insert(pixel).second) << "asked twice for " << pixel;
      refinement.accept(pixel, picture(pixel / columns, pixel % columns));
    }
  }
  const RegionFates& fates = refinement.fates();
  std::int64_t computed = 0;
  for (std::int32_t pixel = 0; pixel < fates.rows() * columns; ++pixel) {
    const PixelOrigin origin = fates.origin(pixel);
    ASSERT_TRUE(origin == PixelOrigin::computed || origin == PixelOrigin::filled) << pixel;
    EXPECT_EQ(origin == PixelOrigin::computed, asked.contains(pixel)) << pixel;
    computed += origin == PixelOrigin::computed ? 1 : 0;
  }
  EXPECT_EQ(computed + fates.filled(), fates.rows() * columns);
}

std::int64_t wrong_pixels(const RegionFates& fates, const Picture& picture) {
  std::int64_t wrong = 0;
  for (std::int64_t b = 0; b < fates.rows(); ++b) {
    for (std::int64_t w = 0; w < fates.columns(); ++w) {
      wrong += fates.fate(fates.number(b, w)) != picture(b, w) ? 1 : 0;
    }
  }
  return wrong;
}

Fate disc(std::int64_t b, std::int64_t w, double centre, double radius) {
  return std::hypot(double(b) - centre, double(w) - centre) < radius ? Fate::dead : Fate::converged;
}

TEST(BorderRefinement, GivesAnySizeOfRegionEveryFate) {
  const Picture halves = [](std::int64_t b, std::int64_t w) { return 2 * b > w + 3 ? Fate::dead : Fate::stalled; };
  for (const std::int64_t rows : {1, 2, 3, 4, 5, 9, 17, 33, 100}) {
    for (const std::int64_t columns : {1, 2, 3, 7, 8, 16, 31, 64, 129}) {
      SCOPED_TRACE(testing::Message() << rows << " x " << columns);
      const auto refinement = refine_by_borders(rows, columns, 0.01);
      refine(*refinement, halves);
      EXPECT_EQ(wrong_pixels(refinement->fates(), halves), 0);
    }
  }
}

TEST(BorderRefinement, ComputesABoundaryAndNotTheAreaAroundIt) {
  std::map<std::int64_t, std::int64_t> computed;
  for (const std::int64_t side : {512, 1024, 2048}) {
    const Picture picture = [side](std::int64_t b, std::int64_t w) {
      return disc(b, w, 0.45 * double(side), 0.3 * double(side));
    };
    const auto refinement = refine_by_borders(side, side, 0.0);
    refine(*refinement, picture);
    EXPECT_EQ(wrong_pixels(refinement->fates(), picture), 0);
    computed[side] = side * side - refinement->fates().filled();
  }
  // Twice as many, and one level of blocks more.
  EXPECT_LT(computed[1024], 2.3 * double(computed[512]));
  EXPECT_LT(computed[2048], 2.3 * double(computed[1024]));
  EXPECT_LT(computed[2048], 0.05 * 2048 * 2048);
}

TEST(BorderRefinement, FindsIslandsBySampleAndReportsThem) {
  // An island inside a block of 64 pixels, larger than the sample's squares of 10: one of its pixels is in the sample.
  const Picture island = [](std::int64_t b, std::int64_t w) { return disc(b, w, 32.0 + 64.0 * 7, 16.0); };
  const auto blind = refine_by_borders(1025, 1025, 0.0);
  refine(*blind, island);
  EXPECT_GT(wrong_pixels(blind->fates(), island), 0);
  EXPECT_EQ(blind->mismatches(), 0);
  const auto sampled = refine_by_borders(1025, 1025, 0.01);
  refine(*sampled, island);
  EXPECT_EQ(wrong_pixels(sampled->fates(), island), 0);
  EXPECT_GT(sampled->mismatches(), 0);
}

TEST(BorderRefinement, FollowsAWedgeThatGetsThinnerThanAPixel) {
  // Its tip leaves single pixels behind that no border of a block touches.
  for (int k = 0; k < 40; ++k) {
    const double slope = 0.02 + 0.007 * k;
    const Picture wedge = [slope](std::int64_t b, std::int64_t w) {
      const double x = double(w) - 300.3;
      return x > 0.0 && std::fabs(double(b) - 0.37 * x - 100.2) < slope * x ? Fate::dead : Fate::converged;
    };
    const auto refinement = refine_by_borders(700, 700, 0.01);
    refine(*refinement, wedge);
    // Beyond the halo a pixel may be left; not more than the few where the wedge is thinner than a pixel.
    EXPECT_LE(wrong_pixels(refinement->fates(), wedge), 2) << slope;
  }
}

TEST(BorderRefinement, SamplesTheShareAskedFor) {
  const Picture plain = [](std::int64_t, std::int64_t) { return Fate::dead; };
  std::int64_t lines = 0;
  for (const double share : {0.0, 0.01, 0.04, 1.0}) {
    const auto refinement = refine_by_borders(1000, 1000, share);
    refine(*refinement, plain);
    const std::int64_t computed = 1'000'000 - refinement->fates().filled() - refinement->sampled();
    EXPECT_NEAR(double(refinement->sampled()), share < 1.0 ? std::min(share * 1e6, 10'000.0) : 0.0, 2'000) << share;
    if (share == 0.0) lines = computed;
    EXPECT_NEAR(double(computed - lines), share * double(1'000'000 - lines), 0.03 * share * 1e6) << share;
  }
}

TEST(BorderRefinement, FollowsALineThinnerThanAPixel) {
  // It shows in every fourth column that it crosses, or in half of the columns, with gaps of up to 8 pixels.
  for (const double slope : {0.35, 1.9}) {
    const Picture line = [slope](std::int64_t b, std::int64_t w) {
      return std::fabs(double(b) - slope * double(w) - 51.3) < 0.1 * std::hypot(1.0, slope) ? Fate::stalled
                                                                                            : Fate::converged;
    };
    const auto refinement = refine_by_borders(700, 700, 0.01);
    refine(*refinement, line);
    std::int64_t all = 0;
    for (std::int64_t pixel = 0; pixel < 700 * 700; ++pixel) all += line(pixel / 700, pixel % 700) == Fate::stalled;
    EXPECT_GT(all, 30);
    EXPECT_LT(wrong_pixels(refinement->fates(), line), 0.1 * double(all)) << slope;
    EXPECT_LT(700 * 700 - refinement->fates().filled(), 0.2 * 700 * 700);
  }
}

TEST(BorderRefinement, EstimatesHowManyPixelsItMisses) {
  int covered = 0;
  for (int k = 0; k < 40; ++k) {
    // Single pixels that nothing leads to, from one in 300 to one in 10'000.
    test::Dice random(static_cast<std::uint64_t>(k) + 1);
    const double density = std::pow(10.0, random.uniform(-4.0, -2.5));
    std::vector<Fate> fates(600 * 600);
    for (Fate& fate : fates) fate = random.uniform(0.0, 1.0) < density ? Fate::dead : Fate::unfinished;
    const Picture dust = [&](std::int64_t b, std::int64_t w) { return fates[static_cast<std::size_t>(b * 600 + w)]; };
    const auto refinement = refine_by_borders(600, 600, 0.01);
    refine(*refinement, dust);
    const auto [share, low, high] = binomial_interval(refinement->sample_mismatches(), refinement->sampled());
    const auto filled = double(refinement->fates().filled());
    const auto wrong = double(wrong_pixels(refinement->fates(), dust));
    covered += low * filled <= wrong && wrong <= high * filled ? 1 : 0;
    EXPECT_GE(refinement->mismatches(), refinement->sample_mismatches());
  }
  EXPECT_GE(covered, 36);
  const auto blind = refine_by_borders(600, 600, 0.0);
  refine(*blind, [](auto, auto) { return Fate::dead; });
  EXPECT_EQ(blind->sampled(), 0);
}

TEST(BorderRefinement, GivesUpWhereThereIsNothingToFill) {
  const Picture noise = [](std::int64_t b, std::int64_t w) {
    return (b * 7 + w * 13 + b * w) % 5 < 2 ? Fate::dead : Fate::converged;
  };
  const auto refinement = refine_by_borders(200, 300, 0.01);
  refine(*refinement, noise);
  EXPECT_EQ(wrong_pixels(refinement->fates(), noise), 0);
}

TEST(ProofRefinement, FillsWhatIsProvedAndComputesTheRest) {
  const Picture picture = [](std::int64_t b, std::int64_t w) { return disc(b, w, 100.0, 60.0); };
  const BlockProof inside = [](const Block& block) -> std::optional<Fate> {
    for (const std::int32_t b : {block.first_row, block.last_row}) {
      for (const std::int32_t w : {block.first_column, block.last_column}) {
        if (disc(b, w, 100.0, 60.0) != Fate::dead) return std::nullopt;
      }
    }
    return Fate::dead;
  };
  const auto refinement = refine_by_proofs(203, 190, inside);
  refine(*refinement, picture);
  EXPECT_EQ(wrong_pixels(refinement->fates(), picture), 0);
  EXPECT_GT(refinement->fates().filled(), 0.8 * M_PI * 60 * 60);
  EXPECT_LT(refinement->fates().filled(), M_PI * 60 * 60);
}

TEST(BlockProof, HoldsForEveryStartOfTheBlock) {
  test::Dice random(5);
  std::int64_t proved[2] = {};
  for (int i = 0; i < 4000; ++i) {
    Point point;
    point.beta = random.uniform(0.0, 0.95);
    point.gamma = random.uniform(0.2, 2.0);
    if (i % 3 == 1) point.delta = random.uniform(-0.3, 0.5);
    if (i % 3 == 2) point.r = random.uniform(0.0, 0.5);
    Criteria criteria;
    criteria.certify = true;
    const ProofConditions<double> conditions = proof_bounds(point, criteria, Precision::float64);
    const double w = random.uniform(-2.0, 2.0);
    const double b = random.uniform(-2.0, 2.0);
    const double side = random.uniform(0.001, 0.3);
    const auto fate = fate_of_block(conditions, point, {w, w + side}, {b, b + side});
    if (!fate) continue;
    ++proved[static_cast<int>(*fate)];
    const Dynamics<double> dynamics = make_dynamics<double>(point, criteria, conditions);
    for (int k = 0; k < 9; ++k) {
      const int column = k % 3;
      const int row = k / 3;
      const Parameters<double> start = {point.r, w + side * column / 2, b + side * row / 2};
      const Outcome<double> outcome = test::run(dynamics, start, point.geometry(), true);
      EXPECT_EQ(outcome.fate, *fate);
      EXPECT_EQ(outcome.updates, 0);
    }
  }
  EXPECT_GT(proved[0], 50);
  EXPECT_GT(proved[1], 30);
}

// Whole sweeps.

Maps maps_of(const Sweep& sweep, Mapper& mapper) {
  MemorySink sink(sweep);
  Meter meter;
  run_sweep(sweep, {}, mapper, sink, meter, [](auto...) {});
  EXPECT_EQ(meter.pixels, sweep.points() * sweep.plane.pixels());
  return sink.release();
}

Sweep four_maps(bool certify, RefinementKind kind) {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.9};
  sweep.values(Axis::gamma) = {1.0, 0.1};
  sweep.plane = {{-2.0, 2.0, 530}, {-2.0, 2.0, 130}};
  sweep.criteria.tolerance = 1e-4;  // so that every trajectory ends
  sweep.criteria.certify = certify;
  sweep.refinement.kind = kind;
  return sweep;
}

class RefinedSweep : public testing::TestWithParam<std::tuple<bool, RefinementKind>> {};

TEST_P(RefinedSweep, HasTheFatesOfTheExhaustiveOneAndItsStepsWhereItComputes) {
  const auto [certify, kind] = GetParam();
  const auto mapper = make_cpu_mapper(2);
  const Maps all = maps_of(four_maps(certify, RefinementKind::none), *mapper);
  const Maps refined = maps_of(four_maps(certify, kind), *mapper);
  std::int64_t filled = 0;
  const auto pixels_of_a_map = static_cast<std::size_t>(all.sweep.plane.pixels());
  for (std::size_t point = 0; point < all.counts.size(); ++point) {
    SCOPED_TRACE(point);
    std::int64_t wrong = 0;
    Counts expected;
    for (std::size_t i = point * pixels_of_a_map; i < (point + 1) * pixels_of_a_map; ++i) {
      const bool is_filled = refined.origin[i] == PixelOrigin::filled;
      ASSERT_EQ(refined.updates[i], is_filled ? -1 : all.updates[i]);
      if (certify) {
        ASSERT_EQ(refined.proof[i], is_filled ? Proof::pending : all.proof[i]);
      }
      expected += count_pixels({refined.fate[i]}, {is_filled ? 0 : all.updates[i]});
      wrong += refined.fate[i] != all.fate[i] ? 1 : 0;
      expected.filled += is_filled ? 1 : 0;
    }
    expected.fill_mismatches = refined.counts[point].fill_mismatches;
    expected.fill_sampled = refined.counts[point].fill_sampled;
    expected.fill_sample_mismatches = refined.counts[point].fill_sample_mismatches;
    EXPECT_EQ(refined.counts[point], expected);
    filled += expected.filled;
    // A single pixel that nothing leads to is missed; one of these maps has one.
    EXPECT_LE(wrong, kind == RefinementKind::borders ? 1 : 0);
  }
  const std::int64_t pixels = std::int64_t{4} * 530 * 130;
  EXPECT_GT(filled, kind == RefinementKind::borders ? 0.7 * double(pixels) : 0.05 * double(pixels));
}

TEST_P(RefinedSweep, IsTheSameHoweverManyBatchesAreOnTheirWay) {
  const auto [certify, kind] = GetParam();
  const Sweep sweep = four_maps(certify, kind);
  test::DeepMapper late(5);
  const Maps found = maps_of(sweep, late);
  const Maps expected = maps_of(sweep, *make_cpu_mapper(1, InstructionSet::scalar));
  EXPECT_EQ(found.fate, expected.fate);
  EXPECT_EQ(found.updates, expected.updates);
  EXPECT_EQ(found.proof, expected.proof);
  EXPECT_EQ(found.origin, expected.origin);
  EXPECT_EQ(found.counts, expected.counts);
}

INSTANTIATE_TEST_SUITE_P(All, RefinedSweep,
                         testing::Combine(testing::Bool(),
                                          testing::Values(RefinementKind::borders, RefinementKind::exact)),
                         [](const auto& each) {
                           return std::string(std::get<0>(each.param) ? "certified_" : "plain_") +
                                  name_of(std::get<1>(each.param));
                         });

TEST(RefinedSweepStops, WhenToldTo) {
  const Sweep sweep = four_maps(false, RefinementKind::borders);
  MemorySink sink(sweep);
  Meter meter;
  meter.stop = true;
  EXPECT_THROW(run_sweep(sweep, {}, *make_cpu_mapper(2), sink, meter, [](auto...) {}), Interrupted);
}

}  // namespace
}  // namespace deadcone
