// Schedules and clipping from text, and back.

#include "config/optimizer_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/config_fault.hpp"

namespace deadcone {
namespace {

TEST(ScheduleText, ReadsEveryForm) {
  const auto schedule = [](const std::string& text) { return parse_schedule(text).schedule; };
  EXPECT_EQ(schedule("constant"), Schedule());
  EXPECT_EQ(schedule("step:100:0.5"), (Schedule{ScheduleKind::step, 100, 0.5}));
  EXPECT_EQ(schedule("exponential:.999"), (Schedule{ScheduleKind::exponential, 0, 0.999}));
  EXPECT_EQ(schedule("cosine:1000"), (Schedule{ScheduleKind::cosine, 1000, 0.0}));
  EXPECT_EQ(schedule("cosine:1000:0.1"), (Schedule{ScheduleKind::cosine, 1000, 0.1}));
  EXPECT_EQ(schedule("linear:7"), (Schedule{ScheduleKind::linear, 7, 1.0}));
  for (const char* text : {"constant", "step:100:0.5", "exponential:0.999", "cosine:1000:0.1", "linear:7"}) {
    EXPECT_EQ(parse_schedule(text).warmup, "");
    EXPECT_EQ(schedule_text(schedule(text)), text);
  }
}

TEST(ScheduleText, HasAWarmUpBeforeAnother) {
  EXPECT_EQ(parse_schedule("warmup:100").schedule, Schedule());
  EXPECT_EQ(parse_schedule("warmup:100").warmup, "100");
  EXPECT_EQ(parse_schedule("warmup:0,10,100+linear:7").warmup, "0,10,100");
  EXPECT_EQ(parse_schedule("warmup:0,10,100+linear:7").schedule, (Schedule{ScheduleKind::linear, 7, 1.0}));
  EXPECT_EQ(parse_schedule("warmup:log:1:1e+3:4+step:5:1e-1").warmup, "log:1:1e+3:4");
}

TEST(ScheduleText, HasOneLineForEachFault) {
  const auto fault = [](const std::string& text) { return test::config_fault([&] { parse_schedule(text); }); };
  EXPECT_EQ(schedule_forms(), "constant|step:EVERY:FACTOR|exponential:RATE|cosine:T[:FLOOR]|linear:T|warmup:T[+OTHER]");
  EXPECT_EQ(fault("cosin:5"), "'cosin:5' is not a schedule: " + schedule_forms());
  EXPECT_EQ(fault("step:100"), "'step:100' is not a schedule: it must have the form step:EVERY:FACTOR");
  EXPECT_EQ(fault("cosine"), "'cosine' is not a schedule: it must have the form cosine:T[:FLOOR]");
  EXPECT_EQ(fault("linear:5:5"), "'linear:5:5' is not a schedule: it must have the form linear:T");
  EXPECT_EQ(fault("warmup:+linear:5"), "'warmup:+linear:5' is not a schedule: it must have the form warmup:T[+OTHER]");
  EXPECT_NE(fault("cosine:0").find("'0' is not an integer from 1"), std::string::npos);
  EXPECT_NE(fault("step:x:0.5").find("'x' is not an integer"), std::string::npos);
  EXPECT_NE(fault("exponential:x").find("'x' is not a number"), std::string::npos);
}

TEST(ClipText, ReadsEveryForm) {
  EXPECT_EQ(parse_clip("none").kind, ClipKind::none);
  EXPECT_EQ(parse_clip("norm:1").kind, ClipKind::norm);
  EXPECT_EQ(parse_clip("norm:1").bound, "1");
  EXPECT_EQ(parse_clip("value:log:0.1:10:5").kind, ClipKind::value);
  EXPECT_EQ(parse_clip("value:log:0.1:10:5").bound, "log:0.1:10:5");
  const auto fault = [](const std::string& text) { return test::config_fault([&] { parse_clip(text); }); };
  EXPECT_EQ(fault("norm"), "'norm' must be none, norm:C or value:C");
  EXPECT_EQ(fault("none:1"), "'none:1' must be none, norm:C or value:C");
  EXPECT_EQ(fault("length:1"), "'length' is not a kind of clipping: none, norm, value");
}

}  // namespace
}  // namespace deadcone
