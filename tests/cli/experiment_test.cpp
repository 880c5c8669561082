// A result and an axis are added in one place, the table of an experiment: the command line, its help, the file and
// whatever reads it have them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/exit_status.hpp"
#include "file/experiment.hpp"
#include "storage/hdf5.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

/// The unit's experiment with an axis, a result by pixel and a result by point that it does not have.
Experiment made_up_experiment() {
  Experiment experiment = unit_experiment();
  experiment.sweep.axes.push_back({"temperature", "made-up axis", nullptr, {0.0}});
  experiment.pixel_fields.push_back({.variable = {.name = "made_up",
                                                  .meaning = "made-up result",
                                                  .type = hdf5::Type::int8,
                                                  .fill = -1,
                                                  .flags = {-1, {"pending", "red", "green", "blue", "white", "black"}},
                                                  .comment = "the fate by other names"},
                                     .option = {"made_up", "a made-up result"},
                                     .values = [](const TileResult& result) {
                                       return PixelValues{result.fate.data(), result.fate.size()};
                                     }});
  experiment.point_fields.push_back(
      {.variable = {.variable = {"twice_updates", "made-up count", hdf5::Type::int64, -1}},
       .get = [](const PointResults& results) {
         Bytes all;
         for (const Counts& counts : results.counts) {
           const Bytes one = element_of(hdf5::Type::int64, 2.0 * static_cast<double>(counts.updates));
           all.insert(all.end(), one.begin(), one.end());
         }
         return all;
       }});
  experiment.columns.push_back({.title = "made-up column", .width = 16, .digits = 0, .value = [](const auto& result) {
                                  return 2.0 * static_cast<double>(result.counts.updates);
                                }});
  return experiment;
}

/// The status of a command line, and what it printed.
struct Ended {
  int status;
  std::string out;
  std::string err;
};

class MadeUpExperiment : public testing::Test {
 protected:
  /// Runs a command line; words are apart by blanks.
  static Ended run(const std::string& words, const Experiment& experiment) {
    std::vector<std::string> arguments = {"deadcone"};
    std::istringstream stream(words);
    for (std::string word; stream >> word;) arguments.push_back(word);
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = run_command_line(static_cast<int>(pointers.size()), pointers.data(), experiment);
    std::string out = testing::internal::GetCapturedStdout();
    return {status, out, testing::internal::GetCapturedStderr()};
  }

  void done(const std::string& words) const {
    const Ended ended = run(words, experiment_);
    EXPECT_EQ(ended.status, exit_done) << words << ": " << ended.err;
  }

  std::string path(const std::string& name) const { return folder_.file(name); }

  const std::string sweep_ =
      "sweep --quiet --device cpu --temperature 1,2 --fields steps,made_up --w -2:2:7 --b -2:2:5 --max-steps 50 --out ";
  const Experiment experiment_ = made_up_experiment();
  const test::TemporaryFolder folder_;
};

TEST_F(MadeUpExperiment, IsInTheHelp) {
  const std::string help = run("sweep --help", experiment_).out;
  EXPECT_NE(help.find("--temperature"), std::string::npos);
  EXPECT_NE(help.find("made-up axis"), std::string::npos);
  EXPECT_NE(help.find("made_up (a made-up result)"), std::string::npos);
  const std::string unit = run("sweep --help", unit_experiment()).out;
  EXPECT_EQ(unit.find("made"), std::string::npos);
  EXPECT_EQ(unit.find("temperature"), std::string::npos);
}

TEST_F(MadeUpExperiment, IsInTheFile) {
  done(sweep_ + path("a.h5"));
  const auto file = hdf5::File::open_to_read(path("a.h5"));
  EXPECT_EQ(file.dataset("temperature").read_all<double>(), (std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(file.dataset("temperature").text_attribute("long_name"), "made-up axis");
  const hdf5::Dataset made_up = file.dataset("made_up");
  EXPECT_EQ(made_up.extent(), (hdf5::Extent{1, 1, 2, 5, 7}));
  EXPECT_EQ(made_up.text_attribute("long_name"), "made-up result");
  EXPECT_EQ(made_up.text_attribute("units"), "1");
  EXPECT_EQ(made_up.text_attribute("flag_meanings"), "pending red green blue white black");
  EXPECT_EQ(made_up.text_attribute("comment"), "the fate by other names");
  const auto values = made_up.read_all<std::int8_t>();
  EXPECT_EQ(values, file.dataset("fate").read_all<std::int8_t>());
  EXPECT_EQ(std::ranges::count(values, -1), 0);
  const auto updates = file.dataset("updates").read_all<std::int64_t>();
  EXPECT_EQ(file.dataset("twice_updates").read_all<std::int64_t>(),
            (std::vector<std::int64_t>{2 * updates.at(0), 2 * updates.at(1)}));
  const std::string configuration = file.text_attribute("configuration");
  EXPECT_NE(configuration.find("\"temperature\":[1.0,2.0]"), std::string::npos);
  EXPECT_NE(configuration.find("\"made_up\":true"), std::string::npos);
}

TEST_F(MadeUpExperiment, IsNotInTheFileWhereItIsNotKept) {
  done("sweep --quiet --device cpu --fields fate --w -2:2:7 --b -2:2:5 --max-steps 50 --out " + path("a.h5"));
  const auto file = hdf5::File::open_to_read(path("a.h5"));
  EXPECT_FALSE(file.has("made_up"));
  EXPECT_EQ(file.dataset("temperature").extent(), hdf5::Extent());
  EXPECT_EQ(file.dataset("fate").text_attribute("coordinates"), "eta delta r temperature");
}

TEST_F(MadeUpExperiment, IsInInfo) {
  done(sweep_ + path("a.h5"));
  const Ended info = run("info " + path("a.h5"), experiment_);
  EXPECT_EQ(info.status, exit_done) << info.err;
  EXPECT_NE(info.out.find("temperature 1, 2  (made-up axis)\n"), std::string::npos) << info.out;
  EXPECT_NE(info.out.find("fields     fate, steps, made_up\n"), std::string::npos) << info.out;
  EXPECT_NE(info.out.find("gamma  temperature   "), std::string::npos) << info.out;
  EXPECT_NE(info.out.find("made-up column\n"), std::string::npos) << info.out;
}

TEST_F(MadeUpExperiment, IsAnalyzed) {
  done(sweep_ + path("a.h5"));
  const Ended analyzed = run("analyze --samples 2 " + path("a.h5"), experiment_);
  EXPECT_EQ(analyzed.status, exit_done) << analyzed.err;
  EXPECT_NE(analyzed.out.find("temperature"), std::string::npos) << analyzed.out;
  const auto file = hdf5::File::open_to_read(path("a.h5"));
  EXPECT_EQ(file.group("analysis").dataset("basin_entropy").extent(), (hdf5::Extent{1, 1, 2}));
}

TEST_F(MadeUpExperiment, IsMergedResumedAndVerified) {
  done(sweep_ + path("whole.h5"));
  done(sweep_ + path("part.h5 --shard 2/2"));
  const Ended merge = run("merge " + path("merged.h5 ") + path("part.2-of-2.h5"), experiment_);
  EXPECT_EQ(merge.status, exit_failed);
  EXPECT_NE(merge.err.find("temperature 1"), std::string::npos) << merge.err;
  done(sweep_ + path("merged.h5 --resume"));
  done("verify --all " + path("merged.h5"));
  {
    const auto merged = hdf5::File::open_to_read(path("merged.h5"));
    const auto whole = hdf5::File::open_to_read(path("whole.h5"));
    EXPECT_EQ(merged.dataset("made_up").read_all<std::int8_t>(), whole.dataset("made_up").read_all<std::int8_t>());
    EXPECT_EQ(merged.dataset("twice_updates").read_all<std::int64_t>(),
              whole.dataset("twice_updates").read_all<std::int64_t>());
  }
  const Ended other =
      run("sweep --quiet --temperature 1,3 --fields steps,made_up --w -2:2:7 --b -2:2:5 --max-steps 50 "
          "--resume --out " +
              path("merged.h5"),
          experiment_);
  EXPECT_EQ(other.status, exit_usage);
  EXPECT_NE(other.err.find("temperature is [1.0,2.0] there, [1.0,3.0] here"), std::string::npos) << other.err;
}

TEST_F(MadeUpExperiment, IsUnknownToTheUnit) {
  done(sweep_ + path("a.h5"));
  const Ended info = run("info " + path("a.h5"), unit_experiment());
  EXPECT_EQ(info.status, exit_storage);
  EXPECT_NE(info.err.find("the axis temperature is unknown"), std::string::npos) << info.err;
}

}  // namespace
}  // namespace deadcone
