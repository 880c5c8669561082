#pragma once

// The file of a sweep: HDF5 that is also valid netCDF-4. README.md lists what is in it.
//
// A point's pixels are written and flushed before `point_done` says so, and that is flushed, too. So a process may be
// killed at any moment and what the file calls done is there. After a failed write (StorageError) the file is left as
// the last flush made it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// Raised whenever the bits of some result change: a file of another number cannot be resumed or verified.
inline constexpr int numerics_version = 2;

class OrderedPipeline;
class SweepReader;

/// The chunks of one tile, as they stand in the file: one for each map that is kept.
using EncodedTile = std::vector<std::vector<std::byte>>;

/// What the file says of its making beside the sweep itself.
struct RunInfo {
  std::string command_line;
  std::string device;  ///< Mapper::description()
};

/// What to do where the output file already exists.
enum class ExistingFile { refuse, overwrite, resume };

/// Writes a sweep. Tiles are compressed in threads of its own and written by another, in the order in which they come;
/// so a caller waits only when it is more than a few tiles ahead. A point is on its way to the disk whole before the
/// file says that it is done.
class SweepWriter final : public SweepSink {
 public:
  /// Creates the file, or opens it to go on with. Throws ConfigError where it exists and should not, lies in a missing
  /// folder, holds another sweep, or cannot fit on the disk however well it compresses; StorageError where the disk or
  /// the file fails. A new file that cannot be completed is removed.
  SweepWriter(const std::string& path, const Sweep& sweep, const RunInfo& provenance, ExistingFile existing);
  /// Writes what is left, and tells no error: call close() before.
  ~SweepWriter() override;

  bool is_done(std::int64_t point) const override;
  void take(std::int64_t point, const Tile& tile, TileResult& result) override;
  void finish(std::int64_t point, const Counts& counts, double seconds, const std::function<void()>& kept) override;
  void close() override;
  /// Copies a finished point from another file of the same sweep, as it is compressed there.
  void copy_point(const SweepReader& from, std::int64_t point);

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
  std::unique_ptr<OrderedPipeline> pipeline_;  ///< works on contents_
};

class SweepReader {
 public:
  /// Throws StorageError where the file is missing, damaged, lacks a map of a finished point, or is no sweep.
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
  /// The stored pixels of a tile; fields that the file does not have are empty. Throws StorageError where they do not
  /// pass their checksum.
  TileResult read(std::int64_t point, const Tile& tile) const;
  /// The same as it stands in the file; `tile` is one of Tiling(window). Throws StorageError where it is not there, or
  /// cannot be what it should be. What is compressed in it is not looked at.
  EncodedTile read_encoded(std::int64_t point, const Tile& tile) const;
  /// The bytes that the maps take in the file, and would take without compression.
  std::uint64_t stored_bytes() const;
  std::uint64_t raw_bytes() const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace deadcone
