#include "file/merge_results.hpp"

#include <filesystem>
#include <set>
#include <utility>

#include "config/sweep_json.hpp"
#include "deadcone/errors.hpp"
#include "file/result_file.hpp"
#include "file/result_reader.hpp"
#include "storage/new_file.hpp"
#include "storage/output_place.hpp"

namespace deadcone {
namespace {

/// What all parts have in common, what they ran on, and which of them has each point.
struct Survey {
  Schema schema;
  std::string device;
  std::vector<std::size_t> source;  ///< by point: the first part that has it, or as many as there are parts
};

/// Throws ConfigError where a part does not have the configuration of the first, with the same bits.
void check_part(const ResultReader& part, const std::string& path, const Schema& first, const std::string& first_path) {
  if (const std::string text = difference(part.schema().configuration, first.configuration); !text.empty()) {
    throw ConfigError(path + ": holds another sweep than " + first_path + ": " + text);
  }
  if (part.numerics() != first.numerics) {
    throw ConfigError(path + ": was made by deadcone " + part.attribute("version") +
                      ", whose results have other bits; merge with that version");
  }
}

/// The values of a point, one after the other, without those that differ from one computation to the next.
Bytes repeated_values(const ResultReader& part, std::int64_t point) {
  Bytes all;
  const PointValues values = part.read_point(point);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (part.schema().point_fields[i].repeats) all.insert(all.end(), values[i].begin(), values[i].end());
  }
  return all;
}

/// Looks at every part. Throws ConfigError where they do not belong together.
Survey survey_of(const std::string& out, const std::vector<std::string>& parts, const SchemaSource& schema_of) {
  Survey survey;
  std::set<std::string> devices;
  std::vector<Bytes> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::error_code error;
    if (std::filesystem::equivalent(out, parts[i], error)) throw ConfigError(out + ": is one of the parts");
    const ResultReader part(parts[i], schema_of);
    if (i == 0) {
      survey.schema = part.schema();
      survey.schema.numerics = part.numerics();
      survey.source.resize(static_cast<std::size_t>(survey.schema.points()), parts.size());
      values.resize(survey.source.size());
    }
    check_part(part, parts[i], survey.schema, parts.front());
    devices.insert(part.attribute("device"));
    for (std::size_t point = 0; point < values.size(); ++point) {
      if (!part.is_done(static_cast<std::int64_t>(point))) continue;
      Bytes own = repeated_values(part, static_cast<std::int64_t>(point));
      if (survey.source[point] == parts.size()) {
        survey.source[point] = i;
        values[point] = std::move(own);
      } else if (values[point] != own) {
        throw ConfigError(parts[i] + ": disagrees with " + parts[survey.source[point]] + " about point " +
                          std::to_string(point) + "; verifying both shows which is wrong");
      }
    }
  }
  for (const std::string& device : devices) survey.device += (survey.device.empty() ? "" : "; ") + device;
  return survey;
}

void copy_point(const ResultReader& from, std::int64_t point, ResultFile& to) {
  const Tiling tiles = from.schema().tiles();
  for (std::int64_t i = 0; i < tiles.count(); ++i) to.write_tile(point, tiles[i], from.read_encoded(point, tiles[i]));
  to.write_point(point, from.read_point(point));
}

}  // namespace

MergedResults merge_results(const std::string& out, const std::vector<std::string>& parts,
                            const std::string& command_line, ExistingFile existing, MissingLock missing_lock,
                            const SchemaSource& schema_of) {
  const auto [schema, device, source] = survey_of(out, parts, schema_of);
  check_output_path(out, existing == ExistingFile::overwrite, pixel_bytes(schema), other_bytes(schema));
  OutputPlace place(out, missing_lock);
  NewFile file(place);
  ResultFile merged = ResultFile::create(file.part(), out, schema, {command_line, device});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ResultReader part(parts[i], schema_of);
    for (std::size_t point = 0; point < source.size(); ++point) {
      if (source[point] == i) copy_point(part, static_cast<std::int64_t>(point), merged);
    }
  }
  merged.close();
  file.take_place();
  if (existing == ExistingFile::overwrite) place.empty_companion();

  MergedResults result = {schema, {}};
  for (std::size_t point = 0; point < source.size(); ++point) {
    if (source[point] == parts.size()) result.missing.push_back(static_cast<std::int64_t>(point));
  }
  return result;
}

}  // namespace deadcone
