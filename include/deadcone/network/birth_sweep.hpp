#pragma once

// Runs the networks of a sweep of births, point by point. The networks of a point are a prefix of all networks with its seed, so
// what is known of some of them can be kept, and a later run goes on from there.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/network/birth.hpp"
#include "deadcone/network/birth_mapper.hpp"

namespace deadcone {

/// What is known of a point.
struct BirthResult {
  BirthCounts counts;
  double seconds = 0.0;
};

/// Where the results of points go. One thread calls.
class BirthSink {
 public:
  virtual ~BirthSink() = default;
  /// Whether the point is done.
  virtual bool is_done(std::int64_t point) const = 0;
  /// What an earlier run has left of a point that is not done: no networks where it has left nothing.
  virtual BirthResult begun(std::int64_t point) const = 0;
  /// Takes what is known of a point before it is done.
  virtual void keep(std::int64_t point, const BirthResult& result) = 0;
  /// Takes a point that is done.
  virtual void finish(std::int64_t point, const BirthResult& result) = 0;
  /// Returns when all is stored.
  virtual void close() = 0;
};

/// Keeps nothing.
class NoBirthSink final : public BirthSink {
 public:
  bool is_done(std::int64_t) const override { return false; }
  BirthResult begun(std::int64_t) const override { return {}; }
  void keep(std::int64_t, const BirthResult&) override {}
  void finish(std::int64_t, const BirthResult&) override {}
  void close() override {}
};

/// The work of the points of a shard that are not done.
struct BirthWork {
  std::int64_t points = 0;
  double networks = 0.0;       ///< at most
  double multiply_adds = 0.0;  ///< of networks that live to their end
  double memory = 0.0;         ///< bytes, at the point that takes most
};
BirthWork work_of(const BirthSweep& sweep, const Shard& shard, const BirthMapper& mapper, const BirthSink& sink);

/// The networks of a point do not fit in the memory that there is.
struct NetworksDoNotFit : OutOfMemory {
  using OutOfMemory::OutOfMemory;
};

/// Throws NetworksDoNotFit where the networks of some point of a shard take more memory than there is.
void check_memory_of(const BirthSweep& sweep, const Shard& shard, const BirthMapper& mapper);

/// Calls after each point that is done, with its number.
using BirthFinished = std::function<void(std::int64_t point, const BirthResult& result)>;

/// Runs the points of a shard that the sink does not have, one after the other. Throws NetworksDoNotFit before it begins, where
/// they do not; Interrupted where the flag of the meter is set, after what is known is kept; and what the mapper and the sink throw.
/// Closes the sink.
void run_births(const BirthSweep& sweep, const Shard& shard, BirthMapper& mapper, BirthSink& sink, Meter& meter,
                const BirthFinished& finished = {});

/// The mapper for an execution.
std::unique_ptr<BirthMapper> make_birth_mapper(const Execution& execution, const DeviceNote& note = {});

/// Checks a sweep and runs it: a result for each point, in their order. Throws Error.
std::vector<BirthResult> compute_births(const BirthSweep& sweep, const Execution& execution = {});

}  // namespace deadcone
