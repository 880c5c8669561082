#include "deadcone/sweep.hpp"

#include <chrono>
#include <queue>

#include "deadcone/errors.hpp"
#include "sweep/refined_sweep.hpp"

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

/// Moves the tiles of a sweep through a mapper into a sink, in the order of the file, several of them at once.
class TileStream {
 public:
  TileStream(SweepMaps& maps, Mapper& mapper, SweepSink& sink, Meter& meter, const PointFinished& point_finished)
      : maps_(maps),
        tiles_(maps.sweep().window),
        mapper_(mapper),
        sink_(sink),
        meter_(meter),
        point_finished_(point_finished) {}

  ~TileStream() { mapper_.abandon(); }
  TileStream(const TileStream&) = delete;
  TileStream& operator=(const TileStream&) = delete;

  void push(std::int64_t point) {
    const PreparedMap map = maps_.take(point);
    for (std::int64_t i = 0; i < tiles_.count(); ++i) {
      if (begun_.size() >= static_cast<std::size_t>(mapper_.tiles_in_flight())) pop();
      if (begun_.empty() && i == 0) last_finished_ = Clock::now();
      mapper_.begin(map, tiles_[i], maps_.sweep().fields, {}, meter_);
      begun_.push({point, i});
    }
  }

  void drain() {
    while (!begun_.empty()) pop();
  }

 private:
  struct Begun {
    std::int64_t point;
    std::int64_t tile;
  };

  void pop() {
    const auto [point, tile] = begun_.front();
    begun_.pop();
    mapper_.finish(result_);
    counts_ += result_.counts.front();
    sink_.take(point, tiles_[tile], result_);
    if (tile + 1 < tiles_.count()) return;
    // Points overlap in the mapper; each gets the time since the one before it finished.
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - last_finished_).count();
    last_finished_ = now;
    sink_.finish(point, counts_, seconds, [point = point, counts = counts_, seconds, &report = point_finished_] {
      if (report) report(point, counts, seconds);
    });
    counts_ = {};
  }

  SweepMaps& maps_;
  const Tiling tiles_;
  Mapper& mapper_;
  SweepSink& sink_;
  Meter& meter_;
  const PointFinished& point_finished_;
  std::queue<Begun> begun_;
  TileResult result_;
  Counts counts_;  ///< of the point whose tiles are being finished
  Clock::time_point last_finished_;
};

void compute_points(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
                    const PointFinished& point_finished) {
  const Sweep& sweep = maps.sweep();
  std::vector<std::int64_t> points;
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (shard.has(point) && !sink.is_done(point)) points.push_back(point);
  }
  if (sweep.refinement.kind != RefinementKind::none) {
    refine_points(maps, points, mapper, sink, meter, point_finished);
    return;
  }
  TileStream stream(maps, mapper, sink, meter, point_finished);
  for (const std::int64_t point : points) stream.push(point);
  stream.drain();
}

}  // namespace

void run_sweep(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished) {
  SweepMaps maps(sweep);
  run_sweep(maps, shard, mapper, sink, meter, point_finished);
}

void run_sweep(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished) {
  validate(maps.sweep());
  validate(shard);
  const Refinement& refinement = maps.sweep().refinement;
  if (refinement.kind == RefinementKind::borders && !refinement.has_estimate())
    throw ConfigError("refine", "has the rule of version 0.1, which only that version computes");
  try {
    compute_points(maps, shard, mapper, sink, meter, point_finished);
  } catch (const std::exception&) {
    sink.close();  // where this fails, too, its error matters more
    throw;
  }
  sink.close();
}

}  // namespace deadcone
