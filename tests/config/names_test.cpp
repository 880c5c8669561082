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

/// An axis between two numbers, as a person would write its values.
struct WrittenAxis {
  const char* axis;
  const char* values;
};

TEST(ParseAxis, HoldsTheNumbersThatAPersonWouldWrite) {
  for (const auto& [axis, values] : {
           WrittenAxis{"log:0.001:1:4", "0.001,0.01,0.1,1"},
           {"log:1e-6:1:4", "1e-6,1e-4,0.01,1"},
           {"log:1e-150:1e150:5", "1e-150,1e-75,1,1e75,1e150"},
           {"log:0.5:8:5", "0.5,1,2,4,8"},
           {"0.05:0.95:19", "0.05,.1,.15,.2,.25,.3,.35,.4,.45,.5,.55,.6,.65,.7,.75,.8,.85,.9,0.95"},
           {"0:0.99:4", "0,0.33,0.66,0.99"},
           {"-0.3:0.6:10", "-0.3,-0.2,-0.1,0,0.1,0.2,0.3,0.4,0.5,0.6"},  // 0, and not 5.6e-17
           {"-1e-3:2e-3:4", "-1e-3,0,1e-3,2e-3"},
           {"1e300:3e300:3", "1e300,2e300,3e300"},
       }) {
    EXPECT_EQ(parse_axis(axis), parse_axis(values)) << axis;
  }
}

TEST(ParseAxis, StaysWithinAFewRoundingErrorsOfTheFormula) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  for (const int count : {3, 7, 16, 100, 1000}) {
    const std::string points = ":" + std::to_string(count);
    const Values linear = parse_axis("-0.1:0.7" + points);
    const Values powers = parse_axis("log:0.001:3" + points);
    for (int i = 0; i < count; ++i) {
      const double share = i / (count - 1.0);
      EXPECT_NEAR(linear[i], -0.1 + share * 0.8, 6 * epsilon * 0.7) << i;
      EXPECT_NEAR(powers[i] / (0.001 * std::pow(3000.0, share)), 1.0, 16 * epsilon) << i;
    }
  }
}

TEST(ParseAxis, KeepsPointsApartThatLieAtTheLimitOfPrecision) {
  const Values values = parse_axis("1:1.0000000000000018:9");  // 8 units in the last place
  for (std::size_t i = 1; i < values.size(); ++i) EXPECT_LT(values[i - 1], values[i]);
}

class BadAxis : public testing::TestWithParam<const char*> {};

TEST_P(BadAxis, IsRefused) {
  EXPECT_THROW(parse_axis(GetParam()), ConfigError);
}

INSTANTIATE_TEST_SUITE_P(All, BadAxis,
                         testing::Values("", "x", "0.9x", "0,,1", "0,1,", "0:0.9", "0:0.9:3:4", "0:0.9:0", "0:0.9:-2",
                                         "0:0.9:2.5", "1:0:3", "0:1:1", "log", "log:0.1", "log:0:1:3", "log:-1:1:3",
                                         "nan:1:3", "0:inf:3", "-1e308:1e308:3", "0:1:999999999999999999999", "0x10",
                                         "1e999"));

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
  std::vector<FieldOption> options(unit_field_options().begin(), unit_field_options().end());
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
