// How often a rule is wrong if it is asked after every run: exactly, by the law of the number of hits, and in campaigns
// of the kernel's own draws.
#include "sim/sequential.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/interval.hpp"

namespace converge::sim {
namespace {

using Rule = std::function<Sure(std::uint64_t hits, std::uint64_t runs)>;

Rule bets(double threshold, double confidence) {
  return [=](std::uint64_t hits, std::uint64_t runs) { return decide(hits, runs, threshold, confidence); };
}

// What one would do who does not know better: look at the interval after every run, and stop when it is clear of the
// threshold.
Rule peeking(double threshold, double confidence) {
  return [=](std::uint64_t hits, std::uint64_t runs) {
    const Interval interval = clopper_pearson(hits, runs, 1 - 2 * (1 - confidence));  // each end at `confidence`
    if (interval.high < threshold) return Sure::below;
    return interval.low > threshold ? Sure::above : Sure::not_yet;
  };
}

// After how many hits a rule is sure, for every number of runs: `below` at no more of the first, `above` from the
// second on. Rules here say `below` at a few hits or not at all, and later at no fewer; so the two only ever rise.
struct Bounds {
  std::vector<std::int64_t> below;  // -1: never yet
  std::vector<std::int64_t> above;
};

Bounds bounds(const Rule& rule, std::uint64_t runs_most) {
  Bounds b{{-1}, {1}};
  std::int64_t low = -1;
  std::int64_t high = 0;
  for (std::uint64_t runs = 1; runs <= runs_most; ++runs) {
    const auto n = static_cast<std::int64_t>(runs);
    const auto says = [&](std::int64_t hits) { return rule(static_cast<std::uint64_t>(hits), runs); };
    while (low < n && says(low + 1) == Sure::below) ++low;
    while (high <= n && says(high) != Sure::above) ++high;
    b.below.push_back(low);
    b.above.push_back(high);
  }
  return b;
}

struct Said {
  double below = 0;  // with what probability
  double above = 0;
};

// Exactly: the law of the number of hits, run by run, of the campaigns that are not over.
Said by_the_law(const Bounds& b, double p) {
  Said said;
  std::vector<double> chance(b.above.size() + 1);
  chance[0] = 1;
  for (std::size_t runs = 1; runs < b.above.size(); ++runs) {
    const auto from = static_cast<std::size_t>(b.below[runs - 1] + 1);
    const auto to = static_cast<std::size_t>(b.above[runs - 1]);
    chance[to] = 0;
    for (std::size_t hits = to; hits > from; --hits) chance[hits] = chance[hits] * (1 - p) + chance[hits - 1] * p;
    chance[from] *= 1 - p;
    for (std::size_t hits = from; hits <= to; ++hits) {
      const auto h = static_cast<std::int64_t>(hits);
      if (h > b.below[runs] && h < b.above[runs]) continue;
      (h <= b.below[runs] ? said.below : said.above) += chance[hits];
      chance[hits] = 0;
    }
  }
  return said;
}

// The same of campaigns that are really run, and stopped by the rule.
Said by_campaigns(const Bounds& b, std::int32_t ppm, std::uint64_t campaigns) {
  const std::vector<Question> questions{{.actor = "job",
                                         .kind = "attempt",
                                         .answers = AnswerKind::option,
                                         .distribution = {},
                                         .options = {{"works", 0}, {"fails", ppm}},
                                         .fault = true}};
  Said said;
  for (std::uint64_t campaign = 0; campaign < campaigns; ++campaign) {
    std::int64_t hits = 0;
    for (std::size_t runs = 1; runs < b.above.size(); ++runs) {
      SampledChooser chooser{questions, campaign << 32U | runs};
      hits += chooser.answer(0, 0);
      if (hits > b.below[runs] && hits < b.above[runs]) continue;
      (hits <= b.below[runs] ? said.below : said.above) += 1.0 / static_cast<double>(campaigns);
      break;
    }
  }
  return said;
}

constexpr double threshold = 0.05;
constexpr double alpha = 0.05;
constexpr std::uint64_t runs_most = 3'000;

TEST(Sequential, IsHardlyEverWrongHoweverOftenItIsAsked) {
  const Bounds b = bounds(bets(threshold, 1 - alpha), runs_most);
  for (const double p : {0.05, 0.051, 0.055, 0.07}) EXPECT_LE(by_the_law(b, p).below, alpha) << p;
  for (const double p : {0.05, 0.049, 0.045, 0.03}) EXPECT_LE(by_the_law(b, p).above, alpha) << p;
}

TEST(Sequential, IsHardlyEverWrongAboutASmallProbabilityToo) {
  for (const double sure : {0.90, 0.99}) {
    const Bounds b = bounds(bets(0.002, sure), 10'000);
    for (const double p : {0.002, 0.0021, 0.003}) EXPECT_LE(by_the_law(b, p).below, 1 - sure) << p;
    for (const double p : {0.002, 0.0019, 0.001}) EXPECT_LE(by_the_law(b, p).above, 1 - sure) << p;
  }
}

// The check above can fail: a fixed-sample interval, looked at after every run, is wrong far more often than it says.
TEST(Sequential, IsNotWhatPeekingAtAnIntervalWouldBe) {
  const Bounds b = bounds(peeking(threshold, 1 - alpha), runs_most);
  EXPECT_GT(by_the_law(b, 0.05).below, 2 * alpha);
  EXPECT_GT(by_the_law(b, 0.05).above, 2 * alpha);
}

TEST(Sequential, IsAsOftenWrongInCampaignsAsTheLawOfTheirHitsSays) {
  constexpr std::uint64_t campaigns = 1'000;
  for (const bool peeks : {false, true}) {
    const Bounds b = bounds(peeks ? peeking(threshold, 1 - alpha) : bets(threshold, 1 - alpha), 1'000);
    for (const std::int32_t ppm : {48'000, 52'000}) {
      const Said expected = by_the_law(b, ppm / 1e6);
      const Said seen = by_campaigns(b, ppm, campaigns);
      const auto slack = [&](double p) { return 4 * std::sqrt(p * (1 - p) / campaigns); };
      EXPECT_NEAR(seen.below, expected.below, slack(expected.below)) << ppm;
      EXPECT_NEAR(seen.above, expected.above, slack(expected.above)) << ppm;
      const double wrong = ppm > 50'000 ? seen.below : seen.above;
      if (peeks) {
        EXPECT_GT(wrong, alpha) << ppm;
      } else {
        EXPECT_LE(wrong, alpha) << ppm;
      }
    }
  }
}

TEST(Sequential, ComesToItsAnswerWhereThereIsOne) {
  const Bounds b = bounds(bets(threshold, 1 - alpha), runs_most);
  EXPECT_GT(by_the_law(b, 0.025).below, 0.99);
  EXPECT_GT(by_the_law(b, 0.08).above, 0.99);
  EXPECT_EQ(by_the_law(b, 0.0).below, 1);
}

TEST(Sequential, NeedsLittleMoreCleanRunsThanATestOfFixedSize) {
  for (const double p : {0.5, 0.1, 1e-3, 1e-6, 1e-9}) {
    for (const double confidence : {0.9, 0.95, 0.99, 0.999999}) {
      const double a = 1 - confidence;
      const double fixed = std::log(a) / std::log1p(-p);
      const auto runs = static_cast<double>(runs_until_below(0, p, confidence));
      EXPECT_GE(runs, fixed) << p << " " << confidence;
      EXPECT_LE(runs, fixed * (1 + std::log(4.0 / 3.0) / -std::log(a)) + 1) << p << " " << confidence;
    }
  }
  EXPECT_EQ(runs_until_below(0, 0.001, 0.95), 3'187U);  // of fixed size: 2,995
}

TEST(Sequential, SaysBelowFromTheRunOnThatItForetells) {
  for (const std::uint64_t hits : {0ULL, 1ULL, 5ULL, 40ULL}) {
    const std::uint64_t runs = runs_until_below(hits, 0.01, 0.95);
    EXPECT_EQ(decide(hits, runs - 1, 0.01, 0.95), Sure::not_yet);
    for (std::uint64_t more = 0; more < 500; more += 7) EXPECT_EQ(decide(hits, runs + more, 0.01, 0.95), Sure::below);
  }
}

// The header's words, taken literally: capital as a sum over many q.
double capital(std::uint64_t hits, std::uint64_t runs, double bar, double from, double to) {
  constexpr int steps = 4'000;
  const auto hit = static_cast<double>(hits);
  const auto missed = static_cast<double>(runs - hits);
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double q = from + (to - from) * (i + 0.5) / steps;
    sum += std::exp(hit * std::log(q / bar) + missed * (std::log1p(-q) - std::log1p(-bar)));
  }
  return sum / steps;
}

TEST(Sequential, IsSureWhenABetHasTheCapital) {
  int sure = 0;
  for (const double bar : {0.02, 0.3}) {
    for (std::uint64_t runs = 1; runs < 400; runs += 23) {
      for (std::uint64_t hits = 0; hits <= runs; hits += 1 + hits / 2) {
        const double on_zero = hits == 0 ? std::pow(1 - bar, -static_cast<double>(runs)) : 0;
        const double for_below = 0.75 * on_zero + 0.25 * capital(hits, runs, bar, 0, bar);
        const double for_above = capital(hits, runs, bar, bar, 1);
        if (std::abs(for_below / 20 - 1) < 1e-3 || std::abs(for_above / 20 - 1) < 1e-3) continue;
        const Sure expected = for_below >= 20 ? Sure::below : for_above >= 20 ? Sure::above : Sure::not_yet;
        EXPECT_EQ(decide(hits, runs, bar, 0.95), expected) << hits << " of " << runs << " at " << bar;
        sure += expected != Sure::not_yet;
      }
    }
  }
  EXPECT_GT(sure, 50);
}

TEST(Sequential, HoldsItsGroundInVeryLongCampaigns) {
  EXPECT_EQ(decide(0, 0, 0.5, 0.95), Sure::not_yet);
  EXPECT_EQ(decide(1'000, 1'000'000'000, 2e-6, 0.99), Sure::below);
  EXPECT_EQ(decide(1'000, 1'000'000'000, 1e-6, 0.99), Sure::not_yet);
  EXPECT_EQ(decide(1'000, 1'000'000'000, 5e-7, 0.99), Sure::above);
  EXPECT_EQ(decide(500'000'000, 1'000'000'000, 0.51, 0.999), Sure::below);
  EXPECT_EQ(decide(500'000'000, 1'000'000'000, 0.5, 0.999), Sure::not_yet);
  EXPECT_EQ(decide(500'000'000, 1'000'000'000, 0.49, 0.999), Sure::above);
  EXPECT_EQ(decide(1'000'000'000, 1'000'000'000, 0.5, 0.999), Sure::above);
}

}  // namespace
}  // namespace converge::sim
