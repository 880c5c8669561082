// How busy a GPU would be: launches played with the updates of a real map, on a model of a card.
//
//   bench_launch [SIDE]    a table in Markdown, for windows of SIDE^2 pixels (1024)
//
// The model: processors of four schedulers, each of which issues one instruction a cycle for one of its warps; an
// update takes a warp `instructions` issue slots and, from its first to its last, `latency` cycles. A warp lasts as
// long as its longest trajectory, a block as long as its longest warp; blocks start in order where there is room; a
// tile may start when the one `tiles in flight` before it has ended. It knows nothing of memory, of which the kernel
// uses none on the way.
//
// "lanes": the share of lanes that make updates that count, as long as a warp runs. "in all": updates that count over
// all issue slots until the last block has ended.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <string>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {
namespace {

// An H200, and an update in float as bench/suite/hot_loop_cuda.py counts it.
constexpr int processors = 132;
constexpr int schedulers = 4 * processors;
constexpr int warps_of_a_scheduler = 10;  // at 48 registers a thread
constexpr double instructions = 55.0;
constexpr double latency = 350.0;
constexpr int warp_size = 32;

struct Scheme {
  const char* name;
  int patch_width;  ///< of a warp
  int block_width;  ///< in warps
  int block_height;
  int tiles_in_flight;
};

struct Block {
  std::int64_t tile;
  std::vector<std::int32_t> warps;  ///< updates of each
};

/// The updates of every pixel of a map.
struct MapUpdates {
  std::int64_t side;
  std::vector<std::int32_t> values;
};

MapUpdates updates_of(double beta, double gamma, std::int64_t side) {
  Map map;
  map.point.beta = beta;
  map.point.gamma = gamma;
  map.window = {{-2, 2, side}, {-2, 2, side}};
  Meter meter;
  TileResult result;
  make_cpu_mapper(0)->map(map, {0, 0, side, side}, Fields{}, meter, result);
  return {side, result.updates};
}

std::vector<Block> blocks_of(const MapUpdates& map, const Scheme& scheme) {
  const int patch_height = warp_size / scheme.patch_width;
  const std::int64_t width = std::int64_t{scheme.patch_width} * scheme.block_width;
  const std::int64_t height = std::int64_t{patch_height} * scheme.block_height;
  const Tiling tiles({map.side, map.side});
  std::vector<Block> blocks;
  for (std::int64_t t = 0; t < tiles.count(); ++t) {
    const Tile tile = tiles[t];
    for (std::int64_t b = 0; b < tile.rows; b += height) {
      for (std::int64_t w = 0; w < tile.columns; w += width) {
        Block block = {t, {}};
        for (int warp = 0; warp < scheme.block_width * scheme.block_height; ++warp) {
          std::int32_t longest = 0;
          for (int lane = 0; lane < warp_size; ++lane) {
            const std::int64_t row =
                b + std::int64_t{warp / scheme.block_width} * patch_height + lane / scheme.patch_width;
            const std::int64_t column =
                w + std::int64_t{warp % scheme.block_width} * scheme.patch_width + lane % scheme.patch_width;
            if (row >= tile.rows || column >= tile.columns) continue;
            const auto pixel = static_cast<std::size_t>((tile.first_row + row) * map.side + tile.first_column + column);
            longest = std::max(longest, map.values[pixel]);
          }
          block.warps.push_back(longest);
        }
        blocks.push_back(block);
      }
    }
  }
  return blocks;
}

/// The warps of one scheduler, which all go on at the same rate: so each ends when the progress since the start has
/// grown by its updates.
class Scheduler {
 public:
  void advance_to(double time) {
    progress_ += (time - time_) * rate();
    time_ = time;
  }
  void start(std::int32_t updates, std::size_t block) { warps_.push({progress_ + updates, block}); }
  bool busy() const { return !warps_.empty(); }
  std::size_t warps() const { return warps_.size(); }
  double next_end() const { return time_ + (warps_.top().end - progress_) / rate(); }
  std::size_t end_one() {
    progress_ = warps_.top().end;
    const std::size_t block = warps_.top().block;
    warps_.pop();
    return block;
  }

 private:
  struct Warp {
    double end;
    std::size_t block;
    bool operator<(const Warp& other) const { return end > other.end; }
  };
  double rate() const { return 1.0 / std::max(latency, instructions * static_cast<double>(warps_.size())); }

  std::priority_queue<Warp> warps_;
  double progress_ = 0.0;
  double time_ = 0.0;
};

/// Cycles until all blocks have ended.
double play(const std::vector<Block>& blocks, const Scheme& scheme) {
  struct End {
    double time;
    std::size_t scheduler;
    std::uint64_t version;
    bool operator<(const End& other) const { return time > other.time; }
  };
  const std::size_t warps_of_a_block = blocks[0].warps.size();
  std::vector<Scheduler> all(schedulers);
  std::vector<std::uint64_t> versions(schedulers, 0);
  std::vector<std::size_t> room(processors, std::size_t{4} * warps_of_a_scheduler / warps_of_a_block);
  std::vector<std::size_t> running(blocks.size());
  std::vector<std::size_t> left_of_tile(static_cast<std::size_t>(blocks.back().tile) + 1);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    running[i] = blocks[i].warps.size();
    ++left_of_tile[static_cast<std::size_t>(blocks[i].tile)];
  }
  std::priority_queue<End> ends;
  std::size_t next = 0;
  std::size_t oldest_tile = 0;
  double now = 0.0;
  const auto expect = [&](std::size_t s) {
    ++versions[s];
    if (all[s].busy()) ends.push({all[s].next_end(), s, versions[s]});
  };
  const auto start_blocks = [&] {
    while (next < blocks.size() && static_cast<std::size_t>(blocks[next].tile) <
                                       oldest_tile + static_cast<std::size_t>(scheme.tiles_in_flight)) {
      const auto roomiest = static_cast<std::size_t>(std::max_element(room.begin(), room.end()) - room.begin());
      if (room[roomiest] == 0) return;
      --room[roomiest];
      for (const std::int32_t updates : blocks[next].warps) {
        std::size_t least = 4 * roomiest;
        for (std::size_t s = least + 1; s < 4 * roomiest + 4; ++s) {
          if (all[s].warps() < all[least].warps()) least = s;
        }
        all[least].advance_to(now);
        all[least].start(updates, next);
        expect(least);
      }
      ++next;
    }
  };
  start_blocks();
  while (!ends.empty()) {
    const End end = ends.top();
    ends.pop();
    if (end.version != versions[end.scheduler]) continue;
    now = end.time;
    all[end.scheduler].advance_to(now);
    const std::size_t block = all[end.scheduler].end_one();
    expect(end.scheduler);
    if (--running[block] > 0) continue;
    ++room[end.scheduler / 4];
    --left_of_tile[static_cast<std::size_t>(blocks[block].tile)];
    while (oldest_tile < left_of_tile.size() && left_of_tile[oldest_tile] == 0) ++oldest_tile;
    start_blocks();
  }
  return now;
}

void print_row(const std::string& name, const MapUpdates& map, const Scheme& scheme) {
  const std::vector<Block> blocks = blocks_of(map, scheme);
  double updates = 0.0;
  double warp_updates = 0.0;
  for (const std::int32_t value : map.values) updates += value;
  for (const Block& block : blocks) {
    for (const std::int32_t value : block.warps) warp_updates += value;
  }
  const double slots = play(blocks, scheme) * schedulers / instructions * warp_size;
  std::printf("| %s | %s | %d | %.1f%% | %.1f%% |\n", name.c_str(), scheme.name, scheme.tiles_in_flight,
              100.0 * updates / (warp_updates * warp_size), 100.0 * updates / slots);
}

int run(std::int64_t side) {
  std::printf("| map | a warp, a block | tiles in flight | lanes | in all |\n|---|---|---|---|---|\n");
  struct Case {
    double beta;
    double gamma;
  };
  for (const Case& each : {Case{0.9, 1.0}, Case{0.97, 0.1}, Case{0.7, 0.01}}) {
    const MapUpdates map = updates_of(each.beta, each.gamma, side);
    char name[64];
    std::snprintf(name, sizeof name, "β %g, γ %g", each.beta, each.gamma);
    for (const Scheme& scheme : {Scheme{"32 × 1, 4 in a row", 32, 4, 1, 32}, Scheme{"8 × 4, 1", 8, 1, 1, 32},
                                 Scheme{"8 × 4, 2 × 2", 8, 2, 2, 1}, Scheme{"8 × 4, 2 × 2", 8, 2, 2, 4},
                                 Scheme{"8 × 4, 2 × 2", 8, 2, 2, 8}, Scheme{"8 × 4, 2 × 2", 8, 2, 2, 32}}) {
      print_row(name, map, scheme);
    }
  }
  return 0;
}

}  // namespace
}  // namespace deadcone

int main(int argc, char** argv) {
  const std::int64_t side = argc > 1 ? std::atoll(argv[1]) : 1024;
  if (side < 1 || side > 8192) {
    std::fprintf(stderr, "bench_launch: SIDE must be from 1 to 8192\n");
    return 2;
  }
  return deadcone::run(side);
}
