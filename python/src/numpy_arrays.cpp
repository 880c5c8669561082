#include "numpy_arrays.hpp"

#include <cstddef>
#include <cstdint>

namespace deadcone::python {
namespace {

namespace nb = nanobind;

nb::dlpack::dtype dtype_of(hdf5::Type type) {
  switch (type) {
    case hdf5::Type::int8:
      return nb::dtype<std::int8_t>();
    case hdf5::Type::int32:
      return nb::dtype<std::int32_t>();
    case hdf5::Type::int64:
      return nb::dtype<std::int64_t>();
    case hdf5::Type::float32:
      return nb::dtype<float>();
    case hdf5::Type::float64:
      break;
  }
  return nb::dtype<double>();
}

}  // namespace

nb::object to_numpy(const Array& array) {
  using Kept = std::shared_ptr<std::byte[]>;
  auto kept = std::make_unique<Kept>(array.bytes);
  void* data = kept->get();
  nb::capsule owner(kept.release(), [](void* p) noexcept { delete static_cast<Kept*>(p); });
  const std::vector<std::size_t> shape(array.shape.begin(), array.shape.end());
  return nb::cast(nb::ndarray<nb::numpy>(data, shape.size(), shape.data(), owner, nullptr, dtype_of(array.type)));
}

}  // namespace deadcone::python
