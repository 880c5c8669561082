#pragma once

// How a contestant of the benchmark talks with bench.py, the same for every language:
//
//   it makes one run that is not timed, writes the labels of all pixels to a file (fates as int8, then updates as int32,
//   b-major; -1 updates for a pixel that was not computed), and prints a line {"updates": N};
//   then, for every line on standard input, it makes one run and prints {"seconds": S}.
//
// So the labels are there to be verified before anything is timed, and contestants take turns within one run of the
// suite: what the machine does to one of them in between, it does to all.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// What became of the pixels of a window, b-major.
struct Labels {
  std::vector<std::int8_t> fate;
  std::vector<std::int32_t> updates;
};

inline void write(const Labels& labels, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(labels.fate.data()), static_cast<std::streamsize>(labels.fate.size()));
  file.write(reinterpret_cast<const char*>(labels.updates.data()),
             static_cast<std::streamsize>(labels.updates.size() * sizeof labels.updates[0]));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

/// Serves until standard input ends. `run` computes all labels; `seconds_of_a_run` does so once more and returns how long
/// that took, by a clock of its own.
template <class Run, class SecondsOfARun>
void serve(const Run& run, const SecondsOfARun& seconds_of_a_run, const std::string& labels_path) {
  const Labels labels = run();
  write(labels, labels_path);
  const std::int64_t updates =
      std::accumulate(labels.updates.begin(), labels.updates.end(), std::int64_t{0},
                      [](std::int64_t sum, std::int32_t value) { return sum + std::max(value, 0); });
  std::cout << "{\"updates\": " << updates << "}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("{\"seconds\": %.9f}\n", seconds_of_a_run());
    std::fflush(stdout);
  }
}

/// The same by the clock on the wall.
template <class Run>
void serve(const Run& run, const std::string& labels_path) {
  const auto seconds_of_a_run = [&] {
    const auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  serve(run, seconds_of_a_run, labels_path);
}

}  // namespace bench
