// Compiled with --expt-relaxed-constexpr: Counts and its std::array are the host's own, and all that is called here of
// them is constexpr.

#include "unit/counts.hpp"

#include <thrust/iterator/counting_iterator.h>
#include <cub/device/device_reduce.cuh>

#include <type_traits>

#include "deadcone/counts.hpp"
#include "runtime/check.hpp"

namespace deadcone {
namespace {

static_assert(std::is_trivially_copyable_v<Counts>);

struct CountsOfPixel {
  const Fate* fate;
  const std::int32_t* updates;

  __host__ __device__ Counts operator()(std::int64_t i) const {
    Counts counts;
    for (int f = 0; f < fate_count; ++f)
      counts.fates[static_cast<std::size_t>(f)] = static_cast<int>(fate[i]) == f ? 1 : 0;
    counts.updates = updates[i];
    counts.most_updates = updates[i];
    return counts;
  }
};

struct SumOfCounts {
  __host__ __device__ Counts operator()(Counts a, const Counts& b) const { return a += b; }
};

cudaError_t reduce(void* workspace, std::size_t& bytes, const CountsOfPixel& pixels, Counts* counts, std::int64_t count,
                   cudaStream_t stream) {
  return cub::DeviceReduce::TransformReduce(workspace, bytes, thrust::counting_iterator<std::int64_t>(0), counts, count,
                                            SumOfCounts(), pixels, Counts{}, stream);
}

}  // namespace

std::size_t count_workspace(std::int64_t pixels) {
  std::size_t bytes = 0;
  DEADCONE_CUDA_CHECK(reduce(nullptr, bytes, {nullptr, nullptr}, nullptr, pixels, nullptr));
  return bytes;
}

void count_on_device(const Fate* fate, const std::int32_t* updates, std::int64_t pixels, Counts* counts,
                     void* workspace, std::size_t workspace_bytes, cudaStream_t stream) {
  DEADCONE_CUDA_CHECK(reduce(workspace, workspace_bytes, {fate, updates}, counts, pixels, stream));
}

}  // namespace deadcone
