#pragma once

// Which pixels of a region are computed, and which get the fate of those around them.
//
// Both ways name pixels and take their fates, level by level, until every pixel has one. Nothing in them depends on who
// computes the pixels, or how many at a time, so neither does the map.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// A rectangle of pixels of a region, edges included.
struct Block {
  std::int32_t first_row;
  std::int32_t last_row;
  std::int32_t first_column;
  std::int32_t last_column;
};

/// The fates of a region that are known so far, row by row.
class RegionFates {
 public:
  RegionFates(std::int64_t rows, std::int64_t columns);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int32_t number(std::int64_t row, std::int64_t column) const {
    return static_cast<std::int32_t>(row * columns_ + column);
  }
  Fate fate(std::int32_t pixel) const { return fate_[pixel]; }
  PixelOrigin origin(std::int32_t pixel) const { return origin_[pixel]; }
  bool is_computed(std::int32_t pixel) const { return origin(pixel) == PixelOrigin::computed; }

  void compute(std::int32_t pixel, Fate fate);
  /// Gives a fate to the pixels of a block that have none yet.
  void fill(const Block& block, Fate fate);
  /// Takes it from them again.
  void unfill(const Block& block);
  std::int64_t filled() const { return filled_; }

 private:
  std::int64_t rows_;
  std::int64_t columns_;
  std::vector<Fate> fate_;
  std::vector<PixelOrigin> origin_;
  std::int64_t filled_ = 0;
};

class RegionRefinement {
 public:
  RegionRefinement(std::int64_t rows, std::int64_t columns) : fates_(rows, columns) {}
  virtual ~RegionRefinement() = default;

  /// The pixels to compute next, each once; none when every pixel has its fate.
  virtual PixelList next() = 0;
  /// Takes the fate of one of them; next() needs the fates of all.
  virtual void accept(std::int32_t pixel, Fate fate) { fates_.compute(pixel, fate); }

  const RegionFates& fates() const { return fates_; }
  /// Filled pixels that were computed later and have another fate.
  virtual std::int64_t mismatches() const { return 0; }
  /// Filled pixels of a sample at the end, which nothing else depends on, and those of them that have another fate: what
  /// share of the filled() is wrong.
  virtual std::int64_t sampled() const { return 0; }
  virtual std::int64_t sample_mismatches() const { return 0; }

 protected:
  RegionFates& mutable_fates() { return fates_; }

 private:
  RegionFates fates_;
};

/// Fills a block whose border has one fate, and splits the others. Computes about the share `sample` of the filled
/// pixels, one at a random place in each of equal squares, and splits a block where one of them has another fate. Then
/// computes what was filled next to a boundary between fates, and near each pixel that was filled wrongly or is alone,
/// until no more are found. At the end computes such a sample again, of 10 000 pixels at most, to count those that are
/// still wrong.
///
/// This is the rule of Refinement::rule 2; a change of what is computed gets a new number there.
std::unique_ptr<RegionRefinement> refine_by_borders(std::int64_t rows, std::int64_t columns, double sample);

/// The fate that a theorem proves for all pixels of a block, if any.
using BlockProof = std::function<std::optional<Fate>(const Block&)>;

/// Fills a block whose fate `prove` knows, and splits the others; computes what is left.
std::unique_ptr<RegionRefinement> refine_by_proofs(std::int64_t rows, std::int64_t columns, BlockProof prove);

}  // namespace deadcone
