#include "pixel_loop.hpp"

namespace deadcone {
namespace {

template <Geometry geometry, StopRule rule, class Real>
inline void loop(const Dynamics<Real>& dynamics, const PixelStarts<Real>& starts, const PixelArrays<Real>& results,
                 std::int64_t first, std::int64_t last, Meter& meter) {
  std::int64_t updates = 0;
  std::int64_t i = first;
  for (; i < last && !meter.stop.load(std::memory_order_relaxed); ++i) {
    updates += map_pixel<geometry, rule>(dynamics, starts, results, i);
  }
  meter.pixels.fetch_add(i - first, std::memory_order_relaxed);
  meter.updates.fetch_add(updates, std::memory_order_relaxed);
}

template <Geometry geometry, StopRule rule, class Real>
void portable_loop(const Dynamics<Real>& dynamics, const PixelStarts<Real>& starts, const PixelArrays<Real>& results,
                   std::int64_t first, std::int64_t last, Meter& meter) {
  loop<geometry, rule>(dynamics, starts, results, first, last, meter);
}

#if defined(__x86_64__)
// An x86-64 binary may not assume fma instructions and would call a function for each fma, many times slower. So the
// loop is compiled once more, everything inlined, for machines that have them.
template <Geometry geometry, StopRule rule, class Real>
[[gnu::target("avx2,fma"), gnu::flatten]] void fma_loop(const Dynamics<Real>& dynamics, const PixelStarts<Real>& starts,
                                                        const PixelArrays<Real>& results, std::int64_t first,
                                                        std::int64_t last, Meter& meter) {
  loop<geometry, rule>(dynamics, starts, results, first, last, meter);
}

template <Geometry geometry, StopRule rule, class Real>
PixelLoop<Real> best_loop() {
  const bool has_fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has_fma ? fma_loop<geometry, rule, Real> : portable_loop<geometry, rule, Real>;
}
#else
template <Geometry geometry, StopRule rule, class Real>
PixelLoop<Real> best_loop() {
  return portable_loop<geometry, rule, Real>;
}
#endif

}  // namespace

template <class Real>
PixelLoop<Real> pixel_loop(Geometry geometry, StopRule rule) {
  if (geometry == Geometry::planar) {
    return rule == StopRule::stationary ? best_loop<Geometry::planar, StopRule::stationary, Real>()
                                        : best_loop<Geometry::planar, StopRule::update, Real>();
  }
  return rule == StopRule::stationary ? best_loop<Geometry::general, StopRule::stationary, Real>()
                                      : best_loop<Geometry::general, StopRule::update, Real>();
}

template PixelLoop<float> pixel_loop(Geometry, StopRule);
template PixelLoop<double> pixel_loop(Geometry, StopRule);

}  // namespace deadcone
