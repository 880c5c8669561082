#include "file/result_writer.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/ordered_pipeline.hpp"
#include "config/sweep_json.hpp"
#include "deadcone/errors.hpp"
#include "file/result_datasets.hpp"
#include "storage/attributes.hpp"
#include "storage/new_file.hpp"

namespace deadcone {
namespace {

using hdf5::File;

/// Threads that compress, at most: more than these outrun any disk.
constexpr int most_encoders = 4;

}  // namespace

struct ResultWriter::Contents {
  FileLock lock;
  Schema schema;
  File file;
  ResultDatasets datasets;
  std::vector<std::int8_t> done;
  TileEncoder encoder = TileEncoder(schema);

  /// Writes the chunks of a tile.
  void write(std::int64_t point, const Tile& tile, const EncodedTile& encoded) {
    const hdf5::Extent offset = box_of(schema, point, tile).offset;
    for (std::size_t i = 0; i < encoded.size(); ++i) datasets.pixel_fields[i].write_chunk(offset, encoded[i]);
  }

  /// Writes the values of the point as a whole, and marks it done.
  void finish(std::int64_t point, const PointValues& values) {
    std::size_t done_at = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (schema.point_fields[i].variable.name == point_done) {
        done_at = i;
      } else {
        write_point_field(i, point, values[i].data());
      }
    }
    file.flush();

    const std::int8_t yes = 1;
    write_point_field(done_at, point, &yes);
    file.flush();
    done[point] = yes;
  }

  void write_point_field(std::size_t i, std::int64_t point, const void* values) {
    const PointVariable& field = schema.point_fields[i];
    const Box box = box_of(schema, point, code_length(schema, field));
    datasets.point_fields[i].write(box.offset, box.count, field.variable.type, values);
  }

  static std::unique_ptr<Contents> create(const std::string& path, const Schema& schema, const RunInfo& run_info,
                                          bool may_exist) {
    const auto chunks = static_cast<std::uint64_t>(schema.points() * schema.tiles().count());
    NewFile place(path, may_exist);
    File file = File::create(place.part(), path, chunks);
    describe_file(file, schema.title, run_info.command_line, schema.configuration, schema.precision);
    file.set_attribute("numerics", std::to_string(schema.numerics));
    file.set_attribute("device", ascii(run_info.device));
    ResultDatasets datasets = ResultDatasets::create(file, schema);
    file.flush();
    return std::make_unique<Contents>(Contents{place.take_place(), schema, std::move(file), std::move(datasets),
                                               std::vector<std::int8_t>(static_cast<std::size_t>(schema.points()), 0)});
  }

  static std::unique_ptr<Contents> resume(const std::string& path, const Schema& schema,
                                          const SchemaSource& schema_of) {
    FileLock lock(path, false, path);
    File file = File::open_to_write(path);
    const std::string configuration = read_configuration(file);
    const std::string found = schema_of(configuration, path).configuration;
    if (const std::string text = difference(found, schema.configuration); !text.empty()) {
      throw ConfigError(path + ": holds another sweep than the one asked for: " + text);
    }
    if (read_numerics(file) != schema.numerics) {
      throw FileExists(path + ": was begun by deadcone " + file.text_attribute("version") +
                       ", whose results have other bits (numerics " + file.text_attribute("numerics") + ", here " +
                       std::to_string(schema.numerics) + "); only that version can finish it");
    }
    ResultDatasets datasets = ResultDatasets::open(file, schema);
    std::vector<std::int8_t> done = read_point_done(datasets, schema);
    check_index(file, schema, datasets);
    return std::make_unique<Contents>(
        Contents{std::move(lock), schema, std::move(file), std::move(datasets), std::move(done)});
  }
};

ResultWriter::ResultWriter(const std::string& path, const Schema& schema, const RunInfo& run_info,
                           ExistingFile existing, const SchemaSource& schema_of) {
  check_output_path(path, existing != ExistingFile::refuse, pixel_bytes(schema), other_bytes(schema));
  if (existing == ExistingFile::resume && std::filesystem::exists(path)) {
    contents_ = Contents::resume(path, schema, schema_of);
  } else {
    contents_ = Contents::create(path, schema, run_info, existing == ExistingFile::overwrite);
  }
  const int encoders = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, most_encoders);
  pipeline_ = std::make_unique<OrderedPipeline>(encoders, static_cast<std::size_t>(2 * encoders + 2));
}

ResultWriter::~ResultWriter() = default;

bool ResultWriter::is_done(std::int64_t point) const {
  return contents_->done[point] != 0;
}

void ResultWriter::take(std::int64_t point, const Tile& tile, TileValues values) {
  Contents& contents = *contents_;
  pipeline_->push([&contents, point, tile, values = std::move(values)]() mutable -> OrderedPipeline::SecondStage {
    auto encoded = std::make_shared<const EncodedTile>(contents.encoder.encode(tile, values));
    values = {};  // frees the tile
    return [&contents, point, tile, encoded] { contents.write(point, tile, *encoded); };
  });
}

void ResultWriter::finish(std::int64_t point, PointValues values, std::function<void()> kept) {
  Contents& contents = *contents_;
  pipeline_->push([&contents, point, values = std::move(values), kept = std::move(kept)]() mutable {
    return [&contents, point, values = std::move(values), kept = std::move(kept)] {
      contents.finish(point, values);
      kept();
    };
  });
}

void ResultWriter::close() {
  pipeline_->drain();
}

void ResultWriter::copy_point(const ResultReader& from, std::int64_t point) {
  close();  // both files are now used from this thread alone
  const Tiling tiles = contents_->schema.tiles();
  for (std::int64_t i = 0; i < tiles.count(); ++i)
    contents_->write(point, tiles[i], from.read_encoded(point, tiles[i]));
  contents_->finish(point, from.read_point(point));
}

}  // namespace deadcone
