#include "models/pipeline.hpp"

namespace converge::models {

namespace {

// Tables begin with the columns that the builds of today know; a table has its own.
Schema first_schema(const std::vector<ChangeConfig>& changes, Columns own) {
  Schema schema;
  schema.columns.push_back({.id = 1, .slot = 0, .type = Type::string, .required = false});
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].kind != ChangeConfig::Kind::change_type || !has(own, static_cast<Slot>(i + 1))) continue;
    schema.columns.push_back({.id = static_cast<std::uint16_t>(schema.columns.size() + 1),
                              .slot = static_cast<Slot>(i + 1),
                              .type = changes[i].from});
  }
  return schema;
}

}  // namespace

Pipeline::Pipeline(PipelineConfig config)
    : config_{std::move(config)},
      questions_{models::questions(config_)},
      source_{config_.source, config_.changes},
      kafka_{config_.kafka, source_.rows_per_day()},
      cdc_{config_.cdc},
      flink_{config_.flink, config_.cdc_table, kafka_, source_},
      monitor_{config_.readers, source_, config_.changes.size()},
      spark_{config_.merge, config_.backfill, config_.base_table, config_.cdc_table, source_, monitor_},
      control_{config_.control, config_.epoch, source_.changes()},
      claims_{config_.claims} {}

void Pipeline::start(State& s, Context& out) const {
  source_.start(s.source, out);
  kafka_.start(s.topic);
  const std::size_t others = source_.tables() - 1;
  s.ledger.more.resize(others);
  s.base.table.more.resize(others);
  s.merge.more.resize(others);
  s.backfill.more.resize(others);
  for (std::size_t t = 0; t < source_.tables(); ++t) {
    s.ledger[t].table = s.base.table[t] = iceberg::create(first_schema(config_.changes, source_.columns_of(t)));
    s.merge[t].live = s.merge[t].build = control_.build(0);
  }
  s.flink.build = s.flink.wanted = control_.build(0);
  flink_.start(s.flink, s.ledger, out);
  spark_.start(s.base, s.source, out);
  control_.start(s.control, out);
  monitor_.start(s.monitor, s.source, out);
  out.after(config_.maintenance.every, {.what = What::maintenance_run});
  monitor_.layers(s.monitor, s.source, s.ledger, s.base, s.flink.build, s.merge.live);
  s.claims.resize(claims_.claims().size());
  claims_.look(s.claims, claims_.read(*this, s, out.now()), out.now(), Since::event);
}

void Pipeline::layers_moved(State& s, Context& out) const {
  monitor_.layers(s.monitor, s.source, s.ledger, s.base, s.flink.build, s.merge.live);
  monitor_.tell(s.monitor, out);
}

void Pipeline::handle(State& s, const Event& e, Context& out) const {
  if (claims_.none()) return deal(s, e, out);
  const Readings before = claims_.read(*this, s, out.now());
  claims_.look(s.claims, before, out.now(), Since::time);
  deal(s, e, out);
  s.monitor.next_missing = monitor_.oldest_missing(s.monitor, s.source, s.base);  // so that it is never far
  const Readings after = claims_.read(*this, s, out.now());
  if (!claims_.same(before, after)) claims_.look(s.claims, after, out.now(), Since::event);
}

void Pipeline::deal(State& s, const Event& e, Context& out) const {
  const FlinkIo flink{s.source, s.topic, s.ledger};
  const auto spark = [&](std::size_t table) { return SparkIo{s.source, s.ledger[table], s.base, s.monitor, table}; };
  const ControlIo control{s.ledger, s.base};
  switch (e.what) {
    case What::source_change: return source_.change(s.source, out);
    case What::source_scripted: return source_.scripted(s.source, out);
    case What::source_ddl:
      source_.ddl(s.source, e.change, out);
      control_.ddl_executed(s.control, e.change, cdc_.reads_from(s.cdc, out.now()), out);
      monitor_.truth_moved(s.monitor, s.source, s.base);
      return layers_moved(s, out);
    case What::cdc_pump: return cdc_.pump(s.cdc, s.source, s.topic, source_, kafka_, e.epoch, out);
    case What::cdc_recover: return cdc_.recover(s.cdc, s.source, source_, out);
    case What::flink_checkpoint: return flink_.checkpoint(s.flink, flink, out);
    case What::flink_commit: return flink_.commit(s.flink, flink, e.epoch, out);
    case What::flink_deploy: return flink_.deploy(s.flink, flink, control_.build(e.number), out);
    case What::flink_submit: flink_.submit(s.flink, flink, e.epoch, out); return layers_moved(s, out);
    case What::flink_bad_code:
      return flink_.bad_code(s.flink, static_cast<std::uint8_t>(e.number), sim::seconds(e.epoch), out);
    case What::flink_recover: return flink_.recover(s.flink, flink, e.epoch, out);
    case What::flink_rewind: return flink_.rewind(s.flink, flink, e.change, out);
    case What::merge_tick:
      spark_.next_tick(out);
      for (std::size_t t = 0; t < source_.tables(); ++t) spark_.tick(s.merge[t], s.backfill[t], spark(t), out);
      return;
    case What::merge_commit:
      spark_.commit(s.merge[e.number], s.backfill[e.number], spark(e.number), e.epoch, out);
      return monitor_.tell(s.monitor, out);
    case What::backfill_request: {
      const std::size_t t = table_of(e.change);
      return spark_.request(s.backfill[t], spark(t), e.change, control_.build(control_.version_with(e.change)), out);
    }
    case What::backfill_start: {
      const std::size_t t = table_of(e.change);
      return spark_.begin(s.backfill[t], s.merge[t], spark(t), e.epoch, out);
    }
    case What::backfill_commit: {
      const std::size_t t = table_of(e.change);
      spark_.finish(s.backfill[t], s.merge[t], spark(t), e.epoch, out);
      return monitor_.tell(s.monitor, out);
    }
    case What::control_detected: return control_.detected(s.control, e.change, e.number == 1, out);
    case What::control_step_look: {
      const Condition& when = *control_.steps()[e.number].when;
      const std::int64_t value = metrics()[when.metric].value(*this, s, out.now());
      return control_.look(s.control, e.change, e.number, distance(when, value) >= 0, out);
    }
    case What::control_step_go: return control_.go(s.control, e.change, e.number, control, out);
    case What::control_step_done: {
      const StepKind kind = control_.steps()[e.number].kind;
      const Build installed = control_.installs(e.change, e.number);
      for (std::size_t t = 0; t < source_.tables(); ++t) {
        if (kind == StepKind::deploy_spark || kind == StepKind::rollback_spark) s.merge[t].live = installed;
      }
      for (std::size_t i = 0; i < config_.changes.size(); ++i) {
        if (kind != StepKind::deploy_spark || !control_.brings(installed.version, i)) continue;
        s.backfill[table_of(i)].spark_deployed[i] = static_cast<Lsn>(s.source.log.size() + 1);
      }
      control_.step_done(s.control, e.change, e.number, out);
      return layers_moved(s, out);
    }
    case What::control_alter: {
      control_.alter(s.control, e.change, e.number, control, out);
      const std::size_t t = table_of(control_.change_of(e.change, e.number));
      spark_.column_arrived(s.backfill[t], spark(t), out);
      return layers_moved(s, out);
    }
    case What::control_cut_over:
      for (std::size_t i = 0; i < config_.changes.size(); ++i) {
        if (!control_.brings(e.number, i)) continue;
        s.backfill[table_of(i)].flink_deployed[i] = static_cast<Lsn>(s.source.log.size() + 1);
      }
      control_.cut_over(s.control, static_cast<std::uint8_t>(e.number), out);
      return layers_moved(s, out);
    case What::control_refused: return control_.refused(s.control, static_cast<std::uint8_t>(e.number), out);
    case What::control_waits: return control_.backfill(s.control, e.change, StepState::Status::released, out);
    case What::control_backfilled:
      spark_.rewound(s.backfill[table_of(e.change)]);
      return control_.backfill(s.control, e.change, StepState::Status::done, out);
    case What::control_gave_up: return control_.backfill(s.control, e.change, StepState::Status::failed, out);
    case What::maintenance_run: return maintain(s, e, out);
    case What::readers_poll: monitor_.poll(s.monitor, s.source, s.base, out); return monitor_.tell(s.monitor, out);
  }
}

// number 0: the daily run; 1: the compaction that it started commits.
void Pipeline::maintain(State& s, const Event& e, Context& out) const {
  const auto say = [&](std::size_t table, Told told, std::int64_t a = 0, std::int64_t b = 0) {
    tell_of(out, table, Actor::maintenance, told, a, b);
  };
  const auto all = static_cast<iceberg::Buckets>((std::uint64_t{1} << config_.base_table.buckets) - 1);
  if (e.number == 1) {
    s.maintenance.compacting = false;
    // The files that it read are gone if a merge rewrote them, and new deletes on them must not be lost
    // (iceberg.md 3.2).
    for (std::size_t t = 0; t < source_.tables(); ++t) {
      const iceberg::Staged rewrite{.operation = iceberg::Operation::replace,
                                    .from = s.maintenance.from[t],
                                    .added = all,
                                    .removed = all,
                                    .no_new_deletes = true,
                                    .files_exist = true};
      const bool ok = iceberg::commit(s.base.table[t], rewrite, out.now()) == iceberg::Result::ok;
      s.maintenance.conflicts += ok ? 0U : 1U;
      say(t, ok ? Told::compacted : Told::compaction_conflict);
    }
    return;
  }
  out.after(config_.maintenance.every, {.what = What::maintenance_run});
  if (control_.busy(s.control)) return;
  for (std::size_t t = 0; t < source_.tables(); ++t) {
    const std::uint32_t of_ledger = iceberg::expire(s.ledger[t].table, out.now() - config_.cdc_table.snapshot_expiry);
    if (of_ledger > 0) say(t, Told::snapshots_expired, 0, of_ledger);
    const std::uint32_t of_base = iceberg::expire(s.base.table[t], out.now() - config_.base_table.snapshot_expiry);
    if (of_base > 0) say(t, Told::snapshots_expired, 1, of_base);
  }
  if (!config_.maintenance.compaction || s.maintenance.compacting) return;
  s.maintenance.compacting = true;
  for (std::size_t t = 0; t < source_.tables(); ++t) s.maintenance.from[t] = iceberg::head(s.base.table[t]);
  out.after(config_.maintenance.duration.usual, {.what = What::maintenance_run, .number = 1});
}

}  // namespace converge::models
