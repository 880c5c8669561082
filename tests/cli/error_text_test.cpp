// Errors of the library as a user of the command line reads them.

#include "cli/error_text.hpp"

#include <gtest/gtest.h>

namespace deadcone {
namespace {

TEST(ErrorText, NamesTheOptionOfAParameter) {
  EXPECT_EQ(option_of("tolerance"), "--tol");
  EXPECT_EQ(option_of("max_updates"), "--max-updates");
  EXPECT_EQ(option_of("refine_sample"), "--refine-sample");
  EXPECT_EQ(option_of("box_side"), "--box");
  EXPECT_EQ(option_of("epsilon"), "--epsilon");
  EXPECT_EQ(text_for_user(ConfigError("tolerance", "must be > 0")), "--tol must be > 0");
  EXPECT_EQ(text_for_user(ConfigError("the sweep has too many points")), "the sweep has too many points");
}

TEST(ErrorText, SaysWhatToDo) {
  EXPECT_EQ(text_for_user(FileExists("map.h5: the file exists")), "map.h5: the file exists; --overwrite replaces it");
  EXPECT_EQ(text_for_user(DeviceError("no CUDA device")), "no CUDA device; use --device cpu");
  EXPECT_EQ(text_for_user(OutOfMemory("too large")), "too large; use fewer pixels");
  EXPECT_EQ(text_for_user(StorageError("map.h5: no space")), "map.h5: no space");
}

}  // namespace
}  // namespace deadcone
