// How closely float follows double, with theta summed plainly and with compensation: fates and updates over the
// momenta and targets of the contract, as a table in Markdown.
//
//   bench_summation [N]     maps of N x N pixels of [-2, 2]^2, 128 by default
//
// The plain sum runs the same formulas on a number type of its own, for which sums_with_compensation is false.

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "base/thread_pool.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/trajectory.hpp"

namespace deadcone {

/// A float whose trajectories are summed plainly.
struct PlainFloat {
  using scalar = float;
  using mask = bool;
  float value;
  PlainFloat() = default;
  template <class Number>
  explicit PlainFloat(Number number) : value(static_cast<float>(number)) {}
};
inline PlainFloat operator+(PlainFloat a, PlainFloat b) {
  return PlainFloat(a.value + b.value);
}
inline PlainFloat operator-(PlainFloat a, PlainFloat b) {
  return PlainFloat(a.value - b.value);
}
inline PlainFloat operator*(PlainFloat a, PlainFloat b) {
  return PlainFloat(a.value * b.value);
}
inline PlainFloat operator/(PlainFloat a, PlainFloat b) {
  return PlainFloat(a.value / b.value);
}
inline bool operator<(PlainFloat a, PlainFloat b) {
  return a.value < b.value;
}
inline bool operator<=(PlainFloat a, PlainFloat b) {
  return a.value <= b.value;
}
inline bool operator>(PlainFloat a, PlainFloat b) {
  return a.value > b.value;
}
inline PlainFloat fused(PlainFloat a, PlainFloat b, PlainFloat c) {
  return PlainFloat(numeric::fused(a.value, b.value, c.value));
}
inline PlainFloat fused_difference(PlainFloat a, PlainFloat b, PlainFloat c) {
  return PlainFloat(numeric::fused_difference(a.value, b.value, c.value));
}
inline PlainFloat square_root(PlainFloat a) {
  return PlainFloat(numeric::square_root(a.value));
}
inline PlainFloat magnitude(PlainFloat a) {
  return PlainFloat(numeric::magnitude(a.value));
}
inline PlainFloat with_sign_of(PlainFloat a, PlainFloat b) {
  return PlainFloat(numeric::with_sign_of(a.value, b.value));
}
inline PlainFloat times_sign_of(PlainFloat a, PlainFloat b) {
  return PlainFloat(numeric::times_sign_of(a.value, b.value));
}
inline PlainFloat moderate_quotient(PlainFloat a, PlainFloat b) {
  return a / b;
}
inline PlainFloat select(bool mask, PlainFloat yes, PlainFloat no) {
  return mask ? yes : no;
}
inline PlainFloat exponent_from_low_bits(PlainFloat a) {
  return PlainFloat(numeric::exponent_from_low_bits(a.value));
}
template <>
inline constexpr bool unit::sums_with_compensation<PlainFloat> = false;

namespace {

struct Labels {
  std::vector<Fate> fate;
  std::vector<std::int32_t> updates;
};

// Flattened, so that every fma is an instruction where the machine has it.
#if defined(__x86_64__)
[[gnu::target("avx2,fma"), gnu::flatten]]
#endif
void plain_row(const Map& map, std::int64_t row, Labels& labels) {
  const Dynamics<PlainFloat> dynamics = make_dynamics<PlainFloat>(map.point, map.criteria);
  for (std::int64_t column = 0; column < map.window.w.count; ++column) {
    const Parameters<PlainFloat> start = {PlainFloat(0.0F), PlainFloat(map.window.w.centre(column)),
                                          PlainFloat(map.window.b.centre(row))};
    // Seen, it makes its updates one by one: blocks are for numbers of the machine.
    const auto see = [](std::int32_t, const State<PlainFloat>&) {};
    const Outcome<PlainFloat> outcome = trajectory<Geometry::planar>(dynamics, start, see);
    const auto pixel = static_cast<std::size_t>(row * map.window.w.count + column);
    labels.fate[pixel] = outcome.fate;
    labels.updates[pixel] = outcome.updates;
  }
}

Labels plain_labels(const Map& map, ThreadPool& threads) {
  const auto pixels = static_cast<std::size_t>(map.window.pixels());
  Labels labels{std::vector<Fate>(pixels), std::vector<std::int32_t>(pixels)};
  threads.for_each_block(map.window.b.count, [&](std::int64_t row) { plain_row(map, row, labels); });
  return labels;
}

Labels mapper_labels(Map map, Precision precision, Mapper& mapper) {
  map.precision = precision;
  Meter meter;
  TileResult result;
  mapper.map(map, {0, 0, map.window.b.count, map.window.w.count}, Fields{}, meter, result);
  return {result.fate, result.updates};
}

/// Pixels whose fate is another, and those whose updates are off by more than 1%.
struct Difference {
  std::int64_t fates = 0;
  std::int64_t updates = 0;
};
Difference difference(const Labels& labels, const Labels& reference) {
  Difference result;
  for (std::size_t i = 0; i < reference.fate.size(); ++i) {
    if (labels.fate[i] != reference.fate[i]) ++result.fates;
    if (std::abs(labels.updates[i] - reference.updates[i]) > 0.01 * reference.updates[i]) ++result.updates;
  }
  return result;
}

void print_row(const char* head, const std::array<std::int64_t, 4>& counts, std::int64_t pixels) {
  std::printf("| %s |", head);
  for (const std::int64_t count : counts)
    std::printf(" %.3f%% |", 100.0 * static_cast<double>(count) / static_cast<double>(pixels));
  std::printf("\n");
}

int run(std::int64_t side) {
  if (side < 1 || side > 4096) {
    std::fprintf(stderr, "bench_summation: N must be from 1 to 4096\n");
    return 2;
  }
#if defined(__x86_64__)
  if (!has_instruction_set(InstructionSet::avx2)) {
    std::fprintf(stderr, "bench_summation: this machine has no fused multiply-add\n");
    return 1;
  }
#endif
  ThreadPool threads(0);
  const auto mapper = make_cpu_mapper(0);
  Map map;
  map.window = {{-2, 2, side}, {-2, 2, side}};
  std::printf(
      "| β | γ | other fate, plain | other fate, compensated | updates off > 1%%, plain | updates off > 1%%, compensated "
      "|\n"
      "|---|---|---|---|---|---|\n");
  std::array<std::int64_t, 4> all = {};
  int maps = 0;
  for (const double gamma : {1.0, 0.1, 0.01}) {
    for (const double beta : {0.0, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99}) {
      map.point.beta = beta;
      map.point.gamma = gamma;
      const Labels reference = mapper_labels(map, Precision::float64, *mapper);
      const Difference plain = difference(plain_labels(map, threads), reference);
      const Difference compensated = difference(mapper_labels(map, Precision::float32, *mapper), reference);
      const std::array<std::int64_t, 4> counts = {plain.fates, compensated.fates, plain.updates, compensated.updates};
      char head[32];
      std::snprintf(head, sizeof head, "%g | %g", beta, gamma);
      print_row(head, counts, map.window.pixels());
      std::fflush(stdout);
      for (std::size_t i = 0; i < all.size(); ++i) all[i] += counts[i];
      ++maps;
    }
  }
  print_row("all | all", all, maps * map.window.pixels());
  return 0;
}

}  // namespace
}  // namespace deadcone

int main(int argc, char** argv) {
  try {
    return deadcone::run(argc > 1 ? std::atoll(argv[1]) : 128);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_summation: %s\n", error.what());
    return 1;
  }
}
