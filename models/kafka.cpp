#include "models/kafka.hpp"

#include <algorithm>
#include <limits>

#include "models/kafka_log.hpp"

namespace converge::models {

namespace {

// part / whole of a day, down to the microsecond, or to the second where that does not fit: beyond 9 TB a day.
sim::Duration part_of_a_day(std::int64_t part, std::int64_t whole) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t seconds = 86'400;
  constexpr std::int64_t microseconds = 1'000'000;
  if (whole > most / seconds) return {};
  const std::int64_t rest = part * seconds % whole;
  return sim::seconds(part * seconds / whole) +
         sim::Duration{whole > most / microseconds ? 0 : rest * microseconds / whole};
}

}  // namespace

KafkaModel::KafkaModel(const KafkaConfig& config, std::int64_t changes_per_day) : config_{config} {
  // Bytes become time at the mean rate of one partition; without traffic only segment.ms and retention.ms count.
  const std::int64_t records_per_day = changes_per_day / config.partitions;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();  // a segment is full at once then, too
  const std::int64_t bytes_per_day =
      records_per_day > most / config.record_bytes ? most : records_per_day * config.record_bytes;
  constexpr std::int64_t days_max = 36'500;  // a century is for ever here, and products stay in range
  const auto lasts = [&](std::int64_t bytes) {
    if (bytes_per_day == 0 || bytes / bytes_per_day >= days_max) return sim::days(days_max);
    return sim::days(bytes / bytes_per_day) + part_of_a_day(bytes % bytes_per_day, bytes_per_day);
  };
  segment_ = std::clamp(lasts(config.segment_bytes), sim::seconds(1), std::max(config.segment_span, sim::seconds(1)));
  by_bytes_ = config.retention_bytes >= 0 ? lasts(config.retention_bytes) : sim::days(days_max);
  kept_ = std::min(config.retention, by_bytes_);
}

void KafkaModel::start(Topic& t) const { t.log_end.assign(static_cast<std::size_t>(config_.partitions), 0); }

std::uint16_t KafkaModel::partition(Key key) const {
  return static_cast<std::uint16_t>(sim::fold(key, 0x9E3779B97F4A7C15ULL) %
                                    static_cast<std::uint64_t>(config_.partitions));
}

void KafkaModel::append(Topic& t, Lsn lsn, Key key, sim::Instant now) const {
  const std::uint16_t p = partition(key);
  t.records.push_back({.at = now, .lsn = lsn, .offset = t.log_end[p]++, .partition = p});
}

sim::Instant KafkaModel::log_start(sim::Instant now) const {
  // Segments are counted from the start of the run, all alike but for the active one, which ends at the pass; the last
  // record of each is a microsecond before its end. The last pass stopped at the first segment that it kept; if it kept
  // none, it began an empty one.
  const std::int64_t pass = now.us / config_.retention_check.us * config_.retention_check.us;
  const auto goes = [&](std::int64_t segment) {
    const std::int64_t start = segment * segment_.us;
    const std::int64_t end = std::min(start + segment_.us, pass);
    return kafka::beyond_size(pass - by_bytes_.us - start, end - start) ||
           kafka::beyond_time(pass, end - 1, config_.retention.us);
  };
  std::int64_t first = 0;
  for (std::int64_t after = pass / segment_.us + 1; first < after;) {
    const std::int64_t middle = first + (after - first) / 2;
    goes(middle) ? first = middle + 1 : after = middle;
  }
  return {std::min(first * segment_.us, pass)};
}

}  // namespace converge::models
