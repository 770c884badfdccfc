// The whole pipeline as one model for the kernel: source -> CDC -> Kafka -> Flink -> CDC table -> Spark MERGE -> base
// table -> readers, and the control plane beside it. Where the changes are of two source tables, there are a CDC table,
// a base table, a merge and a backfill for each; source, connector, topic, Flink and the control plane are shared.
// Here, and only here, events are dealt out; each component's function says in its arguments what it reads and what it
// changes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/cdc.hpp"
#include "models/claims.hpp"
#include "models/control.hpp"
#include "models/event.hpp"
#include "models/flink.hpp"
#include "models/footprint.hpp"
#include "models/kafka.hpp"
#include "models/monitor.hpp"
#include "models/questions.hpp"
#include "models/source.hpp"
#include "models/spark.hpp"
#include "models/tables.hpp"
#include "sim/chooser.hpp"
#include "sim/world.hpp"

namespace converge::models {

// Housekeeping of both tables (docs/facts/iceberg.md 7). Quiet while a rollout is open: the daily pull either starts
// one, or maintains.
struct MaintenanceConfig {
  sim::Duration every = sim::hours(24);
  bool compaction =
      false;  // rewrite_data_files on the base table; beside merges every quarter hour it starves (spark.md 6.3)
  sim::Window duration{sim::minutes(5), sim::minutes(20), sim::hours(3)};
};

struct PipelineConfig {
  sim::Epoch epoch{1'767'571'200};  // 2026-01-05T00:00:00Z, a Monday
  sim::Duration horizon = sim::days(3);
  sim::Duration sla = sim::hours(24);       // from each DDL (or announcement) until schema, code and data agree
  std::optional<sim::Duration> sla_schema;  // and until both tables are altered, where that is a claim of its own
  SourceConfig source;
  std::vector<ChangeConfig> changes;
  CdcConfig cdc;
  KafkaConfig kafka;
  FlinkConfig flink;
  CdcTableConfig cdc_table;
  BaseTableConfig base_table;
  MergeConfig merge;
  BackfillConfig backfill;
  ControlConfig control;
  ReadersConfig readers;
  MaintenanceConfig maintenance;
  std::vector<Claim> claims;  // beside the properties that every run is judged by; at most kClaimsMax
};

struct Maintenance {
  bool compacting = false;
  std::array<std::uint32_t, kTablesMax> from{};  // by table
  std::uint32_t conflicts = 0;

  bool operator==(const Maintenance&) const = default;
  friend auto fields(const Maintenance& m) { return std::tie(m.compacting, m.from, m.conflicts); }
};

struct PipelineState {
  Source source;
  Cdc cdc;
  Topic topic;
  Flink flink;
  PerTable<CdcTable> ledger;
  BaseTable base;
  PerTable<Merge> merge;
  PerTable<Backfill> backfill;
  Control control;
  Maintenance maintenance;
  Monitor monitor;
  std::vector<ClaimState> claims;  // of each claim

  bool operator==(const PipelineState&) const = default;
  friend auto fields(const PipelineState& s) {
    return std::tie(s.source, s.cdc, s.topic, s.flink, s.ledger, s.base, s.merge, s.backfill, s.control, s.maintenance,
                    s.monitor, s.claims);
  }
};

class Pipeline {
 public:
  using State = PipelineState;
  using Event = models::Event;

  explicit Pipeline(PipelineConfig config);
  Pipeline(const Pipeline&) = delete;  // its parts refer to each other
  Pipeline& operator=(const Pipeline&) = delete;

  const std::vector<sim::Question>& questions() const { return questions_; }
  void start(State&, Context&) const;
  void handle(State&, const Event&, Context&) const;

  // Events of one instant that touch the same have no order by nature (sim::OrdersTies).
  sim::Footprint footprint(const Event& e) const { return models::footprint(e); }
  sim::QuestionId order_question(const Event& e) const { return models::order_question(e); }

  const PipelineConfig& config() const { return config_; }
  const SourceModel& source() const { return source_; }
  const KafkaModel& kafka() const { return kafka_; }
  const ControlModel& control() const { return control_; }
  const MonitorModel& monitor() const { return monitor_; }
  const ClaimsModel& claims() const { return claims_; }

 private:
  void deal(State&, const Event&, Context&) const;
  std::size_t table_of(std::size_t change) const { return source_.table_of(change); }
  void maintain(State&, const Event&, Context&) const;
  void layers_moved(State&, Context&) const;

  PipelineConfig config_;
  std::vector<sim::Question> questions_;
  SourceModel source_;
  KafkaModel kafka_;
  CdcModel cdc_;
  FlinkModel flink_;
  MonitorModel monitor_;
  SparkModel spark_;
  ControlModel control_;
  ClaimsModel claims_;
};

static_assert(sim::ListsEveryField<PipelineState>);

using PipelineWorld = sim::World<Event, PipelineState>;

std::vector<sim::Question> questions(const PipelineConfig&);

}  // namespace converge::models
