// No text from outside reaches a terminal as anything but text.

#include "base/printable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace deadcone {
namespace {

TEST(Printable, LeavesOrdinaryTextAsItIs) {
  for (const std::string text : {"", "a b~", "β = 0.9, |Δ| ≥ ½", "日本語 🙂", "\\x1b"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesWhatMovesTheCursorOrTurnsText) {
  EXPECT_EQ(printable("a\x1b[31mb\n\t\x7f"), "a\\x1b[31mb\\x0a\\x09\\x7f");
  EXPECT_EQ(printable(std::string(1, '\0')), "\\x00");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");  // CSI as one character of C1
  EXPECT_EQ(printable("\u202e\u2066\u200f\u2028\ufeff"), "\\u202e\\u2066\\u200f\\u2028\\ufeff");
}

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\x9b"), "\\x9b");
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80");           // cut off
  EXPECT_EQ(printable("\xc0\x9b\xc1"), "\\xc0\\x9b\\xc1");  // longer than it need be
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a pair
  EXPECT_EQ(printable("\xf5\xff"
                      "a"),
            "\\xf5\\xffa");
}

TEST(Printable, NeverPrintsAControlCharacter) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = printable(std::string{static_cast<char>(first), static_cast<char>(second), 'x'});
      for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        ASSERT_TRUE(byte >= 0x20 && byte != 0x7f) << first << ' ' << second;
        ASSERT_FALSE(byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) << first << ' ' << second;
      }
    }
  }
}

TEST(Shortened, KeepsTheBeginningAndTheEnd) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcdefghijklmnop", 11), "abc ... nop");
  for (std::size_t most = 10; most < 40; ++most) {
    const std::string text = shortened("ββββββββββββββββββββββββββββββ", most);
    EXPECT_LE(text.size(), most);
    EXPECT_EQ(printable(text), text) << "a character is cut";
  }
}

}  // namespace
}  // namespace deadcone
