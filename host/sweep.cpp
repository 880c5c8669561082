#include "deadcone/sweep.hpp"

#include <chrono>

namespace deadcone {

void run_sweep(const Sweep& sweep, Mapper& mapper, SweepWriter& writer, Meter& meter,
               const PointFinished& point_finished) {
  using Clock = std::chrono::steady_clock;
  const Tiling tiles(sweep.window);
  TileResult result;
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (writer.is_done(point)) continue;
    const Clock::time_point start = Clock::now();
    const Map map = {sweep.point(point), sweep.window, sweep.criteria, sweep.precision};
    Counts counts;
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      mapper.map(map, tiles[i], sweep.fields, meter, result);
      counts += count(result.fate, result.steps);
      writer.write(point, tiles[i], result);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    writer.finish(point, counts, seconds);
    point_finished(point, counts, seconds);
  }
}

}  // namespace deadcone
