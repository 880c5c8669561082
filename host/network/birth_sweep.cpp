#include "deadcone/network/birth_sweep.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

#include "base/binomial_interval.hpp"
#include "base/memory.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/network/network_plan.hpp"

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Whether the probability is known as well as it must be. Looked at after 2^k networks alone: else whoever looks often enough
/// stops where it happens to look well.
bool is_known_enough(const BirthCounts& counts, double goal) {
  if (goal <= 0.0 || !std::has_single_bit(static_cast<std::uint64_t>(counts.networks))) return false;
  const BinomialInterval interval = binomial_interval(counts.born_dead, counts.networks);
  return interval.high - interval.low <= goal;
}

/// The number of networks after which to look next.
std::int64_t next_look(std::int64_t networks) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(networks) + 1));
}

class PointRunner {
 public:
  PointRunner(const BirthSweep& sweep, BirthMapper& mapper, BirthSink& sink, Meter& meter)
      : sweep_(sweep), mapper_(mapper), sink_(sink), meter_(meter) {}

  BirthResult run(std::int64_t number) {
    const BirthPoint point = sweep_.point(number);
    BirthResult result = sink_.begun(number);
    if (result.counts.networks == 0) result.counts = BirthCounts(point.depth());
    const double seconds_before = result.seconds;
    const Clock::time_point begin = Clock::now();
    Clock::time_point kept = begin;
    std::int64_t blocks = 8;
    while (result.counts.networks < sweep_.networks && !is_known_enough(result.counts, sweep_.precision_goal)) {
      const Clock::time_point round = Clock::now();
      BirthCounts next = result.counts;
      try {
        mapper_.run(sweep_.kind, point, blocks_from(result.counts.networks, blocks), sweep_.networks, meter_, next);
      } catch (const Interrupted&) {
        result.seconds = seconds_before + seconds_since(begin);
        if (result.counts.networks > 0) sink_.keep(number, result);
        throw;
      }
      result.counts = std::move(next);
      result.seconds = seconds_before + seconds_since(begin);
      if (seconds_since(round) < shortest_round) blocks = std::min(2 * blocks, most_blocks(point));
      if (seconds_since(kept) < pause_of_keeping || result.counts.networks >= sweep_.networks) continue;
      sink_.keep(number, result);
      kept = Clock::now();
    }
    return result;
  }

 private:
  static constexpr double shortest_round = 0.2;    ///< seconds: an interrupt waits no longer, and threads seldom
  static constexpr double pause_of_keeping = 2.0;  ///< seconds that a kill may cost

  /// Blocks whose counts fit into some megabytes.
  static std::int64_t most_blocks(const BirthPoint& point) {
    constexpr std::int64_t most_numbers = 1 << 20;
    return std::max<std::int64_t>(most_numbers / point.depth(), 256);
  }

  BlockRun blocks_from(std::int64_t networks, std::int64_t most) const {
    std::int64_t end = sweep_.networks;
    if (sweep_.precision_goal > 0.0) end = std::min(end, std::max(next_look(networks), networks_of_block));
    const std::int64_t left = (end - networks + networks_of_block - 1) / networks_of_block;
    return {networks / networks_of_block, std::min(most, left)};
  }

  const BirthSweep& sweep_;
  BirthMapper& mapper_;
  BirthSink& sink_;
  Meter& meter_;
};

/// The points of a shard that the sink does not have.
template <class Use>
void for_each_point(const BirthSweep& sweep, const Shard& shard, const BirthSink& sink, const Use& use) {
  const std::int64_t points = sweep.points();
  for (std::int64_t point = shard.index; point < points; point += shard.count) {
    if (!sink.is_done(point)) use(point);
  }
}

}  // namespace

BirthWork work_of(const BirthSweep& sweep, const Shard& shard, const BirthMapper& mapper, const BirthSink& sink) {
  BirthWork work;
  for_each_point(sweep, shard, sink, [&](std::int64_t number) {
    const BirthPoint point = sweep.point(number);
    const auto networks = static_cast<double>(sweep.networks - sink.begun(number).counts.networks);
    ++work.points;
    work.networks += networks;
    work.multiply_adds += networks * network::multiply_adds(sweep.kind, point);
    work.memory = std::max(work.memory, mapper.memory(sweep.kind, point));
  });
  return work;
}

void check_memory_of(const BirthSweep& sweep, const Shard& shard, const BirthMapper& mapper) {
  const double bytes = work_of(sweep, shard, mapper, NoBirthSink()).memory;
  constexpr double countable = 9e18;
  try {
    check_memory(static_cast<std::int64_t>(std::min(bytes, countable)), "the networks that run at once take");
  } catch (const OutOfMemory& error) {
    throw NetworksDoNotFit(error.what());
  }
}

void run_births(const BirthSweep& sweep, const Shard& shard, BirthMapper& mapper, BirthSink& sink, Meter& meter,
                const BirthFinished& finished) {
  check_memory_of(sweep, shard, mapper);
  PointRunner runner(sweep, mapper, sink, meter);
  try {
    for_each_point(sweep, shard, sink, [&](std::int64_t point) {
      const BirthResult result = runner.run(point);
      sink.finish(point, result);
      if (finished) finished(point, result);
    });
  } catch (const Interrupted&) {
    sink.close();
    throw;
  }
  sink.close();
}

}  // namespace deadcone
