// Text of unknown origin.

#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace deadcone {
namespace {

TEST(Printable, TextStaysAsItIs) {
  for (const char* text :
       {"", " ~", "plain text", "B\303\274cher", "\xc2\xa0\xdf\xbf", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80",
        "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xce\xb2 = 0.9, \xf0\x9f\x92\x80"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ControlCharactersAreReplaced) {
  EXPECT_EQ(printable("a\nb\tc\r"), "a?b?c?");
  EXPECT_EQ(printable("\x1b[31mred\x7f"), "?[31mred?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "??31m")
      << "the escape of 8-bit terminals";
  EXPECT_EQ(printable(std::string("\0", 1)), "?");
}

TEST(Printable, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(printable("\xff\xfe"), "??");
  EXPECT_EQ(printable("caf\xe9"), "caf?") << "Latin-1";
  EXPECT_EQ(printable("\xc3"), "?") << "cut off";
  EXPECT_EQ(printable("\xf0\x9f\x92"), "???");
  EXPECT_EQ(printable("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf"), "?????????") << "longer than they need to be";
  EXPECT_EQ(printable("\xed\xa0\x80"), "???") << "a surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????") << "beyond the last character";
  EXPECT_EQ(printable("\x80"
                      "a"),
            "?a");
}

}  // namespace
}  // namespace deadcone
