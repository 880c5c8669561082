#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "deadcone/network/birth.hpp"
#include "deadcone/network/layer_sums.hpp"

namespace deadcone::network {

/// What the networks of one block come to. Whole numbers are added up as they come; others are kept by network, and added up in
/// the order of the networks.
class BlockTally {
 public:
  BlockTally(std::int64_t depth, std::int64_t networks)
      : counts_(depth),
        networks_(networks),
        squared_length_(static_cast<std::size_t>(depth * networks)),
        correlation_(static_cast<std::size_t>(depth * networks)) {
    counts_.networks = networks;
  }

  /// Takes what a layer has done for a network that was alive when it entered; `network` is its number in the block.
  template <class Real>
  void add(std::int64_t layer, std::int64_t network, bool dies, Real dead_units, Real living_points, Real first_squared,
           Real second_squared, Real product, std::int32_t exponent) {
    const auto l = static_cast<std::size_t>(layer);
    const auto at = static_cast<std::size_t>(layer * networks_ + network);
    if (dies) {
      ++counts_.died[l];
      ++counts_.born_dead;
    }
    counts_.dead_units[l] += static_cast<std::int64_t>(dead_units);
    counts_.living_points[l] += static_cast<std::int64_t>(living_points);
    squared_length_[at] = squared_length(first_squared, exponent);
    if (!have_angle(first_squared, second_squared)) return;
    ++counts_.correlated[l];
    correlation_[at] = cosine(first_squared, second_squared, product);
  }

  /// The sums over the block.
  BirthCounts finish() {
    for (std::size_t l = 0; l < counts_.died.size(); ++l) {
      const auto first = static_cast<std::ptrdiff_t>(l) * networks_;
      counts_.squared_length[l] = sum(squared_length_.data() + first);
      counts_.correlation[l] = sum(correlation_.data() + first);
    }
    return std::move(counts_);
  }

 private:
  double sum(const double* values) const {
    double total = 0.0;
    for (std::int64_t i = 0; i < networks_; ++i) total += values[i];
    return total;
  }

  BirthCounts counts_;
  std::int64_t networks_;
  std::vector<double> squared_length_;  ///< [layer][network]; 0 for those that were dead before
  std::vector<double> correlation_;     ///< likewise, and for those without two vectors
};

}  // namespace deadcone::network
