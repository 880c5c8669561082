// Words of the command line: axes, windows, fields, and their errors.

#include "config/parse.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

using Values = std::vector<double>;

TEST(ParseAxis, TakesValuesAndLists) {
  EXPECT_EQ(parse_axis("0.9"), Values{0.9});
  EXPECT_EQ(parse_axis("-1e-3"), Values{-1e-3});
  EXPECT_EQ(parse_axis("0,.7,+0.9"), (Values{0.0, 0.7, 0.9}));
}

TEST(ParseAxis, SpacesPointsEvenlyWithBothEnds) {
  EXPECT_EQ(parse_axis("0:1:5"), (Values{0.0, 0.25, 0.5, 0.75, 1.0}));
  EXPECT_EQ(parse_axis("3:3:1"), Values{3.0});
  EXPECT_EQ(parse_axis("0:0.99:100")[5], 0.05);  // the number that a user would type
  const Values tenths = parse_axis("0.1:0.7:7");
  EXPECT_EQ(tenths.front(), 0.1);
  EXPECT_EQ(tenths.back(), 0.7);  // exactly, whatever rounding did between
}

TEST(ParseAxis, SpacesLogarithmically) {
  const Values decades = parse_axis("log:0.001:10:5");
  ASSERT_EQ(decades.size(), 5U);
  EXPECT_EQ(decades.front(), 0.001);
  EXPECT_EQ(decades.back(), 10.0);
  for (std::size_t i = 1; i < decades.size(); ++i) EXPECT_NEAR(decades[i] / decades[i - 1], 10.0, 1e-12);
}

class BadAxis : public testing::TestWithParam<const char*> {};

TEST_P(BadAxis, IsRefused) {
  EXPECT_THROW(parse_axis(GetParam()), ConfigError);
}

INSTANTIATE_TEST_SUITE_P(All, BadAxis,
                         testing::Values("", "x", "0.9x", "0,,1", "0,1,", "0:0.9", "0:0.9:3:4", "0:0.9:0", "0:0.9:-2",
                                         "0:0.9:2.5", "1:0:3", "0:1:1", "log", "log:0.1", "log:0:1:3", "log:-1:1:3",
                                         "nan:1:3", "0:inf:3", "0:1:999999999999999999999", "0x10", "1e999"));

TEST(ParseRange, TakesAWindow) {
  const Range range = parse_range("-2:2.5:512");
  EXPECT_EQ(range.lo, -2.0);
  EXPECT_EQ(range.hi, 2.5);
  EXPECT_EQ(range.count, 512);
  for (const char* bad : {"-2:2", "-2:2:0", "-2:2:1.5", "a:2:8", "-2:2:8:8", ""}) {
    EXPECT_THROW(parse_range(bad), ConfigError) << bad;
  }
}

TEST(ParseFields, KeepsWhatIsNamed) {
  std::vector<FieldOption> options(unit_field_options.begin(), unit_field_options.end());
  options.push_back({"made_up", "a result of another experiment"});
  Sweep sweep;
  parse_fields("fate,loss", options, sweep);
  EXPECT_FALSE(sweep.fields.updates);
  EXPECT_FALSE(sweep.fields.final);
  EXPECT_TRUE(sweep.fields.loss);
  EXPECT_TRUE(sweep.other_fields.empty());
  parse_fields("made_up,steps,made_up", options, sweep);
  EXPECT_TRUE(sweep.fields.updates);
  EXPECT_FALSE(sweep.fields.loss);
  EXPECT_EQ(sweep.other_fields, std::vector<std::string>{"made_up"});
  EXPECT_THROW(parse_fields("typo", options, sweep), ConfigError);
  EXPECT_THROW(parse_fields("steps,", options, sweep), ConfigError);
}

TEST(ParseInteger, TakesAllOfTheTextWithinItsLimits) {
  EXPECT_EQ(parse_integer("0", 0), 0);
  EXPECT_EQ(parse_integer("-3", -3, 5), -3);
  EXPECT_EQ(parse_integer("9223372036854775807", 1), std::numeric_limits<std::int64_t>::max());
  for (const char* bad : {"", "x", "1.5", "1e3", " 1", "1 ", "+1", "0x1", "9223372036854775808"}) {
    EXPECT_THROW(parse_integer(bad, std::numeric_limits<std::int64_t>::min()), ConfigError) << bad;
  }
  EXPECT_THROW(parse_integer("0", 1), ConfigError);
  EXPECT_THROW(parse_integer("6", 1, 5), ConfigError);
}

TEST(Split, GivesOnePartMoreThanThereAreSeparators) {
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
  EXPECT_EQ(split("a", ','), std::vector<std::string>{"a"});
  EXPECT_EQ(split(",a,,b,", ','), (std::vector<std::string>{"", "a", "", "b", ""}));
}

TEST(Shortest, ReadsBackAsTheSameNumber) {
  for (const double value : {0.1, 1.0 / 3.0, -1e-300, 1e300, 0.0, std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(parse_number(shortest(value)), value);
  }
  EXPECT_EQ(shortest(0.9), "0.9");
}

}  // namespace
}  // namespace deadcone
