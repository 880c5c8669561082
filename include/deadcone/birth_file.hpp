#pragma once

// The file of a sweep of births, written and read as that of a sweep (sweep_file.hpp). Link deadcone::deadcone.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "deadcone/file_options.hpp"
#include "deadcone/network/birth.hpp"
#include "deadcone/network/birth_sweep.hpp"

namespace deadcone {

/// Whether a file holds births. Throws StorageError where it cannot be read, or is no file of results.
bool is_birth_file(const std::string& path);

/// Writes a sweep of births. A file that is resumed may have some of the networks of a point: those are not run again.
class BirthWriter final : public BirthSink {
 public:
  /// Creates the file, or opens it to resume it; throws as SweepWriter does.
  BirthWriter(const std::string& path, const BirthSweep& sweep, const RunInfo& run_info, ExistingFile existing);
  /// Writes what is left, and reports no error: call close() before.
  ~BirthWriter() override;

  bool is_done(std::int64_t point) const override;
  BirthResult begun(std::int64_t point) const override;
  void keep(std::int64_t point, const BirthResult& result) override;
  void finish(std::int64_t point, const BirthResult& result) override;
  void close() override;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

/// What verify_births() found.
struct BirthReport {
  BirthSweep sweep;                    ///< of the file
  std::int64_t points = 0;             ///< that were recomputed
  std::int64_t networks = 0;           ///< of these
  std::int64_t checked = 0;            ///< finished points whose values fit together
  std::vector<std::string> findings;   ///< what is wrong, each in words
  std::vector<std::string> unchecked;  ///< what nothing follows from

  bool passes() const { return findings.empty(); }
};

struct BirthVerifyOptions {
  bool all = false;  ///< recompute all points, not only those that take little time
  int threads = 0;   ///< CPU threads; 0: as many as this process has processors
};

/// Recomputes points with the scalar path and compares every bit; and of all finished points what follows from their counts.
/// `meter` counts networks. Throws as verify_file() does.
BirthReport verify_births(const std::string& path, const BirthVerifyOptions& options, Meter& meter);

}  // namespace deadcone
