// The periodic MERGE: column lists, guards, watermarks, overlap, isolation; docs/facts/spark.md 2, 3.2, 3.3, 5.3.
#include "models/spark.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::deviation;
using support::scripted_key;
using Form = MergeConfig::Form;
using Guard = MergeConfig::Guard;
using Saved = MergeConfig::Saved;

static_assert(sim::ListsEveryField<Merge>);
static_assert(sim::ListsEveryField<Watermark>);
static_assert(sim::ListsEveryField<BaseTable>);
static_assert(sim::ListsEveryField<CdcTable>);

constexpr Key kA = scripted_key(0);
constexpr Key kB = scripted_key(1);
constexpr Columns kOld = bit(0);
constexpr Columns kNew = bit(0) | bit(1);
constexpr Build kBuild1{.version = 1, .columns = kNew};

// Six changes in the first minutes, with a new column from the first on; key b is deleted at 4, comes back at 5.
PipelineConfig six_changes() {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::added_column("discount", {}));
  c.control.push_delay = sim::exactly(sim::days(30));  // nobody rolls it out
  c.merge.every = sim::days(30);                       // nor merges, unless the test does
  support::script(c, sim::minutes(1), "a");
  support::script(c, sim::minutes(2), "b");
  support::script(c, sim::minutes(3), "a");
  support::script(c, sim::minutes(4), "b", Op::remove);
  support::script(c, sim::minutes(5), "b", Op::insert);
  support::script(c, sim::minutes(6), "a");
  return c;
}

// The merge alone: Flink is off, and the test writes the CDC table.
class Lab : public support::Bench {
 public:
  explicit Lab(const PipelineConfig& config = six_changes(), const std::vector<sim::Deviation>& deviations = {})
      : Bench{config, deviations} {
    state().flink.phase = Flink::Phase::dead;
    run_until(sim::hours(1));
  }

  PipelineState& s() { return state(); }
  const BaseRow& row(Key key) { return s().base.rows.at(key); }

  void alter_ledger() {
    ASSERT_TRUE(iceberg::add_column(s().ledger.table, s().ledger.table.version, 1, Type::string, false));
  }
  void alter_base() {
    ASSERT_TRUE(iceberg::add_column(s().base.table, s().base.table.version, 1, Type::string, false));
  }
  void alter_both() { alter_ledger(), alter_base(); }

  // One Flink commit: copies of these changes, as a build that knows `columns` writes them.
  void write(std::initializer_list<Lsn> changes, Columns columns = kOld, std::uint8_t build = 0) {
    for (const Lsn lsn : changes) {
      const Change& change = s().source.log.at(lsn - 1);
      s().ledger.rows.push_back({.lsn = lsn,
                                 .key = change.key,
                                 .op = change.op,
                                 .build = build,
                                 .present = static_cast<Columns>(change.present & columns),
                                 .wide = static_cast<Columns>(change.wide & columns)});
    }
    const auto end = static_cast<std::uint32_t>(s().ledger.rows.size());
    iceberg::commit(s().ledger.table, {.operation = iceberg::Operation::append}, context().now(), end);
  }
  void tick() { handle({.what = What::merge_tick}); }
  void finish() { run_until(now() + sim::minutes(6)); }
  void merge() { tick(), finish(); }
};

// ---- 2.4: column lists

TEST(Merge, ANamedColumnThatTheCdcTableLacksFailsTheAnalysis) {  // C -> S
  Lab lab;
  lab.alter_base();
  lab.write({1});
  lab.s().merge.live = kBuild1;
  lab.merge();
  EXPECT_EQ(lab.notes(Told::merge_unresolved).at(0).c, bit(1));
  EXPECT_EQ(lab.s().merge.watermark.row, 0U);  // and the watermark stays
  EXPECT_FALSE(lab.row(kA).written);
}

TEST(Merge, ANamedColumnThatTheBaseTableLacksFailsTheAnalysis) {  // B -> S
  Lab lab;
  lab.alter_ledger();
  lab.write({1});
  lab.s().merge.live = kBuild1;
  lab.merge();
  EXPECT_EQ(lab.s().merge.unresolved, 1U);
}

TEST(Merge, OnceTheColumnsAreThereTheNextRunTakesAllThatWaited) {
  Lab lab;
  lab.write({1, 2});
  lab.s().merge.live = kBuild1;
  lab.merge();
  EXPECT_TRUE(lab.s().merge.blocked);
  lab.alter_both();
  lab.write({3}, kNew, 1);
  lab.merge();
  EXPECT_FALSE(lab.s().merge.blocked);
  EXPECT_EQ(lab.s().merge.watermark.row, 3U);
  EXPECT_EQ(lab.row(kA).lsn, 3U);
  EXPECT_EQ(lab.row(kB).lsn, 2U);
}

TEST(Merge, AnExplicitListKeepsTheOldValueOfAColumnThatItDoesNotNameAndInsertsNull) {
  Lab lab;
  lab.alter_both();
  lab.write({1, 2}, kNew, 1);
  lab.s().merge.live = kBuild1;
  lab.merge();
  lab.s().merge.live = Build{};  // an old build again
  lab.write({3, 4, 5}, kNew, 1);
  lab.merge();
  EXPECT_EQ(lab.row(kA).cells[0], value_of(3));
  EXPECT_EQ(lab.row(kA).cells[1], value_of(1));  // UPDATE keeps it: stale
  lab.write({4}, kNew, 1);
  lab.merge();
  lab.write({5}, kNew, 1);
  lab.merge();
  EXPECT_EQ(lab.row(kB).cells[1], kNull);  // INSERT fills null
}

TEST(Merge, AStrictInsertListMustNameEveryColumnOfTheTarget) {  // Spark up to 3.3
  PipelineConfig c = six_changes();
  c.merge.form = Form::strict;
  Lab lab{c};
  lab.alter_both();
  lab.write({1});
  lab.merge();
  EXPECT_EQ(lab.s().merge.unresolved, 1U);  // the old build, from B to S
  lab.s().merge.live = kBuild1;
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 1U);
}

TEST(Merge, TheStarFormStopsWhenTheTargetIsAhead) {
  PipelineConfig c = six_changes();
  c.merge.form = Form::star;
  Lab lab{c};
  lab.alter_base();
  lab.write({1});
  lab.merge();
  EXPECT_EQ(lab.s().merge.unresolved, 1U);
  lab.alter_ledger();
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 1U);
}

TEST(Merge, TheStarFormLosesANewSourceColumnWithoutAWord) {
  PipelineConfig c = six_changes();
  c.merge.form = Form::star;
  Lab lab{c};
  lab.alter_ledger();
  lab.write({1}, kNew, 1);
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 1U);
  EXPECT_EQ(lab.row(kA).cells[1], kNull);
}

TEST(Merge, TheStarFormFollowsTheTargetWhateverItsBuild) {
  PipelineConfig c = six_changes();
  c.merge.form = Form::star;
  Lab lab{c};
  lab.alter_both();
  lab.write({1}, kNew, 1);
  lab.merge();
  EXPECT_EQ(lab.row(kA).cells[1], value_of(1));
}

TEST(Merge, SchemasAndBuildAreTakenWhenARunStarts) {
  Lab lab;
  lab.alter_both();
  lab.write({1}, kNew, 1);
  lab.tick();
  lab.s().merge.live = kBuild1;  // deployed in the middle of a run
  lab.finish();
  EXPECT_EQ(lab.row(kA).cells[1], kNull);
  lab.write({3}, kNew, 1);
  lab.merge();
  EXPECT_EQ(lab.row(kA).cells[1], value_of(3));
}

TEST(Merge, AnAlterInTheMiddleOfARunDoesNotDisturbIt) {  // 2.6, measured
  Lab lab;
  lab.write({1});
  lab.tick();
  lab.alter_both();
  lab.finish();
  EXPECT_EQ(lab.s().merge.committed, 1U);
}

// ---- 2.3, 3.2: one row per key

TEST(Merge, OfSeveralChangesOfAKeyTheLatestBySourcePositionIsMerged) {
  Lab lab;
  lab.write({6, 1, 3});  // whatever the order in which they arrived
  lab.merge();
  EXPECT_EQ(lab.row(kA).lsn, 6U);
  EXPECT_EQ(lab.s().monitor.regressions, 0U);
}

TEST(Merge, ADeleteAndTheInsertBehindItInOneBatchLeaveTheRow) {
  Lab lab;
  lab.write({2, 4, 5});
  lab.merge();
  EXPECT_TRUE(lab.row(kB).exists);
  EXPECT_EQ(lab.row(kB).lsn, 5U);
}

TEST(Merge, ADeleteAtTheEndOfABatchTakesTheRow) {
  Lab lab;
  lab.write({2, 4});
  lab.merge();
  EXPECT_FALSE(lab.row(kB).exists);
}

TEST(Merge, BetweenCopiesOfOneChangeTheLaterCopyWins) {
  Lab lab;
  lab.alter_both();
  lab.s().merge.live = kBuild1;
  lab.write({1}, kNew, 1);
  lab.write({1}, kOld, 0);
  lab.merge();
  EXPECT_EQ(lab.row(kA).cells[1], kNull);  // F4: the null copy came last
}

TEST(Merge, WhereTheGuardComparesBuildsTheNewerBuildsCopyWins) {
  PipelineConfig c = six_changes();
  c.merge.guard = Guard::position_and_build;
  Lab lab{c};
  lab.alter_both();
  lab.s().merge.live = kBuild1;
  lab.write({1}, kNew, 1);
  lab.write({1}, kOld, 0);
  lab.merge();
  EXPECT_EQ(lab.row(kA).cells[1], value_of(1));
}

TEST(Merge, MergingABatchAgainChangesNothing) {
  Lab lab;
  lab.write({1, 2, 3});
  lab.merge();
  const auto rows = lab.s().base.rows;
  lab.s().merge.watermark = {};
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 2U);
  EXPECT_EQ(lab.s().base.rows, rows);
}

TEST(Merge, WithoutGuardAnOlderBatchMergedLaterWins) {
  Lab lab;
  lab.write({3});
  lab.merge();
  lab.write({1});
  lab.merge();
  EXPECT_EQ(lab.row(kA).lsn, 1U);
  EXPECT_EQ(lab.s().monitor.regressions, 1U);
}

TEST(Merge, AnOlderUpsertBehindADeleteBringsTheKeyBackUnderAnyGuard) {  // the deleted row took its position with it
  for (const Guard guard :
       {Guard::none, Guard::position_at_least, Guard::position_greater, Guard::position_and_build}) {
    PipelineConfig c = six_changes();
    c.merge.guard = guard;
    Lab lab{c};
    lab.write({2, 4});
    lab.merge();
    lab.write({2});
    lab.merge();
    EXPECT_TRUE(lab.row(kB).exists);
    EXPECT_EQ(lab.s().monitor.regressions, 1U);
  }
}

// Does a copy of change 3 (build 1) overwrite a row that was written from `target` by `build`?
bool overwrites(Guard guard, Lsn target, std::uint8_t build) {
  PipelineConfig c = six_changes();
  c.merge.guard = guard;
  Lab lab{c};
  lab.s().base.rows.edit(kA).lsn = target;
  lab.s().base.rows.edit(kA).build = build;
  lab.write({3}, kOld, 1);
  lab.merge();
  return lab.row(kA).written;
}

TEST(Merge, EachGuardSaysWhichRowMayBeOverwritten) {
  struct Row {
    Lsn target;
    std::uint8_t build;
    bool none, at_least, greater, and_build;
  };
  const Row rows[] = {{1, 0, true, true, true, true},      // an older row
                      {3, 0, true, true, false, true},     // the same change, as an older build wrote it
                      {3, 1, true, true, false, false},    // the same change, as this build wrote it
                      {6, 0, true, false, false, false}};  // a newer row
  for (const Row& r : rows) {
    EXPECT_EQ(overwrites(Guard::none, r.target, r.build), r.none) << r.target;
    EXPECT_EQ(overwrites(Guard::position_at_least, r.target, r.build), r.at_least) << r.target;
    EXPECT_EQ(overwrites(Guard::position_greater, r.target, r.build), r.greater) << r.target;
    EXPECT_EQ(overwrites(Guard::position_and_build, r.target, r.build), r.and_build) << r.target;
  }
}

// ---- 11: all or nothing

TEST(Merge, ARunsRowsShowAtItsCommitAndNotBefore) {
  Lab lab;
  lab.write({1});
  lab.tick();
  lab.run_until(lab.now() + sim::minutes(6) - sim::microseconds(1));
  EXPECT_FALSE(lab.row(kA).written);
  lab.run_until(lab.now() + sim::microseconds(1));
  EXPECT_TRUE(lab.row(kA).written);
}

TEST(Merge, TakesTheRowsThatWereThereWhenItStarted) {
  Lab lab;
  lab.write({1});
  lab.tick();
  lab.write({2});
  lab.finish();
  EXPECT_FALSE(lab.row(kB).written);
  EXPECT_EQ(lab.s().merge.watermark.row, 1U);
  lab.merge();
  EXPECT_TRUE(lab.row(kB).written);
}

TEST(Merge, WithNothingNewThereIsNoRun) {  // 3.1: start == current is an error, so the job tests first
  Lab lab;
  lab.merge();
  lab.write({1});
  lab.merge();
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 1U);
  EXPECT_EQ(lab.s().base.table.snapshots.size(), 1U);
}

// ---- 3.2: the place of the watermark, and a crash

struct Crash {
  bool merged = false;  // after the crash
  bool moved = false;   // the watermark, after the crash
  bool merged_in_the_end = false;
};

Crash crashes(Saved saved, std::int64_t failure) {
  PipelineConfig c = six_changes();
  c.merge.watermark_saved = saved;
  Lab lab{c, {deviation(Q::merge_failure, 0, failure)}};
  lab.write({1});
  lab.merge();
  Crash result{.merged = lab.row(kA).written, .moved = lab.s().merge.watermark.row == 1};
  lab.write({2});
  lab.merge();
  result.merged_in_the_end = lab.row(kA).written;
  EXPECT_TRUE(lab.row(kB).written);
  EXPECT_EQ(lab.s().merge.crashed, 1U);
  return result;
}

TEST(Watermark, StoredBeforeTheCommitLosesTheBatchOfARunThatFails) {  // F8
  const Crash fails = crashes(Saved::before, 1);
  EXPECT_FALSE(fails.merged);
  EXPECT_TRUE(fails.moved);
  EXPECT_FALSE(fails.merged_in_the_end);
  const Crash dies = crashes(Saved::before, 2);
  EXPECT_TRUE(dies.merged);
  EXPECT_TRUE(dies.moved);
}

TEST(Watermark, StoredAfterTheCommitMergesTheBatchAgain) {  // F6, F7
  const Crash fails = crashes(Saved::after, 1);
  EXPECT_FALSE(fails.merged);
  EXPECT_FALSE(fails.moved);
  EXPECT_TRUE(fails.merged_in_the_end);
  const Crash dies = crashes(Saved::after, 2);
  EXPECT_TRUE(dies.merged);
  EXPECT_FALSE(dies.moved);
  EXPECT_TRUE(dies.merged_in_the_end);
}

TEST(Watermark, StoredInTheCommitIsThereIfAndOnlyIfTheRowsAre) {
  const Crash fails = crashes(Saved::in_commit, 1);
  EXPECT_FALSE(fails.merged);
  EXPECT_FALSE(fails.moved);
  EXPECT_TRUE(fails.merged_in_the_end);
  const Crash dies = crashes(Saved::in_commit, 2);
  EXPECT_TRUE(dies.merged);
  EXPECT_TRUE(dies.moved);
}

TEST(Watermark, ASnapshotIdWhoseChildHasExpiredStallsTheMergeForGood) {  // 3.1, F17
  Lab lab;
  lab.write({1});
  lab.merge();  // the watermark is snapshot 1
  lab.write({2});
  lab.write({3});
  iceberg::expire(lab.s().ledger.table, lab.context().now());  // those of before this hour
  ASSERT_EQ(lab.s().ledger.table.snapshots.front().id, 2U);
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 2U);  // the start itself may be gone as long as its child is there
  lab.write({4});
  lab.write({5});
  lab.run_until(lab.now() + sim::hours(1));
  lab.write({6});
  iceberg::expire(lab.s().ledger.table, lab.context().now());
  ASSERT_EQ(lab.s().ledger.table.snapshots.size(), 1U);
  lab.merge();
  lab.merge();
  EXPECT_EQ(lab.s().merge.committed, 2U);
  EXPECT_EQ(lab.s().merge.expired, 2U);
}

TEST(Watermark, APositionGoesOnWhateverHasExpired) {
  PipelineConfig c = six_changes();
  c.merge.watermark = MergeConfig::Watermark::position;
  Lab lab{c};
  lab.write({1});
  lab.merge();
  lab.write({2});
  lab.write({3});
  lab.run_until(lab.now() + sim::hours(1));
  lab.write({6});
  iceberg::expire(lab.s().ledger.table, lab.context().now());
  lab.merge();
  EXPECT_EQ(lab.s().merge.expired, 0U);
  EXPECT_EQ(lab.row(kA).lsn, 6U);
  EXPECT_EQ(lab.row(kB).lsn, 2U);
}

// ---- 5.3: overlap

PipelineConfig long_runs(MergeConfig::Overlap overlap) {
  PipelineConfig c = support::quiet();
  c.merge.overlap = overlap;
  c.merge.duration = sim::exactly(sim::minutes(20));
  for (int i = 0; i < 30; ++i) support::script(c, sim::minutes(2 * i + 1), "key " + std::to_string(i));
  return c;
}

TEST(Merge, SkipDropsATickWhileARunIsGoingOn) {
  support::Bench bench{long_runs(MergeConfig::Overlap::skip)};
  bench.run_until(sim::minutes(61));
  EXPECT_EQ(bench.state().merge.skipped, 2U);  // 00:30 in the run of 00:15, 01:00 in that of 00:45
  EXPECT_EQ(bench.state().merge.run, 2U);
}

TEST(Merge, QueueStartsTheNextRunWhenTheOneGoingOnEnds) {
  support::Bench bench{long_runs(MergeConfig::Overlap::queue)};
  bench.run_until(sim::minutes(35) + sim::seconds(1));
  EXPECT_EQ(bench.state().merge.run, 2U);
  EXPECT_TRUE(bench.state().merge.running);
  bench.run_until(sim::minutes(60));
  EXPECT_EQ(bench.state().merge.committed, 2U);
  EXPECT_EQ(bench.state().merge.run, 3U);
}

TEST(Merge, NeitherPolicyRunsTwoAtOnceOrLosesARow) {
  for (const auto overlap : {MergeConfig::Overlap::skip, MergeConfig::Overlap::queue}) {
    support::Bench bench{long_runs(overlap)};
    bench.run_to_horizon();
    EXPECT_TRUE(support::violated(bench.model(), bench).empty());
  }
}

// ---- 2.6: isolation

// A copy-on-write merge of key a, and meanwhile another writer commits to the bucket of a or to all others.
bool survives(MergeConfig::Isolation isolation, bool same_bucket) {
  PipelineConfig c = six_changes();
  c.merge.mode = MergeConfig::Mode::copy_on_write;
  c.merge.isolation = isolation;
  Lab lab{c};
  lab.write({1});
  lab.merge();  // shows which bucket the key is in
  const iceberg::Buckets mine = lab.s().base.table.snapshots.back().removed;
  const iceberg::Buckets other = same_bucket ? mine : 0xFFFFU & ~mine;
  lab.write({3});
  lab.tick();
  iceberg::commit(lab.s().base.table, {.operation = iceberg::Operation::overwrite, .added = other, .removed = other},
                  lab.context().now());
  lab.finish();
  return lab.row(kA).lsn == 3;
}

TEST(Merge, SerializableLosesToAnyOtherWriterAndSnapshotOnlyOnTheSameFiles) {
  EXPECT_FALSE(survives(MergeConfig::Isolation::serializable, true));
  EXPECT_FALSE(survives(MergeConfig::Isolation::serializable, false));
  EXPECT_FALSE(survives(MergeConfig::Isolation::snapshot, true));
  EXPECT_TRUE(survives(MergeConfig::Isolation::snapshot, false));
}

TEST(Merge, AFailedValidationIsFinalForTheRunAndTheNextTickTakesTheSameRows) {
  Lab lab;
  lab.write({1});
  lab.tick();
  iceberg::commit(lab.s().base.table, {.operation = iceberg::Operation::append, .added = 1}, lab.context().now());
  lab.finish();
  EXPECT_EQ(lab.s().merge.conflicts, 1U);
  EXPECT_FALSE(lab.row(kA).written);
  EXPECT_EQ(lab.s().merge.watermark.row, 0U);
  lab.merge();
  EXPECT_TRUE(lab.row(kA).written);
}

// ---- pinterest-three-phase.md 5.7: widening

// The change is wide. What becomes of the run, and what is in the cell?
struct Widening {
  bool committed = false;
  Cell cell = kNull;
};

Widening widens(MergeConfig::Overflow overflow, bool base_widened, bool build_knows) {
  PipelineConfig c = six_changes();
  c.changes[0] = support::widened_column("amount", {});
  c.source.scripted[2].wide = true;
  c.merge.on_overflow = overflow;
  Lab lab{c};
  if (base_widened) iceberg::widen_column(lab.s().base.table, lab.s().base.table.version, 1, Type::int64);
  lab.s().merge.live = lab.model().control().build(build_knows ? 1 : 0);
  lab.write({3}, kNew, 1);
  lab.merge();
  return {lab.s().merge.committed == 1, lab.row(kA).cells[1]};
}

TEST(Merge, AWideValueFitsOnceTheTableIsWidenedAndTheBuildKnows) {
  for (const auto overflow : {MergeConfig::Overflow::fail, MergeConfig::Overflow::wrap}) {
    const Widening w = widens(overflow, true, true);
    EXPECT_TRUE(w.committed);
    EXPECT_EQ(w.cell, value_of(3));
  }
}

TEST(Merge, AWideValueInATableThatIsNotWidenedFailsTheRun) {
  EXPECT_FALSE(widens(MergeConfig::Overflow::fail, false, true).committed);
  EXPECT_FALSE(widens(MergeConfig::Overflow::fail, false, false).committed);
  EXPECT_FALSE(widens(MergeConfig::Overflow::wrap, false, true).committed);
}

TEST(Merge, AnOldBuildThatCastsWrapsSilently) {
  for (const bool base_widened : {false, true}) {
    const Widening w = widens(MergeConfig::Overflow::wrap, base_widened, false);
    EXPECT_TRUE(w.committed);
    EXPECT_EQ(w.cell, kTruncated);
  }
}

TEST(Merge, ARunThatMetAWideValueGoesOnOnceTheTableIsWidened) {
  PipelineConfig c = six_changes();
  c.changes[0] = support::widened_column("amount", {});
  c.source.scripted[2].wide = true;
  Lab lab{c};
  lab.s().merge.live = lab.model().control().build(1);
  lab.write({3}, kNew, 1);
  lab.merge();
  lab.merge();
  EXPECT_EQ(lab.s().merge.overflowed, 2U);
  iceberg::widen_column(lab.s().base.table, lab.s().base.table.version, 1, Type::int64);
  lab.merge();
  EXPECT_EQ(lab.row(kA).cells[1], value_of(3));
}

}  // namespace
}  // namespace converge::models
