#include "deadcone/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "deadcone/errors.hpp"
#include "deadcone/point_groups.hpp"
#include "sweep/refined_sweep.hpp"
#include "sweep/trajectory_batches.hpp"

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

/// Moves the groups of a sweep through a mapper into a sink, in their order, several tiles of them at once.
class GroupStream {
 public:
  GroupStream(SweepMaps& maps, const PointGroups& groups, Mapper& mapper, SweepSink& sink, Meter& meter,
              const PointsFinished& points_finished)
      : maps_(maps),
        tiles_(tiles_of(maps.sweep().plane.grid(), groups)),
        mapper_(mapper),
        sink_(sink),
        meter_(meter),
        points_finished_(points_finished) {}

  ~GroupStream() { mapper_.abandon(); }
  GroupStream(const GroupStream&) = delete;
  GroupStream& operator=(const GroupStream&) = delete;

  void push(const PointRun& points) {
    GroupTrajectories trajectories(maps_, points);
    for (std::int64_t tile = 0; tile < tiles_.count(); ++tile) {
      std::vector<TrajectoryBatch> batches = trajectories.of_tile(tiles_[tile]);
      for (TrajectoryBatch& batch : batches) {
        if (begun_.size() >= static_cast<std::size_t>(mapper_.tiles_in_flight())) pop();
        if (begun_.empty() && tile == 0) last_finished_ = Clock::now();
        Fields fields = maps_.sweep().fields;
        const bool has_maps = batch.has_maps_of(points.count);
        fields.updates = fields.updates || !has_maps;  // for the counts
        mapper_.begin(batch.maps, batch.tile, fields, {}, meter_);
        begun_.push({points, tile, std::move(batch.places), has_maps, &batch == &batches.back()});
        batch.maps = {};  // the mapper has its constants
      }
    }
  }

  void drain() {
    while (!begun_.empty()) pop();
  }

 private:
  struct Begun {
    PointRun points;
    std::int64_t tile;
    std::vector<std::int32_t> places;  ///< of TrajectoryBatch
    bool has_maps;                     ///< of the points, which are counted
    bool completes_tile;
  };

  void pop() {
    const Begun begun = std::move(begun_.front());
    begun_.pop();
    mapper_.finish(result_);
    if (!begun.places.empty()) {
      const std::int64_t trajectories = begun.points.count * tiles_[begun.tile].pixels();
      put_in_place(result_, begun.places, static_cast<std::size_t>(trajectories), whole_);
      if (!begun.completes_tile) return;
      std::swap(result_, whole_);
      whole_ = {};
    }
    if (!begun.has_maps) count_by_point(result_, begun.points.count, maps_.sweep().fields);
    take(begun.points, begun.tile);
  }

  /// Hands over a tile, which is in result_.
  void take(const PointRun& points, std::int64_t tile) {
    if (tile == 0) {
      counts_ = std::move(result_.counts);
    } else {
      counts_.front() += result_.counts.front();  // of a single point: several have whole maps
    }
    sink_.take(points, tiles_[tile], result_);
    if (tile + 1 < tiles_.count()) return;
    // Groups overlap in the mapper; each gets the time since the one before it finished.
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - last_finished_).count();
    last_finished_ = now;
    const auto finished = std::make_shared<const FinishedPoints>(
        FinishedPoints{points, std::move(counts_), seconds / static_cast<double>(points.count)});
    sink_.finish(finished, [finished, &report = points_finished_] {
      if (report) report(*finished);
    });
  }

  SweepMaps& maps_;
  const Tiling tiles_;
  Mapper& mapper_;
  SweepSink& sink_;
  Meter& meter_;
  const PointsFinished& points_finished_;
  std::queue<Begun> begun_;
  TileResult result_;
  TileResult whole_;            ///< of a tile of which some batches are finished
  std::vector<Counts> counts_;  ///< of the group whose tiles are being finished
  Clock::time_point last_finished_;
};

PointGroups groups_in(const SweepSink& sink, const Sweep& sweep) {
  return sink.groups().value_or(PointGroups(sweep));
}

void compute_points(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
                    const PointsFinished& points_finished) {
  const Sweep& sweep = maps.sweep();
  const PointGroups groups = groups_in(sink, sweep);
  const std::vector<PointRun> runs = points_to_compute(sweep, shard, sink);
  if (sweep.refinement.kind != RefinementKind::none) {
    refine_points(maps, groups, runs, mapper, sink, meter, points_finished);
    return;
  }
  GroupStream stream(maps, groups, mapper, sink, meter, points_finished);
  for (const PointRun& points : runs) stream.push(points);
  stream.drain();
}

}  // namespace

std::vector<PointRun> points_to_compute(const Sweep& sweep, const Shard& shard, const SweepSink& sink) {
  const PointGroups groups = groups_in(sink, sweep);
  std::vector<PointRun> runs;
  for (std::int64_t group = 0; group < groups.count(); ++group) {
    if (!shard.has(group)) continue;
    const PointRun run = groups[group];
    bool is_done = true;
    for (std::int64_t i = 0; i < run.count && is_done; ++i) is_done = sink.is_done(run.first + i);
    if (!is_done) runs.push_back(run);
  }
  return runs;
}

void run_sweep(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointsFinished& points_finished) {
  SweepMaps maps(sweep);
  run_sweep(maps, shard, mapper, sink, meter, points_finished);
}

void run_sweep(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointsFinished& points_finished) {
  validate(maps.sweep());
  validate(shard);
  const Refinement& refinement = maps.sweep().refinement;
  if (refinement.kind == RefinementKind::borders && !refinement.has_estimate())
    throw ConfigError("refine", "has the rule of version 0.1, which only that version computes");
  try {
    compute_points(maps, shard, mapper, sink, meter, points_finished);
  } catch (const std::exception&) {
    sink.close();  // where this fails, too, its error matters more
    throw;
  }
  sink.close();
}

}  // namespace deadcone
