#pragma once

// Values of a pure function that are kept for the next time.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace deadcone {

/// Keeps at most `most_kept` values of a function of `numbers` numbers. What is asked for again costs a look-up; memory is
/// bounded, as all values are forgotten where there would be more. One thread calls at a time.
template <class Value, std::size_t numbers>
class Memo {
 public:
  using Key = std::array<double, numbers>;

  /// The value for `key`; compute() gives it where it is not kept. Valid until the next call.
  template <class Compute>
  const Value& get(const Key& key, const Compute& compute) {
    const auto found = kept_.find(key);
    if (found != kept_.end()) return found->second;
    if (kept_.size() >= most_kept) kept_.clear();
    return kept_.emplace(key, compute()).first->second;
  }

  static constexpr std::size_t most_kept = std::size_t{1} << 15;

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const {
      std::uint64_t hash = 0;
      for (const double number : key) {
        hash = (hash ^ std::bit_cast<std::uint64_t>(number + 0.0)) * 0x9e3779b97f4a7c15ULL;  // -0 is 0
        hash ^= hash >> 29;
      }
      return hash;
    }
  };
  std::unordered_map<Key, Value, Hash> kept_;
};

}  // namespace deadcone
