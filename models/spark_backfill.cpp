// The backfill: the part of spark.hpp that repairs history.
#include <algorithm>

#include "models/questions.hpp"
#include "models/spark.hpp"

namespace converge::models {

namespace {

using Kind = BackfillConfig::Kind;

// The position of a deploy, and of this moment where there was none.
Lsn deployed_at(Lsn one_more, const Source& source) {
  return one_more == 0 ? static_cast<Lsn>(source.log.size()) : one_more - 1;
}

}  // namespace

// Its statement names the new columns of the base table, and, where it reads typed rows, those of the CDC table.
bool SparkModel::ready(const Backfill& b, SparkIo io) const {
  const Columns base = iceberg::columns(io.target());
  if (!covers(base, b.build.columns) || !covers(iceberg::widened(io.target()), b.build.wide)) return false;
  return backfill_.kind != Kind::remerge || covers(iceberg::columns(io.ledger.table), b.build.columns);
}

void SparkModel::request(Backfill& b, SparkIo io, std::uint8_t change, const Build& build, Context& out) const {
  b.change = change;
  b.build = for_table(build, io.table);
  b.attempt = 0;
  ++b.epoch;
  b.after_merge = false;
  b.phase = Backfill::Phase::waiting;
  if (backfill_.kind == Kind::rewind) {
    b.phase = Backfill::Phase::running;
    tell_of(out, io.table, Actor::backfill, Told::backfill_started, change, static_cast<std::int64_t>(backfill_.kind));
    return out.after({}, {.what = What::flink_rewind, .change = change});
  }
  if (ready(b, io) || backfill_.missing_column == BackfillConfig::MissingColumn::fail) {
    return out.after({}, {.what = What::backfill_start, .change = change, .epoch = b.epoch});
  }
  tell_of(out, io.table, Actor::backfill, Told::backfill_waits, change);
  out.after({}, {.what = What::control_waits, .change = change});
}

void SparkModel::column_arrived(Backfill& b, SparkIo io, Context& out) const {
  if (b.phase != Backfill::Phase::waiting || b.after_merge || !ready(b, io)) return;
  if (backfill_.start == BackfillConfig::Start::after_next_merge) {
    b.after_merge = true;
    return;
  }
  out.after({}, {.what = What::backfill_start, .change = b.change, .epoch = b.epoch});
}

void SparkModel::begin(Backfill& b, Merge& m, SparkIo io, std::uint32_t epoch, Context& out) const {
  if (epoch != b.epoch) return;
  ++b.attempt;
  if (!ready(b, io)) {
    tell_of(out, io.table, Actor::backfill, Told::backfill_failed, b.change, b.attempt);
    return retry(b, m, io, out);
  }
  if (backfill_.pauses_merges && !m.paused) {
    m.paused = true;
    tell_of(out, io.table, Actor::merge, Told::merges_paused);
  }
  if (backfill_.pauses_merges && m.running) {
    --b.attempt;
    b.after_merge = true;  // the run that is going on ends first
    return;
  }
  b.phase = Backfill::Phase::running;
  const Lsn now = static_cast<Lsn>(io.source.log.size());
  const std::int64_t backup = source_.config().backup_interval.us;
  b.snapshot = backfill_.snapshot == BackfillConfig::Snapshot::at_start
                   ? now
                   : source_.position_at(io.source, {out.now().us / backup * backup});
  b.target = iceberg::head(io.target());
  b.row_end = static_cast<std::uint32_t>(io.ledger.rows.size());
  b.fails = out.choose(id(Q::backfill_failure)) != 0;
  tell_of(out, io.table, Actor::backfill, Told::backfill_started, b.change, static_cast<std::int64_t>(backfill_.kind),
          b.snapshot);
  out.after(out.duration(id(Q::backfill_duration)),
            {.what = What::backfill_commit, .change = b.change, .epoch = ++b.epoch});
}

void SparkModel::finish(Backfill& b, Merge& m, SparkIo io, std::uint32_t epoch, Context& out) const {
  if (epoch != b.epoch || b.phase != Backfill::Phase::running) return;
  monitor_.look(io.monitor, io.source, io.base, out);
  if (b.fails) {
    tell_of(out, io.table, Actor::backfill, Told::backfill_failed, b.change, b.attempt);
    return retry(b, m, io, out);
  }
  const auto all = static_cast<iceberg::Buckets>((std::uint64_t{1} << base_.buckets) - 1);
  const bool replaces = backfill_.kind == Kind::bootstrap && backfill_.write == BackfillConfig::Write::replace;
  iceberg::Staged commit = staged(all, b.target);
  if (replaces) {  // INSERT OVERWRITE validates nothing by default (spark.md 6.2)
    commit = {.operation = iceberg::Operation::overwrite, .from = b.target, .added = all, .removed = all};
  }
  if (iceberg::commit(io.target(), commit, out.now()) != iceberg::Result::ok) {
    tell_of(out, io.table, Actor::backfill, Told::backfill_conflict, b.change, b.attempt);
    return retry(b, m, io, out);
  }
  std::uint32_t rows = 0;
  if (replaces) {
    rows = replace_all(b, io, out);
  } else if (backfill_.kind == Kind::bootstrap) {
    rows = merge_source(b, io, out);
  } else {
    rows = merge_ledger(b, io, out);
  }
  b.rows_written += rows;
  if (backfill_.kind == Kind::bootstrap) move_watermark(b, m, io);
  b.phase = Backfill::Phase::idle;
  ++b.done;
  tell_of(out, io.table, Actor::backfill, Told::backfill_committed, b.change, rows, b.attempt);
  resume_merges(m, io, out);
  out.after({}, {.what = What::control_backfilled, .change = b.change});
}

void SparkModel::rewound(Backfill& b) const {
  if (backfill_.kind != Kind::rewind) return;
  b.phase = Backfill::Phase::idle;
  ++b.done;
}

// The whole table as the source had it at the snapshot, in the new build's columns.
std::uint32_t SparkModel::replace_all(const Backfill& b, SparkIo io, Context& out) const {
  std::vector<Lsn> newest(io.source.keys.size(), 0);
  for (Lsn lsn = 1; lsn <= b.snapshot; ++lsn) newest[source_.at(io.source, lsn).key] = lsn;
  std::uint32_t rows = 0;
  for (Key key = 0; key < newest.size(); ++key) {
    if (io.source.keys[key].table != io.table) continue;
    BaseRow next{
        .lsn = newest[key], .exists = source_.exists_at(io.source, key, newest[key]), .build = b.build.version};
    if (next.exists) {
      for (Slot slot = 0; slot < kSlots; ++slot) {
        if (has(b.build.columns, slot)) next.cells[slot] = source_.truth(io.source, next.lsn, slot);
      }
      ++rows;
    }
    write(io, key, next, out);
  }
  return rows;
}

// MERGE of the snapshot's rows whose last change is younger than the DDL; rows deleted meanwhile are not in it.
std::uint32_t SparkModel::merge_source(const Backfill& b, SparkIo io, Context& out) const {
  const Statement statement{.assigned = b.build.columns, .build = b.build, .guard = backfill_.guard};
  std::vector<Lsn> newest(io.source.keys.size(), 0);
  for (Lsn lsn = 1; lsn <= b.snapshot; ++lsn) newest[source_.at(io.source, lsn).key] = lsn;
  std::uint32_t rows = 0;
  for (Key key = 0; key < newest.size(); ++key) {
    if (io.source.keys[key].table != io.table) continue;
    if (newest[key] <= io.source.ddl_position[b.change] || !source_.exists_at(io.source, key, newest[key])) continue;
    SourceRow source{.key = key, .lsn = newest[key], .op = Op::update, .build = b.build.version};
    for (Slot slot = 0; slot < kSlots; ++slot) {
      if (has(b.build.columns, slot)) source.cells[slot] = source_.truth(io.source, source.lsn, slot);
    }
    merge_row(statement, source, io, out);
    ++rows;
  }
  return rows;
}

// MERGE of what the CDC table holds from an instant on: its typed columns, or its raw payload parsed anew.
std::uint32_t SparkModel::merge_ledger(const Backfill& b, SparkIo io, Context& out) const {
  Lsn from = io.source.ddl_position[b.change];
  if (backfill_.from == BackfillConfig::From::spark_deploy) from = deployed_at(b.spark_deployed[b.change], io.source);
  if (backfill_.from == BackfillConfig::From::flink_deploy) from = deployed_at(b.flink_deployed[b.change], io.source);
  const Statement statement{.assigned = b.build.columns,
                            .build = b.build,
                            .parses_raw = backfill_.kind == Kind::reparse,
                            .guard = backfill_.guard};
  const std::vector<std::uint32_t> batch = latest(0, b.row_end, from, io.ledger);
  for (const std::uint32_t i : batch) merge_row(statement, source_row(statement, io.ledger.rows[i]), io, out);
  return static_cast<std::uint32_t>(batch.size());
}

// After the override has committed: to the first row that the snapshot does not cover (pinterest-three-phase.md 5.4).
void SparkModel::move_watermark(const Backfill& b, Merge& m, SparkIo io) const {
  Lsn floor = b.snapshot;
  switch (backfill_.watermark) {
    case BackfillConfig::Watermark::keep: return;
    case BackfillConfig::Watermark::snapshot: break;
    case BackfillConfig::Watermark::ddl: floor = io.source.ddl_position[b.change]; break;
    case BackfillConfig::Watermark::cut_over: floor = deployed_at(b.flink_deployed[b.change], io.source); break;
  }
  const auto& rows = io.ledger.rows;
  const auto first = std::find_if(rows.begin(), rows.end(), [&](const LedgerRow& r) { return r.lsn > floor; });
  m.watermark.floor = floor;
  m.watermark.row = static_cast<std::uint32_t>(first - rows.begin());
  m.watermark.snapshot = 0;
  for (const iceberg::Snapshot& s : io.ledger.table.snapshots) {
    if (s.rows_end <= m.watermark.row) m.watermark.snapshot = s.id;
  }
}

void SparkModel::retry(Backfill& b, Merge& m, SparkIo io, Context& out) const {
  resume_merges(m, io, out);
  ++b.epoch;
  if (b.attempt < backfill_.attempts) {
    b.phase = Backfill::Phase::retrying;
    return out.after(backfill_.retry_delay, {.what = What::backfill_start, .change = b.change, .epoch = b.epoch});
  }
  b.phase = Backfill::Phase::idle;
  ++b.failed;
  tell_of(out, io.table, Actor::backfill, Told::backfill_gave_up, b.change, b.attempt);
  out.after({}, {.what = What::control_gave_up, .change = b.change});
}

void SparkModel::resume_merges(Merge& m, SparkIo io, Context& out) const {
  if (!m.paused) return;
  m.paused = false;
  tell_of(out, io.table, Actor::merge, Told::merges_resumed);
}

}  // namespace converge::models
