// Errors of the library as a user of the command line reads them.

#include "cli/error_text.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "base/printable.hpp"

namespace deadcone {
namespace {

TEST(ErrorText, NamesTheOptionOfAParameter) {
  EXPECT_EQ(option_of("tolerance"), "--tol");
  EXPECT_EQ(option_of("max_updates"), "--max-updates");
  EXPECT_EQ(option_of("refine_sample"), "--refine-sample");
  EXPECT_EQ(option_of("box_side"), "--box");
  EXPECT_EQ(option_of("epsilon"), "--epsilon");
  EXPECT_EQ(text_for_user(ConfigError("tolerance", "must be > 0")), "--tol must be > 0");
  EXPECT_EQ(text_for_user(UnusableValue("tolerance", "'x' is not a number")), "--tol: 'x' is not a number");
  EXPECT_EQ(text_for_user(ConfigError("the sweep has too many points")), "the sweep has too many points");
}

TEST(ErrorText, SaysWhatToDo) {
  EXPECT_EQ(text_for_user(FileExists("map.h5: the file exists")), "map.h5: the file exists; --overwrite replaces it");
  EXPECT_EQ(text_for_user(DeviceError("no CUDA device")), "no CUDA device; use --device cpu");
  EXPECT_EQ(text_for_user(OutOfMemory("too large")), "too large; use fewer pixels");
  EXPECT_EQ(text_for_user(StorageError("map.h5: no space")), "map.h5: no space");
}

TEST(ErrorText, IsOneShortLine) {
  EXPECT_EQ(in_one_line("map.h5: no space"), "map.h5: no space");
  EXPECT_EQ(in_one_line("two\nlines \x1b[31m\xff"), "two lines \\x1b[31m\\xff");
  const std::string beta = "\xce\xb2";
  for (std::size_t length = 480; length < 520; ++length) {
    for (const std::string& text : {std::string(length, 'x'), std::string(length % 3, 'x') + beta}) {
      std::string message = "begin ";
      while (message.size() < length) message += text;
      message += " end";
      const std::string line = in_one_line(message);
      EXPECT_LE(line.size(), 500U);
      EXPECT_EQ(line == message, message.size() <= 500);
      EXPECT_EQ(line, printable(line)) << "no character is cut";
      EXPECT_TRUE(line.starts_with("begin ") && line.ends_with(" end"));
    }
  }
}

}  // namespace
}  // namespace deadcone
