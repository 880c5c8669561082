#pragma once

// What the host and CUDA kernels see differently; nothing else of the formulas does.

/// Marks a function that both share. A file may ask that each of them is inlined wherever it is called (base/fma.hpp).
#if defined(__CUDACC__)
#define DEADCONE_HD __host__ __device__
#elif defined(DEADCONE_INLINE_ALL) && defined(__OPTIMIZE__)
#define DEADCONE_HD [[gnu::always_inline]]
#else
#define DEADCONE_HD
#endif

/// Marks one that makes a part of every update, and is never called: a call would pass vectors through memory. Compilers do not
/// see that for themselves in loops as long as these. Without optimisation it would make debugging harder.
#if defined(__OPTIMIZE__) && !defined(__CUDACC__)
#define DEADCONE_HD_INLINE [[gnu::always_inline]] inline
#else
#define DEADCONE_HD_INLINE DEADCONE_HD inline
#endif

/// Marks a table of numbers that formulas use. On a GPU it lies in constant memory, from where an instruction takes an
/// operand for nothing; numbers written into the code would cost instructions of their own, in double two each. There
/// it is for kernels alone: what the host sees of it in CUDA code is not the table.
#if defined(__CUDACC__)
#define DEADCONE_TABLE static __constant__
#else
#define DEADCONE_TABLE inline constexpr
#endif

/// Has every compiler unroll the loop that follows, so that what it indexes can lie in registers.
#if defined(__CUDA_ARCH__)
#define DEADCONE_UNROLL_FULLY _Pragma("unroll")
#elif defined(__OPTIMIZE__) && !defined(__CUDACC__)
#define DEADCONE_UNROLL_FULLY _Pragma("GCC unroll 32")
#else
#define DEADCONE_UNROLL_FULLY
#endif

/// Has a GPU's compiler unroll the loop that follows.
#if defined(__CUDA_ARCH__)
#define DEADCONE_PRAGMA(text) _Pragma(#text)
#define DEADCONE_UNROLL(times) DEADCONE_PRAGMA(unroll times)
#else
#define DEADCONE_UNROLL(times)
#endif
