#pragma once

// The file of a sweep: HDF5 that is also valid netCDF-4. docs/file-format.md lists what is in it.
//
// A file is never changed where it stands. Results go into a journal beside it, PATH.journal; from time to time, and at
// the end, those of finished points are put into a copy, which then takes the place of the file. So anybody may read the
// file at any time, a process may be killed at any moment, and what the file calls done is there.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// The number of the bits of a sweep's results: a file of another number cannot be resumed or verified, and merges only with
/// those of the same. A change gives a new number to the sweeps whose results it may change, and to no others; 6 is new for
/// all. docs/file-format.md says what the others were.
int numerics_of(const Sweep& sweep);

/// What is computed, as tables (host/file/experiment.hpp).
struct Experiment;

/// The maps of a single unit under gradient descent with momentum.
const Experiment& unit_experiment();

/// Writes a sweep. Tiles are compressed in threads of its own and written by another, in the order in which they come;
/// so a caller waits only when it is more than a few tiles ahead.
class SweepWriter final : public SweepSink {
 public:
  /// Creates the file, or opens it to resume it. Throws FileExists where it exists and must not, or was begun by a
  /// program whose results have other bits; ConfigError where it lies in a missing folder, holds another sweep, or
  /// cannot fit on the disk however well it compresses; CannotLock where nothing would keep others from writing it, too;
  /// StorageError where the disk or the file fails. A new file that cannot be completed is removed. `experiment` must
  /// outlive this.
  SweepWriter(const std::string& path, const Sweep& sweep, const RunInfo& run_info, ExistingFile existing,
              const Experiment& experiment = unit_experiment());
  /// Writes what is left, and reports no error: call close() before.
  ~SweepWriter() override;

  /// Those of the file: of the one that is resumed, or PointGroups(sweep).
  std::optional<PointGroups> groups() const override;
  bool is_done(std::int64_t point) const override;
  void take(const PointRun& points, const Tile& tile, TileResult& result) override;
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override;
  void close() override;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

/// Reads a sweep, also one that another tool has rewritten: in other chunks, with other filters (deflate, shuffle,
/// fletcher32, nbit, scaleoffset, szip), types or byte orders. What the file does not hold itself is not read: links,
/// virtual datasets and external storage are refused, and so are packed values and filters that are not known.
class SweepReader {
 public:
  /// Throws StorageError where the file is missing, damaged, refused, lacks a map of a finished point, or is no sweep.
  /// `experiment` must outlive this.
  explicit SweepReader(const std::string& path, const Experiment& experiment = unit_experiment());
  ~SweepReader();

  const Sweep& sweep() const;
  /// A root attribute: "version", "device", "history", ...
  std::string attribute(const std::string& name) const;
  /// numerics_of() the sweep by the program that wrote it.
  int numerics() const;
  /// The groups of points that are stored together: reading them one after the other is quickest.
  const PointGroups& groups() const;

  /// Whether the point was finished when the file was opened.
  bool is_done(std::int64_t point) const;
  Counts counts(std::int64_t point) const;
  /// Seconds that the point took; those of a group share its time.
  double seconds(std::int64_t point) const;
  /// The stored pixels of a tile; fields that the file does not have are empty. Throws StorageError where they do not
  /// pass their checksum, or are not as many as they should be.
  TileResult read(std::int64_t point, const Tile& tile) const;
  /// The bytes that the maps take in the file, and would take without compression.
  std::uint64_t stored_bytes() const;
  std::uint64_t raw_bytes() const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace deadcone
