#pragma once

// The datasets of a file of results: creates or finds those of its Schema, and checks what their chunks hold.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "file/schema.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

struct ResultDatasets {
  std::vector<hdf5::Dataset> pixel_fields;  ///< those of the Schema, in its order
  std::vector<hdf5::Dataset> point_fields;  ///< likewise

  /// Creates the datasets of a new file, in the order in which they are listed: coordinates, pixel fields, point
  /// fields.
  static ResultDatasets create(hdf5::File& file, const Schema& schema);
  /// Finds them. Throws StorageError where one is missing or has another shape.
  static ResultDatasets open(const hdf5::File& file, const Schema& schema);
};

/// Whether each point is complete.
std::vector<std::int8_t> read_point_done(const ResultDatasets& datasets, const Schema& schema);

/// Throws StorageError unless every finished point has all its chunks: for one that its index has lost, HDF5 would give
/// what is not computed yet.
void check_index(const hdf5::File& file, const Schema& schema, const ResultDatasets& datasets);

/// More bytes than an encoded chunk of any pixel field can take, with any compressor.
std::size_t most_chunk_bytes(const Schema& schema);

/// Looks at the chunks that a tile of a point touches before HDF5 decodes them: it trusts a chunk that says it is not
/// compressed to be as long as it should be. Throws StorageError.
void check_chunks(const Schema& schema, const ResultDatasets& datasets, std::int64_t point, const Tile& tile);

/// The bytes of a file without compression: of all pixel fields, and of all else that grows with the configuration.
double pixel_bytes(const Schema& schema);
double other_bytes(const Schema& schema);

/// The configuration of an open file. Throws StorageError where it has none, or is no file of results.
std::string read_configuration(const hdf5::File& file);

/// The numerics version of an open file; throws StorageError where that is not a number.
int read_numerics(const hdf5::File& file);

}  // namespace deadcone
