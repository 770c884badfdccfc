// Where a consumer of one partition starts, and what it is given from there on.
//
// Kept (docs/facts/kafka-flink-cdc.md 1.1, 1.5; recordings K3 of Kafka 4.1.1, classic and consumer protocol alike): a
// committed offset that the log still has, the reset policy for any other, isolation levels. Left out: group membership
// and rebalances, fetch sizes, time-outs. A Flink source settles the offsets that it restores by the same function.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/kafka_log.hpp"

namespace converge::models::kafka {

enum class Isolation : std::uint8_t { read_uncommitted, read_committed };

// auto.offset.reset. By duration: the first record that is no older.
enum class OffsetReset : std::uint8_t { earliest, latest, none, by_duration };

// What there is to be read of a partition.
struct Readable {
  LogOffset start = 0;
  LogOffset last_stable = 0;
  LogOffset high_watermark = 0;
};

// One past what a consumer may be given: what `endOffsets` and `seekToEnd` answer.
LogOffset readable_end(const Readable&, Isolation);

struct Start {
  enum class Why : std::uint8_t {
    committed,            // the offset stands
    reset,                // the policy chose
    no_position,          // no record is that young: every poll is empty, and nothing is raised
    no_offset,            // nothing was committed, and there is no policy
    offset_out_of_range,  // the log does not have the committed offset, and there is no policy
  };
  Why why = Why::committed;
  LogOffset offset = 0;  // when committed or reset

  bool fails() const { return why == Why::no_offset || why == Why::offset_out_of_range; }
};

// `young_enough`: what the broker finds for a policy by duration, below the readable end; none: no record is.
Start start_of(std::optional<LogOffset> committed, OffsetReset, Isolation, const Readable&,
               std::optional<LogOffset> young_enough = std::nullopt);

// A record as a consumer may meet it.
struct Stored {
  enum class Fate : std::uint8_t {
    lasting,
    open,
    aborted,
    marker
  };  // lasting: outside of, or in a committed transaction
  LogOffset offset = 0;
  Fate fate = Fate::lasting;
  Millis at = 0;
};

// Those of a whole log, with what became of their transactions.
std::vector<Stored> stored(const PartitionLog&);

// The first record at or after an instant, as the broker looks it up: of whatever fate.
std::optional<LogOffset> offset_for_time(const std::vector<Stored>&, const Readable&, Isolation, Millis instant);

// Is it delivered to a consumer that reads on from `position`? Markers never are; of aborted transactions only to those
// who read uncommitted.
bool delivered(const Stored&, LogOffset position, const Readable&, Isolation);

// The consumer's position once nothing more comes. It never goes back: one that was committed beyond the last stable
// offset waits there until that passes it.
inline LogOffset final_position(LogOffset position, const Readable& r, Isolation i) {
  return position > readable_end(r, i) ? position : readable_end(r, i);
}

}  // namespace converge::models::kafka
