// A partition's log on its broker: batches in segments, when a segment is rolled, what retention and an admin delete
// take, and the offsets log start <= last stable <= high watermark <= log end.
//
// Kept (docs/facts/kafka-flink-cdc.md 1.1, 1.2; recordings K1, K2 of Kafka 4.1.1, which these rules reproduce without
// exception): everything that is decided by batch, segment, timestamp and size. Offsets are never given twice. A
// transaction holds the last stable offset back until its marker is replicated. Left out: compression (a batch has the
// size that it is written with), message formats before v2, indexes (a segment is never full because of one), remote
// storage, leader epochs. The simulation's topic (kafka.hpp) asks the same two questions, `beyond_size` and
// `beyond_time`, of segments that steady traffic fills.
//
// Units: bytes; milliseconds since the epoch for instants, as record timestamps and Kafka's settings have them. Any
// 64-bit value may come in: sums saturate.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace converge::models::kafka {

using LogOffset = std::int64_t;
using ProducerId = std::int64_t;
using Millis = std::int64_t;

constexpr Millis kForever = std::numeric_limits<Millis>::max();
constexpr Millis kNoTimestamp = -1;

inline std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

inline std::int64_t saturated_difference(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

// The two questions of a retention pass, asked of the oldest segment that is left, then of the next (1.2). In whole
// units of bytes, or of time: `excess` is what the log has beyond retention.bytes.
inline bool beyond_size(std::int64_t excess, std::int64_t segment) { return excess >= segment; }
inline bool beyond_time(std::int64_t now, std::int64_t largest_timestamp, std::int64_t retention) {
  return saturated_difference(now, largest_timestamp) > retention;
}

struct LogConfig {      // a topic's settings, by Kafka's names
  bool deletes = true;  // cleanup.policy
  bool compacts = false;
  std::int64_t segment_bytes = std::int64_t{1} << 30;
  Millis segment_ms = 604'800'000;
  Millis retention_ms = 604'800'000;       // negative: off
  std::int64_t retention_bytes = -1;       // negative: off
  bool append_time = false;                // message.timestamp.type
  Millis timestamp_after_max = 3'600'000;  // message.timestamp.after.max.ms
  Millis timestamp_before_max = kForever;  // message.timestamp.before.max.ms
  Millis delete_retention_ms = 86'400'000;
  std::int32_t min_cleanable_ppm = 500'000;  // min.cleanable.dirty.ratio, in parts per million
  Millis min_compaction_lag_ms = 0;
  Millis max_compaction_lag_ms = kForever;
};

struct Record {
  LogOffset offset = 0;
  Millis at = 0;
  std::optional<std::string> key;
  bool tombstone = false;  // its value is null
  std::int64_t value_bytes = 0;

  bool operator==(const Record&) const = default;
};

enum class Marker : std::uint8_t { none, commit, abort };  // what ends a transaction: a control batch of one record

struct Batch {
  LogOffset base = 0;
  LogOffset last = 0;  // kept even when the records went
  std::int64_t bytes = 0;
  Millis largest = kNoTimestamp;       // timestamp
  std::optional<ProducerId> producer;  // of a transaction's batches and its marker
  Marker marker = Marker::none;
  std::optional<Millis> delete_horizon;  // from when on its tombstones, or its marker, may go
  std::vector<Record> records;

  bool operator==(const Batch&) const = default;
};

struct Segment {
  LogOffset base = 0;
  std::vector<Batch> batches;
  std::int64_t bytes = 0;
  Millis largest = kNoTimestamp;  // timestamp; none: the segment is empty
  Millis modified = 0;            // when it was last appended to: stands for the timestamp of one that was emptied

  void add(Batch);
  bool empty() const { return batches.empty(); }
  Millis age_counts_from() const { return largest >= 0 ? largest : modified; }
};

struct Transaction {
  ProducerId producer = 0;
  LogOffset first = 0;   // its first record
  LogOffset marker = 0;  // that ended it
};

struct PartitionLog {
  LogConfig config;
  LogOffset start = 0;
  LogOffset high_watermark = 0;
  LogOffset end = 0;
  bool replicated_at_once = true;         // one replica: the high watermark is the log end
  std::vector<Segment> segments{1};       // never without the active one, the last
  LogOffset first_dirty = 0;              // where the cleaner's next pass starts
  std::map<ProducerId, LogOffset> open;   // first record of each transaction that has no marker yet
  std::vector<Transaction> unreplicated;  // ended, but the marker is not below the high watermark yet
  std::vector<Transaction> aborted;       // whose records may still be in the log
  std::map<ProducerId, std::optional<LogOffset>> last_data;  // each producer's last record; none: markers only

  Segment& active() { return segments.back(); }
  const Segment& active() const { return segments.back(); }
};

LogOffset last_stable(const PartitionLog&);  // before the oldest transaction that is not ended on every replica

struct Append {
  enum class Result : std::uint8_t { ok, batch_too_large, invalid_record };
  Result result = Result::ok;
  LogOffset base = 0;  // the rest only when ok
  LogOffset last = 0;
  bool rolled = false;  // a segment was begun for it
};

// A batch as it comes from a producer: its records have no offsets yet, and there is at least one.
Append append(PartitionLog&, std::vector<Record>, std::int64_t bytes, std::optional<ProducerId>, Millis now);
Append end_transaction(PartitionLog&, ProducerId, Marker, std::int64_t bytes, Millis now);

void move_high_watermark(PartitionLog&, LogOffset to);

enum class Deleted : std::uint8_t { moved, unchanged, out_of_range };
Deleted delete_records(PartitionLog&, LogOffset to);  // an admin's DeleteRecords: everything below `to`

// One pass; answers how many segments went. A log that only compacts loses what is below its log start.
std::size_t retention_pass(PartitionLog&, Millis now);

}  // namespace converge::models::kafka
