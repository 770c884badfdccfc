// Metadata, optimistic commits and their validation, after docs/facts/iceberg.md.
#include "models/iceberg.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/fields.hpp"

namespace converge::models::iceberg {
namespace {

static_assert(sim::ListsEveryField<Snapshot>);
static_assert(sim::ListsEveryField<Table>);

constexpr sim::Instant kNow{};
constexpr sim::Instant hour(int n) { return sim::Instant{} + sim::hours(n); }

Table table() {
  Schema first;
  first.columns.push_back({.id = 1, .slot = 0});
  return create(first);
}

// Bucket 1 and bucket 2: what meets, and what does not.
constexpr Buckets kMine = 0b01;
constexpr Buckets kOther = 0b10;

enum class Level : std::uint8_t { serializable, snapshot };

// What each writer commits, and what it asks to be validated (3.3).
Staged append(Buckets where) { return {.operation = Operation::append, .added = where}; }
Staged copy_on_write(Buckets where, Level level) {
  return {.operation = Operation::overwrite,
          .added = where,
          .removed = where,
          .no_new_data = level == Level::serializable,
          .no_new_deletes = true,
          .files_exist = true};
}
Staged merge_on_read(Buckets where, Level level) {
  return {.operation = Operation::overwrite,
          .added = where,
          .deletes = where,
          .no_new_data = level == Level::serializable,
          .no_new_deletes = true,
          .files_exist = true};
}
Staged compaction(Buckets where) {
  return {
      .operation = Operation::replace, .added = where, .removed = where, .no_new_deletes = true, .files_exist = true};
}
Staged insert_overwrite(Buckets where) { return {.operation = Operation::overwrite, .added = where, .removed = where}; }

// A was planned, then B committed: what becomes of A?
Result against(Staged a, Staged b) {
  Table t = table();
  EXPECT_EQ(commit(t, append(kMine | kOther), kNow), Result::ok);
  a.from = b.from = head(t);
  EXPECT_EQ(commit(t, b, kNow), Result::ok);
  return commit(t, a, kNow);
}

// ---- 4.1, 2.2: schemas

TEST(Iceberg, FieldIdsGoUpAndAreNeverReused) {
  Table t = table();
  ASSERT_TRUE(add_column(t, t.version, 1, Type::string, false));
  ASSERT_TRUE(add_column(t, t.version, 2, Type::date, false));
  std::set<std::uint16_t> ids;
  for (const Column& c : current_schema(t).columns) EXPECT_TRUE(ids.insert(c.id).second);
  EXPECT_EQ(ids, (std::set<std::uint16_t>{1, 2, 3}));
  EXPECT_EQ(t.last_column_id, 3);
}

TEST(Iceberg, AnAlterThatLostToAnotherCommitFailsAndChangesNothing) {
  for (const Operation winner : {Operation::append, Operation::overwrite, Operation::replace}) {
    Table t = table();
    const std::uint32_t staged_on = t.version;
    ASSERT_EQ(commit(t, {.operation = winner}, kNow), Result::ok);
    const Table before = t;
    EXPECT_FALSE(add_column(t, staged_on, 1, Type::string, false));
    EXPECT_FALSE(widen_column(t, staged_on, 0, Type::int64));
    EXPECT_EQ(t, before);
  }
}

TEST(Iceberg, OfTwoAltersOnOneVersionTheSecondFails) {
  Table t = table();
  const std::uint32_t staged_on = t.version;
  EXPECT_TRUE(add_column(t, staged_on, 1, Type::string, false));
  EXPECT_FALSE(add_column(t, staged_on, 2, Type::string, false));
  EXPECT_EQ(t.schemas.size(), 2U);
}

TEST(Iceberg, ACommitOfRowsThatNobodyTracksBeatsAnAlterToo) {
  Table t = table();
  const std::uint32_t staged_on = t.version;
  touch(t);
  EXPECT_FALSE(add_column(t, staged_on, 1, Type::string, false));
  EXPECT_EQ(head(t), 0U);
  EXPECT_EQ(t.sequence, 1U);
}

TEST(Iceberg, ExpiryIsACommitAndBeatsAnAlterToo) {
  Table t = table();
  ASSERT_EQ(commit(t, append(kMine), hour(0)), Result::ok);
  ASSERT_EQ(commit(t, append(kMine), hour(2)), Result::ok);
  const std::uint32_t staged_on = t.version;
  ASSERT_EQ(expire(t, hour(1)), 1U);
  EXPECT_FALSE(add_column(t, staged_on, 1, Type::string, false));
}

TEST(Iceberg, DataStagedUnderAnOldSchemaCommitsUnderTheNewOne) {  // 2.1, 4.4
  Table t = table();
  const Staged planned = append(kMine);
  ASSERT_TRUE(add_column(t, t.version, 1, Type::string, false));
  ASSERT_EQ(commit(t, planned, kNow), Result::ok);
  EXPECT_EQ(find(t, head(t))->schema, current_schema(t).id);
}

TEST(Iceberg, WideningKeepsTheIdAndChangesTheType) {
  Schema first;
  first.columns.push_back({.id = 1, .slot = 0});
  first.columns.push_back({.id = 2, .slot = 1, .type = Type::int32});
  Table t = create(first);
  EXPECT_EQ(widened(t), 0);
  ASSERT_TRUE(widen_column(t, t.version, 1, Type::int64));
  EXPECT_EQ(widened(t), bit(1));
  EXPECT_EQ(column(current_schema(t), 1)->id, 2);
  EXPECT_EQ(column(current_schema(t), 1)->type, Type::int64);
}

TEST(Iceberg, AWiderDecimalIsWidenedAlthoughBothEndsAreDecimal) {  // 4.2: decimal(P,S) -> decimal(P' > P, S)
  Schema first;
  first.columns.push_back({.id = 1, .slot = 1, .type = Type::decimal});
  Table t = create(first);
  EXPECT_EQ(widened(t), 0);
  ASSERT_TRUE(widen_column(t, t.version, 1, Type::decimal));
  EXPECT_EQ(widened(t), bit(1));
}

// ---- 1.2: snapshots

TEST(Iceberg, EachSnapshotNamesItsParentAndTheNextSequenceNumber) {
  Table t = table();
  EXPECT_EQ(head(t), 0U);
  ASSERT_EQ(commit(t, append(kMine), kNow, 3, 7), Result::ok);
  touch(t);
  ASSERT_EQ(commit(t, append(kMine), kNow, 5, 9), Result::ok);
  ASSERT_EQ(t.snapshots.size(), 2U);
  EXPECT_EQ(t.snapshots[0].parent, 0U);
  EXPECT_EQ(t.snapshots[1].parent, t.snapshots[0].id);
  EXPECT_EQ(t.snapshots[1].sequence, t.snapshots[0].sequence + 2);
  EXPECT_EQ(t.snapshots[1].rows_end, 5U);
  EXPECT_EQ(t.snapshots[1].checkpoint, 9U);
}

TEST(Iceberg, ALostValidationLeavesTheTableAsItWas) {
  Table t = table();
  ASSERT_EQ(commit(t, append(kMine), kNow), Result::ok);
  Staged merge = merge_on_read(kMine, Level::serializable);
  merge.from = head(t);
  ASSERT_EQ(commit(t, append(kMine), kNow), Result::ok);
  const Table before = t;
  EXPECT_NE(commit(t, merge, kNow), Result::ok);
  EXPECT_EQ(t, before);
}

// ---- 3.4: the matrix, row by row, as far as the models have both writers

TEST(ConflictMatrix, AnAppendNeverConflicts) {
  for (const Staged& b : {append(kMine), copy_on_write(kMine, Level::serializable),
                          merge_on_read(kMine, Level::serializable), compaction(kMine), insert_overwrite(kMine)}) {
    EXPECT_EQ(against(append(kMine), b), Result::ok);
  }
}

TEST(ConflictMatrix,
     ASerializableMergeLosesToAnyNewRowWhereverItIs) {  // note c: the filter of a plain key join is `true`
  for (const Buckets where : {kMine, kOther}) {
    EXPECT_EQ(against(copy_on_write(kMine, Level::serializable), append(where)), Result::conflicting_data);
    EXPECT_EQ(against(merge_on_read(kMine, Level::serializable), append(where)), Result::conflicting_data);
  }
}

TEST(ConflictMatrix, UnderSnapshotIsolationANewRowIsNotLookedAt) {  // note g
  EXPECT_EQ(against(copy_on_write(kMine, Level::snapshot), append(kMine)), Result::ok);
  EXPECT_EQ(against(merge_on_read(kMine, Level::snapshot), append(kMine)), Result::ok);
}

TEST(ConflictMatrix, CopyOnWriteMergesMeetFileByFileUnderSnapshotIsolation) {  // note d
  const Staged a = copy_on_write(kMine, Level::snapshot);
  EXPECT_EQ(against(a, copy_on_write(kMine, Level::snapshot)), Result::missing_files);
  EXPECT_EQ(against(a, copy_on_write(kOther, Level::snapshot)), Result::ok);
}

TEST(ConflictMatrix, SerializableCopyOnWriteMergesLoseOnDisjointFilesToo) {
  EXPECT_EQ(against(copy_on_write(kMine, Level::serializable), copy_on_write(kOther, Level::serializable)),
            Result::conflicting_data);
}

TEST(ConflictMatrix, AMergeOnReadMergeLosesToAnyDeleteAtBothLevels) {  // note j: also for other data files
  for (const Level level : {Level::serializable, Level::snapshot}) {
    for (const Buckets where : {kMine, kOther}) {
      EXPECT_EQ(against(merge_on_read(kMine, level), merge_on_read(where, level)), Result::conflicting_deletes);
    }
  }
}

TEST(ConflictMatrix, ACopyOnWriteMergeUnderSnapshotIsolationLosesToDeletesOnItsOwnFilesOnly) {  // note h
  EXPECT_EQ(against(copy_on_write(kMine, Level::snapshot), merge_on_read(kMine, Level::snapshot)),
            Result::conflicting_deletes);
  EXPECT_EQ(against(copy_on_write(kMine, Level::snapshot), merge_on_read(kOther, Level::snapshot)), Result::ok);
}

TEST(ConflictMatrix, AMergeLosesToACompactionOfItsFilesOnly) {  // notes d and i; rewrites are no new data
  for (const Level level : {Level::serializable, Level::snapshot}) {
    for (const Staged& a : {copy_on_write(kMine, level), merge_on_read(kMine, level)}) {
      EXPECT_EQ(against(a, compaction(kMine)), Result::missing_files);
      EXPECT_EQ(against(a, compaction(kOther)), Result::ok);
    }
  }
}

TEST(ConflictMatrix, AMergeLosesToAnInsertOverwriteOfItsFiles) {
  for (const Level level : {Level::serializable, Level::snapshot}) {
    EXPECT_NE(against(copy_on_write(kMine, level), insert_overwrite(kMine)), Result::ok);
    EXPECT_NE(against(merge_on_read(kMine, level), insert_overwrite(kMine)), Result::ok);
  }
  EXPECT_EQ(against(merge_on_read(kMine, Level::snapshot), insert_overwrite(kOther)), Result::ok);
}

TEST(ConflictMatrix, ACompactionLosesToWhoeverTouchedItsFilesAndNotToAppends) {  // notes d and l
  EXPECT_EQ(against(compaction(kMine), append(kMine)), Result::ok);
  EXPECT_EQ(against(compaction(kMine), copy_on_write(kMine, Level::snapshot)), Result::missing_files);
  EXPECT_EQ(against(compaction(kMine), copy_on_write(kOther, Level::snapshot)), Result::ok);
  EXPECT_EQ(against(compaction(kMine), merge_on_read(kMine, Level::snapshot)), Result::conflicting_deletes);
  EXPECT_EQ(against(compaction(kMine), compaction(kMine)), Result::missing_files);
  EXPECT_EQ(against(compaction(kMine), insert_overwrite(kMine)), Result::missing_files);
}

TEST(ConflictMatrix, AnInsertOverwriteValidatesNothingAndWinsOverEverybody) {  // "lost": what B wrote is gone
  for (const Staged& b : {append(kMine), copy_on_write(kMine, Level::serializable),
                          merge_on_read(kMine, Level::serializable), compaction(kMine), insert_overwrite(kMine)}) {
    EXPECT_EQ(against(insert_overwrite(kMine), b), Result::ok);
  }
}

TEST(ConflictMatrix, NobodyElseCommittedSoNothingConflicts) {
  for (Staged a :
       {copy_on_write(kMine, Level::serializable), merge_on_read(kMine, Level::serializable), compaction(kMine)}) {
    Table t = table();
    EXPECT_EQ(commit(t, a, kNow), Result::ok);  // on a table that has no snapshot yet
    a.from = head(t);
    EXPECT_EQ(commit(t, a, kNow), Result::ok);
  }
}

TEST(ConflictMatrix, AnAlterInTheMiddleOfAMergeNeverConflicts) {  // note a
  Table t = table();
  ASSERT_EQ(commit(t, append(kMine), kNow), Result::ok);
  Staged merge = merge_on_read(kMine, Level::serializable);
  merge.from = head(t);
  ASSERT_TRUE(add_column(t, t.version, 1, Type::string, false));
  EXPECT_EQ(commit(t, merge, kNow), Result::ok);
}

// ---- 7.1: expiry

Table three_hours() {
  Table t = table();
  for (int n = 1; n <= 3; ++n) EXPECT_EQ(commit(t, append(kMine), hour(n)), Result::ok);
  return t;
}

TEST(Iceberg, ExpiryTakesWhatIsOlderAndKeepsTheNewestWhateverItsAge) {
  Table t = three_hours();
  EXPECT_EQ(expire(t, hour(1)), 0U);  // as old as the cutoff is not older
  EXPECT_EQ(expire(t, hour(2)), 1U);
  EXPECT_EQ(find(t, 1), nullptr);
  EXPECT_NE(find(t, 2), nullptr);
  EXPECT_EQ(expire(t, hour(100)), 1U);
  EXPECT_EQ(t.snapshots.size(), 1U);
  EXPECT_EQ(head(t), 3U);
  EXPECT_EQ(expire(t, hour(100)), 0U);
}

TEST(Iceberg, ExpiryOfATableWithoutSnapshotsDoesNothing) {
  Table t = table();
  const Table before = t;
  EXPECT_EQ(expire(t, hour(100)), 0U);
  EXPECT_EQ(t, before);
}

TEST(Iceberg, AnExpiredStartMakesAMergeOnReadMergeFail) {  // note e: RowDelta wants its start among the ancestors
  Table t = three_hours();
  Staged merge = merge_on_read(kMine, Level::snapshot);
  merge.from = 1;
  expire(t, hour(2));
  EXPECT_EQ(commit(t, merge, hour(4)), Result::unknown_history);
}

TEST(Iceberg, CopyOnWriteAndCompactionFailOnceTheChildOfTheirStartIsExpiredToo) {  // note e
  for (Staged a : {copy_on_write(kMine, Level::snapshot), compaction(kMine)}) {
    a.from = 1;
    Table child_kept = three_hours();
    expire(child_kept, hour(2));
    EXPECT_EQ(commit(child_kept, a, hour(4)), Result::ok);
    Table child_gone = three_hours();
    expire(child_gone, hour(3));
    EXPECT_EQ(commit(child_gone, a, hour(4)), Result::unknown_history);
  }
}

TEST(Iceberg, WhoeverWasPlannedOnTheEmptyTableNeedsItsWholeHistory) {  // 3.1: S is null and the root was expired
  Table t = three_hours();
  const Staged merge = copy_on_write(kMine, Level::snapshot);
  EXPECT_EQ(commit(t, merge, hour(4)), Result::ok);
  expire(t, hour(2));
  EXPECT_EQ(commit(t, merge, hour(4)), Result::unknown_history);
}

TEST(Iceberg, AnExpiredStartDoesNotBotherWhoValidatesNothing) {
  Table t = three_hours();
  expire(t, hour(100));
  Staged overwrite = insert_overwrite(kMine);
  overwrite.from = 1;
  EXPECT_EQ(commit(t, overwrite, hour(101)), Result::ok);
  EXPECT_EQ(commit(t, append(kMine), hour(101)), Result::ok);
}

}  // namespace
}  // namespace converge::models::iceberg
