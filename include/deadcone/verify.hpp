#pragma once

// Recomputes pixels of a sweep's file and compares every bit. Link deadcone::deadcone.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_file.hpp"

namespace deadcone {

/// The largest number of patches of a map.
inline constexpr std::int64_t largest_patches = std::int64_t{1} << 20;

struct VerifyOptions {
  bool all = false;          ///< recompute every pixel of the finished points instead of a sample
  std::int64_t patches = 4;  ///< sample: patches of 16 x 16 pixels, spread over every map; 1 to largest_patches
  int threads = 0;           ///< CPU threads; 0: as many as this process has processors
};

/// A pixel whose values are not those that are computed.
struct WrongPixel {
  std::int64_t point;
  std::int64_t row;  ///< in the plane
  std::int64_t column;
  std::string field;     ///< the first that differs, by its name in the file
  std::string stored;    ///< its value in the file, in words
  std::string computed;  ///< the value that it should have
  bool filled;           ///< it was filled, and has another fate
};

/// What verify_file() found.
struct VerifyReport {
  Sweep sweep;                    ///< of the file
  std::int64_t points = 0;        ///< finished points, of which pixels were recomputed
  std::int64_t pixels = 0;        ///< that were recomputed
  std::int64_t filled = 0;        ///< of these, how many the file has filled
  std::int64_t wrong_fills = 0;   ///< of these, how many have another fate
  std::int64_t wrong_pixels = 0;  ///< pixels that are in error; a wrong fill is one only where fills are proved
  std::int64_t wrong_counts = 0;  ///< points whose counts, fractions or means are not those of their pixels
  std::int64_t wrong_values = 0;  ///< coordinates, scalars, attributes and marks that are not what they should be
  /// What cannot be checked, because it follows from nothing: names of datasets and attributes, and points not done.
  std::vector<std::string> unchecked;

  bool passes() const { return wrong_pixels == 0 && wrong_counts == 0 && wrong_values == 0; }
};

/// Follows a verification. Functions may be empty; calls come from the thread that verifies.
struct VerifyObserver {
  std::function<void(const Sweep& sweep, const WrongPixel& pixel)> wrong_pixel;
  /// Of a point, with the names of the datasets.
  std::function<void(const Sweep& sweep, std::int64_t point, const std::string& names)> wrong_counts;
  std::function<void(const std::string& what)> wrong_value;  ///< in words
  Meter meter;                                               ///< pixels recomputed; set `stop` to end with Interrupted
};

/// Recomputes pixels of the finished points of a file with the scalar path, and compares them with what is stored; and so
/// all else that follows from the configuration and from the pixels: counts, fractions and means, coordinates, scalars,
/// and attributes.
///
/// Throws ConfigError where an option is wrong; StorageError where the file cannot be read; Error where it was written
/// with other numerics, so that its bits cannot be compared; Interrupted when the observer's meter has its flag set.
VerifyReport verify_file(const std::string& path, const VerifyOptions& options, VerifyObserver& observer,
                         const Experiment& experiment = unit_experiment());
VerifyReport verify_file(const std::string& path, const VerifyOptions& options = {});

}  // namespace deadcone
