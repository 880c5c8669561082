#include "file/stored_maps.hpp"

#include <algorithm>

namespace deadcone {
namespace {

bool is_general(const Sweep& sweep) {
  return std::ranges::any_of(sweep.values(Axis::r), [](double r) { return r != 0.0; });
}

/// The buffer of a result for a field that holds reals.
template <class Result>
auto& buffer_of(Result& result, MapField field) {
  if (field == MapField::r_final) return result.r_final;
  if (field == MapField::w_final) return result.w_final;
  if (field == MapField::b_final) return result.b_final;
  return result.loss_final;
}

}  // namespace

std::vector<StoredMap> stored_maps(const Sweep& sweep) {
  const hdf5::Type real = sweep.precision == Precision::float32 ? hdf5::Type::float32 : hdf5::Type::float64;
  std::vector<StoredMap> maps = {{MapField::fate, hdf5::Type::int8}};
  if (sweep.fields.updates) maps.push_back({MapField::updates, hdf5::Type::int32});
  if (sweep.criteria.certify) maps.push_back({MapField::proof, hdf5::Type::int8});
  if (sweep.refinement.kind != RefinementKind::none) maps.push_back({MapField::origin, hdf5::Type::int8});
  if (sweep.fields.final && is_general(sweep)) maps.push_back({MapField::r_final, real});
  if (sweep.fields.final) {
    maps.push_back({MapField::w_final, real});
    maps.push_back({MapField::b_final, real});
  }
  if (sweep.fields.loss) maps.push_back({MapField::loss_final, real});
  return maps;
}

const char* name_of(MapField field) {
  switch (field) {
    case MapField::fate:
      return "fate";
    case MapField::updates:
      return "steps";
    case MapField::proof:
      return "proof";
    case MapField::origin:
      return "provenance";
    case MapField::r_final:
      return "r_final";
    case MapField::w_final:
      return "w_final";
    case MapField::b_final:
      return "b_final";
    case MapField::loss_final:
      break;
  }
  return "loss_final";
}

const char* meaning_of(MapField field) {
  switch (field) {
    case MapField::fate:
      return "what became of the initial parameters";
    case MapField::updates:
      return "updates made until the end";
    case MapField::proof:
      return "theorem that proves the fate";
    case MapField::origin:
      return "whether the fate was computed or filled in from the pixels around";
    case MapField::r_final:
      return "weight orthogonal to the target direction at the end";
    case MapField::w_final:
      return "weight along the target direction at the end";
    case MapField::b_final:
      return "bias at the end";
    case MapField::loss_final:
      break;
  }
  return "loss at the end";
}

PixelValues values_of(const TileResult& result, MapField field) {
  if (field == MapField::fate) return {result.fate.data(), result.fate.size()};
  if (field == MapField::updates) return {result.updates.data(), result.updates.size()};
  if (field == MapField::proof) return {result.proof.data(), result.proof.size()};
  if (field == MapField::origin) return {result.origin.data(), result.origin.size()};
  return std::visit(
      [](const auto& values) {
        return PixelValues{values.data(), values.size()};
      },
      buffer_of(result, field));
}

void* room_for(TileResult& result, const StoredMap& map, std::size_t count) {
  if (map.field == MapField::fate) {
    result.fate.resize(count);
    return result.fate.data();
  }
  if (map.field == MapField::updates) {
    result.updates.resize(count);
    return result.updates.data();
  }
  if (map.field == MapField::proof) {
    result.proof.resize(count);
    return result.proof.data();
  }
  if (map.field == MapField::origin) {
    result.origin.resize(count);
    return result.origin.data();
  }
  RealBuffer& buffer = buffer_of(result, map.field);
  if (map.type == hdf5::Type::float32) return buffer.emplace<std::vector<float>>(count).data();
  return buffer.emplace<std::vector<double>>(count).data();
}

}  // namespace deadcone
