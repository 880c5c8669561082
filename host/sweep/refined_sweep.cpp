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
#include "sweep/region_refinement.hpp"
#include "sweep/trajectory_batches.hpp"

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

/// Pixels that a mapper gets at once: enough for every thread of a large card, few enough that several devices share the
/// pixels of one level. Where pixels have constants of their own, they are fewer.
constexpr std::size_t pixels_at_once = 65'536;
constexpr std::size_t pixels_with_constants_at_once = 16'384;

/// The largest number of pixels of groups that are refined at once, unless one group has more; and that of points.
constexpr std::int64_t most_pixels = std::int64_t{1} << 26;
constexpr std::int64_t most_points = std::int64_t{1} << 14;

/// The refinement of a region of the map at one of the points of a group, by its place among them.
std::unique_ptr<RegionRefinement> refinement_of(const Sweep& sweep, GroupTrajectories& trajectories, std::int64_t place,
                                                const Tile& region) {
  if (sweep.refinement.kind == RefinementKind::borders)
    return refine_by_borders(region.rows, region.columns, sweep.refinement.sample);
  const auto interval = [](const Range& range, std::int64_t first, std::int64_t last) {
    // Wide enough for a centre that is rounded to float.
    constexpr double rounding = 0x1p-23;
    const double lo = range.centre(first);
    const double hi = range.centre(last);
    return Interval{lo - rounding * std::fabs(lo), hi + rounding * std::fabs(hi)};
  };
  return refine_by_proofs(region.rows, region.columns, [=, of = trajectories.map_of(place)](const Block& block) {
    const auto& [maps, number] = of;
    return fate_of_block(
        maps.proof_conditions(number), maps.point(number),
        interval(maps->window.w, region.first_column + block.first_column, region.first_column + block.last_column),
        interval(maps->window.b, region.first_row + block.first_row, region.first_row + block.last_row));
  });
}

/// A group of points of a sweep while it is refined, region by region.
class RefinedGroup {
 public:
  RefinedGroup(SweepMaps& maps, const PointGroups& groups, const PointRun& points)
      : sweep_(maps.sweep()),
        groups_(groups),
        points_(points),
        trajectories_(maps, points),
        regions_(sweep_.plane.grid(), region_side),
        refined_(static_cast<std::size_t>(points.count)),
        counts_(refined_.size()) {
    begin_region();
  }

  /// Some pixels that next() gave, as a mapper takes them.
  std::vector<TrajectoryBatch> batches(const PixelList& pixels) { return trajectories_.of_pixels(region_, pixels); }
  /// What is known of the points once all of them are in the sink.
  FinishedPoints finished() {
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    return {points_, std::move(counts_), seconds / static_cast<double>(points_.count)};
  }

  /// The next pixels of the region to compute, by number [place][y][x]; none when all points are in the sink.
  std::vector<PixelList> next(SweepSink& sink, Meter& meter) {
    while (region_index_ < regions_.count()) {
      std::vector<PixelList> asked = ask();
      if (!asked.empty()) return asked;
      hand_over(sink);
      for (const RefinedMap& map : refined_)
        meter.pixels.fetch_add(map.refinement->fates().filled(), std::memory_order_relaxed);
      ++region_index_;
      if (region_index_ < regions_.count()) begin_region();
    }
    return {};
  }

  /// Takes the results of the pixels at some places, with their updates.
  void accept(const std::vector<std::int32_t>& places, const TileResult& result) {
    const std::int64_t pixels = region_.pixels();
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto at = static_cast<std::size_t>(places[i]);
      const auto place = static_cast<std::size_t>(places[i] / pixels);
      refined_[place].refinement->accept(static_cast<std::int32_t>(places[i] % pixels), result.fate[i]);
      Counts& counts = counts_[place];
      counts.updates += result.updates[i];
      counts.most_updates = std::max(counts.most_updates, result.updates[i]);
      if (!updates_.empty()) updates_[at] = result.updates[i];
      if (!proof_.empty()) proof_[at] = result.proof[i];
    }
  }

 private:
  struct RefinedMap {
    std::unique_ptr<RegionRefinement> refinement;
    bool is_whole = false;  ///< every pixel of the region has its fate
  };

  /// What the refinements of all maps ask for, in lists of limited length.
  std::vector<PixelList> ask() {
    const std::size_t most = sweep_.plane.is_of_starts() ? pixels_at_once : pixels_with_constants_at_once;
    std::vector<PixelList> asked;
    for (std::size_t place = 0; place < refined_.size(); ++place) {
      RefinedMap& refined = refined_[place];
      if (refined.is_whole) continue;
      const PixelList pixels = refined.refinement->next();
      refined.is_whole = pixels.empty();
      const auto first = static_cast<std::int32_t>(static_cast<std::int64_t>(place) * region_.pixels());
      for (const std::int32_t pixel : pixels) {
        if (asked.empty() || asked.back().size() == most) asked.emplace_back();
        asked.back().push_back(first + pixel);
      }
    }
    return asked;
  }

  void begin_region() {
    region_ = regions_[region_index_];
    for (std::size_t place = 0; place < refined_.size(); ++place)
      refined_[place] = {refinement_of(sweep_, trajectories_, static_cast<std::int64_t>(place), region_)};
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
    const Tiling tiles = tiles_of(Grid{region_.rows, region_.columns}, groups_);
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      const Tile inside = tiles[i];
      TileResult result;
      for (std::size_t place = 0; place < refined_.size(); ++place) append(inside, place, result);
      const Tile tile = {region_.first_row + inside.first_row, region_.first_column + inside.first_column, inside.rows,
                         inside.columns};
      sink.take(points_, tile, result);
    }
  }

  /// Adds a tile inside the region of one of the maps to a result.
  void append(const Tile& inside, std::size_t place, TileResult& result) {
    const RegionFates& fates = refined_[place].refinement->fates();
    const std::size_t before = place * static_cast<std::size_t>(region_.pixels());
    for (std::int64_t row = 0; row < inside.rows; ++row) {
      const std::int32_t first = fates.number(inside.first_row + row, inside.first_column);
      const auto count = static_cast<std::int32_t>(inside.columns);
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
  GroupTrajectories trajectories_;
  Tiling regions_;
  std::int64_t region_index_ = 0;
  Tile region_;
  std::vector<RefinedMap> refined_;    ///< by place in the group
  std::vector<std::int32_t> updates_;  ///< [place][y][x] of the region; -1 where it is not computed
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
    const std::int64_t group_size = groups_.size() * sweep_.plane.pixels();
    const std::int64_t at_once =
        std::max<std::int64_t>(1, std::min(most_pixels / group_size, most_points / groups_.size()));
    const auto depth = static_cast<std::size_t>(mapper_.tiles_in_flight());
    auto next = runs.begin();
    while (next != runs.end() || active_ > 0) {
      // First the work at hand, then new groups; wait only where there is neither.
      if (begun_.size() < depth && !waiting_.empty()) {
        begin_some();
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
    std::size_t open = 0;  ///< lists and batches that are not computed yet
    explicit Active(RefinedGroup&& refined) : group(std::move(refined)) {}
  };
  struct Asked {
    std::shared_ptr<Active> of;
    PixelList pixels;
  };
  struct Begun {
    std::shared_ptr<Active> of;
    std::vector<std::int32_t> places;
  };

  /// Begins the batches of a list.
  void begin_some() {
    const Asked asked = std::move(waiting_.front());
    waiting_.pop_front();
    std::vector<TrajectoryBatch> batches = asked.of->group.batches(asked.pixels);
    asked.of->open += batches.size() - 1;
    for (TrajectoryBatch& batch : batches) {
      if (begun_.size() >= static_cast<std::size_t>(mapper_.tiles_in_flight())) finish_one();
      mapper_.begin(batch.maps, batch.tile, Fields{.updates = true}, batch.listed, meter_);
      begun_.push_back({asked.of, std::move(batch.places)});
    }
  }

  void finish_one() {
    mapper_.finish(result_);
    const Begun begun = std::move(begun_.front());
    begun_.pop_front();
    begun.of->group.accept(begun.places, result_);
    if (--begun.of->open == 0) resume(begun.of);
  }

  /// Begins the next level of a group, or finishes it.
  void resume(const std::shared_ptr<Active>& active) {
    std::vector<PixelList> asked = active->group.next(sink_, meter_);
    active->open = asked.size();
    for (PixelList& pixels : asked) waiting_.push_back({active, std::move(pixels)});
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
  std::deque<Asked> waiting_;  ///< not begun
  std::deque<Begun> begun_;
  TileResult result_;
};

}  // namespace

void refine_points(SweepMaps& maps, const PointGroups& groups, const std::vector<PointRun>& runs, Mapper& mapper,
                   SweepSink& sink, Meter& meter, const PointsFinished& points_finished) {
  RefinedStream(maps, groups, mapper, sink, meter, points_finished).run(runs);
}

}  // namespace deadcone
