// The interval against published values, against the binomial law, and against campaigns whose truth is known.
#include "sim/interval.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/chooser.hpp"

namespace converge::sim {
namespace {

// The probability of so many hits, by the logarithms of its factors.
double binomial(std::uint64_t hits, std::uint64_t runs, double p) {
  const auto ln_factorial = [](std::uint64_t n) { return std::lgamma(static_cast<double>(n) + 1); };
  const auto hit = static_cast<double>(hits);
  const auto missed = static_cast<double>(runs - hits);
  return std::exp(ln_factorial(runs) - ln_factorial(hits) - ln_factorial(runs - hits) + hit * std::log(p) +
                  missed * std::log1p(-p));
}

bool contains(const Interval& interval, double p) { return interval.low <= p && p <= interval.high; }

std::vector<Interval> of_every_outcome(std::uint64_t runs, double confidence) {
  std::vector<Interval> intervals;
  for (std::uint64_t hits = 0; hits <= runs; ++hits) intervals.push_back(clopper_pearson(hits, runs, confidence));
  return intervals;
}

double exact_coverage(const std::vector<Interval>& intervals, double p) {
  double sum = 0;
  for (std::uint64_t hits = 0; hits < intervals.size(); ++hits) {
    if (contains(intervals[hits], p)) sum += binomial(hits, intervals.size() - 1, p);
  }
  return sum;
}

// A job that fails with a known probability; one run asks it once, under its own seed.
double coverage_in_campaigns(const std::vector<Interval>& intervals, std::int32_t ppm, std::uint64_t campaigns) {
  const std::vector<Question> questions{{.actor = "job",
                                         .kind = "attempt",
                                         .answers = AnswerKind::option,
                                         .distribution = {},
                                         .options = {{"works", 0}, {"fails", ppm}},
                                         .fault = true}};
  const std::uint64_t runs = intervals.size() - 1;
  std::uint64_t covered = 0;
  for (std::uint64_t campaign = 0; campaign < campaigns; ++campaign) {
    std::uint64_t hits = 0;
    for (std::uint64_t run = 0; run < runs; ++run) {
      SampledChooser chooser{questions, campaign * runs + run};
      hits += chooser.answer(0, 0) == 1;
    }
    covered += contains(intervals[hits], ppm / 1e6);
  }
  return static_cast<double>(covered) / static_cast<double>(campaigns);
}

TEST(ClopperPearson, GivesThePublishedBounds) {
  EXPECT_NEAR(clopper_pearson(0, 1000, 0.90).high, 0.00299125, 5e-9);  // one-sided at 95%: the rule of three, exactly
  EXPECT_NEAR(clopper_pearson(3, 1000, 0.95).low, 0.00061910, 5e-9);
  EXPECT_NEAR(clopper_pearson(3, 1000, 0.95).high, 0.00874202, 5e-9);
}

TEST(ClopperPearson, KnowsItsEdges) {
  EXPECT_EQ(clopper_pearson(0, 0, 0.95), (Interval{0, 1}));
  EXPECT_EQ(clopper_pearson(0, 50, 0.95).low, 0);
  EXPECT_EQ(clopper_pearson(50, 50, 0.95).high, 1);
  EXPECT_NEAR(clopper_pearson(0, 1, 0.95).high, 0.975, 1e-12);
  EXPECT_NEAR(clopper_pearson(1, 1, 0.95).low, 0.025, 1e-12);
  for (const std::uint64_t runs : {1ULL, 7ULL, 1'000ULL, 1'000'000'000ULL}) {  // no hit at all has a closed form
    const double closed = -std::expm1(std::log(0.025) / static_cast<double>(runs));
    EXPECT_NEAR(clopper_pearson(0, runs, 0.95).high / closed, 1, 1e-10) << runs;
    EXPECT_NEAR(clopper_pearson(runs, runs, 0.95).low / (1 - closed), 1, 1e-10) << runs;
  }
}

TEST(ClopperPearson, IsTheSameSeenFromTheOtherSide) {
  for (std::uint64_t hits = 0; hits <= 40; ++hits) {
    const Interval a = clopper_pearson(hits, 40, 0.99);
    const Interval b = clopper_pearson(40 - hits, 40, 0.99);
    EXPECT_NEAR(a.low, 1 - b.high, 1e-12);
    EXPECT_NEAR(a.high, 1 - b.low, 1e-12);
    EXPECT_TRUE(contains(a, static_cast<double>(hits) / 40));
  }
}

// What the ends mean: there, so many hits or more (or fewer) are just as unlikely as stated.
TEST(ClopperPearson, LeavesTheStatedTailOnEachSide) {
  for (const std::uint64_t runs : {10ULL, 300ULL, 2'000ULL}) {
    for (const std::uint64_t hits : {1ULL, 4ULL, 9ULL}) {
      const Interval interval = clopper_pearson(hits, runs, 0.95);
      double fewer = 0;
      double so_few = 0;
      for (std::uint64_t k = 0; k <= hits; ++k) {
        if (k < hits) fewer += binomial(k, runs, interval.low);
        so_few += binomial(k, runs, interval.high);
      }
      EXPECT_NEAR(1 - fewer, 0.025, 1e-9) << hits << " of " << runs;
      EXPECT_NEAR(so_few, 0.025, 1e-9) << hits << " of " << runs;
    }
  }
}

struct Case {
  std::uint64_t runs;
  std::int32_t ppm;
  double confidence;
};

constexpr std::uint64_t campaigns = 3'000;

// The intervals' coverage by the binomial law, and the same coverage met by campaigns of the kernel's own draws.
void expect_coverage(const Case& c, double least, double most) {
  const auto intervals = of_every_outcome(c.runs, c.confidence);
  const double exact = exact_coverage(intervals, c.ppm / 1e6);
  const double seen = coverage_in_campaigns(intervals, c.ppm, campaigns);
  EXPECT_GE(exact, least) << c.runs << " runs at " << c.ppm << " ppm";
  EXPECT_LE(exact, most) << c.runs << " runs at " << c.ppm << " ppm";
  EXPECT_GE(seen, c.confidence) << c.runs << " runs at " << c.ppm << " ppm";
  EXPECT_NEAR(seen, exact, 4 * std::sqrt(exact * (1 - exact) / campaigns) + 1e-9);
}

// The surplus is what whole numbers of hits cost: less than the whole of what may be missed, and that is all theory
// says.
TEST(ClopperPearson, ContainsTheTruthInTheStatedShareOfCampaignsAndNotFarMore) {
  expect_coverage({100, 100'000, 0.95}, 0.95, 0.96);
  expect_coverage({100, 300'000, 0.80}, 0.80, 0.85);
  expect_coverage({200, 20'000, 0.90}, 0.90, 0.94);
}

// With hardly a hit in a campaign there is nothing to miss the truth on the low side with, so at most half of the
// stated share is missed, and often nothing.
TEST(ClopperPearson, ContainsASmallTruthToo) {
  expect_coverage({300, 2'000, 0.95}, 0.975, 1);
  expect_coverage({500, 100, 0.95}, 0.975, 1);
}

TEST(ClopperPearson, HasTheStatedCoverageForEveryTruth) {
  for (const double confidence : {0.80, 0.95, 0.99}) {
    const auto intervals = of_every_outcome(60, confidence);
    for (double p = 0.0005; p < 1; p += 0.0007) ASSERT_GE(exact_coverage(intervals, p), confidence) << p;
  }
}

// The check can fail: the textbook's estimate plus or minus 1.96 standard errors is nowhere near, where it matters.
TEST(ClopperPearson, HasACoverageThatTheNormalApproximationHasNot) {
  std::vector<Interval> intervals;
  for (int hits = 0; hits <= 300; ++hits) {
    const double estimate = hits / 300.0;
    const double error = 1.96 * std::sqrt(estimate * (1 - estimate) / 300);
    intervals.push_back({estimate - error, estimate + error});
  }
  EXPECT_LT(exact_coverage(intervals, 0.002), 0.5);
  EXPECT_LT(coverage_in_campaigns(intervals, 2'000, campaigns), 0.5);
}

}  // namespace
}  // namespace converge::sim
