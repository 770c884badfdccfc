// A partition's log: rolling, retention, admin deletes, offsets; docs/facts/kafka-flink-cdc.md 1.1 and 1.2, recordings
// K1.
#include "models/kafka_log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "models/kafka.hpp"

namespace converge::models::kafka {
namespace {

constexpr Millis kNow = 1'000'000'000'000;

// Every batch one record of 100 bytes.
struct Bench {
  PartitionLog log;
  Millis now = kNow;

  explicit Bench(const LogConfig& c) { log.config = c; }

  Append append(std::optional<Millis> at = std::nullopt, std::int64_t bytes = 100,
                std::optional<ProducerId> producer = std::nullopt) {
    return kafka::append(log, {{.at = at.value_or(now), .key = "k"}}, bytes, producer, now);
  }
  std::size_t pass() { return retention_pass(log, now); }
  std::vector<LogOffset> bases() const {
    std::vector<LogOffset> all;
    for (const Segment& s : log.segments) all.push_back(s.base);
    return all;
  }
};

LogConfig of_segments(std::int64_t bytes) {
  LogConfig c;
  c.segment_bytes = bytes;
  c.retention_ms = -1;
  return c;
}

using Bases = std::vector<LogOffset>;

TEST(KafkaLog, ASegmentIsFilledToItsLastByteAndRolledBeforeABatchThatDoesNotFit) {
  Bench b{of_segments(200)};
  EXPECT_FALSE(b.append().rolled);
  EXPECT_FALSE(b.append().rolled);
  EXPECT_TRUE(b.append(std::nullopt, 1).rolled);
  EXPECT_EQ(b.bases(), (Bases{0, 2}));
}

TEST(KafkaLog, ABatchLargerThanASegmentIsRefusedAndTakesNoOffset) {
  Bench b{of_segments(200)};
  EXPECT_EQ(b.append(std::nullopt, 201).result, Append::Result::batch_too_large);
  EXPECT_EQ(b.log.end, 0);
  EXPECT_EQ(b.append(std::nullopt, 200).base, 0);
}

TEST(KafkaLog, ASegmentIsRolledByTheTimestampsOfItsBatchesAndNeverByTheClock) {
  LogConfig c = of_segments(10'000);
  c.segment_ms = 1'000;
  Bench b{c};
  b.append();
  b.now += 1'000'000;
  EXPECT_FALSE(b.append(kNow + 1'000).rolled);  // strictly more than segment.ms
  EXPECT_TRUE(b.append(kNow + 1'001).rolled);
}

TEST(KafkaLog, TheSpanOfASegmentCountsFromItsFirstBatchAlsoWhereALaterOneIsOlder) {
  LogConfig c = of_segments(10'000);
  c.segment_ms = 1'000;
  Bench b{c};
  b.append(kNow);
  b.append(kNow - 5'000);
  EXPECT_FALSE(b.append(kNow + 900).rolled);
}

TEST(KafkaLog, TheMaximumCompactionLagBoundsTheSpanOfACompactedTopicsSegment) {
  LogConfig c = of_segments(10'000);
  c.compacts = true;
  c.max_compaction_lag_ms = 1'000;
  Bench b{c};
  b.append(kNow);
  EXPECT_TRUE(b.append(kNow + 1'001).rolled);
}

TEST(KafkaLog, SizeDropsASegmentOnlyWhenWhatIsBeyondIsAsLargeAsIt) {
  LogConfig c = of_segments(200);
  c.retention_bytes = 300;
  Bench b{c};
  for (int i = 0; i < 4; ++i) b.append();
  EXPECT_EQ(b.pass(), 0U);  // 400 bytes, 100 beyond
  b.append();
  EXPECT_EQ(b.pass(), 1U);  // 500 bytes, 200 beyond
  EXPECT_EQ(b.log.start, 2);
}

TEST(KafkaLog, TimeDropsASegmentOnlyWhenItsNewestRecordIsOlderThanTheRetention) {
  LogConfig c = of_segments(100);
  c.retention_ms = 1'000;
  Bench b{c};
  b.append();
  b.append(kNow + 500);
  b.now = kNow + 1'000;
  EXPECT_EQ(b.pass(), 0U);
  b.now = kNow + 1'001;
  EXPECT_EQ(b.pass(), 1U);
}

TEST(KafkaLog, ARecordFromTheFutureProtectsItsSegmentAndAllLaterOnes) {
  LogConfig c = of_segments(100);
  c.retention_ms = 1'000;
  c.timestamp_after_max = kForever;
  Bench b{c};
  b.append();
  b.append(kNow + 1'000'000);
  b.append();
  b.append();
  b.now = kNow + 10'000;
  EXPECT_EQ(b.pass(), 1U);
  EXPECT_EQ(b.bases(), (Bases{1, 2, 3}));
}

TEST(KafkaLog, WhenAllSegmentsGoAnEmptyOneIsBegunAndNoOffsetIsGivenTwice) {
  LogConfig c = of_segments(100);
  c.retention_ms = 1'000;
  Bench b{c};
  b.append();
  b.append();
  b.now = kNow + 2'000;
  EXPECT_EQ(b.pass(), 2U);
  EXPECT_EQ(b.bases(), (Bases{2}));
  EXPECT_EQ(b.log.start, 2);
  EXPECT_EQ(b.pass(), 0U);  // an empty active segment stays
  EXPECT_EQ(b.append().base, 2);
}

TEST(KafkaLog, NothingAboveTheHighWatermarkIsDropped) {
  LogConfig c = of_segments(100);
  c.retention_ms = 0;
  Bench b{c};
  b.log.replicated_at_once = false;
  for (int i = 0; i < 3; ++i) b.append();
  b.now = kNow + 10;
  EXPECT_EQ(b.pass(), 0U);
  move_high_watermark(b.log, 2);
  EXPECT_EQ(b.pass(), 2U);
}

TEST(KafkaLog, AnAdminsDeleteMovesTheLogStartForwardButNeverPastTheHighWatermark) {
  Bench b{of_segments(200)};
  for (int i = 0; i < 5; ++i) b.append();
  EXPECT_EQ(delete_records(b.log, 3), Deleted::moved);
  EXPECT_EQ(delete_records(b.log, 3), Deleted::unchanged);
  EXPECT_EQ(delete_records(b.log, -1), Deleted::unchanged);
  EXPECT_EQ(delete_records(b.log, 6), Deleted::out_of_range);
  EXPECT_EQ(b.pass(), 1U);    // offsets 0 and 1; 2 shares its segment with 3
  EXPECT_EQ(b.log.start, 3);  // which does not move back to that segment's base
  EXPECT_EQ(b.bases(), (Bases{2, 4}));
}

TEST(KafkaLog, ATimestampOutOfBoundsIsRefusedAndWithAppendTimeNone) {
  LogConfig c = of_segments(1'000);
  c.timestamp_before_max = 10;
  Bench b{c};
  EXPECT_EQ(b.append(kNow + 3'600'001).result, Append::Result::invalid_record);
  EXPECT_EQ(b.append(kNow + 3'600'000).result, Append::Result::ok);
  EXPECT_EQ(b.append(kNow - 11).result, Append::Result::invalid_record);
  b.log.config.append_time = true;
  EXPECT_EQ(b.append(0).result, Append::Result::ok);
  EXPECT_EQ(b.log.active().batches.back().largest, kNow);
}

TEST(KafkaLog, ATransactionHoldsTheLastStableOffsetBackUntilItsMarkerIsReplicated) {
  Bench b{of_segments(1'000)};
  b.log.replicated_at_once = false;
  b.append();
  b.append(std::nullopt, 100, 7);
  b.append();
  end_transaction(b.log, 7, Marker::commit, 78, b.now);
  move_high_watermark(b.log, 3);
  EXPECT_EQ(last_stable(b.log), 1);
  move_high_watermark(b.log, 4);
  EXPECT_EQ(last_stable(b.log), 4);
}

// The simulation's topic counts time instead of records. Where segments hold whole numbers of records, both drop the
// same ones: they ask the same questions.
RC_GTEST_PROP(KafkaLog, UnderSteadyTrafficTheSimulatedTopicKeepsWhatALogKeeps, ()) {
  const int segment_s = *rc::gen::element(10, 30, 50, 100);
  const int retention_s = segment_s * *rc::gen::inRange(1, 12);
  const int bytes_s = segment_s * *rc::gen::inRange(-1, 12);
  const int end_s = *rc::gen::inRange(0, 2'000) / 10 * 10;

  KafkaConfig topic;
  topic.partitions = 1;
  topic.record_bytes = 1'000;
  topic.segment_bytes = std::int64_t{1'000} * segment_s;
  topic.retention = sim::seconds(retention_s);
  topic.retention_bytes = bytes_s < 0 ? -1 : std::int64_t{1'000} * bytes_s;
  topic.retention_check = sim::seconds(10);
  const KafkaModel model{topic, 86'400};  // a record a second

  PartitionLog log;
  log.config.segment_bytes = topic.segment_bytes;
  log.config.retention_ms = std::int64_t{1'000} * retention_s;
  log.config.retention_bytes = topic.retention_bytes;
  for (int s = 0; s < end_s; ++s) append(log, {{.at = kNow + 1'000 * s}}, 1'000, std::nullopt, kNow + 1'000 * s);
  retention_pass(log, kNow + 1'000 * end_s);
  RC_ASSERT(model.log_start(sim::Instant{} + sim::seconds(end_s)) == sim::Instant{} + sim::seconds(log.start));
  RC_CLASSIFY(log.start > 0, "something dropped");
}

RC_GTEST_PROP(KafkaLog, OffsetsKeepTheirOrderAndTheLogStartAndEndOnlyMoveForward, ()) {
  LogConfig c = of_segments(*rc::gen::inRange(100, 500));
  c.retention_ms = *rc::gen::inRange(-1, 3'000);
  c.retention_bytes = *rc::gen::inRange(-1, 1'000);
  c.segment_ms = *rc::gen::inRange(1, 2'000);
  Bench b{c};
  b.log.replicated_at_once = *rc::gen::arbitrary<bool>();
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const LogOffset start = b.log.start;
    const LogOffset end = b.log.end;
    switch (*rc::gen::inRange(0, 7)) {
      case 0: b.now += *rc::gen::inRange(0, 2'000); break;
      case 1: b.pass(); break;
      case 2: delete_records(b.log, *rc::gen::inRange<LogOffset>(-1, 40)); break;
      case 3: move_high_watermark(b.log, *rc::gen::inRange<LogOffset>(b.log.high_watermark, b.log.end + 1)); break;
      case 4: end_transaction(b.log, *rc::gen::inRange(1, 3), Marker::abort, 78, b.now); break;
      case 5:
        b.append(b.now - *rc::gen::inRange(-1'000, 3'000), *rc::gen::inRange(1, 200), *rc::gen::inRange(1, 3));
        break;
      default: b.append(b.now - *rc::gen::inRange(-1'000, 3'000), *rc::gen::inRange(1, 200)); break;
    }
    RC_ASSERT(b.log.start >= start);
    RC_ASSERT(b.log.end >= end);
    RC_ASSERT(b.log.start <= last_stable(b.log) || b.log.start > b.log.high_watermark);
    RC_ASSERT(last_stable(b.log) <= b.log.high_watermark);
    RC_ASSERT(b.log.high_watermark <= b.log.end);
    RC_ASSERT(b.log.segments.front().base <= b.log.start);
    LogOffset next = b.log.segments.front().base;
    for (const Segment& s : b.log.segments) {
      RC_ASSERT(s.base == next);
      for (const Batch& batch : s.batches) {
        RC_ASSERT(batch.base == next);
        next = batch.last + 1;
      }
    }
    RC_ASSERT(next == b.log.end);
  }
}

}  // namespace
}  // namespace converge::models::kafka
