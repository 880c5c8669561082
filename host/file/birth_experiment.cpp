#include "file/birth_experiment.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

#include "base/binomial_interval.hpp"
#include "config/parse.hpp"
#include "file/experiment.hpp"
#include "network/birth_json.hpp"

namespace deadcone {
namespace {

using hdf5::Type;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr const char* layer_axis = "layer";

/// What a result by point is made from.
struct Facts {
  const BirthSweep& sweep;
  BirthPoint point;
  const BirthResult& result;
  BinomialInterval probability;
  BirthTheory theory;
};

struct BirthField {
  PointVariable variable;
  std::function<Bytes(const Facts&)> get;
  /// Puts the elements of a point back; null: they follow from others.
  std::function<void(std::span<const std::byte>, BirthResult&)> set = {};
};

template <class T>
constexpr Type type_for() {
  return hdf5::type_of<T>();
}

template <class T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

template <class T>
double fill_for() {
  if constexpr (std::is_floating_point_v<T>) return not_a_number;
  return -1.0;
}

Variable variable(const std::string& name, const std::string& meaning, Type type, double fill) {
  return {.name = name, .meaning = meaning, .type = type, .fill = fill};
}

/// A number by point that follows from others.
template <class T>
BirthField derived(const std::string& name, const std::string& meaning, std::function<T(const Facts&)> get) {
  return {.variable = {.variable = variable(name, meaning, type_for<T>(), fill_for<T>())},
          .get = [get = std::move(get)](const Facts& facts) { return bytes_of(get(facts)); }};
}

/// A member of the counts.
BirthField count(const std::string& name, const std::string& meaning, std::int64_t BirthCounts::*member) {
  BirthField field = {.variable = {.variable = variable(name, meaning, Type::int64, -1.0)},
                      .get = [member](const Facts& facts) { return bytes_of(facts.result.counts.*member); },
                      .set =
                          [member](std::span<const std::byte> bytes, BirthResult& result) {
                            std::memcpy(&(result.counts.*member), bytes.data(), sizeof(std::int64_t));
                          }};
  field.variable.variable.initial = 0.0;
  return field;
}

template <class T>
Bytes by_layer(const Facts& facts, const std::function<T(std::size_t)>& value) {
  std::vector<T> all(static_cast<std::size_t>(facts.sweep.largest_depth()), static_cast<T>(fill_for<T>()));
  for (std::size_t layer = 0; layer < facts.point.widths.size(); ++layer) all[layer] = value(layer);
  Bytes bytes(all.size() * sizeof(T));
  std::memcpy(bytes.data(), all.data(), bytes.size());
  return bytes;
}

/// A member of the counts that has an element for each layer.
template <class T>
BirthField layers(const std::string& name, const std::string& meaning, std::vector<T> BirthCounts::*member) {
  return {.variable = {.variable = variable(name, meaning, type_for<T>(), fill_for<T>()), .code_axis = layer_axis},
          .get =
              [member](const Facts& facts) {
                return by_layer<T>(facts, [&](std::size_t layer) { return (facts.result.counts.*member)[layer]; });
              },
          .set =
              [member](std::span<const std::byte> bytes, BirthResult& result) {
                std::vector<T>& to = result.counts.*member;
                std::memcpy(to.data(), bytes.data(), to.size() * sizeof(T));
              }};
}

/// A mean by layer, as sum and number of what is added up.
BirthField layer_mean(const std::string& name, const std::string& meaning,
                      const std::function<std::pair<double, double>(const Facts&, std::size_t)>& parts) {
  return {.variable = {.variable = variable(name, meaning, Type::float64, not_a_number), .code_axis = layer_axis},
          .get = [parts](const Facts& facts) {
            return by_layer<double>(facts, [&](std::size_t layer) {
              const auto [sum, number] = parts(facts, layer);
              return number > 0.0 ? sum / number : not_a_number;
            });
          }};
}

BirthField theorem(const std::string& name, const std::string& meaning, BirthTheorem BirthTheory::*member) {
  BirthField field = derived<std::int8_t>(
      name, meaning, [member](const Facts& facts) { return static_cast<std::int8_t>(facts.theory.*member); });
  field.variable.variable.flags = flag_names<BirthTheorem>(true);
  return field;
}

std::vector<BirthField> make_fields() {
  const auto entering = [](const Facts& facts, std::size_t layer) {
    return static_cast<double>(facts.result.counts.entering(layer));
  };
  BirthField seconds = {
      .variable = {.variable = variable("seconds", "time taken", Type::float64, not_a_number), .repeats = false},
      .get = [](const Facts& facts) { return bytes_of(facts.result.seconds); },
      .set = [](std::span<const std::byte> bytes,
                BirthResult& result) { std::memcpy(&result.seconds, bytes.data(), sizeof result.seconds); }};
  seconds.variable.variable.units = "s";
  // The functions behind these are the system's, whose last bits differ.
  const auto bound = [](const std::string& name, const std::string& meaning, double BinomialInterval::*member) {
    BirthField field =
        derived<double>(name, meaning, [member](const Facts& facts) { return facts.probability.*member; });
    field.variable.repeats = false;
    return field;
  };
  const auto theory = [](const std::string& name, const std::string& meaning, double BirthTheory::*member) {
    return derived<double>(name, meaning, [member](const Facts& facts) { return facts.theory.*member; });
  };
  BirthField done =
      derived<std::int8_t>(point_done, "1 where the point is complete", [](const Facts&) { return std::int8_t{1}; });
  done.variable.variable.initial = 0.0;
  return {
      count("networks", "networks that were run", &BirthCounts::networks),
      count("born_dead", "networks of which some hidden layer puts out zero for all points", &BirthCounts::born_dead),
      derived<double>("probability", "share of networks that are born dead",
                      [](const Facts& facts) { return facts.probability.share; }),
      bound("probability_low", "lower end of the 95% interval of the probability (Clopper and Pearson)",
            &BinomialInterval::low),
      bound("probability_high", "upper end of it", &BinomialInterval::high),
      theory("lower_bound", "lower bound of the probability by theory", &BirthTheory::lower),
      theory("upper_bound", "upper bound of the probability by theory", &BirthTheory::upper),
      theory("exact", "the probability by theory, where it is known", &BirthTheory::exact),
      theorem("lower_theorem", "what the lower bound follows from", &BirthTheory::lower_theorem),
      theorem("upper_theorem", "what the upper bound follows from", &BirthTheory::upper_theorem),
      theorem("exact_theorem", "what the exact probability follows from", &BirthTheory::exact_theorem),
      layers("died", "networks that die in the layer", &BirthCounts::died),
      layers("dead_units",
             "units that are active at no point, of the networks that are alive when they enter the layer",
             &BirthCounts::dead_units),
      layers("living_points", "points that no layer up to this has put out zero for, of these networks",
             &BirthCounts::living_points),
      layers("correlated", "networks of these whose first two points have a vector that is not zero",
             &BirthCounts::correlated),
      layers("squared_length_sum", "sum of the squared lengths of the first point's vectors, of these networks",
             &BirthCounts::squared_length),
      layers("correlation_sum",
             "sum of the cosines between the vectors of the first two points, where both are not zero",
             &BirthCounts::correlation),
      layer_mean("dead_unit_share", "mean share of units that are active at no point",
                 [entering](const Facts& facts, std::size_t layer) {
                   return std::pair(static_cast<double>(facts.result.counts.dead_units[layer]),
                                    entering(facts, layer) * static_cast<double>(facts.point.widths[layer]));
                 }),
      layer_mean("living_point_share", "mean share of points that no layer up to this has put out zero for",
                 [entering](const Facts& facts, std::size_t layer) {
                   return std::pair(static_cast<double>(facts.result.counts.living_points[layer]),
                                    entering(facts, layer) * static_cast<double>(facts.point.points));
                 }),
      layer_mean("squared_length", "mean squared length of the first point's vector",
                 [entering](const Facts& facts, std::size_t layer) {
                   return std::pair(facts.result.counts.squared_length[layer], entering(facts, layer));
                 }),
      layer_mean("correlation", "mean cosine between the vectors of the first two points",
                 [](const Facts& facts, std::size_t layer) {
                   return std::pair(facts.result.counts.correlation[layer],
                                    static_cast<double>(facts.result.counts.correlated[layer]));
                 }),
      seconds,
      done,
  };
}

const std::vector<BirthField>& fields() {
  static const std::vector<BirthField> all = make_fields();
  return all;
}

using Notes = std::vector<std::pair<std::string, std::string>>;

template <class Kind>
std::string with_meaning(Kind kind) {
  return std::string(name_of(kind)) + ": " + meaning_of(kind);
}

Notes notes_of(const BirthSweep& sweep) {
  const NetworkKind& kind = sweep.kind;
  Notes notes = {{"init", with_meaning(kind.init)}, {"inputs", with_meaning(kind.inputs)}};
  if (kind.inputs == InputKind::normal || kind.inputs == InputKind::sphere)
    notes.back().second += kind.redraw ? ", drawn for each network" : ", the same for all networks";
  if (kind.bias != BiasKind::zero) notes.emplace_back("bias", with_meaning(kind.bias));
  if (!sweep.widths.empty()) {
    std::string widths;
    for (const std::int64_t width : sweep.widths) widths += (widths.empty() ? "" : ", ") + std::to_string(width);
    notes.emplace_back("widths", widths);
  }
  if (kind.leak != 0.0) notes.emplace_back("leaky", "slope " + shortest(kind.leak) + " below 0");
  if (kind.skip != Skip::none) notes.emplace_back("skip", with_meaning(kind.skip));
  if (kind.batch_norm) notes.emplace_back("batch norm", "of what enters a unit");
  if (kind.sign_flip) notes.emplace_back("sign flip", "of each layer, to whichever leaves more points alive");
  notes.emplace_back("born dead", kind.is_plain() ? "a hidden layer puts out zero for every point"
                                                  : "a hidden layer puts out the same for all points");
  std::string networks = "at most " + std::to_string(sweep.networks) + " at a point, seed " + std::to_string(kind.seed);
  if (sweep.precision_goal > 0.0)
    networks += ", until the 95% interval is no wider than " + shortest(sweep.precision_goal);
  notes.emplace_back("networks", networks);
  return notes;
}

/// An axis that can name a point: the first two always, the others where they have several values.
bool is_dimension(const BirthSweep& sweep, BirthAxis axis, std::size_t number) {
  return number < 2 || sweep.values(axis).size() > 1;
}

Facts facts_of(const BirthSweep& sweep, std::int64_t number, const BirthResult& result) {
  const BirthPoint point = sweep.point(number);
  return {sweep, point, result, binomial_interval(result.counts.born_dead, result.counts.networks),
          birth_theory(sweep.kind, point)};
}

}  // namespace

const std::vector<BirthColumn>& birth_columns() {
  const auto of_counts = [](auto value) {
    return [value](const BirthSweep&, std::int64_t, const BirthResult& result) {
      return static_cast<double>(value(result.counts));
    };
  };
  const auto interval = [of_counts](double BinomialInterval::*member) {
    return of_counts(
        [member](const BirthCounts& counts) { return binomial_interval(counts.born_dead, counts.networks).*member; });
  };
  const auto theory = [](double BirthTheory::*member) {
    return [member](const BirthSweep& sweep, std::int64_t point, const BirthResult&) {
      return birth_theory(sweep.kind, sweep.point(point)).*member;
    };
  };
  static const std::vector<BirthColumn> columns = {
      {"networks", 12, 0, of_counts([](const BirthCounts& counts) { return counts.networks; })},
      {"born dead", 12, 0, of_counts([](const BirthCounts& counts) { return counts.born_dead; })},
      {"probability", 13, 6, interval(&BinomialInterval::share)},
      {"from", 10, 6, interval(&BinomialInterval::low)},
      {"to", 10, 6, interval(&BinomialInterval::high)},
      {"at least", 10, 6, theory(&BirthTheory::lower)},
      {"at most", 10, 6, theory(&BirthTheory::upper)},
      {"seconds", 10, 2, [](const BirthSweep&, std::int64_t, const BirthResult& result) { return result.seconds; }},
  };
  return columns;
}

Schema birth_schema(const BirthSweep& sweep) {
  Schema schema = {
      .title = "Networks of rectifiers that are born dead",
      .references = "arXiv:1903.06733 arXiv:2007.06192",
      .configuration = to_json(sweep),
      .precision = name_of(sweep.kind.precision),
      .numerics = birth_numerics,
      .axes = {},
      .plane = {},
      .code_axes = {},
      .pixel_fields = {},
      .point_fields = {},
      .notes = notes_of(sweep),
      .warnings = {},
      .groups = {},
  };
  const std::vector<BirthAxis> axes = sweep.used_axes();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    schema.axes.push_back(
        {name_of(axes[i]), meaning_of(axes[i]), sweep.values(axes[i]), is_dimension(sweep, axes[i], i)});
  }
  std::vector<std::int64_t> layers;
  for (std::int64_t layer = 1; layer <= sweep.largest_depth(); ++layer) layers.push_back(layer);
  schema.code_axes.push_back({layer_axis, "hidden layer, the first one being 1", layers});
  for (const BirthField& field : fields()) schema.point_fields.push_back(field.variable);
  schema.groups = best_groups(schema);
  return schema;
}

SchemaSource schema_of_any(const Experiment& experiment) {
  return [of_sweep = experiment.schema_source()](const std::string& configuration, const std::string& path) {
    if (is_of_births(configuration)) return birth_schema(birth_from_json(configuration, path));
    return of_sweep(configuration, path);
  };
}

PointValues birth_values(const BirthSweep& sweep, std::int64_t point, const BirthResult& result) {
  const Facts facts = facts_of(sweep, point, result);
  PointValues values;
  for (const BirthField& field : fields()) values.push_back(field.get(facts));
  return values;
}

BirthResult birth_result(const BirthSweep& sweep, std::int64_t point, const PointValues& values) {
  BirthResult result;
  result.counts = BirthCounts(sweep.point(point).depth());
  for (std::size_t i = 0; i < fields().size(); ++i) {
    if (fields()[i].set) fields()[i].set(values[i], result);
  }
  return result;
}

}  // namespace deadcone
