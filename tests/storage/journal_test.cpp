// The journal: whatever a kill or a power cut leaves of it, the complete records before the damage are found, and no other.

#include "storage/journal.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "deadcone/errors.hpp"
#include "storage/new_file.hpp"
#include "support/temporary_folder.hpp"

namespace deadcone {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::byte>;

class Journals : public ::testing::Test {
 protected:
  /// Contents of three records: some bytes, none, and more.
  static std::vector<Bytes> contents() { return {Bytes(20, std::byte{7}), {}, Bytes(300, std::byte{9})}; }

  void append_all(Journal& journal) const {
    for (const Bytes& content : contents()) {
      const std::vector<std::span<const std::byte>> parts = {std::span(content).first(content.size() / 2),
                                                             std::span(content).subspan(content.size() / 2)};
      journal.append({3, 5, static_cast<std::int64_t>(content.size())}, parts);
    }
  }

  /// What the journal is on the disk, with three records in it.
  std::string stored() {
    OutputPlace place(out_, MissingLock::refuse);
    Journal journal(place);
    append_all(journal);
    std::ifstream file(companion_of(out_), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void leave(const std::string& bytes) const {
    std::ofstream(companion_of(out_), std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  /// Opens the journal and checks that its records are the first of those that were written.
  std::size_t count_good_records() const {
    const OutputPlace place(out_, MissingLock::refuse);
    const Journal journal(place);
    for (std::size_t i = 0; i < journal.records().size(); ++i)
      EXPECT_EQ(journal.read(journal.records()[i]), contents().at(i));
    return journal.records().size();
  }

  const test::TemporaryFolder folder_;
  const std::string out_ = folder_.file("map.h5");
};

TEST_F(Journals, KeepTheirRecords) {
  leave(stored());
  EXPECT_EQ(count_good_records(), 3U);
}

TEST_F(Journals, LoseOnlyWhatWasCutOff) {
  const std::string whole = stored();
  std::size_t before = 0;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    leave(whole.substr(0, length));
    const std::size_t found = count_good_records();
    EXPECT_GE(found, before) << length;
    EXPECT_EQ(found == 3, length == whole.size()) << length;
    before = found;
  }
}

TEST_F(Journals, NeverTakeDamagedRecordsForGood) {
  const std::string whole = stored();
  for (std::size_t at = OutputPlace::companion_begin; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    leave(damaged);
    EXPECT_LT(count_good_records(), 3U) << at;
  }
}

TEST_F(Journals, GoOnAfterATornRecord) {
  const std::string whole = stored();
  leave(whole.substr(0, whole.size() - 1));
  {
    const OutputPlace place(out_, MissingLock::refuse);
    Journal journal(place);
    ASSERT_EQ(journal.records().size(), 2U);
    const Bytes last = contents().back();
    const std::vector<std::span<const std::byte>> parts = {last};
    journal.append({3, 5, 300}, parts);
  }
  EXPECT_EQ(count_good_records(), 3U);
}

TEST_F(Journals, AreGoneWhenEmpty) {
  leave(stored());
  {
    const OutputPlace place(out_, MissingLock::refuse);
    Journal(place).clear();
  }
  EXPECT_FALSE(fs::exists(companion_of(out_)));
}

TEST_F(Journals, OfOnePlaceHaveOneOwner) {
  const OutputPlace place(out_, MissingLock::refuse);
  EXPECT_THROW(OutputPlace(out_, MissingLock::refuse), StorageError);
}

TEST_F(Journals, OfAnotherKindAreLeftAlone) {
  leave("The diary of somebody else, which is no journal of ours.");
  EXPECT_THROW(OutputPlace(out_, MissingLock::refuse), StorageError);
  EXPECT_TRUE(fs::exists(companion_of(out_)));
}

TEST_F(Journals, CleanUpWhatAKillLeftHalfMade) {
  std::string part;
  {
    OutputPlace place(out_, MissingLock::refuse);
    Journal journal(place);
    append_all(journal);
    part = place.temporary_path();
  }
  std::ofstream(part) << "half";
  {
    OutputPlace place(out_, MissingLock::refuse);
    EXPECT_FALSE(fs::exists(part));
    NewFile file(place);
    EXPECT_TRUE(fs::exists(part));
  }
  EXPECT_FALSE(fs::exists(part));
}

TEST_F(Journals, DoNotReplaceAFileThatOthersChanged) {
  std::ofstream(out_) << "first";
  OutputPlace place(out_, MissingLock::refuse);
  NewFile file(place);
  std::ofstream(out_) << "second of another length";
  EXPECT_THROW(file.take_place(), StorageError);
}

}  // namespace
}  // namespace deadcone
