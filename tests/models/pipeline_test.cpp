// The pipeline as a whole: the canonical rollout, maintenance, and the promise that a run is a pure function.
#include "models/pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "models/run.hpp"
#include "models/words.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::deviation;

static_assert(sim::Model<Pipeline>);
static_assert(sim::ListsEveryField<Maintenance>);
static_assert(sim::ListsEveryField<Event>);

// Every figure as the fact sheet has it, and the faults with their usual probabilities.
PipelineConfig canonical() {
  PipelineConfig c;
  c.changes.push_back(support::added_column("discount", sim::hours(12)));
  c.cdc.crash_ppm = 100;
  c.kafka.leader_loss_ppm = 100;
  c.control.push_loss_ppm = 5'000;
  c.flink.failure_ppm = 1'000;
  c.merge.failure_ppm = 5'000;
  c.backfill.failure_ppm = 5'000;
  return c;
}

TEST(Pipeline, TheCanonicalRolloutConvergesWellInsideItsWindow) {
  PipelineConfig c = canonical();
  c.readers.freshness = sim::hours(3);  // the backfill of two hours pauses merges
  const Pipeline model{c};
  sim::NominalChooser nominal{model.questions()};
  const sim::RunResult r = judge(model, run(model, nominal, Recording::on));
  EXPECT_EQ(r.outcome, sim::Outcome::converged) << r.sentence;
  ASSERT_TRUE(r.convergence.has_value());
  EXPECT_GT(*r.convergence, sim::hours(7));  // section 6, the budget: 8 h
  EXPECT_LT(*r.convergence, sim::hours(9));
  EXPECT_TRUE(r.vacuous_for.empty());
  EXPECT_TRUE(r.deviations.empty());
}

TEST(Pipeline, EachDivergenceIsOpenForAWhileAndThenForGoodZero) {
  const Pipeline model{canonical()};
  sim::NominalChooser nominal{model.questions()};
  const sim::RunResult r = judge(model, run(model, nominal, Recording::on));
  for (const auto* series : {&r.schema, &r.code, &r.data}) {
    EXPECT_TRUE(std::any_of(series->begin(), series->end(), [](const sim::Sample& s) { return s.value > 0; }));
    EXPECT_EQ(series->back().value, 0);
  }
}

TEST(Pipeline, OldBuildsSurviveNewTables) {  // I2: in phase 1 no run of an old build fails
  Bench bench{support::rollout()};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().merge.unresolved, 0U);
  EXPECT_EQ(bench.state().flink.unplanned_stops, 0);
  EXPECT_EQ(bench.state().flink.planned_stops, 1);  // I1
}

TEST(Pipeline, ADdlBeyondTheHorizonMakesTheVerdictVacuous) {
  PipelineConfig c = support::rollout();
  c.changes[0].at = c.horizon + sim::hours(1);
  const Pipeline model{c};
  sim::NominalChooser nominal{model.questions()};
  EXPECT_EQ(judge(model, run(model, nominal, Recording::off)).outcome, sim::Outcome::vacuous);
}

TEST(Pipeline, AWindowThatClosesBeyondTheHorizonMakesTheVerdictVacuous) {
  PipelineConfig c = support::rollout();
  for (const sim::Duration more : {sim::Duration{}, sim::microseconds(1)}) {
    c.sla = c.horizon - c.changes[0].at + more;
    const Pipeline model{c};
    sim::NominalChooser nominal{model.questions()};
    EXPECT_EQ(judge(model, run(model, nominal, Recording::off)).outcome,
              more.us == 0 ? sim::Outcome::converged : sim::Outcome::vacuous);
  }
}

TEST(Pipeline, ConvergenceExactlyAtTheEndOfTheWindowHoldsAndAMicrosecondLaterDoesNot) {
  PipelineConfig c = support::rollout();
  const auto judged = [&] {
    const Pipeline model{c};
    sim::NominalChooser nominal{model.questions()};
    return judge(model, run(model, nominal, Recording::off));
  };
  const sim::Duration took = judged().convergence.value();
  c.sla = took;
  EXPECT_EQ(judged().margin, sim::Duration{});
  EXPECT_EQ(judged().outcome, sim::Outcome::converged);
  c.sla = took - sim::microseconds(1);
  EXPECT_EQ(judged().outcome, sim::Outcome::violated);
}

TEST(Pipeline, WhatHappensAtTheHorizonStillCounts) {
  PipelineConfig c = support::quiet();
  c.horizon = sim::hours(1);
  support::script(c, c.horizon, "a");
  const Pipeline model{c};
  sim::NominalChooser nominal{model.questions()};
  EXPECT_EQ(run(model, nominal, Recording::off).world.state.source.log.size(), 1U);
}

// ---- maintenance (1.1, P11)

PipelineConfig maintained() {
  PipelineConfig c = support::quiet();
  c.horizon = sim::days(4);
  c.cdc_table.snapshot_expiry = c.base_table.snapshot_expiry = sim::days(1);
  for (int hour = 1; hour < 90; ++hour) support::script(c, sim::hours(hour), "a");
  return c;
}

TEST(Maintenance, ExpiresOldSnapshotsOfBothTablesOnceADay) {
  Bench bench{maintained()};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::snapshots_expired),
            6U);  // two tables, on three of four days: on the first nothing is old enough
  EXPECT_GE(bench.state().ledger.table.snapshots.front().at, at(sim::days(3)));
  EXPECT_GE(bench.state().base.table.snapshots.front().at, at(sim::days(3)));
  EXPECT_TRUE(support::violated(bench.model(), bench).empty());
}

TEST(Maintenance, IsQuietWhileARolloutIsOpen) {
  PipelineConfig c = maintained();
  c.changes.push_back(support::added_column("discount", sim::hours(12)));
  c.control.review = sim::exactly(sim::days(10));
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::snapshots_expired), 0U);
}

TEST(Maintenance, CompactionKeepsEveryRowAndBeatsOrLosesToAMerge) {
  for (const sim::Duration takes : {sim::minutes(5), sim::hours(2)}) {
    PipelineConfig c = maintained();
    c.maintenance.compaction = true;
    c.maintenance.duration = sim::exactly(takes);
    Bench bench{c};
    bench.run_to_horizon();
    const bool longer_than_a_merge_period = takes > sim::hours(1);
    EXPECT_EQ(bench.times(Told::compacted) == 0, longer_than_a_merge_period);  // S23: it starves
    EXPECT_EQ(bench.state().maintenance.conflicts > 0, longer_than_a_merge_period);
    EXPECT_TRUE(support::violated(bench.model(), bench).empty());
  }
}

// ---- choices have names, and the story has words

TEST(Pipeline, EveryQuestionHasANameOfItsOwn) {
  const Pipeline model{canonical()};
  ASSERT_EQ(model.questions().size(), kQuestions);
  std::set<std::pair<std::string, std::string>> names;
  for (const sim::Question& q : model.questions()) {
    EXPECT_TRUE(names.emplace(q.actor, q.kind).second) << q.actor << " " << q.kind;
    EXPECT_FALSE(q.fault && q.answers != sim::AnswerKind::option);
  }
}

TEST(Pipeline, EveryNoteOfAStormyRunHasWords) {
  PipelineConfig c = canonical();
  c.cdc.crash_ppm = c.flink.failure_ppm = c.merge.failure_ppm = c.kafka.leader_loss_ppm = 50'000;
  const Pipeline model{c};
  sim::SampledChooser sampled{model.questions(), 7};
  const models::Run stormy = run(model, sampled, Recording::on);
  ASSERT_GT(stormy.record.notes.size(), 300U);
  for (const sim::StoryLine& line : story(model, stormy.record)) {
    EXPECT_FALSE(line.actor.empty());
    EXPECT_FALSE(line.text.empty());
  }
}

// ---- a run is a pure function (design 1)

TEST(Determinism, AThousandSeedsGiveTheSameTracesTwice) {
  const Pipeline model{canonical()};
  const Pipeline again{canonical()};
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    sim::SampledChooser first{model.questions(), seed};
    const models::Run one = run(model, first, Recording::off);
    sim::SampledChooser second{again.questions(), seed};
    const models::Run two = run(again, second, Recording::off);
    ASSERT_EQ(one.trace_hash, two.trace_hash) << "seed " << seed;
    ASSERT_EQ(one.events, two.events) << "seed " << seed;
    traces.insert(one.trace_hash);
  }
  EXPECT_EQ(traces.size(), 1000U);  // and no two seeds tell the same story
}

TEST(Determinism, ASampledRunReplayedFromItsAnswersIsTheSameRun) {
  const Pipeline model{canonical()};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sim::SampledChooser sampled{model.questions(), seed};
    const models::Run original = run(model, sampled, Recording::on);
    std::vector<sim::Deviation> answers;
    for (const sim::Answered& a : original.record.answers) answers.push_back({a.question, a.occurrence, a.answer});
    sim::NominalChooser nominal{model.questions()};
    sim::ReplayedChooser replayed{nominal, answers};
    const models::Run replay = run(model, replayed, Recording::off);
    ASSERT_EQ(replay.trace_hash, original.trace_hash) << "seed " << seed;
    ASSERT_EQ(sim::fingerprint(replay.world), sim::fingerprint(original.world)) << "seed " << seed;
  }
}

TEST(Determinism, AWorldThatWasCopiedGoesOnAsTheOriginalDoes) {
  const Pipeline model{canonical()};
  sim::SampledChooser chooser{model.questions(), 3};
  sim::Trace trace;
  PipelineWorld world = sim::initial(model, chooser, trace);
  sim::run_until(model, world, at(sim::hours(20)), chooser, trace);
  PipelineWorld copy = world;
  EXPECT_EQ(copy, world);
  sim::run_until(model, world, at(sim::days(2)), chooser, trace);
  sim::Trace of_the_copy;
  sim::run_until(model, copy, at(sim::days(2)), chooser, of_the_copy);
  EXPECT_EQ(copy, world);
  EXPECT_EQ(sim::fingerprint(copy), sim::fingerprint(world));
}

TEST(Determinism, LeavingOneFaultOutLeavesEveryOtherAnswerAsItWas) {  // design 2: common random numbers
  const Pipeline model{canonical()};
  const auto answers = [&](std::vector<sim::Deviation> deviations) {
    sim::SampledChooser sampled{model.questions(), 11};
    sim::ReplayedChooser chooser{sampled, deviations};
    return run(model, chooser, Recording::on).record.answers;
  };
  std::map<std::pair<sim::QuestionId, std::uint32_t>, std::int64_t> with;
  for (const sim::Answered& a : answers({deviation(Q::flink_failure, 100, 1)}))
    with[{a.question, a.occurrence}] = a.answer;
  std::size_t shared = 0;
  for (const sim::Answered& a : answers({deviation(Q::flink_failure, 100, 0)})) {
    const auto found = with.find({a.question, a.occurrence});
    if (found == with.end() || (a.question == id(Q::flink_failure) && a.occurrence == 100)) continue;
    EXPECT_EQ(found->second, a.answer);
    ++shared;
  }
  EXPECT_GT(shared, 3000U);
}

}  // namespace
}  // namespace converge::models
