// Schedules: names to numbers and back, and every way in which a name may be wrong.
#include "sim/schedule.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/time.hpp"
#include "sim/trace.hpp"

namespace converge::sim {
namespace {

using Part = Unresolved::Part;
using Names = std::vector<std::string>;

const std::vector<Question>& questions() {
  static const std::vector<Question> all{
      {.actor = "flink/orders",
       .kind = "restore",
       .answers = AnswerKind::duration,
       .distribution = constant(minutes(3).us),
       .options = {}},
      {.actor = "spark/merge",
       .kind = "failure",
       .answers = AnswerKind::option,
       .distribution = {},
       .options = {{"none", 0}, {"fails before its commit", 1}, {"dies after its commit", 1}},
       .fault = true},
      {.actor = "source", .kind = "change", .answers = AnswerKind::bits, .distribution = {}, .options = {}},
      {.actor = "flink/orders",
       .kind = "savepoint",
       .answers = AnswerKind::duration,
       .distribution = constant(1),
       .options = {}},
  };
  return all;
}

Resolved resolve(std::vector<NamedDeviation> deviations) {
  return sim::resolve({.seed = std::nullopt, .deviations = std::move(deviations)}, questions());
}
std::vector<Unresolved> problems(std::vector<NamedDeviation> deviations) {
  return resolve(std::move(deviations)).problems;
}

TEST(Resolve, FindsQuestionsByTheirNames) {
  const Resolved resolved = resolve({{"flink/orders", "restore", 1, "41m"},
                                     {"spark/merge", "failure", 7, "fails before its commit"},
                                     {"source", "change", 3, "18446744073709551615"},
                                     {"flink/orders", "savepoint", 2, "PT41M"}});
  EXPECT_EQ(resolved.problems, std::vector<Unresolved>{});
  EXPECT_EQ(resolved.deviations,
            (std::vector<Deviation>{{0, 0, minutes(41).us}, {1, 6, 1}, {2, 2, -1}, {3, 1, minutes(41).us}}));
}

TEST(Resolve, OfNothingIsNothing) {
  EXPECT_TRUE(resolve({}).deviations.empty());
  EXPECT_TRUE(resolve({}).problems.empty());
}

TEST(Resolve, TakesTheNominalAnswerToo) {  // that is how a schedule says no to its seed
  const Resolved resolved = resolve({{"spark/merge", "failure", 1, "none"}, {"flink/orders", "restore", 1, "3m"}});
  EXPECT_EQ(resolved.deviations, (std::vector<Deviation>{{1, 0, 0}, {0, 0, minutes(3).us}}));
}

TEST(Resolve, ReadsDurationsAsPeopleWriteThem) {
  for (const auto& [text, d] :
       {std::pair{"41m", minutes(41)}, std::pair{"PT41M", minutes(41)}, std::pair{"30h", hours(30)},
        std::pair{"P1DT6H", hours(30)}, std::pair{"250ms", milliseconds(250)}, std::pair{"0s", Duration{}}}) {
    const Resolved resolved = resolve({{"flink/orders", "restore", 1, text}});
    EXPECT_EQ(resolved.deviations, (std::vector<Deviation>{{0, 0, d.us}})) << text;
  }
}

TEST(Resolve, RefusesDurationsAsReportsPrintThem) {
  for (const char* text : {"41 min", "41", "", "-41m", "PT", "an hour", "41m ", "101y", "fails before its commit"}) {
    EXPECT_EQ(problems({{"flink/orders", "restore", 1, text}}),
              (std::vector<Unresolved>{{0, Part::answer, text, "a duration, such as 41m, 30h or PT41M", {}}}))
        << text;
  }
}

TEST(Resolve, ListsTheActorsWhenItKnowsNoneOfThatName) {
  EXPECT_EQ(problems({{"flink/order", "restore", 1, "41m"}}),
            (std::vector<Unresolved>{{0, Part::actor, "flink/order", "an actor that faces choices",
                                      Names{"flink/orders", "spark/merge", "source"}}}));
}

TEST(Resolve, ListsTheChoicesOfTheActorWhenItFacesNoneOfThatName) {
  EXPECT_EQ(problems({{"flink/orders", "failure", 1, "41m"}}),
            (std::vector<Unresolved>{
                {0, Part::choice, "failure", "a choice of flink/orders", Names{"restore", "savepoint"}}}));
}

TEST(Resolve, ListsTheOptionsWhenThereIsNoneOfThatName) {
  for (const char* text : {"fails", "1", "", "None", "fails before its commit "}) {
    EXPECT_EQ(problems({{"spark/merge", "failure", 1, text}}),
              (std::vector<Unresolved>{{0, Part::answer, text, "one of this choice's options",
                                        Names{"none", "fails before its commit", "dies after its commit"}}}))
        << text;
  }
}

TEST(Resolve, WantsBitsAsAWholeNumber) {
  EXPECT_TRUE(problems({{"source", "change", 1, "0"}}).empty());
  for (const char* text : {"18446744073709551616", "-1", "+1", " 1", "1 ", "0x1F", "1e3", "1.0", ""}) {
    EXPECT_EQ(problems({{"source", "change", 1, text}}),
              (std::vector<Unresolved>{{0, Part::answer, text, "a whole number from 0 to 18446744073709551615", {}}}))
        << text;
  }
}

TEST(Resolve, CountsOccurrencesFromOne) {
  EXPECT_EQ(
      problems({{"source", "change", 0, "1"}}),
      (std::vector<Unresolved>{{0, Part::occurrence, "0", "1 for the first time, 2 for the second, and so on", {}}}));
  constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(resolve({{"source", "change", last, "1"}}).deviations, (std::vector<Deviation>{{2, last - 1, 1}}));
}

TEST(Resolve, RefusesASecondAnswerToOneChoice) {
  const Resolved resolved = resolve({{"flink/orders", "restore", 2, "41m"},
                                     {"flink/orders", "restore", 1, "41m"},
                                     {"flink/orders", "savepoint", 2, "41m"},
                                     {"flink/orders", "restore", 2, "41m"}});
  EXPECT_EQ(resolved.problems,
            (std::vector<Unresolved>{
                {3, Part::whole, "another answer to restore 2 of flink/orders", "one answer to each choice", {}}}));
  EXPECT_EQ(resolved.deviations.size(), 3U);
}

TEST(Resolve, RefusesASecondAnswerThoughTheFirstIsNoAnswer) {
  const std::vector<Unresolved> found =
      problems({{"flink/orders", "restore", 2, "soon"}, {"flink/orders", "restore", 2, "41m"}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].part, Part::answer);
  EXPECT_EQ(found[1].part, Part::whole);
}

TEST(Resolve, ListsEveryProblemInTheOrderOfTheSchedule) {
  const Resolved resolved = resolve({{"flink", "restore", 0, "soon"},
                                     {"flink/orders", "restore", 0, "soon"},
                                     {"source", "change", 1, "17"},
                                     {"source", "changes", 0, "17"}});
  std::vector<std::pair<std::size_t, Part>> found;
  for (const Unresolved& p : resolved.problems) found.emplace_back(p.deviation, p.part);
  EXPECT_EQ(found, (std::vector<std::pair<std::size_t, Part>>{{0, Part::actor},
                                                              {0, Part::occurrence},
                                                              {1, Part::occurrence},
                                                              {1, Part::answer},
                                                              {3, Part::choice},
                                                              {3, Part::occurrence}}));
  EXPECT_EQ(resolved.deviations, (std::vector<Deviation>{{2, 0, 17}}));  // the others stand
}

TEST(Name, WritesWhatResolveReads) {
  EXPECT_EQ(name({0, 1, minutes(41).us}, questions()), (NamedDeviation{"flink/orders", "restore", 2, "PT41M"}));
  EXPECT_EQ(name({1, 6, 2}, questions()), (NamedDeviation{"spark/merge", "failure", 7, "dies after its commit"}));
  EXPECT_EQ(name({2, 0, -1}, questions()), (NamedDeviation{"source", "change", 1, "18446744073709551615"}));
}

TEST(Name, AndBackIsTheSameDeviation) {
  std::vector<Deviation> all;
  std::uint32_t occurrence = 0;
  for (const std::int64_t us : {std::int64_t{0}, std::int64_t{1}, std::int64_t{999'999}, std::int64_t{60'000'001},
                                hours(30).us, days(36'525).us, days(1).us + 1}) {
    all.push_back({0, occurrence++, us});
  }
  for (const std::int64_t option : {0, 1, 2}) all.push_back({1, occurrence++, option});
  for (const std::int64_t bits : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max()}) {
    all.push_back({2, occurrence++, bits});
  }
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    all.push_back({2, occurrence++, sampled_answer(questions()[2], seed, 0)});

  std::vector<NamedDeviation> named;
  for (const Deviation& d : all) named.push_back(name(d, questions()));
  const Resolved resolved = resolve(named);
  EXPECT_EQ(resolved.problems, std::vector<Unresolved>{});
  EXPECT_EQ(resolved.deviations, all);
}

TEST(DeviationsFromNominal, AreTheRecordedAnswersThatDiffer) {
  Record record;
  record.answers = {{Instant{1}, 0, 0, minutes(3).us},
                    {Instant{2}, 0, 1, minutes(41).us},
                    {Instant{3}, 1, 0, 0},
                    {Instant{3}, 1, 1, 2},
                    {Instant{4}, 2, 0, nominal_answer(questions()[2], 0)},
                    {Instant{4}, 2, 1, nominal_answer(questions()[2], 0)}};
  EXPECT_EQ(deviations_from_nominal(record, questions()),
            (std::vector<Deviation>{{0, 1, minutes(41).us}, {1, 1, 2}, {2, 1, nominal_answer(questions()[2], 0)}}));
}

std::vector<std::int64_t> answers(Chooser& chooser) {
  std::vector<std::int64_t> all;
  for (QuestionId q = 0; q < questions().size(); ++q) {
    for (std::uint32_t i = 0; i < 3; ++i) all.push_back(chooser.answer(q, i));
  }
  return all;
}

std::vector<std::int64_t> answers(const Schedule& s) { return answers(*elsewhere(s, questions())); }

TEST(Elsewhere, IsTheSeedItsSwarmTheWorkloadOrTheUsual) {
  NominalChooser nominal{questions()};
  NominalChooser workload{questions(), 7};
  EXPECT_EQ(answers(Schedule{}), answers(nominal));
  EXPECT_EQ(answers(Schedule{.workload = 7}), answers(workload));
  EXPECT_NE(answers(workload), answers(nominal));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SampledChooser sampled{questions(), seed};
    SampledChooser swarm{questions(), seed, true};
    EXPECT_EQ(answers(Schedule{.seed = seed}), answers(sampled));
    EXPECT_EQ(answers(Schedule{.seed = seed, .swarm = true}), answers(swarm));
  }
}

}  // namespace
}  // namespace converge::sim
