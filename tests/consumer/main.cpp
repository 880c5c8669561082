// Maps one small window twice, through the library and with the headers alone, and compares.

#include <deadcone/deadcone.hpp>
#include <deadcone/sweep_file.hpp>
#include <deadcone/trajectory/dynamics.hpp>
#include <iostream>

int main() {
  deadcone::Sweep sweep;
  sweep.plane.x.count = sweep.plane.y.count = 8;
  const deadcone::Maps maps = deadcone::compute(sweep, {.device = deadcone::Device::cpu});

  int differences = 0;
  for (int i = 0; i < 64; ++i) {
    const auto outcome = deadcone::run_trajectory(sweep.point(0), sweep.criteria, sweep.plane.x.centre(i % 8),
                                                  sweep.plane.y.centre(i / 8));
    const auto pixel = static_cast<std::size_t>(i);
    differences += maps.fate[pixel] != outcome.fate || maps.updates[pixel] != outcome.updates;
  }
  // The formulas alone.
  const auto dynamics = deadcone::make_dynamics<double>(sweep.point(0), sweep.criteria);
  differences += dynamics.descent.beta != sweep.point(0).beta;
  try {
    deadcone::SweepReader("no-such-file.h5");
    ++differences;
  } catch (const deadcone::StorageError& error) {
    std::cout << error.what() << '\n';
  }
  std::cout << differences << " differences\n";
  return differences == 0 ? 0 : 1;
}
