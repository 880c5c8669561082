#pragma once

// The kernels of networks: one thread for each network runs it, then one for each layer of a block adds up what they have done.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

#include "deadcone/network/birth.hpp"
#include "deadcone/network/forward.hpp"
#include "deadcone/network/layer_sums.hpp"
#include "deadcone/network/one_network.hpp"

namespace deadcone::network {

inline constexpr int block_threads = 128;

/// A place in memory in which the numbers of all threads lie side by side, so that neighbours read neighbours.
template <class T>
struct Strided {
  T* first;
  std::int64_t stride;

  DEADCONE_HD T& operator[](std::int64_t i) const { return first[i * stride]; }
  DEADCONE_HD Strided operator+(std::int64_t i) const { return {first + i * stride, stride}; }
};

template <class Real>
using ThreadLanes = OneNetwork<Real, Strided>;

/// What a layer has done for a network.
enum LayerFlag : std::uint8_t { not_entered = 0, entered = 1, entered_and_died = 2 };

/// What a launch runs: pointers are to the device.
template <class Real>
struct NetworkTask {
  Plan<Real> plan;
  std::int64_t first;     ///< number of the first network
  std::int64_t networks;  ///< of the launch, as many threads
  /// Of each thread: its workspace, one array after the other; each as long as WorkspaceSize says.
  Real* workspace;
  std::int64_t vectors;
  std::int64_t outputs;
  std::int64_t by_point;
  std::int64_t weights;
  std::int64_t scratch;
  // By layer and network:
  std::uint8_t* flags;  ///< LayerFlag; not_entered before the launch
  Real* numbers;        ///< [number][layer][network]: the five of a LayerOutcome
  std::int32_t* exponents;
  // By layer and block:
  LayerSums* sums;

  DEADCONE_HD std::int64_t blocks() const { return (networks + networks_of_block - 1) / networks_of_block; }
};

/// Runs network number `thread` of a task.
template <class Real>
DEADCONE_HD inline void run_network(const NetworkTask<Real>& task, std::int64_t thread) {
  using Lanes = ThreadLanes<Real>;
  Strided<Real> next = {task.workspace + thread, task.networks};
  Workspace<Lanes> workspace;
  workspace.vectors = next;
  workspace.outputs = next = next + task.vectors;
  workspace.alive = next = next + task.outputs;
  workspace.greatest = next = next + task.by_point;
  workspace.weights = next = next + task.by_point;
  workspace.scratch = next + task.weights;
  Lanes lanes(task.plan, task.first + thread);
  Forward<Lanes> forward(task.plan, workspace, lanes);
  const std::int64_t numbers = task.plan.depth * task.networks;
  forward.run([&](std::int64_t layer, const LayerOutcome<Lanes>& outcome, const std::int32_t* exponents) {
    const std::int64_t at = layer * task.networks + thread;
    task.flags[at] = outcome.dies ? entered_and_died : entered;
    task.numbers[at] = outcome.dead_units;
    task.numbers[numbers + at] = outcome.living_points;
    task.numbers[2 * numbers + at] = outcome.first_squared;
    task.numbers[3 * numbers + at] = outcome.second_squared;
    task.numbers[4 * numbers + at] = outcome.product;
    task.exponents[at] = exponents[0];
  });
}

/// Adds up what layer `i / blocks` has done for the networks of block `i % blocks`, in their order.
template <class Real>
DEADCONE_HD inline void sum_layer(const NetworkTask<Real>& task, std::int64_t i) {
  const std::int64_t blocks = task.blocks();
  const std::int64_t first = i / blocks * task.networks + i % blocks * networks_of_block;
  const std::int64_t left = task.networks - i % blocks * networks_of_block;
  const std::int64_t count = left < networks_of_block ? left : networks_of_block;
  const std::int64_t numbers = task.plan.depth * task.networks;
  LayerSums sums;
  for (std::int64_t at = first; at < first + count; ++at) {
    if (task.flags[at] == not_entered) continue;
    sums.died += task.flags[at] == entered_and_died ? 1 : 0;
    sums.dead_units += static_cast<std::int64_t>(task.numbers[at]);
    sums.living_points += static_cast<std::int64_t>(task.numbers[numbers + at]);
    const Real first_squared = task.numbers[2 * numbers + at];
    const Real second_squared = task.numbers[3 * numbers + at];
    sums.squared_length = sums.squared_length + squared_length(first_squared, task.exponents[at]);
    if (!have_angle(first_squared, second_squared)) continue;
    ++sums.correlated;
    sums.correlation = sums.correlation + cosine(first_squared, second_squared, task.numbers[4 * numbers + at]);
  }
  task.sums[i] = sums;
}

/// Runs a task in `stream`, for float and double. Throws DeviceError where the launch fails.
template <class Real>
void launch_networks(const NetworkTask<Real>& task, cudaStream_t stream);

/// Loads the kernels onto the current device. Returns why it cannot run them, in words; nothing where it can.
std::string load_network_kernels();

}  // namespace deadcone::network
