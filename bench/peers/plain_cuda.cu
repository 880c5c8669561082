// What a user would write in CUDA instead: one thread for each pixel, in the order of the pixels, one launch; erfc and
// exp as CUDA has them.

#include <cuda_runtime.h>

#include <exception>
#include <iostream>
#include <stdexcept>

#include "../programs/contestant.hpp"
#include "plain.hpp"

namespace {

void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

template <class Real>
__global__ void map(plain::Problem<Real> p, std::int8_t* fate, std::int32_t* steps) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < p.pixels()) fate[i] = plain::trajectory(p, p.start(i), steps[i]);
}

template <class Real>
void serve(const plain::Options& options) {
  const plain::Problem<Real> p = plain::problem_of<Real>(options);
  const auto pixels = static_cast<std::size_t>(p.pixels());
  std::int8_t* fate = nullptr;
  std::int32_t* steps = nullptr;
  check(cudaMalloc(&fate, pixels));
  check(cudaMalloc(&steps, pixels * sizeof(std::int32_t)));
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin));
  check(cudaEventCreate(&end));
  const auto seconds_of_a_run = [&] {
    constexpr int threads = 256;
    check(cudaEventRecord(begin));
    map<<<(p.pixels() + threads - 1) / threads, threads>>>(p, fate, steps);
    check(cudaGetLastError());
    check(cudaEventRecord(end));
    check(cudaEventSynchronize(end));
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end));
    return milliseconds / 1e3;
  };
  const auto run = [&] {
    seconds_of_a_run();
    bench::Labels labels{std::vector<std::int8_t>(pixels), std::vector<std::int32_t>(pixels)};
    check(cudaMemcpy(labels.fate.data(), fate, pixels, cudaMemcpyDeviceToHost));
    check(cudaMemcpy(labels.updates.data(), steps, pixels * sizeof(std::int32_t), cudaMemcpyDeviceToHost));
    return labels;
  };
  bench::serve(run, seconds_of_a_run, options.at("--labels"));
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
    std::cerr << "plain_cuda: " << error.what() << std::endl;
    return 1;
  }
}
