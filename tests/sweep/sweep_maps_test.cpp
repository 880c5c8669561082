// The constants of a map are computed once, for all its tiles and batches and for whoever asks what can be proved.

#include "deadcone/sweep_maps.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

#include "deadcone/sweep.hpp"
#include "support/deep_mapper.hpp"
#include "support/proof_bounds_calls.hpp"

namespace deadcone {
namespace {

class ForgetfulSink final : public SweepSink {
 public:
  bool is_done(std::int64_t) const override { return false; }
  void take(const PointRun&, const Tile&, TileResult&) override { ++tiles; }
  void finish(const std::shared_ptr<const FinishedPoints>&, const std::function<void()>& kept) override { kept(); }
  void close() override {}

  int tiles = 0;
};

/// Three points of two tiles.
Sweep certified_sweep() {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.7, 0.9};
  sweep.plane = {{-2.0, 2.0, tile_side + 3}, {-2.0, 2.0, 4}};
  sweep.criteria.certify = true;
  sweep.criteria.max_updates = 50;
  return sweep;
}

/// How often bounds are computed in a sweep of which somebody asks first what can be proved.
int bounds_computed_in(const Sweep& sweep) {
  const int before = test::proof_bounds_calls();
  SweepMaps maps(sweep);
  for (std::int64_t point = 0; point < sweep.points(); ++point) EXPECT_TRUE(maps.at(point).can_prove());
  test::DeepMapper mapper(3);
  ForgetfulSink sink;
  Meter meter;
  run_sweep(maps, {}, mapper, sink, meter, [](auto...) {});
  EXPECT_EQ(sink.tiles, 6);
  return test::proof_bounds_calls() - before;
}

TEST(SweepMaps, ComputeBoundsOnceForAPoint) {
  EXPECT_EQ(bounds_computed_in(certified_sweep()), 3);
}

TEST(SweepMaps, ComputeBoundsOnceForARefinedPoint) {
  Sweep sweep = certified_sweep();
  for (const RefinementKind kind : {RefinementKind::borders, RefinementKind::exact}) {
    sweep.refinement.kind = kind;
    EXPECT_EQ(bounds_computed_in(sweep), 3) << name_of(kind);
  }
}

TEST(SweepMaps, ComputeNoBoundsWhereNothingIsCertified) {
  Sweep sweep = certified_sweep();
  sweep.criteria.certify = false;
  const int before = test::proof_bounds_calls();
  test::DeepMapper mapper(3);
  ForgetfulSink sink;
  Meter meter;
  run_sweep(sweep, {}, mapper, sink, meter, [](auto...) {});
  EXPECT_EQ(test::proof_bounds_calls(), before);
}

TEST(SweepMaps, KeepAMapUntilItIsTaken) {
  const Sweep sweep = certified_sweep();
  SweepMaps maps(sweep);
  const PreparedMap kept = maps.at(1);
  EXPECT_EQ(kept->point.beta, 0.7);
  EXPECT_EQ(&kept.map(), &maps.at(1).map());
  EXPECT_EQ(&kept.map(), &maps.take(1).map());
  EXPECT_NE(&kept.map(), &maps.take(1).map());
}

}  // namespace
}  // namespace deadcone
