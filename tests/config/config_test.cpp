// Sweeps: their points, and what is refused before work starts.

#include "deadcone/config.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cli/exit_status.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Range, CentresLieInTheMiddleOfEqualPixels) {
  const Range range = {-1, 3, 8};
  for (std::int64_t i = 0; i < 8; ++i) EXPECT_EQ(range.centre(i), -0.75 + 0.5 * static_cast<double>(i));
  EXPECT_EQ((Range{-2, 5, 1}.centre(0)), 1.5);
}

TEST(Range, CentresAreSymmetricWhereTheRangeIs) {
  for (const std::int64_t count : {1, 2, 7, 81, 512}) {
    const Range range = {-2, 2, count};
    for (std::int64_t i = 0; i < count; ++i) EXPECT_LE(std::fabs(range.centre(i) + range.centre(count - 1 - i)), 1e-15);
  }
}

TEST(Range, CentresAreRoundedOnce) {
  const Range range = {-2, 2, 81};
  const std::vector<float> some = centres<float>(range, 20, 5);
  ASSERT_EQ(some.size(), 5U);
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(some[static_cast<std::size_t>(i)], static_cast<float>(range.centre(20 + i)));
  }
}

TEST(Window, HasAPixelForEachPair) {
  const Window window = {{-1, 1, 3}, {-1, 1, 5}};
  EXPECT_EQ(window.pixels(), 15);
  EXPECT_EQ((Window{{-1, 1, largest_side}, {-1, 1, largest_side}}.pixels()), largest_side * largest_side);
}

TEST(Point, IsPlanarExactlyWithoutR) {
  Point point;
  EXPECT_EQ(point.geometry(), Geometry::planar);
  point.r = -0.0;
  EXPECT_EQ(point.geometry(), Geometry::planar);
  for (const double r : {0.5, -0.5, 1e-300}) {
    point.r = r;
    EXPECT_EQ(point.geometry(), Geometry::general);
  }
}

TEST(Sweep, IsOneMapUnlessToldOtherwise) {
  const Sweep sweep;
  ASSERT_EQ(sweep.points(), 1);
  const Point point = sweep.point(0);
  EXPECT_EQ(point.beta, Point{}.beta);
  EXPECT_EQ(point.gamma, Point{}.gamma);
  EXPECT_EQ(point.eta, Point{}.eta);
  EXPECT_EQ(point.delta, Point{}.delta);
  EXPECT_EQ(point.r, Point{}.r);
}

TEST(Sweep, RunsThroughTheProductOfItsAxesTheLastFastest) {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.5};
  sweep.values(Axis::gamma) = {1.0, 2.0, 3.0};
  sweep.values(Axis::eta) = {0.1};
  sweep.values(Axis::delta) = {-1.0, 0.0};
  sweep.values(Axis::r) = {0.0, 4.0};
  ASSERT_EQ(sweep.points(), 24);
  std::int64_t index = 0;
  for (const double beta : sweep.values(Axis::beta)) {
    for (const double gamma : sweep.values(Axis::gamma)) {
      for (const double delta : sweep.values(Axis::delta)) {
        for (const double r : sweep.values(Axis::r)) {
          const Point point = sweep.point(index++);
          EXPECT_EQ(std::tie(point.beta, point.gamma, point.eta, point.delta, point.r),
                    std::make_tuple(beta, gamma, 0.1, delta, r));
        }
      }
    }
  }
}

TEST(Sweep, AxesHaveNamesAndMeaningsOfTheirOwn) {
  std::set<std::string> names;
  std::set<std::string> meanings;
  for (const auto& [axis, name, meaning] : NameTable<Axis>::values) {
    names.insert(name);
    meanings.insert(meaning);
  }
  EXPECT_EQ(names, (std::set<std::string>{"beta", "gamma", "eta", "delta", "r", "w", "b", "beta2", "alpha", "eps",
                                          "clip", "decay", "warmup", "leak", "scale", "lo", "hi"}));
  EXPECT_EQ(meanings.size(), count_of<Axis>);
}

TEST(ConfigNames, AreThoseOfTheCommandLine) {
  EXPECT_STREQ(name_of(StopRule::stationary), "stationary");
  EXPECT_STREQ(name_of(StopRule::update), "update");
  EXPECT_STREQ(name_of(Precision::float32), "float");
  EXPECT_STREQ(name_of(Precision::float64), "double");
}

// What is accepted.

TEST(Validate, AcceptsTheDefaults) {
  Sweep sweep;
  EXPECT_NO_THROW(validate(sweep));
  sweep.precision = Precision::float64;
  EXPECT_NO_THROW(validate(sweep));
}

TEST(Validate, AcceptsTheLimits) {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.999};
  sweep.values(Axis::delta) = {-3.0, 0.0, 3.0};
  sweep.values(Axis::r) = {-1.0, 0.0};
  sweep.values(Axis::gamma) = {1e-3, 1e3};
  sweep.plane = {{-1e-3, 1e3, 1}, {5, 6, 1}};
  sweep.criteria.max_updates = std::numeric_limits<std::int32_t>::max() - 1;
  EXPECT_NO_THROW(validate(sweep));
  sweep.criteria.max_updates = 1;
  EXPECT_NO_THROW(validate(sweep));
  sweep.plane.x = {-1, 1, largest_side};
  EXPECT_NO_THROW(validate(sweep));
}

// What is refused.

/// One thing wrong with a sweep, and a word that the message must have.
struct Fault {
  std::string named;
  std::function<void(Sweep&)> commit;
};

std::string message_for(const Fault& fault) {
  Sweep sweep;
  fault.commit(sweep);
  try {
    validate(sweep);
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::config);
    return error.what();
  }
  return "";
}

void expect_refused(const std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < faults.size(); ++i) {
    SCOPED_TRACE(::testing::Message() << "fault " << i << ", " << faults[i].named);
    const std::string message = message_for(faults[i]);
    EXPECT_FALSE(message.empty()) << "it is accepted";
    EXPECT_NE(message.find(faults[i].named), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

/// Each of the values on an axis, alone and behind one that is right.
std::vector<Fault> bad_values(Axis axis, const std::vector<double>& values) {
  std::vector<Fault> faults;
  for (const double value : values) {
    faults.push_back({name_of(axis), [=](Sweep& sweep) { sweep.values(axis) = {value}; }});
    faults.push_back({name_of(axis), [=](Sweep& sweep) { sweep.values(axis).push_back(value); }});
  }
  return faults;
}

std::vector<Fault> bad_numbers(const std::string& name, double Criteria::*number, const std::vector<double>& values) {
  std::vector<Fault> faults;
  faults.reserve(values.size());
  for (const double value : values) {
    faults.push_back({name, [=](Sweep& sweep) { sweep.criteria.*number = value; }});
  }
  return faults;
}

TEST(Validate, RefusesWhatIsNoMomentum) {
  expect_refused(bad_values(Axis::beta, {-0.1, -1e-300, 1.0, 1.5, nan, infinity, -infinity}));
}

TEST(Validate, RefusesWhatIsNoTargetDeviation) {
  expect_refused(bad_values(Axis::gamma, {0.0, -0.0, -1.0, nan, infinity, -infinity}));
}

TEST(Validate, RefusesWhatIsNoLearningRate) {
  expect_refused(bad_values(Axis::eta, {0.0, -0.0, -0.1, nan, infinity, -infinity}));
}

TEST(Validate, RefusesWhatIsNoTargetMeanOrWeight) {
  expect_refused(bad_values(Axis::delta, {nan, infinity, -infinity}));
  expect_refused(bad_values(Axis::r, {nan, infinity, -infinity}));
}

TEST(Validate, RefusesAnAxisWithoutValueOrWithOneTwice) {
  for (const auto& [axis, name, meaning] : NameTable<Axis>::values) {
    const auto with_values = [axis = axis](std::vector<double> values) {
      return [=](Sweep& sweep) {
        // A plane that does not have the axis.
        if (sweep.plane.range_of(static_cast<std::size_t>(axis)) != nullptr) {
          sweep.plane = {{0, 1, 4}, {0, 1, 4}, Axis::beta, Axis::eta};
          sweep.values(Axis::w) = sweep.values(Axis::b) = {0.5};
        }
        sweep.values(axis) = values;
      };
    };
    expect_refused({{name, with_values({})}, {name, with_values({0.5, 0.25, 0.5})}});
  }
}

TEST(Validate, RefusesAWindowThatIsNone) {
  for (Range Plane::*side : {&Plane::x, &Plane::y}) {
    const std::string name = side == &Plane::x ? "w " : "b ";
    for (const Range& bad : {Range{2, -2, 8},
                             {1, 1, 8},
                             {nan, 1, 8},
                             {0, nan, 8},
                             {0, infinity, 8},
                             {-infinity, 0, 8},
                             {-1.5e308, 1.5e308, 8},
                             {-2, 2, 0},
                             {-2, 2, -1},
                             {-2, 2, largest_side + 1},
                             {-2, 2, 1'000'000'000'000},
                             {-2, 2, std::numeric_limits<std::int64_t>::max()}}) {
      expect_refused({{name, [=](Sweep& sweep) { sweep.plane.*side = bad; }}});
    }
  }
}

TEST(Validate, RefusesCriteriaThatAreNone) {
  expect_refused(bad_numbers("tolerance", &Criteria::tolerance, {0.0, -1e-6, nan, infinity}));
  expect_refused(bad_numbers("epsilon", &Criteria::epsilon, {0.0, 1.0, -0.01, 2.0, nan, infinity}));
  expect_refused(bad_numbers("rho", &Criteria::rho, {0.0, -0.01, nan, infinity}));
  for (const std::int64_t steps :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{2'147'483'647}, std::numeric_limits<std::int64_t>::max()}) {
    expect_refused({{"max_updates", [=](Sweep& sweep) { sweep.criteria.max_updates = steps; }}});
  }
}

TEST(Validate, RefusesMoreThanCanBeCounted) {
  const auto lengthen = [](Sweep& sweep, std::initializer_list<Axis> axes) {
    for (const Axis axis : axes) {
      for (int i = 1; i < 100; ++i) sweep.values(axis).push_back(1e-3 * i);
    }
  };
  expect_refused({{"points", [&](Sweep& sweep) {
                     lengthen(sweep, {Axis::beta, Axis::gamma, Axis::eta, Axis::delta, Axis::r});
                   }}});
  expect_refused({{"more pixels", [&](Sweep& sweep) {
                     lengthen(sweep, {Axis::beta, Axis::gamma, Axis::eta});
                     sweep.plane = {{-2, 2, largest_side}, {-2, 2, largest_side}};
                   }}});
  expect_refused({{"updates", [](Sweep& sweep) {
                     sweep.plane = {{-2, 2, largest_side}, {-2, 2, largest_side}};
                     sweep.criteria.max_updates = 1'000'000;
                   }}});
}

/// What float cannot hold but double can.
void expect_refused_in_float_alone(const Fault& fault) {
  expect_refused({fault});
  expect_refused({{"float", fault.commit}});
  Sweep sweep;
  sweep.precision = Precision::float64;
  fault.commit(sweep);
  EXPECT_NO_THROW(validate(sweep)) << fault.named;
}

TEST(Validate, RefusesInFloatWhatRoundsAwayThere) {
  const std::vector<Fault> faults = {
      {"beta", [](Sweep& sweep) { sweep.values(Axis::beta) = {1 - 1e-12}; }},
      {"beta", [](Sweep& sweep) { sweep.values(Axis::beta) = {1e-60}; }},
      {"gamma", [](Sweep& sweep) { sweep.values(Axis::gamma) = {1e-22}; }},
      {"gamma", [](Sweep& sweep) { sweep.values(Axis::gamma) = {1e-60}; }},
      {"eta", [](Sweep& sweep) { sweep.values(Axis::eta) = {1e-60}; }},
      {"eta", [](Sweep& sweep) { sweep.values(Axis::eta) = {1e60}; }},
      {"delta", [](Sweep& sweep) { sweep.values(Axis::delta) = {1e-60}; }},
      {"r", [](Sweep& sweep) { sweep.values(Axis::r) = {1e-60}; }},
      {"tolerance", [](Sweep& sweep) { sweep.criteria.tolerance = 1e-30; }},
      {"rho", [](Sweep& sweep) { sweep.criteria.rho = 1e-25; }},
      {"epsilon", [](Sweep& sweep) { sweep.criteria.epsilon = 1e-60; }},
  };
  for (const Fault& fault : faults) expect_refused_in_float_alone(fault);
}

TEST(Validate, RefusesValuesAndPixelsThatRoundToOneNumber) {
  const std::vector<Fault> faults = {
      {"beta",
       [](Sweep& sweep) {
         sweep.values(Axis::beta) = {0.9, 0.1, 0.900000001};
       }},
      {"gamma",
       [](Sweep& sweep) {
         sweep.values(Axis::gamma) = {0.1, 0.100000001};
       }},
      {"eta",
       [](Sweep& sweep) {
         sweep.values(Axis::eta) = {0.1, 0.100000001};
       }},
      {"delta",
       [](Sweep& sweep) {
         sweep.values(Axis::delta) = {-3.00000001, 0, -3};
       }},
      {"r",
       [](Sweep& sweep) {
         sweep.values(Axis::r) = {7, 7.00000001};
       }},
      {"w ",
       [](Sweep& sweep) {
         sweep.plane.x = {0.5, 0.500001, 64};
       }},
      {"18 numbers in float; double",
       [](Sweep& sweep) {
         sweep.plane.x = {0.5, 0.500001, 64};
       }},
      {"b ",
       [](Sweep& sweep) {
         sweep.plane.y = {1e6, 1.0001e6, 4096};
       }},
      {"b ",
       [](Sweep& sweep) {
         sweep.plane.y = {-1e-45, 1e-45, 8};
       }},
  };
  for (const Fault& fault : faults) expect_refused_in_float_alone(fault);
  const auto in_double = [](const std::function<void(Sweep&)>& commit) {
    return [=](Sweep& sweep) {
      sweep.precision = Precision::float64;
      commit(sweep);
    };
  };
  expect_refused({{"no precision", in_double([](Sweep& sweep) {
                     sweep.plane.x = {1, 1 + 1e-15, 8};
                   })},
                  {"no precision", in_double([](Sweep& sweep) {
                     sweep.plane.y = {-1e-323, 1e-323, 8};
                   })}});
}

TEST(Validate, AcceptsPixelsAsFineAsThePrecision) {
  for (const double first : {1.0, -0.5, 0.0, 1e-3, 1000.0}) {
    Sweep sweep;
    const double spacing =
        std::nextafter(static_cast<float>(std::fabs(first) + 1e-4), 1e9F) - static_cast<float>(std::fabs(first) + 1e-4);
    sweep.plane.x = {first, first + 128 * spacing, 64};  // centres that are numbers of the precision
    EXPECT_NO_THROW(validate(sweep)) << first;
    sweep.plane.x.count = 256;
    if (first == 0.0) continue;  // floats are finer and finer there
    EXPECT_THROW(validate(sweep), ConfigError) << first;
  }
}

TEST(Validate, TakesMomentaThatDifferInOneMinusBetaAlone) {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.99999, 0.99999001};
  ASSERT_EQ(static_cast<float>(0.99999), static_cast<float>(0.99999001));
  EXPECT_NO_THROW(validate(sweep));
}

TEST(Validate, RefusesWeightsWhoseLengthVanishes) {
  // s = sqrt(r^2 + w^2) would be 0, and the unit constant.
  expect_refused_in_float_alone({"r ", [](Sweep& sweep) {
                                   sweep.values(Axis::r) = {1.0, 1e-25};
                                   sweep.plane.x = {-2e-25, 2e-25, 3};
                                 }});
  expect_refused_in_float_alone({"double holds it", [](Sweep& sweep) {
                                   sweep.values(Axis::r) = {1e-22};
                                   sweep.plane.x = {-2, 2, 5};  // one of which is 0
                                 }});
  expect_refused({{"scale", [](Sweep& sweep) {
                     sweep.precision = Precision::float64;
                     sweep.values(Axis::r) = {1e-170};
                     sweep.plane.x = {-1, 1, 3};
                   }}});
  EXPECT_THROW(validate_start(1e-25, -1e-26, {.r = 1e-25}, Criteria{}, Precision::float32), ConfigError);
  EXPECT_NO_THROW(validate_start(1e-25, -1e-26, {.r = 1e-25}, Criteria{}, Precision::float64));
}

TEST(Validate, AcceptsWeightsThatAreSmallWithoutHarm) {
  Sweep sweep;
  sweep.values(Axis::r) = {0.0, 1e-18, 0.5};
  sweep.plane.x = {-0.3, 0.3, 3};  // whose middle is nearly 0
  EXPECT_NO_THROW(validate(sweep));
  sweep.plane.x = {-1e-30, 1e-30, 3};
  EXPECT_NO_THROW(validate(sweep));  // r alone has a square, and the plane needs none
  sweep.values(Axis::r) = {0.0, 1e-25};
  sweep.plane.x = {-2, 2, 4};
  EXPECT_NO_THROW(validate(sweep));
  EXPECT_NO_THROW(validate_start(0.0, 1.0, Point{}, Criteria{}, Precision::float32));
  EXPECT_NO_THROW(validate_start(1e-30, -1e-26, Point{}, Criteria{}, Precision::float32));
}

TEST(Validate, RefusesInFloatStartsWhoseDivergenceCouldNotBeTold) {
  expect_refused_in_float_alone({"start", [](Sweep& sweep) { sweep.plane.x = {-1e14, 1, 8}; }});
  expect_refused_in_float_alone({"start", [](Sweep& sweep) { sweep.plane.y = {-1, 1e14, 8}; }});
  expect_refused_in_float_alone({"start", [](Sweep& sweep) { sweep.values(Axis::r) = {-1e14}; }});
  expect_refused_in_float_alone({"target", [](Sweep& sweep) { sweep.values(Axis::gamma) = {1e14}; }});
  expect_refused_in_float_alone({"target", [](Sweep& sweep) { sweep.values(Axis::delta) = {1e14}; }});
}

TEST(Validate, RefusesAStartThatIsNone) {
  EXPECT_NO_THROW(validate_start(1, -1, Point{}, Criteria{}, Precision::float32));
  for (const double bad : {nan, infinity, -infinity, 1e20}) {
    EXPECT_THROW(validate_start(bad, 0, Point{}, Criteria{}, Precision::float32), ConfigError) << bad;
    EXPECT_THROW(validate_start(0, bad, Point{}, Criteria{}, Precision::float32), ConfigError) << bad;
  }
}

TEST(Validate, NamesTheParameterAsData) {
  const auto error_for = [](const std::function<void(Sweep&)>& commit) {
    Sweep sweep;
    commit(sweep);
    try {
      validate(sweep);
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.what(), error.parameter() + " " + error.fault());
      return error;
    }
    ADD_FAILURE() << "it is accepted";
    return ConfigError("");
  };
  const ConfigError tolerance = error_for([](Sweep& sweep) { sweep.criteria.tolerance = 0.0; });
  EXPECT_EQ(tolerance.parameter(), "tolerance");
  EXPECT_EQ(tolerance.fault(), "must be > 0 and finite, but is 0");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.criteria.tolerance = 1e-30; }).parameter(), "tolerance");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.criteria.rho = -1.0; }).parameter(), "rho");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.criteria.epsilon = 2.0; }).parameter(), "epsilon");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.criteria.max_updates = 0; }).parameter(), "max_updates");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.criteria.stop = static_cast<StopRule>(7); }).parameter(), "stop");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.precision = static_cast<Precision>(7); }).parameter(), "precision");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.refinement.kind = static_cast<RefinementKind>(7); }).parameter(),
            "refine");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.refinement.sample = nan; }).parameter(), "refine_sample");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.plane.x.hi = nan; }).parameter(), "w");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.plane.y.count = 0; }).parameter(), "b");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.values(Axis::eta) = {0.0}; }).parameter(), "eta");
  EXPECT_EQ(error_for([](Sweep& sweep) { sweep.criteria.certify = sweep.fields.loss = true; }).parameter(), "fields");
  EXPECT_EQ(ConfigError("the sweep has too many points").parameter(), "");
}

TEST(Validate, RefusesAnExecutionThatCannotRun) {
  EXPECT_NO_THROW(validate(Execution{}));
  EXPECT_NO_THROW(validate(Execution{.device = Device::cpu, .threads = largest_threads, .shard = {2, 3}}));
  EXPECT_THROW(validate(Execution{.device = static_cast<Device>(9)}), ConfigError);
  for (const int threads : {-1, largest_threads + 1, std::numeric_limits<int>::min()})
    EXPECT_THROW(validate(Execution{.threads = threads}), ConfigError) << threads;
  for (const Shard shard : {Shard{0, 0}, Shard{-1, 2}, Shard{2, 2}, Shard{0, -1}, Shard{5, 3}})
    EXPECT_THROW(validate(Execution{.shard = shard}), ConfigError) << shard.index << " of " << shard.count;
}

TEST(Errors, HaveTheExitStatusOfTheirKind) {
  EXPECT_EQ(status_of(OutOfMemory("").kind()), 1);
  EXPECT_EQ(status_of(FileExists("").kind()), 2);
  EXPECT_EQ(status_of(Error("").kind()), 1);
  EXPECT_EQ(status_of(ConfigError("").kind()), 2);
  EXPECT_EQ(status_of(StorageError("").kind()), 3);
  EXPECT_EQ(status_of(DeviceError("").kind()), 4);
  EXPECT_EQ(status_of(Interrupted().kind()), 130);
}

}  // namespace
}  // namespace deadcone
