// Damaged files: thousands of mutations of a good one are each opened, read, resumed and merged in a process of their
// own. None may crash, hang, or give fates or steps other than those that were written.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/merge.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<char>;

/// What the process of one mutation ends with.
enum ChildStatus : int { fine = 0, wrong_labels = 2, unexpected_exception = 3 };

Sweep small_sweep() {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.9};
  sweep.values(Axis::gamma) = {1.0, 0.1};
  sweep.plane = {{-2.0, 2.0, 24}, {-2.0, 2.0, 20}};
  sweep.criteria.max_updates = 300;
  return sweep;
}

Bytes content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const Bytes& content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

/// Some bytes changed, a stretch zeroed or copied from elsewhere, or the end cut off.
Bytes mutated(Bytes content, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto place = [&] { return below(content.size()); };
  switch (below(8)) {
    case 0:
      content.resize(place());
      break;
    case 1:
    case 2: {
      const std::size_t at = place();
      const std::size_t length = std::min(below(64) + 1, content.size() - at);
      const std::size_t from = below(content.size() - length);
      const bool zero = below(2) == 0;
      for (std::size_t i = 0; i < length; ++i) content[at + i] = zero ? '\0' : content[from + i];
      break;
    }
    default:
      for (std::size_t i = below(4) + 1; i > 0; --i) content[place()] ^= static_cast<char>(1U << below(8));
  }
  return content;
}

/// A good file, and what it holds.
class HostileFiles : public ::testing::Test {
 protected:
  HostileFiles() {
    const auto mapper = make_cpu_mapper(1);
    Meter meter;
    SweepWriter writer(good_, sweep_, {"a command", "a device"}, ExistingFile::refuse);
    run_sweep(sweep_, {}, *mapper, writer, meter, [](auto...) {});
  }

  TileResult read(const SweepReader& reader, std::int64_t point) const { return reader.read(point, whole_); }

  /// Uses one file in every way; the status for the process.
  int use(const std::vector<TileResult>& expected) const {
    const auto refused = [](const auto& attempt) {
      try {
        attempt();
      } catch (const Error&) {
        return true;
      }
      return false;
    };
    try {
      bool wrong = false;
      refused([&] {
        const SweepReader reader(bad_);
        for (std::int64_t point = 0; point < sweep_.points(); ++point) {
          if (reader.sweep().points() != sweep_.points() || !reader.is_done(point)) continue;
          reader.counts(point);
          const TileResult found = read(reader, point);
          const TileResult& right = expected[static_cast<std::size_t>(point)];
          wrong = wrong || found.fate != right.fate || found.updates != right.updates;
        }
        reader.stored_bytes();
        reader.attribute("history");
      });
      if (wrong) return wrong_labels;
      refused([&] { merge_sweeps(merged_, {bad_}, "", ExistingFile::overwrite); });
      refused([&] { SweepWriter(bad_, sweep_, {"", ""}, ExistingFile::resume).close(); });
    } catch (const std::exception& error) {
      fprintf(stderr, "%s\n", error.what());
      return unexpected_exception;
    }
    return fine;
  }

  const Sweep sweep_ = small_sweep();
  const Tile whole_ = {0, 0, 20, 24};
  const test::TemporaryFolder folder_;
  const std::string good_ = folder_.file("good.h5");
  const std::string bad_ = folder_.file("bad.h5");
  const std::string merged_ = folder_.file("merged.h5");
};

TEST_F(HostileFiles, AreRefusedOrReadRightly) {
  constexpr unsigned seconds_until_a_hang = 60;
  const char* asked = std::getenv("DEADCONE_MUTATIONS");
  const int mutations = asked != nullptr ? std::atoi(asked) : 400;
  ASSERT_GT(mutations, 0);

  std::vector<TileResult> expected;
  {
    const SweepReader reader(good_);
    for (std::int64_t point = 0; point < sweep_.points(); ++point) expected.push_back(read(reader, point));
  }
  const Bytes good = content_of(good_);
  for (int seed = 0; seed < mutations; ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    write(bad_, mutated(good, random));
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(seconds_until_a_hang);
      _exit(use(expected));
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (!(WIFEXITED(status) && WEXITSTATUS(status) == fine)) {
      const fs::path kept = fs::temp_directory_path() / ("deadcone-mutation-" + std::to_string(seed) + ".h5");
      std::mt19937_64 again(static_cast<std::uint64_t>(seed));
      write(kept, mutated(good, again));
      ADD_FAILURE() << "mutation " << seed << ", kept as " << kept << ": "
                    << (WIFSIGNALED(status)                   ? WTERMSIG(status) == SIGALRM ? "hang" : "crash"
                        : WEXITSTATUS(status) == wrong_labels ? "wrong labels"
                                                              : "unexpected exception or sanitizer report");
    }
  }
}

}  // namespace
}  // namespace deadcone
