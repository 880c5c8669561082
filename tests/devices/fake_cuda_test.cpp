// The simulated device itself: its instructions do what the PTX ISA says, and it sees what no kernel may do.

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "support/fake_cuda.hpp"
#include "support/ptx.hpp"
#include "support/support.hpp"

// What nvcc makes of a kernel<<<>>> calls it.
extern "C" void __cudaRegisterFunction(void**, const char*, char*, const char*, int, uint3*, uint3*, dim3*, dim3*,
                                       int*);

namespace deadcone {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// Instructions.

TEST(Ptx, IntegersWrapAround) {
  EXPECT_EQ(ptx::add<std::int32_t>(INT32_MAX, 1), INT32_MIN);
  EXPECT_EQ(ptx::sub<std::uint16_t>(0, 1), 0xFFFF);
  EXPECT_EQ(ptx::neg<std::int64_t>(INT64_MIN), INT64_MIN);
  EXPECT_EQ(ptx::mul_lo<std::int32_t>(-3, 7), -21);
  EXPECT_EQ(ptx::mul_lo<std::uint64_t>(UINT64_MAX, UINT64_MAX), 1U);
  EXPECT_EQ(ptx::mul_hi<std::int32_t>(-1, 1), -1);
  EXPECT_EQ(ptx::mul_hi<std::uint64_t>(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
  EXPECT_EQ(ptx::mul_wide<std::int32_t>(INT32_MIN, INT32_MIN), std::int64_t{1} << 62);
  EXPECT_EQ(ptx::mul_wide<std::uint32_t>(UINT32_MAX, UINT32_MAX), 0xFFFFFFFE00000001U);
  EXPECT_EQ((ptx::mad_wide<std::int32_t, std::int64_t>(-2, 3, 10)), 4);
  EXPECT_EQ(ptx::div<std::int32_t>(-7, 2), -3);
  EXPECT_EQ(ptx::rem<std::int32_t>(-7, 2), -1);
  EXPECT_EQ(ptx::div<std::int32_t>(INT32_MIN, -1), INT32_MIN);
  EXPECT_THROW(ptx::rem<std::uint64_t>(1, 0), ptx::Fault);
}

TEST(Ptx, ShiftsTakeAnyDistance) {
  EXPECT_EQ(ptx::shl<std::uint32_t>(1, 31), 0x80000000U);
  EXPECT_EQ(ptx::shl<std::uint32_t>(1, 32), 0U);
  EXPECT_EQ(ptx::shr<std::uint64_t>(UINT64_MAX, 100), 0U);
  EXPECT_EQ(ptx::shr<std::int32_t>(-8, 1), -4);
  EXPECT_EQ(ptx::shr<std::int32_t>(-8, 99), -1);
  EXPECT_EQ(ptx::shf_l_wrap<std::uint32_t>(0x89ABCDEF, 0x01234567, 8), 0x23456789U);
  EXPECT_EQ(ptx::shf_r_wrap<std::uint32_t>(0x89ABCDEF, 0x01234567, 40), 0x6789ABCDU);
  EXPECT_EQ(ptx::shf_l_clamp<std::uint32_t>(5, 6, 40), 5U);
  EXPECT_EQ(ptx::shf_r_clamp<std::uint32_t>(5, 6, 32), 6U);
}

TEST(Ptx, BitsAreTakenAndPut) {
  EXPECT_EQ(ptx::lop3<std::uint32_t>(0xF0F0, 0xCCCC, 0xAAAA, 0x96), 0xF0F0U ^ 0xCCCCU ^ 0xAAAAU);
  EXPECT_EQ(ptx::lop3<std::uint32_t>(0xF0F0, 0xCCCC, 0xAAAA, 0xCA), (0xF0F0U & 0xCCCCU) | (~0xF0F0U & 0xAAAAU));
  EXPECT_EQ(ptx::bfe<std::uint32_t>(0x3F800000, 23, 8), 127U);
  EXPECT_EQ(ptx::bfe<std::int32_t>(0x00000F00, 8, 4), -1);
  EXPECT_EQ(ptx::bfe<std::int32_t>(INT32_MIN, 28, 8), -8);
  EXPECT_EQ(ptx::bfe<std::int64_t>(-1, 3, 0), 0);
  EXPECT_EQ(ptx::bfi<std::uint32_t>(0xFF, 0, 4, 8), 0xFF0U);
  EXPECT_EQ(ptx::bfi<std::uint64_t>(0, UINT64_MAX, 60, 8), 0x0FFFFFFFFFFFFFFFU);
  EXPECT_EQ(ptx::prmt<std::uint32_t>(0x33221100, 0x77665544, 0x7041), 0x77004411U);
  EXPECT_EQ(ptx::prmt<std::uint32_t>(0x80, 0, 0x0098), 0x808000FFU);
  EXPECT_EQ(ptx::popc<std::uint64_t>(0xF0F), 8U);
  EXPECT_EQ(ptx::clz<std::uint32_t>(1), 31U);
}

TEST(Ptx, RealsAreOrderedWithNotANumberAndSignedZero) {
  EXPECT_EQ(ptx::min(not_a_number, 1.0F), 1.0F);
  EXPECT_EQ(ptx::max(1.0F, not_a_number), 1.0F);
  EXPECT_TRUE(std::signbit(ptx::min(0.0F, -0.0F)));
  EXPECT_FALSE(std::signbit(ptx::max(-0.0F, 0.0F)));
  EXPECT_EQ(ptx::copysign(-1.0F, 3.0F), -3.0F);
  for (const float a : {1.0F, 2.0F, not_a_number}) {
    for (const float b : {1.0F, 2.0F, not_a_number}) {
      const bool ordered = !std::isnan(a) && !std::isnan(b);
      EXPECT_EQ(ptx::setp_num(a, b), ordered);
      EXPECT_EQ(ptx::setp_nan(a, b), !ordered);
      EXPECT_EQ(ptx::setp_eq(a, b), ordered && a == b);
      EXPECT_EQ(ptx::setp_ne(a, b), ordered && a != b);
      EXPECT_EQ(ptx::setp_equ(a, b), !ordered || a == b);
      EXPECT_EQ(ptx::setp_neu(a, b), !ordered || a != b);
      EXPECT_EQ(ptx::setp_lt(a, b), ordered && a < b);
      EXPECT_EQ(ptx::setp_ltu(a, b), !ordered || a < b);
      EXPECT_EQ(ptx::setp_le(a, b), ordered && a <= b);
      EXPECT_EQ(ptx::setp_leu(a, b), !ordered || a <= b);
      EXPECT_EQ(ptx::setp_gt(a, b), ordered && a > b);
      EXPECT_EQ(ptx::setp_gtu(a, b), !ordered || a > b);
      EXPECT_EQ(ptx::setp_ge(a, b), ordered && a >= b);
      EXPECT_EQ(ptx::setp_geu(a, b), !ordered || a >= b);
    }
  }
}

TEST(Ptx, ConversionsSaturateAndRound) {
  EXPECT_EQ((ptx::cvt_rzi<std::int32_t>(-2.7F)), -2);
  EXPECT_EQ((ptx::cvt_rni<std::int32_t>(2.5F)), 2);
  EXPECT_EQ((ptx::cvt_rmi<std::int32_t>(-2.5)), -3);
  EXPECT_EQ((ptx::cvt_rpi<std::int64_t>(2.1)), 3);
  EXPECT_EQ((ptx::cvt_rzi<std::int32_t>(1e20F)), INT32_MAX);
  EXPECT_EQ((ptx::cvt_rzi<std::int32_t>(-infinity)), INT32_MIN);
  EXPECT_EQ((ptx::cvt_rzi<std::uint32_t>(-1.0F)), 0U);
  EXPECT_EQ((ptx::cvt_rzi<std::int32_t>(not_a_number)), 0);
  EXPECT_EQ((ptx::cvt_rni<float>(3.5F)), 4.0F);
  EXPECT_EQ((ptx::cvt_rn<float>(std::uint64_t{UINT64_MAX})), 0x1p64F);
  EXPECT_EQ((ptx::cvt<std::int8_t>(std::uint32_t{0x1FF})), -1);
}

TEST(Ptx, AReciprocalIsOffByNoMoreThanItMay) {
  for (const int units : {-1, 0, 1}) {
    ptx::reciprocal_error = {units, false};
    EXPECT_EQ(ptx::rcp_approx_ftz(0.75F), 1.0F / 0.75F + static_cast<float>(units) * 0x1p-23F);
    EXPECT_EQ(ptx::rcp_approx_ftz(1.0 / 1.25), 1.25 + units * 0x1p-20);
  }
  ptx::reciprocal_error = {};
  EXPECT_EQ(ptx::rcp_approx_ftz(-infinity), -0.0F);
  EXPECT_EQ(ptx::rcp_approx_ftz(-1e-40F), -infinity);
  EXPECT_EQ(ptx::rcp_approx_ftz(3e38F), 0.0F);
  EXPECT_EQ(ptx::rcp_approx_ftz(1.0), ptx::rcp_approx_ftz(1.0 + 0x1p-21)) << "reads the upper word alone";
  bool differs[3] = {};
  for (float b = 1.0F; b < 1.001F; b = std::nextafter(b, 2.0F)) {
    const float units = (ptx::rcp_approx_ftz(b) - 1.0F / b) * 0x1p24F;
    ASSERT_LE(std::fabs(units), 2.0F);
    differs[units < 0 ? 0 : units > 0 ? 2 : 1] = true;
  }
  EXPECT_TRUE(differs[0] && differs[1] && differs[2]);
}

// Launches.

/// A function that stands for a kernel of sample.ptx.
template <int>
const void* kernel_named(const char* name) {
  static const char function = 0;
  __cudaRegisterFunction(nullptr, &function, nullptr, name, -1, nullptr, nullptr, nullptr, nullptr, nullptr);
  cudaFuncAttributes attributes;
  EXPECT_EQ(cudaFuncGetAttributes(&attributes, &function), cudaSuccess);
  return &function;
}

class FakeCuda : public ::testing::Test {
 protected:
  FakeCuda() {
    cudaSetDevice(0);
    cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
    cudaMalloc(reinterpret_cast<void**>(&memory_), 256);
    std::memset(memory_, 0, 256);
  }
  ~FakeCuda() override {
    cudaFree(memory_);
    cudaStreamDestroy(stream_);
    cudaGetLastError();
  }

  /// The error of a launch of sample_faults that does `what`.
  std::string fault(int what) {
    void* arguments[] = {&memory_, &what};
    EXPECT_EQ(cudaLaunchKernel(kernel_named<1>("sample_faults"), 1, 1, arguments, 0, stream_), cudaSuccess);
    const cudaError_t status = cudaStreamSynchronize(stream_);
    cudaGetLastError();
    return status == cudaSuccess ? "" : cudaGetErrorString(status);
  }

  cudaStream_t stream_ = nullptr;
  std::uint32_t* memory_ = nullptr;
};

TEST_F(FakeCuda, RunsEveryThreadOfAGridOnce) {
  const dim3 grid(2, 3, 1), block(2, 1, 4);
  std::uint32_t unused = 0;
  std::byte* sum = reinterpret_cast<std::byte*>(memory_) + 200;
  void* arguments[] = {&memory_, &unused, &sum};
  ASSERT_EQ(cudaLaunchKernel(kernel_named<0>("sample_threads"), grid, block, arguments, 0, stream_), cudaSuccess);
  EXPECT_EQ(memory_[0], 0U) << "nothing runs before somebody waits";
  sum = nullptr;  // the launch has its own
  ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  for (int i = 0; i < 48; ++i) EXPECT_EQ(memory_[i], 1U) << i;
  EXPECT_EQ(memory_[50], 47U * 48U / 2U);
  EXPECT_EQ(memory_[52], 47U);
}

TEST_F(FakeCuda, SeesWhatNoKernelMayDo) {
  EXPECT_EQ(fault(0), "");
  EXPECT_EQ(memory_[0], 2U);
  EXPECT_NE(fault(1).find("line 66: an address outside of all memory of its kind"), std::string::npos) << fault(1);
  EXPECT_NE(fault(2).find("not aligned"), std::string::npos);
  EXPECT_NE(fault(3).find("does not end"), std::string::npos);
  EXPECT_NE(fault(4).find("outside"), std::string::npos);
  EXPECT_NE(fault(5).find("outside"), std::string::npos);
  EXPECT_NE(fault(6).find("division by zero"), std::string::npos);
  EXPECT_NE(fault(7).find("not aligned"), std::string::npos);
  EXPECT_NE(fault(8).find("outside"), std::string::npos);
  cudaSetDevice(1);
  EXPECT_EQ(cudaMemsetAsync(memory_, 0, 256, stream_), cudaErrorInvalidResourceHandle);
}

TEST_F(FakeCuda, RefusesLaunchesThatNoDeviceTakes) {
  int what = 0;
  void* arguments[] = {&memory_, &what};
  const void* kernel = kernel_named<1>("sample_faults");
  for (const auto& [grid, block] : {std::pair{dim3(0), dim3(1)},
                                    {dim3(1, 65536), dim3(1)},
                                    {dim3(1, 1, 65536), dim3(1)},
                                    {dim3(1), dim3(33)},
                                    {dim3(1), dim3(0)},
                                    {dim3(1), dim3(1, 1, 65)}}) {
    EXPECT_EQ(cudaLaunchKernel(kernel, grid, block, arguments, 0, stream_), cudaErrorInvalidConfiguration);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  }
  EXPECT_EQ(cudaLaunchKernel(&what, 1, 1, arguments, 0, stream_), cudaErrorInvalidDeviceFunction);
}

// The compiled kernels of deadcone.

class Reciprocal : public ::testing::TestWithParam<ptx::ReciprocalError> {
 protected:
  void SetUp() override { ptx::reciprocal_error = GetParam(); }
  void TearDown() override { ptx::reciprocal_error = {}; }
};

TEST_P(Reciprocal, MayBeOffByAUnitAndNoBitOfAMapChanges) {
  const std::unique_ptr<Mapper> cuda = make_cuda_mapper();
  const std::unique_ptr<Mapper> cpu = make_cpu_mapper(1, InstructionSet::scalar);
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    for (const bool certify : {false, true}) {
      for (const Point& point : {Point{.beta = 0.7, .gamma = 1.0, .eta = 0.1},
                                 Point{.beta = 0.5, .gamma = 0.3, .eta = 0.2, .delta = -0.3, .r = 0.75}}) {
        Map map = {point, {{-3, 3, 33}, {-9, 9, 47}}, {}, precision};
        map.criteria.max_updates = 400;
        map.criteria.certify = certify;
        const PreparedMap prepared(map);
        Meter meter;
        TileResult expected, found;
        const Tile whole = {0, 0, map.window.b.count, map.window.w.count};
        cpu->map(prepared, whole, {true, true, true}, meter, expected);
        cuda->map(prepared, whole, {true, true, true}, meter, found);
        EXPECT_EQ(found.fate, expected.fate);
        EXPECT_EQ(found.updates, expected.updates);
        EXPECT_EQ(found.proof, expected.proof);
        EXPECT_EQ(found.w_final, expected.w_final);
        EXPECT_EQ(found.b_final, expected.b_final);
        EXPECT_EQ(found.r_final, expected.r_final);
        EXPECT_EQ(found.loss_final, expected.loss_final);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, Reciprocal,
                         ::testing::Values(ptx::ReciprocalError{-1, false}, ptx::ReciprocalError{0, false},
                                           ptx::ReciprocalError{1, false}, ptx::ReciprocalError{0, true}),
                         [](const auto& error) {
                           if (error.param.random) return "random";
                           return error.param.units < 0 ? "below" : error.param.units > 0 ? "above" : "nearest";
                         });

}  // namespace
}  // namespace deadcone
