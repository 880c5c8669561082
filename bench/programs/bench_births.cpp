// Networks that are born dead, as a contestant of bench/suite/births.py: all networks of one shape on all threads, or their random
// numbers alone.
//
//   bench_births networks|draws NETWORKS WIDTH DEPTH DIMENSION POINTS float|double THREADS
//
// Prints what was found as a line of JSON, then for each line of its input the seconds of one more run.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "config/parse.hpp"
#include "deadcone/network/birth.hpp"
#include "deadcone/network/network_plan.hpp"
#include "network/cpu_birth_mapper.hpp"
#include "network/network_lanes.hpp"

namespace {

using namespace deadcone;

struct Task {
  NetworkKind kind;
  BirthPoint point;
  std::int64_t networks;

  std::int64_t blocks() const { return (networks + networks_of_block - 1) / networks_of_block; }
};

/// The multiply-adds of layers that networks enter.
double made(const Task& task, const BirthCounts& counts) {
  double sum = 0.0;
  for (std::size_t layer = 0; layer < counts.died.size(); ++layer) {
    const auto inputs = network::inputs_of_layer(task.kind, task.point, static_cast<std::int64_t>(layer));
    sum += static_cast<double>(counts.entering(layer)) *
           static_cast<double>(inputs * task.point.widths[layer] * task.point.points);
  }
  return sum;
}

/// Draws what networks of the task that live to their end draw, and keeps it in a cache.
template <class Real>
void draw(const Task& task, ThreadPool& pool) {
  using Lanes = simd::HWY_NAMESPACE::PointLanes<Real>;
  using Value = typename Lanes::Value;
  const network::NetworkPlan<Real> plan(task.kind, task.point);
  const auto& of = plan.plan();
  const std::int64_t values = Lanes::values_of(of.points);
  pool.for_each_block(task.blocks(), [&](std::int64_t block) {
    simd::HWY_NAMESPACE::KnownCalls<Real> calls;
    const auto size = network::workspace_size(of, values, Lanes::rows_at_once, Lanes::calls_wanted);
    const auto inputs = std::make_unique<Value[]>(static_cast<std::size_t>(size.vectors));
    const auto weights = std::make_unique<Real[]>(static_cast<std::size_t>(size.weights));
    const std::int64_t first = block * networks_of_block;
    for (std::int64_t number = first; number < std::min(task.networks, first + networks_of_block); ++number) {
      const Lanes lanes(of, number, calls);
      lanes.draw_inputs(inputs.get(), of.dimension, values);
      for (std::int64_t layer = 0; layer < of.depth; ++layer) {
        const std::int64_t n = layer == 0 ? of.dimension : of.widths[layer - 1];
        const network::Columns<Real> columns = {n, of.pairs(n), of.scales[layer], Real(0), false, false, false};
        for (std::int64_t row = 0; row < of.widths[layer]; row += Lanes::rows_at_once) {
          const std::int64_t rows = std::min<std::int64_t>(Lanes::rows_at_once, of.widths[layer] - row);
          lanes.draw_weights(layer, 1, row, rows, columns, weights.get());
        }
      }
    }
  });
}

template <class Run>
void serve(const Run& run) {
  for (std::string line; std::getline(std::cin, line);) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("{\"seconds\": %.6f}\n", took.count());
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 9) throw std::runtime_error("networks|draws NETWORKS WIDTH DEPTH DIMENSION POINTS float|double THREADS");
  const auto number = [&](int i) { return parse_integer(argv[i], 1); };
  Task task = {.kind = {}, .point = {}, .networks = number(2)};
  task.point.widths.assign(static_cast<std::size_t>(number(4)), number(3));
  task.point.dimension = number(5);
  task.point.points = number(6);
  task.kind.precision = parse_name<Precision>(argv[7]);
  const int threads = static_cast<int>(number(8));
  if (std::string(argv[1]) == "draws") {
    ThreadPool pool(threads);
    const auto run = [&] { with_precision(task.kind.precision, [&]<class Real>() { draw<Real>(task, pool); }); };
    run();
    std::printf("{\"numbers\": %.0f}\n",
                network::random_numbers(task.kind, task.point) * static_cast<double>(task.networks));
    std::fflush(stdout);
    serve(run);
    return 0;
  }
  const auto mapper = make_cpu_birth_mapper(threads);
  const auto run = [&] {
    BirthCounts counts(task.point.depth());
    Meter meter;
    mapper->run(task.kind, task.point, {0, task.blocks()}, task.networks, meter, counts);
    return counts;
  };
  const BirthCounts counts = run();
  std::printf("{\"born_dead\": %lld, \"multiply_adds\": %.0f}\n", static_cast<long long>(counts.born_dead),
              made(task, counts));
  std::fflush(stdout);
  serve(run);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_births: %s\n", error.what());
  return 1;
}
