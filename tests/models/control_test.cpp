// The control plane: detection, the steps of a rollout, cadences, the queue; docs/facts/pinterest-three-phase.md 2
// to 4.
#include "models/control.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "models/words.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::deviation;
using Status = StepState::Status;
using Phase = Rollout::Phase;

static_assert(sim::ListsEveryField<StepState>);
static_assert(sim::ListsEveryField<Rollout>);
static_assert(sim::ListsEveryField<Control>);

// The DDL is at 12:00. With the quiet figures it is detected at 12:02, the code generated at 12:04, the pull request
// reviewed at 16:04 and merged at 16:34, and staging passed at 17:04.
PipelineConfig one_column() {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::added_column("discount", sim::hours(12)));
  support::script(c, sim::hours(1), "a");
  return c;
}

const StepState& step(Bench& bench, StepKind kind, std::size_t change = 0, int nth = 1) {
  const auto& steps = bench.model().control().steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind == kind && --nth == 0) return bench.state().control.rollouts[change].steps[i];
  }
  ADD_FAILURE() << "no step " << name(kind);
  return bench.state().control.rollouts[change].steps[0];
}

constexpr sim::Instant clock(int hour, int minute) { return at(sim::hours(hour) + sim::minutes(minute)); }

// ---- detection

TEST(Control, ADdlMessageStartsTheWorkflow) {
  Bench bench{one_column()};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].detected, clock(12, 2));
  EXPECT_EQ(bench.notes(Told::detected).at(0).b, 0);  // by push
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
}

TEST(Control, ALostMessageIsFoundByTheNextDailyPull) {
  PipelineConfig c = one_column();
  c.control.pull_offset = sim::hours(6);
  Bench bench{c, {deviation(Q::ddl_message, 0, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].detected, clock(30, 0));
  EXPECT_EQ(bench.notes(Told::detected).at(0).b, 1);  // by pull
}

TEST(Control, TheFirstPullOfTheRunFindsADdlBeforeIt) {
  PipelineConfig c = one_column();
  c.changes[0].at = sim::hours(1);
  c.control.pull_offset = sim::hours(6);
  Bench bench{c, {deviation(Q::ddl_message, 0, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].detected, clock(6, 0));
}

TEST(Control, APullAddsAtMostADay) {  // section 2: worst added delay 24 h
  for (int hour = 1; hour < 24; hour += 2) {
    PipelineConfig c = one_column();
    c.changes[0].at = sim::hours(hour);
    c.control.pull_offset = sim::hours(9);
    Bench bench{c, {deviation(Q::ddl_message, 0, 1)}};
    bench.run_to_horizon();
    const sim::Duration delay = bench.state().control.rollouts[0].detected - at(sim::hours(hour));
    EXPECT_GT(delay, sim::Duration{});
    EXPECT_LE(delay, sim::hours(24));
  }
}

// ---- the steps

TEST(Control, GeneratesThenReviewsThenMergesThenStages) {
  Bench bench{one_column()};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::generate).finished, clock(12, 4));
  EXPECT_EQ(step(bench, StepKind::review).finished, clock(16, 4));
  EXPECT_EQ(step(bench, StepKind::ci).finished, clock(16, 34));
  EXPECT_EQ(step(bench, StepKind::staging).finished, clock(17, 4));
}

TEST(Control, CodeGoesOutOnlyOnceItIsMergedAndFlinkOnlyOnceItIsStaged) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark,
                                   StepKind::deploy_flink, StepKind::backfill});
  for (StepConfig& s : c.control.steps)
    s.after = std::vector<std::string>{};  // nothing but what the control plane itself demands
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).started, clock(12, 2));
  EXPECT_EQ(step(bench, StepKind::deploy_spark).started, clock(16, 34));
  EXPECT_EQ(step(bench, StepKind::deploy_spark).finished, clock(16, 44));
  EXPECT_EQ(step(bench, StepKind::deploy_flink).started, clock(17, 4));
}

TEST(Control, FlinksDeployIsOverAtTheFirstCheckpointOfTheNewBuild) {
  Bench bench{one_column()};
  bench.run_to_horizon();
  const StepState& deploy = step(bench, StepKind::deploy_flink);
  EXPECT_EQ(deploy.finished, bench.notes(Told::flink_cut_over).at(0).at);
  EXPECT_GE(deploy.finished - deploy.started, sim::minutes(5));  // savepoint, restore, checkpoint
}

TEST(Control, TablesAreAlteredAtTheTriggerAtTheMergeOrAfterStaging) {
  const std::pair<ControlConfig::AlterAt, sim::Instant> rows[] = {
      {ControlConfig::AlterAt::trigger, clock(12, 2)},
      {ControlConfig::AlterAt::merge, clock(16, 34)},
      {ControlConfig::AlterAt::staging_passed, clock(17, 4)}};
  for (const auto& [when, expected] : rows) {
    PipelineConfig c = one_column();
    c.control.alter_at = when;
    Bench bench{c};
    bench.run_to_horizon();
    EXPECT_EQ(step(bench, StepKind::alter_cdc_table).started, expected);
    EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
  }
}

TEST(Control, AStepWaitsForAllItsPredecessorsAndForItsDelay) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark});
  c.control.steps[1].delay = sim::hours(9);
  c.control.steps[2].after = std::vector<std::string>{"alter_cdc_table", "alter_base_table"};
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_GE(step(bench, StepKind::alter_base_table).started, clock(21, 2));
  EXPECT_EQ(step(bench, StepKind::deploy_spark).ready, step(bench, StepKind::alter_base_table).finished);
}

TEST(Control, ADeployWaitsForTheSlotOfItsCadence) {
  PipelineConfig c = one_column();
  c.control.deploy_spark.kind = sim::Cadence::Kind::interval;
  c.control.deploy_spark.every = sim::hours(24);
  c.control.deploy_spark.offset = sim::hours(10);
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::deploy_spark).ready, clock(16, 34));
  EXPECT_EQ(step(bench, StepKind::deploy_spark).started, clock(34, 0));
}

TEST(Control, ADeployWaitsForTheEndOfAFreeze) {
  PipelineConfig c = one_column();
  c.control.deploy_flink.freezes.push_back(sim::freeze_once(clock(16, 0), clock(20, 0)));
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::deploy_spark).finished, clock(16, 44));  // another system, not frozen
  EXPECT_EQ(step(bench, StepKind::deploy_flink).started, clock(20, 0));
}

TEST(Control, AFreezeWithoutEndIsNotSkipped) {
  PipelineConfig c = one_column();
  c.control.deploy_flink.freezes.push_back(sim::freeze_once(clock(16, 0), sim::never));
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::deploy_flink).status, Status::ready);
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::open);
  EXPECT_EQ(support::violated(bench.model(), bench).front(), "converged");
}

TEST(Control, AStepsOwnCadenceGoesBeforeItsSystems) {
  PipelineConfig c = one_column();
  c.control.steps = canonical_plan();
  c.control.deploy_spark.freezes.push_back(sim::freeze_once(clock(0, 0), clock(40, 0)));
  c.control.steps[2].cadence = sim::Cadence{};
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::deploy_spark).started, clock(16, 34));
}

TEST(Control, AManualStepWaitsForItsApproval) {
  PipelineConfig c = one_column();
  c.control.deploy_spark.kind = sim::Cadence::Kind::manual;
  c.control.deploy_spark.delay = sim::exactly(sim::hours(2));
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::deploy_spark).started, clock(18, 34));
}

// ---- ALTER TABLE against Flink's commits (iceberg.md 2.2)

TEST(Control, AnAlterThatLosesItsRaceIsTriedAgainByTheWorkflow) {
  // Detected at 12:00:59.9: the ALTER is staged just before the checkpoint of 12:01 moves the table.
  Bench bench{one_column(), {deviation(Q::ddl_message_delay, 0, sim::milliseconds(59'900))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::alter_lost_race), 1U);
  const StepState& alter = step(bench, StepKind::alter_cdc_table);
  EXPECT_EQ(alter.status, Status::done);
  EXPECT_EQ(alter.attempt, 2);
  EXPECT_EQ(alter.finished,
            clock(12, 0) + sim::milliseconds(59'900 + 600 + 1000 + 600));  // with a second's wait between
  EXPECT_EQ(bench.state().ledger.table.schemas.size(), 2U);
}

TEST(Control, AnAlterThatKeepsLosingIsGivenUpAndThePlanStopsThere) {
  PipelineConfig c = one_column();
  c.control.alter = sim::exactly(sim::seconds(90));  // longer than the checkpoint interval: it always loses
  c.control.alter_attempts = 3;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::alter_lost_race), 3U);
  EXPECT_EQ(bench.times(Told::alter_failed), 1U);
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).status, Status::failed);
  EXPECT_EQ(step(bench, StepKind::alter_base_table).status, Status::waiting);
  EXPECT_EQ(bench.state().flink.build.version, 0);
}

// ---- one change at a time

PipelineConfig two_columns() {
  PipelineConfig c = one_column();
  c.horizon = sim::days(3);
  c.changes.push_back(support::added_column("coupon", sim::hours(13)));
  return c;
}

TEST(Control, ASecondChangeWaitsInTheQueueUntilTheFirstIsDone) {  // I7
  Bench bench{two_columns()};
  bench.run_to_horizon();
  const auto& rollouts = bench.state().control.rollouts;
  EXPECT_EQ(bench.times(Told::queued), 1U);
  EXPECT_EQ(rollouts[1].detected, clock(13, 2));
  EXPECT_EQ(rollouts[1].opened, rollouts[0].finished);
  EXPECT_EQ(rollouts[1].phase, Phase::done);
  EXPECT_EQ(bench.state().flink.build.version, 2);
  EXPECT_TRUE(support::violated(bench.model(), bench).empty());
}

// Section 2: the workflow compares the new schema with the table's, so it finds whatever the tables lack.
TEST(Control, AMessageAboutALaterChangeFindsTheEarlierOneWhoseMessageWasLost) {
  Bench bench{two_columns(), {deviation(Q::ddl_message, 0, 1)}};
  bench.run_to_horizon();
  const auto& rollouts = bench.state().control.rollouts;
  EXPECT_EQ(rollouts[0].detected, clock(13, 2));
  EXPECT_EQ(rollouts[0].opened, clock(13, 2));
  EXPECT_EQ(rollouts[1].opened, rollouts[0].finished);
  EXPECT_EQ(bench.times(Told::flink_refused), 0U);
}

TEST(Control, ASlowMessageIsOvertakenAndTheOrderOfTheDdlsIsKept) {
  Bench bench{two_columns(), {deviation(Q::ddl_message_delay, 0, sim::hours(3))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].opened, clock(13, 2));
  EXPECT_EQ(bench.times(Told::detected), 2U);
}

// ---- section 4: what is not automated

void expect_refused(const PipelineConfig& c) {
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::refused);
  EXPECT_EQ(bench.times(Told::refused_change), 1U);
  EXPECT_EQ(bench.state().ledger.table.schemas.size(), 1U);
  EXPECT_EQ(bench.state().flink.build.version, 0);
  const auto broken = support::violated(bench.model(), bench);
  ASSERT_FALSE(broken.empty());
  EXPECT_EQ(broken.front(), "converged");  // the source has moved, and nobody follows
}

TEST(Control, ANarrowingIsRefusedAndNeverConverges) {
  PipelineConfig c = one_column();
  c.changes[0] = support::widened_column("amount", sim::hours(12));
  std::swap(c.changes[0].from, c.changes[0].type);
  expect_refused(c);
}

TEST(Control, TextToNumberIsRefusedAndNeverConverges) {
  PipelineConfig c = one_column();
  c.changes[0] = support::widened_column("amount", sim::hours(12));
  c.changes[0].from = Type::string;
  expect_refused(c);
}

TEST(Control, ARequiredColumnWithoutDefaultIsRefusedAndNeverConverges) {
  PipelineConfig c = one_column();
  c.changes[0].required = true;
  expect_refused(c);
}

TEST(Control, ASensitiveColumnIsRefusedAndNeverConverges) {
  PipelineConfig c = one_column();
  c.changes[0].sensitive = true;
  expect_refused(c);
}

TEST(Control, ARequiredColumnWithDefaultIsAutomated) {
  PipelineConfig c = one_column();
  c.changes[0].required = c.changes[0].has_default = true;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
  EXPECT_FALSE(
      column(iceberg::current_schema(bench.state().base.table), 1)->required);  // always nullable in the lake (1.1)
}

TEST(Control, ARefusedChangeDoesNotStandInTheWayOfTheNext) {
  PipelineConfig c = two_columns();
  c.changes[0].sensitive = true;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[1].phase, Phase::done);
  EXPECT_EQ(bench.times(Told::flink_refused), 0U);  // the new build does not name the blocked column
  EXPECT_EQ(slots(iceberg::current_schema(bench.state().base.table)), bit(0) | bit(2));
}

// ---- rollback, announcement

TEST(Control, ARollbackPutsTheCodeBackAndNeverAColumn) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark,
                                   StepKind::deploy_flink, StepKind::rollback_flink, StepKind::rollback_spark});
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
  EXPECT_EQ(bench.state().flink.build.version, 0);
  EXPECT_EQ(bench.state().merge.live.version, 0);
  EXPECT_EQ(bench.state().ledger.table.schemas.size(), 2U);
  EXPECT_EQ(bench.state().base.table.schemas.size(), 2U);
  EXPECT_EQ(support::violated(bench.model(), bench),
            std::vector<std::string>{"converged"});  // tables of today, code of yesterday
}

TEST(Control, AnAnnouncedChangeIsRolledOutBeforeItsDdl) {
  PipelineConfig c = one_column();
  c.changes[0].announced = true;
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark,
                                   StepKind::deploy_flink, StepKind::source_ddl});
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().control.rollouts[0].detected, clock(12, 0));
  EXPECT_EQ(bench.state().source.ddl_at[0], step(bench, StepKind::deploy_flink).finished);
  EXPECT_EQ(bench.times(Told::detected), 1U);  // the DDL itself starts nothing
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
  EXPECT_TRUE(support::violated(bench.model(), bench).empty());
}

// ---- what a step waits for

Condition condition(Actor actor, std::string_view metric, Condition::Compare compare, std::int64_t bound) {
  const auto all = metrics();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Metric& m) { return m.actor == actor && m.name == metric; });
  EXPECT_NE(found, all.end());
  return {.metric = static_cast<MetricId>(found - all.begin()), .compare = compare, .bound = bound};
}

// The tables are altered when the source has made this many changes: one at 1:00, one at 15:30 and 20 s.
PipelineConfig altered_after_changes(std::int64_t changes) {
  PipelineConfig c = one_column();
  support::script(c, sim::hours(15) + sim::minutes(30) + sim::seconds(20), "b");
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table});
  c.control.steps[0].when = condition(Actor::source, "changes", Condition::Compare::at_least, changes);
  return c;
}

TEST(Control, AStepBeginsAtTheFirstLookAtWhichItsConditionIsTrue) {
  Bench bench{altered_after_changes(2)};
  bench.run_until(sim::hours(15));
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).status, Status::ready);
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).ready, clock(12, 2));
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).started, clock(15, 31));  // looks fall on whole minutes
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
}

TEST(Control, AConditionThatIsTrueAlreadyChangesNothing) {
  PipelineConfig without = altered_after_changes(1);
  without.control.steps[0].when.reset();
  Bench with_it{altered_after_changes(1)};
  Bench without_it{without};
  with_it.run_to_horizon();
  without_it.run_to_horizon();
  EXPECT_EQ(with_it.state(), without_it.state());
  EXPECT_EQ(with_it.times(Told::step_waits) + with_it.times(Told::step_goes_on), 0U);
}

TEST(Control, AWaitIsToldOnceWhenItBeginsAndOnceWhenItEnds) {
  Bench bench{altered_after_changes(2)};
  bench.run_to_horizon();
  ASSERT_EQ(bench.times(Told::step_waits), 1U);
  ASSERT_EQ(bench.times(Told::step_goes_on), 1U);
  EXPECT_EQ(bench.notes(Told::step_waits).at(0).at, clock(12, 2));
  EXPECT_EQ(bench.notes(Told::step_goes_on).at(0).at, clock(15, 31));
  EXPECT_EQ(words(bench.model(), bench.notes(Told::step_waits).at(0)),
            "discount: alter_cdc_table waits until changes of source at least 2 changes");
}

TEST(Control, LooksAreAsFarApartAsTheyAreSaidToBe) {
  PipelineConfig c = altered_after_changes(2);
  c.control.check_every = sim::hours(1);
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).started, clock(16, 2));
}

TEST(Control, TheDelayComesBeforeTheFirstLookAndTheSlotBehindTheLast) {
  PipelineConfig c = altered_after_changes(2);
  c.control.steps[0].delay = sim::minutes(10) + sim::seconds(30);
  c.control.steps[0].cadence = sim::Cadence{.kind = sim::Cadence::Kind::interval, .every = sim::hours(1)};
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.notes(Told::step_waits).at(0).at, clock(12, 12) + sim::seconds(30));
  EXPECT_EQ(bench.notes(Told::step_goes_on).at(0).at, clock(15, 30) + sim::seconds(30));
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).started, clock(16, 0));
}

TEST(Control, AStepWhoseConditionNeverComesWaitsForEver) {
  Bench bench{altered_after_changes(3)};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).status, Status::ready);
  EXPECT_EQ(step(bench, StepKind::alter_base_table).status, Status::waiting);
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::open);
  EXPECT_EQ(bench.times(Told::step_goes_on), 0U);
}

TEST(Control, AStepCanWaitUntilReadersHaveMoved) {
  PipelineConfig c = one_column();
  c.readers.adopt = ReadersConfig::Adopt::table_altered;
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark});
  c.control.steps[2].when = condition(Actor::readers, "version", Condition::Compare::at_least, 1);
  c.control.steps[2].after = {"alter_base_table"};
  Bench bench{c};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.monitor.adopted != 0; }, sim::hours(20)));
  const sim::Instant moved = at(bench.now());
  bench.run_to_horizon();
  EXPECT_GE(step(bench, StepKind::deploy_spark).started, moved);
}

// ---- assumptions of the plan

TEST(Control, ThePlanGoesOnWhenFlinkRefusesABuild) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::deploy_flink, StepKind::alter_cdc_table});
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_GT(step(bench, StepKind::deploy_flink).finished, step(bench, StepKind::alter_cdc_table).finished);
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
}

TEST(Control, ThePlanGoesOnWhenABackfillWaitsForItsColumn) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::backfill, StepKind::alter_base_table});
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::backfill_waits), 1U);
  EXPECT_EQ(step(bench, StepKind::backfill).status, Status::done);
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
}

TEST(Control, ABackfillAskedForAgainServesBothSteps) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::backfill, StepKind::alter_base_table, StepKind::backfill});
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::backfill, 0, 1).status, Status::done);
  EXPECT_EQ(step(bench, StepKind::backfill, 0, 2).status, Status::done);
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
}

TEST(Control, ABackfillThatGaveUpIsAFailedStepAndThePlanGoesOn) {
  PipelineConfig c = one_column();
  c.control.steps = support::plan({StepKind::alter_base_table, StepKind::backfill, StepKind::alter_cdc_table});
  c.backfill.attempts = 2;
  Bench bench{c, {deviation(Q::backfill_failure, 0, 1), deviation(Q::backfill_failure, 1, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(step(bench, StepKind::backfill).status, Status::failed);
  EXPECT_EQ(step(bench, StepKind::alter_cdc_table).status, Status::done);
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Phase::done);
}

TEST(Control, TheCanonicalPlanIsTablesSparkFlinkBackfill) {
  const std::vector<Step> steps = resolve({});
  std::vector<StepKind> kinds;
  for (const Step& s : steps) kinds.push_back(s.kind);
  EXPECT_EQ(kinds, (std::vector<StepKind>{StepKind::generate, StepKind::review, StepKind::ci, StepKind::staging,
                                          StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark,
                                          StepKind::deploy_flink, StepKind::backfill}));
  EXPECT_EQ(steps[4].after, 0U);                     // the tables, at the trigger
  EXPECT_EQ(steps[6].after, (1U << 5) | (1U << 2));  // Spark: behind the base table and the merge of the pull request
  EXPECT_EQ(steps[7].after, (1U << 6) | (1U << 3));  // Flink: behind Spark and staging
}

}  // namespace
}  // namespace converge::models
