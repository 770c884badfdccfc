// Questions: their nominal and sampled answers, what they allow, and how answers read.
#include "sim/choice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>

#include "sim/random.hpp"
#include "sim/time.hpp"

namespace converge::sim {
namespace {

Question restore() {
  return {.actor = "flink/orders",
          .kind = "restore",
          .answers = AnswerKind::duration,
          .distribution = window(minutes(1).us, minutes(3).us, minutes(90).us),
          .options = {}};
}
Question failure(std::int32_t before_ppm, std::int32_t after_ppm) {
  return {.actor = "spark/merge",
          .kind = "failure",
          .answers = AnswerKind::option,
          .distribution = {},
          .options = {{"none", 0}, {"fails before its commit", before_ppm}, {"dies after its commit", after_ppm}},
          .fault = true};
}
Question change() {
  return {.actor = "source", .kind = "change", .answers = AnswerKind::bits, .distribution = {}, .options = {}};
}

TEST(NominalAnswer, IsWhatHappensOnAQuietDay) {
  EXPECT_EQ(nominal_answer(restore(), 0), minutes(3).us);
  EXPECT_EQ(nominal_answer(restore(), 41), minutes(3).us);
  EXPECT_EQ(nominal_answer(failure(1'000'000, 0), 0), 0);  // however likely the fault
}

TEST(NominalAnswer, DrawsRandomBitsWithSeedZero) {
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(nominal_answer(change(), i), sampled_answer(change(), 0, i));
  EXPECT_NE(nominal_answer(change(), 0), nominal_answer(change(), 1));
}

TEST(SampledAnswer, IsAFunctionOfSeedNameAndOccurrence) {
  for (const Question& q : {restore(), failure(300'000, 300'000), change()}) {
    std::set<std::int64_t> by_seed;
    std::set<std::int64_t> by_occurrence;
    for (std::uint32_t i = 0; i < 100; ++i) {
      EXPECT_EQ(sampled_answer(q, 5, i), sampled_answer(q, 5, i));
      by_occurrence.insert(sampled_answer(q, 5, i));
      by_seed.insert(sampled_answer(q, i, 5));
    }
    const std::size_t different = q.answers == AnswerKind::option ? 3 : 100;
    EXPECT_EQ(by_seed.size(), different) << q.kind;
    EXPECT_EQ(by_occurrence.size(), different) << q.kind;
  }
}

TEST(SampledAnswer, DependsOnTheNamesAndNotOnTheLaw) {
  Question renamed = change();
  renamed.kind = "other";
  EXPECT_NE(sampled_answer(change(), 1, 0), sampled_answer(renamed, 1, 0));
  Question of_another = change();
  of_another.actor = "ecruos";
  EXPECT_NE(sampled_answer(change(), 1, 0), sampled_answer(of_another, 1, 0));
  Question moved = change();
  moved.actor = "sourcec";  // the same letters in a row, split elsewhere
  moved.kind = "hange";
  EXPECT_NE(change().stream(), moved.stream());
  Question longer = restore();
  longer.distribution = constant(1);
  EXPECT_EQ(restore().stream(), longer.stream());
}

TEST(SampledAnswer, StaysInTheDomain) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const std::int64_t us = sampled_answer(restore(), seed, 0);
    EXPECT_GE(us, minutes(1).us);
    EXPECT_LE(us, minutes(90).us);
    EXPECT_TRUE(allowed(restore(), us));
    EXPECT_TRUE(allowed(failure(1, 1), sampled_answer(failure(1, 1), seed, 0)));
  }
}

TEST(SampledAnswer, DrawsOptionsAsOftenAsTheyAreLikely) {
  const Question q = failure(100'000, 300'000);
  std::array<int, 3> counts{};
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    ++counts[static_cast<std::size_t>(sampled_answer(q, seed, 0))];
  }
  EXPECT_NEAR(counts[0], 6'000, 250);  // five standard deviations
  EXPECT_NEAR(counts[1], 1'000, 150);
  EXPECT_NEAR(counts[2], 3'000, 230);
}

TEST(SampledAnswer, KnowsTheImpossibleAndTheCertain) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    EXPECT_EQ(sampled_answer(failure(0, 0), seed, 0), 0);
    EXPECT_EQ(sampled_answer(failure(1'000'000, 0), seed, 0), 1);
    EXPECT_EQ(sampled_answer(failure(0, 1'000'000), seed, 0), 2);
    EXPECT_NE(sampled_answer(failure(500'000, 500'000), seed, 0), 0);
  }
}

// Under the same luck, a likelier fault strikes wherever a rarer one does.
TEST(SampledAnswer, KeepsItsFaultsWhenTheyBecomeLikelier) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    if (sampled_answer(failure(100'000, 0), seed, 0) == 1) {
      EXPECT_EQ(sampled_answer(failure(200'000, 0), seed, 0), 1);
    }
  }
}

TEST(Allowed, LetsDurationsBeExtremeButNotNegative) {
  EXPECT_TRUE(allowed(restore(), 0));
  EXPECT_TRUE(allowed(restore(), days(30).us));
  EXPECT_FALSE(allowed(restore(), -1));
}

TEST(Allowed, WantsAnOptionThatExists) {
  EXPECT_TRUE(allowed(failure(1, 1), 0));
  EXPECT_TRUE(allowed(failure(1, 1), 2));
  EXPECT_FALSE(allowed(failure(1, 1), 3));
  EXPECT_FALSE(allowed(failure(1, 1), -1));
}

TEST(Allowed, TakesAnyBits) {
  EXPECT_TRUE(allowed(change(), -1));
  EXPECT_TRUE(allowed(change(), 0));
}

TEST(AnswerText, ReadsAsAPersonWouldSayIt) {
  EXPECT_EQ(answer_text(restore(), minutes(41).us), "41 min");
  EXPECT_EQ(answer_text(failure(1, 1), 2), "dies after its commit");
  EXPECT_EQ(answer_text(failure(1, 1), 3), "?");
  EXPECT_EQ(answer_text(change(), -1), "draw 18446744073709551615");
}

}  // namespace
}  // namespace converge::sim
