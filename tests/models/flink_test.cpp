// The streaming job: projection, checkpoints, restarts, deploys; docs/facts/kafka-flink-cdc.md 3 and 4.
#include "models/flink.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::deviation;
using support::scripted_key;

static_assert(sim::ListsEveryField<Flink>);
static_assert(sim::ListsEveryField<Position>);

// A change each ten minutes for four hours, each of another key.
PipelineConfig steady() {
  PipelineConfig c = support::quiet();
  for (int i = 0; i < 24; ++i) support::script(c, sim::minutes(10 + 10 * i), "key " + std::to_string(i));
  return c;
}

// The column comes at the hour, and no rollout follows unless the test has a plan.
PipelineConfig with_column(std::vector<StepConfig> plan = {}) {
  PipelineConfig c = steady();
  c.changes.push_back(support::added_column("discount", sim::hours(1)));
  if (plan.empty()) c.control.push_delay = sim::exactly(sim::days(30));
  for (auto* w : {&c.control.generate, &c.control.review, &c.control.ci, &c.control.staging}) *w = sim::exactly({});
  c.control.steps = std::move(plan);
  return c;
}

PipelineConfig with_wide_values() {
  PipelineConfig c = steady();
  c.changes.push_back(support::widened_column("amount", sim::hours(1)));
  c.control.push_delay = sim::exactly(sim::days(30));
  c.source.scripted[10].wide = true;  // at 01:50
  return c;
}

// How often each change is in the CDC table.
std::map<Lsn, int> copies(const CdcTable& table) {
  std::map<Lsn, int> all;
  for (const LedgerRow& row : table.rows) ++all[row.lsn];
  return all;
}

bool each_once(const CdcTable& table, std::size_t changes) {
  const auto all = copies(table);
  return all.size() == changes && std::all_of(all.begin(), all.end(), [](const auto& c) { return c.second == 1; });
}

TEST(Flink, ARowIsInTheTableOnceItsCheckpointIsCommitted) {
  Bench bench{steady()};
  bench.run_until(sim::minutes(11) + sim::milliseconds(5'599));
  EXPECT_TRUE(bench.state().ledger.rows.empty());
  bench.run_until(sim::minutes(11) + sim::milliseconds(5'600));  // next barrier, checkpoint, commit
  ASSERT_EQ(bench.state().ledger.rows.size(), 1U);
  const iceberg::Table& table = bench.state().ledger.table;
  EXPECT_EQ(table.snapshots.back().operation, iceberg::Operation::append);
  EXPECT_EQ(table.snapshots.back().checkpoint, bench.state().flink.checkpoint);
  EXPECT_EQ(table.snapshots.back().rows_end, 1U);
}

TEST(Flink,
     AnEmptyCheckpointMovesTheTablesVersionAndMakesNoRow) {  // a table with steady traffic commits each checkpoint
  Bench bench{steady()};
  bench.run_until(sim::minutes(5));
  EXPECT_EQ(bench.state().ledger.table.version, 5U);
  EXPECT_TRUE(bench.state().ledger.table.snapshots.empty());
}

// ---- 3.6, 4: by-name projection

TEST(Flink, DropsAFieldThatItsBuildDoesNotKnow) {
  Bench bench{with_column()};
  bench.run_until(sim::hours(5));
  for (const LedgerRow& row : bench.state().ledger.rows) EXPECT_EQ(row.present, bit(0)) << row.lsn;
}

TEST(Flink, ANewBuildReadsOldRecordsAsNullAndNewOnesWhole) {
  Bench bench{with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}))};
  bench.run_until(sim::hours(5));
  const Lsn ddl = bench.state().source.ddl_position[0];
  for (const LedgerRow& row : bench.state().ledger.rows) {
    EXPECT_EQ(row.build == 1, has(row.present, 1)) << row.lsn;
    if (row.lsn <= ddl) {
      EXPECT_EQ(row.present, bit(0));
    }
  }
  EXPECT_EQ(bench.state().ledger.rows.back().build, 1);
}

TEST(Flink, KeepsTheRawPayloadWholeWhereTheTableHasAColumnForIt) {
  PipelineConfig c = with_column();
  c.cdc_table.keeps_raw = true;
  Bench bench{c};
  bench.run_until(sim::hours(5));
  EXPECT_EQ(bench.state().ledger.rows.back().present, bit(0));
  EXPECT_EQ(bench.state().ledger.rows.back().raw, bit(0) | bit(1));
}

// ---- submission

TEST(Flink, ABuildThatNamesAMissingColumnIsRefusedUntilTheTableHasIt) {  // pinterest-three-phase.md 5.1, C -> F
  PipelineConfig c = with_column(support::plan({StepKind::deploy_flink, StepKind::alter_cdc_table}));
  c.control.steps[1].delay = sim::minutes(30);
  Bench bench{c};
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::refused; }, sim::hours(5)));
  EXPECT_EQ(bench.notes(Told::flink_refused).at(0).b, bit(1));
  const auto rows = bench.state().ledger.rows.size();
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.ledger.table.schemas.size() == 2; }, sim::hours(5)));
  const sim::Duration altered = bench.now();
  EXPECT_EQ(bench.state().ledger.rows.size(), rows);  // the old job is stopped already: nothing came meanwhile
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::running; }, sim::hours(5)));
  EXPECT_LE(bench.now(), altered + sim::minutes(1));  // the supervisor submits again each minute
  bench.run_to_horizon();
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
  EXPECT_GE(bench.state().flink.down, sim::minutes(30));
  EXPECT_EQ(bench.times(Told::flink_refused), 1U);
}

TEST(Flink, ARefusedBuildCanBeRolledBack) {
  PipelineConfig c = with_column(support::plan({StepKind::deploy_flink, StepKind::rollback_flink}));
  c.control.steps[1].delay = sim::minutes(30);
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.phase, Flink::Phase::running);
  EXPECT_EQ(bench.state().flink.build.version, 0);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
  const auto& steps = bench.state().control.rollouts[0].steps;
  EXPECT_EQ(steps[5].status, StepState::Status::done);    // the rollback committed its first checkpoint
  EXPECT_EQ(steps[4].status, StepState::Status::failed);  // and the deploy before it never will
  EXPECT_EQ(bench.state().control.rollouts[0].phase, Rollout::Phase::done);
}

// ---- 4, measured: a running job and its fail-over go on through every change of the table

class Writers : public testing::TestWithParam<FlinkConfig::Writer> {};
INSTANTIATE_TEST_SUITE_P(Both, Writers, testing::Values(FlinkConfig::Writer::pads, FlinkConfig::Writer::subset));

TEST_P(Writers, TheRunningJobGoesOnWhenItsTableGetsAColumn) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table}));
  c.flink.writer = GetParam();
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.unplanned_stops, 0);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST_P(Writers, ItsFailOverGoesOnToo) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table}));
  c.flink.writer = GetParam();
  Bench bench{c, {deviation(Q::flink_failure, 12, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.unplanned_stops, 1);
  EXPECT_EQ(bench.state().flink.phase, Flink::Phase::running);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST_P(Writers, UnchangedCodeSubmittedAnewOnAWiderTableNeedsAWriterThatPads) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::rollback_flink}));
  c.flink.writer = GetParam();
  Bench bench{c};
  bench.run_to_horizon();
  const Flink& f = bench.state().flink;
  if (GetParam() == FlinkConfig::Writer::pads) {
    EXPECT_EQ(f.phase, Flink::Phase::running);
    EXPECT_TRUE(each_once(bench.state().ledger, 24));
  } else {
    EXPECT_EQ(f.phase, Flink::Phase::stuck);
    EXPECT_EQ(bench.notes(Told::flink_cannot_checkpoint).at(0).b, bit(1));
    EXPECT_LT(bench.when(Told::flink_cannot_checkpoint) - bench.when(Told::flink_started), sim::minutes(1));
    EXPECT_EQ(support::violated(bench.model(), bench).back(), "fresh");
  }
}

TEST(Flink, TheBuildThatKnowsTheColumnCuresAWriterThatDoesNotPad) {
  PipelineConfig c =
      with_column(support::plan({StepKind::alter_cdc_table, StepKind::rollback_flink, StepKind::deploy_flink}));
  c.flink.writer = FlinkConfig::Writer::subset;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_cannot_checkpoint), 1U);
  EXPECT_EQ(bench.state().flink.phase, Flink::Phase::running);
  EXPECT_EQ(bench.state().flink.build.version, 1);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

// ---- 3.2: failures

TEST(Flink, AFailureGoesBackToTheNewestCheckpointAndReadsAgain) {
  Bench bench{steady(), {deviation(Q::flink_failure, 3, 1)}};
  bench.run_until(sim::minutes(41));
  EXPECT_EQ(bench.state().flink.phase, Flink::Phase::restarting);
  EXPECT_EQ(bench.state().flink.position, bench.state().flink.stored);
  EXPECT_TRUE(bench.state().flink.staged.empty());
  bench.run_until(sim::minutes(45));
  EXPECT_TRUE(each_once(bench.state().ledger, 4));
  bench.run_to_horizon();
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, AFailureBetweenCheckpointAndCommitIsCommittedOnceAfterTheRestart) {  // its id is not in the table yet
  Bench bench{steady(), {deviation(Q::flink_failure, 3, 2)}};
  bench.run_until(sim::minutes(41));
  EXPECT_EQ(bench.state().flink.pending.size(), 1U);
  EXPECT_EQ(bench.state().ledger.rows.size(), 3U);
  bench.run_until(sim::minutes(42));
  EXPECT_TRUE(bench.state().flink.pending.empty());
  EXPECT_TRUE(each_once(bench.state().ledger, 4));
  bench.run_to_horizon();
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, FilesWaitingForTheirCommitSurviveADeployToo) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}));
  // The checkpoint of 01:01 is complete and not committed; the deploy comes while tasks restart.
  Bench bench{c, {deviation(Q::flink_failure, 5, 2), deviation(Q::flink_restart, 0, sim::hours(1))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_cancelled), 1U);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, SeveralFailuresInARowLoseAndDoubleNothing) {
  Bench bench{steady(),
              {deviation(Q::flink_failure, 3, 1), deviation(Q::flink_failure, 4, 2), deviation(Q::flink_failure, 5, 2),
               deviation(Q::flink_failure, 6, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.unplanned_stops, 4);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

// ---- 8 row 7: values beyond the old range

TEST(Flink, AWideValueIsAPoisonPillForAsLongAsTheBuildStays) {
  Bench bench{with_wide_values()};
  bench.run_until(sim::hours(10));
  EXPECT_EQ(bench.state().flink.phase, Flink::Phase::poisoned);
  EXPECT_EQ(bench.state().flink.unreadable, 1U);
  EXPECT_EQ(bench.state().ledger.rows.size(), 10U);  // all before it, and nothing behind it
}

TEST(Flink, TheBuildThatKnowsTheWiderTypeReadsOnWhereTheOldOneStuck) {
  PipelineConfig c = with_wide_values();
  c.control.push_delay = sim::exactly(sim::hours(3));
  for (auto* w : {&c.control.generate, &c.control.review, &c.control.ci, &c.control.staging}) *w = sim::exactly({});
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink});
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_poisoned), 1U);
  EXPECT_EQ(bench.times(Told::flink_cancelled),
            1U);  // a job that fails all the time cannot be stopped with a savepoint
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
  EXPECT_EQ(bench.state().ledger.rows[10].wide, bit(1));
}

TEST(Flink, ATruncatingBuildCutsTheValueAndGoesOn) {
  PipelineConfig c = with_wide_values();
  c.flink.on_overflow = FlinkConfig::Overflow::truncate;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
  EXPECT_EQ(bench.state().flink.truncated, 1U);
  EXPECT_EQ(bench.state().ledger.rows[10].wrong, bit(1));
  EXPECT_EQ(bench.state().ledger.rows[10].wide, 0);
}

TEST(Flink, ADeleteCarriesItsKeyOnlyAndPoisonsNobody) {
  PipelineConfig c = with_wide_values();
  c.source.scripted[10].op = Op::remove;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.unreadable, 0U);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

// ---- 3.5: offsets that the topic no longer has

struct AfterTheGap {
  std::size_t in_table = 0;
  std::uint32_t lost = 0;
  Flink::Phase phase = Flink::Phase::running;
};

// Down from 00:21 to 03:21, and the topic keeps an hour: of changes 2 to 20, those of 00:20 to 02:10 are gone.
AfterTheGap sleeps_past_retention(FlinkConfig::OffsetReset reset) {
  PipelineConfig c = steady();
  c.kafka.partitions = 1;
  c.kafka.retention = sim::hours(1);
  c.kafka.segment_span = sim::minutes(1);
  c.flink.offset_reset = reset;
  Bench bench{c, {deviation(Q::flink_failure, 1, 1), deviation(Q::flink_restart, 0, sim::hours(3))}};
  bench.run_to_horizon();
  return {copies(bench.state().ledger).size(), bench.state().flink.lost, bench.state().flink.phase};
}

TEST(Flink, EarliestLosesWhatRetentionTookAndNoMore) {
  const AfterTheGap gap = sleeps_past_retention(FlinkConfig::OffsetReset::earliest);
  EXPECT_EQ(gap.lost, 12U);  // the pass of 03:20 left the records from 02:20 on
  EXPECT_EQ(gap.in_table, 24U - gap.lost);
}

TEST(Flink, LatestSkipsTheRestOfTheBacklogToo) {
  const AfterTheGap gap = sleeps_past_retention(FlinkConfig::OffsetReset::latest);
  EXPECT_EQ(gap.lost, 19U);
  EXPECT_EQ(gap.in_table, 24U - gap.lost);
}

TEST(Flink, WithoutAResetPolicyTheJobFailsForGood) {
  const AfterTheGap gap = sleeps_past_retention(FlinkConfig::OffsetReset::none);
  EXPECT_EQ(gap.phase, Flink::Phase::dead);
  EXPECT_EQ(gap.in_table, 1U);
  EXPECT_EQ(gap.lost, 0U);
}

TEST(Flink, TheResetConcernsOnlyPartitionsThatHaveAGap) {
  PipelineConfig c = steady();
  c.kafka.retention = sim::hours(1);
  c.kafka.segment_span = sim::minutes(1);
  c.flink.offset_reset = FlinkConfig::OffsetReset::latest;
  // One partition takes all but the last change, so only it has lost records.
  c.source.scripted.clear();
  for (int i = 0; i < 9; ++i) support::script(c, sim::minutes(10 + 5 * i), "a");
  support::script(c, sim::minutes(179), "b");
  const KafkaModel kafka{c.kafka, 0};
  ASSERT_NE(kafka.partition(scripted_key(0)), kafka.partition(scripted_key(1)));
  Bench bench{c, {deviation(Q::flink_failure, 1, 1), deviation(Q::flink_restart, 0, sim::hours(3))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.lost, 8U);
  EXPECT_TRUE(copies(bench.state().ledger).contains(10));
}

// ---- 3.3: deploys

TEST(Flink, ADeployStopsTheOldJobBeforeTheNewOneStarts) {
  Bench bench{with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}))};
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::stopping; }, sim::hours(5)));
  const sim::Duration stopped = bench.now();
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::starting; }, sim::hours(5)));
  EXPECT_EQ(bench.now() - stopped, sim::minutes(1));  // the savepoint
  EXPECT_EQ(bench.state().flink.build.version, 0);
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::running; }, sim::hours(5)));
  EXPECT_EQ(bench.now() - stopped, sim::minutes(5));  // and the restore
  EXPECT_EQ(bench.state().flink.build.version, 1);
  EXPECT_EQ(bench.state().flink.down, sim::minutes(5));
  EXPECT_EQ(bench.state().flink.planned_stops, 1);
  bench.run_to_horizon();
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
  EXPECT_EQ(bench.times(Told::flink_cut_over), 1U);
}

TEST(Flink, ACheckpointUnderWayEndsInTheSavepoint) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}));
  c.flink.checkpoint = sim::exactly(sim::minutes(40));  // the deploy meets one, whenever it comes
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_stopping), 1U);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, ASecondDeployOverridesOneThatIsUnderWay) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}));
  Bench bench{c};
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::stopping; }, sim::hours(5)));
  bench.handle({.what = What::flink_deploy, .number = 0});
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().flink.build.version, 0);
  EXPECT_EQ(bench.times(Told::flink_started), 1U);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, CatchesUpAtAMultipleOfTheSteadyRate) {
  // Down from 00:21 to 01:21: five times the steady rate reads an hour of backlog in a quarter of an hour.
  Bench bench{steady(), {deviation(Q::flink_failure, 1, 1), deviation(Q::flink_restart, 0, sim::hours(1))}};
  bench.run_until(sim::hours(1) + sim::minutes(25) + sim::seconds(59));
  EXPECT_EQ(bench.state().ledger.rows.size(), 4U);  // after 4 min it had read up to 00:41, and not 01:25
  bench.run_until(sim::hours(1) + sim::minutes(36));
  EXPECT_EQ(bench.state().flink.position.next, bench.state().topic.records.size());
}

TEST(Flink, ARecordOfAPartitionWithoutLeaderWaitsAndTheOthersDoNot) {
  PipelineConfig c = support::quiet();
  support::script(c, sim::minutes(10), "a");
  support::script(c, sim::minutes(10), "b");
  Bench bench{c};
  bench.run_until(sim::minutes(10) + sim::seconds(30));
  Topic& topic = bench.state().topic;
  ASSERT_EQ(topic.records.size(), 2U);
  ASSERT_NE(topic.records[0].partition, topic.records[1].partition);
  topic.leaderless = topic.records[0].partition;
  topic.elected = at(sim::minutes(13) + sim::seconds(30));
  bench.run_until(sim::minutes(13));
  ASSERT_EQ(bench.state().ledger.rows.size(), 1U);
  EXPECT_EQ(bench.state().ledger.rows[0].lsn, 2U);
  bench.run_until(sim::minutes(15));
  EXPECT_TRUE(each_once(bench.state().ledger, 2));
}

// ---- pinterest-three-phase.md 3.3: rewind

PipelineConfig rewinds() {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table,
                                                StepKind::deploy_spark, StepKind::deploy_flink, StepKind::backfill}));
  c.backfill.kind = BackfillConfig::Kind::rewind;
  c.control.review = sim::exactly(sim::hours(1));
  return c;
}

TEST(Flink, ARewindMakesSecondCopiesOfWhatFollowsTheDdl) {
  Bench bench{rewinds()};
  bench.run_to_horizon();
  const Lsn ddl = bench.state().source.ddl_position[0];
  std::map<Lsn, std::vector<std::uint8_t>> builds;
  for (const LedgerRow& row : bench.state().ledger.rows) builds[row.lsn].push_back(row.build);
  int second_copies = 0;
  for (const auto& [lsn, by] : builds) {
    if (by.size() == 1) continue;
    ++second_copies;
    EXPECT_GT(lsn, ddl);
    ASSERT_EQ(by.size(), 2U);
    EXPECT_EQ(by.back(), 1);  // the later copy is the populated one
  }
  EXPECT_GT(second_copies, 5);
  EXPECT_TRUE(support::violated(bench.model(), bench).empty());
}

TEST(Flink, ARewindIsOverOnceItHasReadWhatWasThereAndNotBefore) {
  Bench bench{rewinds()};
  bench.run_to_horizon();
  const auto& steps = bench.state().control.rollouts[0].steps;
  const StepState& backfill = steps[8];
  ASSERT_EQ(bench.model().control().steps()[8].kind, StepKind::backfill);
  EXPECT_EQ(backfill.status, StepState::Status::done);
  EXPECT_GT(backfill.finished, bench.notes(Told::flink_rewound).at(0).at);
}

TEST(Flink, ARewindReadsAtTheSpeedOfACatchUp) {
  PipelineConfig c = rewinds();
  c.control.review = sim::exactly(sim::hours(20));  // so there are some 23 hours to read again
  support::script(c, sim::hours(20), "late");
  Bench bench{c};
  bench.run_to_horizon();
  const StepState& backfill = bench.state().control.rollouts[0].steps[8];
  EXPECT_GT(backfill.finished - bench.notes(Told::flink_rewound).at(0).at, sim::hours(19) / 5 - sim::minutes(10));
}

TEST(Flink, ARewindBeyondTheRetentionReadsWhatIsLeftBeforeItIsOver) {
  PipelineConfig c = rewinds();
  c.kafka.retention = sim::minutes(50);  // since the DDL it has been longer
  c.kafka.segment_span = sim::minutes(1);
  Bench bench{c};
  bench.run_to_horizon();
  ASSERT_EQ(bench.times(Told::flink_gap), 1U);
  const StepState& backfill = bench.state().control.rollouts[0].steps[8];
  EXPECT_GT(backfill.finished - bench.notes(Told::flink_rewound).at(0).at,
            sim::minutes(10));  // an hour at five times the rate
}

// ---- pinterest-three-phase.md P2: generated code that cannot run

TEST(Flink, ABuildThatCannotRunIsRefusedUntilItIsMended) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}));
  c.control.fix = sim::exactly(sim::hours(1));
  Bench bench{c, {deviation(Q::bad_code, 0, 1), deviation(Q::staging_misses, 0, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_cannot_run), 1U);
  EXPECT_GE(bench.state().flink.down, sim::hours(1));
  EXPECT_EQ(bench.state().flink.build.version, 1);
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, ARollbackNeedsNotWaitUntilTheNewCodeIsMended) {
  PipelineConfig c =
      with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink, StepKind::rollback_flink}));
  c.control.fix = sim::exactly(sim::days(1));
  Bench bench{c, {deviation(Q::bad_code, 0, 1), deviation(Q::staging_misses, 0, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_cannot_run), 1U);
  EXPECT_EQ(bench.state().flink.phase, Flink::Phase::running);
  EXPECT_LT(bench.state().flink.down, sim::minutes(20));
  EXPECT_TRUE(each_once(bench.state().ledger, 24));
}

TEST(Flink, StagingThatCatchesBadCodeDelaysTheDeployAndSparesFlink) {
  PipelineConfig c = with_column(support::plan({StepKind::alter_cdc_table, StepKind::deploy_flink}));
  c.control.fix = sim::exactly(sim::hours(1));
  Bench bench{c, {deviation(Q::bad_code, 0, 1)}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::bad_code_caught), 1U);
  EXPECT_EQ(bench.times(Told::flink_cannot_run), 0U);
  EXPECT_EQ(bench.state().flink.down, sim::minutes(5));
}

}  // namespace
}  // namespace converge::models
