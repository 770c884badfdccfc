// The backfill: what it reads, from which instant, and what it repairs; docs/facts/pinterest-three-phase.md 3.3
// and 5.4.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/spark.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::deviation;
using Kind = BackfillConfig::Kind;
using Names = std::vector<std::string>;

static_assert(sim::ListsEveryField<Backfill>);

// The canonical rollout beside random traffic: DDL at 12:00, Flink's cut-over at about 17:10, the backfill until 17:40.
Names broken(const PipelineConfig& c, const std::vector<sim::Deviation>& deviations = {}) {
  Bench bench{c, deviations};
  bench.run_to_horizon();
  return support::violated(bench.model(), bench);
}

const Names kSound{};
const Names kNulls{"converged", "no-null-left"};

PipelineConfig kind(Kind k) {
  PipelineConfig c = support::rollout();
  c.backfill.kind = k;
  if (k == Kind::reparse) c.cdc_table.keeps_raw = true;
  return c;
}

// ---- 3.3: four kinds

TEST(Backfill, BootstrapRepairsWhatTheOldBuildWrote) { EXPECT_EQ(broken(kind(Kind::bootstrap)), kSound); }

TEST(Backfill, ReparseRepairsItFromTheRawPayload) { EXPECT_EQ(broken(kind(Kind::reparse)), kSound); }

TEST(Backfill, RewindRepairsItFromKafka) {
  PipelineConfig c = kind(Kind::rewind);
  c.merge.guard = MergeConfig::Guard::position_at_least;  // copies that are read again come behind newer changes
  EXPECT_EQ(broken(c), Names{"fresh"});  // five hours read again at five times the rate: what is new waits
  c.flink.catch_up_speed = 20;
  EXPECT_EQ(broken(c), kSound);
}

TEST(Backfill, ARewindWithoutGuardMergesOlderOverNewerUntilItHasCaughtUp) {
  PipelineConfig c = kind(Kind::rewind);
  c.flink.catch_up_speed = 20;
  EXPECT_EQ(broken(c), Names{"no-older-row"});
}

TEST(Backfill, RemergeRepairsNothing) {  // the old build wrote null there: re-reading null gives null
  EXPECT_EQ(broken(kind(Kind::remerge)), kNulls);
}

TEST(Backfill, WithoutAnyTheNullsStay) {
  PipelineConfig c = support::rollout();
  c.control.steps = canonical_plan();
  c.control.steps.pop_back();
  EXPECT_EQ(broken(c), kNulls);
}

TEST(Backfill, TheFirstPhaseLeavesNullsAndNeverWrongValues) {  // I3
  Bench bench{support::rollout()};
  bench.run_until(sim::hours(17) + sim::minutes(20));
  const PipelineState& s = bench.state();
  int nulls = 0;
  for (Key key = 0; key < s.base.rows.size(); ++key) {
    const BaseRow& row = s.base.rows[key];
    if (!row.exists) continue;
    const Cell truth = bench.model().source().truth(s.source, row.lsn, 1);
    if (row.cells[1] != truth) {
      EXPECT_EQ(row.cells[1], kNull);
      ++nulls;
    }
  }
  EXPECT_GT(nulls, 10);
}

// ---- 5.4: the right instants

TEST(Backfill, AWatermarkBeforeTheCutOverReplaysNullCopiesOverGoodValues) {  // w < F
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.watermark = BackfillConfig::Watermark::ddl;
  const Names names = broken(c);
  EXPECT_TRUE(std::find(names.begin(), names.end(), "no-null-left") != names.end());
}

TEST(Backfill, AStrictGuardSavesThatOne) {
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.watermark = BackfillConfig::Watermark::ddl;
  c.merge.guard = MergeConfig::Guard::position_greater;
  EXPECT_EQ(broken(c), kSound);
}

TEST(Backfill, AGuardThatLetsTiesThroughDoesNotSaveIt) {
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.watermark = BackfillConfig::Watermark::ddl;
  c.merge.guard = MergeConfig::Guard::position_at_least;
  EXPECT_EQ(broken(c), kNulls);
}

TEST(Backfill, AWatermarkAtTheCutOverIsEarlyEnoughAndLateEnough) {  // F <= w <= tau
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.watermark = BackfillConfig::Watermark::cut_over;
  c.merge.guard = MergeConfig::Guard::position_at_least;
  EXPECT_EQ(broken(c), kSound);
}

TEST(Backfill, TheWatermarkGoesToTheFirstRowThatTheSnapshotDoesNotCover) {
  Bench bench{kind(Kind::bootstrap)};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.done == 1; }, sim::days(2)));
  const PipelineState& s = bench.state();
  const Lsn tau = s.backfill.snapshot;
  EXPECT_EQ(s.merge.watermark.floor, tau);
  ASSERT_LT(s.merge.watermark.row, s.ledger.rows.size());
  EXPECT_GT(s.ledger.rows[s.merge.watermark.row].lsn, tau);
  for (std::uint32_t i = 0; i < s.merge.watermark.row; ++i) EXPECT_LE(s.ledger.rows[i].lsn, tau);
  const iceberg::Snapshot* from = iceberg::find(s.ledger.table, s.merge.watermark.snapshot);
  ASSERT_NE(from, nullptr);
  EXPECT_LE(from->rows_end, s.merge.watermark.row);
}

TEST(Backfill, KeepLeavesTheWatermarkWhereItWas) {
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.watermark = BackfillConfig::Watermark::keep;
  Bench bench{c};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.phase == Backfill::Phase::running; },
                              sim::days(2)));
  const Watermark before = bench.state().merge.watermark;
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.done == 1; }, sim::days(2)));
  EXPECT_EQ(bench.state().merge.watermark, before);
}

TEST(Backfill, ASnapshotOlderThanTheCutOverLeavesNullsInWhatCameBetween) {  // tau < F, P17
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.snapshot = BackfillConfig::Snapshot::last_backup;
  c.source.backup_interval = sim::hours(16);  // the last one is of 16:00
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().backfill.snapshot,
            bench.model().source().position_at(bench.state().source, at(sim::hours(16))));
  const Names names = support::violated(bench.model(), bench);
  EXPECT_TRUE(std::find(names.begin(), names.end(), "no-null-left") != names.end());
}

TEST(Backfill, AReparseFromADeployMissesWhatCameBeforeIt) {  // t <= D
  for (const auto from : {BackfillConfig::From::spark_deploy, BackfillConfig::From::flink_deploy}) {
    PipelineConfig c = kind(Kind::reparse);
    c.backfill.from = from;
    EXPECT_EQ(broken(c), kNulls);
  }
}

TEST(Backfill, AStrictGuardBlocksTheReparse) {  // it must rewrite at equal position
  PipelineConfig c = kind(Kind::reparse);
  c.backfill.guard = MergeConfig::Guard::position_greater;
  EXPECT_EQ(broken(c), kNulls);
}

TEST(Backfill, AGuardByPositionAndBuildServesTheReparse) {
  PipelineConfig c = kind(Kind::reparse);
  c.merge.guard = c.backfill.guard = MergeConfig::Guard::position_and_build;
  EXPECT_EQ(broken(c), kSound);
}

// ---- a column with default: the source emits no event for it (8 row 1)

TEST(Backfill, OnlyAnOverrideBringsADefaultToOldRows) {
  for (const Kind k : {Kind::bootstrap, Kind::reparse}) {
    PipelineConfig c = kind(k);
    c.changes[0].has_default = true;
    EXPECT_EQ(broken(c), k == Kind::bootstrap ? kSound : kNulls);
  }
  PipelineConfig c = kind(Kind::bootstrap);
  c.changes[0].has_default = true;
  c.backfill.write = BackfillConfig::Write::merge;
  EXPECT_EQ(broken(c), kNulls);
}

TEST(Backfill, ABootstrapThatMergesRepairsRowsChangedSinceTheDdl) {
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.write = BackfillConfig::Write::merge;
  EXPECT_EQ(broken(c), kSound);
}

TEST(Backfill, AnOverrideHasNoRowThatTheSourceHasDeleted) {
  Bench bench{kind(Kind::bootstrap)};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.done == 1; }, sim::days(2)));
  const PipelineState& s = bench.state();
  int gone = 0;
  for (Key key = 0; key < s.base.rows.size(); ++key) {
    const BaseRow& row = s.base.rows[key];
    EXPECT_EQ(row.exists, bench.model().source().exists_at(s.source, key, row.lsn));
    gone += row.exists ? 0 : 1;
  }
  EXPECT_GT(gone, 0);
}

// ---- waiting, pausing, trying again

PipelineConfig before_the_column() {
  PipelineConfig c = support::rollout();
  c.control.steps = support::plan({StepKind::backfill, StepKind::alter_base_table, StepKind::alter_cdc_table,
                                   StepKind::deploy_spark, StepKind::deploy_flink});
  c.control.steps[1].delay = sim::hours(3);  // detected at 12:02
  return c;
}

TEST(Backfill, WaitsForItsColumnAndStartsAtOnceWhenItComes) {
  Bench bench{before_the_column()};
  bench.run_to_horizon();
  EXPECT_EQ(bench.when(Told::backfill_waits), sim::hours(12) + sim::minutes(2));
  const auto started = bench.notes(Told::backfill_started);
  ASSERT_EQ(started.size(), 1U);
  // The base table is altered at 15:02, while the merge of 15:00 is going on: that one ends first, at 15:06.
  EXPECT_EQ(started[0].at, at(sim::hours(15) + sim::minutes(6)));
}

TEST(Backfill, OrStartsAfterTheNextMergeWhereThatIsHowItIsScheduled) {  // 5.7, measured
  PipelineConfig c = before_the_column();
  c.control.steps[1].delay = sim::hours(3) + sim::minutes(5);  // 15:07: no merge is going on
  Bench at_once{c};
  at_once.run_to_horizon();
  EXPECT_LT(at_once.when(Told::backfill_started), sim::hours(15) + sim::minutes(8));
  c.backfill.start = BackfillConfig::Start::after_next_merge;
  Bench after{c};
  after.run_to_horizon();
  EXPECT_EQ(after.when(Told::backfill_started), sim::hours(15) + sim::minutes(21));
}

TEST(Backfill, OrFailsOnAMissingColumnUntilItsAttemptsAreUsedUp) {
  PipelineConfig c = before_the_column();
  c.backfill.missing_column = BackfillConfig::MissingColumn::fail;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::backfill_failed), 3U);
  EXPECT_EQ(bench.times(Told::backfill_gave_up), 1U);
  EXPECT_EQ(bench.when(Told::backfill_gave_up), sim::hours(12) + sim::minutes(12));  // twice five minutes later
  EXPECT_EQ(bench.state().backfill.done, 0U);
}

TEST(Backfill, AFailedAttemptIsTriedAgainAndMergesGoOnMeanwhile) {
  PipelineConfig c = support::rollout();
  Bench bench{c, {deviation(Q::backfill_failure, 0, 1)}};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.phase == Backfill::Phase::retrying; },
                              sim::days(2)));
  EXPECT_FALSE(bench.state().merge.paused);
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().backfill.done, 1U);
  EXPECT_EQ(bench.notes(Told::backfill_committed).at(0).c, 2);  // in its second attempt
  EXPECT_EQ(support::violated(bench.model(), bench), kSound);
}

TEST(Backfill, PausesMergesAndLetsTheOneThatIsGoingOnEnd) {
  PipelineConfig c = support::rollout();
  Bench bench{c};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.merge.paused; }, sim::days(2)));
  bench.run_until([](const PipelineState& s) { return s.backfill.phase == Backfill::Phase::running; }, sim::days(2));
  EXPECT_FALSE(bench.state().merge.running);
  const std::uint32_t run = bench.state().merge.run;
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.done == 1; }, sim::days(2)));
  EXPECT_EQ(bench.state().merge.run, run);
  EXPECT_FALSE(bench.state().merge.paused);
}

TEST(Backfill, BesideMergesALongOneStarves) {  // F13: a merge every quarter of an hour beats it each time
  PipelineConfig c = kind(Kind::reparse);
  c.backfill.pauses_merges = false;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::backfill_conflict), 3U);
  EXPECT_EQ(bench.times(Told::backfill_gave_up), 1U);
  EXPECT_EQ(support::violated(bench.model(), bench), kNulls);
}

TEST(Backfill, OfABackfillAndAMergeStartedTogetherTheLaterCommitFails) {  // 5.7, measured
  for (const auto isolation : {MergeConfig::Isolation::serializable, MergeConfig::Isolation::snapshot}) {
    PipelineConfig c = kind(Kind::reparse);
    c.backfill.pauses_merges = false;
    c.backfill.duration = sim::exactly(sim::minutes(1));  // commits before the merge that it meets
    c.merge.duration = sim::exactly(sim::minutes(14));    // there is always one
    c.merge.isolation = isolation;
    Bench bench{c};
    bench.run_to_horizon();
    EXPECT_EQ(bench.state().backfill.done, 1U);
    EXPECT_EQ(bench.state().merge.conflicts, 1U);
    EXPECT_EQ(support::violated(bench.model(), bench), kSound);  // the merge takes the same rows again
  }
}

TEST(Backfill, AnOverrideBesideMergesWinsOverThemAndTheirChangesComeBackFromTheWatermark) {  // F12, and w <= tau
  PipelineConfig c = kind(Kind::bootstrap);
  c.backfill.pauses_merges = false;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().backfill.done, 1U);
  EXPECT_EQ(support::violated(bench.model(), bench), Names{"no-older-row"});  // older over newer until it is replayed
}

TEST(Backfill, ARowOfTheCdcTableThatCameAfterItsStartIsLeftToTheMerge) {
  Bench bench{kind(Kind::reparse)};
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.phase == Backfill::Phase::running; },
                              sim::days(2)));
  const std::uint32_t end = bench.state().backfill.row_end;
  ASSERT_TRUE(bench.run_until([](const PipelineState& s) { return s.backfill.done == 1; }, sim::days(2)));
  const PipelineState& s = bench.state();
  ASSERT_GT(s.ledger.rows.size(), end);
  for (std::uint32_t i = end; i < s.ledger.rows.size(); ++i) {
    const LedgerRow& row = s.ledger.rows[i];
    if (row.key < s.base.rows.size()) {
      EXPECT_LT(s.base.rows[row.key].lsn, row.lsn);
    }
  }
}

}  // namespace
}  // namespace converge::models
