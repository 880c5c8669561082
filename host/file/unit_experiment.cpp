// The experiment of the unit: the one table of its results by pixel and by point.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "base/binomial_interval.hpp"
#include "config/optimizer_text.hpp"
#include "config/parse.hpp"
#include "deadcone/proof/well_bounds.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"
#include "deadcone/trajectory/rounding_noise.hpp"
#include "file/experiment.hpp"

namespace deadcone {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr const char* pending_comment = "-1: not computed yet";

bool is_general(const Sweep& sweep) {
  return sweep.is_general();
}

bool is_rectifier(const Sweep& sweep) {
  return !sweep.is_general();
}

bool has_leak(const Sweep& sweep) {
  return learns_leak(sweep.unit);
}

/// Whether the loss has the same minima at all pixels of a map.
bool has_minima(const Sweep& sweep) {
  constexpr Axis of_loss[] = {Axis::gamma, Axis::delta, Axis::decay, Axis::leak, Axis::scale, Axis::lo, Axis::hi};
  return sweep.is_general() && std::ranges::none_of(of_loss, [&](Axis axis) {
           return sweep.plane.range_of(static_cast<std::size_t>(axis)) != nullptr;
         });
}

bool has_minima_of_leak(const Sweep& sweep) {
  return has_minima(sweep) && has_leak(sweep);
}

bool looks_for_cycles(const Sweep& sweep) {
  return sweep.criteria.longest_cycle > 0;
}

bool measures_exponents(const Sweep& sweep) {
  return sweep.criteria.lyapunov_updates > 0;
}

bool certifies(const Sweep& sweep) {
  return sweep.criteria.certify;
}

bool refines(const Sweep& sweep) {
  return sweep.refinement.kind != RefinementKind::none;
}

bool has_estimate(const Sweep& sweep) {
  return sweep.refinement.has_estimate();
}

FieldOption option(const std::string& word) {
  return *std::ranges::find(unit_field_options(), word, &FieldOption::word);
}

/// Gives a field the member of a TileResult that holds it: a vector, or reals in the precision of the sweep.
template <class T>
PixelField stored_in(std::vector<T> TileResult::*member, PixelField field) {
  field.values = [member](const TileResult& result) {
    return PixelValues{(result.*member).data(), (result.*member).size()};
  };
  field.room = [member](TileResult& result, hdf5::Type, std::size_t count) -> void* {
    (result.*member).resize(count);
    return (result.*member).data();
  };
  return field;
}

PixelField stored_in(RealBuffer TileResult::*member, PixelField field) {
  field.in_precision = true;
  field.values = [member](const TileResult& result) {
    return std::visit([](const auto& values) { return PixelValues{values.data(), values.size()}; }, result.*member);
  };
  field.room = [member](TileResult& result, hdf5::Type type, std::size_t count) -> void* {
    if (type == hdf5::Type::float32) return (result.*member).emplace<std::vector<float>>(count).data();
    return (result.*member).emplace<std::vector<double>>(count).data();
  };
  return field;
}

PixelField real(RealBuffer TileResult::*member, const std::string& name, const std::string& meaning,
                const std::string& word) {
  return stored_in(member, {.variable = {name, meaning, hdf5::Type::float64, not_a_number}, .option = option(word)});
}

/// The fate of sweeps whose starts can have the first `count` fates.
PixelField fate_field(std::size_t count, bool (*exists)(const Sweep&)) {
  return stored_in(&TileResult::fate, {.variable = {.name = "fate",
                                                    .meaning = "what became of the initial parameters",
                                                    .type = hdf5::Type::int8,
                                                    .fill = -1,
                                                    .flags = flag_names<Fate>(true, count)},
                                       .exists = exists});
}

std::vector<PixelField> make_pixel_fields() {
  using hdf5::Type;
  PixelField r_final = real(&TileResult::r_final, "r_final", "weight orthogonal to the target direction at the end",
                            "final");  // zero in planar maps of a sweep that has others as well
  r_final.exists = has_general_starts;
  PixelField leak_final = real(&TileResult::leak_final, "leak_final", "slope below 0 at the end", "final");
  leak_final.exists = has_leak;
  return {
      fate_field(rectifier_fate_count, is_rectifier),
      fate_field(fate_count, is_general),
      stored_in(&TileResult::updates, {.variable = {.name = "steps",
                                                    .meaning = "updates made until the end",
                                                    .type = Type::int32,
                                                    .fill = -1,
                                                    .comment = pending_comment},
                                       .option = option("steps")}),
      stored_in(&TileResult::proof, {.variable = {.name = "proof",
                                                  .meaning = "theorem that proves the fate",
                                                  .type = Type::int8,
                                                  .fill = -1,
                                                  .flags = flag_names<Proof>(),
                                                  .comment = pending_comment},
                                     .exists = certifies}),
      stored_in(&TileResult::origin,
                {.variable = {.name = "provenance",
                              .meaning = "whether the fate was computed or filled in from the pixels around",
                              .type = Type::int8,
                              .fill = -1,
                              .flags = flag_names<PixelOrigin>(),
                              .comment = std::string(pending_comment) + "; steps and proof of filled pixels are -1"},
                 .exists = refines}),
      r_final,
      real(&TileResult::w_final, "w_final", "weight along the target direction at the end", "final"),
      real(&TileResult::b_final, "b_final", "bias at the end", "final"),
      leak_final,
      real(&TileResult::loss_final, "loss_final", "loss at the end", "loss"),
      stored_in(&TileResult::minimum,
                {.variable = {.name = "minimum",
                              .meaning = "minimum of the loss that it rests at, by its number",
                              .type = Type::int8,
                              .fill = -1,
                              .comment = std::string(pending_comment) + "; 0: none; 1: that of least loss"},
                 .exists = has_minimum_by_pixel}),
      stored_in(&TileResult::period, {.variable = {.name = "period",
                                                   .meaning = "updates of the cycle that it is in",
                                                   .type = Type::int32,
                                                   .fill = -1,
                                                   .comment = std::string(pending_comment) + "; 0: none is found"},
                                      .exists = looks_for_cycles}),
      stored_in(&TileResult::lyapunov,
                {.variable = {"lyapunov", "largest Lyapunov exponent, per update", Type::float64, not_a_number},
                 .exists = measures_exponents}),
  };
}

/// A function that gives the bytes of value_of(counts, seconds) of each point; that is a number or an array of them.
template <class ValueOf>
auto by_each(const ValueOf& value_of) {
  return [value_of](const PointResults& results) {
    using Value = std::remove_cvref_t<std::invoke_result_t<ValueOf, const Counts&, double>>;
    Bytes bytes(results.counts.size() * sizeof(Value));
    std::byte* to = bytes.data();
    for (const Counts& counts : results.counts) {
      const Value value = value_of(counts, results.seconds);
      std::memcpy(to, &value, sizeof value);
      to += sizeof value;
    }
    return bytes;
  };
}

double computed_pixels(const Counts& counts) {
  return static_cast<double>(counts.pixels() - counts.filled);
}

double mean_updates(const Counts& counts) {
  return static_cast<double>(counts.updates) / computed_pixels(counts);
}

/// The counts of the first `count` fates.
template <std::size_t count>
std::array<std::int64_t, count> first_fates(const Counts& counts) {
  std::array<std::int64_t, count> fates{};
  std::ranges::copy_n(counts.fates.begin(), count, fates.begin());
  return fates;
}

template <std::size_t count>
std::array<double, count> fate_fractions(const Counts& counts) {
  const auto pixels = static_cast<double>(counts.pixels());
  std::array<double, count> fractions{};
  std::ranges::transform(first_fates<count>(counts), fractions.begin(),
                         [&](std::int64_t fate) { return static_cast<double>(fate) / pixels; });
  return fractions;
}

PointVariable by_point(const std::string& name, const std::string& meaning, hdf5::Type type, double fill) {
  return {.variable = {name, meaning, type, fill}};
}

/// A number of things: 0 until they are counted.
PointVariable counted(PointVariable variable) {
  variable.variable.initial = 0.0;
  return variable;
}

PointVariable by_fate(const std::string& name, const std::string& meaning, hdf5::Type type, double fill) {
  return {.variable = {name, meaning, type, fill}, .code_axis = "fate_code"};
}

/// A number of the counts.
template <class T>
PointField stored_at(T Counts::*place, PointVariable variable, bool (*exists)(const Sweep&) = nullptr) {
  variable.variable.type = hdf5::type_of<T>();
  return {.variable = std::move(variable),
          .exists = exists,
          .get = by_each([place](const Counts& counts, double) { return counts.*place; }),
          .set = [place](std::span<const std::byte> bytes, PointResult& result) {
            std::memcpy(&(result.counts.*place), bytes.data(), sizeof(T));
          }};
}

/// The results by fate of sweeps whose starts can have the first `count` fates.
template <std::size_t count>
std::array<PointField, 2> fields_by_fate(bool (*exists)(const Sweep&)) {
  using hdf5::Type;
  return {{
      {.variable = counted(by_fate("fate_count", "initial parameters of each fate", Type::int64, -1)),
       .exists = exists,
       .get = by_each([](const Counts& counts, double) { return first_fates<count>(counts); }),
       .set = [](std::span<const std::byte> bytes,
                 PointResult& result) { std::memcpy(result.counts.fates.data(), bytes.data(), bytes.size()); }},
      {.variable = by_fate("fate_fraction", "fraction of each fate", Type::float64, not_a_number),
       .exists = exists,
       .get = by_each([](const Counts& counts, double) { return fate_fractions<count>(counts); })},
  }};
}

/// A number of each minimum of the loss at a point; not a number where there are fewer.
PointField of_minima(const std::string& name, const std::string& meaning, double (*value_of)(const Minimum&),
                     bool (*exists)(const Sweep&) = has_minima) {
  PointVariable variable = {.variable = {name, meaning, hdf5::Type::float64, not_a_number},
                            .code_axis = "minimum_number",
                            .repeats = false};  // Newton's method may end an ulp apart on another machine
  return {.variable = std::move(variable), .exists = exists, .get = [value_of](const PointResults& results) {
            Bytes bytes;
            for (const std::vector<Minimum>& found : results.minima()) {
              std::array<double, unit::most_minima> values;
              values.fill(not_a_number);
              for (std::size_t i = 0; i < std::min(found.size(), values.size()); ++i) values[i] = value_of(found[i]);
              const auto* first = reinterpret_cast<const std::byte*>(values.data());
              bytes.insert(bytes.end(), first, first + sizeof values);
            }
            return bytes;
          }};
}

std::vector<Coordinate> code_axes_of(const Sweep& sweep) {
  std::vector<Coordinate> axes = {code_coordinate<Fate>(
      "fate_code", "fate", static_cast<std::size_t>(fates_of(sweep.unit, sweep.optimizer, sweep.criteria)))};
  if (has_minima(sweep)) {
    std::vector<std::int8_t> numbers;
    for (int i = 1; i <= unit::most_minima; ++i) numbers.push_back(static_cast<std::int8_t>(i));
    axes.push_back({"minimum_number", "minima of the loss, the least loss first", numbers});
  }
  return axes;
}

std::vector<PointField> make_point_fields() {
  using hdf5::Type;
  PointVariable seconds = by_point("seconds", "time taken", Type::float64, not_a_number);
  seconds.variable.units = "s";
  seconds.repeats = false;
  const auto of_rectifier = fields_by_fate<rectifier_fate_count>(is_rectifier);
  const auto of_others = fields_by_fate<fate_count>(is_general);
  return {
      of_rectifier[0],
      of_rectifier[1],
      of_others[0],
      of_others[1],
      {.variable = by_point("steps_mean", "mean number of updates", Type::float64, not_a_number),
       .get = by_each([](const Counts& counts, double) { return mean_updates(counts); })},
      stored_at(&Counts::most_updates, by_point("steps_max", "largest number of updates", Type::int32, -1)),
      stored_at(&Counts::updates, counted(by_point("updates", "sum of the updates of all pixels", Type::int64, -1))),
      {.variable = seconds,
       .get = by_each([](const Counts&, double each) { return each; }),
       .set = [](std::span<const std::byte> bytes,
                 PointResult& result) { std::memcpy(&result.seconds, bytes.data(), sizeof result.seconds); }},
      {.variable = counted(by_point(point_done, "1 where the map is complete", Type::int8, -1)),
       .get = by_each([](const Counts&, double) { return std::int8_t{1}; })},
      stored_at(&Counts::filled,
                counted(by_point("pixels_filled", "pixels that were filled, not computed", Type::int64, -1)), refines),
      stored_at(&Counts::fill_mismatches,
                counted(by_point("fill_mismatches", "sampled pixels that were to be filled and had another fate",
                                 Type::int64, -1)),
                refines),
      stored_at(&Counts::fill_sampled,
                counted(by_point("fill_sampled",
                                 "filled pixels that were computed at the end, to estimate how many are wrong",
                                 Type::int64, -1)),
                has_estimate),
      stored_at(
          &Counts::fill_sample_mismatches,
          counted(by_point("fill_sample_mismatches", "those of fill_sampled that had another fate", Type::int64, -1)),
          has_estimate),
      of_minima("minimum_w", "weight along the target direction at a minimum of the loss",
                [](const Minimum& minimum) { return minimum.theta.w; }),
      of_minima("minimum_b", "bias there", [](const Minimum& minimum) { return minimum.theta.b; }),
      of_minima(
          "minimum_leak", "slope below 0 there", [](const Minimum& minimum) { return minimum.leak; },
          has_minima_of_leak),
      of_minima("minimum_loss", "loss there, with the decay", [](const Minimum& minimum) { return minimum.loss; }),
      of_minima("minimum_curvature", "smaller eigenvalue of the Hessian in the plane there",
                [](const Minimum& minimum) { return minimum.curvatures[0]; }),
      of_minima("minimum_curvature_largest", "greater eigenvalue of the Hessian in the plane there",
                [](const Minimum& minimum) { return minimum.curvatures[1]; }),
      of_minima("minimum_curvature_across", "second derivative of the loss by r there",
                [](const Minimum& minimum) { return minimum.curvature_across; }),
  };
}

std::vector<PointColumn> make_columns() {
  std::vector<PointColumn> columns;
  for (std::size_t fate = 0; fate < fate_count; ++fate) {
    columns.push_back(
        {.title = NameTable<Fate>::values[fate].name,
         .width = fate < rectifier_fate_count ? 12 : 15,
         .digits = 5,
         .exists = fate < rectifier_fate_count ? nullptr : is_general,
         .value = [fate](const PointResult& result) { return fate_fractions<fate_count>(result.counts)[fate]; }});
  }
  const auto computed_share = [](const PointResult& result) {
    return computed_pixels(result.counts) / static_cast<double>(result.counts.pixels());
  };
  const auto most_updates = [](const PointResult& result) {
    return computed_pixels(result.counts) > 0.0 ? static_cast<double>(result.counts.most_updates) : not_a_number;
  };
  columns.push_back({.title = "computed", .width = 12, .digits = 5, .exists = refines, .value = computed_share});
  columns.push_back(
      {.title = "mismatches", .width = 12, .digits = 0, .exists = refines, .value = [](const auto& result) {
         return static_cast<double>(result.counts.fill_mismatches);
       }});
  // Of the filled pixels, how many are wrong: an estimate and its 95% interval.
  const auto wrong = [](const char* title, double BinomialInterval::*part) {
    return PointColumn{
        .title = title, .width = 10, .digits = 0, .exists = has_estimate, .value = [part](const auto& result) {
          return estimate_wrong_fills(result.counts).*part;
        }};
  };
  columns.push_back(wrong("wrong", &BinomialInterval::share));
  columns.push_back(wrong("from", &BinomialInterval::low));
  columns.push_back(wrong("to", &BinomialInterval::high));
  columns.push_back({.title = "mean updates", .width = 14, .digits = 1, .value = [](const auto& result) {
                       return mean_updates(result.counts);
                     }});
  columns.push_back({.title = "most updates", .width = 14, .digits = 0, .value = most_updates});
  columns.push_back(
      {.title = "seconds", .width = 10, .digits = 2, .value = [](const auto& result) { return result.seconds; }});
  return columns;
}

std::string in_words(const Criteria& criteria) {
  std::string text = criteria.stop == StopRule::stationary ? "update and gradient" : "update (the paper's rule)";
  text += " below " + shortest(criteria.tolerance) + (criteria.relative_tolerance ? " |(gamma, delta)|" : "");
  return text + " twice in a row; at most " + std::to_string(criteria.max_updates) + " updates";
}

std::string in_words(const Refinement& refinement) {
  if (refinement.kind == RefinementKind::exact) return "blocks whose fate is proved are filled, all else is computed";
  return "blocks whose border has one fate are filled; of their pixels the share " + shortest(refinement.sample) +
         " is computed" +
         (refinement.has_estimate() ? ", and as many at the end (10 000 at most) to estimate how many are wrong" : "");
}

using Notes = std::vector<std::pair<std::string, std::string>>;

template <class Kind>
std::string with_meaning(Kind kind) {
  return std::string(name_of(kind)) + ": " + meaning_of(kind);
}

/// What is trained, and how, where that is not the rectifier under momentum.
Notes notes_of_training(const Sweep& sweep) {
  if (!sweep.is_general()) return {};
  const Optimizer& optimizer = sweep.optimizer;
  Notes notes = {{"unit", with_meaning(sweep.unit)}, {"optimizer", with_meaning(optimizer.kind)}};
  if (optimizer.schedule != Schedule() || optimizer.has_warmup) {
    notes.emplace_back("schedule", (optimizer.has_warmup ? "warm-up, then " : "") + schedule_text(optimizer.schedule));
  }
  if (optimizer.clip != ClipKind::none) notes.emplace_back("clipping", with_meaning(optimizer.clip));
  return notes;
}

Notes notes_of(const Sweep& sweep) {
  Notes notes = notes_of_training(sweep);
  const bool general = sweep.is_general();
  const std::string rho = shortest(sweep.criteria.rho);
  const std::string epsilon = shortest(sweep.criteria.epsilon);
  notes.emplace_back("stops", in_words(sweep.criteria));
  if (certifies(sweep)) {
    const bool has_theorem = !general || may_have_wells(sweep.unit, sweep.optimizer, sweep.criteria);
    notes.emplace_back("certified", has_theorem ? "a trajectory also ends where a theorem proves its fate"
                                                : "no theorem holds for this unit and optimiser: no fate is proved");
  }
  if (refines(sweep)) notes.emplace_back("refined", in_words(sweep.refinement));
  if (looks_for_cycles(sweep))
    notes.emplace_back("cycles", "of at most " + std::to_string(sweep.criteria.longest_cycle) + " updates");
  if (measures_exponents(sweep))
    notes.emplace_back("lyapunov",
                       "over " + std::to_string(sweep.criteria.lyapunov_updates) + " updates after the end");
  notes.emplace_back("converged", general ? "within " + rho + " |theta| of theta, the minimum of least loss"
                                          : "within " + rho + " |(gamma, delta)| of the target");
  notes.emplace_back("dead", general ? "at no minimum, and its mean slope below " + epsilon + " of the greatest"
                                     : "active with probability below " + epsilon);
  return notes;
}

/// The points at which rounding may decide fates: how many there are, and the first of them.
struct RoundingPoints {
  std::int64_t count = 0;
  std::vector<std::int64_t> first;
};

/// Of a sweep whose pixels are starts. Where it may at a momentum, it may at every smaller one: so a search among those
/// sorted finds how many they are, and not every point is looked at.
RoundingPoints find_rounding_points(const Sweep& sweep, std::size_t most_named) {
  const std::vector<double>& betas = sweep.values(Axis::beta);
  std::vector<double> sorted = betas;
  std::ranges::sort(sorted);
  const std::int64_t others = sweep.points() / std::ssize(betas);  // beta is the slowest axis
  RoundingPoints found;
  std::vector<double> largest;  // momentum at which it may; below all where it may at none
  constexpr std::int64_t at_once = 4096;
  for (std::int64_t first = 0; first < others; first += at_once) {
    for (Point point : sweep.points({first, std::min(at_once, others - first)})) {
      const auto may = [&](double beta) {
        point.beta = beta;
        return rounding_may_decide(point, sweep.criteria, sweep.precision);
      };
      const auto end = std::ranges::partition_point(sorted, may);
      found.count += end - sorted.begin();
      largest.push_back(end == sorted.begin() ? -1.0 : *(end - 1));
    }
  }
  for (std::size_t i = 0; i < betas.size() && found.first.size() < most_named && found.count > 0; ++i) {
    for (std::size_t other = 0; other < largest.size() && found.first.size() < most_named; ++other) {
      if (betas[i] <= largest[other])
        found.first.push_back(static_cast<std::int64_t>(i) * others + static_cast<std::int64_t>(other));
    }
  }
  return found;
}

/// Of the pixels of all maps of a sweep, the share at whose points rounding may decide fates: among some thousands of
/// points that lie evenly among all.
double share_of_rounding_pixels(const Sweep& sweep) {
  constexpr std::int64_t most_points = 65'536;
  struct Values {
    double Point::*place;
    const Range* range;
    const std::vector<double>* list;
    std::int64_t all;
    std::int64_t some;

    double operator[](std::int64_t i) const {
      const std::int64_t at = (2 * i + 1) * all / (2 * some);
      return range != nullptr ? range->centre(at) : (*list)[static_cast<std::size_t>(at)];
    }
  };
  std::vector<Values> axes;
  std::int64_t points = 1;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    const SweepAxis& each = sweep.axes[axis];
    if (each.place == nullptr) continue;
    const Range* range = sweep.plane.range_of(axis);
    const std::int64_t count = range != nullptr ? range->count : std::ssize(each.values);
    axes.push_back({each.place, range, &each.values, count, count});
    points *= count;  // of a valid sweep: all its pixels can be counted
  }
  while (points > most_points) {
    const auto longest = std::ranges::max_element(axes, {}, &Values::some);
    points = points / longest->some * (longest->some / 2);
    longest->some /= 2;
  }
  std::int64_t found = 0;
  for (std::int64_t number = 0; number < points; ++number) {
    Point point;
    std::int64_t rest = number;
    for (const Values& values : axes) {
      point.*values.place = values[rest % values.some];
      rest /= values.some;
    }
    found += rounding_may_decide(point, sweep.criteria, sweep.precision) ? 1 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(points);
}

/// "12.5%".
std::string percent(double share) {
  const double rounded = std::round(1000.0 * share) / 10.0;
  return rounded == 0.0 ? "less than 0.1%" : shortest(rounded) + "%";
}

/// Where rounding may decide fates, in words; empty where it may nowhere.
std::string rounding_in_words(const Sweep& sweep) {
  const Plane& plane = sweep.plane;
  if (sweep.axis(plane.x_axis).place != nullptr || sweep.axis(plane.y_axis).place != nullptr) {
    const double share = share_of_rounding_pixels(sweep);
    return share == 0.0 ? "" : "about " + percent(share) + " of the pixels";
  }
  constexpr std::size_t most_named = 4;
  const auto [count, first] = find_rounding_points(sweep, most_named);
  if (count == 0) return "";
  std::string names;
  for (const std::int64_t point : first) names += (names.empty() ? "" : "; ") + point_name(sweep, point);
  if (count > std::ssize(first)) names += "; ...";
  const std::int64_t points = sweep.points();
  return std::to_string(count) + " of " + std::to_string(points) + (points == 1 ? " point (" : " points (") + names +
         ")";
}

std::string title_of(const Sweep& sweep) {
  if (!sweep.is_general()) return "Basins of attraction of a rectified unit under gradient descent with momentum";
  return std::string("Basins of attraction of a unit (") + name_of(sweep.unit) + ") under " +
         name_of(sweep.optimizer.kind);
}

Notes warnings_of(const Sweep& sweep) {
  if (sweep.is_general()) return {};  // what is known of rounding is of the rectifier under momentum
  const std::string where = rounding_in_words(sweep);
  if (where.empty()) return {};
  return {{"rounding", "may decide fates at " + where +
                           ", where the target is unstable or nearly so, or the noise of rounding at it not far below "
                           "the tolerance"}};
}

}  // namespace

const Experiment& unit_experiment() {
  static const Experiment experiment = {
      .title = title_of,
      .sweep = {},
      .code_axes = code_axes_of,
      .pixel_fields = make_pixel_fields(),
      .point_fields = make_point_fields(),
      .columns = make_columns(),
      .notes = notes_of,
      .warnings = warnings_of,
  };
  return experiment;
}

}  // namespace deadcone
