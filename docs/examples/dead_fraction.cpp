// Computes one map and prints the share of its starts that die.
// Needs deadcone::core.

#include <deadcone/deadcone.hpp>
#include <iostream>

int main() try {
  deadcone::Sweep sweep;  // one map with the defaults of `deadcone sweep`, except for:
  sweep.values(deadcone::Axis::beta) = {0.7};
  sweep.values(deadcone::Axis::gamma) = {0.25};
  sweep.plane = {.x = {-2.0, 2.0, 64}, .y = {-2.0, 2.0, 64}};

  const deadcone::Maps maps = deadcone::compute(sweep);

  const deadcone::Counts& counts = maps.counts[0];
  const auto dead = counts.fates[static_cast<std::size_t>(deadcone::Fate::dead)];
  std::cout << "dead: " << static_cast<double>(dead) / static_cast<double>(counts.pixels()) << '\n';

  // The fate of one pixel: point 0, row 10 (b), column 20 (w).
  const deadcone::Fate fate = maps.of_point(maps.fate, 0)[10 * 64 + 20];
  std::cout << "b " << sweep.plane.y.centre(10) << ", w " << sweep.plane.x.centre(20) << ": " << deadcone::name_of(fate)
            << '\n';
} catch (const deadcone::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
