#pragma once

// Arrays of NumPy that share memory with C++.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <utility>
#include <vector>

#include "result_arrays.hpp"

namespace deadcone::python {

/// An array that keeps its memory alive.
nanobind::object to_numpy(const Array& array);

/// A list of numbers that is moved into an array.
template <class T>
nanobind::object to_numpy(std::vector<T> values) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  T* data = kept->data();
  const std::size_t size = kept->size();
  nanobind::capsule owner(kept.release(), [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, T>(data, {size}, owner));
}

}  // namespace deadcone::python
