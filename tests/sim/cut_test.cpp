// Which answers are tried, what the bounds are called, and what is drawn from them.
#include "sim/cut.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace converge::sim {
namespace {

using testing::ElementsAre;
using Answers = std::vector<std::int64_t>;

Question lasts(const Distribution& d) { return {.actor = "flink", .kind = "restore", .distribution = d}; }

Question offset(Duration period, Duration usual) {
  Question q = lasts(uniform(0, period.us - 1));
  q.distribution.usual = usual.us;
  q.drawn = false;
  q.periodic = true;
  return q;
}

Question fails(std::vector<Option> options) {
  options.insert(options.begin(), {"none", 0});
  return {.actor = "spark", .kind = "failure", .answers = AnswerKind::option, .options = options, .fault = true};
}

Question order() {
  return {.actor = "spark",
          .kind = "order",
          .answers = AnswerKind::option,
          .options = {{"in turn", 0}, {"goes first", 500'000}},
          .drawn = false};
}

Answers answers(const Question& q, const CutOptions& options = {}) {
  const CutResult result = cut({q}, options);
  EXPECT_TRUE(result.problems.empty());
  return result.cuts.at(0).answers;
}

std::int64_t min(std::int64_t n) { return minutes(n).us; }
Question lasts_minutes(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return lasts(window(min(least), min(usual), min(most)));
}

TEST(Cut, TriesTheUsualTheLeastAndTheMost) {
  EXPECT_THAT(answers(lasts(window(2, 3, 41))), ElementsAre(3, 2, 41));
  EXPECT_THAT(answers(lasts(window(3, 3, 41))), ElementsAre(3, 41));
  EXPECT_THAT(answers(lasts(constant(3))), ElementsAre(3));
}

TEST(Cut, TriesEveryWholeStepWithinTheRangeTheNearestToTheUsualFirst) {
  const CutOptions quarters{.resolution = minutes(15)};
  EXPECT_THAT(answers(lasts_minutes(10, 25, 50), quarters), ElementsAre(min(30), min(15), min(45)));
  EXPECT_THAT(answers(lasts_minutes(15, 16, 30), quarters), ElementsAre(min(15), min(30)));
  EXPECT_THAT(answers(lasts_minutes(0, 1, 30), quarters), ElementsAre(0, min(15), min(30)));
  EXPECT_THAT(answers(lasts_minutes(16, 17, 31), quarters), ElementsAre(min(30)));  // a step wide: one multiple
  EXPECT_THAT(answers(lasts(window(0, 5, 20)), {.resolution = Duration{10}}),
              ElementsAre(10, 0, 20));  // of two: the greater
  // The nearest multiple is beyond the range.
  EXPECT_THAT(answers(lasts_minutes(29, 58, 59), quarters), ElementsAre(min(45), min(30)));
  EXPECT_THAT(answers(lasts_minutes(44, 44, 59), {.resolution = minutes(14)}), ElementsAre(min(56)));
  EXPECT_THAT(answers(lasts(window(-31, -8, 14)), {.resolution = Duration{15}}), ElementsAre(-15, -30, 0));
}

TEST(Cut, LeavesARangeNarrowerThanTheResolutionAtItsUsual) {
  EXPECT_THAT(answers(lasts_minutes(14, 20, 28), {.resolution = minutes(15)}), ElementsAre(min(20)));
}

TEST(Cut, LeavesWhatVariesNegligiblyAtItsUsual) {
  EXPECT_THAT(answers(lasts_minutes(2, 3, 4), {.negligible = minutes(2)}), ElementsAre(min(3)));
  EXPECT_THAT(answers(lasts_minutes(2, 3, 5), {.negligible = minutes(2)}), ElementsAre(min(3), min(2), min(5)));
}

TEST(Cut, TriesEachOfAFewObservedValues) {
  EXPECT_THAT(answers(lasts(empirical({5, 1, 9, 5, 7}))), ElementsAre(5, 1, 7, 9));
  EXPECT_THAT(answers(lasts(empirical({5, 1, 9, 2, 7, 8}))), ElementsAre(5, 1, 9));
  // Between 22 and 58 nothing was seen, so there is no 30 and no 45.
  EXPECT_THAT(answers(lasts(empirical({min(11), min(20), min(22), min(58), min(61)})), {.resolution = minutes(15)}),
              ElementsAre(min(15), min(60)));
}

TEST(Cut, TriesAnOffsetAtFourPlacesOfItsPeriod) {
  EXPECT_THAT(answers(offset(hours(1), minutes(5))), ElementsAre(min(5), min(20), min(35), min(50)));
  EXPECT_THAT(answers(offset(hours(1), minutes(50))), ElementsAre(min(50), min(5), min(20), min(35)));
}

TEST(Cut, TriesAnOffsetAtEveryWholeStepAndNotAtTheEndOfThePeriod) {
  EXPECT_THAT(answers(offset(hours(1), {}), {.resolution = minutes(15)}), ElementsAre(0, min(15), min(30), min(45)));
  EXPECT_THAT(answers(offset(minutes(50), minutes(29)), {.resolution = minutes(15)}),
              ElementsAre(min(30), 0, min(15), min(45)));
}

TEST(Cut, TriesEveryOptionThatHasAProbability) {
  const CutResult result =
      cut({fails({{"before", 10}, {"never", 0}, {"after", 20}}), fails({{"never", 0}}), order()}, {});
  EXPECT_THAT(result.cuts[0].answers, ElementsAre(0, 1, 3));
  EXPECT_TRUE(result.cuts[0].fault);
  EXPECT_THAT(result.cuts[1].answers, ElementsAre(0));
  EXPECT_THAT(result.cuts[2].answers, ElementsAre(0, 1));
  EXPECT_FALSE(result.cuts[2].fault);
}

TEST(Cut, LeavesRandomBitsToTheWorkload) {
  EXPECT_TRUE(answers({.actor = "source", .kind = "change", .answers = AnswerKind::bits}).empty());
}

TEST(Cut, RefusesMoreAnswersThanItCanNumber) {
  const Question q = lasts(window(0, 5, 65'535));  // 65,536 whole microseconds
  EXPECT_THAT(cut({q}, {.resolution = microseconds(1)}).problems,
              ElementsAre("flink restore has 65,536 answers at a resolution of 1 us; at most 65,535 can be tried"));
  EXPECT_EQ(answers(lasts(window(1, 5, 65'535)), {.resolution = microseconds(1)}).size(), 65'535U);
  EXPECT_EQ(cut({lasts(window(0, 5, days(36'500).us))}, {.resolution = microseconds(1)}).problems.size(), 1U);
}

TEST(Cut, RefusesAResolutionThatIsNone) {
  EXPECT_THAT(cut({}, {.resolution = Duration{0}}).problems, ElementsAre("the resolution is not positive"));
  EXPECT_THAT(cut({}, {.negligible = Duration{-1}}).problems, ElementsAre("what is negligible is negative"));
}

TEST(Cut, GivesABudgetOfFaultsOrNoEndOfThem) {
  EXPECT_EQ(budget_of({.faults = 2}), (Budget{.faults = 2}));
  EXPECT_EQ(budget_of({}), (Budget{.faults = Budget::no_end}));
}

std::string words_for(const std::vector<Question>& questions, const CutOptions& options = {}) {
  return words(questions, cut(questions, options).cuts, options);
}

TEST(Words, NameEveryBound) {
  const std::vector<Question> questions{lasts_minutes(2, 3, 41),
                                        lasts_minutes(2, 3, 30),
                                        lasts_minutes(2, 3, 3),
                                        lasts_minutes(1, 1, 1),
                                        offset(hours(1), {}),
                                        fails({{"before", 1}, {"after", 1}}),
                                        fails({{"never", 0}}),
                                        {.actor = "source", .kind = "change", .answers = AnswerKind::bits},
                                        order(),
                                        order()};
  EXPECT_EQ(words_for(questions, {.negligible = minutes(1), .faults = 1}),
            "each of 2 durations at its least, usual or most; 1 that varies by at most 1 min at its usual; 1 unknown "
            "offset at four places, a quarter of a period apart; at most 1 fault of 2 kinds; both orders of "
            "simultaneous events that touch the same; random bits as one seed draws them");
  EXPECT_EQ(words_for(questions, {.resolution = minutes(29), .faults = 2}),
            "1 duration at every whole step of 29 min; 2 that vary by less than 29 min at their usual; 1 unknown "
            "offset at every whole step of 29 min; at most 2 faults of 2 kinds; both orders of simultaneous events "
            "that touch the same; random bits as one seed draws them");
}

TEST(Words, SayWhetherFaultsAreCounted) {
  EXPECT_EQ(words_for({fails({{"before", 1}})}), "any number of faults of 1 kind");
  EXPECT_EQ(words_for({fails({{"before", 1}})}, {.faults = 0}), "no faults");
  EXPECT_EQ(words_for({fails({{"never", 0}})}, {.faults = 3}), "no faults");
}

TEST(Words, NameObservedValuesAndOutcomes) {
  const Question vote{
      .actor = "rm", .kind = "vote", .answers = AnswerKind::option, .options = {{"prepares"}, {"aborts", 100'000}}};
  EXPECT_EQ(words_for({lasts(empirical({1, 1, 1, 2, 3})), lasts(empirical({1, 2, 3, 4, 5, 6})), vote}),
            "1 duration at its least, usual or most; 1 duration at each value that was observed; no faults; all "
            "outcomes of 1 draw");
}

TEST(Territories, MeetInTheMiddleAndGiveItToTheGreater) {
  EXPECT_THAT(territories({.answers = {4, 0, 9}}), ElementsAre(Territory{0, 0}, Territory{4, 2}, Territory{9, 7}));
  EXPECT_THAT(territories({.answers = {1, 0}}), ElementsAre(Territory{0, 0}, Territory{1, 1}));
  EXPECT_TRUE(territories({}).empty());
}

TEST(CutChooser, MovesWhatASampleWouldAnswerToTheNearestThatIsTried) {
  const std::vector<Question> questions{lasts(uniform(0, 9))};
  const std::vector<Cut> cuts{{.answers = {4, 0, 9}}};
  std::set<std::int64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SampledChooser sampled{questions, seed};
    CutChooser chooser{questions, cuts, seed};
    const std::int64_t x = sampled.answer(0, 3);
    EXPECT_EQ(chooser.answer(0, 3), x < 2 ? 0 : x < 7 ? 4 : 9) << x;
    seen.insert(x);
  }
  EXPECT_EQ(seen.size(), 10U);
}

TEST(CutChooser, MovesWhatLiesBeyondTheEndsToThem) {
  const std::vector<Question> questions{lasts(uniform(0, 1'000'000))};
  const std::vector<Cut> cuts{{.answers = {500'000, 400'000, 600'000}}};
  std::set<std::int64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) seen.insert(CutChooser{questions, cuts, seed}.answer(0, 0));
  EXPECT_THAT(seen, ElementsAre(400'000, 500'000, 600'000));
}

TEST(CutChooser, LetsNoMoreFaultsStrikeThanThereAre) {
  const std::vector<Question> questions{fails({{"always", 1'000'000}})};
  const std::vector<Cut> cuts = cut(questions, {}).cuts;
  CutChooser two{questions, cuts, 1, 2};
  EXPECT_EQ(two.answer(0, 0), 1);
  EXPECT_EQ(two.answer(0, 1), 1);
  EXPECT_EQ(two.answer(0, 2), 0);
  CutChooser any{questions, cuts, 1};
  for (std::uint32_t i = 0; i < 70'000; ++i) ASSERT_EQ(any.answer(0, i), 1);
}

TEST(CutChooser, DrawsBitsWithTheWorkloadsSeedWhateverItsOwn) {
  const std::vector<Question> questions{{.actor = "source", .kind = "change", .answers = AnswerKind::bits}};
  const std::vector<Cut> cuts = cut(questions, {}).cuts;
  NominalChooser nominal{questions, 7};
  EXPECT_EQ(CutChooser(questions, cuts, 1, Budget::no_end, 7).answer(0, 5), nominal.answer(0, 5));
  EXPECT_EQ(CutChooser(questions, cuts, 2, Budget::no_end, 7).answer(0, 5), nominal.answer(0, 5));
}

TEST(EnumeratedChooser, CountsNoFaultsWhereThereIsNoEndOfThem) {
  const std::vector<Question> questions{fails({{"now", 1}})};
  const std::vector<Cut> cuts = cut(questions, {}).cuts;
  NominalChooser nominal{questions};
  EnumeratedChooser chooser{cuts, nominal};
  const auto left_after_one = [&](std::uint16_t faults) {
    chooser.begin({.faults = faults});
    chooser.answer(0, 0);
    EXPECT_TRUE(chooser.next());
    EXPECT_EQ(chooser.answer(0, 0), 1);
    return chooser.left().faults;
  };
  EXPECT_EQ(left_after_one(Budget::no_end), Budget::no_end);
  EXPECT_EQ(left_after_one(3), 2);
}

}  // namespace
}  // namespace converge::sim
