// Layers change the answers that they should, to what they should, and leave every law as it was.
#include "sim/layered.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/fields.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Layers>);

const std::vector<Question>& questions() {
  static const std::vector<Question> all{
      {.actor = "job", .kind = "time", .answers = AnswerKind::duration, .distribution = uniform(0, 9), .options = {}},
      {.actor = "job",
       .kind = "attempt",
       .answers = AnswerKind::option,
       .distribution = {},
       .options = {{"works", 0}, {"fails", 300'000}}},
      {.actor = "rows", .kind = "key", .answers = AnswerKind::bits, .distribution = {}, .options = {}},
  };
  return all;
}

constexpr std::uint32_t asked = 20'000;
constexpr QuestionId bits = 2;  // two seeds give the same answer to it once in 2^64 times

std::vector<std::int64_t> answers(const Layers& layers, QuestionId q) {
  LayeredChooser chooser{questions(), layers};
  std::vector<std::int64_t> all;
  for (std::uint32_t i = 0; i < asked; ++i) all.push_back(chooser.answer(q, i));
  return all;
}

std::vector<std::int64_t> sampled(std::uint64_t seed, QuestionId q) {
  SampledChooser chooser{questions(), seed};
  std::vector<std::int64_t> all;
  for (std::uint32_t i = 0; i < asked; ++i) all.push_back(chooser.answer(q, i));
  return all;
}

double share_equal(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  double same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i];
  return same / static_cast<double>(a.size());
}

double sd(double share) { return std::sqrt(share * (1 - share) / asked); }

TEST(Layered, WithoutALayerIsTheSampledRun) {
  for (QuestionId q = 0; q < questions().size(); ++q) EXPECT_EQ(answers({7, {}}, q), sampled(7, q));
}

TEST(Layered, IsWhollyTheNewestLayerThatAnswersEverything) {
  for (QuestionId q = 0; q < questions().size(); ++q) {
    EXPECT_EQ(answers({7, {{3, 500'000}, {8, 1'000'000}}}, q), sampled(8, q));
    EXPECT_EQ(answers({7, {{8, 0}}}, q), sampled(7, q));
  }
}

TEST(Layered, RedrawsTheStatedShareOfTheAnswersAndLeavesTheOthers) {
  for (const std::int32_t ppm : {5'000, 100'000, 750'000}) {
    const auto redrawn = answers({7, {{8, ppm}}}, bits);
    EXPECT_NEAR(share_equal(redrawn, sampled(8, bits)), ppm / 1e6, 4 * sd(ppm / 1e6));
    EXPECT_NEAR(share_equal(redrawn, sampled(7, bits)), 1 - ppm / 1e6, 4 * sd(ppm / 1e6));
  }
}

TEST(Layered, AsksTheNewestLayerFirstAndEachIndependently) {
  const auto all = answers({7, {{8, 500'000}, {9, 400'000}}}, bits);
  EXPECT_NEAR(share_equal(all, sampled(9, bits)), 0.4, 4 * sd(0.4));
  EXPECT_NEAR(share_equal(all, sampled(8, bits)), 0.6 * 0.5, 4 * sd(0.3));
  EXPECT_NEAR(share_equal(all, sampled(7, bits)), 0.6 * 0.5, 4 * sd(0.3));
}

// Chi-square with 9 degrees of freedom at 0.001, and four standard deviations, under layers of many sizes: which
// answers are redrawn may not hang together with what they are redrawn to.
TEST(Layered, LeavesEachAnswersLawAsItWas) {
  for (std::uint64_t base = 0; base < 5; ++base) {
    Layers layers{base, {}};
    for (std::uint64_t k = 0; k < 12; ++k) layers.redrawn.push_back({100 * base + k + 1, 30'000 << (k % 4)});
    std::array<int, 10> counts{};
    for (const std::int64_t a : answers(layers, 0)) ++counts[static_cast<std::size_t>(a)];
    double statistic = 0;
    for (const int n : counts) statistic += (n - asked / 10.0) * (n - asked / 10.0) / (asked / 10.0);
    EXPECT_LT(statistic, 27.88);
    double failed = 0;
    for (const std::int64_t a : answers(layers, 1)) failed += static_cast<double>(a);
    EXPECT_NEAR(failed / asked, 0.3, 4 * sd(0.3));
  }
}

TEST(Layered, KnowsChoicesByNameAndNotByNumber) {
  const std::vector<Question> turned{questions()[2], questions()[0], questions()[1]};
  const Layers layers{7, {{8, 300'000}, {9, 200'000}}};
  LayeredChooser here{questions(), layers};
  LayeredChooser there{turned, layers};
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    ASSERT_EQ(here.answer(0, i), there.answer(1, i));
    ASSERT_EQ(here.answer(1, i), there.answer(2, i));
    ASSERT_EQ(here.answer(2, i), there.answer(0, i));
  }
}

// What every compiler and machine must give: a schedule that splitting found is stored as its layers.
TEST(Layered, IsPinned) {
  const Layers layers{7, {{8, 300'000}, {9, 200'000}}};
  LayeredChooser chooser{questions(), layers};
  std::vector<std::int64_t> first;
  for (std::uint32_t i = 0; i < 12; ++i) first.push_back(chooser.answer(0, i));
  EXPECT_EQ(first, (std::vector<std::int64_t>{3, 3, 7, 8, 6, 1, 2, 0, 5, 0, 7, 9}));
}

}  // namespace
}  // namespace converge::sim
