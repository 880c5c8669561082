#include "file/result_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "base/ordered_pipeline.hpp"
#include "base/pace.hpp"
#include "base/processors.hpp"
#include "config/sweep_json.hpp"
#include "deadcone/errors.hpp"
#include "file/result_file.hpp"
#include "file/result_journal.hpp"
#include "storage/new_file.hpp"
#include "storage/output_place.hpp"

namespace deadcone {
namespace {

/// Threads that compress, at most: more than these outrun any disk.
constexpr int most_encoders = 4;

void create_file(OutputPlace& place, const Schema& schema, const RunInfo& run_info) {
  NewFile file(place);
  ResultFile::create(file.part(), place.name(), schema, run_info).close();
  file.take_place();
}

/// Whether each point is done in a file that is to be resumed, whose groups `schema` gets. Throws where it cannot be.
std::vector<std::int8_t> done_in(const std::string& path, Schema& schema, const SchemaSource& schema_of) {
  const hdf5::File file = hdf5::File::open_to_read(path);
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
  schema = stored_schema(file, schema);
  const ResultDatasets datasets = ResultDatasets::open(file, schema);
  check_own_layout(file, schema, datasets);
  check_index(file, schema, datasets);
  return read_point_done(datasets, schema);
}

/// Whether each point is done in a file that is begun: none. `schema` gets the groups of what an earlier run has left in
/// the journal, whose file is gone.
std::vector<std::int8_t> none_done(const OutputPlace& place, bool discards_journal, Schema& schema) {
  const std::optional<std::int64_t> size = discards_journal ? std::nullopt : group_size_in_journal(place);
  try {
    if (size) schema.groups = groups_of_size(schema, *size);
  } catch (const Error&) {
    // Of another sweep, which is told by its configuration.
  }
  return std::vector<std::int8_t>(static_cast<std::size_t>(schema.points()), 0);
}

}  // namespace

struct ResultWriter::Contents {
  Schema schema;
  OutputPlace place;
  bool resumes;
  std::vector<std::int8_t> done;  ///< of each point: whether the file or the journal has it
  ResultJournal journal;
  TileEncoder encoder;
  Pace pace = replacement_pace();

  Contents(const std::string& path, const Schema& of, const RunInfo& run_info, ExistingFile existing,
           const SchemaSource& schema_of)
      : schema(of),
        place(path, run_info.missing_lock),
        resumes(existing == ExistingFile::resume && place.has_file()),
        done(resumes ? done_in(path, schema, schema_of)
                     : none_done(place, existing == ExistingFile::overwrite, schema)),
        journal(place, schema, existing == ExistingFile::overwrite),
        encoder(schema) {
    if (existing == ExistingFile::refuse && (journal.has_points() || journal.has_begun_values())) {
      throw FileExists(path + ": " + place.companion_name() + " holds results of a sweep that did not end");
    }
    for (const PointRun& points : journal.points()) mark_done(points);
    if (!resumes) create_file(place, schema, run_info);
    if (journal.has_begun_values()) update_file();  // whoever goes on with them reads them there
  }

  void mark_done(const PointRun& points) {
    std::fill_n(done.begin() + static_cast<std::ptrdiff_t>(points.first), points.count, std::int8_t{1});
  }

  void finish(const PointRun& points, const PointValues& encoded) {
    journal.add_points(points, encoded);
    journal.sync_by_time();
    mark_done(points);
    if (pace.is_due() && !journal.has_begun_points()) pace.run([this] { update_file(); });
  }

  void keep(const PointRun& points, const PointValues& encoded) {
    journal.add_begun_values(points, encoded);
    journal.sync_by_time();
    if (pace.is_due()) pace.run([this] { update_file(); });
  }

  /// Puts what the journal holds into the file.
  void update_file() {
    if (journal.has_points() || journal.has_begun_values()) {
      try {
        NewFile file(place);
        file.copy_place();
        ResultFile results = ResultFile::open(file.part(), place.name(), schema);
        journal.copy_points(results);
        results.close();
        file.take_place();
      } catch (const StorageError& error) {
        throw ResultsInJournal(error.what() + std::string("; ") + place.companion_name() +
                               " keeps the finished points");
      }
    }
    journal.clear();
  }
};

ResultWriter::ResultWriter(const std::string& path, const Schema& schema, const RunInfo& run_info,
                           ExistingFile existing, const SchemaSource& schema_of) {
  check_output_path(path, existing != ExistingFile::refuse, pixel_bytes(schema), other_bytes(schema));
  contents_ = std::make_unique<Contents>(path, schema, run_info, existing, schema_of);
  const int encoders = std::min(default_threads(), most_encoders);
  pipeline_ = std::make_unique<OrderedPipeline>(encoders, static_cast<std::size_t>(2 * encoders + 2));
}

ResultWriter::~ResultWriter() {
  pipeline_.reset();
  try {
    contents_->update_file();
  } catch (const std::exception&) {
    // The journal stays.
  }
}

const PointGroups& ResultWriter::groups() const {
  return contents_->schema.groups;
}

bool ResultWriter::is_done(std::int64_t point) const {
  return contents_->done[point] != 0;
}

void ResultWriter::take(const PointRun& points, const Tile& tile, TileValues values) {
  Contents& contents = *contents_;
  pipeline_->push([&contents, points, tile, values = std::move(values)]() mutable -> OrderedPipeline::SecondStage {
    auto encoded = std::make_shared<const EncodedTile>(contents.encoder.encode(points.count, tile, values));
    values = {};  // frees the tile
    return [&contents, points, tile, encoded] { contents.journal.add_tile(points, tile, *encoded); };
  });
}

void ResultWriter::finish(const PointRun& points, std::function<PointValues()> values, std::function<void()> kept) {
  Contents& contents = *contents_;
  pipeline_->push([&contents, points, values = std::move(values),
                   kept = std::move(kept)]() mutable -> OrderedPipeline::SecondStage {
    auto encoded = std::make_shared<const PointValues>(contents.encoder.encode_points(values()));
    return [&contents, points, encoded, kept = std::move(kept)] {
      contents.finish(points, *encoded);
      kept();
    };
  });
}

void ResultWriter::keep(const PointRun& points, PointValues values) {
  Contents& contents = *contents_;
  pipeline_->push([&contents, points, values = std::move(values)]() mutable -> OrderedPipeline::SecondStage {
    auto encoded = std::make_shared<const PointValues>(contents.encoder.encode_points(std::move(values)));
    return [&contents, points, encoded] { contents.keep(points, *encoded); };
  });
}

void ResultWriter::close() {
  try {
    pipeline_->drain();
  } catch (...) {
    contents_->update_file();  // where this fails, too, its error says where the results are
    throw;
  }
  contents_->update_file();
}

}  // namespace deadcone
