#pragma once

/// Marks a function that the host and CUDA kernels share. It is the only host/device macro of the project.
#if defined(__CUDACC__)
#define DEADCONE_HD __host__ __device__
#else
#define DEADCONE_HD
#endif
