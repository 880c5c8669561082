#include "deadcone/mapper.hpp"

#include <algorithm>
#include <numeric>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"

namespace deadcone {

Tile Tiling::operator[](std::int64_t index) const {
  const std::int64_t b = index / columns_ * side_;
  const std::int64_t w = index % columns_ * side_;
  return {b, w, std::min(side_, window_.b.count - b), std::min(side_, window_.w.count - w)};
}

std::int64_t Counts::pixels() const {
  return std::accumulate(fates.begin(), fates.end(), std::int64_t{0});
}

Counts& Counts::operator+=(const Counts& other) {
  for (std::size_t i = 0; i < fates.size(); ++i) fates[i] += other.fates[i];
  updates += other.updates;
  largest_steps = std::max(largest_steps, other.largest_steps);
  filled += other.filled;
  fill_mismatches += other.fill_mismatches;
  return *this;
}

Counts count(const std::vector<std::int8_t>& fate, const std::vector<std::int32_t>& steps) {
  Counts counts;
  for (const std::int8_t value : fate) ++counts.fates.at(static_cast<std::uint8_t>(value));
  for (const std::int32_t value : steps) {
    counts.updates += value;
    counts.largest_steps = std::max(counts.largest_steps, value);
  }
  return counts;
}

std::unique_ptr<Mapper> make_mapper(const Execution& execution) {
  switch (execution.device) {
    case Device::cuda:
      return make_cuda_mapper();
    case Device::cpu:
      return make_cpu_mapper(execution.threads);
    case Device::automatic:
      break;
  }
  return cuda_device_is_present() ? make_cuda_mapper() : make_cpu_mapper(execution.threads);
}

}  // namespace deadcone
