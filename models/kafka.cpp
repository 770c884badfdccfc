#include "models/kafka.hpp"

#include <algorithm>
#include <limits>

namespace converge::models {

KafkaModel::KafkaModel(const KafkaConfig& config, std::int64_t changes_per_day) : config_{config} {
  // Bytes become time at the mean rate of one partition; without traffic only segment.ms and retention.ms count.
  const std::int64_t records_per_day = changes_per_day / config.partitions;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();  // a segment is full at once then, too
  const std::int64_t bytes_per_day =
      records_per_day > most / config.record_bytes ? most : records_per_day * config.record_bytes;
  const auto lasts = [&](std::int64_t bytes) {
    constexpr std::int64_t days_max = 36'500;  // a century is for ever here, and products stay in range
    if (bytes_per_day == 0 || bytes / bytes_per_day >= days_max) return sim::days(days_max);
    return sim::Duration{bytes / bytes_per_day * sim::days(1).us +
                         bytes % bytes_per_day * (sim::days(1).us / bytes_per_day)};
  };
  segment_ = std::clamp(lasts(config.segment_bytes), sim::seconds(1), std::max(config.segment_span, sim::seconds(1)));
  kept_ = config.retention;
  // Size drops a segment while what is beyond retention.bytes is at least as large as it (1.2), so a part of one stays.
  if (config.retention_bytes >= 0) kept_ = std::min(kept_, lasts(config.retention_bytes));
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
  // Segments are counted from the start of the run. The last pass dropped each one whose largest timestamp, its end,
  // was older than the retention; the active segment goes too once all of it is (1.2), which cannot be while traffic is
  // steady.
  const std::int64_t pass = now.us / config_.retention_check.us * config_.retention_check.us;
  const std::int64_t dead = pass - kept_.us;
  if (dead <= 0) return {};
  return {dead / segment_.us * segment_.us};
}

}  // namespace converge::models
