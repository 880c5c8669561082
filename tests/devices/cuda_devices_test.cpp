// The reasons for which there is no GPU, and the GPUs of one process among several.

#include "runtime/devices.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace deadcone {
namespace {

TEST(CudaDevices, ADeviceIsNoProblem) {
  EXPECT_EQ(device_problem(cudaSuccess, 1, 13000, 13000), "");
  EXPECT_EQ(device_problem(cudaSuccess, 8, 14010, 13000), "");
}

TEST(CudaDevices, TellsWhyThereIsNone) {
  EXPECT_EQ(device_problem(cudaErrorInsufficientDriver, 0, 0, 13000), "no NVIDIA driver is installed");
  EXPECT_EQ(device_problem(cudaErrorNoDevice, 0, 0, 13000), "no NVIDIA driver is installed");
  EXPECT_EQ(device_problem(cudaErrorInsufficientDriver, 0, 12040, 13000),
            "the NVIDIA driver is too old: it is for CUDA 12.4, this deadcone for 13.0");
  EXPECT_EQ(device_problem(cudaErrorNoDevice, 0, 13000, 13000), "the NVIDIA driver finds no GPU");
  EXPECT_EQ(device_problem(cudaSuccess, 0, 13000, 13000), "the NVIDIA driver finds no GPU");
  EXPECT_EQ(device_problem(cudaErrorInitializationError, 0, 13000, 13000),
            cudaGetErrorString(cudaErrorInitializationError));
}

// The devices of a process.

TEST(CudaDevices, AreSharedByTheProcessesOfANode) {
  for (int visible = 1; visible <= 17; ++visible) {
    for (int count = 1; count <= 17; ++count) {
      std::vector<int> users(static_cast<std::size_t>(visible));
      std::vector<int> least_and_most = {visible, 0};
      for (int index = 0; index < count; ++index) {
        const std::vector<int> devices = devices_of({.index = index, .count = count, .devices = visible}, visible);
        ASSERT_FALSE(devices.empty());
        for (const int device : devices) ++users.at(static_cast<std::size_t>(device));
        const int taken = static_cast<int>(devices.size());
        least_and_most = {std::min(least_and_most[0], taken), std::max(least_and_most[1], taken)};
      }
      // Each device has a user, none has two where there are enough, and shares differ by one at most.
      const auto [fewest, most] = std::minmax_element(users.begin(), users.end());
      EXPECT_GE(*fewest, 1) << count << " processes, " << visible << " devices";
      EXPECT_LE(*most, (count + visible - 1) / visible);
      EXPECT_LE(least_and_most[1] - least_and_most[0], 1);
    }
  }
}

TEST(CudaDevices, AreNotSharedOutTwice) {
  // Four processes on a node of eight devices, each of which has been given two.
  for (int index = 0; index < 4; ++index) {
    EXPECT_EQ(devices_of({.index = index, .count = 4, .devices = 8}, 2), (std::vector<int>{0, 1}));
    EXPECT_EQ(devices_of({.index = index, .count = 4}, 8), (std::vector<int>{2 * index, 2 * index + 1}));
  }
}

TEST(CudaDevices, OfTheLargestSharesAreFound) {
  constexpr int most = std::numeric_limits<int>::max();
  EXPECT_EQ(devices_of({.index = most - 1, .count = most}, 8), std::vector<int>{7});
}

}  // namespace
}  // namespace deadcone
