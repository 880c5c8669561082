#include <thrust/iterator/counting_iterator.h>
#include <cub/device/device_reduce.cuh>

#include <type_traits>

#include "runtime/check.hpp"
#include "deadcone/fate.hpp"
#include "unit/counts.hpp"

namespace deadcone {
namespace {

static_assert(std::is_trivially_copyable_v<Counts> && fate_count == 5);

/// The members of Counts, for device code.
struct DeviceCounts {
  std::int64_t fates[fate_count];
  std::int64_t updates;
  std::int32_t largest_steps;
  std::int64_t filled;  // none of a mapper's
  std::int64_t fill_mismatches;
};
static_assert(sizeof(DeviceCounts) == sizeof(Counts) && offsetof(DeviceCounts, updates) == offsetof(Counts, updates) &&
              offsetof(DeviceCounts, largest_steps) == offsetof(Counts, largest_steps));

struct CountsOfPixel {
  const std::int8_t* fate;
  const std::int32_t* steps;

  __host__ __device__ DeviceCounts operator()(std::int64_t i) const {
    DeviceCounts counts = {{}, steps[i], steps[i], 0, 0};
    for (int f = 0; f < fate_count; ++f) counts.fates[f] = fate[i] == f ? 1 : 0;
    return counts;
  }
};

struct SumOfCounts {
  __host__ __device__ DeviceCounts operator()(DeviceCounts a, const DeviceCounts& b) const {
    for (int f = 0; f < fate_count; ++f) a.fates[f] += b.fates[f];
    a.updates += b.updates;
    a.largest_steps = a.largest_steps < b.largest_steps ? b.largest_steps : a.largest_steps;
    return a;
  }
};

cudaError_t reduce(void* workspace, std::size_t& bytes, const CountsOfPixel& pixels, DeviceCounts* counts,
                   std::int64_t count, cudaStream_t stream) {
  return cub::DeviceReduce::TransformReduce(workspace, bytes, thrust::counting_iterator<std::int64_t>(0), counts, count,
                                            SumOfCounts(), pixels, DeviceCounts{}, stream);
}

}  // namespace

std::size_t count_workspace(std::int64_t pixels) {
  std::size_t bytes = 0;
  DEADCONE_CUDA_CHECK(reduce(nullptr, bytes, {nullptr, nullptr}, nullptr, pixels, nullptr));
  return bytes;
}

void count_on_device(const std::int8_t* fate, const std::int32_t* steps, std::int64_t pixels, Counts* counts,
                     void* workspace, std::size_t workspace_bytes, cudaStream_t stream) {
  DEADCONE_CUDA_CHECK(
      reduce(workspace, workspace_bytes, {fate, steps}, reinterpret_cast<DeviceCounts*>(counts), pixels, stream));
}

}  // namespace deadcone
