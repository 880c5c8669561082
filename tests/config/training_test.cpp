// Sweeps of any unit under any optimiser: their axes, their JSON, and what they may not be.

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "config/sweep_json.hpp"
#include "config/unit_text.hpp"
#include "deadcone/config.hpp"
#include "deadcone/unit_kind.hpp"
#include "support/config_fault.hpp"

namespace deadcone {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Sweep sweep_of(const std::string& unit, const Optimizer& optimizer) {
  Sweep sweep;
  sweep.optimizer = optimizer;
  sweep.set_unit(parse_unit(unit));
  return sweep;
}

std::set<std::string> names_of_axes(const Sweep& sweep) {
  std::set<std::string> names;
  for (const std::size_t axis : sweep.point_axes()) names.insert(sweep.axes[axis].name);
  return names;
}

std::string fault_of(const Sweep& sweep) {
  return test::config_fault([&] { validate(sweep); });
}

TEST(Training, HasTheAxesOfItsUnitAndOptimiser) {
  using Names = std::set<std::string>;
  EXPECT_EQ(names_of_axes(sweep_of("relu", {})), (Names{"beta", "gamma", "eta", "delta", "r"}));
  EXPECT_EQ(names_of_axes(sweep_of("leaky:0.1", {})), (Names{"beta", "gamma", "eta", "delta", "r", "leak"}));
  EXPECT_EQ(names_of_axes(sweep_of("elu:2", {})), (Names{"beta", "gamma", "eta", "delta", "r", "scale"}));
  EXPECT_EQ(names_of_axes(sweep_of("clip:-1:2", {})), (Names{"beta", "gamma", "eta", "delta", "r", "lo", "hi"}));
  EXPECT_EQ(names_of_axes(sweep_of("relu", {.kind = OptimizerKind::adam})),
            (Names{"beta", "gamma", "eta", "delta", "r", "beta2", "eps"}));
  EXPECT_EQ(names_of_axes(sweep_of("relu", {.kind = OptimizerKind::rmsprop})),
            (Names{"gamma", "eta", "delta", "r", "alpha", "eps"}));
  EXPECT_EQ(names_of_axes(sweep_of("relu", {.kind = OptimizerKind::lion})),
            (Names{"beta", "gamma", "eta", "delta", "r", "beta2"}));
  EXPECT_EQ(names_of_axes(sweep_of(
                "relu", {.kind = OptimizerKind::sign, .clip = ClipKind::value, .has_decay = true, .has_warmup = true})),
            (Names{"gamma", "eta", "delta", "r", "clip", "decay", "warmup"}));
}

TEST(Training, PutsTheConstantsOfItsUnitIntoPoints) {
  Sweep sweep = sweep_of("clip:-3:2", {});
  sweep.values(Axis::hi) = {0.5, 1.0};
  ASSERT_EQ(sweep.points(), 2);
  EXPECT_EQ(sweep.point(1).unit_constants(), (std::array{-3.0, 1.0}));
  EXPECT_EQ(sweep.start(0, 1, 2).point.unit_constants(), (std::array{-3.0, 0.5}));
  EXPECT_EQ(sweep.points({0, 2}).back().unit_constants(), (std::array{-3.0, 1.0}));
  // Another unit has none of them.
  sweep.set_unit(parse_unit("leaky:0.2"));
  EXPECT_EQ(sweep.point(0).unit_constants(), (std::array{0.2, 0.0}));
  EXPECT_NO_THROW(validate(sweep));
  sweep.set_unit(parse_unit("gelu"));
  EXPECT_EQ(sweep.point(0).unit_constants(), (std::array{0.0, 0.0}));
}

TEST(Training, IsInTheJsonWhereItIsNotTheRectifierUnderMomentum) {
  const std::string plain = to_json(Sweep());
  for (const char* word : {"unit", "optimizer", "schedule", "clip", "decay", "warmup", "beta2"})
    EXPECT_EQ(plain.find(word), std::string::npos) << word;
  for (const Named<UnitKind>& unit : NameTable<UnitKind>::values) {
    for (const Named<OptimizerKind>& kind : NameTable<OptimizerKind>::values) {
      for (const ClipKind clip : {ClipKind::none, ClipKind::norm}) {
        for (const bool has_more : {false, true}) {
          const Optimizer optimizer = {.kind = kind.kind,
                                       .clip = clip,
                                       .schedule = has_more ? Schedule{ScheduleKind::cosine, 1000, 0.25} : Schedule(),
                                       .has_decay = has_more && unit.kind != UnitKind::prelu,
                                       .has_warmup = has_more};
          const Sweep sweep = sweep_of(unit.name, optimizer);
          ASSERT_EQ(fault_of(sweep), "");
          const Sweep read = sweep_from_json(to_json(sweep), "file");
          EXPECT_EQ(read.unit, sweep.unit);
          EXPECT_EQ(read.optimizer, sweep.optimizer);
          EXPECT_EQ(to_json(read), to_json(sweep));
        }
      }
    }
  }
}

TEST(Training, KnowsWhatIsAskedForAfterTheEnd) {
  EXPECT_EQ(to_json(Sweep()).find("lyapunov"), std::string::npos);
  Sweep sweep;
  sweep.criteria.longest_cycle = 64;
  sweep.criteria.lyapunov_updates = 1000;
  EXPECT_TRUE(sweep.is_general());
  ASSERT_EQ(fault_of(sweep), "");
  const Sweep read = sweep_from_json(to_json(sweep), "file");
  EXPECT_EQ(read.criteria, sweep.criteria);
  EXPECT_EQ(to_json(read), to_json(sweep));
}

TEST(Training, IsReadWhereItsAxesAreThePlane) {
  Sweep sweep = sweep_of("leaky", {.has_decay = true});
  sweep.plane = {{0.0, 1.0, 4}, {0.1, 1.0, 4, true}, Axis::decay, Axis::leak};
  sweep.values(Axis::w) = sweep.values(Axis::b) = {0.5};
  ASSERT_EQ(fault_of(sweep), "");
  const Sweep read = sweep_from_json(to_json(sweep), "file");
  EXPECT_TRUE(read.optimizer.has_decay);
  EXPECT_EQ(to_json(read), to_json(sweep));
}

TEST(Training, IsNotReadWithAxesOfAnother) {
  std::string json = to_json(sweep_of("leaky", {}));
  json.replace(json.find("leaky"), 5, "gelu");
  EXPECT_THROW(sweep_from_json(json, "file"), StorageError);
  json = to_json(sweep_of("leaky", {}));
  json.replace(json.find("leaky"), 5, "leeky");
  EXPECT_THROW(sweep_from_json(json, "file"), StorageError);
}

/// A sweep that one change makes wrong, and what the message names.
struct Fault {
  const char* named;
  const char* unit;
  Optimizer optimizer;
  void (*spoil)(Sweep&);
};

TEST(Training, RefusesWhatIsNone) {
  const Optimizer adam = {.kind = OptimizerKind::adam};
  const auto scheduled = [](const Schedule& schedule) { return Optimizer{.schedule = schedule}; };
  const auto nothing = [](Sweep&) {};
  const std::vector<Fault> faults = {
      {"beta2", "relu", adam, [](Sweep& sweep) { sweep.values(Axis::beta2) = {1.0}; }},
      {"beta2", "relu", adam, [](Sweep& sweep) { sweep.values(Axis::beta2) = {1.0 - 1e-12}; }},
      {"alpha", "relu", {.kind = OptimizerKind::rmsprop}, [](Sweep& sweep) { sweep.values(Axis::alpha) = {-0.1}; }},
      {"eps", "relu", adam, [](Sweep& sweep) { sweep.values(Axis::eps) = {0.0}; }},
      {"eps", "relu", adam, [](Sweep& sweep) { sweep.values(Axis::eps) = {1e-60}; }},
      {"clip", "relu", {.clip = ClipKind::norm}, [](Sweep& sweep) { sweep.values(Axis::clip) = {0.0}; }},
      {"decay", "relu", {.has_decay = true}, [](Sweep& sweep) { sweep.values(Axis::decay) = {-1.0}; }},
      {"decay", "relu", {.has_decay = true}, [](Sweep& sweep) { sweep.values(Axis::decay) = {nan}; }},
      {"decay", "prelu", {.has_decay = true}, nothing},
      {"warmup", "relu", {.has_warmup = true}, [](Sweep& sweep) { sweep.values(Axis::warmup) = {0.5}; }},
      {"warmup", "relu", {.has_warmup = true}, [](Sweep& sweep) { sweep.values(Axis::warmup) = {1e8}; }},
      {"warmup",
       "relu",
       {.has_warmup = true},
       [](Sweep& sweep) {
         sweep.plane = {{0.0, 3.0, 4}, {0.1, 1.0, 4}, Axis::warmup, Axis::eta};
         sweep.values(Axis::w) = sweep.values(Axis::b) = {0.5};
       }},
      {"scale", "elu", {}, [](Sweep& sweep) { sweep.values(Axis::scale) = {0.0}; }},
      {"leak", "leaky", {}, [](Sweep& sweep) { sweep.values(Axis::leak) = {1e30}; }},
      {"leak", "relu", {}, [](Sweep& sweep) { sweep.values(Axis::leak) = {0.1}; }},
      {"beta",
       "relu",
       {.kind = OptimizerKind::sign},
       [](Sweep& sweep) {
         sweep.values(Axis::beta) = {0.0, 0.5};
       }},
      {"leak",
       "gelu",
       {},
       [](Sweep& sweep) {
         sweep.plane = {{0.0, 3.0, 4}, {0.1, 1.0, 4}, Axis::leak, Axis::eta};
         sweep.values(Axis::w) = sweep.values(Axis::b) = {0.5};
       }},
      {"lo", "clip", {}, [](Sweep& sweep) { sweep.values(Axis::lo) = {1.0}; }},
      {"lo",
       "clip",
       {},
       [](Sweep& sweep) {
         sweep.values(Axis::hi) = {-2.0, 3.0};
       }},
      {"lo",
       "clip",
       {},
       [](Sweep& sweep) {
         sweep.values(Axis::lo) = {-1.0, 1.0};
         sweep.values(Axis::hi) = {0.5, 2.0};
       }},
      {"schedule", "relu", scheduled({ScheduleKind::step, 0, 0.5}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::step, 10, 0.0}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::step, 10, 1.5}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::exponential, 0, 0.0}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::cosine, 0, 0.0}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::cosine, 10, -0.1}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::linear, -1, 1.0}), nothing},
      {"schedule", "relu", scheduled({ScheduleKind::exponential, 0, 1.0 - 1e-12}),
       [](Sweep& sweep) { sweep.criteria.max_updates = largest_max_updates; }},
      {"schedule", "relu", scheduled({static_cast<ScheduleKind>(99), 1, 1.0}), nothing},
      {"unit", "relu", {}, [](Sweep& sweep) { sweep.unit = static_cast<UnitKind>(99); }},
      {"optimizer", "relu", {.kind = static_cast<OptimizerKind>(99)}, nothing},
      {"clip", "relu", {.clip = static_cast<ClipKind>(99)}, nothing},
      {"refine", "gelu", {}, [](Sweep& sweep) { sweep.refinement.kind = RefinementKind::exact; }},
      {"refine",
       "gelu",
       {},
       [](Sweep& sweep) {
         sweep.refinement.kind = RefinementKind::borders;
         sweep.criteria.longest_cycle = 2;
       }},
      {"cycles", "relu", {}, [](Sweep& sweep) { sweep.criteria.longest_cycle = -1; }},
      {"lyapunov", "relu", {}, [](Sweep& sweep) { sweep.criteria.lyapunov_updates = largest_orbit + 1; }},
      {"lyapunov", "prelu", {}, [](Sweep& sweep) { sweep.criteria.lyapunov_updates = 1; }},
      {"max_updates",
       "relu",
       {},
       [](Sweep& sweep) {
         sweep.criteria.lyapunov_updates = 1;
         sweep.criteria.max_updates = largest_max_updates;
       }},
  };
  for (const auto& [named, unit, optimizer, spoil] : faults) {
    Sweep sweep = sweep_of(unit, optimizer);
    spoil(sweep);
    EXPECT_TRUE(fault_of(sweep).starts_with(std::string(named) + ' ')) << named << ": " << fault_of(sweep);
  }
}

TEST(Training, TellsDecaysOfAveragesApartAsOftenAsMomenta) {
  Sweep sweep = sweep_of("relu", {.kind = OptimizerKind::adam});
  sweep.values(Axis::beta2) = {0.99999, 0.99999001};  // one number in float as it is, and two as 1 - beta2
  EXPECT_EQ(fault_of(sweep), "");
  sweep.values(Axis::beta2) = {0.5, 0.5 + 1e-12};
  EXPECT_NE(fault_of(sweep).find("double tells them apart"), std::string::npos);
}

}  // namespace
}  // namespace deadcone
