#pragma once

#include <nlohmann/json.hpp>

#include "deadcone/config.hpp"

namespace deadcone {

// nlohmann::json finds these by the type of their argument.

template <class Json>
void to_json(Json& json, const Range& range) {
  json = {{"lo", range.lo}, {"hi", range.hi}, {"count", range.count}};
  if (range.logarithmic) json["logarithmic"] = true;
}

template <class Json>
void from_json(const Json& json, Range& range) {
  range = {json.at("lo").template get<double>(), json.at("hi").template get<double>(),
           json.at("count").template get<std::int64_t>(), json.value("logarithmic", false)};
}

}  // namespace deadcone
