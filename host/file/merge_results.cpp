#include "file/merge_results.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>

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
  Schema schema;  ///< in the groups of the first part
  std::string device;
  std::vector<std::uint32_t> source;  ///< by point: the first part that has it, or as many as there are parts
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

/// Fingerprints of the values of some points, without those that differ from one computation to the next.
std::vector<std::uint64_t> fingerprints(const Schema& schema, const PointValues& values, std::int64_t points) {
  std::vector<std::uint64_t> prints(static_cast<std::size_t>(points), 0xcbf29ce484222325U);  // FNV-1a
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!schema.point_fields[i].repeats) continue;
    const std::size_t each = values[i].size() / prints.size();
    for (std::size_t at = 0; at < values[i].size(); ++at) {
      std::uint64_t& print = prints[at / each];
      print = (print ^ std::to_integer<std::uint64_t>(values[i][at])) * 0x100000001b3U;
    }
  }
  return prints;
}

/// Looks at every part. Throws ConfigError where they do not belong together.
Survey survey_of(const std::string& out, const std::vector<std::string>& parts, const SchemaSource& schema_of) {
  Survey survey;
  std::set<std::string> devices;
  std::vector<std::uint64_t> known;  ///< fingerprints by point
  const auto none = static_cast<std::uint32_t>(parts.size());
  for (std::uint32_t i = 0; i < none; ++i) {
    std::error_code error;
    if (std::filesystem::equivalent(out, parts[i], error)) throw ConfigError(out + ": is one of the parts");
    const ResultReader part(parts[i], schema_of);
    if (i == 0) {
      survey.schema = part.schema();
      survey.schema.numerics = part.numerics();
      survey.source.resize(static_cast<std::size_t>(survey.schema.points()), none);
      known.resize(survey.source.size());
    }
    check_part(part, parts[i], survey.schema, parts.front());
    devices.insert(part.attribute("device"));
    const PointGroups& groups = part.schema().groups;
    for (std::int64_t group = 0; group < groups.count(); ++group) {
      const PointRun run = groups[group];
      if (part.done_points(run) == 0) continue;
      const std::vector<std::uint64_t> own = fingerprints(part.schema(), part.read_points(run), run.count);
      for (std::int64_t place = 0; place < run.count; ++place) {
        const std::int64_t point = run.first + place;
        const auto at = static_cast<std::size_t>(point);
        if (!part.is_done(point)) continue;
        if (survey.source[at] == none) {
          survey.source[at] = i;
          known[at] = own[static_cast<std::size_t>(place)];
        } else if (known[at] != own[static_cast<std::size_t>(place)]) {
          throw ConfigError(parts[i] + ": disagrees with " + parts[survey.source[at]] + " about point " +
                            std::to_string(point) + "; verifying both shows which is wrong");
        }
      }
    }
  }
  for (const std::string& device : devices) survey.device += (survey.device.empty() ? "" : "; ") + device;
  return survey;
}

/// A group of the merged file whose points come from several parts, or some of them from none.
class MixedGroup {
 public:
  MixedGroup(const Schema& schema, const PointRun& run) : schema_(schema), run_(run) {
    for (const Variable& field : schema.pixel_fields)
      pixels_.push_back(filled(field, static_cast<std::size_t>(run.count * schema.pixels())));
    for (const PointVariable& field : schema.point_fields) {
      Variable pending = field.variable;
      pending.fill = field.variable.initial.value_or(field.variable.fill);
      const std::size_t each = std::max<std::size_t>(code_length(schema, field), 1);
      values_.push_back(filled(pending, static_cast<std::size_t>(run.count) * each));
    }
  }

  /// Takes a point from a part that has it.
  void take(const ResultReader& part, std::int64_t point) {
    const auto place = static_cast<std::size_t>(point - run_.first);
    const auto place_in = [&](Bytes& all) {
      return all.data() + place * (all.size() / static_cast<std::size_t>(run_.count));
    };
    std::vector<void*> to;
    for (Bytes& field : pixels_) to.push_back(place_in(field));
    part.read({point, 1}, schema_.tiles()[0], to);
    const PointValues values = part.read_points({point, 1});
    for (std::size_t i = 0; i < values.size(); ++i) std::ranges::copy(values[i], place_in(values_[i]));
  }

  void write(const TileEncoder& encoder, ResultFile& merged) const {
    const Tile whole = schema_.tiles()[0];
    EncodedTile chunks;
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      const std::size_t count = pixels_[i].size() / size_of(schema_.pixel_fields[i].type);
      chunks.push_back(encoder.encode_field(i, run_.count, whole, {pixels_[i].data(), count}));
    }
    merged.write_tile(run_, whole, chunks);
    merged.write_points(run_, encoder.encode_points(values_));
  }

 private:
  static Bytes filled(const Variable& field, std::size_t count) {
    const Bytes element = element_of(field.type, field.fill);
    Bytes all;
    for (std::size_t i = 0; i < count; ++i) all.insert(all.end(), element.begin(), element.end());
    return all;
  }

  const Schema& schema_;
  PointRun run_;
  std::vector<Bytes> pixels_;  ///< by field, [point][b][w]
  PointValues values_;
};

/// Puts the points of the parts together, group by group.
class Merging {
 public:
  Merging(const Survey& survey, std::uint32_t parts, ResultFile& merged)
      : schema_(survey.schema), source_(survey.source), none_(parts), encoder_(survey.schema), merged_(merged) {}

  /// Takes over what comes from part `number`. Parts are taken in their order.
  void take(const ResultReader& part, std::uint32_t number) {
    for (std::int64_t group = 0; group < schema_.groups.count(); ++group) {
      const PointRun run = schema_.groups[group];
      const auto sources =
          std::span(source_).subspan(static_cast<std::size_t>(run.first), static_cast<std::size_t>(run.count));
      const auto own = std::ranges::count(sources, number);
      if (own == run.count) {
        copy(part, run);
      } else if (own > 0) {
        take_some(part, number, group, sources);
      }
    }
  }

 private:
  void copy(const ResultReader& part, const PointRun& run) {
    const Tiling tiles = schema_.tiles();
    for (std::int64_t i = 0; i < tiles.count() && schema_.has_maps(); ++i)
      merged_.write_tile(run, tiles[i], part.read_encoded(run, tiles[i], encoder_));
    merged_.write_points(run, encoder_.encode_points(part.read_points(run)));
  }

  void take_some(const ResultReader& part, std::uint32_t number, std::int64_t group,
                 std::span<const std::uint32_t> sources) {
    const PointRun run = schema_.groups[group];
    MixedGroup& mixed = mixed_.try_emplace(group, schema_, run).first->second;
    for (std::size_t place = 0; place < sources.size(); ++place) {
      if (sources[place] == number) mixed.take(part, run.first + static_cast<std::int64_t>(place));
    }
    const auto comes_later = [&](std::uint32_t source) { return source > number && source != none_; };
    if (std::ranges::any_of(sources, comes_later)) return;
    mixed.write(encoder_, merged_);
    mixed_.erase(group);
  }

  const Schema& schema_;
  const std::vector<std::uint32_t>& source_;
  std::uint32_t none_;
  TileEncoder encoder_;
  ResultFile& merged_;
  std::map<std::int64_t, MixedGroup> mixed_;  ///< of which not all parts have come
};

}  // namespace

MergedResults merge_results(const std::string& out, const std::vector<std::string>& parts,
                            const std::string& command_line, ExistingFile existing, MissingLock missing_lock,
                            const SchemaSource& schema_of) {
  if (parts.empty()) throw ConfigError("there must be a part to merge");
  const Survey survey = survey_of(out, parts, schema_of);
  const auto& [schema, device, source] = survey;
  check_output_path(out, existing == ExistingFile::overwrite, pixel_bytes(schema), other_bytes(schema));
  OutputPlace place(out, missing_lock);
  NewFile file(place);
  ResultFile merged = ResultFile::create(file.part(), out, schema, {command_line, device});
  Merging merging(survey, static_cast<std::uint32_t>(parts.size()), merged);
  for (std::uint32_t i = 0; i < parts.size(); ++i) merging.take(ResultReader(parts[i], schema_of), i);
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
