#pragma once

// Values of a pure function that are kept for the next time.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace deadcone {

/// Keeps at most `most_kept` values of a function of `numbers` numbers. What is asked for again costs a look-up; memory is
/// bounded, as all values are forgotten where there would be more. One thread calls at a time.
///
/// They lie one after the other, and a table says where: where each value is asked for once, as in a plane of beta and eta, a node
/// for each would take longer than most functions.
template <class Value, std::size_t numbers>
class Memo {
 public:
  using Key = std::array<double, numbers>;

  /// The value for `key`; compute() gives it where it is not kept. Valid until the next call.
  template <class Compute>
  const Value& get(const Key& key, const Compute& compute) {
    const std::uint64_t hash = hash_of(key);
    for (std::size_t i = first_place(hash);; i = next_place(i)) {
      const Place& place = places_[i];
      if (place.number == none) break;
      if (place.hash == static_cast<std::uint32_t>(hash) && kept_[place.number].key == key)
        return kept_[place.number].value;
    }
    if (kept_.size() == most_kept) {
      kept_.clear();
      std::ranges::fill(places_, Place());
    } else if (2 * kept_.size() == places_.size()) {
      grow();
    }
    kept_.push_back({key, compute()});
    put(hash, kept_.size() - 1);
    return kept_.back().value;
  }

  static constexpr std::size_t most_kept = std::size_t{1} << 15;

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Kept {
    Key key;
    Value value;
  };
  /// Where a value is, and a part of the hash of its key.
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t number = none;
  };

  /// The first bits of the hash: they are good, and many numbers end with zeros.
  std::size_t first_place(std::uint64_t hash) const { return hash >> (64 - std::countr_zero(places_.size())); }
  std::size_t next_place(std::size_t i) const { return (i + 1) & (places_.size() - 1); }

  void put(std::uint64_t hash, std::size_t number) {
    std::size_t i = first_place(hash);
    while (places_[i].number != none) i = next_place(i);
    places_[i] = {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(number)};
  }

  void grow() {
    places_.assign(2 * places_.size(), Place());
    for (std::size_t i = 0; i < kept_.size(); ++i) put(hash_of(kept_[i].key), i);
  }

  static std::uint64_t hash_of(const Key& key) {
    std::uint64_t hash = 0;
    for (const double number : key) {
      hash ^= hash >> 32 ^ std::bit_cast<std::uint64_t>(number + 0.0);  // -0 is 0
      hash *= 0x9e3779b97f4a7c15ULL;
    }
    return hash;
  }

  std::vector<Kept> kept_;
  std::vector<Place> places_ = std::vector<Place>(16);  ///< a power of two of them, at most half of which have a value
};

}  // namespace deadcone
