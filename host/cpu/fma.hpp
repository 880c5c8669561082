#pragma once

// Scalar loops with fma instructions. An x86-64 binary may not assume that they are there, and would call a function for each fma,
// many times slower. So all scalar loops are compiled once more, everything inlined, for machines that have them:
//
//   DEADCONE_WITH_FMA void fma_loop(...) { loop(...); }

namespace deadcone {

#if defined(__x86_64__)
#define DEADCONE_WITH_FMA [[gnu::target("avx2,fma"), gnu::flatten]]
inline bool has_fma() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
#define DEADCONE_WITH_FMA
inline bool has_fma() {
  return true;
}
#endif

}  // namespace deadcone
