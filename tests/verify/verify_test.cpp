// Verification and analysis of a file as library calls; tests/program has more of both through the command line.

#include "deadcone/verify.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/analysis.hpp"
#include "deadcone/compute.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

const Execution cpu = {.device = Device::cpu, .threads = 1};

Sweep two_maps() {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.9};
  sweep.plane = {{-2.0, 2.0, 24}, {-2.0, 2.0, 20}};
  sweep.criteria.tolerance = 1e-4;
  return sweep;
}

/// Changes one fate on its way into the file.
class SpoilingSink final : public SweepSink {
 public:
  explicit SpoilingSink(SweepSink& sink) : sink_(sink) {}
  bool is_done(std::int64_t point) const override { return sink_.is_done(point); }
  void take(const PointRun& points, const Tile& tile, TileResult& result) override {
    if (points.first == 1) {
      Fate& fate = result.fate[3 * 24 + 5];
      fate = fate == Fate::dead ? Fate::converged : Fate::dead;
    }
    sink_.take(points, tile, result);
  }
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override {
    sink_.finish(points, kept);
  }
  void close() override { sink_.close(); }

 private:
  SweepSink& sink_;
};

class FileTest : public ::testing::Test {
 protected:
  void write(const Sweep& sweep, bool spoil = false) const {
    SweepWriter writer(path_, sweep, {"test", "test"}, ExistingFile::overwrite);
    SpoilingSink spoiling(writer);
    compute(sweep, cpu, spoil ? static_cast<SweepSink&>(spoiling) : writer);
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("map.h5");
};

using Verify = FileTest;
using Analyze = FileTest;

TEST_F(Verify, ReportsHowMuchItRecomputed) {
  write(two_maps());
  const VerifyReport all = verify_file(path_, {.all = true, .threads = 1});
  EXPECT_TRUE(all.passes());
  EXPECT_EQ(all.points, 2);
  EXPECT_EQ(all.pixels, 2 * 24 * 20);
  EXPECT_EQ(all.sweep.values(Axis::beta), (std::vector<double>{0.0, 0.9}));
  const VerifyReport sample = verify_file(path_, {.patches = 1, .threads = 1});
  EXPECT_TRUE(sample.passes());
  EXPECT_EQ(sample.points, 2);
  EXPECT_LE(sample.pixels, 2 * 16 * 16);
}

TEST_F(Verify, GivesEveryDifferenceWithItsPlaceAndBothValues) {
  write(two_maps(), true);
  const Fate correct = compute(two_maps(), cpu).fate[24 * 20 + 3 * 24 + 5];
  const Fate wrong = correct == Fate::dead ? Fate::converged : Fate::dead;
  std::vector<WrongPixel> pixels;
  std::vector<std::int64_t> points;
  VerifyObserver observer;
  observer.wrong_pixel = [&](const Sweep&, const WrongPixel& pixel) { pixels.push_back(pixel); };
  observer.wrong_counts = [&](const Sweep&, std::int64_t point, const std::string&) { points.push_back(point); };
  const VerifyReport report = verify_file(path_, {.all = true, .threads = 1}, observer);
  EXPECT_FALSE(report.passes());
  EXPECT_EQ(report.wrong_pixels, 1);
  EXPECT_EQ(report.wrong_counts, 0);  // the counts came from the mapper
  EXPECT_TRUE(points.empty());
  ASSERT_EQ(pixels.size(), 1U);
  EXPECT_EQ(pixels[0].point, 1);
  EXPECT_EQ(pixels[0].row, 3);
  EXPECT_EQ(pixels[0].column, 5);
  EXPECT_EQ(pixels[0].field, "fate");
  EXPECT_EQ(pixels[0].stored, name_of(wrong));
  EXPECT_EQ(pixels[0].computed, name_of(correct));
  EXPECT_FALSE(pixels[0].filled);
  EXPECT_EQ(observer.meter.pixels, 2 * 24 * 20);
}

TEST_F(Verify, StopsAndRefusesBadInput) {
  write(two_maps());
  VerifyObserver observer;
  observer.meter.stop = true;
  EXPECT_THROW(verify_file(path_, {}, observer), Interrupted);
  EXPECT_THROW(verify_file(path_, {.patches = 0}), ConfigError);
  EXPECT_THROW(verify_file(path_, {.threads = -1}), ConfigError);
  EXPECT_THROW(verify_file(folder_.file("missing.h5")), StorageError);
}

TEST_F(Analyze, GivesTheAnalysesThatItAddsToTheFile) {
  write(two_maps());
  AnalysisProgress progress;
  const FileAnalysis first = analyze_file(path_, {.samples = 10}, {.threads = 1}, progress);
  EXPECT_EQ(progress.points, 2);
  ASSERT_EQ(first.points.size(), 2U);
  const Maps maps = compute(two_maps(), cpu);
  for (std::int64_t point = 0; point < 2; ++point) {
    const auto& [index, analysis] = first.points[static_cast<std::size_t>(point)];
    EXPECT_EQ(index, point);
    const Counts& counts = maps.counts[static_cast<std::size_t>(point)];
    for (std::size_t fate = 0; fate < fate_count; ++fate) {
      EXPECT_NEAR(analysis.probabilities.at(fate), static_cast<double>(counts.fates.at(fate)) / (24 * 20), 1e-12);
    }
  }
  // Once more: nothing is left to do, and the same is read.
  AnalysisProgress none;
  const FileAnalysis second = analyze_file(path_, {.samples = 10}, {.threads = 1}, none);
  EXPECT_EQ(none.points, 0);
  ASSERT_EQ(second.points.size(), 2U);
  EXPECT_EQ(second.points[1].analysis.probabilities, first.points[1].analysis.probabilities);
  EXPECT_EQ(second.points[1].analysis.box_counts, first.points[1].analysis.box_counts);
}

TEST_F(Analyze, StopsAndRefusesBadInput) {
  write(two_maps());
  AnalysisProgress stopped;
  stopped.stop = true;
  EXPECT_THROW(analyze_file(path_, {.samples = 1}, {.threads = 1}, stopped), Interrupted);
  EXPECT_THROW(analyze_file(path_, {.init = "cauchy"}), ConfigError);
  EXPECT_THROW(analyze_file(path_, {.box_side = 0}), ConfigError);
  EXPECT_THROW(analyze_file(path_, {.samples = 0}), ConfigError);
  EXPECT_THROW(analyze_file(path_, {}, {.threads = -1}), ConfigError);
  EXPECT_THROW(analyze_file(folder_.file("missing.h5")), StorageError);
  analyze_file(path_, {.samples = 1}, {.threads = 1});
  EXPECT_THROW(analyze_file(path_, {.samples = 2}, {.threads = 1}), FileExists);
  EXPECT_NO_THROW(analyze_file(path_, {.samples = 2}, {.threads = 1, .overwrite = true}));
}

TEST(AnalyzePoint, RefusesPixelsThatAreNotThoseOfTheMap) {
  Map map;
  map.window = {{-2, 2, 3}, {-2, 2, 2}};
  const LabelGrid grid = {2, 3, std::vector<Fate>(6, Fate::dead)};
  EXPECT_NO_THROW(analyze_point(map, grid, {}, {.samples = 1}, 0));
  const auto refused = [&](const LabelGrid& bad, const PixelFields& fields = {}) {
    EXPECT_THROW(analyze_point(map, bad, fields, {.samples = 1}, 0), Error);
  };
  refused({3, 2, grid.labels});
  refused({2, 3, std::vector<Fate>(5, Fate::dead)});
  refused({2, 3, std::vector<Fate>(6, Fate::pending)});
  refused({2, 3, std::vector<Fate>(6, static_cast<Fate>(99))});
  refused(grid, {.updates = std::vector<std::int32_t>(5)});
  refused(grid, {.proofs = std::vector<Proof>(7)});
  refused(grid, {.proofs = std::vector<Proof>(6, static_cast<Proof>(50))});
  EXPECT_THROW(analyze_point(map, grid, {}, {.init = "normal:1"}, 0), ConfigError);
  map.point.beta = 2.0;
  EXPECT_THROW(analyze_point(map, grid, {}, {.samples = 1}, 0), ConfigError);
}

}  // namespace
}  // namespace deadcone
