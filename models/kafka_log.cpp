#include "models/kafka_log.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace converge::models::kafka {

void Segment::add(Batch batch) {
  bytes = saturated_sum(bytes, batch.bytes);
  largest = std::max(largest, batch.largest);
  batches.push_back(std::move(batch));
}

LogOffset last_stable(const PartitionLog& log) {
  LogOffset first = log.end;
  for (const auto& [producer, offset] : log.open) first = std::min(first, std::max(offset, log.start));
  for (const Transaction& t : log.unreplicated) first = std::min(first, std::max(t.first, log.start));
  return std::min(first, log.high_watermark);
}

namespace {

bool valid(const LogConfig& c, const std::vector<Record>& records, Millis now) {
  return std::all_of(records.begin(), records.end(), [&](const Record& r) {
    if (c.compacts && !r.key) return false;
    if (c.append_time || r.at == kNoTimestamp) return true;
    return saturated_difference(r.at, now) <= c.timestamp_after_max &&
           saturated_difference(now, r.at) <= c.timestamp_before_max;
  });
}

// A segment is rolled before a batch that does not fit, or whose largest timestamp is too far from that of the
// segment's first batch. The clock plays no part, so a segment without traffic stays active (recordings K1 segment_ms).
bool must_roll(const PartitionLog& log, const Batch& batch) {
  const LogConfig& c = log.config;
  const Segment& active = log.active();
  if (active.bytes > saturated_difference(c.segment_bytes, batch.bytes)) return true;
  Millis span = c.segment_ms;
  if (c.compacts && c.max_compaction_lag_ms > 0) span = std::min(span, c.max_compaction_lag_ms);
  return !active.batches.empty() && saturated_difference(batch.largest, active.batches.front().largest) > span;
}

Append write(PartitionLog& log, Batch batch, Millis now) {
  if (batch.bytes > log.config.segment_bytes) return {.result = Append::Result::batch_too_large};
  assert(!batch.records.empty());
  batch.base = log.end;
  for (Record& r : batch.records) {
    r.offset = log.end++;
    batch.largest = std::max(batch.largest, r.at);
  }
  batch.last = log.end - 1;
  Append done{.base = batch.base, .last = batch.last, .rolled = must_roll(log, batch)};
  if (done.rolled) log.segments.push_back({.base = batch.base});
  log.active().modified = now;
  log.active().add(std::move(batch));
  return done;
}

void follow(PartitionLog& log) {
  if (log.replicated_at_once) move_high_watermark(log, log.end);
}

}  // namespace

Append append(PartitionLog& log, std::vector<Record> records, std::int64_t bytes, std::optional<ProducerId> producer,
              Millis now) {
  if (!valid(log.config, records, now)) return {.result = Append::Result::invalid_record};
  if (log.config.append_time) {
    for (Record& r : records) r.at = now;
  }
  const Append done = write(log, {.bytes = bytes, .producer = producer, .records = std::move(records)}, now);
  if (done.result != Append::Result::ok) return done;
  if (producer) {
    log.open.try_emplace(*producer, done.base);
    log.last_data[*producer] = done.last;
  }
  follow(log);
  return done;
}

Append end_transaction(PartitionLog& log, ProducerId producer, Marker marker, std::int64_t bytes, Millis now) {
  const Append done =
      write(log, {.bytes = bytes, .producer = producer, .marker = marker, .records = {{.at = now}}}, now);
  if (done.result != Append::Result::ok) return done;
  log.last_data.try_emplace(producer);
  if (const auto open = log.open.find(producer); open != log.open.end()) {
    const Transaction ended{.producer = producer, .first = open->second, .marker = done.base};
    log.open.erase(open);
    log.unreplicated.push_back(ended);
    if (marker == Marker::abort) log.aborted.push_back(ended);
  }
  follow(log);
  return done;
}

void move_high_watermark(PartitionLog& log, LogOffset to) {
  log.high_watermark = std::clamp(to, log.start, log.end);
  std::erase_if(log.unreplicated, [&](const Transaction& t) { return t.marker < log.high_watermark; });
}

Deleted delete_records(PartitionLog& log, LogOffset to) {
  if (to > log.high_watermark) return Deleted::out_of_range;
  if (to <= log.start) return Deleted::unchanged;
  log.start = to;
  return Deleted::moved;
}

namespace {

// One scan of a pass: from the oldest segment on, as long as `goes` says so. It stops at the first segment that stays,
// at one that reaches above the high watermark, and at an active one that is empty. When all go, an empty one is begun.
template <typename Goes>
std::size_t drop_prefix(PartitionLog& log, Goes goes) {
  std::size_t count = 0;
  for (; count < log.segments.size(); ++count) {
    const Segment& segment = log.segments[count];
    const bool active = count + 1 == log.segments.size();
    const LogOffset upto = active ? log.end : log.segments[count + 1].base;
    if (!goes(count, segment) || (active && segment.empty()) || upto > log.high_watermark) break;
  }
  if (count == 0) return 0;
  if (count == log.segments.size()) log.segments.push_back({.base = log.end});
  log.segments.erase(log.segments.begin(), log.segments.begin() + static_cast<std::ptrdiff_t>(count));
  log.start = std::max(log.start, log.segments.front().base);  // an admin's delete may have moved it further
  return count;
}

}  // namespace

std::size_t retention_pass(PartitionLog& log, Millis now) {
  const LogConfig& c = log.config;
  std::size_t deleted = drop_prefix(log, [&](std::size_t i, const Segment&) {
    return i + 1 < log.segments.size() && log.segments[i + 1].base <= log.start;
  });
  if (!c.deletes) return deleted;
  if (c.retention_bytes >= 0) {
    std::int64_t excess = -c.retention_bytes;
    for (const Segment& segment : log.segments) excess = saturated_sum(excess, segment.bytes);
    deleted += drop_prefix(log, [&](std::size_t, const Segment& segment) {
      if (excess < 0 || !beyond_size(excess, segment.bytes)) return false;
      excess -= segment.bytes;
      return true;
    });
  }
  if (c.retention_ms >= 0) {
    deleted += drop_prefix(log, [&](std::size_t, const Segment& segment) {
      return beyond_time(now, segment.age_counts_from(), c.retention_ms);
    });
  }
  return deleted;
}

}  // namespace converge::models::kafka
