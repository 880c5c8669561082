#include "deadcone/sweep.hpp"

#include <chrono>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

void compute_points(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
                    const PointFinished& point_finished) {
  using Clock = std::chrono::steady_clock;
  const Tiling tiles(sweep.window);
  TileResult result;
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (!shard.has(point) || sink.is_done(point)) continue;
    const Clock::time_point start = Clock::now();
    const Map map = {sweep.point(point), sweep.window, sweep.criteria, sweep.precision};
    Counts counts;
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      mapper.map(map, tiles[i], sweep.fields, meter, result);
      counts += count(result.fate, result.steps);
      sink.take(point, tiles[i], result);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    sink.finish(point, counts, seconds, [=, &point_finished] { point_finished(point, counts, seconds); });
  }
}

}  // namespace

void run_sweep(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished) {
  try {
    compute_points(sweep, shard, mapper, sink, meter, point_finished);
  } catch (const std::exception&) {
    sink.close();  // where this fails, too, that is the graver news
    throw;
  }
  sink.close();
}

}  // namespace deadcone
