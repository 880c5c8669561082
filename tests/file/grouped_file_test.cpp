// Files whose chunks span the maps of many points: what is in them, and that they resume and merge as others do.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/compute.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/merge.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "deadcone/verify.hpp"
#include "file/experiment.hpp"
#include "file/result_writer.hpp"
#include "support/small_maps.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

/// Those of the tests of sweeps, with all fields.
Sweep small_maps() {
  Sweep sweep = test::small_maps();
  sweep.fields = {true, true, true};
  return sweep;
}

const Execution one_thread = {.device = Device::cpu, .threads = 1};

class GroupedFile : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.file(name); }

  void compute_into(const std::string& name, const Shard& shard = {},
                    ExistingFile existing = ExistingFile::refuse) const {
    SweepWriter writer(path(name), sweep_, {"a command", "a device"}, existing);
    compute(sweep_, {.device = Device::cpu, .threads = 1, .shard = shard}, writer);
  }

  /// An empty file whose points are stored in groups of this size, as earlier versions stored them one by one.
  void begin(const std::string& name, std::int64_t size) const {
    const Experiment& experiment = unit_experiment();
    Schema schema = experiment.schema(sweep_);
    schema.groups = groups_of_size(schema, size);
    ResultWriter(path(name), schema, {"a command", "a device"}, ExistingFile::refuse, experiment.schema_source())
        .close();
  }

  /// Computes some groups, and is interrupted.
  void compute_some(const std::string& name, std::int64_t groups, const Shard& shard = {}) const {
    SweepWriter writer(path(name), sweep_, {"a command", "a device"}, ExistingFile::resume);
    ComputeProgress progress;
    progress.points_finished = [&](const FinishedPoints&) { progress.meter.stop = --groups <= 0; };
    Execution execution = one_thread;
    execution.shard = shard;
    EXPECT_THROW(compute(sweep_, execution, writer, progress), Interrupted);
  }

  void expect_whole(const std::string& name) const {
    const Maps maps = compute(sweep_, one_thread);
    const SweepReader file(path(name));
    const Tile whole = {0, 0, 2, 3};
    for (std::int64_t point = 0; point < sweep_.points(); ++point) {
      SCOPED_TRACE(point);
      ASSERT_TRUE(file.is_done(point));
      const TileResult stored = file.read(point, whole);
      const auto is_stored = [&]<class T>(const std::vector<T>& found, const std::vector<T>& all) {
        const auto right = maps.of_point(all, point);
        EXPECT_EQ(found, std::vector<T>(right.begin(), right.end()));
      };
      is_stored(stored.fate, maps.fate);
      is_stored(stored.updates, maps.updates);
      is_stored(std::get<std::vector<float>>(stored.r_final), std::get<std::vector<float>>(maps.r_final));
      is_stored(std::get<std::vector<float>>(stored.w_final), std::get<std::vector<float>>(maps.w_final));
      is_stored(std::get<std::vector<float>>(stored.loss_final), std::get<std::vector<float>>(maps.loss_final));
      ASSERT_EQ(file.counts(point), maps.counts[static_cast<std::size_t>(point)]);
    }
    VerifyOptions options;
    options.all = true;
    EXPECT_TRUE(verify_file(path(name), options).passes());
  }

  std::int64_t done_in(const std::string& name) const {
    const SweepReader file(path(name));
    std::int64_t done = 0;
    for (std::int64_t point = 0; point < sweep_.points(); ++point) done += file.is_done(point) ? 1 : 0;
    return done;
  }

  const Sweep sweep_ = small_maps();
  const test::TemporaryFolder folder_;
};

TEST_F(GroupedFile, HasWhatWasComputed) {
  compute_into("a.h5");
  expect_whole("a.h5");
  EXPECT_EQ(SweepReader(path("a.h5")).groups(), PointGroups(sweep_));
}

TEST_F(GroupedFile, HasChunksOfWholeGroups) {
  compute_into("a.h5");
  const auto file = hdf5::File::open_to_read(path("a.h5"));
  EXPECT_EQ(file.dataset("fate").chunk(), (hdf5::Extent{1, 2, 2, 2, 3}));
  EXPECT_EQ(file.dataset("loss_final").chunk(), (hdf5::Extent{1, 2, 2, 2, 3}));
  EXPECT_EQ(file.dataset("fate_count").chunk(), (hdf5::Extent{1, 2, 2, 5}));
  EXPECT_EQ(file.dataset("seconds").chunk(), (hdf5::Extent{1, 2, 2}));
}

TEST_F(GroupedFile, SaysWhatIsPending) {
  begin("a.h5", 4);
  compute_some("a.h5", 3);
  const std::int64_t done = done_in("a.h5");
  EXPECT_GE(done, 12);
  ASSERT_LT(done, sweep_.points());
  const auto file = hdf5::File::open_to_read(path("a.h5"));
  const auto last = static_cast<std::size_t>(sweep_.points()) - 1;
  EXPECT_EQ(file.dataset("point_done").read_all<std::int8_t>()[last], 0);
  EXPECT_EQ(file.dataset("updates").read_all<std::int64_t>()[last], 0);
  EXPECT_EQ(file.dataset("steps_max").read_all<std::int32_t>()[last], -1);
  EXPECT_EQ(file.dataset("fate").read_all<std::int8_t>()[6 * last], -1);
  compute_into("a.h5", {}, ExistingFile::resume);
  expect_whole("a.h5");
}

TEST_F(GroupedFile, KeepsItsGroupsWhenItIsResumed) {
  for (const std::int64_t size : {1, 2, 14, 280}) {
    SCOPED_TRACE(size);
    const std::string name = std::to_string(size) + ".h5";
    begin(name, size);
    if (size < 280) compute_some(name, 2);
    compute_into(name, {}, ExistingFile::resume);
    EXPECT_EQ(SweepReader(path(name)).groups().size(), size);
    expect_whole(name);
  }
  EXPECT_TRUE(hdf5::File::open_to_read(path("1.h5")).dataset("updates").chunk().empty())
      << "as earlier versions have it";
}

TEST_F(GroupedFile, MergesShardsOfTheSameGroups) {
  std::vector<std::string> parts;
  for (std::int64_t index = 0; index < 3; ++index) {
    parts.push_back(path("part" + std::to_string(index) + ".h5"));
    compute_into("part" + std::to_string(index) + ".h5", {index, 3});
  }
  EXPECT_TRUE(merge_sweeps(path("all.h5"), parts, "a command", ExistingFile::refuse).missing.empty());
  EXPECT_EQ(SweepReader(path("all.h5")).groups(), PointGroups(sweep_));
  expect_whole("all.h5");
}

TEST_F(GroupedFile, MergesPartsOfOtherGroups) {
  // Every group of the first part has points of the second, and some that no part has.
  begin("one.h5", 28);
  compute_some("one.h5", 2);
  begin("two.h5", 1);
  compute_into("two.h5", {1, 2}, ExistingFile::resume);
  const Merged merged = merge_sweeps(path("all.h5"), {path("one.h5"), path("two.h5")}, "", ExistingFile::refuse);
  EXPECT_FALSE(merged.missing.empty());
  EXPECT_EQ(done_in("all.h5"), sweep_.points() - std::ssize(merged.missing));
  for (const std::int64_t point : merged.missing) {
    EXPECT_EQ(point % 2, 0);
    EXPECT_FALSE(SweepReader(path("all.h5")).is_done(point));
  }
  const auto file = hdf5::File::open_to_read(path("all.h5"));
  const auto missing = static_cast<std::size_t>(merged.missing.back());
  EXPECT_EQ(file.dataset("updates").read_all<std::int64_t>()[missing], 0);
  compute_into("all.h5", {}, ExistingFile::resume);
  expect_whole("all.h5");

  merge_sweeps(path("other.h5"), {path("two.h5"), path("one.h5")}, "", ExistingFile::refuse);
  EXPECT_EQ(SweepReader(path("other.h5")).groups().size(), 1);
  compute_into("other.h5", {}, ExistingFile::resume);
  expect_whole("other.h5");
}

TEST_F(GroupedFile, RefusesAPointWithoutItsValues) {
  compute_into("a.h5");
  {
    auto file = hdf5::File::open_to_write(path("a.h5"), "a.h5");
    const Experiment& experiment = unit_experiment();
    Schema schema = experiment.schema(sweep_);
    hdf5::Dataset fate = file.dataset("fate");
    fate.write_chunk({0, 0, 0, 0, 0}, std::vector<std::byte>(3));
    fate.close();
    file.close();
  }
  EXPECT_THROW(SweepReader(path("a.h5")).read(0, {0, 0, 2, 3}), StorageError);
}

}  // namespace
}  // namespace deadcone
