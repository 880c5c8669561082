// The reasons for which there is no GPU.

#include "runtime/devices.hpp"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace deadcone
