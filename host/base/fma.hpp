#pragma once

// Functions with fma instructions. An x86-64 binary for any machine may not assume that they are there, and would call a
// function for each fma, many times slower. So all scalar loops are compiled once more, everything inlined, for machines that have
// them:
//
//   DEADCONE_WITH_FMA void fma_loop(...) { loop(...); }
//
// A formula that stays a function of its own is the one for all machines, so their files are compiled with DEADCONE_INLINE_ALL:
// compilers do not inline all that `flatten` asks for. tests/program/test_machine_code.py looks for calls that are left.

namespace deadcone {

#if !defined(DEADCONE_INLINE_ALL)
#error "compile this file with DEADCONE_INLINE_ALL"
#endif

#if defined(__x86_64__) && !defined(__FMA__)
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
