#pragma once

// The file of a sweep: HDF5 that is also valid netCDF-4. README.md lists what is in it.
//
// A point's pixels are written and flushed before `point_done` says so, and that is flushed, too. So a process may be
// killed at any moment and what the file calls done is there. After a failed write (StorageError) the file is left as
// the last flush made it.

#include <cstdint>
#include <memory>
#include <string>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// Raised whenever the bits of some result change: a file of another number cannot be resumed or verified.
inline constexpr int numerics_version = 2;

/// What the file says of its making beside the sweep itself.
struct Provenance {
  std::string command_line;
  std::string device;  ///< Mapper::description()
};

/// What to do where the output file already exists.
enum class ExistingFile { refuse, overwrite, resume };

class SweepWriter {
 public:
  /// Creates the file, or opens it to go on with. Throws ConfigError where it exists and should not, lies in a missing
  /// folder, holds another sweep, or cannot fit on the disk however well it compresses; StorageError where the disk or
  /// the file fails. A new file that cannot be completed is removed.
  SweepWriter(const std::string& path, const Sweep& sweep, const Provenance& provenance, ExistingFile existing);
  ~SweepWriter();

  /// Whether a resumed file already has this point.
  bool is_done(std::int64_t point) const;
  /// Writes one tile of a point.
  void write(std::int64_t point, const Tile& tile, const TileResult& result);
  /// Writes what is said of the point as a whole, and marks it done.
  void finish(std::int64_t point, const Counts& counts, double seconds);

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

class SweepReader {
 public:
  /// Throws StorageError where the file is missing, damaged, or no sweep.
  explicit SweepReader(const std::string& path);
  ~SweepReader();

  const Sweep& sweep() const;
  /// A root attribute: "version", "device", "history", ...
  std::string attribute(const std::string& name) const;
  /// numerics_version of the program that wrote it.
  int numerics() const;

  bool is_done(std::int64_t point) const;
  Counts counts(std::int64_t point) const;
  /// Seconds that the point took.
  double seconds(std::int64_t point) const;
  /// The stored pixels of a tile; fields that the file does not have are empty.
  TileResult read(std::int64_t point, const Tile& tile) const;
  /// The bytes that the maps take in the file, and would take without compression.
  std::uint64_t stored_bytes() const;
  std::uint64_t raw_bytes() const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace deadcone
