#include "deadcone/sweep_file.hpp"

#include <utility>
#include <vector>

#include "file/experiment.hpp"
#include "file/result_reader.hpp"
#include "file/result_writer.hpp"

namespace deadcone {

struct SweepWriter::Contents {
  Sweep sweep;
  const Experiment& experiment;
  ResultWriter file;
};

SweepWriter::SweepWriter(const std::string& path, const Sweep& sweep, const RunInfo& run_info, ExistingFile existing,
                         const Experiment& experiment) {
  validate(sweep);
  contents_ = std::unique_ptr<Contents>(new Contents{
      sweep, experiment, ResultWriter(path, experiment.schema(sweep), run_info, existing, experiment.schema_source())});
}

SweepWriter::~SweepWriter() = default;

std::optional<PointGroups> SweepWriter::groups() const {
  return contents_->file.groups();
}

bool SweepWriter::is_done(std::int64_t point) const {
  return contents_->file.is_done(point);
}

void SweepWriter::take(const PointRun& points, const Tile& tile, TileResult& result) {
  auto& [sweep, experiment, file] = *contents_;
  file.take(points, tile, experiment.tile_values(sweep, std::exchange(result, TileResult())));
}

void SweepWriter::finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) {
  Contents& contents = *contents_;
  const auto values = [&contents, points] {
    return contents.experiment.point_values({contents.sweep, points->points, points->counts, points->seconds});
  };
  contents.file.finish(points->points, values, kept);
}

void SweepWriter::close() {
  contents_->file.close();
}

struct SweepReader::Contents {
  Sweep sweep;
  const Experiment& experiment;
  ResultReader file;

  Contents(const std::string& path, const Experiment& of)
      : experiment(of), file(path, [this](const std::string& configuration, const std::string& where) {
          sweep = experiment.sweep_of(configuration, where);
          return experiment.schema(sweep);
        }) {}

  PointResult point(std::int64_t index) const {
    return experiment.point_result(sweep, file.read_points({index, 1}), 1, 0);
  }
};

SweepReader::SweepReader(const std::string& path, const Experiment& experiment)
    : contents_(std::make_unique<Contents>(path, experiment)) {}

SweepReader::~SweepReader() = default;

const Sweep& SweepReader::sweep() const {
  return contents_->sweep;
}
std::string SweepReader::attribute(const std::string& name) const {
  return contents_->file.attribute(name);
}
int SweepReader::numerics() const {
  return contents_->file.numerics();
}
const PointGroups& SweepReader::groups() const {
  return contents_->file.schema().groups;
}
bool SweepReader::is_done(std::int64_t point) const {
  return contents_->file.is_done(point);
}
Counts SweepReader::counts(std::int64_t point) const {
  return contents_->point(point).counts;
}
double SweepReader::seconds(std::int64_t point) const {
  return contents_->point(point).seconds;
}

TileResult SweepReader::read(std::int64_t point, const Tile& tile) const {
  const auto& [sweep, experiment, file] = *contents_;
  TileResult result;
  if (sweep.precision == Precision::float64) {
    result.r_final = result.w_final = result.b_final = std::vector<double>();
    result.leak_final = result.loss_final = result.lyapunov = std::vector<double>();
  }
  std::vector<void*> places;
  for (const PixelField* field : experiment.kept(sweep)) {
    places.push_back(field->room ? field->room(result, field->type_in(sweep), static_cast<std::size_t>(tile.pixels()))
                                 : nullptr);
  }
  file.read({point, 1}, tile, places);
  return result;
}

std::uint64_t SweepReader::stored_bytes() const {
  return contents_->file.stored_bytes();
}
std::uint64_t SweepReader::raw_bytes() const {
  return contents_->file.raw_bytes();
}

}  // namespace deadcone
