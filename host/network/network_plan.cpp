#include "deadcone/network/network_plan.hpp"

#include <algorithm>
#include <cmath>

#include "deadcone/network/one_network.hpp"

namespace deadcone::network {
namespace {

/// The deviation of a layer's weights with n inputs and N units, or the bound of uniform ones.
double weight_scale(Initialization init, double sigma, double inputs, double units) {
  switch (init) {
    case Initialization::he:
      return sigma * std::sqrt(2.0 / inputs);
    case Initialization::glorot:
      return sigma * std::sqrt(2.0 / (inputs + units));
    case Initialization::lecun:
      return sigma * std::sqrt(1.0 / inputs);
    case Initialization::orthogonal:  // of an orthonormal matrix
      return sigma * std::sqrt(2.0);
    case Initialization::uniform_he:
      return sigma * std::sqrt(6.0 / inputs);
    case Initialization::uniform_glorot:
      return sigma * std::sqrt(6.0 / (inputs + units));
    case Initialization::rai:
      return sigma * 0.6007 / std::sqrt(inputs);
  }
  return 0.0;
}

bool is_uniform(Initialization init) {
  return init == Initialization::uniform_he || init == Initialization::uniform_glorot;
}

double bias_scale(const NetworkKind& kind, const BirthPoint& point, double weight_scale, double inputs, double units) {
  if (kind.bias == BiasKind::normal) return point.sigma_b;
  // An entry of an orthonormal matrix has the deviation 1/sqrt(its longer side).
  if (kind.init == Initialization::orthogonal) return weight_scale / std::sqrt(std::fmax(inputs, units));
  return weight_scale;
}

/// Pairs x, -x of vectors of signs, in the order of binary numbers.
double sign_at(std::int64_t point, std::int64_t coordinate) {
  const std::int64_t pair = point / 2;
  const bool is_flipped = coordinate > 0 && coordinate < 63 && ((pair >> (coordinate - 1)) & 1) != 0;
  return is_flipped == (point % 2 == 1) ? 1.0 : -1.0;
}

double grid_at(std::int64_t point, std::int64_t coordinate, std::int64_t dimension, std::int64_t points) {
  const auto side = static_cast<std::int64_t>(
      std::llround(std::pow(static_cast<double>(points), 1.0 / static_cast<double>(dimension))));
  for (std::int64_t later = dimension - 1; later > coordinate; --later) point /= side;
  const double half_width = std::sqrt(3.0);
  return -half_width + (static_cast<double>(point % side) + 0.5) * (2.0 * half_width / static_cast<double>(side));
}

}  // namespace

std::int64_t inputs_of_layer(const NetworkKind& kind, const BirthPoint& point, std::int64_t layer) {
  if (layer == 0) return point.dimension;
  if (kind.skip != Skip::dense) return point.widths[static_cast<std::size_t>(layer - 1)];
  std::int64_t inputs = point.dimension;
  for (std::int64_t before = 0; before < layer; ++before) inputs += point.widths[static_cast<std::size_t>(before)];
  return inputs;
}

double multiply_adds(const NetworkKind& kind, const BirthPoint& point) {
  double sum = 0.0;
  double all_before = static_cast<double>(point.dimension);
  double inputs = all_before;
  for (const std::int64_t width : point.widths) {
    const auto units = static_cast<double>(width);
    sum += inputs * units;
    all_before += units;
    inputs = kind.skip == Skip::dense ? all_before : units;
  }
  return sum * static_cast<double>(point.points);
}

double random_numbers(const NetworkKind& kind, const BirthPoint& point) {
  BirthPoint one = point;
  one.points = 1;
  double numbers = multiply_adds(kind, one);  // of weights there are as many
  for (const std::int64_t width : point.widths) numbers += kind.has_biases() ? static_cast<double>(width) : 0.0;
  return numbers + (kind.draws_inputs() ? static_cast<double>(point.dimension * point.points) : 0.0);
}

template <class Real>
NetworkPlan<Real>::NetworkPlan(const NetworkKind& kind, const BirthPoint& point)
    : widths_(point.widths),
      plan_{.depth = point.depth(),
            .dimension = point.dimension,
            .points = point.points,
            .largest_width = *std::ranges::max_element(point.widths),
            .largest_inputs = point.dimension,
            .widths = nullptr,
            .scales = nullptr,
            .bias_scales = nullptr,
            .largest_bias = 0.0,
            .inputs = nullptr,
            .leak = static_cast<Real>(kind.leak),
            .init = kind.init,
            .input_kind = kind.inputs,
            .skip = kind.skip,
            .has_biases = kind.has_biases(),
            .has_uniform_weights = is_uniform(kind.init),
            .has_uniform_biases = kind.bias == BiasKind::init && is_uniform(kind.init),
            .is_plain = kind.is_plain(),
            .batch_norm = kind.batch_norm,
            .sign_flip = kind.sign_flip,
            .seed = kind.seed} {
  std::int64_t all_before = point.dimension;
  std::int64_t inputs = point.dimension;
  for (const std::int64_t width : widths_) {
    const auto n = static_cast<double>(inputs);
    const auto units = static_cast<double>(width);
    const double scale = weight_scale(kind.init, point.sigma_w, n, units);
    const double of_biases = plan_.has_biases ? bias_scale(kind, point, scale, n, units) : 0.0;
    scales_.push_back(static_cast<Real>(scale));
    bias_scales_.push_back(static_cast<Real>(of_biases));
    plan_.largest_bias = std::fmax(plan_.largest_bias, of_biases);
    plan_.largest_inputs = std::max(plan_.largest_inputs, inputs);
    all_before += width;
    inputs = kind.skip == Skip::dense ? all_before : width;
  }
  if (kind.init == Initialization::rai) plan_.largest_bias = std::fmax(plan_.largest_bias, 1.0);
  plan_.widths = widths_.data();
  plan_.scales = scales_.data();
  plan_.bias_scales = bias_scales_.data();
  if (kind.draws_inputs()) return;

  std::vector<Real> inputs_of_all(static_cast<std::size_t>(point.dimension * point.points));
  if (kind.inputs == InputKind::signs || kind.inputs == InputKind::grid) {
    for (std::int64_t k = 0; k < point.dimension; ++k) {
      for (std::int64_t p = 0; p < point.points; ++p) {
        inputs_of_all[static_cast<std::size_t>(k * point.points + p)] = static_cast<Real>(
            kind.inputs == InputKind::signs ? sign_at(p, k) : grid_at(p, k, point.dimension, point.points));
      }
    }
  } else {
    OneNetwork<Real> lanes(plan_, 0);
    draw_inputs(plan_, lanes, inputs_of_all.data());
  }
  inputs_ = std::move(inputs_of_all);
  plan_.inputs = inputs_.data();
}

template <class Real>
WorkspaceSize workspace_size(const Plan<Real>& plan, std::int64_t values, std::int64_t rows_at_once,
                             std::int64_t calls_wanted) {
  const bool is_dense = plan.skip == Skip::dense;
  const bool is_whole = plan.init == Initialization::orthogonal;
  const std::int64_t columns = 2 * plan.pairs(plan.largest_inputs);
  const std::int64_t rows = is_whole ? plan.largest_width : std::min(rows_at_once, plan.largest_width);
  const std::int64_t widest = std::max(plan.largest_inputs, plan.largest_width);
  // Some rows of a layer, or some layers with no more numbers than are wanted at once.
  const std::int64_t drawn = std::max(rows * columns, 2 * calls_wanted);
  // Each layer hands its outputs on as the vectors of the next; a dense one writes them behind what it got.
  return {.vectors = (is_dense ? plan.largest_inputs + plan.largest_width : widest) * values,
          .outputs = is_dense ? 0 : widest * values,
          .by_point = values,
          .weights = is_whole ? rows * columns : drawn,
          .scratch = is_whole ? (plan.largest_inputs + 2) * plan.largest_width + 2 * widest : drawn};
}

template class NetworkPlan<float>;
template class NetworkPlan<double>;
template WorkspaceSize workspace_size(const Plan<float>&, std::int64_t, std::int64_t, std::int64_t);
template WorkspaceSize workspace_size(const Plan<double>&, std::int64_t, std::int64_t, std::int64_t);

}  // namespace deadcone::network
