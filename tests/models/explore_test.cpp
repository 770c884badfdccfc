// The explorer over the pipeline, held to the plainest way to do the same: every sequence of answers, each a run of its
// own, and nothing merged.
#include "models/explore.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/pipeline_space.hpp"
#include "sim/interval.hpp"
#include "sim/law.hpp"
#include "sim/odds.hpp"
#include "tests/support/bugs.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/two_tables.hpp"

namespace converge::models {
namespace {

using testing::Contains;
using testing::IsEmpty;

struct Enumerated {
  std::vector<std::int64_t> least;  // margin, by property
  double schedules = 0;
  bool whole = true;  // all were run
};

sim::Budget budget(const Bounds& bounds) {
  sim::Budget b = sim::budget_of(bounds.cut);
  if (bounds.deviations) b.deviations = *bounds.deviations;
  return b;
}

// Runs every schedule from its beginning to its end.
Enumerated enumerate(const Pipeline& model, const Bounds& bounds, std::size_t most) {
  const auto cuts = sim::cut(model.questions(), bounds.cut).cuts;
  sim::NominalChooser elsewhere{model.questions()};
  sim::EnumeratedChooser chooser{cuts, elsewhere, bounds.given};
  Enumerated all;
  chooser.begin(budget(bounds));
  do {
    if (all.schedules >= static_cast<double>(most)) {
      all.whole = false;
      return all;
    }
    const models::Run one = run(model, chooser, Recording::off);
    const auto judged = properties(model, one.world.state);
    if (all.least.empty()) all.least.assign(judged.size(), INT64_MAX);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      const bool reached = judged[i].kind == sim::PropertyResult::Kind::reachability;
      // What should sometimes happen is over all schedules as near as the best of them came.
      if (reached && all.least[i] == INT64_MAX) all.least[i] = judged[i].margin;
      all.least[i] = reached ? std::max(all.least[i], judged[i].margin) : std::min(all.least[i], judged[i].margin);
    }
    ++all.schedules;
  } while (chooser.next());
  return all;
}

std::vector<std::int64_t> margins(const Explored& e) {
  std::vector<std::int64_t> all;
  for (const sim::PropertyResult& p : e.result.properties) all.push_back(p.margin);
  return all;
}

// Everything within a day, and little traffic: some thousand schedules.
PipelineConfig small() {
  PipelineConfig c = support::rollout();
  c.horizon = sim::hours(14);
  c.sla = sim::hours(9);
  c.changes[0].at = sim::hours(2);
  c.source.tracked_changes_per_hour = 2;
  c.source.hot_keys = 4;
  c.flink.checkpoint_interval = sim::minutes(10);
  c.control.review = {sim::minutes(30), sim::hours(2), sim::hours(5)};
  c.backfill.duration = {sim::minutes(30), sim::hours(1), sim::hours(3)};
  c.flink.restore = {sim::minutes(1), sim::minutes(4), sim::hours(2)};
  return c;
}

TEST(ExploreModel, MergedSearchIsThePlainEnumeration) {
  const Pipeline model{small()};
  Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 0}, .deviations = 3};
  const Explored merged = explore(model, bounds, {}, false);
  ASSERT_TRUE(merged.result.complete);
  const Enumerated plain = enumerate(model, bounds, 100'000);
  ASSERT_TRUE(plain.whole);
  EXPECT_EQ(margins(merged), plain.least);
  EXPECT_EQ(merged.result.schedules, plain.schedules);
  EXPECT_GT(plain.schedules, 1'000);
  EXPECT_LT(static_cast<double>(merged.result.states), plain.schedules);
}

TEST(ExploreModel, MergedSearchIsThePlainEnumerationOverTwoTables) {
  PipelineConfig config = small();
  config.changes.push_back(config.changes[0]);  // of one instant, so that the tables meet in ties
  config.changes[1].name = "unit_discount";
  const Pipeline model{support::over_two_tables(config)};
  const Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 0}, .deviations = 2};
  const Explored merged = explore(model, bounds, {}, false);
  ASSERT_TRUE(merged.result.complete);
  const Enumerated plain = enumerate(model, bounds, 100'000);
  ASSERT_TRUE(plain.whole);
  EXPECT_EQ(margins(merged), plain.least);
  EXPECT_EQ(merged.result.schedules, plain.schedules);
  EXPECT_GT(plain.schedules, 300);
  EXPECT_LT(static_cast<double>(merged.result.states), 30 * plain.schedules);
}

RC_GTEST_PROP(ExploreModel, MergedSearchIsThePlainEnumerationOfAnyScenario, (const support::Case& drawn)) {
  // A few of the cases are enough: each takes some hundred runs, and under the sanitizers five times as long.
  if (drawn.seed % (support::kSanitized ? 25 : 5) != 0) return;
  const bool two_tables = drawn.seed % 2 == 1;
  const PipelineConfig config = two_tables ? support::over_two_tables(drawn.config()) : drawn.config();
  const Pipeline model{config};
  Bounds bounds{.cut = {.negligible = sim::minutes(*rc::gen::inRange(0, 20)), .faults = 1},
                .deviations = static_cast<std::uint16_t>(*rc::gen::inRange(1, 3))};
  const Enumerated plain = enumerate(model, bounds, 300);
  if (!plain.whole) bounds.deviations = 1;
  const Enumerated fewer = plain.whole ? plain : enumerate(model, bounds, 600);
  RC_PRE(fewer.whole);
  const Explored merged = explore(model, bounds, {.jobs = static_cast<unsigned>(*rc::gen::inRange(1, 3))}, false);
  RC_ASSERT(merged.result.complete);
  RC_ASSERT(margins(merged) == fewer.least);
  RC_ASSERT(merged.result.schedules == fewer.schedules);
}

// Both orders of what is independent come to the same, so leaving one out changes no margin.
TEST(ExploreModel, ReductionChangesNoVerdict) {
  const Pipeline model{small()};
  Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 0}, .deviations = 2};
  const Explored with = explore(model, bounds, {}, false);
  bounds.reduction = false;
  const Explored without = explore(model, bounds, {}, false);
  EXPECT_EQ(margins(with), margins(without));
  EXPECT_LT(with.result.transitions, without.result.transitions);
}

TEST(ExploreModel, IsTheSameWithAnyNumberOfThreads) {
  const Pipeline model{small()};
  const Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 0}};
  const Explored one = explore(model, bounds, {.jobs = 1}, false);
  const Explored three = explore(model, bounds, {.jobs = 3}, false);
  EXPECT_EQ(one.result.states, three.result.states);
  EXPECT_EQ(one.result.transitions, three.result.transitions);
  EXPECT_EQ(margins(one), margins(three));
  EXPECT_EQ(one.worst->deviations, three.worst->deviations);
}

// No sampled schedule within the bounds is ever worse than the exact worst case.
TEST(ExploreModel, NoSampledScheduleIsWorse) {
  PipelineConfig config = small();
  config.merge.failure_ppm = 50'000;
  const Pipeline model{config};
  const Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 1}};
  const Explored exact = explore(model, bounds, {}, false);
  ASSERT_TRUE(exact.result.complete);
  EXPECT_GT(exact.result.faults[0].fired, 0U);
  const auto cuts = sim::cut(model.questions(), bounds.cut).cuts;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    sim::CutChooser drawn{model.questions(), cuts, seed, 1};
    const models::Run one = run(model, drawn, Recording::off);
    const auto judged = properties(model, one.world.state);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      EXPECT_GE(judged[i].margin, exact.result.properties[i].margin) << judged[i].name << ", seed " << seed;
    }
  }
}

// With nothing left to an adversary the exact probability lies in the interval of a campaign under the same laws.
TEST(ExploreModel, ACampaignUnderTheCutLawsAgreesWithTheExactProbability) {
  PipelineConfig config = small();
  config.sla = sim::hours(6);
  const Pipeline model{config};
  const Bounds bounds{.cut = {.negligible = sim::minutes(1)}};
  const Explored exact = explore(model, bounds, {}, true);
  ASSERT_TRUE(exact.result.odds);
  EXPECT_GT(exact.result.odds->worst, 0.01);
  EXPECT_LT(exact.result.odds->best, 0.9);
  const auto cuts = sim::cut(model.questions(), bounds.cut).cuts;
  std::uint64_t missed = 0;
  constexpr std::uint64_t kRuns = 3'000;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    sim::CutChooser drawn{model.questions(), cuts, seed};
    if (!properties(model, run(model, drawn, Recording::off).world.state)[0].holds) ++missed;
  }
  const sim::Interval sampled = sim::clopper_pearson(missed, kRuns, 0.999);
  EXPECT_LE(sampled.low, exact.result.odds->worst);
  EXPECT_GE(sampled.high, exact.result.odds->best);
}

// The shortest story: one answer is enough, and no property is told of that holds.
TEST(ExploreModel, TellsTheShortestStoryOfAViolation) {
  PipelineConfig config = small();
  config.sla = sim::hours(6);
  const Pipeline model{config};
  const Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 0}};
  const Explored e = explore(model, bounds, {}, false);
  ASSERT_EQ(e.result.outcome, sim::Outcome::violated);
  ASSERT_FALSE(e.result.counterexamples.empty());
  const auto& story = e.result.counterexamples[0];
  EXPECT_EQ(story.property, "converged");
  EXPECT_EQ(story.deviations.size(), 1U);
  EXPECT_TRUE(story.fewest);
}

TEST(ExploreModel, EndsWithoutAVerdictAtItsBounds) {
  const Pipeline model{small()};
  const Bounds bounds{.cut = {.negligible = sim::minutes(1), .faults = 0}};
  const Explored e = explore(model, bounds, {.states_most = 100}, false);
  EXPECT_FALSE(e.result.complete);
  EXPECT_EQ(e.result.outcome, sim::Outcome::inconclusive);
  EXPECT_GT(e.result.frontier, 0U);
  EXPECT_FALSE(e.result.worst_convergence);
}

// Each planted bug that one answer shows is found by exploring with one deviation; the sound pipeline keeps everything
// there.
TEST(ExploreModel, FindsPlantedBugs) {
  std::size_t tried = 0;
  for (const support::PlantedBug& bug : support::planted_bugs()) {
    if (bug.shows.size() > 1 || bug.config.horizon > sim::days(2)) continue;
    const Pipeline model{bug.config};
    const support::Buggy buggy{model, bug.bug};
    const PipelineView view{model};
    // The answer that shows it, beside the usual one: which values are tried is the cut's affair, not this test's.
    std::vector<sim::Cut> cuts(model.questions().size());
    for (const sim::Deviation& d : bug.shows) {
      cuts[d.question] = {.answers = {sim::nominal_answer(model.questions()[d.question], 0), d.answer}};
    }
    const std::vector<sim::Deviation> none;
    const PipelineSpace<support::Buggy> space{
        buggy, view, cuts, none, {.faults = 1, .deviations = 1}, sim::Instant{} + bug.config.horizon};
    const sim::Exploration e = sim::explore(space, {.jobs = 2});
    ASSERT_TRUE(e.complete);
    std::vector<std::string> broken;
    const auto names = properties(
        model, run(model, *std::make_unique<sim::NominalChooser>(model.questions()), Recording::off).world.state);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto worst = sim::worst_path(e.graph, i);
      ASSERT_TRUE(worst);
      if (margin(model, i, worst->gathered) < 0) broken.push_back(names[i].name);
    }
    EXPECT_THAT(broken, Contains(bug.property)) << bug;
    ++tried;
  }
  EXPECT_GT(tried, 10U);
}

}  // namespace
}  // namespace converge::models
