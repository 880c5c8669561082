#include "network/birth_text.hpp"

#include "config/parse.hpp"

namespace deadcone {

bool set_bias(const std::string& text, BirthSweep& sweep) {
  const std::string normal = std::string(name_of(BiasKind::normal)) + ":";
  const bool has_values = text.starts_with(normal);
  if (has_values) {
    sweep.kind.bias = BiasKind::normal;
    sweep.values(BirthAxis::sigma_b) = parse_axis(text.substr(normal.size()));
  } else {
    sweep.kind.bias = parse_name<BiasKind>(text);
  }
  return has_values;
}

std::vector<std::int64_t> parse_widths(const std::string& text) {
  std::vector<std::int64_t> widths;
  for (const std::string& part : split(text, ',')) widths.push_back(parse_integer(part, 1, largest_width));
  return widths;
}

}  // namespace deadcone
