// What the vector units of this machine do at most, measured: instructions per second over all threads, for each
// instruction set and precision. `vector`: independent fused multiply-adds and additions in turn, which keeps busy the
// most units that a loop of both can. `divide`: independent divisions.
//
//   bench_rates [THREADS]    {"avx512": {"float": {"vector": R, "divide": R}, "double": ...}, "avx2": ...}

#include <hwy/targets.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

// A loop of REPEAT x twelve instructions on registers 0 to 11, none of which waits for another within a turn.
// Registers 12 and 13 hold ones, so that all numbers stay normal.
// clang-format off
#define ONE(operation, width, i) operation " %%" width "mm12, %%" width "mm13, %%" width "mm" #i "\n"
#define TWELVE(even, odd, w)                                                                                   \
  ONE(even, w, 0)                                                                                              \
  ONE(odd, w, 1)                                                                                               \
  ONE(even, w, 2) ONE(odd, w, 3) ONE(even, w, 4) ONE(odd, w, 5) ONE(even, w, 6) ONE(odd, w, 7) ONE(even, w, 8) \
      ONE(odd, w, 9) ONE(even, w, 10) ONE(odd, w, 11)
#define LOOP(name, target_set, even, odd, w, broadcast, real)                                                         \
  [[gnu::target(target_set)]] void name(std::int64_t turns) {                                                         \
    const real one = 1;                                                                                               \
    asm volatile(broadcast " %1, %%" w "mm12\n" broadcast " %1, %%" w "mm13\n"                                      \
                 "1:\n" TWELVE(even, odd, w) "dec %0\n"                                                             \
                 "jnz 1b\n"                                                                                         \
                 "vzeroupper\n"                                                                                     \
                 : "+r"(turns)                                                                                      \
                 : "m"(one)                                                                                         \
                 : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",   \
                   "xmm11", "xmm12", "xmm13"); \
  }
// clang-format on
constexpr int instructions_per_turn = 12;

LOOP(avx2_float_vector, "avx2,fma", "vfmadd231ps", "vaddps", "y", "vbroadcastss", float)
LOOP(avx2_float_divide, "avx2,fma", "vdivps", "vdivps", "y", "vbroadcastss", float)
LOOP(avx2_double_vector, "avx2,fma", "vfmadd231pd", "vaddpd", "y", "vbroadcastsd", double)
LOOP(avx2_double_divide, "avx2,fma", "vdivpd", "vdivpd", "y", "vbroadcastsd", double)
LOOP(avx512_float_vector, "avx512f", "vfmadd231ps", "vaddps", "z", "vbroadcastss", float)
LOOP(avx512_float_divide, "avx512f", "vdivps", "vdivps", "z", "vbroadcastss", float)
LOOP(avx512_double_vector, "avx512f", "vfmadd231pd", "vaddpd", "z", "vbroadcastsd", double)
LOOP(avx512_double_divide, "avx512f", "vdivpd", "vdivpd", "z", "vbroadcastsd", double)

/// Instructions per second, all threads together: the best of six, the first of which lets the clock rise.
double rate(void (*loop)(std::int64_t), int threads) {
  constexpr std::int64_t turns = 5'000'000;
  std::vector<double> rates;
  for (int repeat = 0; repeat < 6; ++repeat) {
    std::vector<double> seconds(static_cast<std::size_t>(threads));
    std::atomic<int> ready = 0;
    std::vector<std::thread> workers;
    workers.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        ++ready;
        while (ready.load() < threads) {
        }
        const auto start = std::chrono::steady_clock::now();
        loop(turns);
        seconds[static_cast<std::size_t>(i)] =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      });
    }
    for (std::thread& worker : workers) worker.join();
    double sum = 0;
    for (const double each : seconds) sum += instructions_per_turn * static_cast<double>(turns) / each;
    rates.push_back(sum);
  }
  return *std::max_element(rates.begin(), rates.end());
}

struct Set {
  const char* name;
  std::int64_t target;
  void (*loops[4])(std::int64_t);
};

}  // namespace

int main(int argc, char** argv) {
  const int threads =
      argc > 1 ? std::atoi(argv[1]) : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const Set sets[] = {
      {"avx2", HWY_AVX2, {avx2_float_vector, avx2_float_divide, avx2_double_vector, avx2_double_divide}},
      {"avx512", HWY_AVX3, {avx512_float_vector, avx512_float_divide, avx512_double_vector, avx512_double_divide}}};
  const char* separator = "{";
  for (const Set& set : sets) {
    if ((hwy::SupportedTargets() & set.target) == 0) continue;
    double rates[4];
    std::transform(std::begin(set.loops), std::end(set.loops), rates, [&](auto* loop) { return rate(loop, threads); });
    std::printf(
        "%s\"%s\": {\"float\": {\"vector\": %.0f, \"divide\": %.0f}, \"double\": {\"vector\": %.0f, \"divide\": %.0f}}",
        separator, set.name, rates[0], rates[1], rates[2], rates[3]);
    separator = ", ";
  }
  std::puts(*separator == '{' ? "{}" : "}");
}
