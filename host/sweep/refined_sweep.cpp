#include "sweep/refined_sweep.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include "deadcone/proof/bounds.hpp"
#include "proof/block_proof.hpp"
#include "sweep/region_refinement.hpp"

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

/// Pixels that a mapper gets at once: enough for every thread of a large card, few enough that several devices share the
/// pixels of one level.
constexpr std::size_t batch_pixels = 65'536;

/// The largest number of pixels of points that are refined at once, unless one point has more.
constexpr std::int64_t most_pixels = std::int64_t{1} << 26;

std::unique_ptr<RegionRefinement> refinement_of(const Sweep& sweep, const PreparedMap& map, const Tile& region) {
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
    return fate_of_block(map.proof_conditions(), map->point,
                         interval(map->window.w, region.first_w + block.first_w, region.first_w + block.last_w),
                         interval(map->window.b, region.first_b + block.first_b, region.first_b + block.last_b));
  });
}

/// One point of a sweep while it is refined, region by region.
class RefinedPoint {
 public:
  RefinedPoint(SweepMaps& maps, std::int64_t point)
      : sweep_(maps.sweep()), point_(point), map_(maps.take(point)), regions_(sweep_.window, region_side) {
    begin_region();
  }

  std::int64_t point() const { return point_; }
  const PreparedMap& map() const { return map_; }
  const Tile& region() const { return region_; }
  const Counts& counts() const { return counts_; }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

  /// The next batches to compute; none when the whole point is in the sink.
  std::vector<PixelList> next(SweepSink& sink, Meter& meter) {
    while (region_index_ < regions_.count()) {
      const PixelList asked = refinement_->next();
      if (!asked.empty()) return batches_of(asked);
      hand_over(sink);
      meter.pixels.fetch_add(refinement_->fates().filled(), std::memory_order_relaxed);
      ++region_index_;
      if (region_index_ < regions_.count()) begin_region();
    }
    return {};
  }

  void accept(const PixelList& batch, const TileResult& result) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      refinement_->accept(batch[i], result.fate[i]);
      const auto pixel = static_cast<std::size_t>(batch[i]);
      if (!updates_.empty()) updates_[pixel] = result.updates[i];
      if (!proof_.empty()) proof_[pixel] = result.proof[i];
    }
    const Counts& counts = result.counts.front();
    counts_.updates += counts.updates;
    counts_.most_updates = std::max(counts_.most_updates, counts.most_updates);
  }

 private:
  static std::vector<PixelList> batches_of(const PixelList& pixels) {
    std::vector<PixelList> batches;
    for (std::size_t first = 0; first < pixels.size(); first += batch_pixels) {
      const std::size_t last = std::min(first + batch_pixels, pixels.size());
      batches.emplace_back(pixels.begin() + static_cast<std::ptrdiff_t>(first),
                           pixels.begin() + static_cast<std::ptrdiff_t>(last));
    }
    return batches;
  }

  void begin_region() {
    region_ = regions_[region_index_];
    refinement_ = refinement_of(sweep_, map_, region_);
    const auto pixels = static_cast<std::size_t>(region_.pixels());
    updates_.assign(sweep_.fields.updates ? pixels : 0, -1);
    proof_.assign(sweep_.criteria.certify ? pixels : 0, Proof::pending);
  }

  /// Hands the finished region to the sink, tile by tile.
  void hand_over(SweepSink& sink) {
    const RegionFates& fates = refinement_->fates();
    counts_.filled += fates.filled();
    counts_.fill_mismatches += refinement_->mismatches();
    counts_.fill_sampled += refinement_->sampled();
    counts_.fill_sample_mismatches += refinement_->sample_mismatches();
    const Tiling tiles(Window{.w = {.count = region_.count_w}, .b = {.count = region_.count_b}});
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      const Tile inside = tiles[i];
      TileResult result;
      for (std::int64_t row = 0; row < inside.count_b; ++row) {
        const auto first = static_cast<std::size_t>(fates.number(inside.first_b + row, inside.first_w));
        const auto last = first + static_cast<std::size_t>(inside.count_w);
        for (std::size_t pixel = first; pixel < last; ++pixel) {
          const Fate fate = fates.fate(static_cast<std::int32_t>(pixel));
          result.fate.push_back(fate);
          result.origin.push_back(fates.origin(static_cast<std::int32_t>(pixel)));
          ++counts_.fates.at(static_cast<std::size_t>(fate));
        }
        append_row(result.updates, updates_, first, last);
        append_row(result.proof, proof_, first, last);
      }
      const Tile tile = {region_.first_b + inside.first_b, region_.first_w + inside.first_w, inside.count_b,
                         inside.count_w};
      sink.take(point_, tile, result);
    }
  }

  template <class T>
  static void append_row(std::vector<T>& to, const std::vector<T>& from, std::size_t first, std::size_t last) {
    if (from.empty()) return;
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(first),
              from.begin() + static_cast<std::ptrdiff_t>(last));
  }

  const Sweep& sweep_;
  std::int64_t point_;
  PreparedMap map_;
  Tiling regions_;
  std::int64_t region_index_ = 0;
  Tile region_;
  std::unique_ptr<RegionRefinement> refinement_;
  std::vector<std::int32_t> updates_;  ///< -1 where it is not computed
  std::vector<Proof> proof_;           ///< likewise
  Counts counts_;
  Clock::time_point began_ = Clock::now();
};

/// Moves batches of several points through a mapper.
class RefinedStream {
 public:
  RefinedStream(SweepMaps& maps, Mapper& mapper, SweepSink& sink, Meter& meter, const PointFinished& point_finished)
      : maps_(maps),
        sweep_(maps.sweep()),
        mapper_(mapper),
        sink_(sink),
        meter_(meter),
        point_finished_(point_finished) {}

  ~RefinedStream() { mapper_.abandon(); }
  RefinedStream(const RefinedStream&) = delete;
  RefinedStream& operator=(const RefinedStream&) = delete;

  void run(const std::vector<std::int64_t>& points) {
    const std::int64_t at_once = std::max<std::int64_t>(1, most_pixels / sweep_.window.pixels());
    const auto depth = static_cast<std::size_t>(mapper_.tiles_in_flight());
    auto next = points.begin();
    while (next != points.end() || active_ > 0) {
      // First the work at hand, then new points; wait only where there is neither.
      if (begun_.size() < depth && !waiting_.empty()) {
        begin_one();
      } else if (begun_.size() < depth && next != points.end() && active_ < at_once) {
        ++active_;
        resume(std::make_shared<Active>(RefinedPoint(maps_, *next++)));
      } else {
        finish_one();
      }
    }
  }

 private:
  struct Active {
    RefinedPoint point;
    std::size_t open = 0;  ///< batches that are not computed yet
    explicit Active(RefinedPoint&& refined) : point(std::move(refined)) {}
  };
  struct Batch {
    std::shared_ptr<Active> of;
    PixelList pixels;
  };

  void begin_one() {
    begun_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    const Batch& batch = begun_.back();
    const Fields fields = {.updates = sweep_.fields.updates};
    mapper_.begin(batch.of->point.map(), batch.of->point.region(), fields, batch.pixels, meter_);
  }

  void finish_one() {
    mapper_.finish(result_);
    const Batch batch = std::move(begun_.front());
    begun_.pop_front();
    batch.of->point.accept(batch.pixels, result_);
    if (--batch.of->open == 0) resume(batch.of);
  }

  /// Begins the next level of a point, or finishes it.
  void resume(const std::shared_ptr<Active>& active) {
    std::vector<PixelList> batches = active->point.next(sink_, meter_);
    active->open = batches.size();
    for (PixelList& batch : batches) waiting_.push_back({active, std::move(batch)});
    if (active->open > 0) return;
    --active_;
    const RefinedPoint& point = active->point;
    sink_.finish(
        point.point(), point.counts(), point.seconds(),
        [index = point.point(), counts = point.counts(), seconds = point.seconds(), &report = point_finished_] {
          if (report) report(index, counts, seconds);
        });
  }

  SweepMaps& maps_;
  const Sweep& sweep_;
  Mapper& mapper_;
  SweepSink& sink_;
  Meter& meter_;
  const PointFinished& point_finished_;
  std::int64_t active_ = 0;    ///< points that are not finished
  std::deque<Batch> waiting_;  ///< not begun
  std::deque<Batch> begun_;
  TileResult result_;
};

}  // namespace

void refine_points(SweepMaps& maps, const std::vector<std::int64_t>& points, Mapper& mapper, SweepSink& sink,
                   Meter& meter, const PointFinished& point_finished) {
  RefinedStream(maps, mapper, sink, meter, point_finished).run(points);
}

}  // namespace deadcone
