#include <cstring>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>

#include "commands.hpp"
#include "cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "names.hpp"
#include "options.hpp"

namespace deadcone {
namespace {

/// Pixels are recomputed in patches of this side: they share the work among threads and are read from one chunk.
constexpr std::int64_t patch_side = 16;

struct VerifyOptions {
  std::string path;
  bool all = false;
  std::int64_t patches = 4;
  int threads = 0;
};

/// Whether two arrays have the same bits. A NaN equals itself here, and 0 is not -0.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same_bits(const RealBuffer& a, const RealBuffer& b) {
  return a.index() == b.index() &&
         std::visit([&]<class Values>(const Values& values) { return same_bits(values, std::get<Values>(b)); }, a);
}

/// Whether all numbers are +0.
bool all_zero(const RealBuffer& buffer) {
  return std::visit([]<class Values>(const Values& values) { return same_bits(values, Values(values.size())); },
                    buffer);
}

/// The name of the first field that differs; empty if none does. In a sweep over r the file has r_final for planar
/// maps, too, which a mapper does not give: it is zero.
std::string first_difference(const TileResult& stored, const TileResult& computed, const Fields& fields, bool planar) {
  if (!same_bits(stored.fate, computed.fate)) return "fate";
  if (fields.steps && !same_bits(stored.steps, computed.steps)) return "steps";
  if (fields.final && !same_bits(stored.w_final, computed.w_final)) return "w_final";
  if (fields.final && !same_bits(stored.b_final, computed.b_final)) return "b_final";
  if (fields.final && !(planar ? all_zero(stored.r_final) : same_bits(stored.r_final, computed.r_final)))
    return "r_final";
  if (fields.loss && !same_bits(stored.loss_final, computed.loss_final)) return "loss_final";
  return "";
}

class Verification {
 public:
  Verification(const SweepReader& file, Mapper& mapper) : file_(file), mapper_(mapper) {}

  /// Recomputes one tile, compares it with the file and returns its counts; throws Error where they differ.
  Counts check(std::int64_t point, const Tile& tile) {
    const Sweep& sweep = file_.sweep();
    const Map map = {sweep.point(point), sweep.window, sweep.criteria, sweep.precision};
    mapper_.map(map, tile, sweep.fields, meter_, computed_);
    const TileResult stored = file_.read(point, tile);
    const std::string field =
        first_difference(stored, computed_, sweep.fields, map.point.geometry() == Geometry::planar);
    if (field.empty()) return count(computed_.fate, computed_.steps);
    std::ostringstream message;
    message << field << " of point " << point << " differs from the scalar path between pixels (b " << tile.first_b
            << ", w " << tile.first_w << ") and (b " << tile.first_b + tile.count_b - 1 << ", w "
            << tile.first_w + tile.count_w - 1 << ")";
    throw Error(message.str(), exit_failed);
  }

  std::int64_t pixels() const { return meter_.pixels; }

 private:
  const SweepReader& file_;
  Mapper& mapper_;
  Meter meter_;
  TileResult computed_;
};

/// All tiles of a window, or some patches of it, the same ones every time.
std::vector<Tile> chosen_tiles(const Window& window, const VerifyOptions& options, std::int64_t point) {
  std::vector<Tile> chosen;
  const Tiling tiles(window, options.all ? tile_side : patch_side);
  if (options.all || tiles.count() <= options.patches) {
    for (std::int64_t i = 0; i < tiles.count(); ++i) chosen.push_back(tiles[i]);
    return chosen;
  }
  // One patch in each of equal parts of the window, so that they are spread out.
  std::mt19937_64 random(static_cast<std::uint64_t>(point));
  for (std::int64_t i = 0; i < options.patches; ++i) {
    const std::int64_t first = tiles.count() * i / options.patches;
    const std::int64_t last = tiles.count() * (i + 1) / options.patches;
    chosen.push_back(tiles[first + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last - first))]);
  }
  return chosen;
}

void run(const VerifyOptions& options) {
  const SweepReader file(options.path);
  if (file.numerics() != numerics_version) {
    throw Error(options.path + ": was made by deadcone " + file.attribute("version") +
                    ", whose results have other bits; verify it with that version",
                exit_failed);
  }
  const Sweep& sweep = file.sweep();
  const std::unique_ptr<Mapper> mapper = make_cpu_mapper(options.threads, InstructionSet::scalar);
  Verification verification(file, *mapper);
  std::int64_t points = 0;
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (!file.is_done(point)) continue;
    ++points;
    try {
      Counts counts;
      for (const Tile& tile : chosen_tiles(sweep.window, options, point)) counts += verification.check(point, tile);
      const Counts stored = file.counts(point);
      if (stored.pixels() != sweep.window.pixels() || (options.all && stored != counts)) {
        throw Error("the counts of point " + std::to_string(point) + " are not those of its pixels", exit_failed);
      }
    } catch (const Error& error) {
      throw Error(options.path + ": " + error.what(), error.status());
    }
  }
  std::cout << options.path << ": " << verification.pixels() << " pixels of " << points
            << " points recomputed, the same bits\n";
}

}  // namespace

Command add_verify_command(CLI::App& main) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* app =
      main.add_subcommand("verify", "Recompute pixels of a sweep with the scalar path and compare every bit");
  app->add_option("file", options->path, "file of a sweep")->type_name("FILE")->required();
  app->add_flag("--all", options->all, "recompute all pixels instead of a sample");
  add_text_option(
      *app, "--patches", "N", [options](const std::string& text) { options->patches = parse_count(text); },
      "16 x 16 pixels each, spread over every map", std::to_string(options->patches));
  add_threads_option(*app, options->threads);
  return {app, [options] { run(*options); }};
}

}  // namespace deadcone
