// A Kafka topic: partitions by key hash, offsets, retention by time and by size, leader failover.
//
// Kept (docs/facts/kafka-flink-cdc.md 1): total order within a partition only; a retention pass every 5 minutes drops
// whole segments from the oldest on, by size, then by record timestamp; the log start moves only forward; a partition
// without leader takes and gives no record until one is elected, and loses none that was acknowledged (acks=all). Left
// out: replication and unclean election, compaction, transactions, consumer groups' rebalances: the one consumer here
// is a Flink job, which keeps its offsets in its own checkpoints (3.2). Volume is a rate, so a segment is a span of
// time: segment.bytes over the partition's share of the traffic, at most segment.ms. What a pass drops of such segments
// is decided as it is for a log on a broker (kafka_log.hpp), and so is where a job starts whose offset is gone
// (kafka_consumer.hpp).
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "models/event.hpp"
#include "models/source.hpp"
#include "sim/shared_vector.hpp"
#include "sim/time.hpp"

namespace converge::models {

using Offset = std::uint32_t;

struct KafkaConfig {
  std::int32_t partitions = 32;
  sim::Duration retention = sim::days(7);  // retention.ms
  std::int64_t retention_bytes = -1;       // retention.bytes, per partition; -1: off
  std::int64_t segment_bytes = std::int64_t{1} << 30;
  sim::Duration segment_span = sim::days(7);        // segment.ms
  std::int64_t record_bytes = 1'000;                // assumption: mean size of a change event
  sim::Duration retention_check = sim::minutes(5);  // log.retention.check.interval.ms
  std::int32_t leader_loss_ppm = 0;                 // fault: per change
  sim::Window election{sim::seconds(3), sim::seconds(10), sim::seconds(30)};
};

struct TopicRecord {
  sim::Instant at;  // its timestamp, and when it was appended
  Lsn lsn = 0;
  Offset offset = 0;
  std::uint16_t partition = 0;

  bool operator==(const TopicRecord&) const = default;
  friend auto fields(const TopicRecord& r) { return std::tie(r.at, r.lsn, r.offset, r.partition); }
};

struct Topic {
  sim::SharedVector<TopicRecord> records;  // of all partitions, in the order in which they were appended
  std::vector<Offset> log_end;             // by partition: the next offset
  std::uint16_t leaderless = 0;            // the partition without leader, until
  sim::Instant elected;

  bool operator==(const Topic&) const = default;
  friend auto fields(const Topic& t) { return std::tie(t.records, t.log_end, t.leaderless, t.elected); }
};

class KafkaModel {
 public:
  KafkaModel(const KafkaConfig& config, std::int64_t changes_per_day);

  void start(Topic&) const;
  std::uint16_t partition(Key) const;
  void append(Topic&, Lsn, Key, sim::Instant now) const;
  bool available(const Topic& t, std::uint16_t partition, sim::Instant now) const {
    return partition != t.leaderless || now >= t.elected;
  }
  // Records whose timestamp is older are gone, whatever their partition: traffic is spread evenly.
  sim::Instant log_start(sim::Instant now) const;
  sim::Duration kept() const { return kept_; }  // a record that is no older than this is there

  const KafkaConfig& config() const { return config_; }

 private:
  KafkaConfig config_;
  sim::Duration segment_;   // the span of one segment
  sim::Duration by_bytes_;  // what retention.bytes hold, by time
  sim::Duration kept_;      // the least of both retentions
};

}  // namespace converge::models
