#include "deadcone/verify.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "config/parse.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "deadcone/sweep_maps.hpp"
#include "file/experiment.hpp"
#include "file/result_reader.hpp"
#include "file/schema_check.hpp"
#include "sweep/trajectory_batches.hpp"
#include "verify/pixel_differences.hpp"

namespace deadcone {
namespace {

/// Pixels are recomputed in patches of this side: the threads share them, and they are read from one chunk.
constexpr std::int64_t patch_side = 16;

class Verification {
 public:
  Verification(const std::string& path, const SweepReader& file, Mapper& mapper, VerifyObserver& observer,
               const Experiment& experiment)
      : path_(path),
        file_(file),
        results_(path, experiment.schema_source()),
        mapper_(mapper),
        observer_(observer),
        experiment_(experiment),
        maps_(file.sweep()),
        certified_sweep_(with_proofs(file.sweep())),
        certified_maps_(certified_sweep_) {
    report_.sweep = file.sweep();
  }

  /// Compares all that needs no computing.
  void check_file() {
    const SchemaCheck found = check_against_schema(path_, experiment_.schema_source());
    for (const std::string& what : found.wrong) tell_of(what);
    std::int64_t pending = 0;
    for (std::int64_t point = 0; point < file_.sweep().points(); ++point) {
      const int mark = results_.done_mark(point);
      pending += mark == 0 ? 1 : 0;
      if (mark != 0 && mark != 1) {
        tell_of(std::string(point_done) + " of point " + std::to_string(point) + " is " + std::to_string(mark) +
                ", should be 0 or 1");
      }
    }
    if (pending > 0) {
      report_.unchecked.push_back(std::to_string(pending) + (pending == 1 ? " point that is" : " points that are") +
                                  " not done");
    }
    for (const PointVariable& field : results_.schema().point_fields) {
      if (!field.repeats) report_.unchecked.push_back(field.variable.name);
    }
    if (refines()) report_.unchecked.emplace_back("fill_mismatches");
    report_.unchecked.insert(report_.unchecked.end(), found.unchecked.begin(), found.unchecked.end());
  }

  /// Recomputes tiles of a point, `all` of its pixels or some, and compares them with the file.
  void check(std::int64_t point, const std::vector<Tile>& tiles, bool all) {
    ++report_.points;
    const std::int64_t wrong_before = report_.wrong_fills;
    Counts counts;
    GroupTrajectories recomputed(maps_, {point, 1});
    GroupTrajectories certified(certified_maps_, {point, 1});
    for (const Tile& tile : tiles) counts += check(point, tile, recomputed, certified);
    const Counts stored = file_.counts(point);
    counts.fill_mismatches = stored.fill_mismatches;  // the pixels do not show these
    counts.fill_sampled = stored.fill_sampled;
    counts.fill_sample_mismatches = stored.fill_sample_mismatches;
    if (report_.wrong_fills != wrong_before) counts.fates = stored.fates;  // those are as they were filled
    const std::string wrong = wrong_point_fields(point, all ? counts : stored);
    if (wrong.empty() && stored.pixels() == file_.sweep().plane.pixels()) return;
    ++report_.wrong_counts;
    if (observer_.wrong_counts) observer_.wrong_counts(report_.sweep, point, wrong.empty() ? "fate_count" : wrong);
  }

  const VerifyReport& report() const { return report_; }

 private:
  static Sweep with_proofs(Sweep sweep) {
    sweep.criteria.certify = true;
    return sweep;
  }

  Counts check(std::int64_t point, const Tile& tile, GroupTrajectories& recomputed, GroupTrajectories& certified) {
    const Sweep& sweep = file_.sweep();
    const TileResult stored = file_.read(point, tile);
    Fields fields = sweep.fields;
    fields.updates = fields.updates || refines();  // for the counts of what was computed
    map_tile(recomputed, tile, fields, mapper_, observer_.meter, computed_);
    report_.pixels += tile.pixels();
    if (sweep.refinement.kind == RefinementKind::exact) take_proved_fates(certified, tile, stored);
    const Counts counts = refines() ? counts_of_refined(stored) : computed_.counts.front();
    report_.filled += counts.filled;
    for (const PixelDifference& pixel : pixel_differences(sweep, tile, stored, computed_, experiment_)) {
      if (pixel.is_wrong_fill) ++report_.wrong_fills;
      // Fills by borders may be wrong.
      const bool is_error = !pixel.is_wrong_fill || sweep.refinement.kind == RefinementKind::exact;
      if (is_error) ++report_.wrong_pixels;
      if (observer_.wrong_pixel) {
        observer_.wrong_pixel(
            sweep, {point, pixel.row, pixel.column, pixel.field, pixel.stored, pixel.computed, pixel.is_wrong_fill});
      }
    }
    return counts;
  }

  void tell_of(const std::string& what) {
    ++report_.wrong_values;
    if (observer_.wrong_value) observer_.wrong_value(what);
  }

  /// The names of the results of a point that are not those of these counts.
  std::string wrong_point_fields(std::int64_t point, const Counts& counts) const {
    const PointValues stored = results_.read_points({point, 1});
    const PointValues right =
        experiment_.point_values({file_.sweep(), {point, 1}, std::span(&counts, 1), file_.seconds(point)});
    std::string names;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const PointVariable& field = results_.schema().point_fields[i];
      if (!field.repeats || field.variable.name == point_done || stored[i] == right[i] ||
          (field.variable.type == hdf5::Type::float64 && are_equal(stored[i], right[i])))
        continue;
      names += (names.empty() ? "" : ", ") + field.variable.name;
    }
    return names;
  }

  /// Whether real numbers have the same bits, whatever those of a NaN.
  static bool are_equal(const Bytes& one, const Bytes& other) {
    const auto number = [](const Bytes& bytes, std::size_t at) {
      double value = 0.0;
      std::memcpy(&value, bytes.data() + at, sizeof value);
      return value;
    };
    for (std::size_t at = 0; at < one.size(); at += sizeof(double)) {
      const bool are_no_numbers = std::isnan(number(one, at)) && std::isnan(number(other, at));
      if (!are_no_numbers && std::memcmp(one.data() + at, other.data() + at, sizeof(double)) != 0) return false;
    }
    return true;
  }

  bool refines() const { return file_.sweep().refinement.kind != RefinementKind::none; }

  static bool was_filled(const TileResult& stored, std::size_t pixel) {
    return stored.origin[pixel] == PixelOrigin::filled;
  }

  /// The counts of what is computed: filled pixels add no updates.
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

  /// A fate that was filled because a theorem proves it may be unfinished where proofs are not used.
  void take_proved_fates(GroupTrajectories& certified, const Tile& tile, const TileResult& stored) {
    Meter uncounted;
    TileResult proved;
    map_tile(certified, tile, Fields{}, mapper_, uncounted, proved);
    for (std::size_t i = 0; i < proved.fate.size(); ++i) {
      if (was_filled(stored, i)) computed_.fate[i] = proved.fate[i];
    }
  }

  const std::string& path_;
  const SweepReader& file_;
  const ResultReader results_;
  Mapper& mapper_;
  VerifyObserver& observer_;
  const Experiment& experiment_;
  SweepMaps maps_;
  const Sweep certified_sweep_;
  SweepMaps certified_maps_;
  TileResult computed_;
  VerifyReport report_;
};

/// All tiles of a map, or some patches of it, the same ones every time.
std::vector<Tile> chosen_tiles(const Grid& grid, const VerifyOptions& options, std::int64_t point) {
  std::vector<Tile> chosen;
  const Tiling tiles(grid, options.all ? tile_side : patch_side);
  if (options.all || tiles.count() <= options.patches) {
    for (std::int64_t i = 0; i < tiles.count(); ++i) chosen.push_back(tiles[i]);
    return chosen;
  }
  // One patch in each of equal parts of the map, so that they are spread out.
  std::mt19937_64 random(static_cast<std::uint64_t>(point));
  for (std::int64_t i = 0; i < options.patches; ++i) {
    const std::int64_t first = tiles.count() * i / options.patches;
    const std::int64_t last = tiles.count() * (i + 1) / options.patches;
    chosen.push_back(tiles[first + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last - first))]);
  }
  return chosen;
}

}  // namespace

VerifyReport verify_file(const std::string& path, const VerifyOptions& options, VerifyObserver& observer,
                         const Experiment& experiment) {
  if (options.patches < 1 || options.patches > largest_patches) {
    throw ConfigError("patches",
                      "must be " + in_words(1, largest_patches) + ", but is " + std::to_string(options.patches));
  }
  validate(Execution{.device = Device::cpu, .threads = options.threads});
  const SweepReader file(path, experiment);
  if (file.numerics() != numerics_of(file.sweep())) {
    throw Error(path + ": was written by deadcone " + file.attribute("version") +
                ", whose results have other bits; only that version can verify it");
  }
  const std::unique_ptr<Mapper> mapper = make_cpu_mapper(options.threads, InstructionSet::scalar);
  Verification verification(path, file, *mapper, observer, experiment);
  verification.check_file();
  for (std::int64_t point = 0; point < file.sweep().points(); ++point) {
    if (file.is_done(point))
      verification.check(point, chosen_tiles(file.sweep().plane.grid(), options, point), options.all);
  }
  return verification.report();
}

VerifyReport verify_file(const std::string& path, const VerifyOptions& options) {
  VerifyObserver observer;
  return verify_file(path, options, observer);
}

}  // namespace deadcone
