// What a user would write in C++ instead: a loop over the pixels, OpenMP.

#include <exception>
#include <iostream>

#include "../programs/contestant.hpp"
#include "plain.hpp"
#include "plain_units.hpp"

namespace {

template <class Real, class Unit, class Make>
bench::Labels labels_of(const plain::Problem<Real>& p, const Unit& unit, const Make& make_optimizer) {
  bench::Labels labels;
  labels.fate.resize(static_cast<std::size_t>(p.pixels()));
  labels.updates.resize(static_cast<std::size_t>(p.pixels()));
#pragma omp parallel for schedule(dynamic, 256)
  for (int i = 0; i < p.pixels(); ++i) {
    const auto pixel = static_cast<std::size_t>(i);
    const plain::Start<Real> start = p.start(i);
    labels.fate[pixel] = plain::trajectory(p, unit, make_optimizer(start), start, labels.updates[pixel]);
  }
  return labels;
}

template <class Real>
void serve(const plain::Options& options) {
  const plain::Problem<Real> p = plain::problem_of<Real>(options);
  plain::with_unit(p, options, [&](const auto& unit) {
    plain::with_optimizer<Real>(options, [&](const auto& make_optimizer) {
      bench::serve([&] { return labels_of(p, unit, make_optimizer); }, options.at("--labels"));
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const plain::Options options = plain::options_of(argc, argv);
    if (options.at("--precision") == "float") {
      serve<float>(options);
    } else {
      serve<double>(options);
    }
  } catch (const std::exception& error) {
    std::cerr << "plain_openmp: " << error.what() << std::endl;
    return 1;
  }
}
