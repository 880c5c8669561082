// Measures of basins on grids whose answers are known.

#include "analysis/analysis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <random>
#include <utility>
#include <vector>

#include "analysis/basin_boundary.hpp"
#include "analysis/basin_entropy.hpp"
#include "analysis/cone_sample.hpp"
#include "analysis/pair_fractions.hpp"
#include "analysis/start_distribution.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/trajectory/dynamics.hpp"

namespace deadcone {
namespace {

LabelGrid grid_of(std::int64_t rows, std::int64_t columns,
                  const std::function<int(std::int64_t row, std::int64_t column)>& label) {
  LabelGrid grid = {rows, columns, {}};
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column)
      grid.labels.push_back(static_cast<Fate>(label(row, column)));
  }
  return grid;
}

/// Whether a pixel is in Sierpinski's carpet, of 3^k pixels a side.
bool in_carpet(std::int64_t row, std::int64_t column) {
  for (; row > 0 || column > 0; row /= 3, column /= 3) {
    if (row % 3 == 1 && column % 3 == 1) return false;
  }
  return true;
}

/// The dimension from pairs.
LineFit estimate_of(const LabelGrid& grid) {
  LineFit fit = uncertainty_exponent(count_pairs(grid), grid.rows, grid.columns);
  fit.slope = 2.0 - fit.slope;
  return fit;
}

bool is_at_pixel_scale(const LabelGrid& grid) {
  return is_at_pixel_scale(grid, uncertain_fractions(count_pairs(grid)));
}

LineFit dimension_of(const LabelGrid& grid) {
  return box_dimension(box_counts(line_of_boundary(grid), grid.rows, grid.columns), grid.rows, grid.columns);
}

TEST(LineFit, FindsALineAndHowFarPointsAreFromIt) {
  const LineFit exact = fit_line({1, 2, 4, 7}, {5, 8, 14, 23});
  EXPECT_DOUBLE_EQ(exact.slope, 3.0);
  EXPECT_NEAR(exact.slope_error, 0.0, 1e-14);
  EXPECT_EQ(exact.points, 4);
  // Residuals 1, -1, -1, 1 about slope 0: variance 4/2, sum of squares of x about its mean 5.
  const LineFit rough = fit_line({0, 1, 2, 3}, {2, 0, 0, 2});
  EXPECT_NEAR(rough.slope, 0.0, 1e-15);
  EXPECT_NEAR(rough.slope_error, std::sqrt(2.0 / 5.0), 1e-15);
  EXPECT_TRUE(std::isnan(fit_line({1, 2}, {1, 2}).slope));
}

TEST(BasinBoundary, IsWhereNeighboursDiffer) {
  const LabelGrid grid = grid_of(3, 4, [](auto row, auto column) { return row == 1 && column == 2 ? 1 : 0; });
  EXPECT_EQ(boundary_of(grid), (PixelMask{0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0}));
}

TEST(BasinBoundary, HasALineOfOnePixel) {
  const LabelGrid grid = grid_of(3, 4, [](auto row, auto column) { return row == 1 && column == 2 ? 1 : 0; });
  EXPECT_EQ(line_of_boundary(grid), (PixelMask{0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0}));
}

TEST(BasinBoundary, OfHalfAPlaneHasDimensionOne) {
  for (const std::int64_t edge : {128, 129, 77}) {
    const LineFit fit = dimension_of(grid_of(256, 256, [=](auto, auto column) { return column < edge ? 0 : 1; }));
    EXPECT_NEAR(fit.slope, 1.0, 1e-12) << edge;
    EXPECT_GE(fit.points, 5);
  }
  const LineFit slanted =
      dimension_of(grid_of(512, 512, [](auto row, auto column) { return 3 * row > 2 * column + 50; }));
  EXPECT_NEAR(slanted.slope, 1.0, 0.03);
}

TEST(BasinBoundary, OfACheckerboardOrOfNoiseHasDimensionTwo) {
  const LineFit board = dimension_of(grid_of(256, 256, [](auto row, auto column) { return (row + column) % 2; }));
  EXPECT_NEAR(board.slope, 2.0, 1e-3);  // but for the pixel that has no neighbour there
  std::mt19937 random(1);
  EXPECT_NEAR(dimension_of(grid_of(256, 256, [&](auto, auto) { return static_cast<int>(random() % 3); })).slope, 2.0,
              0.01);
}

TEST(BasinBoundary, OfSierpinskisCarpetHasItsDimension) {
  const LineFit fit = dimension_of(grid_of(729, 729, in_carpet));
  const double dimension = std::log(8.0) / std::log(3.0);
  EXPECT_NEAR(fit.slope, dimension, 0.06);
  EXPECT_LT(std::fabs(fit.slope - dimension), 4 * fit.slope_error + 0.03);
}

TEST(BasinBoundary, ThatIsNotThereHasNoDimension) {
  const LabelGrid grid = grid_of(64, 64, [](auto, auto) { return 1; });
  EXPECT_TRUE(std::isnan(dimension_of(grid).slope));
  EXPECT_TRUE(std::isnan(estimate_of(grid_of(256, 256, [](auto, auto) { return 1; })).slope));
}

TEST(BasinBoundary, BoxesAreCountedBySize) {
  EXPECT_EQ(box_sizes(100, 37), (std::vector<std::int64_t>{1, 2, 4, 8, 16}));
  EXPECT_EQ(box_sizes(1, 1), (std::vector<std::int64_t>{1}));
  PixelMask mask(70, 0);                      // 7 x 10
  mask[0] = mask[11] = mask[6 * 10 + 9] = 1;  // (0, 0), (1, 1), (6, 9)
  EXPECT_EQ(box_counts(mask, 7, 10), (std::vector<std::int64_t>{3, 2}));
}

TEST(PairFractions, AreCountedAlongBothAxes) {
  const LabelGrid half = grid_of(512, 512, [](auto, auto column) { return column < 200 ? 0 : 1; });
  const UncertainFractions fractions = uncertain_fractions(count_pairs(half));
  // Along w as many columns as the distance has pixels; along b none.
  EXPECT_DOUBLE_EQ(fractions.all[0], 1.0 * 512 / (2 * 511.0 * 512));
  EXPECT_DOUBLE_EQ(fractions.all[3], 8.0 * 512 / (2 * 504.0 * 512));
  EXPECT_DOUBLE_EQ(fractions.along_x[3], 8.0 / 504.0);
  EXPECT_EQ(fractions.along_y[3], 0.0);
  EXPECT_EQ(uncertain_fractions(count_pairs(grid_of(1, 1, [](auto, auto) { return 0; }))).all.size(), 1U);
}

// Sets of known dimension: by their side in pixels, of [0, 1]^2.

using Labels = std::function<int(double x, double y)>;

LabelGrid sampled(std::int64_t side, const Labels& label) {
  const auto centre = [side](std::int64_t i) { return (static_cast<double>(i) + 0.5) / static_cast<double>(side); };
  return grid_of(side, side, [&](auto row, auto column) { return label(centre(column), centre(row)); });
}

/// Of the gaps of Cantor's set every second kind has another label: the set times a line is the boundary.
int cantor_gap(double x) {
  for (int level = 0; level < 30; ++level) {
    x *= 3.0;
    const double digit = std::floor(x);
    if (digit == 1.0) return level % 2;
    x -= digit;
  }
  return 0;
}

/// Whether a point lies above Koch's curve over the segment from (0, 0) to (1, 0).
bool above_koch(double x, double y, int level = 0) {
  const double height = std::sqrt(3.0) / 6.0;  // of the triangle that holds the curve
  const auto in_triangle = [=](double u, double v) {
    return v >= 0.0 && v <= height * (1.0 - std::fabs(2.0 * u - 1.0));
  };
  if (level == 12 || !in_triangle(x, y)) return y > 0.0;
  // The curve is four of itself, each a third as large: where it begins, and its direction.
  const double c = 0.5;
  const double s = std::sqrt(3.0) / 2.0;
  constexpr double third = 1.0 / 3.0;
  const std::array<std::array<double, 4>, 4> parts = {
      {{0.0, 0.0, 1.0, 0.0}, {third, 0.0, c, s}, {0.5, height, c, -s}, {2.0 * third, 0.0, 1.0, 0.0}}};
  for (const auto& [x0, y0, cosine, sine] : parts) {
    const double u = 3.0 * (cosine * (x - x0) + sine * (y - y0));
    const double v = 3.0 * (cosine * (y - y0) - sine * (x - x0));
    if (in_triangle(u, v)) return above_koch(u, v, level + 1);
  }
  return y > std::sqrt(3.0) * std::min(x - third, 2.0 * third - x);  // not below the two parts in the middle
}

/// A Weierstrass function whose graph has the dimension.
std::function<double(double)> weierstrass(double dimension, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> phases;
  for (int k = 0; k < 24; ++k)
    phases.push_back(2.0 * std::numbers::pi * double(random()) / double(std::mt19937::max()));
  return [=](double x) {
    double sum = 0.0;
    for (std::size_t k = 0; k < phases.size(); ++k) {
      const double scale = std::pow(1.5, double(k));
      sum += std::pow(scale, dimension - 2.0) * std::cos(2.0 * std::numbers::pi * scale * x + phases[k]);
    }
    return 0.5 + 0.1 * sum;
  };
}

void expect_dimension(double dimension, const LabelGrid& grid, double tolerance) {
  const LineFit fit = estimate_of(grid);
  EXPECT_NEAR(fit.slope, dimension, tolerance);
  EXPECT_LT(std::fabs(fit.slope - dimension), 3.0 * fit.slope_error);
  EXPECT_LT(fit.slope_error, 0.25);
}

TEST(UncertaintyExponent, OfLinesAtAllAnglesIsOne) {
  for (const std::int64_t side : {128, 256, 512}) {
    for (int k = 0; k < 12; ++k) {
      SCOPED_TRACE(testing::Message() << side << " at " << 15 * k);
      const double angle = k * std::numbers::pi / 12;
      expect_dimension(1.0,
                       sampled(side,
                               [&](double x, double y) {
                                 return (x - 0.5) * std::cos(angle) + (y - 0.5) * std::sin(angle) > 0.013 ? 1 : 0;
                               }),
                       0.02);
    }
  }
}

TEST(UncertaintyExponent, OfRingsIsOne) {
  for (const int rings : {3, 10}) {
    for (const std::int64_t side : {128, 512}) {
      SCOPED_TRACE(testing::Message() << side << ", " << rings);
      expect_dimension(
          1.0,
          sampled(side,
                  [=](double x, double y) { return static_cast<int>(2 * rings * std::hypot(x - 0.49, y - 0.52)) % 2; }),
          0.03);
    }
  }
}

TEST(UncertaintyExponent, OfCantorsSetTimesALine) {
  const double dimension = 1.0 + std::log(2.0) / std::log(3.0);
  for (const bool along_x : {true, false}) {
    const auto label = [=](double x, double y) { return cantor_gap(along_x ? x : y); };
    expect_dimension(dimension, sampled(512, label), 0.05);
    expect_dimension(dimension, sampled(1024, label), 0.03);
  }
}

TEST(UncertaintyExponent, OfKochsCurve) {
  const double dimension = std::log(4.0) / std::log(3.0);
  for (const std::int64_t side : {256, 512})
    expect_dimension(dimension, sampled(side, [](double x, double y) { return above_koch(x, y - 0.3) ? 1 : 0; }), 0.04);
}

TEST(UncertaintyExponent, OfAWeierstrassCurveIsThatAlongIt) {
  for (const double dimension : {1.2, 1.5}) {
    for (const unsigned seed : {1U, 2U, 3U}) {
      SCOPED_TRACE(testing::Message() << dimension << ", " << seed);
      const auto curve = weierstrass(dimension, seed);
      const LabelGrid grid = sampled(512, [&](double x, double y) { return y > curve(x) ? 1 : 0; });
      expect_dimension(dimension, grid, 0.1);
      if (dimension > 1.4) {
        // Boxes see less.
        EXPECT_LT(dimension_of(grid).slope, 1.4);
      }
    }
  }
}

TEST(UncertaintyExponent, OfNoiseIsNought) {
  std::mt19937 random(2);
  const LabelGrid noise = grid_of(256, 256, [&](auto, auto) { return static_cast<int>(random() % 2); });
  EXPECT_NEAR(estimate_of(noise).slope, 2.0, 0.01);
  EXPECT_TRUE(is_at_pixel_scale(noise));
}

TEST(UncertaintyExponent, OfTooFewPixelsIsNone) {
  EXPECT_TRUE(std::isnan(estimate_of(grid_of(127, 500, [](auto row, auto) { return row < 60 ? 0 : 1; })).slope));
  EXPECT_FALSE(std::isnan(estimate_of(grid_of(128, 500, [](auto row, auto) { return row < 60 ? 0 : 1; })).slope));
}

TEST(PixelScale, IsWhereFatesChangeFromPixelToPixel) {
  EXPECT_TRUE(is_at_pixel_scale(grid_of(64, 64, [](auto row, auto column) { return (row + column) % 2; })));
  EXPECT_TRUE(is_at_pixel_scale(grid_of(64, 64, [](auto row, auto column) { return row % 9 + column % 9 == 0; })));
  EXPECT_TRUE(is_at_pixel_scale(grid_of(64, 64, [](auto row, auto) { return row == 9 ? 1 : 0; })));  // a filament
  EXPECT_FALSE(is_at_pixel_scale(grid_of(64, 64, [](auto row, auto column) { return row > column ? 1 : 0; })));
  EXPECT_FALSE(is_at_pixel_scale(grid_of(64, 64, [](auto, auto) { return 1; })));
}

TEST(BasinEntropy, OfBoxesWithEqualSharesIsTheLogarithmOfTheirNumber) {
  for (const int labels : {1, 2, 5}) {
    const LabelGrid grid =
        grid_of(50, 60, [=](auto row, auto column) { return static_cast<int>((row + column) % labels); });
    const BasinEntropy entropy = basin_entropy(grid, 10);
    EXPECT_NEAR(entropy.basins, std::log(labels), 1e-12);
    if (labels > 1) {
      EXPECT_NEAR(entropy.boundary, std::log(labels), 1e-12);
    } else {
      EXPECT_TRUE(std::isnan(entropy.boundary));
    }
    EXPECT_EQ(entropy.boundary_is_fractal(), labels == 5);
  }
}

TEST(BasinEntropy, IsTheMeanOverBoxes) {
  // Six boxes of 2 x 2, one of which is split 3 to 1; a row and a column beyond them.
  const LabelGrid grid =
      grid_of(5, 7, [](auto row, auto column) { return (row == 0 && column == 0) || row == 4 ? 1 : 0; });
  const double split = 0.75 * std::log(4.0 / 3.0) + 0.25 * std::log(4.0);
  const BasinEntropy entropy = basin_entropy(grid, 2);
  EXPECT_NEAR(entropy.boundary, split, 1e-15);
  EXPECT_NEAR(entropy.basins, split / 6, 1e-15);
  EXPECT_TRUE(std::isnan(basin_entropy(grid, 6).basins));
}

TEST(Wada, IsAskedOfThreeBasins) {
  EXPECT_EQ(wada_distance(grid_of(20, 20, [](auto row, auto) { return row < 10 ? 0 : 1; })), -1);
  // Stripes of three labels that take turns: every boundary is near to one of each.
  EXPECT_LE(wada_distance(grid_of(60, 60, [](auto row, auto) { return static_cast<int>(row % 3); })), 1);
  // Three bands: the boundaries of the outer ones are the middle's height apart.
  const auto bands = grid_of(60, 20, [](auto row, auto) { return row < 20 ? 0 : row < 45 ? 1 : 2; });
  EXPECT_EQ(wada_distance(bands), 25);
}

TEST(UpdateStatistics, OfAFew) {
  const UpdateStatistics odd = update_statistics({7, 1, 100});
  EXPECT_EQ(odd.mean, 36.0);
  EXPECT_EQ(odd.median, 7.0);
  EXPECT_EQ(odd.largest, 100);
  EXPECT_EQ(update_statistics({4, 1, 2, 9}).median, 3.0);
  EXPECT_TRUE(std::isnan(update_statistics({}).mean));
  EXPECT_EQ(update_statistics({}).largest, -1);
}

TEST(StartDistribution, IsParsed) {
  EXPECT_TRUE(parse_start_distribution("uniform").uniform);
  const StartDistribution normal = parse_start_distribution("normal:0.5:2");
  EXPECT_FALSE(normal.uniform);
  EXPECT_EQ(normal.sigma_w, 0.5);
  EXPECT_EQ(normal.sigma_b, 2.0);
  EXPECT_DOUBLE_EQ(parse_start_distribution("he:8").sigma_w, 0.5);
  EXPECT_EQ(parse_start_distribution("he:8").sigma_b, 0.0);
  EXPECT_DOUBLE_EQ(parse_start_distribution("xavier:3:5").sigma_w, 0.5);
  EXPECT_EQ(parse_start_distribution("he:8").inputs, 8.0);
  EXPECT_EQ(parse_start_distribution("xavier:3:5").inputs, 3.0);
  EXPECT_FALSE(normal.is_whole());
  for (const char* text : {"", "normal", "normal:1", "normal:-1:1", "normal:1:inf", "he:0", "he:1.5", "he:2:3",
                           "xavier:1", "uniform:1", "cauchy:1:1"}) {
    EXPECT_THROW(parse_start_distribution(text), ConfigError) << text;
  }
}

TEST(StartDistribution, GivesEachPixelItsProbability) {
  const auto sum = [](const std::vector<double>& masses) {
    double total = 0.0;
    for (const double mass : masses) total += mass;
    return total;
  };
  EXPECT_NEAR(sum(pixel_masses({-2, 2, 37}, 1.0)), std::erf(2 / std::numbers::sqrt2), 1e-15);
  EXPECT_NEAR(sum(pixel_masses({-40, 60, 1000}, 1.0)), 1.0, 1e-14);
  // Far out, where one minus a distribution would be nothing.
  EXPECT_NEAR(pixel_masses({20, 21, 1}, 1.0)[0] / (0.5 * std::erfc(20 / std::numbers::sqrt2)), 1.0, 1e-7);
  EXPECT_EQ(pixel_masses({-1, 2, 3}, 0.0), (std::vector<double>{0.5, 0.5, 0.0}));
  EXPECT_EQ(pixel_masses({-1, 1, 3}, 0.0), (std::vector<double>{0.0, 1.0, 0.0}));
  EXPECT_EQ(pixel_masses({1, 2, 2}, 0.0), (std::vector<double>{0.0, 0.0}));
}

ConeSample cones_of(const Map& map, std::int64_t samples, std::uint64_t seed) {
  return sample_cones(trajectories_of(map), map.window.grid(), samples, seed);
}

TEST(ConeSample, OfTheLinearRegimeIsInTheLinearCone) {
  // Around the target with a large mean the unit is always active.
  Map map;
  map.point = {.beta = 0.9, .gamma = 1.0, .eta = 0.1, .delta = 20.0};
  map.window = {{0.9, 1.1, 8}, {19.5, 20.5, 8}};
  const ConeSample sample = cones_of(map, 50, 1);
  EXPECT_EQ(sample.linear_share.mean, 1.0);
  EXPECT_EQ(sample.linear_share.error, 0.0);
  EXPECT_EQ(sample.dead_entries.mean, 0.0);
}

TEST(ConeSample, OfTheTrapEntersOnceAndStays) {
  // w < 0: what dies never comes back.
  Map map;
  map.point = {.beta = 0.0, .gamma = 0.1, .eta = 0.1};
  map.window = {{-0.3, -0.1, 8}, {-0.2, -0.1, 8}};
  const ConeSample sample = cones_of(map, 50, 1);
  EXPECT_EQ(sample.dead_entries.mean, 1.0);
  EXPECT_EQ(sample.dead_escapes.mean, 0.0);
  EXPECT_EQ(sample.linear_share.mean, 0.0);
}

TEST(ConeSample, IsTheSameForTheSameSeed) {
  Map map;
  map.window = {{-2, 2, 64}, {-2, 2, 64}};
  map.criteria.max_updates = 200;
  EXPECT_EQ(cones_of(map, 20, 3).linear_share.mean, cones_of(map, 20, 3).linear_share.mean);
  EXPECT_NE(cones_of(map, 20, 3).linear_share.mean, cones_of(map, 20, 4).linear_share.mean);
}

}  // namespace
}  // namespace deadcone
