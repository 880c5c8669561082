// Networks that are born dead: the same bits in every instruction set, what is known exactly, and what theory bounds.

#include "deadcone/network/birth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "base/binomial_interval.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/network/birth_sweep.hpp"
#include "deadcone/network/network_plan.hpp"
#include "deadcone/network/one_network.hpp"
#include "network/birth_json.hpp"
#include "network/cpu_birth_mapper.hpp"

namespace deadcone {
namespace {

BirthPoint uniform_point(std::int64_t width, std::int64_t depth, std::int64_t dimension, std::int64_t points) {
  return {.widths = std::vector<std::int64_t>(static_cast<std::size_t>(depth), width),
          .dimension = dimension,
          .points = points};
}

BirthCounts run_in(InstructionSet set, const NetworkKind& kind, const BirthPoint& point, std::int64_t networks,
                   int threads = 2) {
  const auto mapper = make_cpu_birth_mapper(threads, set);
  BirthCounts counts(point.depth());
  Meter meter;
  mapper->run(kind, point, {0, (networks + networks_of_block - 1) / networks_of_block}, networks, meter, counts);
  return counts;
}

BirthCounts run(const NetworkKind& kind, const BirthPoint& point, std::int64_t networks) {
  return run_in(best_instruction_set(), kind, point, networks);
}

double share(const BirthCounts& counts) {
  return static_cast<double>(counts.born_dead) / static_cast<double>(counts.networks);
}

/// Whether a share is that of trials with a probability, within so many standard errors.
::testing::AssertionResult is_share_of(double probability, const BirthCounts& counts, double errors = 4.0) {
  const double error = std::sqrt(probability * (1.0 - probability) / static_cast<double>(counts.networks));
  if (std::fabs(share(counts) - probability) <= errors * error) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << share(counts) << " of " << counts.networks << " networks, not "
                                       << probability;
}

struct NamedKind {
  std::string name;
  NetworkKind kind;
};

/// Every way to draw weights, biases and inputs, and every kind of layer.
std::vector<NamedKind> kinds() {
  std::vector<NamedKind> all;
  for (const auto& init : NameTable<Initialization>::values) {
    all.push_back({init.name, {.init = init.kind}});
    if (init.kind == Initialization::rai) continue;
    all.push_back({std::string(init.name) + "_init_bias", {.init = init.kind, .bias = BiasKind::init}});
    all.push_back({std::string(init.name) + "_normal_bias", {.init = init.kind, .bias = BiasKind::normal}});
  }
  for (const NetworkKind& kind : {NetworkKind{}, NetworkKind{.bias = BiasKind::init}}) {
    const std::string bias = kind.has_biases() ? "_bias" : "";
    NetworkKind with = kind;
    with.leak = 0.1;
    all.push_back({"leaky" + bias, with});
    with = kind;
    with.skip = Skip::residual;
    all.push_back({"residual" + bias, with});
    with = kind;
    with.skip = Skip::dense;
    all.push_back({"dense" + bias, with});
    with = kind;
    with.batch_norm = true;
    all.push_back({"batch_norm" + bias, with});
    with.skip = Skip::residual;
    all.push_back({"batch_norm_residual" + bias, with});
    with = kind;
    with.sign_flip = true;
    all.push_back({"sign_flip" + bias, with});
  }
  all.push_back({"rai_sign_flip", {.init = Initialization::rai, .sign_flip = true}});
  all.push_back({"sphere", {.inputs = InputKind::sphere}});
  all.push_back({"one_draw", {.redraw = false}});
  all.push_back({"one_sphere", {.inputs = InputKind::sphere, .redraw = false}});
  all.push_back({"seed", {.seed = 0xFEDCBA9876543210U}});
  return all;
}

std::vector<InstructionSet> vector_sets() {
  std::vector<InstructionSet> sets = instruction_sets();
  sets.erase(sets.begin());
  return sets;
}

class BirthBits : public ::testing::TestWithParam<Precision> {};

TEST_P(BirthBits, AreTheSameInEveryInstructionSet) {
  const std::vector<BirthPoint> points = {uniform_point(3, 5, 2, 2),
                                          uniform_point(1, 3, 1, 15),
                                          uniform_point(8, 4, 8, 16),
                                          uniform_point(9, 3, 3, 33),
                                          uniform_point(17, 3, 5, 130),
                                          {.widths = {2, 7, 1, 12}, .dimension = 3, .points = 20},
                                          {.widths = {5, 5, 3}, .dimension = 5, .points = 4}};
  for (NamedKind named : kinds()) {
    named.kind.precision = GetParam();
    for (const BirthPoint& point : points) {
      const BirthCounts reference = run_in(InstructionSet::scalar, named.kind, point, 300);
      for (const InstructionSet set : vector_sets()) {
        EXPECT_EQ(run_in(set, named.kind, point, 300), reference)
            << named.name << ", " << name_of(set) << ", " << point.widths.front() << " units, " << point.points
            << " points";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, BirthBits, ::testing::Values(Precision::float32, Precision::float64),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

TEST(BirthTest, SumsDoNotDependOnWhoRunsWhichBlocks) {
  const BirthPoint point = uniform_point(4, 6, 3, 20);
  constexpr std::int64_t networks = 5 * networks_of_block + 17;
  const BirthCounts whole = run_in(best_instruction_set(), {}, point, networks, 1);
  EXPECT_EQ(run_in(best_instruction_set(), {}, point, networks, 3), whole);
  BirthCounts parts(point.depth());
  const auto mapper = make_cpu_birth_mapper(2);
  Meter meter;
  for (const BlockRun& blocks : {BlockRun{0, 2}, BlockRun{2, 1}, BlockRun{3, 3}})
    mapper->run({}, point, blocks, networks, meter, parts);
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(meter.pixels, networks);
}

TEST(BirthTest, NetworksAreAPrefixOfMore) {
  // A network of the same number has the same weights, whatever comes after it.
  const BirthCounts few = run({}, uniform_point(2, 4, 2, 2), networks_of_block);
  const BirthCounts more = run({}, uniform_point(2, 9, 2, 2), networks_of_block);
  for (std::size_t layer = 0; layer < few.died.size(); ++layer) EXPECT_EQ(more.died[layer], few.died[layer]);
}

// A second implementation: plain loops over the numbers that OneNetwork draws, in double, without scaling.
class PlainNetwork {
 public:
  PlainNetwork(const NetworkKind& kind, const BirthPoint& point) : kind_(kind), point_(point), plan_(kind, point) {}

  /// The layer in which it dies, from 0; its depth where it lives.
  std::int64_t layer_of_death(std::int64_t number) const {
    const network::OneNetwork<double> draws(plan_.plan(), number);
    std::vector<double> x(static_cast<std::size_t>(point_.dimension * point_.points));
    draws.draw_inputs(x.data(), point_.dimension, point_.points);
    std::int64_t inputs = point_.dimension;
    for (std::int64_t layer = 0; layer < point_.depth(); ++layer) {
      const std::int64_t units = point_.widths[static_cast<std::size_t>(layer)];
      const auto& plan = plan_.plan();
      const network::Columns<double> columns = {
          inputs,          plan.pairs(inputs),       plan.scales[layer],     plan.bias_scales[layer],
          plan.has_biases, plan.has_uniform_weights, plan.has_uniform_biases};
      std::vector<double> weights(static_cast<std::size_t>(units * columns.stride()));
      draws.draw_weights(layer, 1, 0, units, columns, weights.data());
      std::vector<double> out(static_cast<std::size_t>(units * point_.points));
      bool lives = false;
      for (std::int64_t p = 0; p < point_.points; ++p) {
        for (std::int64_t i = 0; i < units; ++i) {
          const double* row = weights.data() + i * columns.stride();
          double sum = plan.has_biases ? row[inputs] : 0.0;
          for (std::int64_t k = 0; k < inputs; ++k) sum += row[k] * x[static_cast<std::size_t>(k * point_.points + p)];
          out[static_cast<std::size_t>(i * point_.points + p)] = std::fmax(sum, 0.0);
          lives = lives || sum > 0.0;
        }
      }
      if (!lives) return layer;
      x = out;
      inputs = units;
    }
    return point_.depth();
  }

 private:
  const NetworkKind& kind_;
  const BirthPoint& point_;
  network::NetworkPlan<double> plan_;
};

TEST(BirthTest, DieWhereAPlainProgramHasThemDie) {
  for (const NetworkKind& kind :
       {NetworkKind{.precision = Precision::float64},
        NetworkKind{.init = Initialization::glorot, .bias = BiasKind::init, .precision = Precision::float64},
        NetworkKind{.init = Initialization::uniform_he, .bias = BiasKind::normal, .precision = Precision::float64}}) {
    for (const BirthPoint& point : {uniform_point(2, 8, 3, 4), uniform_point(3, 8, 2, 20),
                                    BirthPoint{.widths = {4, 1, 6}, .dimension = 2, .points = 3}}) {
      constexpr std::int64_t networks = 2000;
      std::vector<std::int64_t> died(point.widths.size() + 1);
      const PlainNetwork plain(kind, point);
      for (std::int64_t number = 0; number < networks; ++number)
        ++died[static_cast<std::size_t>(plain.layer_of_death(number))];
      died.pop_back();
      EXPECT_EQ(run(kind, point, networks).died, died) << name_of(kind.init) << ", " << point.points << " points";
    }
  }
}

TEST(BirthTest, OneDeepNetworkNeitherOverflowsNorUnderflows) {
  // Without biases the scale of weights changes nothing: a power of two not even a bit.
  const BirthPoint point = uniform_point(12, 1000, 3, 16);
  BirthPoint large = point;
  BirthPoint small = point;
  large.sigma_w = 1024.0;
  small.sigma_w = 1.0 / 1024.0;
  const BirthCounts reference = run({}, point, 200);
  for (const BirthPoint& scaled : {large, small}) {
    const BirthCounts counts = run({}, scaled, 200);
    EXPECT_EQ(counts.died, reference.died);
    EXPECT_EQ(counts.dead_units, reference.dead_units);
    EXPECT_EQ(counts.living_points, reference.living_points);
    EXPECT_EQ(counts.correlation, reference.correlation);
  }
  EXPECT_GT(reference.networks, reference.born_dead);
}

TEST(BirthTest, BiasesAreSmallOrLargeBesideTheVectors) {
  // Where vectors vanish beside the biases, or biases beside the vectors, no number leaves its range.
  for (const double sigma_w : {1e-6, 1e6}) {
    for (const double sigma_b : {1e-6, 1e6}) {
      BirthPoint point = uniform_point(6, 200, 3, 16);
      point.sigma_w = sigma_w;
      point.sigma_b = sigma_b;
      const BirthCounts counts = run({.bias = BiasKind::normal}, point, 300);
      // Layers die one by one as for one point.
      EXPECT_GT(counts.born_dead, 0);
      EXPECT_LT(counts.born_dead, counts.networks);
      for (const double sum : counts.correlation) EXPECT_TRUE(std::isfinite(sum));
    }
  }
}

// Theory ------------------------------------------------------------------------------------------------------------------------

NetworkKind signs() {
  return {.inputs = InputKind::signs};
}

TEST(BirthTheoryTest, HasTheNumbersOfTheTable) {
  // N, lower bound, upper bound of depth 9 with -1 and +1 (Lu et al.).
  const double table[][3] = {
      {2, .8703, .8999}, {3, .5134, .6564}, {4, .2042, .4033}, {5, .0640, .2243}, {10, .0001, .0078}};
  for (const auto& [width, lower, upper] : table) {
    const BirthTheory theory = birth_theory(signs(), uniform_point(static_cast<std::int64_t>(width), 9, 1, 2));
    EXPECT_NEAR(theory.lower, lower, 5e-5);
    EXPECT_NEAR(theory.upper, upper, 5e-5);
    EXPECT_EQ(theory.lower_theorem, BirthTheorem::signs_chain);
    EXPECT_EQ(theory.upper_theorem, BirthTheorem::signs_from_second);
    // The bound of one point alone, whose layer 1 may die.
    const BirthTheory of_one = birth_theory({}, uniform_point(static_cast<std::int64_t>(width), 9, 1, 2));
    EXPECT_GT(of_one.upper, theory.upper);
  }
}

TEST(BirthTheoryTest, ExactCasesAreMet) {
  constexpr std::int64_t networks = 200'000;
  struct Case {
    NetworkKind kind;
    BirthPoint point;
    double exact;
  };
  const double t = 1.0 / 8.0;
  std::vector<Case> cases = {
      {signs(), uniform_point(3, 1, 1, 2), 0.0},
      {signs(), uniform_point(3, 2, 1, 2), t * t * (3.0 - 2.0 * t)},
      {signs(), uniform_point(3, 2, 4, 2), t * t * (3.0 - 2.0 * t)},
      {signs(), {.widths = {2, 3}, .dimension = 1, .points = 2}, t * (2.0 / 4.0 + (1.0 - 2.0 / 4.0) * t)},
      {signs(), uniform_point(1, 4, 1, 2), 1.0 - 1.0 / 8.0},
      {signs(), uniform_point(1, 4, 3, 8), 1.0 - 1.0 / 8.0},
  };
  const double one_point = 1.0 - std::pow(1.0 - t, 5.0);
  for (const auto& init : NameTable<Initialization>::values) {
    if (init.kind == Initialization::rai) continue;
    for (const BiasKind bias : {BiasKind::zero, BiasKind::init})
      cases.push_back({{.init = init.kind, .bias = bias}, uniform_point(3, 5, 2, 1), one_point});
  }
  cases.push_back({{.inputs = InputKind::sphere}, uniform_point(3, 5, 2, 1), one_point});
  for (const auto& [kind, point, exact] : cases) {
    const BirthTheory theory = birth_theory(kind, point);
    EXPECT_DOUBLE_EQ(theory.exact, exact);
    EXPECT_EQ(theory.lower, theory.exact);
    EXPECT_EQ(theory.upper, theory.exact);
    EXPECT_TRUE(is_share_of(exact, run(kind, point, networks)))
        << name_of(kind.init) << ", " << name_of(theory.exact_theorem);
  }
}

TEST(BirthTheoryTest, TableOfSignsIsMet) {
  // Monte Carlo with 10^6 networks by another program; both err.
  const double table[][2] = {{2, .8793}, {3, .5783}, {4, .2936}, {5, .1285}, {10, .0013}};
  for (const auto& [width, probability] : table) {
    const BirthCounts counts = run(signs(), uniform_point(static_cast<std::int64_t>(width), 9, 1, 2), 200'000);
    EXPECT_TRUE(is_share_of(probability, counts, 4.0 * std::sqrt(1.2))) << width;
  }
}

TEST(BirthTheoryTest, RandomizedAsymmetricInitializationIsMet) {
  const double table[] = {.753, .262, .0756, .0216, .0060};
  for (std::size_t width = 1; width <= std::size(table); ++width) {
    const NetworkKind kind = {.init = Initialization::rai, .inputs = InputKind::signs};
    const BirthCounts counts = run(kind, uniform_point(static_cast<std::int64_t>(width), 9, 1, 2), 200'000);
    EXPECT_TRUE(is_share_of(table[width - 1], counts, 4.0 * std::sqrt(2.0))) << width;
  }
}

TEST(BirthTheoryTest, BoundsHoldOnAMap) {
  for (const NetworkKind& kind :
       {signs(), NetworkKind{}, NetworkKind{.init = Initialization::uniform_glorot, .bias = BiasKind::init}}) {
    for (std::int64_t width = 1; width <= 12; ++width) {
      for (std::int64_t depth = 1; depth <= 12; ++depth) {
        const BirthPoint point = uniform_point(width, depth, kind.inputs == InputKind::signs ? 1 : 2, 2);
        const BirthCounts counts = run(kind, point, 2000);
        const BirthTheory theory = birth_theory(kind, point);
        ASSERT_LE(theory.lower, theory.upper);
        // So many maps have a bound that is missed by chance.
        const double error = std::sqrt(0.25 / static_cast<double>(counts.networks));
        EXPECT_GE(share(counts), theory.lower - 5.0 * error) << width << " x " << depth;
        EXPECT_LE(share(counts), theory.upper + 5.0 * error) << width << " x " << depth;
      }
    }
  }
}

TEST(BirthTheoryTest, MorePointsDieLess) {
  // d = 4, N = 3, H = 7.
  const double table[][2] = {{1, .607}, {2, .497}, {16, .358}, {256, .338}};
  for (const auto& [points, probability] : table) {
    const BirthCounts counts = run({}, uniform_point(3, 7, 4, static_cast<std::int64_t>(points)), 100'000);
    EXPECT_NEAR(share(counts), probability, 0.007) << points;
  }
}

TEST(BirthTheoryTest, LayersThatPutOutNoZeroNeverDie) {
  for (const NetworkKind& kind :
       {NetworkKind{.leak = 0.1}, NetworkKind{.batch_norm = true}, NetworkKind{.skip = Skip::dense}}) {
    for (const std::int64_t points : {2, 20}) {
      const BirthPoint point = uniform_point(1, 12, 3, points);
      EXPECT_EQ(birth_theory(kind, point).exact, 0.0);
      EXPECT_EQ(run(kind, point, 2000).born_dead, 0) << points;
    }
  }
}

TEST(BirthTheoryTest, SignFlipKeepsHalfOfThePoints) {
  for (const BiasKind bias : {BiasKind::zero, BiasKind::init}) {
    for (const std::int64_t points : {5, 40}) {
      const NetworkKind kind = {.bias = bias, .sign_flip = true};
      const BirthPoint point = uniform_point(2, 8, 3, points);
      for (std::int64_t first = 0; first < 500; ++first) {
        // Every network, each in a block of its own.
        NetworkKind seeded = kind;
        seeded.seed = static_cast<std::uint64_t>(first);
        const BirthCounts counts = run_in(InstructionSet::scalar, seeded, point, 1, 1);
        EXPECT_EQ(counts.born_dead, 0);
        std::int64_t least = points;
        for (const std::int64_t living : counts.living_points) {
          least = (least + 1) / 2;
          ASSERT_GE(living, least);
        }
      }
    }
  }
}

// Random matrices ----------------------------------------------------------------------------------------------------------------

TEST(NetworkDrawsTest, OrthogonalMatricesAreOrthonormal) {
  using Lanes = network::OneNetwork<double>;
  for (const auto& [units, inputs] : {std::pair<std::int64_t, std::int64_t>{5, 5}, {3, 7}, {7, 3}, {1, 4}, {4, 1}}) {
    const NetworkKind kind = {.init = Initialization::orthogonal, .precision = Precision::float64};
    const BirthPoint point = {.widths = {units}, .dimension = inputs, .points = 1};
    const network::NetworkPlan<double> plan(kind, point);
    const network::Columns<double> columns = {inputs, plan.plan().pairs(inputs), 1.0, 0.0, false, false, false};
    double trace = 0.0;
    for (std::int64_t number = 0; number < 200; ++number) {
      const Lanes draws(plan.plan(), number);
      std::vector<double> weights(static_cast<std::size_t>(units * columns.stride()));
      std::vector<double> scratch(static_cast<std::size_t>((inputs + 2) * (units + 2) + 2 * (units + inputs)));
      draws.draw_weights(0, 1, 0, units, columns, weights.data());
      double* const place = weights.data();
      double* const room = scratch.data();
      network::orthogonalize<Lanes>(place, units, inputs, columns.stride(), room);
      const bool has_rows = units <= inputs;
      const std::int64_t side = std::min(units, inputs);
      for (std::int64_t i = 0; i < side; ++i) {
        for (std::int64_t j = 0; j < side; ++j) {
          double product = 0.0;
          for (std::int64_t k = 0; k < std::max(units, inputs); ++k) {
            product += has_rows ? place[i * columns.stride() + k] * place[j * columns.stride() + k]
                                : place[k * columns.stride() + i] * place[k * columns.stride() + j];
          }
          EXPECT_NEAR(product, i == j ? 1.0 : 0.0, 1e-14);
        }
      }
      trace += place[0];
    }
    // Uniform: an entry is as often negative as positive.
    EXPECT_LT(std::fabs(trace / 200.0), 5.0 / std::sqrt(200.0 * static_cast<double>(std::max(units, inputs))));
  }
}

TEST(NetworkDrawsTest, InitializationsHaveTheirVariances) {
  const std::int64_t inputs = 6;
  const std::int64_t units = 10;
  struct Case {
    Initialization init;
    double variance;
  };
  for (const auto& [init, variance] :
       {Case{Initialization::he, 2.0 / 6}, Case{Initialization::glorot, 2.0 / 16}, Case{Initialization::lecun, 1.0 / 6},
        Case{Initialization::uniform_he, 2.0 / 6}, Case{Initialization::uniform_glorot, 2.0 / 16}}) {
    const NetworkKind kind = {.init = init, .precision = Precision::float64};
    const BirthPoint point = {.widths = {units}, .dimension = inputs, .points = 1};
    const network::NetworkPlan<double> plan(kind, point);
    const auto& all = plan.plan();
    const network::Columns<double> columns = {inputs, all.pairs(inputs),       all.scales[0], 0.0,
                                              false,  all.has_uniform_weights, false};
    double sum = 0.0;
    double squares = 0.0;
    constexpr std::int64_t networks = 2000;
    for (std::int64_t number = 0; number < networks; ++number) {
      std::vector<double> weights(static_cast<std::size_t>(units * columns.stride()));
      network::OneNetwork<double>(all, number).draw_weights(0, 1, 0, units, columns, weights.data());
      for (const double weight : weights) {
        sum += weight;
        squares += weight * weight;
      }
    }
    const double count = static_cast<double>(networks * inputs * units);
    EXPECT_LT(std::fabs(sum / count), 5.0 * std::sqrt(variance / count)) << name_of(init);
    EXPECT_NEAR(squares / count / variance, 1.0, 5.0 * std::sqrt(2.0 / count)) << name_of(init);
  }
}

TEST(NetworkDrawsTest, AsymmetricEntriesHaveTheirMoments) {
  // Beta(2, 1): mean 2/3, mean of squares 1/2; the index is uniform, that of the bias among them.
  const network::OneNetwork<double> draws(numeric::PhiloxKeys(0), 0);
  constexpr std::int64_t columns = 5;
  constexpr std::int64_t rows = 200'000;
  double sum = 0.0;
  double squares = 0.0;
  std::vector<double> hits(columns);
  for (std::int64_t row = 0; row < rows; ++row) {
    double index = 0.0;
    double share = 0.0;
    draws.draw_entry(3, row, columns, index, share);
    const double entry = std::sqrt(share);
    sum += entry;
    squares += share;
    hits.at(static_cast<std::size_t>(index)) += 1.0;
  }
  EXPECT_NEAR(sum / rows, 2.0 / 3.0, 5.0 * std::sqrt(1.0 / 18.0 / rows));
  EXPECT_NEAR(squares / rows, 0.5, 5.0 * std::sqrt(1.0 / 12.0 / rows));
  for (const double hit : hits) EXPECT_NEAR(hit / rows, 0.2, 5.0 * std::sqrt(0.16 / rows));
}

TEST(NetworkDrawsTest, AsymmetricInitializationBoundsTheGrowth) {
  // sigma^2/2 + sqrt(2/pi) E[P] sigma + E[P^2] = 1 bounds that of E|h|^2, where layers have as many units as inputs.
  const BirthCounts counts = run({.init = Initialization::rai}, uniform_point(10, 20, 10, 2), 20'000);
  double before = 10.0;
  for (std::size_t layer = 0; layer < counts.died.size(); ++layer) {
    const double mean = counts.squared_length[layer] / static_cast<double>(counts.entering(layer));
    EXPECT_LT(mean, 1.1 * before + 1.0) << layer;
    before = mean;
  }
}

TEST(NetworkDrawsTest, HeKeepsTheMeanSquaredLength) {
  const BirthCounts counts = run({}, uniform_point(64, 6, 64, 16), 5000);
  for (std::size_t layer = 0; layer < counts.died.size(); ++layer)
    EXPECT_NEAR(counts.squared_length[layer] / 5000.0, 64.0, 5.0) << layer;
}

// Sweeps --------------------------------------------------------------------------------------------------------------------------

BirthSweep small_sweep() {
  BirthSweep sweep;
  sweep.values(BirthAxis::width) = {2, 3};
  sweep.values(BirthAxis::depth) = {1, 4, 6};
  sweep.values(BirthAxis::points) = {4};
  sweep.networks = 1000;
  return sweep;
}

TEST(BirthSweepTest, RunsEveryPoint) {
  const BirthSweep sweep = small_sweep();
  const std::vector<BirthResult> results = compute_births(sweep);
  ASSERT_EQ(results.size(), 6U);
  for (std::int64_t point = 0; point < sweep.points(); ++point)
    EXPECT_EQ(results[static_cast<std::size_t>(point)].counts, run(sweep.kind, sweep.point(point), sweep.networks));
  EXPECT_EQ(sweep.point(4).widths, (std::vector<std::int64_t>{3, 3, 3, 3}));
}

TEST(BirthSweepTest, StopsWhereThePrecisionIsReached) {
  BirthSweep sweep = small_sweep();
  sweep.networks = 100'000;
  sweep.precision_goal = 0.05;
  for (const BirthResult& result : compute_births(sweep)) {
    const auto [probability, low, high] = binomial_interval(result.counts.born_dead, result.counts.networks);
    EXPECT_LE(high - low, 0.05);
    EXPECT_EQ(result.counts.networks & (result.counts.networks - 1), 0) << result.counts.networks;
    const auto [p, lower, upper] = binomial_interval(
        std::llround(probability * static_cast<double>(result.counts.networks / 2)), result.counts.networks / 2);
    EXPECT_TRUE(result.counts.networks == networks_of_block || upper - lower > 0.04);
  }
}

TEST(BirthSweepTest, JsonKeepsAll) {
  BirthSweep sweep = small_sweep();
  sweep.kind = {.init = Initialization::uniform_he,
                .bias = BiasKind::normal,
                .inputs = InputKind::sphere,
                .redraw = false,
                .leak = 0.25,
                .skip = Skip::residual,
                .batch_norm = true,
                .seed = ~std::uint64_t{0} >> 1,
                .precision = Precision::float64};
  sweep.precision_goal = 0.125;
  sweep.values(BirthAxis::sigma_b) = {0.5, 2.0};
  const BirthSweep read = birth_from_json(to_json(sweep), "here");
  EXPECT_EQ(to_json(read), to_json(sweep));
  EXPECT_EQ(read.kind, sweep.kind);
  BirthSweep of_widths;
  of_widths.widths = {3, 1, 2};
  EXPECT_EQ(birth_from_json(to_json(of_widths), "here").widths, of_widths.widths);
  EXPECT_THROW(birth_from_json("{}", "here"), StorageError);
  EXPECT_THROW(birth_from_json("[", "here"), StorageError);
  EXPECT_THROW(birth_from_json(R"({"experiment":"birth"})", "here"), StorageError);
}

/// What validate() says of a sweep that is changed.
std::string fault_of(const std::function<void(BirthSweep&)>& change) {
  BirthSweep sweep = small_sweep();
  change(sweep);
  try {
    validate(sweep);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(BirthSweepTest, WrongNumbersAreNamed) {
  EXPECT_EQ(fault_of([](BirthSweep&) {}), "");
  const auto axis = [](BirthAxis which, double value) {
    return fault_of([=](BirthSweep& sweep) { sweep.values(which) = {value}; });
  };
  EXPECT_EQ(axis(BirthAxis::width, 0), "width must be a whole number from 1 to 65536, but is 0");
  EXPECT_NE(axis(BirthAxis::width, 1e6), "");
  EXPECT_NE(axis(BirthAxis::width, 2.5), "");
  EXPECT_NE(axis(BirthAxis::depth, 0), "");
  EXPECT_NE(axis(BirthAxis::dimension, 0), "");
  EXPECT_NE(axis(BirthAxis::points, 0), "");
  EXPECT_NE(axis(BirthAxis::sigma_w, 0), "");
  EXPECT_NE(axis(BirthAxis::sigma_w, -1), "");
  EXPECT_NE(axis(BirthAxis::sigma_w, std::nan("")), "");
  EXPECT_NE(axis(BirthAxis::sigma_w, INFINITY), "");
  EXPECT_EQ(axis(BirthAxis::sigma_b, -1), "");  // not used without normal biases
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.networks = 0; }), "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.widths = {3, 0}; }), "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.kind.leak = -0.1; }), "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.precision_goal = 1.0; }), "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.kind = {.init = Initialization::rai, .bias = BiasKind::init}; }),
            "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.kind = {.leak = 0.1, .sign_flip = true}; }), "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) {
              sweep.kind.skip = Skip::residual;
              sweep.values(BirthAxis::points) = {1};
            }),
            "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) {
              sweep.kind.inputs = InputKind::signs;
              sweep.values(BirthAxis::points) = {8};  // of 2 dimensions there are 4
            }),
            "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) {
              sweep.kind.inputs = InputKind::grid;
              sweep.values(BirthAxis::points) = {8};
            }),
            "");
  EXPECT_EQ(fault_of([](BirthSweep& sweep) {
              sweep.kind.inputs = InputKind::grid;
              sweep.values(BirthAxis::points) = {9};
            }),
            "");
  EXPECT_NE(fault_of([](BirthSweep& sweep) { sweep.values(BirthAxis::width) = {3, 3}; }), "");
}

TEST(BirthSweepTest, RefusesNetworksThatDoNotFit) {
  BirthSweep sweep;
  sweep.values(BirthAxis::width) = {static_cast<double>(largest_width)};
  sweep.values(BirthAxis::points) = {static_cast<double>(largest_birth_points)};
  EXPECT_THROW(compute_births(sweep), OutOfMemory);
}

}  // namespace
}  // namespace deadcone
