#include "deadcone/birth_file.hpp"

#include <unordered_map>
#include <utility>

#include "file/birth_experiment.hpp"
#include "file/birth_reader.hpp"
#include "file/result_datasets.hpp"
#include "file/result_writer.hpp"
#include "network/birth_json.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {
bool is_birth_file(const std::string& path) {
  return is_of_births(read_configuration(hdf5::File::open_to_read(path)));
}

struct BirthWriter::Contents {
  BirthSweep sweep;
  ResultWriter file;
  std::unordered_map<std::int64_t, BirthResult> begun;
};

BirthWriter::BirthWriter(const std::string& path, const BirthSweep& sweep, const RunInfo& run_info,
                         ExistingFile existing) {
  validate(sweep);
  contents_ = std::unique_ptr<Contents>(
      new Contents{sweep, ResultWriter(path, birth_schema(sweep), run_info, existing, schema_of_any()), {}});
  if (existing != ExistingFile::resume) return;
  const BirthReader reader(path);
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (is_done(point)) continue;
    BirthResult result = reader.result(point);
    const bool are_blocks = result.counts.networks > 0 && result.counts.networks % networks_of_block == 0;
    if (are_blocks && result.counts.networks < sweep.networks) contents_->begun.emplace(point, std::move(result));
  }
}

BirthWriter::~BirthWriter() = default;

bool BirthWriter::is_done(std::int64_t point) const {
  return contents_->file.is_done(point);
}

BirthResult BirthWriter::begun(std::int64_t point) const {
  const auto found = contents_->begun.find(point);
  return found == contents_->begun.end() ? BirthResult() : found->second;
}

void BirthWriter::keep(std::int64_t point, const BirthResult& result) {
  contents_->file.keep({point, 1}, birth_values(contents_->sweep, point, result));
}

void BirthWriter::finish(std::int64_t point, const BirthResult& result) {
  const auto values = [&sweep = contents_->sweep, point, result] { return birth_values(sweep, point, result); };
  contents_->file.finish({point, 1}, values, [] {});
}

void BirthWriter::close() {
  contents_->file.close();
}

}  // namespace deadcone
