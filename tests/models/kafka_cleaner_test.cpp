// The log cleaner; docs/facts/kafka-flink-cdc.md 1.3, recordings K2.
#include "models/kafka_cleaner.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace converge::models::kafka {
namespace {

constexpr Millis kNow = 1'000'000'000'000;
constexpr std::size_t kRoomy = 900;

// One batch is one segment, but for what the test says.
struct Bench {
  PartitionLog log;
  Millis now = kNow;

  Bench() { log.config = {.deletes = false, .compacts = true, .segment_bytes = 100, .min_cleanable_ppm = 10'000}; }

  void put(const std::string& key, std::optional<ProducerId> producer = std::nullopt) {
    append(log, {{.at = now, .key = key, .value_bytes = 5}}, 90, producer, now);
  }
  void remove(const std::string& key, std::optional<ProducerId> producer = std::nullopt) {
    append(log, {{.at = now, .key = key, .tombstone = true}}, 90, producer, now);
  }
  void end(ProducerId producer, Marker marker) { end_transaction(log, producer, marker, 90, now); }
  CleanerPass pass(std::size_t entries = kRoomy) { return cleaner_pass(log, entries, now); }

  // Offsets of records that are left, markers included.
  std::vector<LogOffset> offsets() const {
    std::vector<LogOffset> all;
    for (const Batch* b : batches()) {
      for (const Record& r : b->records) all.push_back(r.offset);
    }
    return all;
  }
  std::vector<const Batch*> batches() const {
    std::vector<const Batch*> all;
    for (const Segment& s : log.segments) {
      for (const Batch& b : s.batches) all.push_back(&b);
    }
    return all;
  }
  const Batch* batch(LogOffset base) const {
    for (const Batch* b : batches()) {
      if (b->base == base) return b;
    }
    return nullptr;
  }
};

using Offsets = std::vector<LogOffset>;

TEST(KafkaCleaner, EachKeyKeepsItsLatestValueAndTheActiveSegmentIsLeftAlone) {
  Bench b;
  b.put("a");
  b.put("b");
  b.put("a");
  b.put("a");  // active
  EXPECT_TRUE(b.pass().cleaned);
  EXPECT_EQ(b.offsets(), (Offsets{1, 2, 3}));
}

TEST(KafkaCleaner, TheDirtyRatioMustBeExceededSoARatioOfOneNeverCleans) {
  Bench b;
  b.log.config.min_cleanable_ppm = 1'000'000;
  for (int i = 0; i < 5; ++i) b.put("a");
  EXPECT_FALSE(b.pass().cleaned);
  b.log.config.min_cleanable_ppm = 990'000;
  EXPECT_TRUE(b.pass().cleaned);
}

TEST(KafkaCleaner, ThreeOfTenIsNotAboveASettingOfThreeTenths) {
  LogConfig c;
  c.min_cleanable_ppm = 300'000;
  EXPECT_FALSE(worth_cleaning(c, {.clean_bytes = 700, .dirty_bytes = 300}));
  EXPECT_TRUE(worth_cleaning(c, {.clean_bytes = 700, .dirty_bytes = 301}));
}

TEST(KafkaCleaner, ASegmentWithTheFirstDirtyOffsetInsideCountsAsCleanAndAsDirty) {
  Bench b;
  b.log.config.segment_bytes = 180;
  for (int i = 0; i < 5; ++i) b.put("a");  // segments at 0, 2, 4
  b.log.first_dirty = 1;
  const Cleanable found = cleanable(b.log, b.now);
  EXPECT_EQ(found.clean_bytes, 180);
  EXPECT_EQ(found.dirty_bytes, 360);
}

TEST(KafkaCleaner, NothingYoungerThanTheMinimumLagIsCleaned) {
  Bench b;
  b.log.config.min_compaction_lag_ms = 1'000;
  b.put("a");
  b.now += 500;
  b.put("a");
  b.put("a");
  b.now += 500;
  EXPECT_EQ(cleanable(b.log, b.now).first_uncleanable, 1);  // the first is a second old
}

TEST(KafkaCleaner, ASegmentOlderThanTheMaximumLagIsCleanedWhateverTheRatio) {
  Bench b;
  b.log.config.min_cleanable_ppm = 1'000'000;
  b.put("a");
  b.put("a");
  b.log.config.max_compaction_lag_ms = 1'000;
  b.now += 1'000;
  EXPECT_FALSE(b.pass().cleaned);
  b.now += 1;
  EXPECT_TRUE(b.pass().cleaned);
}

TEST(KafkaCleaner, ATombstoneIsStampedByTheFirstPassAndGoesInOneAtItsHorizon) {
  Bench b;
  b.put("a");
  b.remove("a");
  b.put("b");
  b.put("b");
  b.pass();
  EXPECT_EQ(b.offsets(), (Offsets{1, 2, 3}));
  ASSERT_TRUE(b.batch(1));
  EXPECT_EQ(b.batch(1)->delete_horizon, kNow + 86'400'000);
  b.now += 86'400'000 - 1;
  b.put("c");
  b.pass();
  EXPECT_TRUE(b.batch(1));
  b.now += 1;
  b.put("c");
  b.pass();
  EXPECT_FALSE(b.batch(1));
}

TEST(KafkaCleaner, ALaterRecordRemovesATombstoneAtOnce) {
  Bench b;
  b.remove("a");
  b.put("a");
  b.put("b");
  b.pass();
  EXPECT_EQ(b.offsets(), (Offsets{1, 2}));
}

TEST(KafkaCleaner, NothingAtOrAboveTheLastStableOffsetIsCleaned) {
  Bench b;
  b.put("a");
  b.put("b", 7);
  b.put("a");
  b.put("a");
  EXPECT_EQ(cleanable(b.log, b.now).first_uncleanable, 1);
}

TEST(KafkaCleaner, RecordsOfAnAbortedTransactionCountForNoKeyAndGoInTheFirstPass) {
  Bench b;
  b.put("a");
  b.put("a", 7);
  b.put("b", 7);
  b.end(7, Marker::abort);
  b.put("c");
  b.pass();
  EXPECT_EQ(b.offsets(), (Offsets{0, 3, 4}));
  ASSERT_TRUE(b.batch(2));  // its producer's last sequence number
  EXPECT_TRUE(b.batch(2)->records.empty());
}

TEST(KafkaCleaner, AMarkerStaysAsLongAsABatchOfItsTransactionWasMetAndGoesByAHorizonAfterwards) {
  Bench b;
  b.put("a", 7);
  b.end(7, Marker::commit);
  b.put("a", 7);  // the producer's last record now, so that offset 0 needs no place holder
  b.end(7, Marker::commit);
  b.put("b");
  b.pass();
  EXPECT_EQ(b.batch(0), nullptr);
  EXPECT_FALSE(b.batch(1)->delete_horizon);  // offset 0 was met in that pass
  b.put("b");
  b.pass();
  EXPECT_EQ(b.batch(1)->delete_horizon, kNow + 86'400'000);
  b.now += 86'400'000;
  b.put("b");
  b.pass();
  EXPECT_EQ(b.batch(1), nullptr);
  EXPECT_TRUE(b.batch(3));  // offset 2 is still there
}

TEST(KafkaCleaner, AnAbortMarkerStaysAsLongAsAPlaceHolderOfItsTransactionIsMet) {
  Bench b;
  b.put("a", 7);
  b.end(7, Marker::abort);
  for (int pass = 0; pass < 3; ++pass) {
    b.put("b");
    b.put("c");
    EXPECT_TRUE(b.pass().cleaned);
    ASSERT_TRUE(b.batch(1));
    EXPECT_FALSE(b.batch(1)->delete_horizon);
  }
  b.put("a", 7);  // now offset 0 holds no place any more
  b.end(7, Marker::abort);
  b.put("c");
  b.pass();
  b.put("c");
  b.pass();
  EXPECT_FALSE(b.batch(0));
  EXPECT_TRUE(b.batch(1)->delete_horizon);
}

TEST(KafkaCleaner, TheLastBatchOfTheCleanedPartStaysAsAPlaceHolder) {
  Bench b;
  b.log.config.min_compaction_lag_ms = 1'000;
  b.put("a", 7);
  b.now += 1'000;
  b.end(7, Marker::abort);
  b.put("a", 7);
  b.end(7, Marker::commit);
  b.put("b");
  ASSERT_EQ(b.pass().cleaned.value().first_uncleanable, 1);
  ASSERT_TRUE(b.batch(0));
  EXPECT_TRUE(b.batch(0)->records.empty());
  b.now += 1'000;
  b.pass();
  EXPECT_FALSE(b.batch(0));
}

TEST(KafkaCleaner, AnEmptiedBatchLosesItsHorizon) {
  Bench b;
  b.remove("a", 7);
  b.end(7, Marker::commit);
  b.put("b");
  b.pass();
  EXPECT_TRUE(b.batch(0)->delete_horizon);
  b.now += 86'400'000;
  b.put("b");
  b.pass();
  ASSERT_TRUE(b.batch(0));  // its producer's last sequence number
  EXPECT_TRUE(b.batch(0)->records.empty());
  EXPECT_FALSE(b.batch(0)->delete_horizon);
}

TEST(KafkaCleaner, WhatAFullKeyMapDidNotReachIsLeftAloneEvenWithoutAKey) {
  Bench b;
  b.log.config.segment_bytes = 300;
  b.put("a");
  b.put("b");
  b.log.config.compacts = false;  // so that a record without key is taken
  append(b.log, {{.at = b.now}}, 90, std::nullopt, b.now);
  b.log.config.compacts = true;
  b.put("c");
  b.pass(1);
  EXPECT_EQ(b.offsets(), (Offsets{0, 1, 2, 3}));
  b.pass();
  EXPECT_EQ(b.offsets(), (Offsets{0, 1, 3}));
}

TEST(KafkaCleaner, AFullKeyMapEndsThePassRightAfterTheLastRecordThatItTook) {
  Bench b;
  b.log.config.segment_bytes = 300;
  for (const char* key : {"a", "b", "c", "a", "b", "c"}) b.put(key);
  b.put("d");
  b.pass(2);
  EXPECT_EQ(b.log.first_dirty, 2);
  EXPECT_EQ(b.offsets(), (Offsets{0, 1, 2, 3, 4, 5, 6}));
  b.pass(2);
  EXPECT_EQ(b.log.first_dirty, 4);  // c and a; offset 0 is older than a's newest
  EXPECT_EQ(b.offsets(), (Offsets{1, 2, 3, 4, 5, 6}));
}

TEST(KafkaCleaner, SegmentsAreMergedByTheirSizesBeforeThePass) {
  Bench b;
  b.log.config.segment_bytes = 100;
  for (int i = 0; i < 4; ++i) b.put("a");
  b.log.config.segment_bytes = 180;
  b.pass();
  ASSERT_EQ(b.log.segments.size(), 3U);  // of 0 and 1; of 2, which did not fit any more; the active one
  EXPECT_TRUE(b.log.segments[0].empty());
  EXPECT_EQ(b.log.segments[1].base, 2);
}

TEST(KafkaCleaner, AnEmptiedSegmentAgesFromItsLastAppend) {
  Bench b;
  b.log.config.deletes = true;
  b.log.config.retention_ms = 1'000;
  b.put("a");
  b.put("a");
  b.put("a");
  b.pass();
  EXPECT_TRUE(b.log.segments[0].empty());
  b.now += 1'000;
  EXPECT_EQ(b.pass().deleted_segments, 0U);
  b.now += 1;
  EXPECT_EQ(b.pass().deleted_segments, 3U);
}

TEST(KafkaCleaner, ABatchIsAsLongAsTheRecordFormatMakesIt) {
  const Batch put{.records = {{.at = kNow, .key = "k1", .value_bytes = 5}}};
  EXPECT_EQ(written_bytes(put), 75);
  const Batch marker{.marker = Marker::commit, .records = {{.at = kNow}}};
  EXPECT_EQ(written_bytes(marker), 78);
  EXPECT_EQ(written_bytes({}), 61);
  // A horizon is what timestamps are counted from: a day needs five bytes where nothing needed one.
  Batch stamped{.records = {{.at = kNow, .key = "k1", .tombstone = true}}};
  const std::int64_t before = written_bytes(stamped);
  stamped.delete_horizon = kNow + 86'400'000;
  EXPECT_EQ(written_bytes(stamped), before + 3);
}

// What a table built from the log holds: a tombstone is as good as nothing.
std::map<std::string, LogOffset> latest(const PartitionLog& log) {
  std::map<std::string, LogOffset> table;
  for (const Segment& s : log.segments) {
    for (const Batch& b : s.batches) {
      if (b.marker != Marker::none) continue;
      bool aborted = false;
      for (const Transaction& t : log.aborted) {
        aborted |= t.producer == b.producer && t.first <= b.base && b.base < t.marker;
      }
      for (const Record& r : b.records) {
        if (aborted) continue;
        if (r.tombstone) {
          table.erase(*r.key);
        } else {
          table[*r.key] = r.offset;
        }
      }
    }
  }
  return table;
}

RC_GTEST_PROP(KafkaCleaner, AReaderFromTheLogStartEndsWithTheSameTableWhateverWasCleaned, ()) {
  Bench b;
  b.log.config.segment_bytes = *rc::gen::inRange(100, 400);
  b.log.config.delete_retention_ms = *rc::gen::element<Millis>(0, 1'000, 86'400'000);
  b.log.config.min_compaction_lag_ms = *rc::gen::element<Millis>(0, 500);
  const int steps = *rc::gen::inRange(1, 80);
  int cleaned = 0;
  for (int i = 0; i < steps; ++i) {
    const std::string key = *rc::gen::element<std::string>("a", "b", "c", "d");
    const ProducerId producer = *rc::gen::inRange(1, 3);
    switch (*rc::gen::inRange(0, 8)) {
      case 0: b.now += *rc::gen::inRange(0, 2'000); break;
      case 1: b.remove(key); break;
      case 2: b.put(key, producer); break;
      case 3: b.end(producer, *rc::gen::element(Marker::commit, Marker::abort)); break;
      case 4:
      case 5: {
        const auto table = latest(b.log);
        const LogOffset end = b.log.end;
        const bool did = b.pass(*rc::gen::element<std::size_t>(2, 3, kRoomy)).cleaned.has_value();
        cleaned += did ? 1 : 0;
        RC_ASSERT(latest(b.log) == table);
        RC_ASSERT(b.log.end == end);
        RC_ASSERT(b.log.first_dirty <= last_stable(b.log) || !did);
        break;
      }
      default: b.put(key); break;
    }
    LogOffset before = -1;
    for (const Batch* batch : b.batches()) {
      RC_ASSERT(batch->base > before);
      before = batch->last;
    }
  }
  RC_CLASSIFY(cleaned > 0, "cleaned");
}

}  // namespace
}  // namespace converge::models::kafka
