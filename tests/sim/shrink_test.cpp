// Shrinking: known answers, and what every answer must be. Failures here are predicates, so what is right is known.
#include "sim/shrink.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "sim/random.hpp"
#include "sim/time.hpp"

namespace converge::sim {
namespace {

// Three durations of 1 to 60 minutes, usually 5; two faults, one with three kinds; and bits.
const std::vector<Question>& questions() {
  static const std::vector<Question> all = [] {
    std::vector<Question> q;
    for (const char* kind : {"checkpoint", "commit", "restore"}) {
      q.push_back({.actor = "flink",
                   .kind = kind,
                   .answers = AnswerKind::duration,
                   .distribution = window(minutes(1).us, minutes(5).us, minutes(60).us)});
    }
    q.push_back({.actor = "spark",
                 .kind = "failure",
                 .answers = AnswerKind::option,
                 .options = {{"none"}, {"early", 1}, {"late", 1}, {"silently", 1}},
                 .fault = true});
    q.push_back({.actor = "cdc",
                 .kind = "crash",
                 .answers = AnswerKind::option,
                 .options = {{"none"}, {"crashes", 1}},
                 .fault = true});
    return q;
  }();
  return all;
}

constexpr QuestionId checkpoint = 0;
constexpr QuestionId commit = 1;
constexpr QuestionId restore = 2;
constexpr QuestionId failure = 3;
constexpr QuestionId crash = 4;

bool has(const Found& f, QuestionId q, std::uint32_t occurrence) {
  return std::any_of(f.deviations.begin(), f.deviations.end(),
                     [&](const Deviation& d) { return d.question == q && d.occurrence == occurrence; });
}

// The answer to a choice under this schedule.
std::int64_t answer(const Found& f, QuestionId q, std::uint32_t occurrence) {
  for (const Deviation& d : f.deviations) {
    if (d.question == q && d.occurrence == occurrence) return d.answer;
  }
  return nominal_answer(questions()[q], occurrence);
}

// So many deviations of every kind, with answers from all over the range.
Found many(std::uint32_t each) {
  Found f{.workload = 77, .deviations = {}};
  for (QuestionId q = 0; q < questions().size(); ++q) {
    for (std::uint32_t i = 0; i < each; ++i) {
      const std::int64_t drawn = sampled_answer(questions()[q], 5, i);
      const std::int64_t most = static_cast<std::int64_t>(questions()[q].options.size()) - 1;
      f.deviations.push_back(
          {q, i, questions()[q].answers == AnswerKind::duration ? drawn : std::max<std::int64_t>(1, most)});
    }
  }
  return f;
}

// No deviation, nor the workload, can be left out.
bool is_minimal(const Found& f, const Fails& fails) {
  for (std::size_t i = 0; i < f.deviations.size(); ++i) {
    Found less = f;
    less.deviations.erase(less.deviations.begin() + static_cast<std::ptrdiff_t>(i));
    if (fails(less)) return false;
  }
  return f.workload == 0 || !fails({0, f.deviations});
}

// What holds of every result, whatever is looked for.
Shrunk checked(const Found& found, const Fails& fails) {
  EXPECT_TRUE(fails(found));
  std::uint64_t asked = 0;
  const Fails counted = [&](const Found& f) {
    ++asked;
    return fails(f);
  };
  const Shrunk shrunk = shrink(questions(), found, counted);
  EXPECT_TRUE(fails(shrunk.schedule));
  EXPECT_TRUE(shrunk.minimal);
  EXPECT_TRUE(is_minimal(shrunk.schedule, fails));
  EXPECT_LE(shrunk.schedule.deviations.size(), found.deviations.size());
  EXPECT_EQ(shrunk.tries, asked);
  EXPECT_TRUE(std::is_sorted(shrunk.schedule.deviations.begin(), shrunk.schedule.deviations.end()));
  return shrunk;
}

TEST(Shrink, FindsTheOneOfFourThousandThatDoesIt) {
  const Found found = many(800);
  const Shrunk shrunk = checked(found, [](const Found& f) { return answer(f, failure, 321) != 0; });
  EXPECT_EQ(shrunk.schedule, (Found{0, {{failure, 321, 1}}}));
  EXPECT_LT(shrunk.tries, 60U);
}

TEST(Shrink, FindsAPair) {
  const Shrunk shrunk =
      checked(many(800), [](const Found& f) { return answer(f, failure, 17) != 0 && answer(f, crash, 799) == 1; });
  EXPECT_EQ(shrunk.schedule, (Found{0, {{failure, 17, 1}, {crash, 799, 1}}}));
  EXPECT_LT(shrunk.tries, 200U);
}

TEST(Shrink, KeepsOneOfTwoKindsWhenEitherWillDo) {
  const Shrunk shrunk = checked(many(100), [](const Found& f) { return has(f, failure, 3) || has(f, crash, 5); });
  EXPECT_EQ(shrunk.schedule.deviations.size(), 1U);
}

TEST(Shrink, EndsAtTheThresholdAndThenAtARoundFigure) {
  Found found{0, {{restore, 0, minutes(59).us}}};
  // From 41 min 37.25 s on. A whole hour is more than half as far again from the usual 5 min; 50 min is near enough.
  Shrunk shrunk =
      checked(found, [](const Found& f) { return answer(f, restore, 0) >= (minutes(41) + milliseconds(37'250)).us; });
  EXPECT_EQ(shrunk.schedule.deviations, (std::vector<Deviation>{{restore, 0, minutes(50).us}}));
  // Where no minute will do, the second.
  found.deviations[0].answer = (minutes(41) + milliseconds(38'900)).us;
  shrunk = checked(found, [](const Found& f) {
    const std::int64_t a = answer(f, restore, 0);
    return a >= (minutes(41) + milliseconds(37'250)).us && a <= (minutes(41) + seconds(39)).us;
  });
  EXPECT_EQ(shrunk.schedule.deviations, (std::vector<Deviation>{{restore, 0, (minutes(41) + seconds(38)).us}}));
}

TEST(Shrink, AnAnswerBelowTheUsualOneMovesUpTowardIt) {
  const Shrunk shrunk = checked({0, {{restore, 0, seconds(61).us}}}, [](const Found& f) {
    return answer(f, restore, 0) < (seconds(225) + milliseconds(500)).us;
  });
  EXPECT_EQ(shrunk.schedule.deviations, (std::vector<Deviation>{{restore, 0, seconds(220).us}}));
}

// A scenario's author, or a person, may have written an answer that no draw would give.
TEST(Shrink, AnAnswerBeyondTheRangeEndsAtARoundFigureToo) {
  const Shrunk shrunk = checked({0, {{restore, 0, hours(40).us}}}, [](const Found& f) {
    return answer(f, restore, 0) > (hours(29) + milliseconds(400)).us;
  });
  EXPECT_EQ(shrunk.schedule.deviations, (std::vector<Deviation>{{restore, 0, hours(30).us}}));
}

TEST(Shrink, TakesTheMildestFaultThatDoesIt) {
  const Shrunk shrunk = checked({0, {{failure, 4, 3}}}, [](const Found& f) { return answer(f, failure, 4) >= 2; });
  EXPECT_EQ(shrunk.schedule.deviations, (std::vector<Deviation>{{failure, 4, 2}}));
}

// Forty restores that are two minutes late each: two at their most say the same.
TEST(Shrink, ManySmallDelaysThatAddUpEndAsFewGreatOnes) {
  Found found;
  for (std::uint32_t i = 0; i < 40; ++i) found.deviations.push_back({restore, i, minutes(7).us});
  const Shrunk shrunk = checked(found, [](const Found& f) {
    std::int64_t late = 0;
    for (std::uint32_t i = 0; i < 40; ++i) late += answer(f, restore, i) - minutes(5).us;
    return late >= minutes(80).us;
  });
  EXPECT_EQ(shrunk.schedule.deviations.size(), 2U);
  EXPECT_LT(shrunk.tries, 5'000U);
}

TEST(Shrink, KeepsTheWorkloadOnlyWhenItIsNeeded) {
  const Fails with = [](const Found& f) { return f.workload == 77 && has(f, crash, 1); };
  EXPECT_EQ(checked(many(9), with).schedule, (Found{77, {{crash, 1, 1}}}));
  const Fails without = [](const Found& f) { return has(f, crash, 1); };
  EXPECT_EQ(checked(many(9), without).schedule, (Found{0, {{crash, 1, 1}}}));
  const Fails alone = [](const Found& f) { return f.workload == 77; };
  EXPECT_EQ(checked(many(9), alone).schedule, (Found{77, {}}));
}

TEST(Shrink, WhatTheUsualRunDoesNeedsNoDeviation) {
  EXPECT_EQ(checked(many(9), [](const Found&) { return true; }).schedule, Found{});
  EXPECT_EQ(checked({}, [](const Found&) { return true; }).tries, 0U);
}

TEST(Shrink, GivesTheSameTwice) {
  const Fails fails = [](const Found& f) { return has(f, failure, 7) && has(f, crash, 7) && has(f, commit, 2); };
  const Shrunk one = shrink(questions(), many(50), fails);
  const Shrunk other = shrink(questions(), many(50), fails);
  EXPECT_EQ(one.schedule, other.schedule);
  EXPECT_EQ(one.tries, other.tries);
}

TEST(Shrink, StopsAfterAsManyTriesAsItIsGivenAndThenClaimsNothing) {
  const Fails fails = [](const Found& f) { return has(f, failure, 7) && has(f, crash, 7) && has(f, checkpoint, 2); };
  const std::uint64_t needed = shrink(questions(), many(50), fails).tries;
  for (std::uint64_t most = 0; most <= needed + 1; ++most) {
    std::uint64_t asked = 0;
    const Fails counted = [&](const Found& f) {
      ++asked;
      return fails(f);
    };
    const Shrunk shrunk = shrink(questions(), many(50), counted, most);
    ASSERT_EQ(asked, std::min(most, needed));
    ASSERT_EQ(shrunk.tries, asked);
    ASSERT_TRUE(fails(shrunk.schedule));
    ASSERT_EQ(shrunk.minimal, most >= needed) << "after " << most << " of " << needed;
  }
}

// ---- whatever fails

std::set<std::pair<QuestionId, std::uint32_t>> drawn_choices(std::size_t most) {
  std::set<std::pair<QuestionId, std::uint32_t>> all;
  const auto n = *rc::gen::inRange<std::size_t>(1, most + 1);
  for (std::size_t i = 0; i < n; ++i)
    all.emplace(*rc::gen::inRange<QuestionId>(0, 5), *rc::gen::inRange<std::uint32_t>(0, 30));
  return all;
}

std::int64_t weight(const Found& f) {
  std::int64_t sum = 0;
  for (const Deviation& d : f.deviations) sum += std::abs(d.answer - nominal_answer(questions()[d.question], 0));
  return sum;
}

void rc_checked(const Found& found, const Fails& fails) {
  const Shrunk shrunk = shrink(questions(), found, fails);
  RC_ASSERT(fails(shrunk.schedule));
  RC_ASSERT(shrunk.minimal);
  RC_ASSERT(is_minimal(shrunk.schedule, fails));
  RC_ASSERT(shrunk.schedule.deviations.size() <= found.deviations.size());
}

// Any of several sets of choices is enough, and more never heals.
RC_GTEST_PROP(Shrink, OfAMonotoneFailureEndsAtOneOfItsCauses, ()) {
  std::vector<std::set<std::pair<QuestionId, std::uint32_t>>> causes;
  const int n = *rc::gen::inRange(1, 5);
  for (int i = 0; i < n; ++i) causes.push_back(drawn_choices(5));
  const Fails fails = [&](const Found& f) {
    return std::any_of(causes.begin(), causes.end(), [&](const auto& cause) {
      return std::all_of(cause.begin(), cause.end(), [&](const auto& c) { return has(f, c.first, c.second); });
    });
  };
  const Shrunk shrunk = shrink(questions(), many(30), fails);
  std::set<std::pair<QuestionId, std::uint32_t>> left;
  for (const Deviation& d : shrunk.schedule.deviations) left.emplace(d.question, d.occurrence);
  RC_ASSERT(std::find(causes.begin(), causes.end(), left) != causes.end());
  rc_checked(many(30), fails);
}

// Whether it fails is a coin for each set of choices, or hangs on sums and parities: more may heal.
RC_GTEST_PROP(Shrink, OfAFailureWithoutRhymeStillFailsAndIsMinimal, ()) {
  const auto salt = *rc::gen::arbitrary<std::uint64_t>();
  const int kind = *rc::gen::inRange(0, 3);
  const Found found = many(*rc::gen::inRange<std::uint32_t>(1, 20));
  const std::int64_t whole = weight(found);
  const Fails fails = [&](const Found& f) {
    if (f == found || (f.deviations == found.deviations && kind > 0)) return true;
    switch (kind) {
      case 0: {
        std::uint64_t h = salt ^ f.workload;
        for (const Deviation& d : f.deviations) h = draw64(h, d.question, d.occurrence);
        return h % 3 == 0;
      }
      case 1: return f.deviations.size() % 2 == found.deviations.size() % 2;
      default: return weight(f) * 2 > whole;
    }
  };
  rc_checked(found, fails);
}

}  // namespace
}  // namespace converge::sim
