#include "models/adversary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/experiment.hpp"
#include "tests/support/hunt.hpp"

namespace converge::models {
namespace {

using support::deviation;

const sim::PropertyResult& property(const std::vector<sim::PropertyResult>& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.name == name; });
}

sim::Tried nominal_attempt(const Pipeline& model, const std::string& name = {},
                           const std::vector<sim::Deviation>& deviations = {}) {
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, deviations};
  return attempt(model, model, chooser, name);
}

TEST(Adversary, SeesTheSameRunAsEverybodyElse) {
  const Pipeline model{support::rollout()};
  sim::NominalChooser nominal{model.questions()};
  const models::Run seen = run(model, nominal, Recording::on);
  const sim::Tried tried = nominal_attempt(model);
  EXPECT_EQ(tried.answers, seen.record.answers);
  EXPECT_FALSE(tried.violated);
}

TEST(Adversary, AMarginIsInPartsPerMillionOfWhatThePropertyAllows) {
  const Pipeline model{support::rollout()};
  sim::NominalChooser nominal{model.questions()};
  const auto all = properties(model, run(model, nominal, Recording::off).world.state);
  const auto parts = [&](const std::string& name, sim::Duration of) {
    return property(all, name).margin / (of.us / 1'000'000);
  };
  const std::int64_t converged = parts("converged", model.config().sla);
  const std::int64_t fresh = parts("fresh", model.config().readers.freshness);
  EXPECT_EQ(nominal_attempt(model, "converged").margin, converged);
  EXPECT_EQ(nominal_attempt(model, "fresh").margin, fresh);
  EXPECT_EQ(nominal_attempt(model, "no-row-lost").margin, 1'000'000);
  EXPECT_EQ(nominal_attempt(model).margin, std::min(converged, fresh));
  EXPECT_GT(converged, 0);
  EXPECT_LT(converged, 1'000'000);
}

TEST(Adversary, ABrokenPropertyIsNegativeAndOnlyWhatIsAimedAtCounts) {
  PipelineConfig c = support::rollout();
  c.merge.duration.most = sim::hours(9);
  const Pipeline model{c};
  const std::vector<sim::Deviation> stall{deviation(Q::merge_duration, 20, sim::hours(3))};
  EXPECT_LT(nominal_attempt(model, "fresh", stall).margin, 0);
  EXPECT_TRUE(nominal_attempt(model, "fresh", stall).violated);
  EXPECT_TRUE(nominal_attempt(model, {}, stall).violated);
  EXPECT_FALSE(nominal_attempt(model, "converged", stall).violated);
}

TEST(Adversary, EachStateIsReachedOnceAndInTheOrderOfTime) {
  const Pipeline model{support::rollout()};
  const sim::Tried tried = nominal_attempt(model);
  std::set<std::uint64_t> features;
  for (std::size_t i = 0; i < tried.reached.size(); ++i) {
    EXPECT_TRUE(features.insert(tried.reached[i].feature).second);
    if (i > 0) {
      EXPECT_LE(tried.reached[i - 1].at, tried.reached[i].at);
    }
  }
  EXPECT_GT(features.size(), 20U);
  // A failure is a state of its own.
  const sim::Tried failed = nominal_attempt(model, {}, {deviation(Q::flink_failure, 700, 1)});
  EXPECT_TRUE(std::any_of(failed.reached.begin(), failed.reached.end(),
                          [&](const sim::Reached& r) { return !features.contains(r.feature); }));
}

// The review is the longest step of a usual day, from 12:04 on; a slow restore of Flink outlasts it.
TEST(Adversary, TheMarginFallsFromWhenTheRolloutStoodStillTheLongest) {
  const Pipeline model{support::rollout()};
  EXPECT_EQ(nominal_attempt(model).fell_at, support::at(sim::hours(12) + sim::minutes(4)));
  const auto slow = nominal_attempt(model, {}, {deviation(Q::flink_restore, 0, sim::hours(5))});
  EXPECT_GT(*slow.fell_at, support::at(sim::hours(17)));
}

TEST(Adversary, TheSearchMakesConvergenceLaterThanAnySampledSchedule) {
  PipelineConfig c = support::rollout();
  c.control.review = {sim::minutes(10), sim::hours(4), sim::hours(9)};
  c.control.ci = {sim::minutes(10), sim::minutes(30), sim::hours(2)};
  c.backfill.duration = {sim::minutes(17), sim::minutes(30), sim::hours(2)};
  c.backfill.failure_ppm = 10'000;
  c.readers.freshness = sim::hours(24);
  const Pipeline model{c};
  constexpr std::uint64_t tries = 60;
  const sim::Worst found =
      sim::worst(model.questions(), [&](sim::Chooser& chooser) { return attempt(model, model, chooser, "converged"); },
                 {.seed = 1, .tries = tries, .faults_most = 2});
  std::int64_t sampled = 1'000'000;
  for (std::uint64_t seed = 1; seed <= tries; ++seed) {
    sim::SampledChooser chooser{model.questions(), seed};
    sampled = std::min(sampled, attempt(model, model, chooser, "converged").margin);
  }
  EXPECT_LT(found.margin, sampled);
  // And anybody can replay it.
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser replayed{nominal, found.deviations};
  EXPECT_EQ(attempt(model, model, replayed, "converged").margin, found.margin);
}

}  // namespace
}  // namespace converge::models
