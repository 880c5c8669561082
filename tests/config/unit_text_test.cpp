// Units from text, and back.

#include "config/unit_text.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "config/parse.hpp"
#include "deadcone/unit/families.hpp"
#include "support/config_fault.hpp"

namespace deadcone {
namespace {

std::string fault_of(const std::string& text) {
  return test::config_fault([&] { parse_unit(text); });
}

TEST(UnitText, ReadsEveryForm) {
  EXPECT_EQ(parse_unit("relu"), Unit{});
  EXPECT_EQ(parse_unit("leaky:0.01"), (Unit{UnitKind::leaky, {0.01, 0.0}}));
  EXPECT_EQ(parse_unit("leaky:-0.3"), (Unit{UnitKind::leaky, {-0.3, 0.0}}));
  EXPECT_EQ(parse_unit("prelu:.25"), (Unit{UnitKind::prelu, {0.25, 0.0}}));
  EXPECT_EQ(parse_unit("elu:1"), (Unit{UnitKind::elu, {1.0, 0.0}}));
  EXPECT_EQ(parse_unit("clip:-1e-3:+2"), (Unit{UnitKind::clip, {-1e-3, 2.0}}));
  for (const char* name : {"selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "relu6", "hardtanh"}) {
    EXPECT_EQ(parse_unit(name), (Unit{parse_name<UnitKind>(name), {}}));
  }
}

TEST(UnitText, ReadsBackWhatItPrints) {
  std::set<std::string> texts;
  for (const Named<UnitKind>& each : NameTable<UnitKind>::values) {
    Unit unit = {each.kind, {}};
    if (constants_of(each.kind).count > 0) unit.constants[0] = 0.1;
    if (constants_of(each.kind).count > 1) unit.constants[1] = 1.0 / 3.0;
    EXPECT_EQ(parse_unit(unit_text(unit)), unit) << unit_text(unit);
    texts.insert(unit_text(unit));
  }
  EXPECT_EQ(texts.size(), count_of<UnitKind>);
  EXPECT_TRUE(texts.contains("clip:0.1:0.3333333333333333"));
}

TEST(UnitText, HasDefaultsForConstants) {
  EXPECT_EQ(parse_unit("leaky"), parse_unit("leaky:0.01"));
  EXPECT_EQ(parse_unit("elu"), parse_unit("elu:1"));
  EXPECT_EQ(parse_unit("clip"), parse_unit("clip:-1:1"));
}

TEST(UnitText, HasOneLineForEachFault) {
  EXPECT_EQ(unit_forms(),
            "relu|leaky:A|prelu:A|elu:ALPHA|selu|gelu|silu|sigmoid|tanh|softplus|relu6|hardtanh|clip:LO:HI");
  EXPECT_EQ(fault_of("swish"), "'swish' is not a unit: " + unit_forms());
  EXPECT_EQ(fault_of(""), "'' is not a unit: " + unit_forms());
  EXPECT_EQ(fault_of("relu:0"), "'relu:0' is not a unit: it must have the form relu");
  EXPECT_EQ(fault_of("clip:1"), "'clip:1' is not a unit: it must have the form clip:LO:HI");
  EXPECT_EQ(fault_of("clip:1:2:3"), "'clip:1:2:3' is not a unit: it must have the form clip:LO:HI");
  EXPECT_EQ(fault_of("leaky:x"), "'leaky:x' is not a unit: A must be a number, but is 'x'");
  EXPECT_EQ(fault_of("leaky:"), "'leaky:' is not a unit: A must be a number, but is ''");
  EXPECT_EQ(fault_of("elu:inf"), "'elu:inf' is not a unit: ALPHA must be finite");
  EXPECT_EQ(fault_of("prelu:nan"), "'prelu:nan' is not a unit: A must be finite");
  EXPECT_EQ(fault_of("elu:0"), "'elu:0' is not a unit: ALPHA must be > 0");
  EXPECT_EQ(fault_of("clip:1:1"), "'clip:1:1' is not a unit: LO must be less than HI");
}

TEST(UnitText, EveryKindHasItsActivation) {
  // E[sigma] without a weight is sigma(b).
  const auto value = [](const std::string& text, double b) {
    return unit::with_activation<double>(
        parse_unit(text), [b](const auto& activation) { return unit::averages(activation, 0.0, b).mean; });
  };
  EXPECT_EQ(value("relu", 2.0), 2.0);
  EXPECT_EQ(value("relu", -2.0), 0.0);
  EXPECT_EQ(value("leaky:0.5", -2.0), -1.0);
  EXPECT_EQ(value("prelu:0.5", -2.0), -1.0);
  EXPECT_NEAR(value("elu:0.5", -2.0), 0.5 * std::expm1(-2.0), 1e-15);
  EXPECT_NEAR(value("selu", -2.0), 1.0507009873554805 * 1.6732632423543772 * std::expm1(-2.0), 1e-15);
  EXPECT_NEAR(value("gelu", -2.0), -2.0 * std::erfc(std::sqrt(2.0)) / 2, 1e-15);
  EXPECT_NEAR(value("silu", -2.0), -2.0 / (1.0 + std::exp(2.0)), 1e-14);
  EXPECT_NEAR(value("sigmoid", -2.0), 1.0 / (1.0 + std::exp(2.0)), 1e-14);
  EXPECT_NEAR(value("tanh", -2.0), std::tanh(-2.0), 1e-14);
  EXPECT_NEAR(value("softplus", -2.0), std::log1p(std::exp(-2.0)), 1e-14);
  EXPECT_EQ(value("relu6", 7.0), 6.0);
  EXPECT_EQ(value("relu6", -7.0), 0.0);
  EXPECT_EQ(value("hardtanh", 7.0), 1.0);
  EXPECT_EQ(value("hardtanh", -7.0), -1.0);
  EXPECT_EQ(value("clip:0.5:2", 1.0), 1.0);
  EXPECT_EQ(value("clip:0.5:2", 0.0), 0.5);
}

}  // namespace
}  // namespace deadcone
