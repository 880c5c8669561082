#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "config/parse.hpp"
#include "cli/options.hpp"
#include "verify/pixel_differences.hpp"

namespace deadcone {
namespace {

/// Pixels are recomputed in patches of this side: they share the work among threads and are read from one chunk.
constexpr std::int64_t patch_side = 16;

/// Pixels that differ are named up to this number, and all are counted.
constexpr std::int64_t most_listed = 100;

struct VerifyOptions {
  std::string path;
  bool all = false;
  std::int64_t patches = 4;
  int threads = 0;
};

/// Recomputes tiles of a file and tells on stdout what is not as it should be.
class Verification {
 public:
  Verification(const SweepReader& file, Mapper& mapper) : file_(file), mapper_(mapper) {}

  /// Recomputes the tiles of a point, `all` of its pixels or some, and compares them with the file.
  void check(std::int64_t point, const std::vector<Tile>& tiles, bool all) {
    const std::int64_t wrong_before = wrongly_filled_;
    Counts counts;
    for (const Tile& tile : tiles) counts += check(point, tile);
    const Counts stored = file_.counts(point);
    counts.fill_mismatches = stored.fill_mismatches;                   // nothing else in the file tells of them
    if (wrongly_filled_ != wrong_before) counts.fates = stored.fates;  // those are as they were filled
    if (stored.pixels() == file_.sweep().window.pixels() && (!all || stored == counts)) return;
    ++wrong_counts_;
    std::cout << in_words(point) << ": its counts are not those of its pixels\n";
  }

  std::int64_t pixels() const { return pixels_; }

  /// What is to be told of filled pixels, in words; empty if the file has none.
  std::string of_filled_pixels() const {
    if (!refines()) return "";
    return ", but for the fates of " + std::to_string(wrongly_filled_) + " of " + std::to_string(filled_) +
           " pixels that were filled";
  }

  /// What was found, in words; empty if nothing was.
  std::string findings() const {
    std::string text;
    if (wrong_pixels_ > 0)
      text = std::to_string(wrong_pixels_) + (wrong_pixels_ == 1 ? " pixel differs" : " pixels differ");
    if (wrong_counts_ > 0) {
      text += (text.empty() ? "" : ", ") + std::to_string(wrong_counts_) +
              (wrong_counts_ == 1 ? " point has" : " points have") + " wrong counts";
    }
    return text;
  }

 private:
  Counts check(std::int64_t point, const Tile& tile) {
    const Sweep& sweep = file_.sweep();
    const Map map = {sweep.point(point), sweep.window, sweep.criteria, sweep.precision};
    const TileResult stored = file_.read(point, tile);
    Fields fields = sweep.fields;
    fields.updates = fields.updates || refines();  // for the counts of what was computed
    mapper_.map(map, tile, fields, meter_, computed_);
    pixels_ += tile.pixels();
    if (sweep.refinement.kind == RefinementKind::exact) take_proved_fates(map, tile, stored);
    const Counts counts = refines() ? counts_of_refined(stored) : computed_.counts;
    filled_ += counts.filled;
    for (const PixelDifference& pixel : pixel_differences(sweep, tile, stored, computed_)) {
      if (pixel.is_wrong_fill) ++wrongly_filled_;
      // Fills by borders may be wrong, and are said to be.
      const bool is_error = !pixel.is_wrong_fill || sweep.refinement.kind == RefinementKind::exact;
      if (is_error) ++wrong_pixels_;
      if (++listed_ > most_listed) continue;
      std::cout << in_words(point) << ", pixel b " << pixel.b << ", w " << pixel.w << " (b "
                << shortest(sweep.window.b.centre(pixel.b)) << ", w " << shortest(sweep.window.w.centre(pixel.w))
                << "): " << (pixel.is_wrong_fill ? "filled " : "") << pixel.field << " is " << pixel.stored
                << ", should be " << pixel.computed << '\n';
    }
    return counts;
  }

  bool refines() const { return file_.sweep().refinement.kind != RefinementKind::none; }

  static bool was_filled(const TileResult& stored, std::size_t pixel) {
    return stored.origin[pixel] == PixelOrigin::filled;
  }

  /// The counts of what is computed: what was filled adds no updates.
  Counts counts_of_refined(const TileResult& stored) const {
    Counts counts;
    for (std::size_t i = 0; i < computed_.fate.size(); ++i) {
      ++counts.fates.at(static_cast<std::size_t>(computed_.fate[i]));
      if (was_filled(stored, i)) {
        ++counts.filled;
        continue;
      }
      counts.updates += computed_.updates[i];
      counts.most_updates = std::max(counts.most_updates, computed_.updates[i]);
    }
    return counts;
  }

  /// What was filled because it is proved may be unfinished where nothing is proved.
  void take_proved_fates(Map map, const Tile& tile, const TileResult& stored) {
    map.criteria.certify = true;
    TileResult proved;
    mapper_.map(map, tile, Fields{}, meter_, proved);
    for (std::size_t i = 0; i < proved.fate.size(); ++i) {
      if (was_filled(stored, i)) computed_.fate[i] = proved.fate[i];
    }
  }

  std::string in_words(std::int64_t point) const {
    return "point " + std::to_string(point) + " (" + point_name(file_.sweep(), point) + ")";
  }

  const SweepReader& file_;
  Mapper& mapper_;
  Meter meter_;
  TileResult computed_;
  std::int64_t pixels_ = 0;
  std::int64_t filled_ = 0;
  std::int64_t wrongly_filled_ = 0;
  std::int64_t listed_ = 0;
  std::int64_t wrong_pixels_ = 0;
  std::int64_t wrong_counts_ = 0;
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

void run(const VerifyOptions& options, const Experiment& experiment) {
  const SweepReader file(options.path, experiment);
  if (file.numerics() != numerics_version) {
    throw Error(options.path + ": was made by deadcone " + file.attribute("version") +
                    ", whose results have other bits; verify it with that version");
  }
  const Sweep& sweep = file.sweep();
  const std::unique_ptr<Mapper> mapper = make_cpu_mapper(options.threads, InstructionSet::scalar);
  Verification verification(file, *mapper);
  std::int64_t points = 0;
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (!file.is_done(point)) continue;
    ++points;
    verification.check(point, chosen_tiles(sweep.window, options, point), options.all);
  }
  if (const std::string findings = verification.findings(); !findings.empty()) {
    std::cout.flush();
    throw Error(options.path + ": " + findings + " (see stdout; " + std::to_string(verification.pixels()) +
                    " pixels recomputed with the scalar path)");
  }
  std::cout << options.path << ": " << verification.pixels() << " pixels of " << points
            << " points recomputed, the same bits" << verification.of_filled_pixels() << "\n";
}

}  // namespace

Command add_verify_command(CLI::App& main, const Experiment& experiment) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* app =
      main.add_subcommand("verify", "Recompute pixels of a sweep with the scalar path and compare every bit");
  app->add_option("file", options->path, "file of a sweep")->type_name("FILE")->required();
  app->add_flag("--all", options->all, "recompute all pixels instead of a sample");
  add_text_option(
      *app, "--patches", "N", [options](const std::string& text) { options->patches = parse_count(text); },
      "16 x 16 pixels each, spread over every map", std::to_string(options->patches));
  add_threads_option(*app, options->threads);
  return {app, [options, &experiment] { run(*options, experiment); }};
}

}  // namespace deadcone
