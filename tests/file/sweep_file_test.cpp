// The file of a sweep, written and read through the library; tests/program/test_file.py reads it with other programs.

#include "deadcone/sweep_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "config/sweep_json.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

/// A sweep over four axes, with maps of more than one tile in one direction and all fields.
Sweep rich_sweep() {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.9};
  sweep.values(Axis::gamma) = {1.0, 0.1, 0.5};
  sweep.values(Axis::delta) = {0.0, -0.25};
  sweep.values(Axis::r) = {0.0, 0.5};
  sweep.plane = {{-2.0, 2.0, tile_side + 3}, {-1.0, 2.0, 2}};
  sweep.criteria.max_updates = 50;
  sweep.fields = {.updates = true, .final = true, .loss = true};
  return sweep;
}

class SweepFile : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.file(name); }

  void make(const std::string& name, const Sweep& sweep) const {
    const auto mapper = make_cpu_mapper(2);
    SweepWriter writer(path(name), sweep, {"a command", mapper->description()}, ExistingFile::refuse);
    Meter meter;
    run_sweep(sweep, {}, *mapper, writer, meter, [](auto...) {});
  }

  test::TemporaryFolder folder_;
};

TEST_F(SweepFile, HasTheNumberOfItsBits) {
  Sweep sweep;
  EXPECT_EQ(numerics_of(sweep), 6);
  sweep.criteria.certify = true;
  sweep.refinement.kind = RefinementKind::borders;
  EXPECT_EQ(numerics_of(sweep), 6);
}

TEST_F(SweepFile, GivesBackWhatTheMapperMade) {
  const Sweep sweep = rich_sweep();
  make("a.h5", sweep);
  const SweepReader reader(path("a.h5"));
  EXPECT_EQ(to_json(reader.sweep()), to_json(sweep));
  EXPECT_EQ(reader.numerics(), numerics_of(sweep));

  const auto mapper = make_cpu_mapper(1);
  Meter meter;
  const Tile whole = {0, 0, sweep.plane.y.count, sweep.plane.x.count};
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    ASSERT_TRUE(reader.is_done(point));
    TileResult expected;
    const Point parameters = sweep.point(point);
    mapper->map(Map{parameters, sweep.plane.window(), sweep.criteria, sweep.precision}, whole, sweep.fields, meter,
                expected);
    const TileResult stored = reader.read(point, whole);
    EXPECT_EQ(stored.fate, expected.fate);
    EXPECT_EQ(stored.updates, expected.updates);
    EXPECT_EQ(stored.w_final, expected.w_final);
    EXPECT_EQ(stored.b_final, expected.b_final);
    EXPECT_EQ(stored.loss_final, expected.loss_final);
    if (parameters.r == 0.0) {
      EXPECT_EQ(std::get<std::vector<float>>(stored.r_final),
                std::vector<float>(static_cast<std::size_t>(whole.pixels())));
    } else {
      EXPECT_EQ(stored.r_final, expected.r_final);
    }
    EXPECT_EQ(reader.counts(point), count_pixels(expected.fate, expected.updates));
  }
}

TEST_F(SweepFile, KeepsDoublesAsDoubles) {
  Sweep sweep = rich_sweep();
  sweep.precision = Precision::float64;
  sweep.plane.x.count = 5;
  make("a.h5", sweep);
  const TileResult stored = SweepReader(path("a.h5")).read(1, {0, 0, 2, 5});
  ASSERT_TRUE(std::holds_alternative<std::vector<double>>(stored.w_final));
  bool more_than_float = false;
  for (const double w : std::get<std::vector<double>>(stored.w_final)) {
    more_than_float |= static_cast<double>(static_cast<float>(w)) != w;
  }
  EXPECT_TRUE(more_than_float);
}

TEST_F(SweepFile, HasOnlyTheFieldsAskedFor) {
  Sweep sweep = rich_sweep();
  sweep.fields = {.updates = false, .final = false, .loss = false};
  make("a.h5", sweep);
  const SweepReader reader(path("a.h5"));
  const TileResult stored = reader.read(0, {0, 0, 1, 4});
  EXPECT_EQ(stored.fate.size(), 4U);
  EXPECT_TRUE(stored.updates.empty());
  EXPECT_TRUE(std::get<std::vector<float>>(stored.w_final).empty());
  EXPECT_EQ(reader.raw_bytes(), static_cast<std::uint64_t>(sweep.points() * sweep.plane.pixels()));
}

TEST_F(SweepFile, PendingPointsAreToldAndResumed) {
  const Sweep sweep = rich_sweep();
  make("whole.h5", sweep);
  const auto mapper = make_cpu_mapper(2);
  Meter meter;
  {
    SweepWriter writer(path("part.h5"), sweep, {"", ""}, ExistingFile::refuse);
    const auto stop_at_three = [&](const FinishedPoints& finished) {
      if (finished.points.first == 3) meter.stop = true;
    };
    EXPECT_THROW(run_sweep(sweep, {}, *mapper, writer, meter, stop_at_three), Interrupted);
  }
  // The sweep was ahead of its file when it was stopped: some more points may be finished, in their order.
  std::int64_t done = 0;
  {
    const SweepReader reader(path("part.h5"));
    while (done < sweep.points() && reader.is_done(done)) ++done;
    EXPECT_GE(done, 4);
    ASSERT_LT(done, sweep.points());
    for (std::int64_t point = done; point < sweep.points(); ++point) {
      EXPECT_FALSE(reader.is_done(point));
    }
    EXPECT_EQ(reader.read(sweep.points() - 1, {0, 0, 1, 1}).fate.front(), Fate::pending);
  }
  meter.stop = false;
  meter.pixels = 0;
  {
    SweepWriter writer(path("part.h5"), sweep, {"", ""}, ExistingFile::resume);
    run_sweep(sweep, {}, *mapper, writer, meter, [](auto...) {});
  }
  EXPECT_EQ(meter.pixels, (sweep.points() - done) * sweep.plane.pixels());  // nothing was computed twice
  const SweepReader whole(path("whole.h5"));
  const SweepReader part(path("part.h5"));
  const Tile all = {0, 0, sweep.plane.y.count, sweep.plane.x.count};
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    EXPECT_EQ(whole.read(point, all).updates, part.read(point, all).updates);
    EXPECT_EQ(whole.counts(point), part.counts(point));
  }
}

TEST_F(SweepFile, AnotherSweepIsNotResumed) {
  Sweep sweep = rich_sweep();
  make("a.h5", sweep);
  sweep.criteria.epsilon = 0.02;
  EXPECT_THROW(SweepWriter(path("a.h5"), sweep, {"", ""}, ExistingFile::resume), ConfigError);
}

TEST_F(SweepFile, AnExistingFileIsKeptUnlessToldOtherwise) {
  std::ofstream(path("a.h5")) << "precious";
  EXPECT_THROW(SweepWriter(path("a.h5"), rich_sweep(), {"", ""}, ExistingFile::refuse), ConfigError);
  EXPECT_EQ(std::filesystem::file_size(path("a.h5")), 8U);
  EXPECT_THROW(SweepWriter(path("a.h5"), rich_sweep(), {"", ""}, ExistingFile::resume), StorageError);
  EXPECT_EQ(std::filesystem::file_size(path("a.h5")), 8U);
  EXPECT_NO_THROW(SweepWriter(path("a.h5"), rich_sweep(), {"", ""}, ExistingFile::overwrite));
  EXPECT_NO_THROW(SweepReader(path("a.h5")));
}

TEST_F(SweepFile, DamagedFilesAreRefused) {
  make("a.h5", rich_sweep());
  const auto size = std::filesystem::file_size(path("a.h5"));
  for (const auto length : {size - 1, size / 2, std::uintmax_t{100}, std::uintmax_t{0}}) {
    std::filesystem::copy_file(path("a.h5"), path("cut.h5"), std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(path("cut.h5"), length);
    EXPECT_THROW(SweepReader(path("cut.h5")), StorageError) << length;
  }
  EXPECT_THROW(SweepReader(path("missing.h5")), StorageError);
  EXPECT_THROW(SweepReader{folder_.path()}, StorageError);
}

TEST(SweepJson, RoundTripsEveryNumber) {
  Sweep sweep = rich_sweep();
  sweep.values(Axis::eta) = {0.1, 1.0 / 3.0};
  sweep.criteria = {StopRule::update, 3e-7, true, 0.02, 0.03, 12345};
  sweep.precision = Precision::float64;
  const Sweep again = sweep_from_json(to_json(sweep), "here");
  EXPECT_EQ(to_json(again), to_json(sweep));
  EXPECT_EQ(again.values(Axis::eta), sweep.values(Axis::eta));
  EXPECT_EQ(again.criteria.stop, StopRule::update);
}

TEST(SweepJson, SaysWhatDiffers) {
  const Sweep found = rich_sweep();
  EXPECT_EQ(difference(to_json(found), to_json(found)), "");
  Sweep asked = found;
  asked.values(Axis::eta) = {0.2};
  asked.fields.loss = false;
  asked.other_fields = {"made_up"};
  asked.refinement.kind = RefinementKind::exact;
  EXPECT_EQ(difference(to_json(found), to_json(asked)),
            "eta is [0.1] there, [0.2] here, field loss is true there, false here, refinement kind is \"none\" there, "
            "\"exact\" here, field made_up is absent there, true here");
  EXPECT_EQ(difference(to_json(asked), to_json(found)),
            "eta is [0.2] there, [0.1] here, field loss is false there, true here, field made_up is true there, "
            "absent here, refinement kind is \"exact\" there, \"none\" here");
}

TEST(SweepJson, RefusesAxesItDoesNotKnow) {
  Sweep sweep = rich_sweep();
  sweep.axes.push_back({"temperature", "made-up axis", nullptr, {1.0}});
  EXPECT_EQ(to_json(sweep_from_json(to_json(sweep), "here", sweep)), to_json(sweep));
  try {
    sweep_from_json(to_json(sweep), "here");
    FAIL() << "read";
  } catch (const StorageError& error) {
    EXPECT_STREQ(error.what(), "here: its configuration is damaged: the axis temperature is unknown");
  }
}

TEST(SweepJson, RefusesWhatIsNoSweep) {
  EXPECT_THROW(sweep_from_json("", "here"), StorageError);
  EXPECT_THROW(sweep_from_json("{}", "here"), StorageError);
  std::string text = to_json(rich_sweep());
  text.replace(text.find("0.9"), 3, "1.9");
  EXPECT_THROW(sweep_from_json(text, "here"), StorageError);
}

}  // namespace
}  // namespace deadcone
