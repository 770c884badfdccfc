// Every promise on accuracy in fixed_point.hpp, measured against long double.
#include "sim/fixed_point.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/random.hpp"

namespace converge::sim {
namespace {

constexpr long double unit = 4294967296.0L;  // 2^32
constexpr int inputs = 20'000;

// A word of any length from 1 to 64 bits, so that small and large ones are met alike.
std::uint64_t word_of_any_length(std::uint64_t i) {
  Bits bits(1, 2, i);
  const std::uint64_t word = bits.next() >> (bits.next() % 64);
  return word == 0 ? 1 : word;
}

TEST(SquareRoot, IsExact) {
  __extension__ using Wide = unsigned __int128;
  EXPECT_EQ(square_root(0), 0U);
  for (std::uint64_t i = 0; i < inputs; ++i) {
    const std::uint64_t word = word_of_any_length(i);
    const std::uint64_t half = word >> 32U;
    for (const std::uint64_t n : {i, word, half * half, half * half - 1, half * half + 1, ~i}) {
      const Wide root = square_root(n);
      ASSERT_TRUE(root * root <= n && (root + 1) * (root + 1) > n) << n;
    }
  }
}

TEST(FixedLog2, IsWithinOneUnitInTheLastPlace) {
  long double worst = 0;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    const std::uint64_t x = word_of_any_length(i);
    const long double exact = (std::log2(static_cast<long double>(x)) - 32) * unit;
    worst = std::max(worst, std::fabs(exact - static_cast<long double>(fixed_log2(x))));
  }
  EXPECT_LE(worst, 1.0L);
}

TEST(FixedLog2, IsExactForPowersOfTwo) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    EXPECT_EQ(fixed_log2(std::uint64_t{1} << bit), (std::int64_t{bit} - 32) * (std::int64_t{1} << 32U));
  }
}

TEST(FixedLog2, MeetsItselfAtTheEdgesOfItsTable) {
  for (std::uint64_t i = 64; i < 128; ++i) {
    const std::uint64_t edge = i << 50U;
    EXPECT_LE(fixed_log2(edge - 1), fixed_log2(edge));
    EXPECT_LE(fixed_log2(edge) - fixed_log2(edge - 1), 1);
  }
}

TEST(FixedExp2, IsWithinOneUnitOrOnePartInTwoToThe36) {
  for (std::uint64_t i = 0; i < inputs; ++i) {
    const auto x = static_cast<std::int64_t>(draw64(1, 2, i) % (65 * fixed_one)) - (std::int64_t{33} << 32U);
    if (x >= std::int64_t{32} << 32U) continue;
    const long double exact = std::exp2(static_cast<long double>(x) / unit) * unit;
    ASSERT_LE(std::fabs(exact - static_cast<long double>(fixed_exp2(x))), std::max(1.0L, exact / (16 * unit))) << x;
  }
}

TEST(FixedExp2, IsExactForWholePowersAndSaturates) {
  for (int power = -32; power < 32; ++power) {
    EXPECT_EQ(fixed_exp2(power * (std::int64_t{1} << 32U)), std::uint64_t{1} << static_cast<unsigned>(power + 32));
  }
  EXPECT_EQ(fixed_exp2(std::int64_t{32} << 32U), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(fixed_exp2(std::numeric_limits<std::int64_t>::max()), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(fixed_exp2(-(std::int64_t{34} << 32U)), 0U);
  EXPECT_EQ(fixed_exp2(std::numeric_limits<std::int64_t>::min()), 0U);
}

TEST(FixedLn, IsWithinOneAndAHalfUnits) {
  long double worst = 0;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    const std::uint64_t x = word_of_any_length(i);
    const long double exact = std::log(static_cast<long double>(x) / unit) * unit;
    worst = std::max(worst, std::fabs(exact - static_cast<long double>(fixed_ln(x))));
  }
  EXPECT_LE(worst, 1.5L);
  EXPECT_EQ(fixed_ln(fixed_one), 0);
}

TEST(FixedExp, IsWithinOneUnitOrOnePartInTwoToThe31) {
  for (std::uint64_t i = 0; i < inputs; ++i) {
    const auto x = static_cast<std::int64_t>(draw64(1, 2, i) % (45 * fixed_one)) - (std::int64_t{23} << 32U);
    const long double exact = std::exp(static_cast<long double>(x) / unit) * unit;
    ASSERT_LE(std::fabs(exact - static_cast<long double>(fixed_exp(x))), std::max(1.0L, 2 * exact / unit)) << x;
  }
  EXPECT_EQ(fixed_exp(0), fixed_one);
  EXPECT_EQ(fixed_exp(std::numeric_limits<std::int64_t>::max()), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(fixed_exp(std::numeric_limits<std::int64_t>::min()), 0U);
}

// The quantile is checked by the way back: an error in probability, over the density, is an error in z.
TEST(FixedNormalQuantile, IsWithinAMillionth) {
  constexpr long double pi = 3.14159265358979323846L;
  long double worst = 0;
  const auto measure = [&](std::uint64_t p) {
    const long double z = static_cast<long double>(fixed_normal_quantile(p)) / unit;
    const long double back = std::erfc(-z / std::sqrt(2.0L)) / 2;
    const long double density = std::exp(-z * z / 2) / std::sqrt(2 * pi);
    worst = std::max(worst, std::fabs(back - (static_cast<long double>(p) + 0.5L) / (unit * unit)) / density);
  };
  // Below the median only: above it, the probability itself is rounded more than the quantile.
  for (std::uint64_t p = 0; p < 100; ++p) measure(p);
  for (std::uint64_t i = 0; i < inputs; ++i) measure(word_of_any_length(i) >> 1U);
  EXPECT_LE(worst, 1e-6L);
}

TEST(FixedNormalQuantile, IsSymmetricAndKnowsTheCommonFigures) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t p = word_of_any_length(i);
    EXPECT_EQ(fixed_normal_quantile(p), -fixed_normal_quantile(~p));
  }
  EXPECT_EQ(fixed_normal_quantile(std::uint64_t{1} << 63U), 0);
  const auto z_975 = static_cast<double>(fixed_normal_quantile(0xF999999999999999ULL)) / 4294967296.0;
  EXPECT_NEAR(z_975, 1.959963985, 1e-6);
}

TEST(ZipfWeights, AreProportionalToTheirPowerOfTheRank) {
  for (const int exponent_milli : {1, 500, 990, 1000, 1200, 2000, 4000}) {
    const auto weights = zipf_weights(2000, exponent_milli);
    ASSERT_EQ(weights.size(), 2000U);
    EXPECT_EQ(weights[0], fixed_one);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const long double exact = std::pow(static_cast<long double>(i + 1), -exponent_milli / 1000.0L) * unit;
      // The logarithm's last digit is multiplied by the exponent.
      ASSERT_LE(std::fabs(exact - static_cast<long double>(weights[i])), 1 + 5 * exact / unit) << "rank " << i + 1;
      ASSERT_GE(weights[i], 1U);
      ASSERT_LE(weights[i], weights[i == 0 ? 0 : i - 1]);
    }
  }
}

TEST(ZipfWeights, AreAllAlikeWithoutSkewAndNoneWithoutKeys) {
  for (const std::uint64_t weight : zipf_weights(1000, 0)) EXPECT_EQ(weight, fixed_one);
  EXPECT_TRUE(zipf_weights(0, 1000).empty());
}

TEST(ZipfWeights, KeepTheRarestKeyAlive) { EXPECT_EQ(zipf_weights(100'000, 4000).back(), 1U); }

}  // namespace
}  // namespace converge::sim
