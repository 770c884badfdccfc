#include "models/counters.hpp"

#include <array>
#include <cassert>

#include "models/pipeline.hpp"

namespace converge::models {

namespace {

struct Row {
  Actor actor;
  std::string_view metric;
  Counters counters;
};

constexpr std::array kTable{
    Row{Actor::source, "changes", 0},
    Row{Actor::source, "version", 0},
    Row{Actor::cdc, "lag", kCdcPosition},
    Row{Actor::cdc, "down", 0},
    Row{Actor::kafka, "records", kTopicRecords},
    Row{Actor::flink, "lag", 0},
    Row{Actor::flink, "down", kFlinkDown},
    Row{Actor::flink, "stopped", 0},
    Row{Actor::flink, "lost", kFlinkLost},
    Row{Actor::flink, "version", 0},
    Row{Actor::cdc_table, "rows", kTableRows},
    Row{Actor::cdc_table, "version", 0},
    Row{Actor::base_table, "freshness", 0},
    Row{Actor::base_table, "nulls", 0},
    Row{Actor::base_table, "wrong", 0},
    Row{Actor::base_table, "stale", 0},
    Row{Actor::base_table, "diverged", 0},
    Row{Actor::base_table, "version", 0},
    Row{Actor::merge, "lag", 0},
    Row{Actor::merge, "committed", kMergeCommitted},
    Row{Actor::merge, "stalls", kMergeStalls},
    Row{Actor::merge, "stalled", kMergeBlocked},
    Row{Actor::merge, "lost", kMergeLost},
    Row{Actor::merge, "version", 0},
    Row{Actor::backfill, "running", 0},
    Row{Actor::backfill, "done", kBackfillDone},
    Row{Actor::backfill, "failed", kBackfillFailed},
    Row{Actor::control, "open", 0},
    Row{Actor::control, "done", 0},
    Row{Actor::readers, "reads", kReads},
    Row{Actor::readers, "failed_reads", kFailedReads},
    Row{Actor::monitor, "schema", 0},
    Row{Actor::monitor, "code", 0},
    Row{Actor::monitor, "data", 0},
};

const Row* find(const Metric& metric) {
  for (const Row& row : kTable) {
    if (row.actor == metric.actor && row.metric == metric.name) return &row;
  }
  return nullptr;
}

std::array<Counters, kMetricsMax> by_metric() {
  std::array<Counters, kMetricsMax> all{};
  for (std::size_t i = 0; i < metrics().size(); ++i) {
    const Row* row = find(metrics()[i]);
    all[i] = row == nullptr ? ~Counters{0} : row->counters;  // nobody decided: all of them
  }
  return all;
}

}  // namespace

Counters counters(MetricId metric) {
  static const std::array<Counters, kMetricsMax> all = by_metric();
  return all[metric];
}

Counters counters(const Pipeline& model) {
  Counters all = 0;
  for (const Claim& claim : model.claims().claims()) {
    all |= counters(claim.condition.metric);
    if (claim.pattern == Claim::Pattern::within) all |= counters(claim.trigger.metric);
    if (claim.after) all |= counters(claim.after->metric);
    if (claim.until) all |= counters(claim.until->metric);
  }
  return all;
}

std::size_t metrics_decided() {
  std::size_t decided = 0;
  for (const Metric& metric : metrics()) decided += find(metric) == nullptr ? 0U : 1U;
  return decided;
}

}  // namespace converge::models
