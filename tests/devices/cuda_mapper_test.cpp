// The CUDA mapper where something fails or runs out: on a simulated runtime, which also sees what a card would suffer from
// in silence.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"
#include "runtime/memory.hpp"
#include "runtime/stream.hpp"
#include "support/fake_cuda.hpp"
#include "unit/launch_length.hpp"

namespace deadcone {
namespace {

using fake_cuda::FakeDevice;

/// After each test of this program: nothing happened that nobody may do.
class Inspector : public ::testing::EmptyTestEventListener {
  void OnTestEnd(const ::testing::TestInfo& /*info*/) override {
    for (const std::string& violation : fake_cuda::violations()) ADD_FAILURE() << violation;
  }
};
[[maybe_unused]] const bool inspected = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new Inspector);
  return true;
}();

constexpr Fields every_field = {true, true, true};

Map map_of(std::int64_t columns, std::int64_t rows, std::int64_t max_updates = 40) {
  Map map;
  map.window = {{-2, 2.5, columns}, {-2.25, 2, rows}};
  map.criteria.tolerance = 1e-3;
  map.criteria.max_updates = max_updates;
  return map;
}

Tile whole(const Map& map) {
  return {0, 0, map.window.b.count, map.window.w.count};
}

TileResult computed(Mapper& mapper, const Map& map, const PixelList& listed = {}) {
  Meter meter;
  TileResult result;
  mapper.begin(map, whole(map), every_field, listed, meter);
  mapper.finish(result);
  return result;
}

TileResult expected(const Map& map, const PixelList& listed = {}) {
  return computed(*make_cpu_mapper(1, InstructionSet::scalar), map, listed);
}

void expect_same(const TileResult& a, const TileResult& b) {
  EXPECT_EQ(a.counts, b.counts);
  EXPECT_EQ(a.fate, b.fate);
  EXPECT_EQ(a.updates, b.updates);
  EXPECT_EQ(a.w_final, b.w_final);
  EXPECT_EQ(a.b_final, b.b_final);
  EXPECT_EQ(a.loss_final, b.loss_final);
}

std::unique_ptr<Mapper> mapper_of(const Execution& execution, std::vector<std::string>& notes) {
  return make_mapper(execution, [&notes](const std::string& line) { notes.push_back(line); });
}

FakeDevice broken(cudaError_t status, int compute_mode = cudaComputeModeDefault) {
  return {.name = "Broken", .start = status, .compute_mode = compute_mode};
}

// Memory.

TEST(CudaMapper, GrowsItsMemoryRarely) {
  fake_cuda::reset({{.memory = std::size_t{1} << 30}});
  {
    const CudaStream stream;
    DeviceBuffer on_device(std::numeric_limits<std::size_t>::max());
    HostBuffer on_host;
    for (std::size_t size = 1; size < 100'000'000; size += 1 + size / 20) {
      ASSERT_TRUE(on_device.reserve(size, stream.get()));
      on_host.reserve(size);
      stream.wait();
    }
  }
  EXPECT_LE(fake_cuda::calls()["cudaFree"], 7);  // 2, 4, ... 128 MiB
  EXPECT_LE(fake_cuda::calls()["cudaFreeHost"], 7);
}

TEST(CudaMapper, KeepsItsMemoryFromListToList) {
  // Lists of every length, as refinement asks for them.
  fake_cuda::reset({{.memory = std::size_t{1} << 30}});
  const auto mapper = make_cuda_mapper();
  const int frees_at_first = fake_cuda::calls()["cudaFree"];
  const Map map = map_of(400, 400, 1);
  for (std::int32_t length = 1; length <= 160'000; length += 1 + length / 10) {
    PixelList listed(static_cast<std::size_t>(length));
    std::iota(listed.begin(), listed.end(), 0);
    Meter meter;
    TileResult result;
    mapper->begin(map, whole(map), Fields{}, listed, meter);
    mapper->finish(result);
  }
  EXPECT_EQ(fake_cuda::calls()["cudaFree"], frees_at_first);
  EXPECT_EQ(fake_cuda::calls()["cudaFreeHost"], 0);
}

TEST(CudaMapper, AsksNoSecondTimeForMemoryThatThereIsNot) {
  fake_cuda::reset({{.memory = 6'000'000}});
  {
    const CudaStream stream;
    DeviceBuffer buffer(std::numeric_limits<std::size_t>::max());
    EXPECT_TRUE(buffer.reserve(5'000'000, stream.get()));  // though twice 4 MiB are too much
    stream.wait();
    EXPECT_FALSE(buffer.reserve(7'000'000, stream.get()));
    EXPECT_TRUE(buffer.reserve(5'500'000, stream.get()));
    stream.wait();
    fake_cuda::calls().clear();
    EXPECT_FALSE(buffer.reserve(7'000'000, stream.get()));
    EXPECT_FALSE(buffer.reserve(8'000'000, stream.get()));
    EXPECT_TRUE(buffer.reserve(5'500'000, stream.get()));
    EXPECT_EQ(fake_cuda::calls()["cudaMalloc"], 0);
    EXPECT_EQ(fake_cuda::calls()["cudaFree"], 0);
    EXPECT_FALSE(DeviceBuffer(100).reserve(101, stream.get()));
    buffer.forget_refusals();
    EXPECT_FALSE(buffer.reserve(7'000'000, stream.get()));
    EXPECT_EQ(fake_cuda::calls()["cudaMalloc"], 2);  // 8 MiB, and then 7 MB
  }
}

TEST(CudaMapper, FreesNothingWhereItHasNothing) {
  fake_cuda::reset();
  make_cuda_mapper().reset();
  EXPECT_EQ(fake_cuda::calls()["cudaFreeHost"], 0);
  EXPECT_EQ(fake_cuda::calls()["cudaMalloc"], 0);
}

TEST(CudaMapper, GivesTheSameResultsWithoutPinnedMemory) {
  const Map map = map_of(40, 30, 10);
  const TileResult all = expected(map);
  for (const std::size_t limit : {0, 1, 2'097'152, 5'000'000}) {
    for (const std::size_t memory_limit : {std::size_t{1} << 40, std::size_t{20'000}}) {
      fake_cuda::reset();
      fake_cuda::limit_pinned_memory(limit);
      const auto mapper = make_cuda_mapper({}, {}, {.memory = memory_limit});
      for (int i = 0; i < 5; ++i) expect_same(computed(*mapper, map), all);
    }
  }
}

// Calls that fail.

TEST(CudaMapper, GoesOnAfterAnyCallHasFailed) {
  const Map map = map_of(7, 6, 5);
  const TileResult all = expected(map);
  for (const char* function :
       {"cudaMalloc", "cudaMallocHost", "cudaMemcpyAsync", "cudaMemsetAsync", "launch", "cudaEventRecord",
        "cudaEventSynchronize", "cudaSetDevice", "cudaFree", "cudaFreeHost"}) {
    for (const cudaError_t status : {cudaErrorLaunchFailure, cudaErrorMemoryAllocation}) {
      for (int skipped = 0; skipped < 12; ++skipped) {
        SCOPED_TRACE(::testing::Message() << function << ", " << status << ", call " << skipped + 1);
        fake_cuda::reset({{}});
        const auto mapper = make_cuda_mapper({}, {}, {.memory = 6200});  // in several bands
        fake_cuda::fail(function, status, skipped);
        try {
          Meter meter;
          TileResult result;
          for (int i = 0; i < 3; ++i) mapper->begin(map, whole(map), every_field, {}, meter);
          for (int i = 0; i < 3; ++i) {
            mapper->finish(result);
            expect_same(result, all);
          }
        } catch (const DeviceError& error) {
          EXPECT_NE(std::string(error.what()).find("CUDA"), std::string::npos);
        }
        fake_cuda::fail(function, status, 1'000'000);
        // In every slot: the next tile of that which failed overwrites its memory.
        for (int i = 0; i < mapper->tiles_in_flight(); ++i) expect_same(computed(*mapper, map), all);
        ASSERT_TRUE(fake_cuda::violations().empty()) << fake_cuda::violations().front();
      }
    }
  }
}

TEST(CudaMapper, EndsWithTilesOnTheirWay) {
  fake_cuda::reset();
  const Map map = map_of(7, 6, 5);
  Meter meter;
  const auto mapper = make_cuda_mapper();
  for (int i = 0; i < mapper->tiles_in_flight(); ++i) mapper->begin(map, whole(map), every_field, {}, meter);
}

TEST(CudaMapper, ForgetsTilesWhenToldToStop) {
  fake_cuda::reset();
  const Map map = map_of(7, 6, 5);
  const auto mapper = make_cuda_mapper();
  Meter meter;
  TileResult result;
  for (int i = 0; i < 5; ++i) mapper->begin(map, whole(map), every_field, {}, meter);
  meter.stop = true;
  EXPECT_THROW(mapper->finish(result), Interrupted);
  for (int i = 0; i < mapper->tiles_in_flight(); ++i) expect_same(computed(*mapper, map), expected(map));
}

// Launches.

TEST(CudaMapper, LooksAtStopBetweenLaunches) {
  fake_cuda::reset({{}});
  Map map = map_of(7, 6, 1'000'000);
  map.criteria.tolerance = 1e-30;  // no trajectory comes to rest
  const auto mapper = make_cuda_mapper({}, {}, {.launch_seconds = 1e-9});
  for (const int tiles : {1, 3}) {
    Meter meter;
    TileResult result;
    for (int i = 0; i < tiles; ++i) mapper->begin(map, whole(map), Fields{}, {}, meter);
    std::thread user([&meter] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      meter.stop = true;
    });
    EXPECT_THROW(mapper->finish(result), Interrupted);
    user.join();
  }
  expect_same(computed(*mapper, map_of(7, 6)), expected(map_of(7, 6)));
}

TEST(CudaMapper, NeedsOneLaunchForUsualSweeps) {
  // An H100 and an H200 at their clocks; a card for desktops, whose units for double are few.
  constexpr DeviceSpeed h100 = {1.755e9, 132, 2};
  constexpr DeviceSpeed desktop = {2.5e9, 20, 64};
  const std::int64_t tile = tile_side * tile_side;
  const std::int64_t usual = Criteria{}.max_updates;
  EXPECT_GT(updates_of_launch(h100, Precision::float32, tile, 0.5), usual);
  EXPECT_GT(updates_of_launch(h100, Precision::float64, tile, 0.5), usual);
  EXPECT_GT(updates_of_launch(desktop, Precision::float32, tile, 0.5), usual / 2);
  EXPECT_LT(updates_of_launch(desktop, Precision::float64, tile, 0.5), usual / 50);
  EXPECT_LT(updates_of_launch(h100, Precision::float32, 1, 0.5), 3'000'000) << "one trajectory takes its time, too";
  for (const double seconds : {1e-30, 1e-3, 0.5, 1e30}) {
    for (const std::int64_t pixels : {std::int64_t{1}, tile, std::int64_t{1} << 40}) {
      const std::int32_t updates = updates_of_launch(desktop, Precision::float64, pixels, seconds);
      EXPECT_GE(updates, updates_in_block);
      EXPECT_EQ(updates % updates_in_block, 0);
    }
  }
}

// Which devices.

TEST(CudaMapper, UsesEveryDeviceThatItCan) {
  const std::vector<FakeDevice> devices = {
      {.name = "A"},
      broken(cudaErrorDevicesUnavailable, cudaComputeModeExclusiveProcess),
      {.name = "A"},
      broken(cudaErrorDevicesUnavailable, cudaComputeModeProhibited),
      broken(cudaErrorMemoryAllocation),
      {.name = "Old", .kernels = cudaErrorNoKernelImageForDevice},
      broken(cudaErrorECCUncorrectable),
      {.name = "B"},
  };
  const std::vector<std::string> reasons = {
      "CUDA device 1 (Broken): its compute mode is exclusive, and another process has it; it is not used",
      "CUDA device 3 (Broken): its compute mode is prohibited; it is not used",
      "CUDA device 4 (Broken): its memory is full; it is not used",
      "CUDA device 5 (Old): this deadcone was not built for compute capability 0.0: an error; it is not used",
      "CUDA device 6 (Broken): an error; it is not used",
  };
  const Map map = map_of(7, 6, 5);
  for (const Device device : {Device::automatic, Device::cuda}) {
    fake_cuda::reset(devices);
    std::vector<std::string> notes;
    const auto mapper = mapper_of({device}, notes);
    EXPECT_EQ(mapper->description(), "cuda, 2 x A, B");
    EXPECT_EQ(notes, reasons);
    for (int i = 0; i < 3; ++i) expect_same(computed(*mapper, map), expected(map));
    EXPECT_EQ(fake_cuda::devices_used(), (std::vector<int>{0, 2, 7}));
  }
}

TEST(CudaMapper, LeavesOutADeviceOnWhichItCannotPrepare) {
  for (const char* function : {"cudaStreamCreateWithFlags", "cudaEventCreateWithFlags", "cudaFree"}) {
    for (const int skipped : {0, 20}) {
      if (function == std::string("cudaFree") && skipped > 0) continue;
      SCOPED_TRACE(function);
      fake_cuda::reset();
      fake_cuda::fail(function, cudaErrorMemoryAllocation, skipped);
      std::vector<std::string> notes;
      const auto mapper = mapper_of({Device::cuda}, notes);
      EXPECT_EQ(notes.size(), 1U);
      const Map map = map_of(7, 6, 5);
      expect_same(computed(*mapper, map), expected(map));
      EXPECT_EQ(fake_cuda::devices_used(), std::vector<int>{1});
    }
  }
}

TEST(CudaMapper, FallsBackToTheProcessorWhereNoDeviceCanBeUsed) {
  const std::vector<FakeDevice> devices = {broken(cudaErrorDevicesUnavailable, cudaComputeModeExclusiveProcess),
                                           broken(cudaErrorMemoryAllocation)};
  fake_cuda::reset(devices);
  std::vector<std::string> notes;
  EXPECT_EQ(mapper_of({Device::automatic, 1}, notes)->description().substr(0, 3), "cpu");
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes.back(),
            "no CUDA device can be used: device 0 (Broken): its compute mode is exclusive, and another process has it; "
            "device 1 (Broken): its memory is full");
  fake_cuda::reset(devices);
  notes.clear();
  EXPECT_THROW(mapper_of({Device::cuda}, notes), DeviceError);
  EXPECT_EQ(notes.size(), 2U);
}

TEST(CudaMapper, SaysNothingWhereThereIsNoDevice) {
  fake_cuda::reset({});
  std::vector<std::string> notes;
  EXPECT_EQ(mapper_of({Device::automatic, 1}, notes)->description().substr(0, 3), "cpu");
  EXPECT_TRUE(notes.empty());
  EXPECT_THROW(mapper_of({Device::cuda}, notes), NoDevice);
  EXPECT_TRUE(notes.empty());
}

TEST(CudaMapper, SaysWhereTheDriverFails) {
  fake_cuda::reset();
  fake_cuda::fail("cudaGetDeviceCount", cudaErrorSystemDriverMismatch);
  std::vector<std::string> notes;
  EXPECT_EQ(mapper_of({Device::automatic, 1}, notes)->description().substr(0, 3), "cpu");
  EXPECT_EQ(notes, std::vector<std::string>{"no CUDA device: an error"});
}

TEST(CudaMapper, TakesTheDevicesOfItsShareAlone) {
  const std::vector<FakeDevice> devices = {{.name = "A"}, {.name = "B"}, broken(cudaErrorDevicesUnavailable), {}};
  const Map map = map_of(7, 6, 5);
  fake_cuda::reset(devices);
  const auto mapper = make_cuda_mapper({.index = 0, .count = 2});
  for (int i = 0; i < 4; ++i) expect_same(computed(*mapper, map), expected(map));
  EXPECT_EQ(fake_cuda::devices_used(), (std::vector<int>{0, 1}));
}

}  // namespace
}  // namespace deadcone
