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
  std::int32_t most_updates;
  std::int64_t filled;  // none of a mapper's
  std::int64_t fill_mismatches;
};
static_assert(sizeof(DeviceCounts) == sizeof(Counts) && offsetof(DeviceCounts, updates) == offsetof(Counts, updates) &&
              offsetof(DeviceCounts, most_updates) == offsetof(Counts, most_updates));

struct CountsOfPixel {
  const Fate* fate;
  const std::int32_t* updates;

  __host__ __device__ DeviceCounts operator()(std::int64_t i) const {
    DeviceCounts counts = {{}, updates[i], updates[i], 0, 0};
    for (int f = 0; f < fate_count; ++f) counts.fates[f] = static_cast<int>(fate[i]) == f ? 1 : 0;
    return counts;
  }
};

struct SumOfCounts {
  __host__ __device__ DeviceCounts operator()(DeviceCounts a, const DeviceCounts& b) const {
    for (int f = 0; f < fate_count; ++f) a.fates[f] += b.fates[f];
    a.updates += b.updates;
    a.most_updates = a.most_updates < b.most_updates ? b.most_updates : a.most_updates;
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

void count_on_device(const Fate* fate, const std::int32_t* updates, std::int64_t pixels, Counts* counts,
                     void* workspace, std::size_t workspace_bytes, cudaStream_t stream) {
  DEADCONE_CUDA_CHECK(
      reduce(workspace, workspace_bytes, {fate, updates}, reinterpret_cast<DeviceCounts*>(counts), pixels, stream));
}

}  // namespace deadcone
