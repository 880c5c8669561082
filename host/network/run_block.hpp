#pragma once

// Runs a block of networks in any Lanes, and hands what it finds to a tally.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "deadcone/errors.hpp"
#include "deadcone/network/forward.hpp"
#include "deadcone/network/network_plan.hpp"
#include "network/block_tally.hpp"

namespace deadcone::network {

/// `make(first)` gives the Lanes for the networks from number `first` on. Throws Interrupted where `stop` is set.
template <class Lanes, class Make>
void run_block(const Plan<typename Lanes::Real>& plan, std::int64_t first, std::int64_t count,
               const std::atomic<bool>& stop, BlockTally& tally, const Make& make) {
  using Real = typename Lanes::Real;
  using Value = typename Lanes::Value;
  using Number = typename Lanes::Number;
  const WorkspaceSize size =
      workspace_size(plan, Lanes::values_of(plan.points), Lanes::rows_at_once, Lanes::calls_wanted);
  const auto values = [](std::int64_t length) { return std::make_unique<Value[]>(static_cast<std::size_t>(length)); };
  const auto numbers = [](std::int64_t length) { return std::make_unique<Number[]>(static_cast<std::size_t>(length)); };
  const auto vectors = values(size.vectors);
  const auto outputs = values(size.outputs);
  const auto alive = values(size.by_point);
  const auto greatest = values(size.by_point);
  const auto weights = numbers(size.weights);
  const auto scratch = numbers(size.scratch);
  const Workspace<Lanes> workspace = {.vectors = vectors.get(),
                                      .outputs = outputs.get(),
                                      .alive = alive.get(),
                                      .greatest = greatest.get(),
                                      .weights = weights.get(),
                                      .scratch = scratch.get()};
  for (std::int64_t next = 0; next < count; next += Lanes::networks) {
    const std::int64_t here = std::min<std::int64_t>(Lanes::networks, count - next);
    Lanes lanes = make(first + next);
    Forward<Lanes> forward(plan, workspace, lanes);
    forward.run([&](std::int64_t layer, const LayerOutcome<Lanes>& outcome, const std::int32_t* exponents) {
      if (stop.load(std::memory_order_relaxed)) throw Interrupted();
      Real columns[5][Lanes::networks];
      bool entered[Lanes::networks];
      bool dies[Lanes::networks];
      Lanes::store(outcome.entered, entered);
      Lanes::store(outcome.dies, dies);
      Lanes::store(outcome.dead_units, columns[0]);
      Lanes::store(outcome.living_points, columns[1]);
      Lanes::store(outcome.first_squared, columns[2]);
      Lanes::store(outcome.second_squared, columns[3]);
      Lanes::store(outcome.product, columns[4]);
      for (std::int64_t lane = 0; lane < here; ++lane) {
        if (!entered[lane]) continue;
        tally.add(layer, next + lane, dies[lane], columns[0][lane], columns[1][lane], columns[2][lane],
                  columns[3][lane], columns[4][lane], exponents[lane]);
      }
    });
  }
}

}  // namespace deadcone::network
