// The choosers: nominal, sampled by a seed, and replayed over either.
#include "sim/chooser.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace converge::sim {
namespace {

std::vector<Question> questions() {
  return {{.actor = "flink",
           .kind = "restore",
           .answers = AnswerKind::duration,
           .distribution = window(10, 30, 900),
           .options = {}},
          {.actor = "spark",
           .kind = "failure",
           .answers = AnswerKind::option,
           .distribution = {},
           .options = {{"none", 0}, {"fails", 500'000}},
           .fault = true},
          {.actor = "source", .kind = "change", .answers = AnswerKind::bits, .distribution = {}, .options = {}}};
}

constexpr QuestionId restore = 0;
constexpr QuestionId failure = 1;
constexpr QuestionId change = 2;

TEST(NominalChooser, GivesEveryNominalAnswer) {
  const std::vector<Question> asked = questions();
  NominalChooser chooser{asked};
  for (QuestionId q = 0; q < asked.size(); ++q) {
    for (std::uint32_t i = 0; i < 10; ++i)
      EXPECT_EQ(chooser.answer(q, i), nominal_answer(asked[q], i)) << q << ' ' << i;
  }
}

TEST(SampledChooser, GivesEverySampledAnswerInWhateverOrderItIsAsked) {
  const std::vector<Question> asked = questions();
  SampledChooser chooser{asked, 7};
  for (std::uint32_t i = 10; i > 0; --i) {
    for (QuestionId q = 0; q < asked.size(); ++q) {
      EXPECT_EQ(chooser.answer(q, i - 1), sampled_answer(asked[q], 7, i - 1)) << q << ' ' << i;
    }
  }
}

TEST(SampledChooser, AnswersByNameAndNotByNumber) {
  const std::vector<Question> asked = questions();
  const std::vector<Question> reversed{asked.rbegin(), asked.rend()};
  SampledChooser one{asked, 7};
  SampledChooser other{reversed, 7};
  for (std::uint32_t i = 0; i < 10; ++i) {
    EXPECT_EQ(one.answer(restore, i), other.answer(2, i));
    EXPECT_EQ(one.answer(change, i), other.answer(0, i));
  }
}

TEST(NominalChooser, DrawsBitsWithTheSeedOfItsWorkload) {
  const std::vector<Question> asked = questions();
  NominalChooser chooser{asked, 9};
  SampledChooser sampled{asked, 9};
  for (std::uint32_t i = 0; i < 10; ++i) {
    EXPECT_EQ(chooser.answer(change, i), sampled.answer(change, i));
    EXPECT_NE(chooser.answer(change, i), nominal_answer(asked[change], i));
    EXPECT_EQ(chooser.answer(restore, i), nominal_answer(asked[restore], i));
    EXPECT_EQ(chooser.answer(failure, i), 0);
  }
}

TEST(SampledChooser, UnderASwarmSwitchesHalfOfTheDeclaredFaultsOffForTheWholeRun) {
  std::vector<Question> asked = questions();
  asked.push_back(asked[failure]);
  asked.back().actor = "flink";
  asked.push_back(asked[failure]);
  asked.back().options[1].ppm = 0;  // not declared: there is nothing to switch off
  asked.back().actor = "cdc";
  int off = 0;
  int both = 0;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    SampledChooser plain{asked, seed};
    SampledChooser swarm{asked, seed, true};
    EXPECT_FALSE(plain.switched_off(failure));
    EXPECT_FALSE(swarm.switched_off(restore) || swarm.switched_off(change) || swarm.switched_off(4));
    off += swarm.switched_off(failure) ? 1 : 0;
    both += swarm.switched_off(failure) && swarm.switched_off(3) ? 1 : 0;
    for (QuestionId q = 0; q < asked.size(); ++q) {
      for (std::uint32_t i = 0; i < 5; ++i)
        ASSERT_EQ(swarm.answer(q, i), swarm.switched_off(q) ? 0 : plain.answer(q, i)) << seed;
    }
  }
  EXPECT_NEAR(off, 500, 80);   // five standard deviations
  EXPECT_NEAR(both, 250, 70);  // each by a coin of its own
}

TEST(ReplayedChooser, DeviatesWhereItIsToldAndNowhereElse) {
  const std::vector<Question> asked = questions();
  for (const bool by_seed : {false, true}) {
    NominalChooser nominal{asked};
    SampledChooser sampled{asked, 7};
    Chooser& elsewhere = by_seed ? static_cast<Chooser&>(sampled) : nominal;
    ReplayedChooser chooser{elsewhere, {{restore, 3, 41}, {change, 0, -1}}};
    for (QuestionId q = 0; q < asked.size(); ++q) {
      for (std::uint32_t i = 0; i < 10; ++i) {
        const std::int64_t expected = q == restore && i == 3 ? 41 : q == change && i == 0 ? -1 : elsewhere.answer(q, i);
        EXPECT_EQ(chooser.answer(q, i), expected) << q << ' ' << i;
      }
    }
  }
}

TEST(ReplayedChooser, WithoutDeviationsIsTheOther) {
  const std::vector<Question> asked = questions();
  SampledChooser sampled{asked, 7};
  ReplayedChooser chooser{sampled, {}};
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(chooser.answer(failure, i), sampled.answer(failure, i));
}

TEST(ReplayedChooser, StacksSoThatAScenariosAnswersAndASchedulesGoTogether) {
  const std::vector<Question> asked = questions();
  NominalChooser nominal{asked};
  ReplayedChooser given{nominal, {{restore, 0, 50}, {restore, 1, 60}}};
  ReplayedChooser chooser{given, {{restore, 1, 70}}};
  EXPECT_EQ(chooser.answer(restore, 0), 50);
  EXPECT_EQ(chooser.answer(restore, 1), 70);
  EXPECT_EQ(chooser.answer(restore, 2), 30);
}

}  // namespace
}  // namespace converge::sim
