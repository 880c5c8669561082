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

/// Pixels filled no farther than this from one that was filled wrongly, or that is part of something thinner than a pixel,
/// are computed, until no more are wrong: such things leave a trail of single pixels. On maps of the rule `update` at beta
/// .99 and .995 reaches of 4, 8, 12 and 16 pixels left 87, 61, 40 and 32 of 100 wrong pixels, and computed 2, 15, 31 and
/// 44% more.
constexpr std::int32_t reach_of_leads = 12;

/// The sample at the end has no more pixels than this of a region: enough to show a share of wrong pixels of 4e-4.
constexpr double most_sampled = 10'000.0;

/// A hash of numbers (splitmix64), for places that look random and are the same everywhere.
std::uint64_t hash_of(std::uint64_t a, std::uint64_t b, std::uint64_t salt) {
  std::uint64_t x = a * 0x9E3779B97F4A7C15U + b + salt * 0xD1342543DE82EF95U;
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
  return block.last_row - block.first_row;
}
std::int32_t width(const Block& block) {
  return block.last_column - block.first_column;
}

/// What lies between the border pixels of a block; empty (last before first) where nothing does.
Block interior(const Block& block) {
  return {block.first_row + 1, block.last_row - 1, block.first_column + 1, block.last_column - 1};
}

template <class Use>
void for_each_pixel(const RegionFates& fates, const Block& block, const Use& use) {
  for (std::int32_t row = block.first_row; row <= block.last_row; ++row) {
    for (std::int32_t column = block.first_column; column <= block.last_column; ++column)
      use(fates.number(row, column));
  }
}

/// The side of squares of which a sample of some share has a pixel each; 0: no sample.
std::int32_t cell_of(double share) {
  return share > 0.0 ? static_cast<std::int32_t>(std::clamp(std::round(1.0 / std::sqrt(share)), 1.0, 1e9)) : 0;
}

class BorderRefinement final : public RegionRefinement {
 public:
  BorderRefinement(std::int64_t rows, std::int64_t columns, double sample)
      : RegionRefinement(rows, columns),
        cell_(cell_of(sample)),
        last_cell_(cell_of(std::min(sample, most_sampled / static_cast<double>(rows * columns)))) {}

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
    if (asked_.empty() && phase_ == Phase::blocks) doubt_boundaries();
    while (asked_.empty() && phase_ == Phase::following && !leads_.empty()) follow_leads();
    if (asked_.empty() && phase_ == Phase::following) sample_what_is_filled();
    return asked_;
  }

  void accept(std::int32_t pixel, Fate fate) override {
    if (phase_ != Phase::blocks && fates().fate(pixel) != fate) {
      ++mismatches_;
      leads_.push_back(pixel);
      if (phase_ == Phase::sampling) ++sample_mismatches_;
    }
    RegionRefinement::accept(pixel, fate);
  }

  std::int64_t mismatches() const override { return mismatches_; }
  std::int64_t sampled() const override { return sampled_; }
  std::int64_t sample_mismatches() const override { return sample_mismatches_; }

 private:
  enum class Phase {
    blocks,     ///< blocks are filled or split
    following,  ///< filled pixels near boundaries and leads are computed
    sampling    ///< and at last a sample of what is filled
  };

  /// A block whose border is computed.
  struct Open {
    Block block;
    bool has_sample = false;  ///< some pixels inside are computed, too, and not all have the fate of all borders
  };

  void begin() {
    has_begun_ = true;
    const std::vector<std::int32_t> rows = lines_of(fates().rows());
    const std::vector<std::int32_t> columns = lines_of(fates().columns());
    const auto last_row = static_cast<std::int32_t>(fates().rows() - 1);
    const auto last_column = static_cast<std::int32_t>(fates().columns() - 1);
    for (const std::int32_t row : rows) ask({row, row, 0, last_column});
    for (std::int32_t row = 0; row <= last_row; ++row) {
      if (std::ranges::binary_search(rows, row)) continue;
      for (const std::int32_t column : columns) ask({row, row, column, column});
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
    if (inside.last_row < inside.first_row || inside.last_column < inside.first_column) return;
    if (!has_one_fate(open)) {
      split(open);
      return;
    }
    mutable_fates().fill(inside, fates().fate(fates().number(block.first_row, block.first_column)));
    const std::size_t asked_before = asked_.size();
    if (cell_ > 0 && !open.has_sample) ask_sample(inside, cell_, 0);
    if (asked_.size() > asked_before) filled_.push_back(block);
  }

  bool has_one_fate(const Open& open) const {
    const Block& block = open.block;
    const Fate fate = fates().fate(fates().number(block.first_row, block.first_column));
    bool same = true;
    const auto look = [&](std::int32_t pixel) { same = same && fates().fate(pixel) == fate; };
    for_each_pixel(fates(), {block.first_row, block.first_row, block.first_column, block.last_column}, look);
    for_each_pixel(fates(), {block.last_row, block.last_row, block.first_column, block.last_column}, look);
    for_each_pixel(fates(), {block.first_row, block.last_row, block.first_column, block.first_column}, look);
    for_each_pixel(fates(), {block.first_row, block.last_row, block.last_column, block.last_column}, look);
    if (!open.has_sample || !same) return same;
    for_each_pixel(fates(), interior(block), [&](std::int32_t pixel) {
      same = same && (!fates().is_computed(pixel) || fates().fate(pixel) == fate);
    });
    return same;
  }

  /// Asks for what cuts a block into smaller ones, or for all of its inside where it is small.
  void split(const Open& open) {
    const Block& block = open.block;
    std::vector<std::int32_t> rows = {block.first_row, block.last_row};
    std::vector<std::int32_t> columns = {block.first_column, block.last_column};
    if (height(block) > smallest_side) rows.insert(rows.begin() + 1, (block.first_row + block.last_row) / 2);
    if (width(block) > smallest_side) columns.insert(columns.begin() + 1, (block.first_column + block.last_column) / 2);
    const Block inside = interior(block);
    if (rows.size() == 2 && columns.size() == 2) {
      ask(inside);
      return;
    }
    if (rows.size() == 3) ask({rows[1], rows[1], inside.first_column, inside.last_column});
    if (columns.size() == 3) {
      for (std::int32_t row = inside.first_row; row <= inside.last_row; ++row) {
        if (rows.size() != 3 || row != rows[1]) ask({row, row, columns[1], columns[1]});
      }
    }
    for (const Block& part : blocks_between(rows, columns)) open_.push_back({part, open.has_sample});
  }

  /// Asks for one pixel of each square of `cell` pixels a side, where that lies in the block and is not computed.
  void ask_sample(const Block& block, std::int32_t cell, std::uint64_t salt) {
    for (std::int32_t i = block.first_row / cell; i <= block.last_row / cell; ++i) {
      for (std::int32_t j = block.first_column / cell; j <= block.last_column / cell; ++j) {
        const std::uint64_t hash = hash_of(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j), salt);
        const auto side = static_cast<std::uint64_t>(cell);
        const std::int32_t row = i * cell + static_cast<std::int32_t>(hash % side);
        const std::int32_t column = j * cell + static_cast<std::int32_t>((hash >> 32U) % side);
        if (row < block.first_row || row > block.last_row || column < block.first_column || column > block.last_column)
          continue;
        ask({row, row, column, column});
      }
    }
  }

  /// Splits a filled block if a pixel of its sample has another fate.
  void check_sample(const Block& block) {
    const Fate fate = fates().fate(fates().number(block.first_row, block.first_column));
    const std::size_t before = leads_.size();
    for_each_pixel(fates(), interior(block), [&](std::int32_t pixel) {
      if (fates().is_computed(pixel) && fates().fate(pixel) != fate) leads_.push_back(pixel);
    });
    if (leads_.size() == before) return;
    mismatches_ += static_cast<std::int64_t>(leads_.size() - before);
    mutable_fates().unfill(interior(block));
    split({block, true});
  }

  /// Asks for the filled pixels no farther than `reach` from a pixel; some may be asked for already.
  void doubt_around(std::int32_t row, std::int32_t column, std::int32_t reach) {
    const auto last_row = static_cast<std::int32_t>(fates().rows() - 1);
    const auto last_column = static_cast<std::int32_t>(fates().columns() - 1);
    const Block around = {std::max(row - reach, 0), std::min(row + reach, last_row), std::max(column - reach, 0),
                          std::min(column + reach, last_column)};
    for_each_pixel(fates(), around, [this](std::int32_t pixel) {
      if (fates().origin(pixel) != PixelOrigin::filled || doubted_[pixel]) return;
      doubted_[pixel] = true;
      asked_.push_back(pixel);
    });
  }

  /// Asks for the filled pixels near a boundary between fates.
  void doubt_boundaries() {
    phase_ = Phase::following;
    doubted_.assign(static_cast<std::size_t>(fates().rows() * fates().columns()), false);
    const auto last_row = static_cast<std::int32_t>(fates().rows() - 1);
    const auto last_column = static_cast<std::int32_t>(fates().columns() - 1);
    for (std::int32_t row = 0; row <= last_row; ++row) {
      for (std::int32_t column = 0; column <= last_column; ++column) {
        const Fate fate = fates().fate(fates().number(row, column));
        const bool differs = (column < last_column && fates().fate(fates().number(row, column + 1)) != fate) ||
                             (row < last_row && fates().fate(fates().number(row + 1, column)) != fate);
        if (differs) doubt_around(row, column, boundary_halo);
        if (is_thin_at(row, column)) leads_.push_back(fates().number(row, column));
      }
    }
  }

  /// Whether a pixel is part of something thinner than a pixel: at most one of those around it has its fate.
  bool is_thin_at(std::int32_t row, std::int32_t column) const {
    const std::int32_t pixel = fates().number(row, column);
    if (!fates().is_computed(pixel) || row == 0 || column == 0 || row + 1 == fates().rows() ||
        column + 1 == fates().columns())
      return false;
    int same = 0;  // the pixel itself among them
    for_each_pixel(fates(), {row - 1, row + 1, column - 1, column + 1},
                   [&](std::int32_t other) { same += fates().fate(other) == fates().fate(pixel) ? 1 : 0; });
    return same <= 2;
  }

  /// Asks for the filled pixels near those that others may be found from.
  void follow_leads() {
    const auto columns = static_cast<std::int32_t>(fates().columns());
    for (const std::int32_t pixel : std::exchange(leads_, {}))
      doubt_around(pixel / columns, pixel % columns, reach_of_leads);
  }

  /// Asks for a sample of the filled pixels that nothing depends on: it says how many of them are wrong.
  void sample_what_is_filled() {
    phase_ = Phase::sampling;
    if (last_cell_ == 0) return;
    ask_sample({0, static_cast<std::int32_t>(fates().rows() - 1), 0, static_cast<std::int32_t>(fates().columns() - 1)},
               last_cell_, 1);
    sampled_ = static_cast<std::int64_t>(asked_.size());
  }

  std::int32_t cell_;       ///< side of the squares that the sample of a block has a pixel of; 0: no sample
  std::int32_t last_cell_;  ///< the same of the sample at the end
  bool has_begun_ = false;
  Phase phase_ = Phase::blocks;
  PixelList asked_;
  std::vector<Open> open_;     ///< blocks that wait for what is asked
  std::vector<Block> filled_;  ///< blocks whose sample is asked
  PixelList leads_;            ///< pixels that were filled wrongly, or are thin, and are not followed yet
  std::vector<bool> doubted_;  ///< by pixel: whether it was asked for because it is near one; empty before the end
  std::int64_t mismatches_ = 0;
  std::int64_t sampled_ = 0;
  std::int64_t sample_mismatches_ = 0;
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
      low.last_row = (block.first_row + block.last_row) / 2;
      high.first_row = low.last_row + 1;
    } else {
      low.last_column = (block.first_column + block.last_column) / 2;
      high.first_column = low.last_column + 1;
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
