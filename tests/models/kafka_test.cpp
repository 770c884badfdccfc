// The topic: partitions, retention, leader failover; docs/facts/kafka-flink-cdc.md 1.
#include "models/kafka.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::deviation;

static_assert(sim::ListsEveryField<Topic>);

KafkaConfig by_time(sim::Duration retention, sim::Duration segment) {
  KafkaConfig c;
  c.retention = retention;
  c.segment_span = segment;
  return c;
}

// One partition with a gigabyte a day, so that bytes are read off the clock.
constexpr std::int64_t kGigabyteADay = 1'000'000;
KafkaModel by_size(std::int64_t bytes, std::int64_t segment_bytes) {
  KafkaConfig c;
  c.partitions = 1;
  c.retention = sim::days(365);
  c.retention_bytes = bytes;
  c.segment_bytes = segment_bytes;
  return {c, kGigabyteADay};
}

TEST(Kafka, TrafficBeyondAnyNumberFillsASegmentAtOnce) {
  KafkaConfig c;
  c.partitions = 1;
  c.record_bytes = 100'000'000;
  c.retention_bytes = 1'000;
  const KafkaModel kafka{c, 1'000'000'000'000};
  const sim::Instant now = at(sim::hours(1));
  EXPECT_GE(kafka.log_start(now), now - sim::minutes(10));
}

TEST(Kafka, AKeyAlwaysGoesToTheSamePartitionAndKeysSpread) {
  const KafkaModel kafka{KafkaConfig{}, 0};
  std::set<std::uint16_t> used;
  for (Key key = 0; key < 1000; ++key) {
    EXPECT_EQ(kafka.partition(key), kafka.partition(key));
    EXPECT_LT(kafka.partition(key), 32);
    used.insert(kafka.partition(key));
  }
  EXPECT_EQ(used.size(), 32U);
}

TEST(Kafka, OffsetsCountUpWithoutGapsWithinEachPartition) {
  const KafkaModel kafka{KafkaConfig{}, 0};
  Topic topic;
  kafka.start(topic);
  for (Lsn lsn = 1; lsn <= 500; ++lsn) kafka.append(topic, lsn, lsn * 7 % 40, at(sim::seconds(lsn)));
  std::map<std::uint16_t, Offset> next;
  std::map<std::uint16_t, Lsn> last;
  for (const TopicRecord& r : topic.records) {
    EXPECT_EQ(r.offset, next[r.partition]++);
    EXPECT_GT(r.lsn, last[r.partition]);  // order within a partition is the order of the log
    last[r.partition] = r.lsn;
  }
  for (const auto& [partition, end] : next) EXPECT_EQ(topic.log_end[partition], end);
}

TEST(Kafka, ARecordIsKeptUntilItsWholeSegmentIsOlderThanTheRetention) {
  const KafkaModel kafka{by_time(sim::days(7), sim::days(1)), 0};
  EXPECT_EQ(kafka.log_start(at(sim::days(7))), at({}));
  EXPECT_EQ(kafka.log_start(at(sim::days(8) - sim::minutes(1))), at({}));
  EXPECT_EQ(kafka.log_start(at(sim::days(8))), at(sim::days(1)));  // the first segment, as a whole
  EXPECT_EQ(kafka.log_start(at(sim::days(8) + sim::hours(23))), at(sim::days(1)));
}

TEST(Kafka, RetentionActsInPassesFiveMinutesApart) {
  const KafkaModel kafka{by_time(sim::hours(1), sim::minutes(1)), 0};
  EXPECT_EQ(kafka.log_start(at(sim::hours(1) + sim::minutes(14))), at(sim::minutes(10)));
  EXPECT_EQ(kafka.log_start(at(sim::hours(1) + sim::minutes(15))), at(sim::minutes(15)));
}

TEST(Kafka, RealRetentionIsAtMostTheSettingPlusASegmentAndAPass) {
  const KafkaConfig c = by_time(sim::hours(10), sim::hours(3));
  const KafkaModel kafka{c, 0};
  for (sim::Duration now; now < sim::days(3); now = now + sim::minutes(7)) {
    const sim::Duration kept = at(now) - kafka.log_start(at(now));
    EXPECT_GE(kept, std::min(now, c.retention));
    EXPECT_LT(kept, c.retention + c.segment_span + c.retention_check);
  }
}

TEST(Kafka, TheLogStartNeverMovesBack) {
  const KafkaModel kafka{by_time(sim::hours(10), sim::minutes(50)), 0};
  sim::Instant before;
  for (sim::Duration now; now < sim::days(3); now = now + sim::seconds(97)) {
    EXPECT_GE(kafka.log_start(at(now)), before);
    before = kafka.log_start(at(now));
  }
}

TEST(Kafka, SizeRetentionKeepsAtLeastItsBytesAndDropsWholeSegments) {
  const KafkaModel kafka = by_size(std::int64_t{3'000'000'000}, std::int64_t{1'000'000'000});  // three days, a day each
  EXPECT_EQ(kafka.log_start(at(sim::days(3))), at({}));
  EXPECT_EQ(kafka.log_start(at(sim::days(4) - sim::minutes(1))), at({}));
  EXPECT_EQ(kafka.log_start(at(sim::days(4))),
            at(sim::days(1)));  // what is beyond is now as large as the oldest segment
}

TEST(Kafka, WithoutASizeLimitOnlyTimeCounts) {
  const KafkaModel kafka = by_size(-1, std::int64_t{1'000'000'000});
  EXPECT_EQ(kafka.log_start(at(sim::days(300))), at({}));
}

TEST(Kafka, TheLesserOfTimeAndSizeDecides) {
  KafkaConfig c = by_time(sim::days(2), sim::days(7));
  c.partitions = 1;
  c.retention_bytes = std::int64_t{5'000'000'000};
  c.segment_bytes = std::int64_t{1'000'000'000};
  EXPECT_EQ((KafkaModel{c, kGigabyteADay}).log_start(at(sim::days(4))), at(sim::days(2)));
}

TEST(Kafka, BytesLastAsLongAsTheyDoAlsoWhereTrafficIsHeavy) {
  KafkaConfig c;
  c.partitions = 1;
  c.record_bytes = 1'000'000;  // a hundred gigabytes a day
  c.retention_bytes = std::int64_t{50'000'000'000};
  c.segment_bytes = std::int64_t{1'000'000'000};
  const KafkaModel kafka{c, 100'000};
  EXPECT_EQ(kafka.kept(), sim::hours(12));
  EXPECT_EQ(kafka.log_start(at(sim::days(1))), at(sim::hours(12)));  // 864 s a segment, so the 50th ends there
}

TEST(Kafka, ARetentionOfNothingDropsTheActiveSegmentToo) {
  const KafkaModel kafka = by_size(0, std::int64_t{1'000'000'000});
  EXPECT_EQ(kafka.log_start(at(sim::minutes(14))), at(sim::minutes(10)));  // all that the last pass met
}

// ---- 1.4: leader failover, in the pipeline

TEST(Kafka, ALostLeaderHoldsUpAppendsAndLosesNothing) {
  PipelineConfig c = support::quiet();
  for (int i = 0; i < 4; ++i) support::script(c, sim::minutes(10) + sim::seconds(i), "key " + std::to_string(i));
  Bench bench{c, {deviation(Q::kafka_leader, 1, 1)}};
  bench.run_until(sim::minutes(10) + sim::seconds(9));
  EXPECT_EQ(bench.state().topic.records.size(), 1U);  // the second record's partition has no leader: the task waits
  bench.run_until(sim::minutes(11));
  const Topic& topic = bench.state().topic;
  ASSERT_EQ(topic.records.size(), 4U);
  for (Lsn lsn = 1; lsn <= 4; ++lsn) EXPECT_EQ(topic.records[lsn - 1].lsn, lsn);  // in order all the same
  EXPECT_EQ(topic.records[1].at, at(sim::minutes(10) + sim::seconds(12)));        // change, lag, election
  bench.run_to_horizon();
  EXPECT_TRUE(support::violated(bench.model(), bench).empty());
}

TEST(Kafka, APartitionWithoutLeaderGivesNoRecordEither) {
  const KafkaModel kafka{KafkaConfig{}, 0};
  Topic topic;
  kafka.start(topic);
  topic.leaderless = 3;
  topic.elected = at(sim::seconds(10));
  EXPECT_FALSE(kafka.available(topic, 3, at(sim::seconds(9))));
  EXPECT_TRUE(kafka.available(topic, 4, at(sim::seconds(9))));
  EXPECT_TRUE(kafka.available(topic, 3, at(sim::seconds(10))));
}

}  // namespace
}  // namespace converge::models
