#include "models/kafka_cleaner.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace converge::models::kafka {

namespace {

using Segments = std::vector<Segment>;

// First segment at or after which `offset` lies; the first one when it lies before all.
std::size_t segment_of(const Segments& segments, LogOffset offset) {
  const auto after = std::upper_bound(segments.begin(), segments.end(), offset,
                                      [](LogOffset o, const Segment& s) { return o < s.base; });
  return after == segments.begin() ? 0 : static_cast<std::size_t>(after - segments.begin()) - 1;
}

// One past the last segment that begins before `offset`.
std::size_t segments_before(const Segments& segments, LogOffset offset) {
  return static_cast<std::size_t>(std::lower_bound(segments.begin(), segments.end(), offset,
                                                   [](const Segment& s, LogOffset o) { return s.base < o; }) -
                                  segments.begin());
}

std::int64_t bytes_of(const Segments& segments, std::size_t first, std::size_t end) {
  std::int64_t sum = 0;
  for (std::size_t i = first; i < end; ++i) sum = saturated_sum(sum, segments[i].bytes);
  return sum;
}

}  // namespace

Cleanable cleanable(const PartitionLog& log, Millis now) {
  const LogConfig& c = log.config;
  const Segments& segments = log.segments;
  Cleanable found{.first_dirty = std::max(log.first_dirty, log.start)};
  if (found.first_dirty > log.end) found.first_dirty = log.start;
  const std::size_t active = segments.size() - 1;
  const std::size_t dirty = segment_of(segments, found.first_dirty);

  LogOffset limit = std::min(last_stable(log), segments[active].base);
  Millis oldest = kForever;  // of the first batches of the dirty segments
  for (std::size_t i = dirty; i < active; ++i) {
    if (c.min_compaction_lag_ms > 0 &&
        segments[i].age_counts_from() > saturated_difference(now, c.min_compaction_lag_ms)) {
      limit = std::min(limit, segments[i].base);
    }
    if (!segments[i].batches.empty() && segments[i].batches.front().largest > 0) {
      oldest = std::min(oldest, segments[i].batches.front().largest);
    }
  }
  const std::size_t uncleanable = segment_of(segments, limit);
  found.first_uncleanable = segments[uncleanable].base;
  found.clean_bytes = bytes_of(segments, 0, segments_before(segments, found.first_dirty));
  found.dirty_bytes =
      bytes_of(segments, segment_of(segments, std::min(found.first_dirty, found.first_uncleanable)), uncleanable);
  found.overdue = oldest < saturated_difference(now, std::max<Millis>(c.max_compaction_lag_ms, 0));
  return found;
}

// The broker divides two doubles and compares with a third: the same as these whole numbers, as long as a setting has
// no more than six digits. 3 of 10 is not above 0.3 (recordings K2 ratio_edge).
bool worth_cleaning(const LogConfig& c, const Cleanable& found) {
  __extension__ using Wide = __int128;
  const auto all = Wide{found.clean_bytes} + found.dirty_bytes;
  const bool dirty_enough = Wide{found.dirty_bytes} * 1'000'000 > all * c.min_cleanable_ppm;
  return found.dirty_bytes > 0 && (found.overdue || dirty_enough);
}

namespace {

// The aborted transaction that a batch of records belongs to.
std::optional<std::size_t> aborted_by(const std::vector<Transaction>& aborted, const Batch& b) {
  if (!b.producer || b.marker != Marker::none) return std::nullopt;
  const auto at = std::find_if(aborted.begin(), aborted.end(), [&](const Transaction& t) {
    return t.producer == *b.producer && t.first <= b.last && b.base < t.marker;
  });
  if (at == aborted.end()) return std::nullopt;
  return static_cast<std::size_t>(at - aborted.begin());
}

// The newest offset of each key in the dirty part, and up to where it is known.
struct KeyMap {
  std::map<std::string_view, LogOffset> newest;
  LogOffset upto = -1;  // the last offset looked at

  // False: it is full.
  bool put(const Batch& b, LogOffset first_dirty, std::size_t entries) {
    for (const Record& r : b.records) {
      if (!r.key || r.offset < first_dirty) continue;
      if (newest.size() >= entries) return false;
      newest.insert_or_assign(*r.key, r.offset);
      upto = std::max(upto, r.offset);
    }
    return true;
  }

  bool superseded(const Record& r) const {
    const auto found = newest.find(*r.key);
    return found != newest.end() && r.offset < found->second;
  }
};

KeyMap map_keys(const PartitionLog& log, const Cleanable& found, std::size_t entries) {
  KeyMap map;
  const std::size_t end = segments_before(log.segments, found.first_uncleanable);
  const std::size_t first = segment_of(log.segments, found.first_dirty);
  for (std::size_t i = first; i < end; ++i) {
    for (const Batch& b : log.segments[i].batches) {
      // Records of an aborted transaction count for no key.
      if (b.marker == Marker::none && !aborted_by(log.aborted, b) && !map.put(b, found.first_dirty, entries)) {
        return map;
      }
      if (b.last >= found.first_dirty) map.upto = std::max(map.upto, b.last);
    }
    map.upto = std::max(map.upto, (i + 1 < end ? log.segments[i + 1].base : found.first_uncleanable) - 1);
  }
  return map;
}

// One pass over batches, in the order of the log: which of them stays as what.
class Pass {
 public:
  Pass(const PartitionLog& log, const Cleanable& found, const KeyMap& map, Millis now)
      : log_{log},
        found_{found},
        map_{map},
        now_{now},
        met_(log.aborted.size(), false),
        gone_(log.aborted.size(), false) {}

  std::optional<Batch> cleaned(const Batch& b) {
    const bool of_no_use = b.marker == Marker::none ? aborted(b) : transaction_is_gone(b);
    const bool discarded = of_no_use && (b.marker == Marker::none || (b.delete_horizon && *b.delete_horizon <= now_));
    Batch kept = b;
    if (discarded) {
      kept.records.clear();
    } else if (b.marker == Marker::none) {
      std::erase_if(kept.records, [&](const Record& r) { return !stays(b, r); });
    }
    if (kept.records.empty()) {
      if (!holds_a_place(b)) return std::nullopt;
      kept.delete_horizon.reset();  // an emptied batch loses it, and keeps its timestamp
      kept.bytes = written_bytes(kept);
      return kept;
    }
    const bool stamps = !b.delete_horizon && ((b.marker != Marker::none && of_no_use) ||
                                              std::any_of(kept.records.begin(), kept.records.end(),
                                                          [](const Record& r) { return r.tombstone; }));
    if (!stamps && kept.records.size() == b.records.size()) return kept;  // as it was written
    if (stamps) kept.delete_horizon = saturated_sum(now_, log_.config.delete_retention_ms);
    kept.largest = kNoTimestamp;
    for (const Record& r : kept.records) kept.largest = std::max(kept.largest, r.at);
    kept.bytes = written_bytes(kept);
    return kept;
  }

  // Those whose records were met, or whose marker was not.
  std::vector<Transaction> aborted_left() const {
    std::vector<Transaction> left;
    for (std::size_t i = 0; i < log_.aborted.size(); ++i) {
      if (!gone_[i]) left.push_back(log_.aborted[i]);
    }
    return left;
  }

 private:
  bool stays(const Batch& b, const Record& r) const {
    if (r.offset > map_.upto) return true;
    if (!r.key || map_.superseded(r)) return false;
    return !r.tombstone || !b.delete_horizon || now_ < *b.delete_horizon;
  }

  bool aborted(const Batch& b) {
    const std::optional<std::size_t> by = aborted_by(log_.aborted, b);
    if (by) met_[*by] = true;
    if (!by && b.producer) committed_.insert(*b.producer);
    return by.has_value();
  }

  // A marker is of use as long as a batch of its transaction is there, a place holder included.
  bool transaction_is_gone(const Batch& b) {
    if (b.marker == Marker::commit) return committed_.erase(*b.producer) == 0;
    for (std::size_t i = 0; i < log_.aborted.size(); ++i) {
      const Transaction& t = log_.aborted[i];
      if (t.producer != *b.producer || t.marker != b.base) continue;
      gone_[i] = !met_[i];
      return gone_[i];
    }
    return true;
  }

  // Empty, for what a reader and a restarted broker learn from it: where the cleaned part ends, and a producer's last
  // sequence number or, if it wrote markers only, its epoch.
  bool holds_a_place(const Batch& b) const {
    if (b.last + 1 == found_.first_uncleanable) return true;
    if (!b.producer) return false;
    const auto last = log_.last_data.find(*b.producer);
    if (last == log_.last_data.end()) return false;
    return last->second ? b.last == *last->second : b.marker != Marker::none;
  }

  const PartitionLog& log_;
  const Cleanable& found_;
  const KeyMap& map_;
  Millis now_;
  std::vector<bool> met_;           // of the aborted transactions: a batch of it
  std::vector<bool> gone_;          // its marker, and no batch before it
  std::set<ProducerId> committed_;  // producers with records since their last marker
};

}  // namespace

void clean(PartitionLog& log, const Cleanable& found, std::size_t map_entries, Millis now) {
  const KeyMap map = map_keys(log, found, map_entries);
  const std::size_t end = segments_before(log.segments, map.upto + 1);
  Pass pass{log, found, map, now};
  Segments cleaned;
  for (std::size_t i = 0; i < end;) {
    Segment merged{.base = log.segments[i].base};
    std::int64_t sum = 0;  // of the sizes before
    do {
      sum = saturated_sum(sum, log.segments[i].bytes);
      for (const Batch& b : log.segments[i].batches) {
        if (std::optional<Batch> kept = pass.cleaned(b)) merged.add(*std::move(kept));
      }
      merged.modified = log.segments[i].modified;
      ++i;
    } while (i < end && saturated_sum(sum, log.segments[i].bytes) <= log.config.segment_bytes);
    cleaned.push_back(std::move(merged));
  }
  log.aborted = pass.aborted_left();
  log.first_dirty = map.upto + 1;
  // The keys of the map are views into what is replaced now.
  std::move(log.segments.begin() + static_cast<std::ptrdiff_t>(end), log.segments.end(), std::back_inserter(cleaned));
  log.segments = std::move(cleaned);
}

CleanerPass cleaner_pass(PartitionLog& log, std::size_t map_entries, Millis now) {
  CleanerPass pass;
  if (!log.config.compacts) return pass;
  const Cleanable found = cleanable(log, now);
  if (worth_cleaning(log.config, found)) {
    clean(log, found, map_entries, now);
    pass.cleaned = found;
  }
  pass.deleted_segments = retention_pass(log, now);
  return pass;
}

namespace {

// A whole number in zigzag order, seven bits a byte.
std::int64_t varint_bytes(std::int64_t n) {
  auto zigzag = (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
  std::int64_t bytes = 1;
  for (; zigzag >= 0x80; zigzag >>= 7) ++bytes;
  return bytes;
}

std::int64_t sized(std::int64_t bytes) { return varint_bytes(bytes) + bytes; }

}  // namespace

std::int64_t written_bytes(const Batch& b) {
  constexpr std::int64_t header = 61;
  constexpr std::int64_t marker_key = 4;
  constexpr std::int64_t marker_value = 6;
  constexpr std::int64_t attributes_and_no_headers = 2;
  std::int64_t sum = header;
  if (b.records.empty()) return sum;
  const Millis from = b.delete_horizon.value_or(b.records.front().at);
  for (const Record& r : b.records) {
    std::int64_t body =
        attributes_and_no_headers + varint_bytes(saturated_difference(r.at, from)) + varint_bytes(r.offset - b.base);
    if (b.marker != Marker::none) {
      body += sized(marker_key) + sized(marker_value);
    } else {
      body += r.key ? sized(static_cast<std::int64_t>(r.key->size())) : varint_bytes(-1);
      body = saturated_sum(body, r.tombstone ? varint_bytes(-1) : sized(r.value_bytes));
    }
    sum = saturated_sum(sum, saturated_sum(body, varint_bytes(body)));
  }
  return sum;
}

}  // namespace converge::models::kafka
