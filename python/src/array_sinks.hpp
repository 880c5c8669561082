#pragma once

// Sinks that put results into arrays.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "deadcone/network/birth_sweep.hpp"
#include "deadcone/sweep_sink.hpp"
#include "file/experiment.hpp"
#include "result_arrays.hpp"

namespace deadcone::python {

/// Those of a sweep. What it is given must outlive it; the arrays are those of the sweep's Schema.
class ArraySink final : public SweepSink {
 public:
  ArraySink(const Sweep& sweep, const Experiment& experiment, ResultArrays& arrays)
      : experiment_(experiment), sweep_(sweep), arrays_(arrays), fields_(experiment.kept(sweep)) {}

  bool is_done(std::int64_t point) const override { return arrays_.is_done(point); }
  void take(const PointRun& points, const Tile& tile, TileResult& result) override;
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override;
  void close() override { arrays_.close(); }

 private:
  const Experiment& experiment_;
  const Sweep& sweep_;
  ResultArrays& arrays_;
  std::vector<const PixelField*> fields_;
};

/// The same for births.
class BirthArraySink final : public BirthSink {
 public:
  BirthArraySink(const BirthSweep& sweep, ResultArrays& arrays) : sweep_(sweep), arrays_(arrays) {}

  bool is_done(std::int64_t point) const override { return arrays_.is_done(point); }
  BirthResult begun(std::int64_t) const override { return {}; }
  void keep(std::int64_t point, const BirthResult& result) override;
  void finish(std::int64_t point, const BirthResult& result) override;
  void close() override { arrays_.close(); }

 private:
  const BirthSweep& sweep_;
  ResultArrays& arrays_;
};

}  // namespace deadcone::python
