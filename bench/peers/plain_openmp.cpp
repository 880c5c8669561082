// What a user would write in C++ instead: a loop over the pixels, OpenMP.

#include <exception>
#include <iostream>

#include "../programs/contestant.hpp"
#include "plain.hpp"

namespace {

template <class Real>
void serve(const plain::Options& options) {
  const plain::Problem<Real> p = plain::problem_of<Real>(options);
  const auto run = [&] {
    bench::Labels labels;
    labels.fate.resize(static_cast<std::size_t>(p.pixels()));
    labels.updates.resize(static_cast<std::size_t>(p.pixels()));
#pragma omp parallel for schedule(dynamic, 256)
    for (int i = 0; i < p.pixels(); ++i) {
      const auto pixel = static_cast<std::size_t>(i);
      labels.fate[pixel] = plain::trajectory(p, p.w(i), p.b(i), labels.updates[pixel]);
    }
    return labels;
  };
  bench::serve(run, options.at("--labels"));
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
