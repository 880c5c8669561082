#pragma once

// A map of a unit that is given as on the command line.

#include <string>

#include "config/unit_text.hpp"
#include "deadcone/map.hpp"

namespace deadcone::test {

inline Map unit_map(const std::string& text, Precision precision) {
  const Unit unit = parse_unit(text);
  Map map;
  map.unit = unit.kind;
  map.point.constant = unit.constants[0];
  map.point.second_constant = unit.constants[1];
  map.precision = precision;
  return map;
}

}  // namespace deadcone::test
