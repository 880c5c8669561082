// Blocks of networks through all devices of this process.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "deadcone/detail/cuda_birth_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/network/network_plan.hpp"
#include "network/kernel.hpp"
#include "runtime/devices.hpp"
#include "runtime/memory.hpp"
#include "runtime/stream.hpp"

namespace deadcone {
namespace {

using namespace network;

/// Networks of a launch, at most: more than any device runs at once. And multiply-adds, some tenths of a second of a large one.
constexpr std::int64_t most_networks = 1 << 17;
constexpr double most_multiply_adds = 2e11;

std::size_t aligned(std::size_t bytes) {
  constexpr std::size_t alignment = 256;
  return (bytes + alignment - 1) / alignment * alignment;
}

/// Where the arrays of a launch lie in one piece of memory; what the host reads is last.
struct Layout {
  std::size_t widths, scales, bias_scales, inputs, workspace, flags, numbers, exponents, sums, total;
};

template <class Real>
Layout layout_of(const Plan<Real>& plan, const WorkspaceSize& size, std::int64_t networks, std::int64_t blocks) {
  Layout layout = {};
  std::size_t end = 0;
  const auto place = [&end](std::size_t& offset, std::int64_t count, std::size_t bytes) {
    offset = end;
    end += aligned(static_cast<std::size_t>(count) * bytes);
  };
  const std::int64_t of_thread = size.vectors + size.outputs + 2 * size.by_point + size.weights + size.scratch;
  place(layout.widths, plan.depth, sizeof(std::int64_t));
  place(layout.scales, plan.depth, sizeof(Real));
  place(layout.bias_scales, plan.depth, sizeof(Real));
  place(layout.inputs, plan.inputs == nullptr ? 0 : plan.dimension * plan.points, sizeof(Real));
  place(layout.workspace, of_thread * networks, sizeof(Real));
  place(layout.flags, plan.depth * networks, sizeof(std::uint8_t));
  place(layout.numbers, 5 * plan.depth * networks, sizeof(Real));
  place(layout.exponents, plan.depth * networks, sizeof(std::int32_t));
  place(layout.sums, plan.depth * blocks, sizeof(LayerSums));
  layout.total = end;
  return layout;
}

std::int64_t blocks_of(std::int64_t networks) {
  return (networks + networks_of_block - 1) / networks_of_block;
}

CudaStream stream_on(int device) {
  DEADCONE_CUDA_CHECK(cudaSetDevice(device));
  return {};
}

/// One device, and a launch on it.
class DeviceRunner {
 public:
  DeviceRunner(int device, const CudaLimits& limits)
      : device_(device), stream_(stream_on(device)), on_device_(limits.memory) {}

  ~DeviceRunner() { stream_.drain(); }  // new memory is cleared even if no launch follows
  DeviceRunner(const DeviceRunner&) = delete;
  DeviceRunner& operator=(const DeviceRunner&) = delete;

  /// Whether the networks of a launch fit.
  template <class Real>
  bool reserve(const Plan<Real>& plan, const WorkspaceSize& size, std::int64_t networks) {
    DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
    return on_device_.reserve(layout_of(plan, size, networks, blocks_of(networks)).total, stream_.get());
  }

  /// Begins a launch, for which memory is reserved.
  template <class Real>
  void begin(const Plan<Real>& plan, const WorkspaceSize& size, std::int64_t first, std::int64_t networks) {
    DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
    blocks_ = blocks_of(networks);
    depth_ = plan.depth;
    const Layout layout = layout_of(plan, size, networks, blocks_);
    std::byte* const base = on_device_.data();
    Plan<Real> there = plan;
    const auto copy = [&](const void* from, std::size_t offset, std::int64_t count, std::size_t bytes) {
      DEADCONE_CUDA_CHECK(cudaMemcpyAsync(base + offset, from, static_cast<std::size_t>(count) * bytes,
                                          cudaMemcpyHostToDevice, stream_.get()));
    };
    copy(plan.widths, layout.widths, plan.depth, sizeof(std::int64_t));
    copy(plan.scales, layout.scales, plan.depth, sizeof(Real));
    copy(plan.bias_scales, layout.bias_scales, plan.depth, sizeof(Real));
    there.widths = reinterpret_cast<const std::int64_t*>(base + layout.widths);
    there.scales = reinterpret_cast<const Real*>(base + layout.scales);
    there.bias_scales = reinterpret_cast<const Real*>(base + layout.bias_scales);
    if (plan.inputs != nullptr) {
      copy(plan.inputs, layout.inputs, plan.dimension * plan.points, sizeof(Real));
      there.inputs = reinterpret_cast<const Real*>(base + layout.inputs);
    }
    NetworkTask<Real> task = {.plan = there,
                              .first = first,
                              .networks = networks,
                              .workspace = reinterpret_cast<Real*>(base + layout.workspace),
                              .vectors = size.vectors,
                              .outputs = size.outputs,
                              .by_point = size.by_point,
                              .weights = size.weights,
                              .scratch = size.scratch,
                              .flags = reinterpret_cast<std::uint8_t*>(base + layout.flags),
                              .numbers = reinterpret_cast<Real*>(base + layout.numbers),
                              .exponents = reinterpret_cast<std::int32_t*>(base + layout.exponents),
                              .sums = reinterpret_cast<LayerSums*>(base + layout.sums)};
    DEADCONE_CUDA_CHECK(cudaMemsetAsync(task.flags, 0, static_cast<std::size_t>(plan.depth * networks), stream_.get()));
    launch_networks(task, stream_.get());
    const std::size_t bytes = static_cast<std::size_t>(depth_ * blocks_) * sizeof(LayerSums);
    on_host_.reserve(bytes);
    DEADCONE_CUDA_CHECK(cudaMemcpyAsync(on_host_.data(), task.sums, bytes, cudaMemcpyDeviceToHost, stream_.get()));
  }

  /// Waits for the launch, and adds its blocks.
  void finish(BirthCounts& total) {
    DEADCONE_CUDA_CHECK(cudaSetDevice(device_));
    stream_.wait();
    const auto* sums = reinterpret_cast<const LayerSums*>(on_host_.data());
    for (std::int64_t block = 0; block < blocks_; ++block) {
      for (std::int64_t layer = 0; layer < depth_; ++layer) {
        const LayerSums& of = sums[layer * blocks_ + block];
        const auto l = static_cast<std::size_t>(layer);
        total.born_dead += of.died;
        total.died[l] += of.died;
        total.dead_units[l] += of.dead_units;
        total.living_points[l] += of.living_points;
        total.correlated[l] += of.correlated;
        total.squared_length[l] += of.squared_length;
        total.correlation[l] += of.correlation;
      }
    }
  }

  void abandon() const noexcept { stream_.drain(); }

 private:
  int device_;
  CudaStream stream_;
  DeviceBuffer on_device_;
  HostBuffer on_host_;
  std::int64_t blocks_ = 0;
  std::int64_t depth_ = 0;
};

class CudaBirthMapper final : public BirthMapper {
 public:
  CudaBirthMapper(const DeviceShare& share, const DeviceNote& note, const CudaLimits& limits) {
    description_ = use_devices(share, note, [&](int device) {
      std::string problem = start_device(device);
      if (problem.empty()) problem = load_network_kernels();
      if (!problem.empty()) throw DeviceError(problem);
      runners_.push_back(std::make_unique<DeviceRunner>(device, limits));
    });
  }

  void run(const NetworkKind& kind, const BirthPoint& point, const BlockRun& blocks, std::int64_t networks,
           Meter& meter, BirthCounts& total) override {
    with_precision(kind.precision, [&]<class Real>() { run_in<Real>(kind, point, blocks, networks, meter, total); });
  }

  double memory(const NetworkKind&, const BirthPoint& point) const override {
    const std::int64_t sums = point.depth() * blocks_of(most_networks) * std::ssize(runners_);
    return static_cast<double>(sums) * sizeof(LayerSums);
  }

  std::string description() const override { return description_; }

 private:
  template <class Real>
  void run_in(const NetworkKind& kind, const BirthPoint& point, const BlockRun& blocks, std::int64_t networks,
              Meter& meter, BirthCounts& total) {
    const NetworkPlan<Real> plan(kind, point);
    const WorkspaceSize size = workspace_size(plan.plan(), ThreadLanes<Real>::values_of(point.points),
                                              ThreadLanes<Real>::rows_at_once, ThreadLanes<Real>::calls_wanted);
    const double work = multiply_adds(kind, point);
    const std::int64_t end = std::min(networks, (blocks.first + blocks.count) * networks_of_block);
    std::int64_t next = blocks.first * networks_of_block;
    std::int64_t finished = next;
    const std::int64_t at_once = fitting(plan.plan(), size, work, end - next);
    std::vector<std::int64_t> begun;  // networks of each launch, the first being that of runner `first`
    std::size_t first = 0;
    try {
      while (finished < end) {
        if (meter.stop) throw Interrupted();
        while (next < end && begun.size() < runners_.size()) {
          const std::int64_t count = std::min(at_once, end - next);
          runners_[(first + begun.size()) % runners_.size()]->begin(plan.plan(), size, next, count);
          begun.push_back(count);
          next += count;
        }
        runners_[first]->finish(total);
        total.networks += begun.front();
        finished += begun.front();
        meter.pixels += begun.front();
        meter.updates += static_cast<std::int64_t>(work * static_cast<double>(begun.front()));
        begun.erase(begun.begin());
        first = (first + 1) % runners_.size();
      }
    } catch (...) {
      for (const auto& runner : runners_) runner->abandon();
      throw;
    }
  }

  /// How many networks, whole blocks, are run by a launch: as many as every device has memory for.
  template <class Real>
  std::int64_t fitting(const Plan<Real>& plan, const WorkspaceSize& size, double work, std::int64_t wanted) {
    const auto by_work =
        static_cast<std::int64_t>(std::min(most_multiply_adds / work, static_cast<double>(most_networks)));
    std::int64_t blocks = std::clamp<std::int64_t>(by_work / networks_of_block, 1, blocks_of(wanted));
    const auto fits = [&](const auto& runner) { return runner->reserve(plan, size, blocks * networks_of_block); };
    while (!std::ranges::all_of(runners_, fits)) {
      if (blocks == 1) throw OutOfMemory("networks of this size do not fit in the memory of the CUDA device");
      blocks /= 2;
    }
    return blocks * networks_of_block;
  }

  std::vector<std::unique_ptr<DeviceRunner>> runners_;
  std::string description_;
};

}  // namespace

std::unique_ptr<BirthMapper> make_cuda_birth_mapper(const DeviceShare& share, const DeviceNote& note,
                                                    const CudaLimits& limits) {
  return std::make_unique<CudaBirthMapper>(share, note, limits);
}

}  // namespace deadcone
