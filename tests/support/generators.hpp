// Random pipelines and schedules for RapidCheck.
//
// A drawn case is a few named settings over a small pipeline, not a config drawn field by field. So shrinking drops
// settings until only those are left that do the harm, and what a failure prints can be copied into a test. Option 0 of
// every setting is the default, order 0 of every plan the canonical one, and a schedule is a seed and a few deviations.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "models/run.hpp"
#include "sim/hash.hpp"

namespace converge::support {

// ---- settings

struct Knob {
  std::string_view name;
  int options;  // option 0 leaves the config as it is
  void (*turn)(models::PipelineConfig&, int option);
};

namespace detail {

using models::PipelineConfig;

template <class T, std::size_t N>
void choose(T& field, int option, const T (&others)[N]) {
  if (option > 0) field = others[option - 1];
}

inline void fault(std::int32_t& ppm, int option) { choose(ppm, option, {1'000, 50'000, 300'000}); }

// Nothing, an hour without doubt, and a tail that may be longer than the run.
inline void window(sim::Window& w, int option) {
  choose(w, option, {sim::exactly({}), sim::exactly(sim::hours(1)), sim::Window{{}, sim::minutes(20), sim::days(2)}});
}

inline void cadence(sim::Cadence& c, int option) {
  using Kind = sim::Cadence::Kind;
  switch (option) {
    case 1: c = {.kind = Kind::interval, .every = sim::hours(3), .offset = sim::minutes(20)}; break;
    case 2: c = {.kind = Kind::cron, .cron = *sim::parse_cron("0 */4 * * *").cron}; break;
    case 3: c = {.kind = Kind::train, .cron = *sim::parse_cron("30 1-23/5 * * *").cron, .cutoff = sim::hours(2)}; break;
    case 4: c = {.kind = Kind::manual, .delay = {{}, sim::hours(1), sim::hours(9)}}; break;
    case 5: c.freezes = {sim::freeze_once(sim::Instant{} + sim::hours(4), sim::Instant{} + sim::hours(9))}; break;
    case 6: c.freezes = {sim::freeze_weekly({}, {})}; break;  // nothing goes, ever
    default: break;
  }
}
inline constexpr int kCadences = 7;

// What the loader refuses: more changes than all of them, and faults that each repair brings anew because so much has
// waited.
inline void tame(PipelineConfig& c) {
  c.source.deletes_ppm = std::min(c.source.deletes_ppm, 1'000'000 - c.source.inserts_ppm);
  const auto thin = [&](std::int32_t& ppm, sim::Duration waits) {
    const std::int64_t hourly = c.source.tracked_changes_per_hour * std::int64_t{c.source.daily_peak_permille} / 1'000;
    const std::int64_t waiting = std::max<std::int64_t>(1, hourly * (waits / sim::minutes(1)) / 60);
    ppm = static_cast<std::int32_t>(std::min<std::int64_t>(ppm, 5'000'000 / waiting));
  };
  thin(c.cdc.crash_ppm, std::max({c.cdc.failover.most, c.cdc.flush_interval, c.cdc.lag.most}));
  thin(c.kafka.leader_loss_ppm, std::max(c.kafka.election.most, c.cdc.lag.most));
}

// An enum whose default is listed among the others: one of the options changes nothing.
template <class E, std::size_t N>
void kind(E& field, int option, const E (&all)[N]) {
  if (option > 0) field = all[option - 1];
}

}  // namespace detail

// Every setting of a pipeline but its changes and its plan.
inline const std::vector<Knob>& knobs() {
  using namespace models;
  using detail::cadence;
  using detail::choose;
  using detail::fault;
  using detail::kind;
  using detail::window;
  using sim::days;
  using sim::hours;
  using sim::minutes;
  using sim::seconds;
  using C = PipelineConfig;
  using Guard = MergeConfig::Guard;
  static const std::vector<Knob> all{
      {"horizon", 5, [](C& c, int o) { choose(c.horizon, o, {hours(6), days(2), days(3), seconds(1)}); }},
      {"sla", 4, [](C& c, int o) { choose(c.sla, o, {minutes(1), hours(6), days(30)}); }},
      {"sla_schema", 3, [](C& c, int o) { choose(c.sla_schema, o, {{minutes(1)}, {hours(6)}}); }},

      {"source.rows", 4,
       [](C& c, int o) { choose<std::int64_t>(c.source.rows, o, {1, 1'000'000, 1'000'000'000'000}); }},
      {"source.changed_per_day", 4, [](C& c, int o) { choose(c.source.changed_per_day_ppm, o, {0, 1, 1'000'000}); }},
      {"source.hot_keys", 4, [](C& c, int o) { choose(c.source.hot_keys, o, {0, 1, 300}); }},
      {"source.hot_share", 3, [](C& c, int o) { choose(c.source.hot_share_ppm, o, {0, 1'000'000}); }},
      {"source.tracked", 5, [](C& c, int o) { choose(c.source.tracked_changes_per_hour, o, {0, 1, 60, 200}); }},
      {"source.daily_peak", 4, [](C& c, int o) { choose(c.source.daily_peak_permille, o, {1'000, 1'001, 4'000}); }},
      {"source.update_skew", 3, [](C& c, int o) { choose(c.source.update_skew_permille, o, {0, 4'000}); }},
      {"source.inserts", 3, [](C& c, int o) { choose(c.source.inserts_ppm, o, {0, 1'000'000}); }},
      {"source.deletes", 3, [](C& c, int o) { choose(c.source.deletes_ppm, o, {0, 500'000}); }},
      {"source.log_retention", 3, [](C& c, int o) { choose(c.source.log_retention, o, {minutes(1), hours(2)}); }},
      {"source.backup_interval", 3, [](C& c, int o) { choose(c.source.backup_interval, o, {minutes(1), hours(1)}); }},

      {"cdc.lag", 4, [](C& c, int o) { window(c.cdc.lag, o); }},
      {"cdc.flush_interval", 3, [](C& c, int o) { choose(c.cdc.flush_interval, o, {seconds(1), hours(1)}); }},
      {"cdc.crash", 4, [](C& c, int o) { fault(c.cdc.crash_ppm, o); }},
      {"cdc.failover", 4, [](C& c, int o) { window(c.cdc.failover, o); }},

      {"kafka.partitions", 4, [](C& c, int o) { choose(c.kafka.partitions, o, {1, 3, 256}); }},
      {"kafka.retention", 5,
       [](C& c, int o) { choose(c.kafka.retention, o, {minutes(1), hours(1), hours(6), days(3650)}); }},
      {"kafka.retention_bytes", 4,
       [](C& c, int o) { choose<std::int64_t>(c.kafka.retention_bytes, o, {0, 1'000, 1'000'000'000'000'000}); }},
      {"kafka.segment_bytes", 3,
       [](C& c, int o) { choose<std::int64_t>(c.kafka.segment_bytes, o, {1'000, 1'000'000'000'000}); }},
      {"kafka.segment_span", 3, [](C& c, int o) { choose(c.kafka.segment_span, o, {minutes(1), hours(1)}); }},
      {"kafka.record_bytes", 3, [](C& c, int o) { choose<std::int64_t>(c.kafka.record_bytes, o, {1, 100'000'000}); }},
      {"kafka.retention_check", 3, [](C& c, int o) { choose(c.kafka.retention_check, o, {seconds(1), days(1)}); }},
      {"kafka.leader_loss", 4, [](C& c, int o) { fault(c.kafka.leader_loss_ppm, o); }},
      {"kafka.election", 4, [](C& c, int o) { window(c.kafka.election, o); }},

      {"flink.checkpoint_interval", 4,
       [](C& c, int o) { choose(c.flink.checkpoint_interval, o, {seconds(20), minutes(10), hours(5)}); }},
      {"flink.checkpoint", 4, [](C& c, int o) { window(c.flink.checkpoint, o); }},
      {"flink.commit", 4, [](C& c, int o) { window(c.flink.commit, o); }},
      {"flink.savepoint", 4, [](C& c, int o) { window(c.flink.savepoint, o); }},
      {"flink.restore", 4, [](C& c, int o) { window(c.flink.restore, o); }},
      {"flink.restore_tail", 4, [](C& c, int o) { window(c.flink.restore_tail, o); }},
      {"flink.restore_tail_share", 4, [](C& c, int o) { fault(c.flink.restore_tail_ppm, o); }},
      {"flink.restart", 4, [](C& c, int o) { window(c.flink.restart, o); }},
      {"flink.resubmit_every", 2, [](C& c, int o) { choose(c.flink.resubmit_every, o, {hours(1)}); }},
      {"flink.catch_up_speed", 3, [](C& c, int o) { choose(c.flink.catch_up_speed, o, {1, 1'000}); }},
      {"flink.failure", 4, [](C& c, int o) { fault(c.flink.failure_ppm, o); }},
      {"flink.on_overflow", 2, [](C& c, int o) { kind(c.flink.on_overflow, o, {FlinkConfig::Overflow::truncate}); }},
      {"flink.writer", 2, [](C& c, int o) { kind(c.flink.writer, o, {FlinkConfig::Writer::subset}); }},
      {"flink.offset_reset", 3,
       [](C& c, int o) {
         kind(c.flink.offset_reset, o, {FlinkConfig::OffsetReset::latest, FlinkConfig::OffsetReset::none});
       }},

      {"cdc_table.keeps_raw", 2, [](C& c, int o) { choose(c.cdc_table.keeps_raw, o, {true}); }},
      {"cdc_table.snapshot_expiry", 3,
       [](C& c, int o) { choose(c.cdc_table.snapshot_expiry, o, {minutes(1), hours(1)}); }},
      {"base_table.buckets", 3, [](C& c, int o) { choose(c.base_table.buckets, o, {1, 32}); }},
      {"base_table.snapshot_expiry", 3,
       [](C& c, int o) { choose(c.base_table.snapshot_expiry, o, {minutes(1), hours(1)}); }},

      {"merge.every", 4, [](C& c, int o) { choose(c.merge.every, o, {minutes(1), hours(1), hours(10)}); }},
      {"merge.offset", 3, [](C& c, int o) { choose(c.merge.offset, o, {minutes(1), hours(7)}); }},
      {"merge.duration", 4, [](C& c, int o) { window(c.merge.duration, o); }},
      {"merge.deploy", 4, [](C& c, int o) { window(c.merge.deploy, o); }},
      {"merge.form", 3,
       [](C& c, int o) { kind(c.merge.form, o, {MergeConfig::Form::strict, MergeConfig::Form::star}); }},
      {"merge.guard", 4,
       [](C& c, int o) {
         kind(c.merge.guard, o, {Guard::position_at_least, Guard::position_greater, Guard::position_and_build});
       }},
      {"merge.watermark", 2, [](C& c, int o) { kind(c.merge.watermark, o, {MergeConfig::Watermark::position}); }},
      {"merge.watermark_saved", 3,
       [](C& c, int o) { kind(c.merge.watermark_saved, o, {MergeConfig::Saved::before, MergeConfig::Saved::after}); }},
      {"merge.overlap", 2, [](C& c, int o) { kind(c.merge.overlap, o, {MergeConfig::Overlap::queue}); }},
      {"merge.isolation", 2, [](C& c, int o) { kind(c.merge.isolation, o, {MergeConfig::Isolation::snapshot}); }},
      {"merge.mode", 2, [](C& c, int o) { kind(c.merge.mode, o, {MergeConfig::Mode::copy_on_write}); }},
      {"merge.on_overflow", 2, [](C& c, int o) { kind(c.merge.on_overflow, o, {MergeConfig::Overflow::wrap}); }},
      {"merge.failure", 4, [](C& c, int o) { fault(c.merge.failure_ppm, o); }},

      {"backfill.kind", 4,
       [](C& c, int o) {
         using Kind = BackfillConfig::Kind;
         kind(c.backfill.kind, o, {Kind::remerge, Kind::reparse, Kind::rewind});
       }},
      {"backfill.snapshot", 2,
       [](C& c, int o) { kind(c.backfill.snapshot, o, {BackfillConfig::Snapshot::last_backup}); }},
      {"backfill.watermark", 4,
       [](C& c, int o) {
         using Watermark = BackfillConfig::Watermark;
         kind(c.backfill.watermark, o, {Watermark::ddl, Watermark::cut_over, Watermark::keep});
       }},
      {"backfill.from", 3,
       [](C& c, int o) {
         kind(c.backfill.from, o, {BackfillConfig::From::spark_deploy, BackfillConfig::From::flink_deploy});
       }},
      {"backfill.write", 2, [](C& c, int o) { kind(c.backfill.write, o, {BackfillConfig::Write::merge}); }},
      {"backfill.guard", 4,
       [](C& c, int o) {
         kind(c.backfill.guard, o, {Guard::position_at_least, Guard::position_greater, Guard::position_and_build});
       }},
      {"backfill.missing_column", 2,
       [](C& c, int o) { kind(c.backfill.missing_column, o, {BackfillConfig::MissingColumn::fail}); }},
      {"backfill.start", 2, [](C& c, int o) { kind(c.backfill.start, o, {BackfillConfig::Start::after_next_merge}); }},
      {"backfill.pauses_merges", 2, [](C& c, int o) { choose(c.backfill.pauses_merges, o, {false}); }},
      {"backfill.attempts", 3, [](C& c, int o) { choose(c.backfill.attempts, o, {1, 100}); }},
      {"backfill.retry_delay", 3, [](C& c, int o) { choose(c.backfill.retry_delay, o, {{}, hours(5)}); }},
      {"backfill.duration", 4, [](C& c, int o) { window(c.backfill.duration, o); }},
      {"backfill.failure", 4, [](C& c, int o) { fault(c.backfill.failure_ppm, o); }},

      {"detect.push_delay", 4, [](C& c, int o) { window(c.control.push_delay, o); }},
      {"detect.push_loss", 4, [](C& c, int o) { fault(c.control.push_loss_ppm, o); }},
      {"detect.pull_period", 3, [](C& c, int o) { choose(c.control.pull_every, o, {minutes(1), hours(3)}); }},
      {"detect.pull_offset", 3, [](C& c, int o) { choose(c.control.pull_offset, o, {hours(5), days(30)}); }},
      {"cicd.generation", 4, [](C& c, int o) { window(c.control.generate, o); }},
      {"review.delay", 4, [](C& c, int o) { window(c.control.review, o); }},
      {"cicd.duration", 4, [](C& c, int o) { window(c.control.ci, o); }},
      {"staging.validation", 4, [](C& c, int o) { window(c.control.staging, o); }},
      {"cicd.bad_code", 4, [](C& c, int o) { fault(c.control.bad_code_ppm, o); }},
      {"staging.catches", 3, [](C& c, int o) { choose(c.control.staging_catches_ppm, o, {0, 1'000'000}); }},
      {"cicd.fix", 4, [](C& c, int o) { window(c.control.fix, o); }},
      {"alter.duration", 4, [](C& c, int o) { window(c.control.alter, o); }},
      {"alter.attempts", 3, [](C& c, int o) { choose(c.control.alter_attempts, o, {1, 200}); }},
      {"alter.retry_delay", 3, [](C& c, int o) { choose(c.control.alter_retry, o, {{}, hours(1)}); }},
      {"alter.at", 3,
       [](C& c, int o) {
         kind(c.control.alter_at, o, {ControlConfig::AlterAt::merge, ControlConfig::AlterAt::staging_passed});
       }},
      {"deploy.spark", detail::kCadences, [](C& c, int o) { cadence(c.control.deploy_spark, o); }},
      {"deploy.flink", detail::kCadences, [](C& c, int o) { cadence(c.control.deploy_flink, o); }},

      {"readers.every", 3, [](C& c, int o) { choose(c.readers.every, o, {minutes(1), hours(10)}); }},
      {"readers.freshness", 4,
       [](C& c, int o) { choose(c.readers.freshness, o, {seconds(1), minutes(5), days(365)}); }},
      {"readers.adopt", 3,
       [](C& c, int o) {
         kind(c.readers.adopt, o, {ReadersConfig::Adopt::never, ReadersConfig::Adopt::table_altered});
       }},
      {"maintenance.every", 3, [](C& c, int o) { choose(c.maintenance.every, o, {minutes(10), hours(2)}); }},
      {"maintenance.compaction", 2, [](C& c, int o) { choose(c.maintenance.compaction, o, {true}); }},
      {"maintenance.duration", 3,
       [](C& c, int o) { choose(c.maintenance.duration, o, {sim::exactly({}), sim::exactly(hours(3))}); }},
  };
  return all;
}

struct Setting {
  int knob = 0;
  int option = 0;
};

inline Setting setting(std::string_view name, int option) {
  const auto& all = knobs();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Knob& k) { return k.name == name; });
  return {static_cast<int>(found - all.begin()), option};
}

// ---- changes, scripts and plans

struct ChangeDraw {
  int kind =
      0;  // 0 to 3: added, with a default, required, required with a default; 4: int to long; 5: decimal; 6: narrowed
  int at = 0;  // quarter hours after 02:00
  bool sensitive = false;
  int share = 0;  // populated and wide: the default, none, all
};

struct ScriptDraw {
  int at = 0;  // quarter hours
  int key = 0;
  int op = 0;  // as models::Op counts, from update
  bool populated = true;
  bool wide = false;
};

// How a step hangs together with the ones before it.
struct Wire {
  int after = 0;  // 0: the step before it; 1: nothing; 2: those of the mask
  std::uint32_t mask = 0;
  int delay = 0;
  int cadence = 0;
  int when = 0;
};

struct PlanDraw {
  int order = 0;                          // of the canonical five, counted as std::next_permutation does
  std::vector<int> dropped;               // places in it
  std::vector<std::pair<int, int>> more;  // further steps: (kind, place); a table is altered once at most
  std::vector<Wire> wires;                // by step; the rest hang on the one before
};

// What a step waits for: fresh rows, an idle merge, a Flink that runs, readers that moved, and what never comes.
inline models::Condition drawn_condition(int option) {
  using A = models::Actor;
  using Compare = models::Condition::Compare;
  struct Drawn {
    A actor;
    std::string_view metric;
    Compare compare;
    std::int64_t bound;
  };
  const std::array<Drawn, 5> all{{{A::base_table, "freshness", Compare::at_most, sim::minutes(20).us},
                                  {A::merge, "lag", Compare::equals, 0},
                                  {A::flink, "stopped", Compare::equals, 0},
                                  {A::readers, "version", Compare::at_least, 1},
                                  {A::source, "version", Compare::at_least, 9}}};
  const Drawn& d = all.at(static_cast<std::size_t>(option - 1));
  const auto metrics = models::metrics();
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const models::Metric& m) { return m.actor == d.actor && m.name == d.metric; });
  return {.metric = static_cast<models::MetricId>(found - metrics.begin()), .compare = d.compare, .bound = d.bound};
}

inline models::StepConfig drawn_step(int kind) {
  using K = models::StepKind;
  constexpr std::array kinds{K::alter_cdc_table, K::alter_base_table, K::deploy_spark,  K::deploy_flink,
                             K::backfill,        K::rollback_flink,   K::rollback_spark};
  return {.kind = kinds.at(static_cast<std::size_t>(kind))};
}
inline constexpr int kFirstRepeatable = 2;
inline constexpr int kDrawnSteps = 7;

inline std::vector<models::StepConfig> plan(const PlanDraw& draw, bool announced) {
  std::array order{0, 1, 2, 3, 4};
  for (int i = 0; i < draw.order; ++i) std::next_permutation(order.begin(), order.end());
  std::vector<models::StepConfig> steps;
  for (int i = 0; i < 5; ++i) {
    if (std::find(draw.dropped.begin(), draw.dropped.end(), i) == draw.dropped.end()) {
      steps.push_back(drawn_step(order.at(static_cast<std::size_t>(i))));
    }
  }
  const auto insert = [&](const models::StepConfig& s, int place) {
    steps.insert(steps.begin() + place % (static_cast<int>(steps.size()) + 1), s);
  };
  for (const auto& [kind, place] : draw.more) {
    if (steps.size() < 12) insert(drawn_step(kind), place);
  }
  if (announced) insert({.kind = models::StepKind::source_ddl}, draw.order);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    models::StepConfig& s = steps[i];
    s.name = std::string{models::name(s.kind)} + " " + std::to_string(i + 1);
    if (i >= draw.wires.size()) continue;
    const Wire& wire = draw.wires[i];
    if (wire.after > 0) s.after.emplace();
    for (std::size_t before = 0; wire.after == 2 && before < i; ++before) {
      if ((wire.mask >> before & 1U) != 0) s.after->push_back(steps[before].name);
    }
    detail::choose(s.delay, wire.delay, {sim::minutes(1), sim::hours(1), sim::hours(9)});
    if (wire.cadence > 0) detail::cadence(s.cadence.emplace(), wire.cadence);
    if (wire.when > 0) s.when = drawn_condition(wire.when);
  }
  return steps;
}

struct ScenarioDraw {
  std::vector<Setting> settings;
  std::vector<ChangeDraw> changes;
  bool announced = false;
  PlanDraw plan;
  std::vector<ScriptDraw> script;
};

inline models::ChangeConfig change(const ChangeDraw& draw, std::size_t number, bool announced) {
  using Kind = models::ChangeConfig::Kind;
  using models::Type;
  models::ChangeConfig c{.name = "column_" + std::to_string(number)};
  c.kind = draw.kind >= 4 ? Kind::change_type : Kind::add_column;
  c.has_default = draw.kind == 1 || draw.kind == 3;
  c.required = draw.kind == 2 || draw.kind == 3;
  if (draw.kind == 4) c.from = Type::int32, c.type = Type::int64;
  if (draw.kind == 5) c.from = Type::decimal, c.type = Type::decimal;
  if (draw.kind == 6) c.from = Type::int64, c.type = Type::int32;
  c.sensitive = draw.sensitive;
  c.announced = announced;
  c.at = sim::hours(2) + sim::minutes(15) * draw.at;
  detail::choose(c.populated_ppm, draw.share, {0, 1'000'000});
  detail::choose(c.wide_ppm, draw.share, {0, 1'000'000});
  return c;
}

// A day of a small pipeline whose rollouts take some four hours.
inline models::PipelineConfig small_pipeline() {
  models::PipelineConfig c;
  c.horizon = sim::days(1);
  c.sla = sim::hours(12);
  c.source.hot_keys = 8;
  c.control.review = {sim::minutes(10), sim::hours(1), sim::hours(6)};
  c.control.ci = c.control.staging = {sim::minutes(1), sim::minutes(10), sim::hours(1)};
  c.backfill.duration = {sim::minutes(5), sim::minutes(20), sim::hours(3)};
  return c;
}

inline models::PipelineConfig config(const ScenarioDraw& draw) {
  models::PipelineConfig c = small_pipeline();
  for (const Setting& s : draw.settings) knobs()[static_cast<std::size_t>(s.knob)].turn(c, s.option);
  detail::tame(c);
  for (const ChangeDraw& each : draw.changes) c.changes.push_back(change(each, c.changes.size() + 1, draw.announced));
  c.control.steps = plan(draw.plan, draw.announced);
  for (const ScriptDraw& each : draw.script) {
    constexpr std::array ops{models::Op::update, models::Op::insert, models::Op::remove};
    c.source.scripted.push_back({.at = sim::minutes(15) * each.at,
                                 .key = std::string(1, static_cast<char>('a' + each.key)),
                                 .op = ops.at(static_cast<std::size_t>(each.op)),
                                 .populated = each.populated,
                                 .wide = each.wide});
  }
  return c;
}

// ---- schedules

struct DeviationDraw {
  int question = 0;
  int occurrence = 0;
  int answer = 0;
};

inline sim::Deviation deviation(const DeviationDraw& draw, const std::vector<sim::Question>& questions) {
  const auto question = static_cast<sim::QuestionId>(draw.question);
  const sim::Question& q = questions[question];
  sim::Deviation d{question, static_cast<std::uint32_t>(draw.occurrence), draw.answer};
  if (q.answers == sim::AnswerKind::option)
    d.answer = 1 + draw.answer % (static_cast<std::int64_t>(q.options.size()) - 1);
  if (q.answers == sim::AnswerKind::bits)
    d.answer = static_cast<std::int64_t>(sim::hash_of(std::to_string(draw.answer)));
  if (q.answers == sim::AnswerKind::duration) {
    const std::array durations{sim::Duration{}, sim::seconds(1), sim::minutes(15), sim::hours(5), sim::days(3)};
    d.answer = durations.at(static_cast<std::size_t>(draw.answer) % durations.size()).us;
  }
  return d;
}

struct Case {
  ScenarioDraw scenario;
  std::uint64_t seed = 0;
  std::vector<DeviationDraw> deviations;

  models::PipelineConfig config() const { return support::config(scenario); }
  std::vector<sim::Deviation> schedule(const models::Pipeline& model) const {
    std::vector<sim::Deviation> all;
    for (const DeviationDraw& d : deviations) all.push_back(deviation(d, model.questions()));
    return all;
  }
};

inline void showValue(const Case& c, std::ostream& out) {
  const ScenarioDraw& s = c.scenario;
  out << "\n  settings:";
  for (const Setting& each : s.settings) {
    if (each.option > 0) out << " {" << knobs()[static_cast<std::size_t>(each.knob)].name << ", " << each.option << "}";
  }
  out << "\n  changes:";
  for (const ChangeDraw& d : s.changes) {
    out << " {" << d.kind << ", " << d.at << (d.sensitive ? ", true, " : ", false, ") << d.share << "}";
  }
  out << (s.announced ? " announced" : "") << "\n  plan:";
  for (const models::StepConfig& step : plan(s.plan, s.announced)) {
    out << " [" << step.name;
    if (step.after) {
      out << " after";
      for (const std::string& before : *step.after) out << " '" << before << "'";
    }
    if (step.delay.us > 0) out << " delay " << text(step.delay);
    if (step.cadence) out << " cadence " << static_cast<int>(step.cadence->kind);
    if (step.when) out << " when " << models::words(*step.when);
    out << "]";
  }
  out << "\n  script:";
  for (const ScriptDraw& d : s.script) {
    out << " {" << d.at << ", " << d.key << ", " << d.op << (d.populated ? ", true" : ", false")
        << (d.wide ? ", true}" : ", false}");
  }
  out << "\n  seed: " << c.seed << "\n  deviations:";
  for (const DeviationDraw& d : c.deviations)
    out << " {" << d.question << ", " << d.occurrence << ", " << d.answer << "}";
  out << "\n";
}

// ---- generators

// A number from 0 to most - 1. RapidCheck's own keeps to the low end wherever a small size is drawn, so only lengths
// follow it.
template <class T = int>
rc::Gen<T> among(T most) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(0, most));
}

inline rc::Gen<Setting> any_setting() {
  return rc::gen::mapcat(among(static_cast<int>(knobs().size())), [](int knob) {
    return rc::gen::map(among(knobs()[static_cast<std::size_t>(knob)].options),
                        [knob](int option) { return Setting{knob, option}; });
  });
}

inline rc::Gen<ChangeDraw> any_change() {
  return rc::gen::build<ChangeDraw>(
      rc::gen::set(&ChangeDraw::kind, among(7)), rc::gen::set(&ChangeDraw::at, among(30)),
      rc::gen::set(&ChangeDraw::sensitive, rc::gen::map(among(8), [](int n) { return n == 7; })),
      rc::gen::set(&ChangeDraw::share, among(3)));
}

inline rc::Gen<ScriptDraw> any_script() {
  return rc::gen::build<ScriptDraw>(
      rc::gen::set(&ScriptDraw::at, among(90)), rc::gen::set(&ScriptDraw::key, among(4)),
      rc::gen::set(&ScriptDraw::op, among(3)),
      rc::gen::set(&ScriptDraw::populated, rc::gen::map(among(2), [](int n) { return n == 0; })),
      rc::gen::set(&ScriptDraw::wide, rc::gen::map(among(2), [](int n) { return n == 1; })));
}

inline rc::Gen<Wire> any_wire() {
  return rc::gen::build<Wire>(rc::gen::set(&Wire::after, among(3)),
                              rc::gen::set(&Wire::mask, among<std::uint32_t>(1U << 12U)),
                              rc::gen::set(&Wire::delay, rc::gen::element(0, 0, 0, 1, 2, 3)),
                              rc::gen::set(&Wire::cadence, rc::gen::element(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6)),
                              rc::gen::set(&Wire::when, rc::gen::element(0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5)));
}

inline rc::Gen<PlanDraw> any_plan() {
  return rc::gen::build<PlanDraw>(
      rc::gen::set(&PlanDraw::order, rc::gen::oneOf(rc::gen::just(0), among(120))),
      rc::gen::set(&PlanDraw::dropped,
                   rc::gen::oneOf(rc::gen::just(std::vector<int>{}),
                                  rc::gen::resize(3, rc::gen::container<std::vector<int>>(among(5))))),
      rc::gen::set(&PlanDraw::more,
                   rc::gen::resize(4, rc::gen::container<std::vector<std::pair<int, int>>>(
                                          rc::gen::pair(rc::gen::map(among(kDrawnSteps - kFirstRepeatable),
                                                                     [](int n) { return kFirstRepeatable + n; }),
                                                        among(12))))),
      rc::gen::set(&PlanDraw::wires,
                   rc::gen::oneOf(rc::gen::just(std::vector<Wire>{}),
                                  rc::gen::resize(12, rc::gen::container<std::vector<Wire>>(any_wire())))));
}

inline rc::Gen<DeviationDraw> any_deviation() {
  return rc::gen::build<DeviationDraw>(
      rc::gen::set(&DeviationDraw::question, among(static_cast<int>(models::kQuestions))),
      rc::gen::set(&DeviationDraw::occurrence, rc::gen::oneOf(among(3), among(100))),
      rc::gen::set(&DeviationDraw::answer, among(10)));
}

inline rc::Gen<std::vector<ChangeDraw>> any_changes() {
  return rc::gen::map(
      rc::gen::pair(any_change(), rc::gen::resize(2, rc::gen::container<std::vector<ChangeDraw>>(any_change()))),
      [](std::pair<ChangeDraw, std::vector<ChangeDraw>> drawn) {
        drawn.second.insert(drawn.second.begin(), drawn.first);
        return drawn.second;
      });
}

inline rc::Gen<ScenarioDraw> any_scenario() {
  using rc::gen::container;
  return rc::gen::build<ScenarioDraw>(
      rc::gen::set(&ScenarioDraw::settings, rc::gen::scale(0.8, container<std::vector<Setting>>(any_setting()))),
      rc::gen::set(&ScenarioDraw::changes, any_changes()),
      rc::gen::set(&ScenarioDraw::announced, rc::gen::map(among(4), [](int n) { return n == 3; })),
      rc::gen::set(&ScenarioDraw::plan, any_plan()),
      rc::gen::set(&ScenarioDraw::script, rc::gen::scale(0.2, container<std::vector<ScriptDraw>>(any_script()))));
}

inline rc::Gen<Case> any_case() {
  return rc::gen::build<Case>(
      rc::gen::set(&Case::scenario, any_scenario()), rc::gen::set(&Case::seed, among<std::uint64_t>(1'000'000)),
      rc::gen::set(&Case::deviations,
                   rc::gen::scale(0.1, rc::gen::container<std::vector<DeviationDraw>>(any_deviation()))));
}

}  // namespace converge::support

namespace rc {
template <>
struct Arbitrary<converge::support::Case> {
  static Gen<converge::support::Case> arbitrary() { return converge::support::any_case(); }
};
}  // namespace rc
