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
#include "config/parse.hpp"
#include "deadcone/trajectory/rounding_noise.hpp"
#include "file/experiment.hpp"

namespace deadcone {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr const char* pending_comment = "-1: not computed yet";

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

std::vector<PixelField> make_pixel_fields() {
  using hdf5::Type;
  PixelField r_final = real(&TileResult::r_final, "r_final", "weight orthogonal to the target direction at the end",
                            "final");  // zero in planar maps of a sweep that has others as well
  r_final.exists = has_general_starts;
  return {
      stored_in(&TileResult::fate, {.variable = {.name = "fate",
                                                 .meaning = "what became of the initial parameters",
                                                 .type = Type::int8,
                                                 .fill = -1,
                                                 .flags = flag_names<Fate>(true)}}),
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
      real(&TileResult::loss_final, "loss_final", "loss at the end", "loss"),
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

/// The counts of the fates that a file has.
std::array<std::int64_t, fate_count> stored_fates(const Counts& counts) {
  std::array<std::int64_t, fate_count> fates{};
  std::ranges::copy_n(counts.fates.begin(), fate_count, fates.begin());
  return fates;
}

std::array<double, fate_count> fate_fractions(const Counts& counts) {
  const auto pixels = static_cast<double>(counts.pixels());
  std::array<double, fate_count> fractions{};
  std::ranges::transform(stored_fates(counts), fractions.begin(),
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

std::vector<PointField> make_point_fields() {
  using hdf5::Type;
  PointVariable seconds = by_point("seconds", "time taken", Type::float64, not_a_number);
  seconds.variable.units = "s";
  seconds.repeats = false;
  return {
      {.variable = counted(by_fate("fate_count", "initial parameters of each fate", Type::int64, -1)),
       .get = by_each([](const Counts& counts, double) { return stored_fates(counts); }),
       .set = [](std::span<const std::byte> bytes,
                 PointResult& result) { std::memcpy(result.counts.fates.data(), bytes.data(), bytes.size()); }},
      {.variable = by_fate("fate_fraction", "fraction of each fate", Type::float64, not_a_number),
       .get = by_each([](const Counts& counts, double) { return fate_fractions(counts); })},
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
  };
}

std::vector<PointColumn> make_columns() {
  std::vector<PointColumn> columns;
  for (std::size_t fate = 0; fate < fate_count; ++fate) {
    columns.push_back({.title = NameTable<Fate>::values[fate].name,
                       .width = 12,
                       .digits = 5,
                       .value = [fate](const PointResult& result) { return fate_fractions(result.counts)[fate]; }});
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

std::vector<std::pair<std::string, std::string>> notes_of(const Sweep& sweep) {
  std::vector<std::pair<std::string, std::string>> notes = {{"stops", in_words(sweep.criteria)}};
  if (certifies(sweep)) notes.emplace_back("certified", "a trajectory also ends where a theorem proves its fate");
  if (refines(sweep)) notes.emplace_back("refined", in_words(sweep.refinement));
  notes.emplace_back("converged", "within " + shortest(sweep.criteria.rho) + " |(gamma, delta)| of the target");
  notes.emplace_back("dead", "active with probability below " + shortest(sweep.criteria.epsilon));
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

std::vector<std::pair<std::string, std::string>> warnings_of(const Sweep& sweep) {
  const std::string where = rounding_in_words(sweep);
  if (where.empty()) return {};
  return {{"rounding", "may decide fates at " + where +
                           ", where the target is unstable or nearly so, or the noise of rounding at it not far below "
                           "the tolerance"}};
}

}  // namespace

const Experiment& unit_experiment() {
  static const Experiment experiment = {
      .title = "Basins of attraction of a rectified unit under gradient descent with momentum",
      .sweep = {},
      .code_axes = {code_coordinate<Fate>("fate_code", "fate")},
      .pixel_fields = make_pixel_fields(),
      .point_fields = make_point_fields(),
      .columns = make_columns(),
      .notes = notes_of,
      .warnings = warnings_of,
  };
  return experiment;
}

}  // namespace deadcone
