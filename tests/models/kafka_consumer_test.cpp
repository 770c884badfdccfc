// Where a consumer starts and what it is given; docs/facts/kafka-flink-cdc.md 1.1 and 1.5, recordings K3.
#include "models/kafka_consumer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace converge::models::kafka {
namespace {

constexpr Readable kLog{.start = 3, .last_stable = 10, .high_watermark = 13};
constexpr auto kCommitted = Isolation::read_committed;
constexpr auto kUncommitted = Isolation::read_uncommitted;
using Why = Start::Why;

TEST(KafkaConsumer, ACommittedOffsetThatTheLogHasStandsWhateverThePolicy) {
  for (const LogOffset o : {3, 7, 13}) {
    for (const OffsetReset reset : {OffsetReset::earliest, OffsetReset::latest, OffsetReset::none}) {
      const Start start = start_of(o, reset, kUncommitted, kLog);
      EXPECT_EQ(start.why, Why::committed);
      EXPECT_EQ(start.offset, o);
    }
  }
}

TEST(KafkaConsumer, ACommittedOffsetAboveTheLastStableOneStandsToo) {
  EXPECT_EQ(start_of(11, OffsetReset::earliest, kCommitted, kLog).offset, 11);
  EXPECT_EQ(final_position(11, kLog, kCommitted), 11);  // and waits there
}

TEST(KafkaConsumer, AnOffsetThatTheLogDoesNotHaveGoesToThePolicyOnEitherSide) {
  for (const LogOffset o : {2, 14}) {
    EXPECT_EQ(start_of(o, OffsetReset::earliest, kUncommitted, kLog).offset, 3);
    EXPECT_EQ(start_of(o, OffsetReset::latest, kUncommitted, kLog).offset, 13);
    EXPECT_EQ(start_of(o, OffsetReset::none, kUncommitted, kLog).why, Why::offset_out_of_range);
  }
}

TEST(KafkaConsumer, LatestIsTheLastStableOffsetForWhoReadsCommitted) {
  EXPECT_EQ(start_of(std::nullopt, OffsetReset::latest, kCommitted, kLog).offset, 10);
}

TEST(KafkaConsumer, WithoutAnOffsetAndAPolicyItFails) {
  EXPECT_EQ(start_of(std::nullopt, OffsetReset::none, kUncommitted, kLog).why, Why::no_offset);
}

TEST(KafkaConsumer, ByDurationIsTheFirstRecordThatIsYoungEnoughAndNoneLeavesItWithoutAPosition) {
  const std::vector<Stored> records{{.offset = 2, .at = 100},
                                    {.offset = 5, .at = 50},
                                    {.offset = 6, .fate = Stored::Fate::aborted, .at = 90},
                                    {.offset = 10, .fate = Stored::Fate::open, .at = 200}};
  EXPECT_EQ(offset_for_time(records, kLog, kCommitted, 80), 6);              // 2 is gone; the broker looks at no fate
  EXPECT_EQ(offset_for_time(records, kLog, kCommitted, 150), std::nullopt);  // 10 is not stable
  EXPECT_EQ(offset_for_time(records, kLog, kUncommitted, 150), 10);
  EXPECT_EQ(start_of(std::nullopt, OffsetReset::by_duration, kUncommitted, kLog, 6).offset, 6);
  EXPECT_EQ(start_of(std::nullopt, OffsetReset::by_duration, kUncommitted, kLog).why, Why::no_position);
}

TEST(KafkaConsumer, MarkersAreNeverDeliveredAndAbortedRecordsOnlyToWhoReadsUncommitted) {
  const Stored marker{.offset = 4, .fate = Stored::Fate::marker};
  const Stored aborted{.offset = 4, .fate = Stored::Fate::aborted};
  EXPECT_FALSE(delivered(marker, 3, kLog, kUncommitted));
  EXPECT_TRUE(delivered(aborted, 3, kLog, kUncommitted));
  EXPECT_FALSE(delivered(aborted, 3, kLog, kCommitted));
}

TEST(KafkaConsumer, OfTransactionsThatOverlapEachHasItsOwnFate) {
  PartitionLog log;
  const auto write = [&](std::optional<ProducerId> producer) { append(log, {{.key = "k"}}, 70, producer, 0); };
  write(1);
  write(2);
  write(3);
  write(std::nullopt);
  end_transaction(log, 1, Marker::abort, 78, 0);
  end_transaction(log, 2, Marker::commit, 78, 0);
  write(1);
  using enum Stored::Fate;
  std::vector<Stored::Fate> fates;
  for (const Stored& s : stored(log)) fates.push_back(s.fate);
  EXPECT_EQ(fates, (std::vector{aborted, lasting, open, lasting, marker, marker, open}));
}

RC_GTEST_PROP(KafkaConsumer, ItStartsWithinTheLogOrNowhereAndReadsNothingBeyondItsIsolation, ()) {
  Readable r;
  r.start = *rc::gen::inRange<LogOffset>(0, 20);
  r.last_stable = *rc::gen::inRange<LogOffset>(r.start, r.start + 20);
  r.high_watermark = *rc::gen::inRange<LogOffset>(r.last_stable, r.last_stable + 20);
  std::optional<LogOffset> committed;
  if (*rc::gen::arbitrary<bool>()) committed = *rc::gen::inRange<LogOffset>(0, 70);
  const auto reset = *rc::gen::element(OffsetReset::earliest, OffsetReset::latest, OffsetReset::none);
  const auto isolation = *rc::gen::element(kCommitted, kUncommitted);
  const Start start = start_of(committed, reset, isolation, r);
  RC_ASSERT(start.fails() == (reset == OffsetReset::none && start.why != Why::committed));
  if (start.fails()) return;
  RC_ASSERT(start.offset >= r.start);
  RC_ASSERT(start.offset <= r.high_watermark);
  RC_ASSERT(final_position(start.offset, r, isolation) >= readable_end(r, isolation));
  for (LogOffset o = 0; o < 70; ++o) {
    const bool given = delivered({.offset = o}, start.offset, r, isolation);
    RC_ASSERT(given == (o >= start.offset && o < readable_end(r, isolation)));
  }
}

}  // namespace
}  // namespace converge::models::kafka
