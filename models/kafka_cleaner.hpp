// The log cleaner: when a compacted log is dirty enough, what a pass keeps, tombstones, transaction markers, and how
// segments are merged.
//
// Kept (docs/facts/kafka-flink-cdc.md 1.3; recordings K2 of Kafka 4.1.1, which these rules reproduce without exception,
// sizes and segments after a pass included): compaction lags, the dirty ratio, the key map that may fill up, delete
// horizons, aborted transactions, place holders. Left out: I/O buffers and throttling, the hash of a key (keys do not
// collide here), expiry of idle producers, index sizes in the merge of segments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "models/kafka_log.hpp"

namespace converge::models::kafka {

// What the cleaner finds in a log before it decides.
struct Cleanable {
  LogOffset first_dirty = 0;
  LogOffset first_uncleanable = 0;  // base of the segment where a pass must end
  std::int64_t clean_bytes = 0;     // a segment with the first dirty offset inside it counts as clean and as dirty
  std::int64_t dirty_bytes = 0;
  bool overdue = false;  // its oldest dirty segment has waited for max.compaction.lag.ms
};

Cleanable cleanable(const PartitionLog&, Millis now);
bool worth_cleaning(const LogConfig&, const Cleanable&);

// Cleans from the log's beginning, by the keys of [first dirty, first uncleanable). The map holds so many keys; a pass
// that fills it stops right after the last record that it took. Afterwards the log's first dirty offset is where.
void clean(PartitionLog&, const Cleanable&, std::size_t map_entries, Millis now);

struct CleanerPass {
  std::optional<Cleanable> cleaned;
  std::size_t deleted_segments = 0;  // by retention, which the cleaner does for a log that it cleans
};

// One round for one log: cleans it if it is worth it, then retention. A log that is not compacted is left alone.
CleanerPass cleaner_pass(PartitionLog&, std::size_t map_entries, Millis now);

// Bytes of a batch in record format v2, uncompressed: a header of 61 bytes, then each record with its timestamp and
// offset as differences to the batch's, in as few bytes as they need. A delete horizon takes the place of the batch's
// timestamp, so that a stamped batch grows.
std::int64_t written_bytes(const Batch&);

}  // namespace converge::models::kafka
