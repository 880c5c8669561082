// Arguments as a shell reads them.

#include "cli/shell_quote.hpp"

#include <gtest/gtest.h>

namespace deadcone {
namespace {

TEST(ShellQuote, PlainArgumentsStayAsTheyAre) {
  for (const char* argument :
       {"sweep", "--beta", "0:0.9:4", "log:0.01:1:5", "-2:2:8", "--out=a_b-c.h5", "/tmp/x,y+z@1%", "\xce\xb2.h5"}) {
    EXPECT_EQ(quoted_for_shell(argument), argument);
  }
}

TEST(ShellQuote, OthersAreInSingleQuotes) {
  EXPECT_EQ(quoted_for_shell(""), "''");
  for (const char* argument : {"a b",  "~",  "~/a",   "a*",  "?",   "$HOME", "`x`", "a;b", "a&b", "#", "!",
                               "a\"b", "\\", "{a,b}", "[1]", "(x)", "<",     ">",   "|",   "=ls", "^"}) {
    EXPECT_EQ(quoted_for_shell(argument), std::string("'") + argument + "'");
  }
  EXPECT_EQ(quoted_for_shell("it's"), "'it'\\''s'");
}

TEST(ShellQuote, WhatCannotBePrintedIsEscaped) {
  EXPECT_EQ(quoted_for_shell("a\nb"), "$'a\\012b'");
  EXPECT_EQ(quoted_for_shell("\x1b[31m"), "$'\\033[31m'");
  EXPECT_EQ(quoted_for_shell("it's\t\\"), "$'it\\'s\\011\\\\'");
  EXPECT_EQ(quoted_for_shell("\xff\xce\xb2"), "$'\\377\xce\xb2'");
}

}  // namespace
}  // namespace deadcone
