// deadcone's kernel as a contestant, by the device's own clock: all tiles of a map as the CUDA mapper launches them, in
// as many streams, with the labels left on the device.
//
//   bench_gpu --device-info    {"name": ..., "processors": N, "capability": "9.0"}
//   bench_gpu ...              serves; see contestant.hpp

#include <cuda_runtime_api.h>
#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/process.hpp"
#include "contestant.hpp"
#include "deadcone/detail/scatter.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"
#include "runtime/check.hpp"
#include "runtime/devices.hpp"
#include "runtime/memory.hpp"
#include "runtime/stream.hpp"
#include "unit/kernel.hpp"

namespace deadcone {
namespace {

constexpr int streams_in_flight = 32;

void print_device() {
  cudaDeviceProp properties = {};
  DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties, 0));
  std::printf("{\"name\": \"%s\", \"processors\": %d, \"capability\": \"%d.%d\"}\n", properties.name,
              properties.multiProcessorCount, properties.major, properties.minor);
}

DeviceBytes bytes_or_fail(std::size_t size) {
  DeviceBytes bytes = device_bytes(size);
  if (bytes.size() < size) throw DeviceError("CUDA: the device has too little memory for this map");
  return bytes;
}

/// A map whose labels stay on the device, tile by tile.
template <class Real>
class MapOnDevice {
 public:
  explicit MapOnDevice(const PreparedMap& map)
      : map_(map),
        tiles_(map->window.grid()),
        w_(coordinates(centres<Real>(map->window.w, 0, map->window.w.count))),
        b_(coordinates(centres<Real>(map->window.b, 0, map->window.b.count))),
        fate_(bytes_or_fail(static_cast<std::size_t>(map->window.pixels()))),
        updates_(bytes_or_fail(static_cast<std::size_t>(map->window.pixels()) * sizeof(std::int32_t))),
        counts_(bytes_or_fail(count_copies * sizeof(DeviceCounts))),
        streams_(streams_in_flight) {}

  /// Seconds between the moment when the first tile may begin and that when the last has ended.
  double run() {
    const CudaEvent begin(cudaEventDefault);
    const CudaEvent end(cudaEventDefault);
    DEADCONE_CUDA_CHECK(cudaEventRecord(begin.get(), streams_[0].get()));
    for (const CudaStream& stream : streams_) DEADCONE_CUDA_CHECK(cudaStreamWaitEvent(stream.get(), begin.get(), 0));
    std::int64_t first = 0;
    for (std::int64_t i = 0; i < tiles_.count(); ++i) {
      launch(tiles_[i], first, streams_[static_cast<std::size_t>(i) % streams_.size()].get());
      first += tiles_[i].pixels();
    }
    for (const CudaStream& stream : streams_) {
      const CudaEvent ended(cudaEventDisableTiming);
      DEADCONE_CUDA_CHECK(cudaEventRecord(ended.get(), stream.get()));
      DEADCONE_CUDA_CHECK(cudaStreamWaitEvent(streams_[0].get(), ended.get(), 0));
    }
    DEADCONE_CUDA_CHECK(cudaEventRecord(end.get(), streams_[0].get()));
    DEADCONE_CUDA_CHECK(cudaEventSynchronize(end.get()));
    float milliseconds = 0;
    DEADCONE_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, begin.get(), end.get()));
    return static_cast<double>(milliseconds) / 1e3;
  }

  /// The labels of the last run, b-major.
  bench::Labels labels() const {
    const auto pixels = static_cast<std::size_t>(map_->window.pixels());
    bench::Labels by_tile{std::vector<std::int8_t>(pixels), std::vector<std::int32_t>(pixels)};
    DEADCONE_CUDA_CHECK(cudaMemcpy(by_tile.fate.data(), fate_.data(), pixels, cudaMemcpyDeviceToHost));
    DEADCONE_CUDA_CHECK(
        cudaMemcpy(by_tile.updates.data(), updates_.data(), pixels * sizeof(std::int32_t), cudaMemcpyDeviceToHost));
    bench::Labels labels;
    std::ptrdiff_t first = 0;
    const auto place = [&first](const auto& from, const Tile& tile, const Grid& grid, auto& to) {
      const auto begin = from.begin() + first;
      scatter({begin, begin + static_cast<std::ptrdiff_t>(tile.pixels())}, tile, grid, to);
    };
    for (std::int64_t i = 0; i < tiles_.count(); ++i) {
      place(by_tile.fate, tiles_[i], map_->window.grid(), labels.fate);
      place(by_tile.updates, tiles_[i], map_->window.grid(), labels.updates);
      first += static_cast<std::ptrdiff_t>(tiles_[i].pixels());
    }
    return labels;
  }

 private:
  static DeviceBytes coordinates(const std::vector<Real>& values) {
    DeviceBytes bytes = bytes_or_fail(values.size() * sizeof(Real));
    DEADCONE_CUDA_CHECK(cudaMemcpy(bytes.data(), values.data(), bytes.size(), cudaMemcpyHostToDevice));
    DEADCONE_CUDA_CHECK(cudaDeviceSynchronize());  // the streams do not wait for copies outside of them
    return bytes;
  }

  void launch(const Tile& tile, std::int64_t first_pixel, cudaStream_t stream) const {
    TileTask<Real> task = {};
    task.dynamics = map_.dynamics<Real>();
    task.starts = {reinterpret_cast<const Real*>(w_.data()) + tile.first_column,
                   reinterpret_cast<const Real*>(b_.data()) + tile.first_row, static_cast<Real>(map_->point.r),
                   tile.columns};
    task.results.fate = reinterpret_cast<Fate*>(fate_.data()) + first_pixel;
    task.results.updates = reinterpret_cast<std::int32_t*>(updates_.data()) + first_pixel;
    task.counts = reinterpret_cast<DeviceCounts*>(counts_.data());
    task.until = task.dynamics.max_updates;
    task.count_b = static_cast<std::int32_t>(tile.rows);
    task.count_w = static_cast<std::int32_t>(tile.columns);
    task.pixels = tile.pixels();
    launch_map(map_.variant(), task, stream);
  }

  PreparedMap map_;
  Tiling tiles_;
  DeviceBytes w_, b_, fate_, updates_;
  DeviceBytes counts_;  ///< what stands in it is of no interest
  std::vector<CudaStream> streams_;
};

template <class Real>
void serve(const Map& map, const std::string& labels_path) {
  MapOnDevice<Real> on_device(map);
  const auto seconds_of_a_run = [&] { return on_device.run(); };
  const auto run = [&] {
    on_device.run();
    return on_device.labels();
  };
  bench::serve(run, seconds_of_a_run, labels_path);
}

int run(int argc, char** argv) {
  Sweep sweep;
  std::string labels_path;
  bool only_device = false;
  CLI::App app("deadcone's kernel as a contestant of the benchmark", "bench_gpu");
  app.add_flag("--device-info", only_device, "print what the device is");
  app.add_option("--labels", labels_path, "file for fates and updates");
  Window window;
  for (SweepAxis& axis : sweep.axes) {
    if (axis.place != nullptr) add_axis_option(app, axis.name, axis.meaning, axis.values);
  }
  add_window_options(app, window, "initial ");
  add_criteria_options(app, sweep.criteria);
  add_precision_option(app, sweep.precision);
  CLI11_PARSE(app, argc, argv);
  sweep.plane = {window.w, window.b};
  validate(sweep);
  visible_devices();
  std::string problem = start_device(0);
  if (problem.empty()) problem = load_kernels();
  if (!problem.empty()) throw DeviceError("CUDA device 0 (" + name_of_device(0) + "): " + problem);
  if (only_device) {
    print_device();
    return 0;
  }
  const Map map = {sweep.point(0), window, sweep.criteria, sweep.precision};
  with_precision(map.precision, [&]<class Real>() { serve<Real>(map, labels_path); });
  return 0;
}

}  // namespace
}  // namespace deadcone

int main(int argc, char** argv) {
  if (!deadcone::prepare_process()) return 1;
  try {
    return deadcone::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench_gpu: " << error.what() << std::endl;
    return 1;
  }
}
