#include "models/kafka_consumer.hpp"

#include <algorithm>

namespace converge::models::kafka {

LogOffset readable_end(const Readable& r, Isolation isolation) {
  return isolation == Isolation::read_committed ? r.last_stable : r.high_watermark;
}

Start start_of(std::optional<LogOffset> committed, OffsetReset reset, Isolation isolation, const Readable& r,
               std::optional<LogOffset> young_enough) {
  // The log end itself is in range, and so is what lies above the last stable offset, whatever the isolation.
  if (committed && *committed >= r.start && *committed <= r.high_watermark) return {Start::Why::committed, *committed};
  switch (reset) {
    case OffsetReset::earliest: return {Start::Why::reset, r.start};
    case OffsetReset::latest: return {Start::Why::reset, readable_end(r, isolation)};
    case OffsetReset::by_duration:
      if (!young_enough) return {Start::Why::no_position};
      return {Start::Why::reset, *young_enough};
    case OffsetReset::none: break;
  }
  return {committed ? Start::Why::offset_out_of_range : Start::Why::no_offset};
}

std::vector<Stored> stored(const PartitionLog& log) {
  std::vector<Stored> all;
  const auto fate = [&](const Batch& b) {
    if (b.marker != Marker::none) return Stored::Fate::marker;
    if (!b.producer) return Stored::Fate::lasting;
    const auto open = log.open.find(*b.producer);
    if (open != log.open.end() && b.base >= open->second) return Stored::Fate::open;
    const bool aborted = std::any_of(log.aborted.begin(), log.aborted.end(), [&](const Transaction& t) {
      return t.producer == *b.producer && t.first <= b.base && b.base < t.marker;
    });
    return aborted ? Stored::Fate::aborted : Stored::Fate::lasting;
  };
  for (const Segment& segment : log.segments) {
    for (const Batch& b : segment.batches) {
      for (const Record& r : b.records) all.push_back({.offset = r.offset, .fate = fate(b), .at = r.at});
    }
  }
  return all;
}

std::optional<LogOffset> offset_for_time(const std::vector<Stored>& records, const Readable& r, Isolation isolation,
                                         Millis instant) {
  for (const Stored& s : records) {
    if (s.offset >= readable_end(r, isolation)) break;
    if (s.offset >= r.start && s.at >= instant) return s.offset;
  }
  return std::nullopt;
}

bool delivered(const Stored& s, LogOffset position, const Readable& r, Isolation isolation) {
  if (s.fate == Stored::Fate::marker || s.offset < std::max(position, r.start)) return false;
  if (s.offset >= readable_end(r, isolation)) return false;
  return s.fate != Stored::Fate::aborted || isolation == Isolation::read_uncommitted;
}

}  // namespace converge::models::kafka
