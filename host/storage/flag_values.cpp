#include "storage/flag_values.hpp"

namespace deadcone {

void describe_values(hdf5::Dataset& dataset, std::int8_t first, const std::vector<std::string>& names) {
  std::vector<std::int8_t> values;
  std::string meanings;
  for (const std::string& name : names) {
    values.push_back(static_cast<std::int8_t>(first + static_cast<int>(values.size())));
    meanings += (meanings.empty() ? "" : " ") + name;
  }
  dataset.set_attribute("flag_values", values);
  dataset.set_attribute("flag_meanings", meanings);
}

}  // namespace deadcone
