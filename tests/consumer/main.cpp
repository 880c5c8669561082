// Maps one small window twice, through the library and with the header alone, and compares.

#include <deadcone/dynamics.hpp>
#include <deadcone/mapper.hpp>
#include <deadcone/sweep_file.hpp>
#include <iostream>

int main() {
  deadcone::Map map;
  map.window.w.count = map.window.b.count = 8;
  const auto mapper = deadcone::make_mapper({.device = deadcone::Device::cpu});
  deadcone::Meter meter;
  deadcone::TileResult result;
  mapper->map(map, {0, 0, 8, 8}, {}, meter, result);

  const auto dynamics = deadcone::make_dynamics<float>(map.point, map.criteria);
  int differences = 0;
  for (int i = 0; i < 64; ++i) {
    const deadcone::Parameters<float> start = {0.0F, static_cast<float>(map.window.w.centre(i % 8)),
                                               static_cast<float>(map.window.b.centre(i / 8))};
    const auto outcome =
        deadcone::trajectory<deadcone::Geometry::planar>(dynamics, start);
    const auto pixel = static_cast<std::size_t>(i);
    differences += result.fate[pixel] != outcome.fate || result.updates[pixel] != outcome.updates;
  }
  try {
    deadcone::SweepReader("no-such-file.h5");
    ++differences;
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
  }
  std::cout << differences << " differences\n";
  return differences == 0 ? 0 : 1;
}
