// Networks on CUDA devices have the bits of the scalar loop: every kind of network, in one launch or many.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/detail/cuda_birth_mapper.hpp"
#include "deadcone/errors.hpp"
#include "network/cpu_birth_mapper.hpp"

namespace deadcone {
namespace {

class CudaBirth : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda_device_is_present()) GTEST_SKIP() << "this machine has no GPU";
  }

  static BirthCounts run(BirthMapper& mapper, const NetworkKind& kind, const BirthPoint& point, std::int64_t networks) {
    BirthCounts counts(point.depth());
    Meter meter;
    mapper.run(kind, point, {0, (networks + networks_of_block - 1) / networks_of_block}, networks, meter, counts);
    EXPECT_EQ(meter.pixels, networks);
    return counts;
  }

  static void expect_scalar_bits(NetworkKind kind, const BirthPoint& point, std::int64_t networks,
                                 const CudaLimits& limits = {}) {
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      kind.precision = precision;
      const BirthCounts expected = run(*make_cpu_birth_mapper(1, InstructionSet::scalar), kind, point, networks);
      EXPECT_EQ(run(*make_cuda_birth_mapper({}, {}, limits), kind, point, networks), expected)
          << name_of(kind.init) << ", " << name_of(kind.bias) << ", " << name_of(kind.skip) << ", "
          << name_of(precision);
    }
  }
};

TEST_F(CudaBirth, HasTheScalarBits) {
  std::vector<NetworkKind> kinds;
  for (const auto& init : NameTable<Initialization>::values) {
    kinds.push_back({.init = init.kind, .bias = init.kind == Initialization::rai ? BiasKind::zero : BiasKind::init});
  }
  kinds.push_back({});
  kinds.push_back({.bias = BiasKind::normal, .inputs = InputKind::sphere});
  kinds.push_back({.inputs = InputKind::sphere, .redraw = false});
  kinds.push_back({.leak = 0.1});
  kinds.push_back({.skip = Skip::residual});
  kinds.push_back({.bias = BiasKind::init, .skip = Skip::dense});
  kinds.push_back({.batch_norm = true});
  kinds.push_back({.bias = BiasKind::init, .sign_flip = true});
  for (const NetworkKind& kind : kinds) {
    expect_scalar_bits(kind, {.widths = {3, 5, 3, 3}, .dimension = 3, .points = 5}, 40);
    expect_scalar_bits(kind, {.widths = {2, 2}, .dimension = 2, .points = 35}, 20);
  }
}

TEST_F(CudaBirth, LaunchesShareTheNetworks) {
  // So little memory that a launch has few blocks.
  CudaLimits limits;
  limits.memory = 512 * 1024;
  expect_scalar_bits({}, {.widths = {2, 2, 2}, .dimension = 2, .points = 4}, 5 * networks_of_block + 3, limits);
}

TEST_F(CudaBirth, SaysWhereNothingFits) {
  CudaLimits limits;
  limits.memory = 4096;
  const auto mapper = make_cuda_birth_mapper({}, {}, limits);
  EXPECT_THROW(run(*mapper, {}, {.widths = {8}, .dimension = 2, .points = 64}, 10), OutOfMemory);
}

TEST_F(CudaBirth, StopsWhenToldTo) {
  const auto mapper = make_cuda_birth_mapper();
  Meter meter;
  meter.stop = true;
  BirthCounts counts(1);
  EXPECT_THROW(mapper->run({}, {.widths = {2}, .dimension = 2, .points = 4}, {0, 1}, 10, meter, counts), Interrupted);
}

}  // namespace
}  // namespace deadcone
