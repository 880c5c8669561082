// A test of the tests: instructions of the compiled kernels are changed, one at a time, and a few small maps must come out
// different. So what runs the translated kernels would see a kernel that computes something else. Of the mutants that there
// could be the build makes one of 101 (-DDEADCONE_MUTANTS=N: one of N). Those that are not noticed are printed.
//
// Not all can be. No bit of any map depends on
//
//   - the reciprocal that Newton's iteration repairs, and tests that only decide whether a quotient or a block of updates is
//     computed again with more care
//   - what a launch leaves for the next, since these maps end in their first
//   - the sign of an index that is never negative, and the division of 64 bits where one of 32 serves
//   - what is compared with a limit, as long as it stays on its side: phi and Phi where a fate is chosen, the proofs
//   - a last bit, or a rounding more, that the next operation rounds away
//   - comparisons of two numbers that are never equal, or always numbers: translate_ptx.py makes no such mutants

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"
#include "support/fake_cuda.hpp"
#include "support/mutants.hpp"
#include "support/same_bits.hpp"

namespace deadcone {
namespace {

/// A map or a batch of them, and how it is asked for.
struct Request {
  MapBatch maps;
  Fields fields;
  PixelList listed;
};

/// Requests that take all kernels through all fates and proofs, with limits in the midst of the values that they part.
std::vector<Request> requests() {
  const Window window = {{-2, 2.5, 7}, {-2.25, 2, 5}};
  std::vector<Request> all;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    for (const bool certify : {false, true}) {
      const auto add_batch = [&](const std::vector<Point>& points, double tolerance, StopRule rule) {
        Criteria criteria;
        criteria.tolerance = tolerance;
        criteria.rho = 0.4;
        criteria.epsilon = certify ? 0.05 : 0.3;
        criteria.max_updates = 80;
        criteria.stop = rule;
        criteria.certify = certify;
        all.push_back({MapBatch({{}, window, criteria, precision}, points), {true, true, true}, {}});
      };
      const auto add = [&](const Point& point, double tolerance, StopRule rule) {
        add_batch({point}, tolerance, rule);
      };
      for (const double tolerance : {1e-3, 3e-2}) {
        add({.beta = 0.5, .gamma = 1.0, .eta = 0.5, .delta = 0.25}, tolerance, StopRule::stationary);
        add({.beta = 0.3, .gamma = 0.5, .eta = 0.5, .delta = -0.3, .r = 0.75}, tolerance, StopRule::stationary);
        add({.beta = 0.5, .gamma = 1.0, .eta = 0.2}, tolerance, StopRule::update);
        add({.beta = 0.3, .gamma = 0.5, .eta = 0.2, .delta = 0.0, .r = 0.75}, tolerance, StopRule::update);
        add_batch({{.beta = 0.5, .gamma = 1.0, .eta = 0.5, .delta = 0.25}, {.beta = 0.5, .gamma = 1.0, .eta = 0.2}},
                  tolerance, StopRule::stationary);
        add_batch({{.beta = 0.3, .gamma = 0.5, .eta = 0.5, .delta = -0.3, .r = 0.75},
                   {.beta = 0.3, .gamma = 0.5, .eta = 0.2, .delta = 0.0, .r = 0.5}},
                  tolerance, StopRule::stationary);
      }
      add_batch({{.beta = 0.7, .gamma = 0.05, .eta = 0.1}, {.beta = 0.0, .gamma = 1.0, .eta = 100.0}}, 1e-3,
                StopRule::stationary);
      add({.beta = 0.3, .gamma = 0.5, .eta = 0.2, .delta = 0.0, .r = 0.75}, 3e-2, StopRule::update);
      all.back().listed = {3, 1, 4, 15, 9, 26, 5, 34};
      add({.beta = 0.7, .gamma = 0.05, .eta = 0.1}, 1e-3, StopRule::stationary);
      add({.beta = 0.0, .gamma = 1.0, .eta = 100.0}, 1e-3, StopRule::stationary);
      all.back().fields = {};
      add({.beta = 0.0, .gamma = 1.0, .eta = 100.0, .delta = 0.0, .r = 0.5}, 1e-3, StopRule::stationary);
    }
  }
  return all;
}

TileResult computed(Mapper& mapper, const Request& request) {
  Meter meter;
  TileResult result;
  const Window& window = request.maps->window;
  mapper.begin(request.maps, {0, 0, window.b.count, window.w.count}, request.fields, request.listed, meter);
  mapper.finish(result);
  return result;
}

bool same(const TileResult& a, const TileResult& b) {
  return a.fate == b.fate && a.updates == b.updates && a.proof == b.proof && a.counts == b.counts &&
         test::same_bits(a.r_final, b.r_final) && test::same_bits(a.w_final, b.w_final) &&
         test::same_bits(a.b_final, b.b_final) && test::same_bits(a.loss_final, b.loss_final);
}

/// What is changed, and how many of such mutants of a hundred must be noticed: somewhat fewer than are.
const std::map<std::string, int> must_be_noticed = {{"address", 40}, {"skipped", 75},  {"operation", 75},
                                                    {"order", 60},   {"constant", 40}, {"last bit", 35},
                                                    {"rounding", 15}};

struct Tally {
  int tried = 0;
  int noticed = 0;
};

TEST(Mutants, AreNoticed) {
  const std::vector<Request> all = requests();
  std::unique_ptr<Mapper> mapper = make_cuda_mapper();
  std::vector<ptx::Mutant>& mutants = ptx::mutants();
  fake_cuda::most_branches = 1000;  // so that those without an end are found soon

  // What comes out of the right kernels, and which maps run which instruction.
  std::vector<TileResult> right;
  std::vector<std::vector<std::size_t>> requests_of(mutants.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (ptx::Mutant& mutant : mutants) mutant.was_run = false;
    right.push_back(computed(*mapper, all[i]));
    ASSERT_TRUE(same(right.back(), computed(*make_cpu_mapper(1, InstructionSet::scalar), all[i])));
    for (std::size_t id = 0; id < mutants.size(); ++id) {
      // The first mutant of an instruction stands for all.
      const bool is_first =
          id == 0 || mutants[id].line != mutants[id - 1].line || mutants[id].kernel != mutants[id - 1].kernel;
      if (!is_first) mutants[id].was_run = mutants[id - 1].was_run;
      if (mutants[id].was_run) requests_of[id].push_back(i);
    }
  }

  const auto run =
      std::count_if(requests_of.begin(), requests_of.end(), [](const auto& each) { return !each.empty(); });
  EXPECT_GE(100 * static_cast<std::size_t>(run), 95 * mutants.size()) << "some instructions never run";

  std::map<std::string, Tally> tallies;
  for (std::size_t id = 0; id < mutants.size(); ++id) {
    ptx::mutant = static_cast<int>(id);
    const bool noticed = std::any_of(requests_of[id].begin(), requests_of[id].end(), [&](std::size_t i) {
      try {
        return !same(computed(*mapper, all[i]), right[i]);
      } catch (const std::exception&) {  // of the device, or of what reads its results
        mapper = make_cuda_mapper();
        return true;
      }
    });
    Tally& tally = tallies[mutants[id].change];
    ++tally.tried;
    tally.noticed += noticed ? 1 : 0;
    if (!noticed) std::printf("not noticed: %s, line %d: %s\n", mutants[id].change, mutants[id].line, mutants[id].text);
  }
  ptx::mutant = -1;
  for (const auto& [change, least] : must_be_noticed) {
    const Tally& tally = tallies[change];
    std::printf("%-9s %5d of %5d noticed\n", change.c_str(), tally.noticed, tally.tried);
    EXPECT_GE(100 * tally.noticed, least * tally.tried) << change;
    EXPECT_GT(tally.tried, 0) << change;
  }
  EXPECT_EQ(tallies.size(), must_be_noticed.size());
}

}  // namespace
}  // namespace deadcone
