// Probabilities in few digits, never more certain than they are.
#include "sim/probability.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace converge::sim {
namespace {

TEST(Percent, HasThreeDigitsOfWhatIsNearer) {
  EXPECT_EQ(percent(0.5), "50 %");
  EXPECT_EQ(percent(0.0212), "2.12 %");
  EXPECT_EQ(percent(0.123456), "12.3 %");
  EXPECT_EQ(percent(0.9963), "99.63 %");
  EXPECT_EQ(percent(1.0 / 3), "33.3 %");
  EXPECT_EQ(percent(0.00037), "0.037 %");
  EXPECT_EQ(percent(0.000001), "0.0001 %");
  EXPECT_EQ(percent(0.00000099), "9.9e-07");
  EXPECT_EQ(percent(3.21e-8), "3.2e-08");
  EXPECT_EQ(percent(9.99e-8), "1.0e-07");
  EXPECT_EQ(percent(std::numeric_limits<double>::denorm_min()), "4.9e-324");
}

TEST(Percent, CallsNothingCertainThatIsNot) {
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(percent(1), "100 %");
  EXPECT_EQ(percent(1 - 1e-10), "99.999999 %");
  EXPECT_EQ(percent(1 - 1e-10, Rounded::up), "100 %");
  EXPECT_EQ(percent(-1), "0 %");
  EXPECT_EQ(percent(7), "100 %");
  EXPECT_EQ(percent(std::numeric_limits<double>::infinity()), "100 %");
  EXPECT_EQ(percent(std::numeric_limits<double>::quiet_NaN()), "?");
}

TEST(Percent, RoundsIntervalsOutwards) {
  EXPECT_EQ(interval(0.018461, 0.024212), "1.84 % to 2.43 %");
  EXPECT_EQ(interval(0.07, 0.29), "7 % to 29 %") << "a product of doubles is not exact";
  EXPECT_EQ(interval(0, 0.00036881), "0 % to 0.0369 %");
  EXPECT_EQ(interval(1.11e-8, 9.31e-8), "1.1e-08 to 9.4e-08");
  EXPECT_EQ(interval({.estimate = 1, .low = 0.9963}), "99.63 % to 100 %");
}

}  // namespace
}  // namespace converge::sim
