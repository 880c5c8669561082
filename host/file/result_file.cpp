#include "file/result_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace deadcone {

using hdf5::Dataset;
using hdf5::Extent;
using hdf5::File;

namespace {

/// The part of a dataset that is all of it.
Box whole(const Dataset& dataset) {
  Box box = {{}, dataset.extent()};
  box.offset.resize(box.count.size());
  return box;
}

}  // namespace

ResultFile::ResultFile(File file, const Schema& schema, ResultDatasets datasets)
    : file_(std::move(file)), schema_(schema), datasets_(std::move(datasets)) {
  if (schema_.groups.size() > 1) return;
  for (std::size_t i = 0; i < datasets_.point_fields.size(); ++i) {
    const Dataset& dataset = datasets_.point_fields[i];
    const hdf5::Type type = schema_.point_fields[i].variable.type;
    const Box box = whole(dataset);
    by_point_.emplace_back(box.elements() * size_of(type));
    dataset.read(box.offset, box.count, type, by_point_.back().data());
  }
}

ResultFile ResultFile::create(const std::string& path, const std::string& name, const Schema& schema,
                              const RunInfo& run_info) {
  File file = File::create(path, name);
  ResultDatasets datasets = create_results(file, schema, run_info);
  return ResultFile(std::move(file), schema, std::move(datasets));
}

ResultFile ResultFile::open(const std::string& path, const std::string& name, const Schema& schema) {
  File file = File::open_to_write(path, name);
  ResultDatasets datasets = ResultDatasets::open(file, schema);
  return ResultFile(std::move(file), schema, std::move(datasets));
}

void ResultFile::write_tile(const PointRun& points, const Tile& tile, const EncodedTile& encoded) {
  const Extent offset = box_of(schema_, points, tile).offset;
  for (std::size_t i = 0; i < encoded.size(); ++i) datasets_.pixel_fields[i].write_chunk(offset, encoded[i]);
}

void ResultFile::write_points(const PointRun& points, const PointValues& encoded) {
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (schema_.groups.size() > 1) {
      const std::size_t codes = code_length(schema_, schema_.point_fields[i]);
      datasets_.point_fields[i].write_chunk(box_of(schema_, points, codes).offset, encoded[i]);
    } else {
      // Points follow one another in every point field, each with all values along its code axis.
      std::byte* to = by_point_[i].data() + static_cast<std::size_t>(points.first) * encoded[i].size();
      std::memcpy(to, encoded[i].data(), encoded[i].size());
      // Journals of earlier versions have 0 there.
      if (schema_.point_fields[i].variable.name == point_done) *to = std::byte{1};
    }
  }
}

void ResultFile::write_begun_points(const PointRun& points, const PointValues& encoded) {
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (schema_.point_fields[i].variable.name == point_done) continue;
    std::memcpy(by_point_[i].data() + static_cast<std::size_t>(points.first) * encoded[i].size(), encoded[i].data(),
                encoded[i].size());
  }
}

void ResultFile::close() {
  for (std::size_t i = 0; i < datasets_.point_fields.size(); ++i) {
    Dataset& dataset = datasets_.point_fields[i];
    if (schema_.groups.size() == 1) {
      const Box box = whole(dataset);
      dataset.write(box.offset, box.count, schema_.point_fields[i].variable.type, by_point_[i].data());
    }
    dataset.close();
  }
  for (Dataset& dataset : datasets_.pixel_fields) dataset.close();
  file_.close();
}

}  // namespace deadcone
