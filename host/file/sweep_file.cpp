#include "deadcone/sweep_file.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "deadcone/errors.hpp"
#include "storage/flag_values.hpp"
#include "storage/hdf5.hpp"
#include "base/ordered_pipeline.hpp"
#include "storage/new_file.hpp"
#include "file/point_layout.hpp"
#include "storage/attributes.hpp"
#include "file/stored_maps.hpp"
#include "config/sweep_json.hpp"
#include "file/tile_encoder.hpp"

namespace deadcone {
namespace {

using hdf5::Dataset;
using hdf5::Extent;
using hdf5::File;
using hdf5::Layout;

/// What the file says of its compression; any level is read back.
constexpr int deflate_level = 1;

/// Threads that compress, at most: more than these outrun any disk.
constexpr int most_encoders = 4;

/// Offset and count of a tile of a point in a map.
struct Box {
  Extent offset;
  Extent count;
};

Box box_of(const Sweep& sweep, std::int64_t point, const Tile& tile) {
  const auto at = [](std::int64_t i) { return static_cast<std::uint64_t>(i); };
  return {joined(position(sweep, point), {at(tile.first_b), at(tile.first_w)}),
          joined(ones(sweep), {at(tile.count_b), at(tile.count_w)})};
}

constexpr const char* filled_name = "pixels_filled";
constexpr const char* fill_mismatches_name = "fill_mismatches";

/// The maps and the datasets by point, as created or as found in a file.
struct Datasets {
  std::vector<Dataset> maps;  ///< those of stored_maps()
  Dataset fate_count;
  Dataset fate_fraction;
  Dataset steps_mean;
  Dataset steps_max;
  Dataset updates;
  Dataset seconds;
  Dataset point_done;
  std::optional<Dataset> filled;           ///< where the sweep refines
  std::optional<Dataset> fill_mismatches;  ///< likewise
};

/// Creates the datasets of a new file, one after the other in the order in which they are to be listed.
class Builder {
 public:
  Builder(File& file, const Sweep& sweep) : file_(file), sweep_(sweep) {}

  Datasets build() {
    create_coordinates();
    Datasets datasets = {
        .maps = create_maps(),
        .fate_count = create_by_fate<std::int64_t>("fate_count", "initial parameters of each fate", 0),
        .fate_fraction = create_by_fate<double>("fate_fraction", "fraction of each fate", not_a_number),
        .steps_mean = create_by_point<double>("steps_mean", "mean number of updates", not_a_number),
        .steps_max = create_by_point<std::int32_t>("steps_max", "largest number of updates", -1),
        .updates = create_by_point<std::int64_t>("updates", "sum of the updates of all pixels", 0),
        .seconds = create_by_point<double>("seconds", "time taken", not_a_number, "s"),
        .point_done = create_by_point<std::int8_t>("point_done", "1 where the map is complete", 0),
        .filled = {},
        .fill_mismatches = {}};
    if (sweep_.refinement.kind != RefinementKind::none) {
      datasets.filled = create_by_point<std::int64_t>(filled_name, "pixels that were filled, not computed", 0);
      datasets.fill_mismatches = create_by_point<std::int64_t>(
          fill_mismatches_name, "sampled pixels that were to be filled and had another fate", 0);
    }
    return datasets;
  }

 private:
  static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

  static void describe(Dataset& dataset, const std::string& long_name, const std::string& units = "1") {
    dataset.set_attribute("long_name", long_name);
    dataset.set_attribute("units", units);
  }

  template <class T>
  void create_dimension(const std::string& name, const std::string& meaning, const std::vector<T>& values) {
    Dataset scale = file_.create_dataset(name, Layout{.extent = {values.size()}}, T{});
    scale.write({0}, {values.size()}, values.data());
    scale.make_scale(name);
    describe(scale, meaning);
    scales_.push_back(std::move(scale));
  }

  void create_coordinates() {
    const std::vector<std::size_t> swept = dimensions(sweep_);
    for (std::size_t i = 0; i < sweep_.axes.size(); ++i) {
      const SweepAxis& axis = sweep_.axes[i];
      if (std::ranges::find(swept, i) != swept.end()) {
        create_dimension(axis.name, axis.meaning, axis.values);
        // ParaView and its like show maps of at most three dimensions beside the one that is said to be time.
        if (i == 0) scales_.back().set_attribute("axis", "T");
      } else {
        Dataset scalar = file_.create_dataset(axis.name, Layout{.extent = {}}, 0.0);
        scalar.write({}, {}, axis.values.data());
        describe(scalar, axis.meaning);
        scalars_ += (scalars_.empty() ? "" : " ") + axis.name;
      }
    }
    create_dimension("b", "initial bias, at pixel centres", centres<double>(sweep_.window.b, 0, sweep_.window.b.count));
    create_dimension("w", "initial weight along the target direction, at pixel centres",
                     centres<double>(sweep_.window.w, 0, sweep_.window.w.count));
    std::vector<std::int8_t> codes(fate_count);
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int8_t>(i);
    create_dimension("fate_code", "fate", codes);
    describe_values<Fate>(scales_.back(), false);
  }

  static void describe_map(Dataset& map, MapField field) {
    if (field == MapField::fate) {
      describe_values<Fate>(map, true);
    }
    if (field == MapField::updates) map.set_attribute("comment", "-1: not computed yet");
    if (field == MapField::proof) {
      describe_values<Proof>(map, false);
      map.set_attribute("comment", "-1: not computed yet");
    }
    if (field == MapField::origin) {
      describe_values<PixelOrigin>(map, false);
      map.set_attribute("comment", "-1: not computed yet; steps and proof of filled pixels are -1");
    }
  }

  /// Attaches the first scales to the dimensions of the points, and `last` to those that follow.
  void name_dimensions(Dataset& dataset, const std::vector<std::string>& last) {
    unsigned index = 0;
    for (; index < dimensions(sweep_).size(); ++index) dataset.attach_scale(index, scales_[index]);
    for (const std::string& name : last) {
      const std::size_t scale = name == "b"   ? scales_.size() - 3
                                : name == "w" ? scales_.size() - 2
                                              : scales_.size() - 1;
      dataset.attach_scale(index++, scales_[scale]);
    }
    if (!scalars_.empty()) dataset.set_attribute("coordinates", scalars_);
  }

  std::vector<Dataset> create_maps() {
    const Window& window = sweep_.window;
    const ChunkShape chunk = chunk_shape(window);
    const auto length = [](std::int64_t count) { return static_cast<std::uint64_t>(count); };
    const Layout layout = {
        .extent = joined(point_extent(sweep_), {length(window.b.count), length(window.w.count)}),
        .chunk = joined(ones(sweep_), {length(chunk.count_b), length(chunk.count_w)}),
        .deflate_level = deflate_level,
    };
    std::vector<Dataset> maps;
    for (const StoredMap& each : stored_maps(sweep_)) {
      Dataset map = file_.create_dataset(name_of(each.field), each.type, layout, fill_of(each.type).data());
      describe(map, meaning_of(each.field));
      name_dimensions(map, {"b", "w"});
      describe_map(map, each.field);
      maps.push_back(std::move(map));
    }
    return maps;
  }

  template <class T>
  Dataset create_by_point(const std::string& name, const std::string& long_name, T fill,
                          const std::string& units = "1") {
    Dataset dataset = file_.create_dataset(name, Layout{.extent = point_extent(sweep_)}, fill);
    describe(dataset, long_name, units);
    name_dimensions(dataset, {});
    return dataset;
  }

  template <class T>
  Dataset create_by_fate(const std::string& name, const std::string& long_name, T fill) {
    Dataset dataset = file_.create_dataset(name, Layout{.extent = joined(point_extent(sweep_), {fate_count})}, fill);
    describe(dataset, long_name);
    name_dimensions(dataset, {"fate_code"});
    return dataset;
  }

  File& file_;
  const Sweep& sweep_;
  std::vector<Dataset> scales_;  ///< of the points, then b, w, fate_code
  std::string scalars_;          ///< names of the axes that are no dimensions
};

Datasets open_datasets(const File& file, const Sweep& sweep) {
  Datasets datasets = {.maps = {},
                       .fate_count = file.dataset("fate_count"),
                       .fate_fraction = file.dataset("fate_fraction"),
                       .steps_mean = file.dataset("steps_mean"),
                       .steps_max = file.dataset("steps_max"),
                       .updates = file.dataset("updates"),
                       .seconds = file.dataset("seconds"),
                       .point_done = file.dataset("point_done"),
                       .filled = {},
                       .fill_mismatches = {}};
  if (sweep.refinement.kind != RefinementKind::none) {
    datasets.filled = file.dataset(filled_name);
    datasets.fill_mismatches = file.dataset(fill_mismatches_name);
  }
  for (const StoredMap& map : stored_maps(sweep)) datasets.maps.push_back(file.dataset(name_of(map.field)));
  const Extent expected = joined(point_extent(sweep), {static_cast<std::uint64_t>(sweep.window.b.count),
                                                       static_cast<std::uint64_t>(sweep.window.w.count)});
  const auto has_shape = [&](const Dataset& map) { return map.extent() == expected; };
  if (!std::ranges::all_of(datasets.maps, has_shape) || datasets.point_done.extent() != point_extent(sweep)) {
    throw StorageError(file.path() + ": the shape of its maps is not that of its configuration");
  }
  return datasets;
}

/// Throws StorageError unless every finished point has all its chunks: for one that its index has lost, HDF5 would give
/// what is not computed yet.
void check_index(const File& file, const Sweep& sweep, const Datasets& datasets, const std::vector<std::int8_t>& done) {
  const Tiling tiles(sweep.window);
  for (std::size_t point = 0; point < done.size(); ++point) {
    if (done[point] == 0) continue;
    for (std::int64_t i = 0; i < tiles.count(); ++i) {
      const Extent offset = box_of(sweep, static_cast<std::int64_t>(point), tiles[i]).offset;
      const auto has_tile = [&](const Dataset& map) { return map.has_chunk(offset); };
      if (std::ranges::all_of(datasets.maps, has_tile)) continue;
      throw StorageError(file.path() + ": is damaged: point " + std::to_string(point) +
                         " is called done, and its maps are not all there");
    }
  }
}

/// More bytes than an encoded chunk of any map can take, with any compressor.
std::size_t most_chunk_bytes(const Sweep& sweep) {
  const ChunkShape shape = chunk_shape(sweep.window);
  return 2 * sizeof(double) * static_cast<std::size_t>(shape.count_b * shape.count_w) + 1024;
}

/// Looks at the chunks that a tile of a point touches before HDF5 decodes them: it trusts a chunk that says it is not
/// compressed to be as long as it should be.
void check_chunks(const Sweep& sweep, const Datasets& datasets, std::int64_t point, const Tile& tile) {
  const Tiling tiles(sweep.window);
  for (std::int64_t i = 0; i < tiles.count(); ++i) {
    const Tile chunk = tiles[i];
    const bool apart = chunk.first_b + chunk.count_b <= tile.first_b || tile.first_b + tile.count_b <= chunk.first_b ||
                       chunk.first_w + chunk.count_w <= tile.first_w || tile.first_w + tile.count_w <= chunk.first_w;
    if (apart) continue;
    const Extent offset = box_of(sweep, point, chunk).offset;
    for (const Dataset& map : datasets.maps) {
      if (map.has_chunk(offset)) map.read_chunk(offset, most_chunk_bytes(sweep));
    }
  }
}

/// The configuration of an open file; throws where it is no sweep.
std::string configuration_of(const File& file) {
  if (!file.has_attribute("configuration") || !file.has_attribute("numerics") || !file.has("fate")) {
    throw StorageError(file.path() + ": is HDF5, but not a sweep made by deadcone");
  }
  return file.text_attribute("configuration");
}

int numerics_of(const File& file) {
  try {
    return std::stoi(file.text_attribute("numerics"));
  } catch (const std::logic_error&) {
    throw StorageError(file.path() + ": its numerics version is not a number");
  }
}

std::uint64_t bytes_of_a_pixel(const Sweep& sweep) {
  std::uint64_t bytes = 0;
  for (const StoredMap& map : stored_maps(sweep)) bytes += fill_of(map.type).size();
  return bytes;
}

void check_path(const std::string& path, const Sweep& sweep, ExistingFile existing) {
  const auto points = static_cast<double>(sweep.points());
  const double maps =
      points * static_cast<double>(sweep.window.pixels()) * static_cast<double>(bytes_of_a_pixel(sweep));
  const double by_point = points * (2.0 * 8.0 * fate_count + 3.0 * 8.0 + 4.0 + 1.0);
  const double coordinates = 8.0 * static_cast<double>(sweep.window.w.count + sweep.window.b.count);
  check_output_path(path, existing != ExistingFile::refuse, maps, by_point + coordinates);
}

}  // namespace

struct SweepWriter::Contents {
  FileLock lock;
  Sweep sweep;
  File file;
  Datasets datasets;
  std::vector<std::int8_t> done;
  TileEncoder encoder = TileEncoder(sweep);

  /// Writes the chunks of a tile.
  void write(std::int64_t point, const Tile& tile, const EncodedTile& encoded) {
    const Extent offset = box_of(sweep, point, tile).offset;
    for (std::size_t i = 0; i < encoded.size(); ++i) datasets.maps[i].write_chunk(offset, encoded[i]);
  }

  /// Writes what is said of the point as a whole, and marks it done.
  void finish(std::int64_t point, const Counts& counts, double seconds) {
    const Extent at = position(sweep, point);
    const Extent one = ones(sweep);
    const auto pixels = static_cast<double>(counts.pixels());
    const auto computed = static_cast<double>(counts.pixels() - counts.filled);

    std::array<double, fate_count> fractions{};
    std::ranges::transform(counts.fates, fractions.begin(),
                           [&](std::int64_t fate) { return static_cast<double>(fate) / pixels; });
    const double mean = static_cast<double>(counts.updates) / computed;
    datasets.fate_count.write(joined(at, {0}), joined(one, {fate_count}), counts.fates.data());
    datasets.fate_fraction.write(joined(at, {0}), joined(one, {fate_count}), fractions.data());
    datasets.steps_mean.write(at, one, &mean);
    datasets.steps_max.write(at, one, &counts.most_updates);
    datasets.updates.write(at, one, &counts.updates);
    datasets.seconds.write(at, one, &seconds);
    if (datasets.filled) datasets.filled->write(at, one, &counts.filled);
    if (datasets.fill_mismatches) datasets.fill_mismatches->write(at, one, &counts.fill_mismatches);
    file.flush();

    const std::int8_t yes = 1;
    datasets.point_done.write(at, one, &yes);
    file.flush();
    done[static_cast<std::size_t>(point)] = yes;
  }

  static std::unique_ptr<Contents> create(const std::string& path, const Sweep& sweep, const RunInfo& provenance,
                                          bool may_exist) {
    const auto chunks = static_cast<std::uint64_t>(sweep.points() * Tiling(sweep.window).count());
    NewFile place(path, may_exist);
    File file = File::create(place.part(), path, chunks);
    describe_file(file, "Basins of attraction of a rectified unit under gradient descent with momentum",
                  provenance.command_line, to_json(sweep), name_of(sweep.precision));
    file.set_attribute("numerics", std::to_string(numerics_version));
    file.set_attribute("device", ascii(provenance.device));
    Datasets datasets = Builder(file, sweep).build();
    file.flush();
    return std::make_unique<Contents>(Contents{place.take_place(), sweep, std::move(file), std::move(datasets),
                                               std::vector<std::int8_t>(static_cast<std::size_t>(sweep.points()), 0)});
  }

  static std::unique_ptr<Contents> resume(const std::string& path, const Sweep& sweep) {
    FileLock lock(path, false, path);
    File file = File::open_to_write(path);
    const std::string configuration = configuration_of(file);
    if (numerics_of(file) != numerics_version) {
      throw ConfigError(path + ": was begun by a deadcone whose results have other bits (numerics " +
                        file.text_attribute("numerics") + ", here " + std::to_string(numerics_version) +
                        "); finish it with version " + file.text_attribute("version") + " or --overwrite it");
    }
    if (const std::string text = difference(sweep_from_json(configuration, path), sweep); !text.empty()) {
      throw ConfigError(path + ": holds another sweep than the one asked for: " + text);
    }
    Datasets datasets = open_datasets(file, sweep);
    std::vector<std::int8_t> done = datasets.point_done.read_all<std::int8_t>();
    check_index(file, sweep, datasets, done);
    return std::make_unique<Contents>(
        Contents{std::move(lock), sweep, std::move(file), std::move(datasets), std::move(done)});
  }
};

SweepWriter::SweepWriter(const std::string& path, const Sweep& sweep, const RunInfo& provenance,
                         ExistingFile existing) {
  validate(sweep);
  check_path(path, sweep, existing);
  if (existing == ExistingFile::resume && std::filesystem::exists(path)) {
    contents_ = Contents::resume(path, sweep);
  } else {
    contents_ = Contents::create(path, sweep, provenance, existing == ExistingFile::overwrite);
  }
  const int encoders = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, most_encoders);
  pipeline_ = std::make_unique<OrderedPipeline>(encoders, static_cast<std::size_t>(2 * encoders + 2));
}

SweepWriter::~SweepWriter() = default;

bool SweepWriter::is_done(std::int64_t point) const {
  return contents_->done[static_cast<std::size_t>(point)] != 0;
}

void SweepWriter::take(std::int64_t point, const Tile& tile, TileResult& result) {
  Contents& contents = *contents_;
  auto pixels = std::make_shared<const TileResult>(std::exchange(result, TileResult()));
  pipeline_->push([&contents, point, tile, pixels]() mutable -> OrderedPipeline::SecondStage {
    auto encoded = std::make_shared<const EncodedTile>(contents.encoder.encode(tile, *pixels));
    pixels.reset();
    return [&contents, point, tile, encoded] { contents.write(point, tile, *encoded); };
  });
}

void SweepWriter::finish(std::int64_t point, const Counts& counts, double seconds, const std::function<void()>& kept) {
  Contents& contents = *contents_;
  pipeline_->push([&contents, point, counts, seconds, kept]() -> OrderedPipeline::SecondStage {
    return [&contents, point, counts, seconds, kept] {
      contents.finish(point, counts, seconds);
      kept();
    };
  });
}

void SweepWriter::close() {
  pipeline_->drain();
}

void SweepWriter::copy_point(const SweepReader& from, std::int64_t point) {
  close();  // both files are now used from this thread alone
  const Tiling tiles(contents_->sweep.window);
  for (std::int64_t i = 0; i < tiles.count(); ++i) {
    contents_->write(point, tiles[i], from.read_encoded(point, tiles[i]));
  }
  contents_->finish(point, from.counts(point), from.seconds(point));
}

struct SweepReader::Contents {
  File file;
  Sweep sweep;
  Datasets datasets;
};

SweepReader::SweepReader(const std::string& path) {
  File file = File::open_to_read(path);
  Sweep sweep = sweep_from_json(configuration_of(file), path);
  Datasets datasets = open_datasets(file, sweep);
  check_index(file, sweep, datasets, datasets.point_done.read_all<std::int8_t>());
  contents_ = std::make_unique<Contents>(Contents{std::move(file), std::move(sweep), std::move(datasets)});
}

SweepReader::~SweepReader() = default;

const Sweep& SweepReader::sweep() const {
  return contents_->sweep;
}
std::string SweepReader::attribute(const std::string& name) const {
  return contents_->file.text_attribute(name);
}
int SweepReader::numerics() const {
  return numerics_of(contents_->file);
}

bool SweepReader::is_done(std::int64_t point) const {
  std::int8_t done = 0;
  contents_->datasets.point_done.read(position(contents_->sweep, point), ones(contents_->sweep), &done);
  return done != 0;
}

Counts SweepReader::counts(std::int64_t point) const {
  const auto& [file, sweep, datasets] = *contents_;
  const Extent at = position(sweep, point);
  const Extent one = ones(sweep);
  Counts counts;
  datasets.fate_count.read(joined(at, {0}), joined(one, {fate_count}), counts.fates.data());
  datasets.updates.read(at, one, &counts.updates);
  datasets.steps_max.read(at, one, &counts.most_updates);
  if (datasets.filled) datasets.filled->read(at, one, &counts.filled);
  if (datasets.fill_mismatches) datasets.fill_mismatches->read(at, one, &counts.fill_mismatches);
  return counts;
}

double SweepReader::seconds(std::int64_t point) const {
  double seconds = 0.0;
  contents_->datasets.seconds.read(position(contents_->sweep, point), ones(contents_->sweep), &seconds);
  return seconds;
}

TileResult SweepReader::read(std::int64_t point, const Tile& tile) const {
  const auto& [file, sweep, datasets] = *contents_;
  check_chunks(sweep, datasets, point, tile);
  const Box box = box_of(sweep, point, tile);
  const auto pixels = static_cast<std::size_t>(tile.pixels());
  const std::vector<StoredMap> maps = stored_maps(sweep);
  TileResult result;
  if (sweep.precision == Precision::float64) {
    result.r_final = result.w_final = result.b_final = result.loss_final = std::vector<double>();
  }
  for (std::size_t i = 0; i < maps.size(); ++i) {
    datasets.maps[i].read(box.offset, box.count, maps[i].type, room_for(result, maps[i], pixels));
  }
  return result;
}

EncodedTile SweepReader::read_encoded(std::int64_t point, const Tile& tile) const {
  const auto& [file, sweep, datasets] = *contents_;
  const Extent offset = box_of(sweep, point, tile).offset;
  EncodedTile chunks;
  for (const Dataset& map : datasets.maps) chunks.push_back(map.read_chunk(offset, most_chunk_bytes(sweep)));
  return chunks;
}

std::uint64_t SweepReader::stored_bytes() const {
  std::uint64_t bytes = 0;
  for (const Dataset& map : contents_->datasets.maps) bytes += map.stored_bytes();
  return bytes;
}

std::uint64_t SweepReader::raw_bytes() const {
  const Sweep& sweep = contents_->sweep;
  return static_cast<std::uint64_t>(sweep.points() * sweep.window.pixels()) * bytes_of_a_pixel(sweep);
}

}  // namespace deadcone
