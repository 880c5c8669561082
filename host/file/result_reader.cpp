#include "file/result_reader.hpp"

#include <algorithm>
#include <cstddef>

namespace deadcone {

ResultReader::ResultReader(const std::string& path, const SchemaSource& schema_of)
    : file_(hdf5::File::open_to_read(path)),
      schema_(stored_schema(file_, schema_of(read_configuration(file_), path))),
      datasets_(ResultDatasets::open(file_, schema_)),
      done_(read_point_done(datasets_, schema_)) {
  check_index(file_, schema_, datasets_);
  for (std::size_t i = 0; i < datasets_.pixel_fields.size(); ++i)
    has_own_chunks_.push_back(stores_own_chunks(datasets_.pixel_fields[i], schema_.pixel_fields[i], schema_));
}

PointValues ResultReader::read_points(const PointRun& points) const {
  PointValues values;
  for (std::size_t i = 0; i < datasets_.point_fields.size(); ++i) {
    const PointVariable& field = schema_.point_fields[i];
    const Box box = box_of(schema_, points, code_length(schema_, field));
    values.emplace_back(box.elements() * size_of(field.variable.type));
    datasets_.point_fields[i].read(box.offset, box.count, field.variable.type, values.back().data());
  }
  return values;
}

void ResultReader::read(const PointRun& points, const Tile& tile, const std::vector<void*>& to) const {
  const Box box = box_of(schema_, points, tile);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == nullptr) continue;
    datasets_.pixel_fields[i].read(box.offset, box.count, schema_.pixel_fields[i].type, to[i]);
  }
}

std::int64_t ResultReader::done_points(const PointRun& points) const {
  const auto first = done_.begin() + static_cast<std::ptrdiff_t>(points.first);
  return points.count - std::count(first, first + points.count, std::int8_t{0});
}

EncodedTile ResultReader::read_encoded(const PointRun& points, const Tile& tile, const TileEncoder& encoder) const {
  const Box box = box_of(schema_, points, tile);
  EncodedTile chunks;
  for (std::size_t i = 0; i < datasets_.pixel_fields.size(); ++i) {
    if (has_own_chunks_[i] && encoder.groups() == schema_.groups) {
      chunks.push_back(datasets_.pixel_fields[i].read_chunk(box.offset));
      continue;
    }
    const hdf5::Type type = schema_.pixel_fields[i].type;
    Bytes values(box.elements() * size_of(type));
    datasets_.pixel_fields[i].read(box.offset, box.count, type, values.data());
    chunks.push_back(encoder.encode_field(i, points.count, tile, {values.data(), box.elements()}));
  }
  return chunks;
}

std::uint64_t ResultReader::stored_bytes() const {
  std::uint64_t bytes = 0;
  for (const hdf5::Dataset& field : datasets_.pixel_fields) bytes += field.stored_bytes();
  return bytes;
}

}  // namespace deadcone
