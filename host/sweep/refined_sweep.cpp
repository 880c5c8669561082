#include "sweep/refined_sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "deadcone/proof/bounds.hpp"
#include "proof/block_proof.hpp"
#include "sweep/group_parts.hpp"
#include "sweep/region_refinement.hpp"

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

/// Pixels that a mapper gets at once: enough for every thread of a large card, few enough that several devices share the
/// pixels of one level.
constexpr std::size_t batch_pixels = 65'536;

/// The largest number of pixels of groups that are refined at once, unless one group has more; and that of points.
constexpr std::int64_t most_pixels = std::int64_t{1} << 26;
constexpr std::int64_t most_points = std::int64_t{1} << 14;

/// The refinement of a region of one map of a batch.
std::unique_ptr<RegionRefinement> refinement_of(const Sweep& sweep, const MapBatch& maps, std::int64_t map,
                                                const Tile& region) {
  if (sweep.refinement.kind == RefinementKind::borders)
    return refine_by_borders(region.count_b, region.count_w, sweep.refinement.sample);
  const auto interval = [](const Range& range, std::int64_t first, std::int64_t last) {
    // Wide enough for a centre that is rounded to float.
    constexpr double rounding = 0x1p-23;
    const double lo = range.centre(first);
    const double hi = range.centre(last);
    return Interval{lo - rounding * std::fabs(lo), hi + rounding * std::fabs(hi)};
  };
  return refine_by_proofs(region.count_b, region.count_w, [=](const Block& block) {
    return fate_of_block(maps.proof_conditions(map), maps.point(map),
                         interval(maps->window.w, region.first_w + block.first_w, region.first_w + block.last_w),
                         interval(maps->window.b, region.first_b + block.first_b, region.first_b + block.last_b));
  });
}

/// Pixels of a part of a group for a mapper to compute at once.
struct PartPixels {
  std::size_t part;
  PixelList pixels;
};

/// A group of points of a sweep while it is refined, region by region.
class RefinedGroup {
 public:
  RefinedGroup(SweepMaps& maps, const PointGroups& groups, const PointRun& points)
      : sweep_(maps.sweep()),
        groups_(groups),
        points_(points),
        parts_(parts_of(maps, points)),
        regions_(sweep_.window, region_side),
        refined_(static_cast<std::size_t>(points.count)),
        counts_(refined_.size()) {
    begin_region();
  }

  const MapBatch& maps(std::size_t part) const { return parts_[part].maps; }
  const Tile& region() const { return region_; }
  /// What is known of the points once all of them are in the sink.
  FinishedPoints finished() {
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    return {points_, std::move(counts_), seconds / static_cast<double>(points_.count)};
  }

  /// The next pixels to compute; none when all points are in the sink.
  std::vector<PartPixels> next(SweepSink& sink, Meter& meter) {
    while (region_index_ < regions_.count()) {
      std::vector<PartPixels> asked = ask();
      if (!asked.empty()) return asked;
      hand_over(sink);
      for (const RefinedMap& map : refined_)
        meter.pixels.fetch_add(map.refinement->fates().filled(), std::memory_order_relaxed);
      ++region_index_;
      if (region_index_ < regions_.count()) begin_region();
    }
    return {};
  }

  void accept(const PartPixels& asked, const TileResult& result) {
    const GroupPart& part = parts_[asked.part];
    const std::int64_t pixels = region_.pixels();
    for (std::size_t i = 0; i < asked.pixels.size(); ++i) {
      const auto place = static_cast<std::size_t>(part.place_of(asked.pixels[i] / pixels));
      const std::int64_t pixel = asked.pixels[i] % pixels;
      refined_[place].refinement->accept(static_cast<std::int32_t>(pixel), result.fate[i]);
      const std::size_t at = place * static_cast<std::size_t>(pixels) + static_cast<std::size_t>(pixel);
      if (!updates_.empty()) updates_[at] = result.updates[i];
      if (!proof_.empty()) proof_[at] = result.proof[i];
    }
    for (std::int64_t map = 0; map < part.maps.count(); ++map) {
      Counts& counts = counts_[static_cast<std::size_t>(part.place_of(map))];
      const Counts& added = result.counts[static_cast<std::size_t>(map)];
      counts.updates += added.updates;
      counts.most_updates = std::max(counts.most_updates, added.most_updates);
    }
  }

 private:
  struct RefinedMap {
    std::unique_ptr<RegionRefinement> refinement;
    bool is_whole = false;  ///< every pixel of the region has its fate
  };

  /// What the refinements of all maps ask for, in lists of limited length.
  std::vector<PartPixels> ask() {
    std::vector<PartPixels> asked;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      for (std::int64_t map = 0; map < parts_[part].maps.count(); ++map) {
        RefinedMap& refined = refined_[static_cast<std::size_t>(parts_[part].place_of(map))];
        if (refined.is_whole) continue;
        const PixelList pixels = refined.refinement->next();
        refined.is_whole = pixels.empty();
        for (const std::int32_t pixel : pixels) {
          if (asked.empty() || asked.back().part != part || asked.back().pixels.size() == batch_pixels)
            asked.push_back({part, {}});
          asked.back().pixels.push_back(static_cast<std::int32_t>(map * region_.pixels()) + pixel);
        }
      }
    }
    return asked;
  }

  void begin_region() {
    region_ = regions_[region_index_];
    for (const GroupPart& part : parts_) {
      for (std::int64_t map = 0; map < part.maps.count(); ++map)
        refined_[static_cast<std::size_t>(part.place_of(map))] = {refinement_of(sweep_, part.maps, map, region_)};
    }
    const auto pixels = refined_.size() * static_cast<std::size_t>(region_.pixels());
    updates_.assign(sweep_.fields.updates ? pixels : 0, -1);
    proof_.assign(sweep_.criteria.certify ? pixels : 0, Proof::pending);
  }

  /// Hands the finished region to the sink, tile by tile.
  void hand_over(SweepSink& sink) {
    for (std::size_t place = 0; place < refined_.size(); ++place) {
      const RegionRefinement& refinement = *refined_[place].refinement;
      Counts& counts = counts_[place];
      counts.filled += refinement.fates().filled();
      counts.fill_mismatches += refinement.mismatches();
      counts.fill_sampled += refinement.sampled();
      counts.fill_sample_mismatches += refinement.sample_mismatches();
    }
    const Tiling tiles = tiles_of(Window{.w = {.count = region_.count_w}, .b = {.count = region_.count_b}}, groups_);
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      const Tile inside = tiles[i];
      TileResult result;
      for (std::size_t place = 0; place < refined_.size(); ++place) append(inside, place, result);
      const Tile tile = {region_.first_b + inside.first_b, region_.first_w + inside.first_w, inside.count_b,
                         inside.count_w};
      sink.take(points_, tile, result);
    }
  }

  /// Adds a tile inside the region of one of the maps to a result.
  void append(const Tile& inside, std::size_t place, TileResult& result) {
    const RegionFates& fates = refined_[place].refinement->fates();
    const std::size_t before = place * static_cast<std::size_t>(region_.pixels());
    for (std::int64_t row = 0; row < inside.count_b; ++row) {
      const std::int32_t first = fates.number(inside.first_b + row, inside.first_w);
      const auto count = static_cast<std::int32_t>(inside.count_w);
      for (std::int32_t pixel = first; pixel < first + count; ++pixel) {
        const Fate fate = fates.fate(pixel);
        result.fate.push_back(fate);
        result.origin.push_back(fates.origin(pixel));
        ++counts_[place].fates.at(static_cast<std::size_t>(fate));
      }
      append_row(result.updates, updates_, before + static_cast<std::size_t>(first), count);
      append_row(result.proof, proof_, before + static_cast<std::size_t>(first), count);
    }
  }

  template <class T>
  static void append_row(std::vector<T>& to, const std::vector<T>& from, std::size_t first, std::int32_t count) {
    if (from.empty()) return;
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
    to.insert(to.end(), begin, begin + count);
  }

  const Sweep& sweep_;
  PointGroups groups_;
  PointRun points_;
  std::vector<GroupPart> parts_;
  Tiling regions_;
  std::int64_t region_index_ = 0;
  Tile region_;
  std::vector<RefinedMap> refined_;    ///< by place in the group
  std::vector<std::int32_t> updates_;  ///< [place][b][w] of the region; -1 where it is not computed
  std::vector<Proof> proof_;           ///< likewise
  std::vector<Counts> counts_;         ///< by place
  Clock::time_point began_ = Clock::now();
};

/// Moves batches of several groups through a mapper.
class RefinedStream {
 public:
  RefinedStream(SweepMaps& maps, const PointGroups& groups, Mapper& mapper, SweepSink& sink, Meter& meter,
                const PointsFinished& points_finished)
      : maps_(maps),
        sweep_(maps.sweep()),
        groups_(groups),
        mapper_(mapper),
        sink_(sink),
        meter_(meter),
        points_finished_(points_finished) {}

  ~RefinedStream() { mapper_.abandon(); }
  RefinedStream(const RefinedStream&) = delete;
  RefinedStream& operator=(const RefinedStream&) = delete;

  void run(const std::vector<PointRun>& runs) {
    const std::int64_t group_size = groups_.size() * sweep_.window.pixels();
    const std::int64_t at_once =
        std::max<std::int64_t>(1, std::min(most_pixels / group_size, most_points / groups_.size()));
    const auto depth = static_cast<std::size_t>(mapper_.tiles_in_flight());
    auto next = runs.begin();
    while (next != runs.end() || active_ > 0) {
      // First the work at hand, then new groups; wait only where there is neither.
      if (begun_.size() < depth && !waiting_.empty()) {
        begin_one();
      } else if (begun_.size() < depth && next != runs.end() && active_ < at_once) {
        ++active_;
        resume(std::make_shared<Active>(RefinedGroup(maps_, groups_, *next++)));
      } else {
        finish_one();
      }
    }
  }

 private:
  struct Active {
    RefinedGroup group;
    std::size_t open = 0;  ///< batches that are not computed yet
    explicit Active(RefinedGroup&& refined) : group(std::move(refined)) {}
  };
  struct Batch {
    std::shared_ptr<Active> of;
    PartPixels asked;
  };

  void begin_one() {
    begun_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    const auto& [of, asked] = begun_.back();
    const Fields fields = {.updates = sweep_.fields.updates};
    mapper_.begin(of->group.maps(asked.part), of->group.region(), fields, asked.pixels, meter_);
  }

  void finish_one() {
    mapper_.finish(result_);
    const Batch batch = std::move(begun_.front());
    begun_.pop_front();
    batch.of->group.accept(batch.asked, result_);
    if (--batch.of->open == 0) resume(batch.of);
  }

  /// Begins the next level of a group, or finishes it.
  void resume(const std::shared_ptr<Active>& active) {
    std::vector<PartPixels> asked = active->group.next(sink_, meter_);
    active->open = asked.size();
    for (PartPixels& pixels : asked) waiting_.push_back({active, std::move(pixels)});
    if (active->open > 0) return;
    --active_;
    const auto finished = std::make_shared<const FinishedPoints>(active->group.finished());
    sink_.finish(finished, [finished, &report = points_finished_] {
      if (report) report(*finished);
    });
  }

  SweepMaps& maps_;
  const Sweep& sweep_;
  const PointGroups groups_;
  Mapper& mapper_;
  SweepSink& sink_;
  Meter& meter_;
  const PointsFinished& points_finished_;
  std::int64_t active_ = 0;    ///< groups that are not finished
  std::deque<Batch> waiting_;  ///< not begun
  std::deque<Batch> begun_;
  TileResult result_;
};

}  // namespace

void refine_points(SweepMaps& maps, const PointGroups& groups, const std::vector<PointRun>& runs, Mapper& mapper,
                   SweepSink& sink, Meter& meter, const PointsFinished& points_finished) {
  RefinedStream(maps, groups, mapper, sink, meter, points_finished).run(runs);
}

}  // namespace deadcone
