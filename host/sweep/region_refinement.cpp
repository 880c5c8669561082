#include "sweep/region_refinement.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace deadcone {
namespace {

/// Blocks along each side of a region at the beginning. Their borders are most of what is computed of a map that is one
/// basin; fewer, larger blocks have more room for an island that no border crosses.
constexpr std::int32_t first_blocks = 16;

/// Blocks no longer than this are not split: their inside is computed.
constexpr std::int32_t smallest_side = 4;

/// Pixels filled no farther than this from a boundary are computed at the end: the tips of wedges are there, which get
/// thinner than a pixel and leave single pixels that no border touches.
constexpr std::int32_t boundary_halo = 4;

/// A hash of two numbers (splitmix64), for places that look random and are the same everywhere.
std::uint64_t hash_of(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9E3779B97F4A7C15U + b;
  for (int round = 0; round < 2; ++round) {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    x ^= x >> 31U;
  }
  return x;
}

/// The lines that cut a side of `count` pixels into blocks: the first and the last pixel are among them.
std::vector<std::int32_t> lines_of(std::int64_t count) {
  const auto last = static_cast<std::int32_t>(count - 1);
  const std::int32_t blocks = std::clamp(last / smallest_side, 1, first_blocks);
  std::vector<std::int32_t> lines;
  for (std::int32_t i = 0; i <= blocks; ++i) {
    const auto line = static_cast<std::int32_t>(static_cast<std::int64_t>(last) * i / blocks);
    if (lines.empty() || line > lines.back()) lines.push_back(line);
  }
  return lines;
}

/// The blocks between lines, each with the lines around it.
std::vector<Block> blocks_between(const std::vector<std::int32_t>& rows, const std::vector<std::int32_t>& columns) {
  std::vector<Block> blocks;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    for (std::size_t j = 0; j + 1 < columns.size(); ++j)
      blocks.push_back({rows[i], rows[i + 1], columns[j], columns[j + 1]});
  }
  return blocks;
}

std::int32_t height(const Block& block) {
  return block.last_b - block.first_b;
}
std::int32_t width(const Block& block) {
  return block.last_w - block.first_w;
}

/// What lies between the border pixels of a block; empty (last before first) where nothing does.
Block interior(const Block& block) {
  return {block.first_b + 1, block.last_b - 1, block.first_w + 1, block.last_w - 1};
}

template <class Use>
void for_each_pixel(const RegionFates& fates, const Block& block, const Use& use) {
  for (std::int32_t b = block.first_b; b <= block.last_b; ++b) {
    for (std::int32_t w = block.first_w; w <= block.last_w; ++w) use(fates.number(b, w));
  }
}

class BorderRefinement final : public RegionRefinement {
 public:
  BorderRefinement(std::int64_t rows, std::int64_t columns, double sample)
      : RegionRefinement(rows, columns),
        cell_(sample > 0.0 ? static_cast<std::int32_t>(std::clamp(std::round(1.0 / std::sqrt(sample)), 1.0, 1e9)) : 0) {
  }

  PixelList next() override {
    asked_.clear();
    if (!has_begun_) {
      begin();
      return asked_;
    }
    while (asked_.empty() && !(open_.empty() && filled_.empty())) {
      for (const Block& block : std::exchange(filled_, {})) check_sample(block);
      for (const Open& open : std::exchange(open_, {})) judge(open);
    }
    if (asked_.empty()) doubt_boundaries();
    return asked_;
  }

  void accept(std::int32_t pixel, Fate fate) override {
    if (is_doubted(pixel) && fates().fate(pixel) != fate) ++mismatches_;
    RegionRefinement::accept(pixel, fate);
  }

  std::int64_t mismatches() const override { return mismatches_; }

 private:
  /// A block whose border is computed.
  struct Open {
    Block block;
    bool has_sample = false;  ///< some pixels inside are computed, too, and not all have the fate of all borders
  };

  void begin() {
    has_begun_ = true;
    const std::vector<std::int32_t> rows = lines_of(fates().rows());
    const std::vector<std::int32_t> columns = lines_of(fates().columns());
    const auto last_b = static_cast<std::int32_t>(fates().rows() - 1);
    const auto last_w = static_cast<std::int32_t>(fates().columns() - 1);
    for (const std::int32_t b : rows) ask({b, b, 0, last_w});
    for (std::int32_t b = 0; b <= last_b; ++b) {
      if (std::ranges::binary_search(rows, b)) continue;
      for (const std::int32_t w : columns) ask({b, b, w, w});
    }
    for (const Block& block : blocks_between(rows, columns)) open_.push_back({block});
  }

  /// Asks for the pixels of a block that are not computed yet.
  void ask(const Block& block) {
    for_each_pixel(fates(), block, [this](std::int32_t pixel) {
      if (!fates().is_computed(pixel)) asked_.push_back(pixel);
    });
  }

  void judge(const Open& open) {
    const Block& block = open.block;
    const Block inside = interior(block);
    if (inside.last_b < inside.first_b || inside.last_w < inside.first_w) return;
    if (!has_one_fate(open)) {
      split(open);
      return;
    }
    mutable_fates().fill(inside, fates().fate(fates().number(block.first_b, block.first_w)));
    const std::size_t asked_before = asked_.size();
    if (cell_ > 0 && !open.has_sample) ask_sample(inside);
    if (asked_.size() > asked_before) filled_.push_back(block);
  }

  bool has_one_fate(const Open& open) const {
    const Block& block = open.block;
    const Fate fate = fates().fate(fates().number(block.first_b, block.first_w));
    bool same = true;
    const auto look = [&](std::int32_t pixel) { same = same && fates().fate(pixel) == fate; };
    for_each_pixel(fates(), {block.first_b, block.first_b, block.first_w, block.last_w}, look);
    for_each_pixel(fates(), {block.last_b, block.last_b, block.first_w, block.last_w}, look);
    for_each_pixel(fates(), {block.first_b, block.last_b, block.first_w, block.first_w}, look);
    for_each_pixel(fates(), {block.first_b, block.last_b, block.last_w, block.last_w}, look);
    if (!open.has_sample || !same) return same;
    for_each_pixel(fates(), interior(block), [&](std::int32_t pixel) {
      same = same && (!fates().is_computed(pixel) || fates().fate(pixel) == fate);
    });
    return same;
  }

  /// Asks for what cuts a block into smaller ones, or for all of its inside where it is small.
  void split(const Open& open) {
    const Block& block = open.block;
    std::vector<std::int32_t> rows = {block.first_b, block.last_b};
    std::vector<std::int32_t> columns = {block.first_w, block.last_w};
    if (height(block) > smallest_side) rows.insert(rows.begin() + 1, (block.first_b + block.last_b) / 2);
    if (width(block) > smallest_side) columns.insert(columns.begin() + 1, (block.first_w + block.last_w) / 2);
    const Block inside = interior(block);
    if (rows.size() == 2 && columns.size() == 2) {
      ask(inside);
      return;
    }
    if (rows.size() == 3) ask({rows[1], rows[1], inside.first_w, inside.last_w});
    if (columns.size() == 3) {
      for (std::int32_t b = inside.first_b; b <= inside.last_b; ++b) {
        if (rows.size() != 3 || b != rows[1]) ask({b, b, columns[1], columns[1]});
      }
    }
    for (const Block& part : blocks_between(rows, columns)) open_.push_back({part, open.has_sample});
  }

  /// Asks for one pixel of each square of `cell_` pixels, where that lies in the block.
  void ask_sample(const Block& block) {
    for (std::int32_t i = block.first_b / cell_; i <= block.last_b / cell_; ++i) {
      for (std::int32_t j = block.first_w / cell_; j <= block.last_w / cell_; ++j) {
        const std::uint64_t hash = hash_of(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j));
        const auto side = static_cast<std::uint64_t>(cell_);
        const std::int32_t b = i * cell_ + static_cast<std::int32_t>(hash % side);
        const std::int32_t w = j * cell_ + static_cast<std::int32_t>((hash >> 32U) % side);
        if (b < block.first_b || b > block.last_b || w < block.first_w || w > block.last_w) continue;
        ask({b, b, w, w});
      }
    }
  }

  /// Splits a filled block if a pixel of its sample has another fate.
  void check_sample(const Block& block) {
    const Fate fate = fates().fate(fates().number(block.first_b, block.first_w));
    std::int64_t wrong = 0;
    for_each_pixel(fates(), interior(block), [&](std::int32_t pixel) {
      wrong += fates().is_computed(pixel) && fates().fate(pixel) != fate ? 1 : 0;
    });
    if (wrong == 0) return;
    mismatches_ += wrong;
    mutable_fates().unfill(interior(block));
    split({block, true});
  }

  /// Whether a filled pixel is near a boundary between fates, and computed for that.
  bool is_doubted(std::int32_t pixel) const {
    return !doubted_.empty() && doubted_[pixel] && !fates().is_computed(pixel);
  }

  /// Asks for the filled pixels near a boundary between fates.
  void doubt_boundaries() {
    doubted_.assign(static_cast<std::size_t>(fates().rows() * fates().columns()), false);
    const auto last_b = static_cast<std::int32_t>(fates().rows() - 1);
    const auto last_w = static_cast<std::int32_t>(fates().columns() - 1);
    const auto doubt_around = [&](std::int32_t b, std::int32_t w) {
      const Block around = {std::max(b - boundary_halo, 0), std::min(b + boundary_halo, last_b),
                            std::max(w - boundary_halo, 0), std::min(w + boundary_halo, last_w)};
      for_each_pixel(fates(), around, [this](std::int32_t pixel) {
        if (fates().origin(pixel) == PixelOrigin::filled) doubted_[pixel] = true;
      });
    };
    for (std::int32_t b = 0; b <= last_b; ++b) {
      for (std::int32_t w = 0; w <= last_w; ++w) {
        const Fate fate = fates().fate(fates().number(b, w));
        const bool differs = (w < last_w && fates().fate(fates().number(b, w + 1)) != fate) ||
                             (b < last_b && fates().fate(fates().number(b + 1, w)) != fate);
        if (differs) doubt_around(b, w);
      }
    }
    for_each_pixel(fates(), {0, last_b, 0, last_w}, [this](std::int32_t pixel) {
      if (is_doubted(pixel)) asked_.push_back(pixel);
    });
  }

  std::int32_t cell_;  ///< side of the squares that the sample has a pixel of; 0: no sample
  bool has_begun_ = false;
  PixelList asked_;
  std::vector<Open> open_;     ///< blocks that wait for what is asked
  std::vector<Block> filled_;  ///< blocks whose sample is asked
  std::vector<bool> doubted_;  ///< by pixel; empty before the end
  std::int64_t mismatches_ = 0;
};

class ProofRefinement final : public RegionRefinement {
 public:
  ProofRefinement(std::int64_t rows, std::int64_t columns, BlockProof prove)
      : RegionRefinement(rows, columns), prove_(std::move(prove)) {}

  PixelList next() override {
    PixelList asked;
    if (std::exchange(has_begun_, true)) return asked;
    settle({0, static_cast<std::int32_t>(fates().rows() - 1), 0, static_cast<std::int32_t>(fates().columns() - 1)},
           asked);
    return asked;
  }

 private:
  void settle(const Block& block, PixelList& asked) {
    if (const std::optional<Fate> fate = prove_(block)) {
      mutable_fates().fill(block, *fate);
      return;
    }
    const bool cuts_rows = height(block) >= smallest_side && height(block) >= width(block);
    if (!cuts_rows && width(block) < smallest_side) {
      for_each_pixel(fates(), block, [&](std::int32_t pixel) { asked.push_back(pixel); });
      return;
    }
    Block low = block;
    Block high = block;
    if (cuts_rows) {
      low.last_b = (block.first_b + block.last_b) / 2;
      high.first_b = low.last_b + 1;
    } else {
      low.last_w = (block.first_w + block.last_w) / 2;
      high.first_w = low.last_w + 1;
    }
    settle(low, asked);
    settle(high, asked);
  }

  BlockProof prove_;
  bool has_begun_ = false;
};

}  // namespace

RegionFates::RegionFates(std::int64_t rows, std::int64_t columns)
    : rows_(rows),
      columns_(columns),
      fate_(static_cast<std::size_t>(rows * columns), Fate::pending),
      origin_(fate_.size(), PixelOrigin::pending) {}

void RegionFates::compute(std::int32_t pixel, Fate fate) {
  const auto i = static_cast<std::size_t>(pixel);
  if (origin_[i] == PixelOrigin::filled) --filled_;
  fate_[i] = fate;
  origin_[i] = PixelOrigin::computed;
}

void RegionFates::fill(const Block& block, Fate fate) {
  for_each_pixel(*this, block, [&](std::int32_t pixel) {
    const auto i = static_cast<std::size_t>(pixel);
    if (origin_[i] != PixelOrigin::pending) return;
    fate_[i] = fate;
    origin_[i] = PixelOrigin::filled;
    ++filled_;
  });
}

void RegionFates::unfill(const Block& block) {
  for_each_pixel(*this, block, [&](std::int32_t pixel) {
    const auto i = static_cast<std::size_t>(pixel);
    if (origin_[i] != PixelOrigin::filled) return;
    fate_[i] = Fate::pending;
    origin_[i] = PixelOrigin::pending;
    --filled_;
  });
}

std::unique_ptr<RegionRefinement> refine_by_borders(std::int64_t rows, std::int64_t columns, double sample) {
  return std::make_unique<BorderRefinement>(rows, columns, sample);
}

std::unique_ptr<RegionRefinement> refine_by_proofs(std::int64_t rows, std::int64_t columns, BlockProof prove) {
  return std::make_unique<ProofRefinement>(rows, columns, std::move(prove));
}

}  // namespace deadcone
