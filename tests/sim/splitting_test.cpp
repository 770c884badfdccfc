// Splitting on toys whose probability of a miss is known exactly, beside plain sampling with as many runs.
#include "sim/splitting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/interval.hpp"

namespace converge::sim {
namespace {

struct Toy {
  std::vector<Question> questions;
  Margin margin;
  double truth = 0;
};

// A job fails each attempt with probability 1/10, and misses its window iff six in a row fail. Seven margins in all.
Toy retries() {
  return {{{.actor = "job",
            .kind = "attempt",
            .answers = AnswerKind::option,
            .distribution = {},
            .options = {{"works", 0}, {"fails", 100'000}},
            .fault = true}},
          [](Chooser& chooser) {
            std::int64_t left = 5;
            for (std::uint32_t attempt = 0; left >= 0 && chooser.answer(0, attempt) == 1; ++attempt) --left;
            return left;
          },
          1e-6};
}

// Eight steps one after the other, each of any whole number of microseconds below a second alike, and all together may
// fall no more than 0.67 s short of what eight of the longest would take. Shortfalls of d or less are counted by a
// binomial coefficient (stars and bars; Irwin and Hall's law, in whole numbers).
Toy eight_steps() {
  constexpr std::int64_t second = 1'000'000;
  constexpr std::int64_t shortfall = 670'000;
  Toy toy{{{.actor = "step",
            .kind = "time",
            .answers = AnswerKind::duration,
            .distribution = uniform(0, second - 1),
            .options = {}}},
          [](Chooser& chooser) {
            std::int64_t left = 8 * (second - 1) - shortfall - 1;
            for (std::uint32_t step = 0; step < 8; ++step) left -= chooser.answer(0, step);
            return left;
          },
          1};
  for (int i = 1; i <= 8; ++i) toy.truth *= static_cast<double>(shortfall + i) / static_cast<double>(i * second);
  return toy;
}

// Never misses, and its margin says no more than that.
Toy never_misses() {
  Toy toy = retries();
  toy.margin = [](Chooser& chooser) { return 10 + chooser.answer(0, 0); };
  toy.truth = 0;
  return toy;
}

SplittingResult split(const Toy& toy, std::uint64_t seed, std::uint64_t runs, unsigned jobs = 1) {
  return splitting(toy.questions, toy.margin, {.seed = seed, .runs_most = runs, .jobs = jobs});
}

Interval plain(const Toy& toy, std::uint64_t seed, std::uint64_t runs) {
  std::uint64_t missed = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    SampledChooser chooser{toy.questions, seed << 32U | run};
    missed += toy.margin(chooser) < 0;
  }
  return clopper_pearson(missed, runs, 0.95);
}

constexpr std::uint64_t budget = 200'000;

// Plain sampling with this budget sees no miss in four campaigns out of five, e^-0.2; these seeds are among them.
void expect_what_plain_sampling_does_not_see(const Toy& toy) {
  for (const std::uint64_t seed : {1ULL, 4ULL, 5ULL}) {
    const SplittingResult found = split(toy, seed, budget);
    const Interval seen = plain(toy, seed, budget);
    EXPECT_LE(found.runs, budget);
    EXPECT_TRUE(found.reached);
    EXPECT_LT(found.estimate, 2 * toy.truth) << "seed " << seed;
    EXPECT_GT(found.estimate, toy.truth / 2) << "seed " << seed;
    EXPECT_LE(found.low, toy.truth) << "seed " << seed;
    EXPECT_GE(found.high, toy.truth) << "seed " << seed;
    EXPECT_EQ(seen.low, 0) << "seed " << seed;
    EXPECT_GT(seen.high, 10 * (found.high - found.low)) << "seed " << seed;
  }
}

TEST(Splitting, FindsAMissOfDiscreteMarginsThatPlainSamplingDoesNotSee) {
  expect_what_plain_sampling_does_not_see(retries());
}

TEST(Splitting, FindsAMissOfDurationsThatPlainSamplingDoesNotSee) {
  expect_what_plain_sampling_does_not_see(eight_steps());
}

// Not only near the truth: neither too high nor too low on average.
void expect_unbiased(const Toy& toy, std::uint64_t runs) {
  constexpr int seeds = 30;
  double sum = 0;
  double squares = 0;
  int covered = 0;
  for (std::uint64_t seed = 100; seed < 100 + seeds; ++seed) {
    const SplittingResult found = split(toy, seed, runs);
    sum += found.estimate / toy.truth;
    squares += (found.estimate / toy.truth) * (found.estimate / toy.truth);
    covered += found.low <= toy.truth && toy.truth <= found.high;
  }
  const double mean = sum / seeds;
  const double sd = std::sqrt((squares / seeds - mean * mean) / (seeds - 1));
  EXPECT_NEAR(mean, 1, 3 * sd);
  EXPECT_LT(sd, 0.15);
  EXPECT_GE(covered, seeds * 8 / 10);
}

TEST(Splitting, IsRightOnAverageForDiscreteMargins) { expect_unbiased(retries(), 30'000); }

TEST(Splitting, IsRightOnAverageForDurations) { expect_unbiased(eight_steps(), 30'000); }

// With so few schedules that most replicates lose them all on the way, those count for what they are worth: nothing.
// And the few that come through count for so much more.
TEST(Splitting, IsRightOnAverageThoughMostReplicatesDieOut) {
  constexpr int seeds = 600;
  Toy toy = retries();
  toy.margin = [](Chooser& chooser) {
    std::int64_t left = 2;
    for (std::uint32_t attempt = 0; left >= 0 && chooser.answer(0, attempt) == 1; ++attempt) --left;
    return left;
  };
  toy.truth = 1e-3;
  double sum = 0;
  double squares = 0;
  std::uint64_t extinct = 0;
  std::uint64_t replicates = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const SplittingResult found = split(toy, seed, 1'000);
    sum += found.estimate / toy.truth;
    squares += (found.estimate / toy.truth) * (found.estimate / toy.truth);
    extinct += found.extinct;
    replicates += found.replicates;
  }
  const double mean = sum / seeds;
  const double sd = std::sqrt((squares / seeds - mean * mean) / (seeds - 1));
  EXPECT_NEAR(mean, 1, 3 * sd);
  EXPECT_LT(sd, 0.15);
  EXPECT_GT(extinct * 2, replicates);
  EXPECT_LT(extinct, replicates);
}

TEST(Splitting, IsPlainSamplingWhereMissesAreCommon) {
  Toy toy = retries();
  toy.margin = [](Chooser& chooser) { return chooser.answer(0, 0) == 0 ? -1 : std::int64_t{3}; };
  const SplittingResult found = split(toy, 1, 10'000);
  EXPECT_TRUE(found.levels.empty());
  EXPECT_EQ(found.first_missed,
            static_cast<std::uint64_t>(std::llround(found.estimate * static_cast<double>(found.first_draws))));
  EXPECT_LE(found.low, 0.9);
  EXPECT_GE(found.high, 0.9);
}

TEST(Splitting, SaysOfWhatItNeverSawOnlyWhatItsIndependentDrawsAllow) {
  const SplittingResult found = split(never_misses(), 1, 10'000);
  EXPECT_FALSE(found.reached);
  EXPECT_EQ(found.extinct, found.replicates);
  EXPECT_EQ(found.estimate, 0);
  EXPECT_EQ(found.low, 0);
  EXPECT_GT(found.first_draws, 0U);
  EXPECT_EQ(found.high, clopper_pearson(0, found.first_draws, 0.95).high);
  EXPECT_EQ(found.nearest->margin, 10);
}

// The bottom of the margins is a plateau, all but a few schedules stand on one margin, and one margin is all there is.
TEST(Splitting, GoesDownWhereManySchedulesHaveTheSameMargin) {
  Toy toy = retries();
  toy.margin = [](Chooser& chooser) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      if (chooser.answer(0, i) == 0) return std::int64_t{7};
    }
    return chooser.answer(0, 3) == 0 ? std::int64_t{6} : std::int64_t{-1};
  };
  const SplittingResult found = split(toy, 1, 50'000);  // 1 in 10,000, of which the margins tell after three steps
  EXPECT_LE(found.low, 1e-4);
  EXPECT_GE(found.high, 1e-4);
  EXPECT_GT(found.estimate, 0);
  toy.margin = [](Chooser&) { return std::int64_t{5}; };
  EXPECT_EQ(split(toy, 1, 10'000).estimate, 0);
  toy.margin = [](Chooser&) { return std::numeric_limits<std::int64_t>::max(); };
  EXPECT_EQ(split(toy, 1, 10'000).estimate, 0);
  toy.margin = [](Chooser&) { return std::int64_t{-5}; };
  EXPECT_EQ(split(toy, 1, 10'000).estimate, 1);
}

TEST(Splitting, HandsOverAScheduleThatMisses) {
  const Toy toy = eight_steps();
  const SplittingResult found = split(toy, 1, 50'000);
  ASSERT_TRUE(found.nearest);
  EXPECT_LT(found.nearest->margin, 0);
  LayeredChooser chooser{toy.questions, found.nearest->layers};
  EXPECT_EQ(toy.margin(chooser), found.nearest->margin);
}

TEST(Splitting, CountsItsRunsAndKeepsToTheMost) {
  for (const Toy& toy : {retries(), eight_steps(), never_misses()}) {
    for (const std::uint64_t most : {1'000ULL, 7'777ULL, 30'000ULL}) {
      std::uint64_t runs = 0;
      const Margin counted = [&](Chooser& chooser) {
        ++runs;
        return toy.margin(chooser);
      };
      const SplittingResult found = splitting(toy.questions, counted, {.seed = 1, .runs_most = most});
      EXPECT_EQ(found.runs, runs);
      EXPECT_LE(runs, most);
    }
  }
}

TEST(Splitting, GivesTheSameAnswerTwiceAndOnAnyNumberOfThreads) {
  for (const Toy& toy : {retries(), eight_steps()}) {
    const SplittingResult alone = split(toy, 5, 20'000);
    EXPECT_EQ(split(toy, 5, 20'000), alone);
    EXPECT_EQ(split(toy, 5, 20'000, 3), alone);
    EXPECT_NE(split(toy, 6, 20'000), alone);
  }
}

// The same under every compiler: whole numbers alone decide what is run.
TEST(Splitting, IsPinned) {
  const SplittingResult found = split(eight_steps(), 1, 30'000);
  EXPECT_EQ(found.levels, (std::vector<Level>{{2621768, 843752},
                                              {1765761, 316408},
                                              {1261731, 355961},
                                              {945626, 266971},
                                              {598123, 300343},
                                              {422654, 225257},
                                              {243500, 168943},
                                              {70211, 168943}}));
  EXPECT_EQ(found.runs, 29970U);
  EXPECT_EQ(found.extinct, 0U);
  ASSERT_TRUE(found.nearest);
  EXPECT_EQ(found.nearest->margin, -356842);
  EXPECT_EQ(found.nearest->layers.base, 0x96F1FF961498E72EU);
  EXPECT_EQ(found.nearest->layers.redrawn.size(), 25U);
}

TEST(Splitting, PassesOnWhatARunThrows) {
  const Toy toy = retries();
  std::atomic<int> runs{0};
  const Margin breaks = [&](Chooser& chooser) {
    if (++runs == 500) throw 42;
    return toy.margin(chooser);
  };
  EXPECT_THROW(splitting(toy.questions, breaks, {.seed = 1, .runs_most = 5'000, .jobs = 2}), int);
}

}  // namespace
}  // namespace converge::sim
