#include "models/metrics.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "models/pipeline.hpp"

namespace converge::models {

namespace {

using Unit = sim::PropertyResult::Unit;
using Model = Pipeline;
using State = PipelineState;
using Now = sim::Instant;

// Rows of a CDC table that a run which is going on has taken are not merged before it commits.
std::uint32_t merged(const Merge& m) { return m.running ? std::min(m.from.row, m.watermark.row) : m.watermark.row; }

}  // namespace

std::int64_t unmerged(const PipelineState& s, std::size_t table) {
  return static_cast<std::int64_t>(s.ledger[table].rows.size()) - merged(s.merge[table]);
}

namespace {

// Of two tables together.
template <class T>
std::int64_t sum(const PerTable<T>& all, std::int64_t (*figure)(const T&)) {
  std::int64_t total = 0;
  for (std::size_t t = 0; t < all.tables(); ++t) total += figure(all[t]);
  return total;
}

// A rollout that carries several changes is one.
std::int64_t rollouts(const Model& model, const State& s, Rollout::Phase phase) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < s.control.rollouts.size(); ++i) {
    if (model.control().rollout_of(i) == i && s.control.rollouts[i].phase == phase) ++total;
  }
  return total;
}

sim::Duration freshness(const Model& model, const State& s, Now now) {
  const Lsn missing = model.monitor().oldest_missing(s.monitor, s.source, s.base);
  return missing > s.source.log.size() ? sim::Duration{} : now - model.source().at(s.source, missing).at;
}

constexpr std::array kMetrics{
    Metric{Actor::source, "changes", Unit::changes, "changes that were followed, in its log",
           [](const Model&, const State& s, Now) { return static_cast<std::int64_t>(s.source.log.size()); }},
    Metric{Actor::source, "version", Unit::version, "DDLs executed",
           [](const Model&, const State& s, Now) { return std::int64_t{s.source.schema}; }},

    Metric{Actor::cdc, "lag", Unit::changes,
           "changes in the source's log that it has not handed over to Kafka; after a crash also those that it hands "
           "over again",
           [](const Model&, const State& s, Now) {
             return static_cast<std::int64_t>(s.source.log.size()) - s.cdc.position;
           }},
    Metric{Actor::cdc, "down", Unit::count, "1 while it does not run, else 0",
           [](const Model&, const State& s, Now) { return std::int64_t{s.cdc.phase != Cdc::Phase::running}; }},

    Metric{Actor::kafka, "records", Unit::changes, "change events appended so far, copies included",
           [](const Model&, const State& s, Now) { return static_cast<std::int64_t>(s.topic.records.size()); }},

    Metric{Actor::flink, "lag", Unit::changes,
           "change events in the topic that it has still to commit to the CDC table; what the topic no longer has is "
           "none of them",
           [](const Model&, const State& s, Now) {
             const std::size_t unread = s.topic.records.size() - s.flink.stored.next + s.flink.stored.held.size();
             return static_cast<std::int64_t>(unread + s.flink.pending.size());
           }},
    Metric{Actor::flink, "down", Unit::duration, "time without a running job so far, planned deploys included",
           [](const Model&, const State& s, Now now) { return down(s.flink, now).us; }},
    Metric{Actor::flink, "stopped", Unit::count, "1 while no job runs, else 0",
           [](const Model&, const State& s, Now) { return std::int64_t{s.flink.phase != Flink::Phase::running}; }},
    Metric{Actor::flink, "lost", Unit::changes, "change events that the topic no longer had when it came for them",
           [](const Model&, const State& s, Now) { return std::int64_t{s.flink.lost}; }},
    Metric{Actor::flink, "version", Unit::version, "changes of the schema that its build knows",
           [](const Model&, const State& s, Now) { return std::int64_t{s.flink.build.version}; }},

    Metric{Actor::cdc_table, "rows", Unit::changes, "change events that it holds, copies included",
           [](const Model&, const State& s, Now) {
             return sum<CdcTable>(s.ledger, [](const CdcTable& t) { return static_cast<std::int64_t>(t.rows.size()); });
           }},
    Metric{Actor::cdc_table, "version", Unit::version, "changes of the schema that it has",
           [](const Model&, const State& s, Now) { return std::int64_t{std::popcount(s.monitor.tables[1])}; }},

    Metric{Actor::base_table, "freshness", Unit::duration, "age of the oldest change that it misses",
           [](const Model& model, const State& s, Now now) { return freshness(model, s, now).us; }},
    Metric{Actor::base_table, "nulls", Unit::rows, "rows with a null where the source has a value",
           [](const Model& model, const State& s, Now) { return model.monitor().null_rows(s.monitor); }},
    Metric{Actor::base_table, "wrong", Unit::rows, "rows with a value that the source does not have there",
           [](const Model& model, const State& s, Now) { return model.monitor().other_value_rows(s.monitor); }},
    Metric{Actor::base_table, "stale", Unit::rows,
           "rows that missed a change for longer than the objective (readers.freshness) when somebody last looked: a "
           "reader, or a merge's commit",
           [](const Model& model, const State& s, Now) { return model.monitor().stale_rows(s.monitor); }},
    Metric{Actor::base_table, "diverged", Unit::rows, "rows that are null, wrong or stale",
           [](const Model& model, const State& s, Now) { return model.monitor().diverged_rows(s.monitor); }},
    Metric{Actor::base_table, "version", Unit::version, "changes of the schema that it has",
           [](const Model&, const State& s, Now) { return std::int64_t{std::popcount(s.monitor.tables[2])}; }},

    Metric{Actor::merge, "lag", Unit::changes, "rows of the CDC table that are not merged yet",
           [](const Model&, const State& s, Now) {
             std::int64_t lag = 0;
             for (std::size_t t = 0; t < s.merge.tables(); ++t) lag += unmerged(s, t);
             return lag;
           }},
    Metric{Actor::merge, "committed", Unit::count, "runs that committed",
           [](const Model&, const State& s, Now) {
             return sum<Merge>(s.merge, [](const Merge& m) { return std::int64_t{m.committed}; });
           }},
    Metric{Actor::merge, "stalls", Unit::count,
           "runs that could not be analysed, met a value too wide, or found their snapshot expired",
           [](const Model&, const State& s, Now) {
             return sum<Merge>(s.merge,
                               [](const Merge& m) { return std::int64_t{m.unresolved} + m.overflowed + m.expired; });
           }},
    Metric{Actor::merge, "stalled", Unit::count, "1 while the last run is one of those, else 0",
           [](const Model&, const State& s, Now) {
             return sum<Merge>(s.merge, [](const Merge& m) { return std::int64_t{m.blocked}; });
           }},
    Metric{Actor::merge, "lost", Unit::count, "runs that lost to another commit, or crashed",
           [](const Model&, const State& s, Now) {
             return sum<Merge>(s.merge, [](const Merge& m) { return std::int64_t{m.conflicts} + m.crashed; });
           }},
    Metric{Actor::merge, "version", Unit::version, "changes of the schema that the next run's build knows",
           [](const Model&, const State& s, Now) { return std::int64_t{s.merge.live.version}; }},

    Metric{Actor::backfill, "running", Unit::count, "1 while an attempt runs, else 0",
           [](const Model&, const State& s, Now) {
             return sum<Backfill>(s.backfill,
                                  [](const Backfill& b) { return std::int64_t{b.phase == Backfill::Phase::running}; });
           }},
    Metric{Actor::backfill, "done", Unit::count, "backfills that are over",
           [](const Model&, const State& s, Now) {
             return sum<Backfill>(s.backfill, [](const Backfill& b) { return std::int64_t{b.done}; });
           }},
    Metric{Actor::backfill, "failed", Unit::count, "backfills that were given up",
           [](const Model&, const State& s, Now) {
             return sum<Backfill>(s.backfill, [](const Backfill& b) { return std::int64_t{b.failed}; });
           }},

    Metric{Actor::control, "open", Unit::count, "rollouts that are under way",
           [](const Model& model, const State& s, Now) { return rollouts(model, s, Rollout::Phase::open); }},
    Metric{Actor::control, "done", Unit::count, "rollouts that are over",
           [](const Model& model, const State& s, Now) { return rollouts(model, s, Rollout::Phase::done); }},

    Metric{Actor::readers, "reads", Unit::reads, "queries so far",
           [](const Model&, const State& s, Now) { return std::int64_t{s.monitor.reads}; }},
    Metric{Actor::readers, "failed_reads", Unit::reads, "of these, named a column that the table does not have",
           [](const Model&, const State& s, Now) { return std::int64_t{s.monitor.failed_reads}; }},
    Metric{Actor::readers, "version", Unit::version, "changes of the schema whose columns their queries name",
           [](const Model&, const State& s, Now) { return std::int64_t{std::popcount(s.monitor.adopted)}; }},

    Metric{Actor::monitor, "schema", Unit::layers,
           "divergence: layers (source, CDC table, base table) without a change that another one has, as it was told "
           "last",
           [](const Model&, const State& s, Now) { return s.monitor.now.schema; }},
    Metric{Actor::monitor, "code", Unit::jobs,
           "divergence: jobs (Flink, Spark) whose build does not know a change that some layer has, as it was told "
           "last",
           [](const Model&, const State& s, Now) { return s.monitor.now.code; }},
    Metric{Actor::monitor, "data", Unit::rows, "divergence: rows of the base table that differ, as it was told last",
           [](const Model&, const State& s, Now) { return s.monitor.now.data; }},
};

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

}  // namespace converge::models
