// deadcone's mappers as contestants: one map, tile by tile as a sweep computes it, without the file.
//
//   bench_mapper --list                 {"mappers": ["scalar", ...], "threads": N}: those that this machine has
//   bench_mapper --minima ...           [[w, b], ...]: the minima of the loss of the unit, the least first, for peers
//   bench_mapper --mapper avx512 ...    serves; see contestant.hpp

#include <CLI/CLI.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/processors.hpp"
#include "cli/options.hpp"
#include "cli/process.hpp"
#include "contestant.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/unit/minima.hpp"

namespace deadcone {
namespace {

void list() {
  std::string names;
  for (const InstructionSet set : instruction_sets())
    names += (names.empty() ? "\"" : ", \"") + std::string(name_of(set)) + '"';
  if (cuda_device_is_present()) names += ", \"cuda\"";
  std::cout << "{\"mappers\": [" << names << "], \"threads\": " << deadcone::default_threads() << "}\n";
}

/// The minima at the first point of a sweep, whose gamma and delta are those of all.
void list_minima(const Sweep& sweep) {
  const Point point = sweep.point(0);
  std::string places;
  for (const Minimum& minimum : find_minima({sweep.unit, point.unit_constants()}, {point.gamma, point.delta})) {
    std::array<char, 80> place;
    std::snprintf(place.data(), place.size(), "%s[%.17g, %.17g]", places.empty() ? "" : ", ", minimum.theta.w,
                  minimum.theta.b);
    places += place.data();
  }
  std::cout << '[' << places << "]\n";
}

std::unique_ptr<Mapper> make(const std::string& name, int threads) {
  if (name == "cuda") return make_cuda_mapper();
  for (const InstructionSet set : instruction_sets()) {
    if (name == name_of(set)) return make_cpu_mapper(threads, set);
  }
  throw DeviceError("no mapper " + name + " here; see --list");
}

/// As a sweep computes it, with as many tiles in work as the mapper takes.
bench::Labels labels_of(const Sweep& sweep, Mapper& mapper) {
  MemorySink sink(sweep);
  Meter meter;
  run_sweep(sweep, {}, mapper, sink, meter, {});
  Maps maps = sink.release();
  bench::Labels labels{std::vector<std::int8_t>(maps.fate.size()), std::move(maps.updates)};
  std::transform(maps.fate.begin(), maps.fate.end(), labels.fate.begin(),
                 [](Fate fate) { return static_cast<std::int8_t>(fate); });
  return labels;
}

int run(int argc, char** argv) {
  Sweep sweep;
  std::string name = "scalar";
  std::string labels_path;
  int threads = 0;
  bool only_list = false;
  bool only_minima = false;
  CLI::App app("One of deadcone's mappers as a contestant of the benchmark", "bench_mapper");
  app.add_flag("--list", only_list, "name the mappers that this machine has");
  app.add_flag("--minima", only_minima, "list the minima of the loss");
  app.add_option("--mapper", name, "which one");
  app.add_option("--labels", labels_path, "file for fates and updates");
  AxisOptions axes;
  axes.add_to(app, sweep);
  add_criteria_options(app, sweep.criteria);
  add_refinement_options(app, sweep.refinement);
  add_precision_option(app, sweep.precision);
  add_threads_option(app, threads);
  CLI11_PARSE(app, argc, argv);
  if (only_list) {
    list();
    return 0;
  }
  axes.apply_to(sweep);
  validate(sweep);
  if (only_minima) {
    list_minima(sweep);
    return 0;
  }
  const std::unique_ptr<Mapper> mapper = make(name, threads);
  bench::serve([&] { return labels_of(sweep, *mapper); }, labels_path);
  return 0;
}

}  // namespace
}  // namespace deadcone

int main(int argc, char** argv) {
  if (!deadcone::prepare_process()) return 1;
  try {
    return deadcone::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench_mapper: " << error.what() << std::endl;
    return 1;
  }
}
