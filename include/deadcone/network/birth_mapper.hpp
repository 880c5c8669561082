#pragma once

// A mapper of births runs networks in blocks (networks_of_block). There is one for the CPU and one for CUDA; both give the same
// bits.

#include <cstdint>
#include <memory>
#include <string>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/network/birth.hpp"

namespace deadcone {

/// Consecutive blocks of networks of a point.
struct BlockRun {
  std::int64_t first = 0;
  std::int64_t count = 1;
};

class BirthMapper {
 public:
  virtual ~BirthMapper() = default;

  /// Runs the networks of some blocks and adds them to `total`, block by block. The last block of a point may be shorter:
  /// `networks` is how many the point has. Adds networks and multiply-adds to `meter` as pixels and updates. Throws Interrupted
  /// where its flag is set, and then leaves `total` unspecified.
  virtual void run(const NetworkKind& kind, const BirthPoint& point, const BlockRun& blocks, std::int64_t networks,
                   Meter& meter, BirthCounts& total) = 0;

  /// The memory that the networks of a point take, in bytes.
  virtual double memory(const NetworkKind& kind, const BirthPoint& point) const = 0;

  /// What it runs on, in words, for the file.
  virtual std::string description() const = 0;
};

}  // namespace deadcone
