#include "file/result_journal.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <span>
#include <utility>

#include "config/sweep_json.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

enum RecordKind : std::uint32_t { identity = 1, tile_chunks = 2, point_values = 3, begun_values = 4 };

// Labels name a group by its first point. Those of an identity and of the values of points have, in the place of a tile, how
// many points a whole group has, and how many this one; earlier versions, whose groups are single points, have 0 there.

std::int64_t points_of(const Journal::Label& label) {
  return std::max<std::int64_t>(label.tile, 1);
}

using Parts = std::vector<std::span<const std::byte>>;

/// Blobs as the content of a record: their sizes, then they. The blobs must outlive it.
struct Packed {
  explicit Packed(const std::vector<Bytes>& blobs) {
    for (const Bytes& blob : blobs) sizes.push_back(blob.size());
    parts.push_back(std::as_bytes(std::span(sizes)));
    parts.insert(parts.end(), blobs.begin(), blobs.end());
  }
  std::vector<std::uint64_t> sizes;
  Parts parts;
};

/// The blobs of such a content. Throws StorageError where there are not so many.
std::vector<Bytes> unpacked(const Bytes& content, std::size_t count, const std::string& name) {
  const auto fail = [&name] { throw StorageError(name + ": is damaged: a record has another size"); };
  std::vector<std::uint64_t> sizes(count);
  std::size_t at = count * sizeof(std::uint64_t);
  if (content.size() < at) fail();
  std::memcpy(sizes.data(), content.data(), at);
  std::vector<Bytes> blobs;
  for (const std::uint64_t size : sizes) {
    if (size > content.size() - at) fail();
    const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at);
    blobs.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
  }
  return blobs;
}

Bytes bytes_of(const std::string& text) {
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::int64_t points_in_journal(const std::string& path) {
  const std::string companion = companion_of(resolve_links(path));
  std::vector<Journal::Record> records;
  try {
    records = Journal::records_of(Descriptor(companion, O_RDONLY, companion));
  } catch (const StorageError&) {
    return 0;  // there is none, or it is gone meanwhile
  }
  std::int64_t points = 0;
  for (const auto& [label, offset, length] : records) points += label.kind == point_values ? points_of(label) : 0;
  return points;
}

std::optional<std::int64_t> group_size_in_journal(const OutputPlace& place) {
  for (const auto& [label, offset, length] : Journal::records_of(place.companion())) {
    if (label.kind == identity) return points_of(label);
  }
  return std::nullopt;
}

ResultJournal::ResultJournal(const OutputPlace& place, const Schema& schema, bool discard)
    : schema_(schema), journal_(place) {
  if (discard) journal_.clear();
  const std::string& name = journal_.name();
  for (std::size_t i = 0; i < journal_.records().size(); ++i) {
    if (journal_.records()[i].label.kind != identity) {
      note(i);
      continue;
    }
    const std::vector<Bytes> found = unpacked(journal_.read(journal_.records()[i]), 2, name);
    if (text_of(found[0]) != std::to_string(schema.numerics))
      throw StorageError(name + ": holds results that have other bits; only the version that wrote them can use them");
    if (const std::string text = difference(text_of(found[1]), schema.configuration); !text.empty())
      throw StorageError(name + ": holds results of another sweep than the one asked for: " + text);
    if (points_of(journal_.records()[i].label) != schema.groups.size())
      throw StorageError(name + ": holds points in other groups than the file");
  }
  begun_.clear();  // they are computed again
}

void ResultJournal::note(std::size_t record) {
  const auto [kind, first, tile] = journal_.records()[record].label;
  if (kind == tile_chunks) {
    begun_[first].tiles[tile] = record;
  } else if (kind == begun_values) {
    begun_values_[first] = record;
  } else if (kind == point_values && std::ssize(begun_[first].tiles) == tiles()) {
    begun_values_.erase(first);
    begun_[first].values = record;
    finished_[first] = std::move(begun_[first]);
    begun_.erase(first);
  }
}

std::vector<PointRun> ResultJournal::points() const {
  std::vector<PointRun> runs;
  for (const auto& [first, records] : finished_) runs.push_back(schema_.groups[schema_.groups.group_of(first)]);
  return runs;
}

void ResultJournal::add_identity() {
  if (!journal_.records().empty()) return;
  const std::vector<Bytes> texts = {bytes_of(std::to_string(schema_.numerics)), bytes_of(schema_.configuration)};
  journal_.append({identity, 0, schema_.groups.size()}, Packed(texts).parts);
}

void ResultJournal::add_tile(const PointRun& points, const Tile& tile, const EncodedTile& encoded) {
  add_identity();
  journal_.append({tile_chunks, points.first, schema_.tiles().index_of(tile)}, Packed(encoded).parts);
  note(journal_.records().size() - 1);
}

void ResultJournal::add_points(const PointRun& points, const PointValues& encoded) {
  add_identity();
  journal_.append({point_values, points.first, points.count}, Packed(encoded).parts);
  note(journal_.records().size() - 1);
}

void ResultJournal::add_begun_values(const PointRun& points, const PointValues& encoded) {
  add_identity();
  journal_.append({begun_values, points.first, points.count}, Packed(encoded).parts);
  note(journal_.records().size() - 1);
}

void ResultJournal::copy_points(ResultFile& file) const {
  const Tiling tiles = schema_.tiles();
  const auto blobs = [this](std::size_t record, std::size_t count) {
    return unpacked(journal_.read(journal_.records()[record]), count, journal_.name());
  };
  for (const auto& [first, records] : finished_) {
    const PointRun run = schema_.groups[schema_.groups.group_of(first)];
    for (const auto& [tile, record] : records.tiles)
      file.write_tile(run, tiles[tile], blobs(record, schema_.pixel_fields.size()));
    file.write_points(run, blobs(records.values, schema_.point_fields.size()));
  }
  for (const auto& [first, record] : begun_values_)
    file.write_begun_points({first, 1}, blobs(record, schema_.point_fields.size()));
}

void ResultJournal::clear() {
  journal_.clear();
  begun_.clear();
  finished_.clear();
  begun_values_.clear();
}

}  // namespace deadcone
