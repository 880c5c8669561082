#pragma once

// The datasets of a file of results: creates or finds those of its Schema, and checks how they are stored.

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/file_options.hpp"
#include "file/schema.hpp"
#include "storage/attributes.hpp"
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

/// The root attributes of a new file of results.
std::vector<RootAttribute> root_attributes(const Schema& schema, const RunInfo& run_info);

/// Makes an empty file of results: its root attributes, coordinates and datasets.
ResultDatasets create_results(hdf5::File& file, const Schema& schema, const RunInfo& run_info);

/// The Schema with the groups that points have in a file, by the chunks of its pixel fields; those of a new file where it
/// is not stored in groups. Throws StorageError where it has no such field.
Schema stored_schema(const hdf5::File& file, Schema schema);

/// Whether each point is complete.
std::vector<std::int8_t> read_point_done(const ResultDatasets& datasets, const Schema& schema);

/// Whether a pixel field is stored in chunks as this program writes them, so that they can be copied from and to a file
/// as they are. Tools that rewrite files change types, chunks and filters.
bool stores_own_chunks(const hdf5::Dataset& dataset, const Variable& field, const Schema& schema);

/// Throws StorageError unless all datasets are stored as create() stores them, so that points can be added.
void check_own_layout(const hdf5::File& file, const Schema& schema, const ResultDatasets& datasets);

/// Throws StorageError unless all of every finished point is stored: for a chunk that its index has lost, reading gives
/// what is not computed yet.
void check_index(const hdf5::File& file, const Schema& schema, const ResultDatasets& datasets);

/// The bytes of a file without compression: of all pixel fields, and of all else that grows with the configuration.
double pixel_bytes(const Schema& schema);
double other_bytes(const Schema& schema);

/// The configuration of an open file. Throws StorageError where it has none, or is no file of results.
std::string read_configuration(const hdf5::File& file);

/// The numerics version of an open file; throws StorageError where that is not a number.
int read_numerics(const hdf5::File& file);

}  // namespace deadcone
