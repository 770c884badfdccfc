// Counterexamples: the story is short, it is true, and it stays true when the scenario grows; and the moment after
// which nothing would have helped.
#include "models/counterexample.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::deviation;

constexpr std::size_t kConverged = 0;
constexpr std::size_t kLost = 1;

Run replayed(const Pipeline& model, const std::vector<sim::Deviation>& given, const sim::Schedule& schedule,
             Recording recording = Recording::off) {
  const sim::Resolved resolved = sim::resolve(schedule, model.questions());
  EXPECT_TRUE(resolved.problems.empty());
  const auto elsewhere = sim::elsewhere(schedule, model.questions());
  sim::ReplayedChooser fixed{*elsewhere, given};
  sim::ReplayedChooser chooser{fixed, resolved.deviations};
  return run(model, chooser, recording);
}

bool holds(const Pipeline& model, const Run& run, std::size_t property) {
  return properties(model, run.world.state)[property].holds;
}

// The first seed whose schedule violates the property.
std::uint64_t violating(const Pipeline& model, const Sampling& sampling, std::size_t property) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    if (!sample(model, sampling, seed).holds[property]) return seed;
  }
  ADD_FAILURE() << "no seed violates it";
  return 0;
}

void expect_short_and_true(const Pipeline& model, const Sampling& sampling, std::uint64_t seed, std::size_t property) {
  const Story story = counterexample(model, sampling, seed, property);
  const sim::Counterexample& c = story.counterexample;
  EXPECT_TRUE(c.minimal);
  EXPECT_EQ(c.seed, seed);
  EXPECT_GT(c.from, c.deviations.size());
  EXPECT_LE(c.deviations.size(), 5U);
  EXPECT_EQ(c.deviations.size(), story.schedule.deviations.size());
  EXPECT_FALSE(holds(model, replayed(model, sampling.given, story.schedule), property));
  for (std::size_t i = 0; i < story.schedule.deviations.size(); ++i) {
    sim::Schedule less = story.schedule;
    less.deviations.erase(less.deviations.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(holds(model, replayed(model, sampling.given, less), property)) << "without number " << i;
    EXPECT_EQ(c.deviations[i].actor, story.schedule.deviations[i].actor);
    EXPECT_EQ(c.deviations[i].choice, story.schedule.deviations[i].choice);
    EXPECT_EQ(c.deviations[i].occurrence, story.schedule.deviations[i].occurrence);
    EXPECT_GE(c.deviations[i].at, c.deviations[i == 0 ? 0 : i - 1].at);
  }
}

TEST(Counterexample, OfASampledScheduleIsShortAndReplaysToTheSameViolation) {
  const Pipeline model{support::faulty_rollout()};
  expect_short_and_true(model, {}, violating(model, {}, kConverged), kConverged);
}

TEST(Counterexample, OfASwarmIsToldOverTheUsualRunAndNotOverTheSwarm) {
  const Pipeline model{support::faulty_rollout()};
  const Sampling swarm{.swarm = true};
  expect_short_and_true(model, swarm, violating(model, swarm, kConverged), kConverged);
}

TEST(Counterexample, DoesNotRepeatWhatTheScenarioFixes) {
  const Pipeline model{support::faulty_rollout()};
  const Sampling sampling{.given = {deviation(Q::control_order, 0, 0), deviation(Q::review, 0, sim::hours(23))}};
  const std::uint64_t seed = violating(model, sampling, kConverged);
  expect_short_and_true(model, sampling, seed, kConverged);
  const Story story = counterexample(model, sampling, seed, kConverged);
  for (const sim::NamedDeviation& d : story.schedule.deviations) EXPECT_NE(d.choice, "review");
}

TEST(Counterexample, FromDeviationsOverTheUsualRunIsToldTheSameWay) {
  const Pipeline model{support::faulty_rollout()};
  const sim::Found found{
      0, {deviation(Q::review, 0, sim::hours(39)), deviation(Q::cdc_crash, 5, 1), deviation(Q::merge_failure, 9, 1)}};
  const Story story = counterexample(model, {}, found, kConverged);
  ASSERT_EQ(story.schedule.deviations.size(), 1U);
  EXPECT_EQ(story.schedule.deviations[0].choice, "review");
  EXPECT_EQ(story.counterexample.from, 3U);
  EXPECT_FALSE(story.schedule.workload);
}

// Choices are found by name: actors that came later face choices of their own.
TEST(Counterexample, StillReplaysAfterTheScenarioGrew) {
  const Pipeline model{support::faulty_rollout()};
  const Story story = counterexample(model, {}, violating(model, {}, kConverged), kConverged);
  PipelineConfig compacted = support::faulty_rollout();
  compacted.maintenance.compaction = true;
  compacted.maintenance.every = sim::hours(6);
  const Pipeline with_compaction{compacted};
  EXPECT_FALSE(holds(with_compaction, replayed(with_compaction, {}, story.schedule), kConverged));
  PipelineConfig second = support::faulty_rollout();
  second.changes.push_back(support::added_column("later", sim::hours(12)));
  second.horizon = sim::days(6);
  const Pipeline with_a_second{second};
  EXPECT_FALSE(holds(with_a_second, replayed(with_a_second, {}, story.schedule), kConverged));
}

// ---- the point of no return

// Flink is down for longer than Kafka keeps records: what is not read in time is gone.
PipelineConfig short_retention() {
  PipelineConfig c = support::rollout();
  c.horizon = sim::days(4);
  c.sla = sim::hours(60);
  c.kafka.retention = sim::hours(24);
  c.kafka.segment_span = sim::hours(1);
  c.flink.restore = {sim::minutes(1), sim::minutes(4), sim::minutes(10)};
  return c;
}

Doomed long_restore() {
  return {
      .elsewhere = {}, .given = {}, .deviations = {deviation(Q::flink_restore, 0, sim::hours(30))}, .property = kLost};
}

// Once the restore has been answered with 30 hours nothing brings the job back sooner: that event is the one. Before
// it every continuation that is drawn keeps the property, after it none does.
TEST(PointOfNoReturn, OfARestoreBeyondRetentionIsWhereTheRestoreBegins) {
  const Pipeline model{short_retention()};
  const Doomed doomed = long_restore();
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, doomed.deviations};
  const models::Run whole = run(model, chooser, Recording::on);
  ASSERT_FALSE(holds(model, whole, kLost));
  sim::Instant restored;
  for (const sim::Answered& a : whole.record.answers) {
    if (a.question == id(Q::flink_restore)) restored = a.at;
  }
  const sim::PointOfNoReturn point = point_of_no_return(model, doomed, 20, 0.95);
  EXPECT_EQ(point.property, "no-row-lost");
  EXPECT_FALSE(point.from_the_start);
  EXPECT_EQ(point.at, restored);
  ASSERT_EQ(point.answers.size(), 1U);
  EXPECT_EQ(point.answers[0].choice, "restore");
  EXPECT_EQ(point.before.estimate, 0);
  EXPECT_EQ(point.after.estimate, 1);
  EXPECT_EQ(point.continuations, 20U);
}

TEST(PointOfNoReturn, IsTheStartWhereTheScenarioItselfFixesTheHarm) {
  const Pipeline model{short_retention()};
  Doomed doomed = long_restore();
  doomed.given = std::move(doomed.deviations);
  doomed.deviations.clear();
  const sim::PointOfNoReturn point = point_of_no_return(model, doomed, 5, 0.95);
  EXPECT_TRUE(point.from_the_start);
  EXPECT_EQ(point.at, sim::Instant{});
  EXPECT_EQ(point.before.estimate, 1);
  EXPECT_EQ(point.after.estimate, 1);
}

TEST(PointOfNoReturn, GivesTheSameTwice) {
  const Pipeline model{short_retention()};
  const sim::PointOfNoReturn one = point_of_no_return(model, long_restore(), 5, 0.95);
  const sim::PointOfNoReturn other = point_of_no_return(model, long_restore(), 5, 0.95);
  EXPECT_EQ(one.at, other.at);
  EXPECT_EQ(one.story.size(), other.story.size());
}

}  // namespace
}  // namespace converge::models
