// Each law's draws against its distribution function, worked out here in long double; the ends of the ranges; pinned
// draws.
//
// Seeds are fixed, so a statistical test passes always or never; its critical value is that of one failure in a
// thousand.
#include "sim/distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "sim/fields.hpp"
#include "sim/hash.hpp"

namespace converge::sim {

void PrintTo(const Distribution& d, std::ostream* out) {
  *out << "shape " << static_cast<int>(d.shape) << " (" << d.least << ", " << d.usual << ", " << d.most << ")";
}

namespace {

static_assert(ListsEveryField<Distribution>);

constexpr int draws = 20'000;

std::vector<std::int64_t> sorted_draws(const Distribution& d, std::uint64_t seed) {
  std::vector<std::int64_t> out;
  for (std::uint64_t i = 0; i < draws; ++i) {
    Bits bits(seed, hash_of("distribution_test"), i);
    out.push_back(sample(d, bits));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The law as real numbers: how probable is it to lie below x, with x from 0 (least - 1/2) to 1 (most + 1/2)?
using Law = std::function<long double(long double)>;

// Where the usual value lies on that scale.
long double place_of_usual(const Distribution& d) {
  const long double width = static_cast<long double>(d.most) - static_cast<long double>(d.least) + 1;
  return (static_cast<long double>(d.usual) - static_cast<long double>(d.least) + 0.5L) / width;
}

Law uniform_law() {
  return [](long double x) { return x; };
}

Law triangular_law(long double c) {
  return [c](long double x) { return x < c ? x * x / c : 1 - (1 - x) * (1 - x) / (1 - c); };
}

// The exact beta-PERT law, by summing its density.
Law pert_law(long double c) {
  constexpr std::size_t cells = 20'000;
  std::vector<long double> sums{0};
  for (std::size_t i = 0; i < cells; ++i) {
    const long double x = (static_cast<long double>(i) + 0.5L) / cells;
    sums.push_back(sums.back() + std::pow(x, 4 * c) * std::pow(1 - x, 4 - 4 * c));
  }
  return [sums](long double x) {
    const long double place = x * cells;
    const auto i = std::min(static_cast<std::size_t>(place), cells - 1);
    return (sums[i] + (sums[i + 1] - sums[i]) * (place - static_cast<long double>(i))) / sums.back();
  };
}

Law exponential_law(long double c) {
  return [c](long double x) { return (1 - std::exp2(-x / c)) / (1 - std::exp2(-1 / c)); };
}

Law lognormal_law(long double c) {
  return [c](long double x) {
    if (x <= 0) return 0.0L;
    const long double z = 3.090232306167813541540L * std::log(x / c) / std::log(1 / c);
    return std::erfc(-z / std::sqrt(2.0L)) / 2 / 0.999L;
  };
}

Law law_of(const Distribution& d) {
  const long double c = place_of_usual(d);
  switch (d.shape) {
    case Shape::triangular: return triangular_law(c);
    case Shape::pert: return pert_law(c);
    case Shape::exponential: return exponential_law(c);
    case Shape::lognormal: return lognormal_law(c);
    default: return uniform_law();
  }
}

long double probability_below(const Law& law, const Distribution& d, std::int64_t value) {
  const long double width = static_cast<long double>(d.most) - static_cast<long double>(d.least) + 1;
  return law((static_cast<long double>(value) - static_cast<long double>(d.least)) / width);
}

// Kolmogorov-Smirnov, on whole numbers: the furthest that the draws' step function gets from the law, just below each
// value drawn and just above it.
long double furthest(const std::vector<std::int64_t>& sorted, const Distribution& d, const Law& law) {
  long double worst = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    const auto share = [&](std::size_t n) {
      return static_cast<long double>(n) / static_cast<long double>(sorted.size());
    };
    worst = std::max(worst, std::fabs(share(i) - probability_below(law, d, sorted[i])));
    worst = std::max(worst, std::fabs(share(end) - probability_below(law, d, sorted[i] + 1)));
    i = end;
  }
  return worst;
}

const long double critical = 1.9495L / std::sqrt(static_cast<long double>(draws));  // 0.0138

std::vector<Distribution> laws_between(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {uniform(least, most), triangular(least, usual, most), window(least, usual, most),
          exponential(least, usual, most), lognormal(least, usual, most)};
}

constexpr std::int64_t minute = 60'000'000;
constexpr std::int64_t century = 3'155'760'000'000'000;

TEST(Sample, FollowsItsLaw) {
  const std::array<std::array<std::int64_t, 3>, 10> figures{{
      {2 * minute, 3 * minute, 41 * minute},  // a restore: mostly quick
      {0, 30 * minute, 60 * minute},          // the middle
      {0, 50 * minute, 60 * minute},          // mostly slow
      {-minute, -minute / 3, minute},         // across zero
      {0, 1, minute},                         // usual almost at the least
      {0, 0, minute},                         // and at it
      {0, minute, minute},                    // and at the most
      {0, century / 5, century},              // long
      {0, 3, 9},                              // few whole numbers
      {5, 6, 7},
  }};
  std::uint64_t seed = 1;
  for (const auto& [least, usual, most] : figures) {
    for (const Distribution& d : laws_between(least, usual, most)) {
      EXPECT_LT(furthest(sorted_draws(d, ++seed), d, law_of(d)), critical) << testing::PrintToString(d);
    }
  }
}

// The test above can fail: it tells any two of the laws apart.
TEST(Sample, FollowsNoOtherLaw) {
  for (const std::int64_t usual : {3 * minute, 20 * minute}) {
    const auto laws = laws_between(2 * minute, usual, 41 * minute);
    for (const Distribution& drawn : laws) {
      const auto sorted = sorted_draws(drawn, 1);
      for (const Distribution& other : laws) {
        if (other.shape == drawn.shape) continue;
        EXPECT_GT(furthest(sorted, drawn, law_of(other)), critical)
            << testing::PrintToString(drawn) << " taken for " << testing::PrintToString(other);
      }
    }
  }
}

TEST(Sample, IsToldFromALawWhoseUsualValueIsOff) {
  for (const Distribution& d : laws_between(0, 20 * minute, 60 * minute)) {
    if (d.shape == Shape::uniform) continue;
    Distribution off = d;
    off.usual += 2 * minute;
    EXPECT_GT(furthest(sorted_draws(d, 1), d, law_of(off)), critical) << testing::PrintToString(d);
  }
}

// Chi-square over ten whole numbers, where each one's share is looked at. The critical value is Wilson and Hilferty's.
long double chi_square(const std::vector<std::int64_t>& sorted, const Distribution& d, const Law& law) {
  long double statistic = 0;
  for (std::int64_t v = d.least; v <= d.most; ++v) {
    const auto [from, to] = std::equal_range(sorted.begin(), sorted.end(), v);
    const long double expected = draws * (probability_below(law, d, v + 1) - probability_below(law, d, v));
    EXPECT_GT(expected, 5) << testing::PrintToString(d) << " has too few of " << v;
    const long double surplus = static_cast<long double>(to - from) - expected;
    statistic += surplus * surplus / expected;
  }
  return statistic;
}

constexpr long double critical_nine_degrees = 27.877L;

TEST(Sample, GivesEachOfAFewWholeNumbersItsShare) {
  auto laws = laws_between(10, 12, 19);
  laws.push_back(window(10, 13, 19));
  for (const Distribution& d : laws) {
    EXPECT_LT(chi_square(sorted_draws(d, 3), d, law_of(d)), critical_nine_degrees) << testing::PrintToString(d);
  }
}

TEST(Sample, GivesNoOtherLawsShares) {
  const Distribution flat = uniform(10, 19);
  const Distribution peaked = triangular(10, 14, 19);
  EXPECT_GT(chi_square(sorted_draws(flat, 3), flat, law_of(peaked)), critical_nine_degrees);
  EXPECT_GT(chi_square(sorted_draws(peaked, 3), peaked, law_of(window(10, 14, 19))), critical_nine_degrees);
}

TEST(Sample, GivesEachObservedValueItsShare) {
  const Distribution d = empirical({7, -5, 7, 100});
  const auto sorted = sorted_draws(d, 1);
  const auto count = [&](std::int64_t v) { return static_cast<double>(std::count(sorted.begin(), sorted.end(), v)); };
  EXPECT_NEAR(count(-5), 5000, 5 * 62);
  EXPECT_NEAR(count(7), 10'000, 5 * 71);
  EXPECT_NEAR(count(100), 5000, 5 * 62);
  EXPECT_EQ(count(-5) + count(7) + count(100), draws);
}

// Mean and variance of beta-PERT, which the header promises whatever the usual value.
TEST(Sample, OfAWindowHasTheMeanAndTheVarianceOfPert) {
  for (const std::int64_t usual : {0, 1, 5, 13, 25, 31, 50, 70, 88, 97, 100}) {
    const Distribution d = window(0, usual * minute, 100 * minute);
    const long double mean = (4 * static_cast<long double>(usual) + 100) / 6;
    const long double variance = (mean * (100 - mean)) / 7;
    long double sum = 0;
    long double squares = 0;
    for (const std::int64_t v : sorted_draws(d, 5)) {
      const long double away = static_cast<long double>(v) / minute - mean;
      sum += away / draws;
      squares += away * away / draws;
    }
    EXPECT_NEAR(static_cast<double>(sum), 0, static_cast<double>(4 * std::sqrt(variance / draws))) << usual;
    EXPECT_NEAR(static_cast<double>(squares / variance), 1, 0.05) << usual;
  }
}

TEST(Sample, OfALognormalHasItsMedianAtTheUsual) {
  const auto sorted = sorted_draws(lognormal(2 * minute, 3 * minute, 41 * minute), 1);
  const auto below = std::lower_bound(sorted.begin(), sorted.end(), 3 * minute) - sorted.begin();
  EXPECT_NEAR(static_cast<double>(below), draws / 2.0, 5 * 71);
}

TEST(Sample, StaysInsideWhateverTheRange) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t widest = (std::int64_t{1} << 62U) - 1;
  const std::array<std::array<std::int64_t, 3>, 14> figures{{
      {0, 0, 0},
      {7, 7, 7},
      {0, 0, 1},
      {0, 1, 1},
      {-1, 0, 1},
      {-2, -2, 3},
      {0, 0, century},
      {0, century, century},
      {0, 1, century},
      {lowest, lowest, lowest},
      {highest, highest, highest},
      {lowest, lowest, lowest + widest},
      {highest - widest, highest - 1, highest},
      {-widest / 2, 0, widest / 2},
  }};
  for (const auto& [least, usual, most] : figures) {
    for (const Distribution& d : laws_between(least, usual, most)) {
      ASSERT_TRUE(valid(d)) << testing::PrintToString(d);
      for (std::uint64_t i = 0; i < 500; ++i) {
        Bits bits(i, 2, 3);
        const std::int64_t v = sample(d, bits);
        ASSERT_GE(v, d.least) << testing::PrintToString(d);
        ASSERT_LE(v, d.most) << testing::PrintToString(d);
      }
    }
  }
}

TEST(Sample, ReachesBothEndsOfASmallRangeAndPilesUpAtNeither) {
  for (const Distribution& d : laws_between(0, 1, 3)) {
    const auto sorted = sorted_draws(d, 1);
    EXPECT_EQ(sorted.front(), 0) << testing::PrintToString(d);
    EXPECT_EQ(sorted.back(), 3) << testing::PrintToString(d);
  }
  for (const Distribution& d : laws_between(0, 10 * minute, 60 * minute)) {
    const auto sorted = sorted_draws(d, 1);
    EXPECT_LT(std::count(sorted.begin(), sorted.end(), d.least), 3) << testing::PrintToString(d);
    EXPECT_LT(std::count(sorted.begin(), sorted.end(), d.most), 3) << testing::PrintToString(d);
  }
}

std::int64_t under_luck(const Distribution& d, std::uint64_t luck) {
  Bits bits(luck, 2, 3);
  return sample(d, bits);
}

TEST(Sample, MovesAlongWithItsRange) {
  const auto here = laws_between(0, minute, 9 * minute);
  const auto there = laws_between(-century, minute - century, 9 * minute - century);
  for (std::size_t i = 0; i < here.size(); ++i) {
    for (std::uint64_t luck = 0; luck < 200; ++luck) {
      ASSERT_EQ(under_luck(here[i], luck) - century, under_luck(there[i], luck)) << testing::PrintToString(here[i]);
    }
  }
}

TEST(Sample, IsNeverShorterForALongerUsualValueUnderTheSameLuck) {
  constexpr std::int64_t hour = 60 * minute;
  for (std::uint64_t luck = 0; luck < 200; ++luck) {
    auto before = laws_between(0, 0, hour);
    for (std::int64_t usual = minute; usual <= hour; usual += minute) {
      const auto after = laws_between(0, usual, hour);
      for (std::size_t i = 0; i < after.size(); ++i) {
        const std::int64_t slack = after[i].shape >= Shape::exponential ? 100 : 0;  // us, of an hour: their logarithms
        ASSERT_GE(under_luck(after[i], luck) + slack, under_luck(before[i], luck)) << testing::PrintToString(after[i]);
      }
      before = after;
    }
  }
}

TEST(Sample, OfSimpleShapesIsNeverShorterForALongerMostUnderTheSameLuck) {
  for (std::uint64_t luck = 0; luck < 200; ++luck) {
    for (std::int64_t most = 10 * minute; most < 60 * minute; most += minute) {
      EXPECT_LE(under_luck(uniform(0, most), luck), under_luck(uniform(0, most + minute), luck));
      EXPECT_LE(under_luck(triangular(0, 9 * minute, most), luck),
                under_luck(triangular(0, 9 * minute, most + minute), luck));
    }
  }
}

// What every compiler and machine must give, for good: schedules are stored by seed.
TEST(Sample, IsPinned) {
  using Answers = std::array<std::int64_t, 8>;
  const auto answers = [](const Distribution& d) {
    Answers out{};
    for (std::uint64_t i = 0; i < out.size(); ++i) {
      Bits bits(1, hash_of("pinned"), i);
      out[i] = sample(d, bits);
    }
    return out;
  };
  constexpr std::int64_t a = 2 * minute;
  constexpr std::int64_t b = 3 * minute;
  constexpr std::int64_t c = 41 * minute;
  EXPECT_EQ(answers(constant(b)), (Answers{b, b, b, b, b, b, b, b}));
  EXPECT_EQ(answers(uniform(a, c)),
            (Answers{496895008, 580536911, 1020324863, 2455166963, 172054084, 2337135172, 1261399899, 1320402595}));
  EXPECT_EQ(answers(triangular(a, b, c)),
            (Answers{344372580, 389933372, 648244136, 2355027030, 175886001, 1930725205, 806879245, 848081242}));
  EXPECT_EQ(answers(window(a, b, c)),
            (Answers{413174994, 580536911, 182491169, 800814587, 174776482, 294275004, 366342771, 218447654}));
  EXPECT_EQ(answers(exponential(a, b, c)),
            (Answers{135202271, 138971277, 162045913, 655161770, 121947334, 375081880, 177909488, 182279057}));
  EXPECT_EQ(answers(lognormal(a, b, c)),
            (Answers{138537351, 141805557, 162341574, 1666563229, 125537803, 525740469, 177775682, 182267270}));
  EXPECT_EQ(answers(empirical({11, 22, 33, 44, 55})), (Answers{11, 11, 22, 55, 11, 55, 33, 33}));
}

TEST(Distribution, KnowsItsNominalValueAndItsEnds) {
  EXPECT_EQ(nominal(constant(5)), 5);
  EXPECT_EQ(nominal(uniform(1, 4)), 2);
  EXPECT_EQ(nominal(window(1, 3, 9)), 3);
  EXPECT_EQ(least_of(window(1, 3, 9)), 1);
  EXPECT_EQ(most_of(window(1, 3, 9)), 9);
  EXPECT_EQ(window(Window{seconds(1), seconds(2), seconds(3)}), window(1'000'000, 2'000'000, 3'000'000));
}

TEST(Distribution, OfObservedValuesSortsThemAndTakesTheLowerMedian) {
  const Distribution d = empirical({9, 1, 7, 3});
  EXPECT_EQ(d.values, (std::vector<std::int64_t>{1, 3, 7, 9}));
  EXPECT_EQ(least_of(d), 1);
  EXPECT_EQ(nominal(d), 3);
  EXPECT_EQ(most_of(d), 9);
  EXPECT_EQ(nominal(empirical({4})), 4);
  EXPECT_EQ(d, empirical({3, 7, 1, 9}));
}

TEST(Distribution, IsValidWhenItsFiguresAgree) {
  EXPECT_TRUE(valid(Distribution{}));
  EXPECT_TRUE(valid(constant(-3)));
  EXPECT_TRUE(valid(empirical({2, 1, 2})));
  EXPECT_FALSE(valid(window(2, 1, 3)));
  EXPECT_FALSE(valid(window(1, 4, 3)));
  EXPECT_FALSE(valid(window(std::numeric_limits<std::int64_t>::min(), 0, std::numeric_limits<std::int64_t>::max())));
  EXPECT_FALSE(valid(Distribution{Shape::constant, 1, 2, 3, {}}));
  EXPECT_FALSE(valid(Distribution{Shape::uniform, 1, 2, 3, {1, 2, 3}}));
  EXPECT_FALSE(valid(Distribution{Shape::empirical, 1, 2, 3, {}}));
  EXPECT_FALSE(valid(Distribution{Shape::empirical, 1, 2, 3, {2, 1, 3}}));
  EXPECT_FALSE(valid(Distribution{Shape::empirical, 1, 2, 4, {1, 2, 3}}));
  EXPECT_FALSE(valid(Distribution{Shape::empirical, 1, 3, 3, {1, 2, 3}}));
}

TEST(Distribution, IsComparedAndHashedByAllItsFields) {
  EXPECT_EQ(fingerprint(window(1, 2, 3)), fingerprint(window(1, 2, 3)));
  EXPECT_NE(fingerprint(window(1, 2, 3)), fingerprint(triangular(1, 2, 3)));
  EXPECT_NE(fingerprint(empirical({1, 1, 3})), fingerprint(empirical({1, 1, 1, 3})));
  EXPECT_NE(window(1, 2, 3), window(1, 2, 4));
}

}  // namespace
}  // namespace converge::sim
