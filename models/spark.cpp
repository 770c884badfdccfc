#include "models/spark.hpp"

#include <algorithm>
#include <cassert>

#include "models/questions.hpp"

namespace converge::models {

namespace {

using Guard = MergeConfig::Guard;

// May a source copy overwrite the target row?
bool fires(Guard guard, Lsn lsn, std::uint8_t build, const BaseRow& target) {
  switch (guard) {
    case Guard::none: return true;
    case Guard::position_at_least: return lsn >= target.lsn;
    case Guard::position_greater: return lsn > target.lsn;
    case Guard::position_and_build: return lsn > target.lsn || (lsn == target.lsn && build > target.build);
  }
  assert(false);
  return false;
}

}  // namespace

BaseRow SparkModel::before_the_run(const KeyState& key) const {
  BaseRow row{.exists = key.was_there};
  if (!key.was_there) return row;
  row.cells[0] = value_of(0);
  for (std::size_t i = 0; i < source_.changes().size(); ++i) {
    const bool there = source_.changes()[i].kind == ChangeConfig::Kind::change_type &&
                       has(source_.columns_of(key.table), static_cast<Slot>(i + 1));
    if (there) row.cells[i + 1] = value_of(0);
  }
  return row;
}

void SparkModel::start(BaseTable& base, const Source& source, Context& out) const {
  for (const KeyState& key : source.keys) base.rows.push_back(before_the_run(key));
  sim::Duration first = merge_.offset;
  if (merge_.any_offset) first = out.duration(id(Q::merge_offset));
  out.after(first.us > 0 ? first : merge_.every, {.what = What::merge_tick});
}

// ---- the periodic MERGE

void SparkModel::tick(Merge& m, Backfill& b, SparkIo io, Context& out) const {
  if (m.paused) return;
  if (!m.running) return begin_run(m, b, io, out);
  ++m.skipped;
  tell_of(out, io.table, Actor::merge, Told::merge_skipped_tick, m.run);
  if (merge_.overlap == MergeConfig::Overlap::queue) m.queued = true;
}

// What a statement over this table names of it.
Build SparkModel::for_table(Build build, std::size_t table) const {
  build.columns = static_cast<Columns>(build.columns & source_.columns_of(table));
  build.wide = static_cast<Columns>(build.wide & source_.columns_of(table));
  return build;
}

// Names that the analysis cannot resolve, given the columns of both tables (spark.md 2.4,
// pinterest-three-phase.md 5.1).
Columns SparkModel::unresolved(const Build& build, Columns source, Columns target) const {
  const Columns selected = static_cast<Columns>(build.columns & ~source);
  switch (merge_.form) {
    case MergeConfig::Form::named: return static_cast<Columns>(selected | (build.columns & ~target));
    case MergeConfig::Form::strict:
      return static_cast<Columns>(selected | (build.columns & ~target) | (target & ~build.columns));
    case MergeConfig::Form::star: return static_cast<Columns>(selected | (target & ~source));
  }
  assert(false);
  return 0;
}

void SparkModel::begin_run(Merge& m, Backfill& b, SparkIo io, Context& out) const {
  m.queued = false;
  ++m.run;
  m.build = for_table(m.live, io.table);
  m.source_columns = iceberg::columns(io.ledger.table);
  m.target_columns = iceberg::columns(io.target());
  const Columns missing = unresolved(m.build, m.source_columns, m.target_columns);
  if (missing != 0) {
    ++m.unresolved;
    tell_of(out, io.table, Actor::merge, Told::merge_unresolved, m.run, m.build.version, missing);
    m.blocked = true;
    return;
  }
  m.blocked = false;
  const auto rows = static_cast<std::uint32_t>(io.ledger.rows.size());
  if (rows == m.watermark.row) return run_over(b, out);  // nothing new: a job tests before it reads (spark.md 3.1)
  const auto& snapshots = io.ledger.table.snapshots;
  // The start itself may be expired as long as its child is there (iceberg.md 6.1).
  if (merge_.watermark == MergeConfig::Watermark::snapshot && m.watermark.snapshot != 0 &&
      m.watermark.snapshot + 1 < snapshots.front().id) {
    ++m.expired;
    tell_of(out, io.table, Actor::merge, Told::merge_start_expired, m.run, m.watermark.snapshot);
    m.blocked = true;
    return;
  }
  m.from = m.watermark;
  m.upto = {iceberg::head(io.ledger.table), rows, m.watermark.floor};
  if (overflows(m, io, out)) {
    ++m.overflowed;
    m.blocked = true;
    return;
  }
  m.target = iceberg::head(io.target());
  m.running = true;
  if (merge_.watermark_saved == MergeConfig::Saved::before) m.watermark = m.upto;
  m.failure = static_cast<std::uint8_t>(out.choose(id(Q::merge_failure)));
  out.after(out.duration(id(Q::merge_duration)),
            {.what = What::merge_commit, .number = static_cast<std::uint16_t>(io.table), .epoch = ++m.epoch});
}

// A value beyond the old range fails the run: by a cast in an old build, or by a target column that is not widened yet.
bool SparkModel::overflows(const Merge& m, SparkIo io, Context& out) const {
  const Columns fits = static_cast<Columns>(merge_.on_overflow == MergeConfig::Overflow::wrap
                                                ? iceberg::widened(io.target()) | ~m.build.wide
                                                : iceberg::widened(io.target()) & m.build.wide);
  const auto too_wide = [&](const LedgerRow& row) { return (row.wide & m.build.columns & ~fits) != 0; };
  const auto& rows = io.ledger.rows;
  if (std::none_of(rows.begin() + m.from.row, rows.begin() + m.upto.row, too_wide)) return false;
  for (const std::uint32_t i :
       latest(m.from.row, m.upto.row, m.from.floor, io.ledger)) {  // the cast comes after the choice per key
    if (!too_wide(rows[i])) continue;
    tell_of(out, io.table, Actor::merge, Told::merge_overflow, m.run, rows[i].lsn);
    return true;
  }
  return false;
}

void SparkModel::commit(Merge& m, Backfill& b, SparkIo io, std::uint32_t epoch, Context& out) const {
  if (epoch != m.epoch || !m.running) return;
  monitor_.look(io.monitor, io.source, io.base, out);
  if (m.failure == 1) {
    ++m.crashed;
    tell_of(out, io.table, Actor::merge, Told::merge_crashed, m.run, 0);
    return end_run(m, b, io, out);
  }
  const std::vector<std::uint32_t> batch = latest(m.from.row, m.upto.row, m.from.floor, io.ledger);
  iceberg::Buckets touched = 0;
  for (const std::uint32_t i : batch) touched |= bucket(io.ledger.rows[i].key);
  if (iceberg::commit(io.target(), staged(touched, m.target), out.now()) != iceberg::Result::ok) {
    ++m.conflicts;
    tell_of(out, io.table, Actor::merge, Told::merge_conflict, m.run);
    return end_run(m, b, io, out);
  }
  Statement statement{.assigned = m.build.columns,
                      .build = m.build,
                      .parses_raw = ledger_.keeps_raw && m.build.version > 0,
                      .guard = merge_.guard};
  if (merge_.form == MergeConfig::Form::star) statement.assigned = m.target_columns;
  for (const std::uint32_t i : batch) merge_row(statement, source_row(statement, io.ledger.rows[i]), io, out);
  ++m.committed;
  tell_of(out, io.table, Actor::merge, Told::merge_committed, m.run, static_cast<std::int64_t>(batch.size()),
          m.build.version);
  const bool died = m.failure == 2;
  if (died) {
    ++m.crashed;
    tell_of(out, io.table, Actor::merge, Told::merge_crashed, m.run, 1);
  }
  if (!died || merge_.watermark_saved == MergeConfig::Saved::in_commit) m.watermark = m.upto;
  end_run(m, b, io, out);
}

void SparkModel::end_run(Merge& m, Backfill& b, SparkIo io, Context& out) const {
  m.running = false;
  run_over(b, out);
  if (m.queued && !m.paused) begin_run(m, b, io, out);
}

// A backfill may have waited for a run to end.
void SparkModel::run_over(Backfill& b, Context& out) const {
  if (!b.after_merge) return;
  b.after_merge = false;
  out.after({}, {.what = What::backfill_start, .change = b.change, .epoch = b.epoch});
}

// The latest change per key among the CDC table's rows [begin, end) above `floor`: by source position; between copies
// of one change the later one, or, where the guard compares builds, that of the newer build. By key.
std::vector<std::uint32_t> SparkModel::latest(std::uint32_t begin, std::uint32_t end, Lsn floor,
                                              const CdcTable& ledger) const {
  std::vector<std::uint32_t> picked;
  for (std::uint32_t i = begin; i < end; ++i) {
    if (ledger.rows[i].lsn > floor) picked.push_back(i);
  }
  if (picked.size() <= 1) return picked;
  // Batches are a few rows, or, after a stall, some hundreds: sorting by key is quick for both and needs no map.
  std::sort(picked.begin(), picked.end(), [&](std::uint32_t a, std::uint32_t b) {
    const LedgerRow& x = ledger.rows[a];
    const LedgerRow& y = ledger.rows[b];
    if (x.key != y.key) return x.key < y.key;
    if (x.lsn != y.lsn) return x.lsn < y.lsn;
    if (merge_.guard == Guard::position_and_build && x.build != y.build) return x.build < y.build;
    return a < b;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < picked.size(); ++i) {
    if (i + 1 < picked.size() && ledger.rows[picked[i + 1]].key == ledger.rows[picked[i]].key) continue;
    picked[kept++] = picked[i];
  }
  picked.resize(kept);
  return picked;
}

SparkModel::SourceRow SparkModel::source_row(const Statement& statement, const LedgerRow& row) const {
  SourceRow source{.key = row.key, .lsn = row.lsn, .op = row.op, .build = row.build};
  if (statement.parses_raw) source.build = std::max(row.build, statement.build.version);
  for (Slot slot = 0; slot < kSlots; ++slot) {
    const Columns present = statement.parses_raw ? row.raw : row.present;
    if (!has(present, slot)) continue;
    const bool cut = has(statement.parses_raw ? Columns{0} : row.wrong, slot) ||
                     (has(row.wide, slot) && !has(statement.build.wide, slot));  // CAST(... AS INT) wraps silently
    source.cells[slot] = cut ? kTruncated : value_of(row.lsn);
  }
  return source;
}

// Rows are kept from their first change on; until then they are as before the run.
const BaseRow& SparkModel::row(SparkIo io, Key key) const {
  auto& rows = io.base.rows;
  while (rows.size() <= key) {
    const auto next = static_cast<Key>(rows.size());
    rows.push_back(before_the_run(io.source.keys[next]));
    monitor_.row_appeared(io.monitor, io.source, io.base, next);
  }
  return rows[key];
}

void SparkModel::write(SparkIo io, Key key, const BaseRow& next, Context& out) const {
  const BaseRow before = row(io, key);
  BaseRow& target = io.base.rows.edit(key);
  target = next;
  target.written = true;
  monitor_.row_written(io.monitor, io.source, io.base, key, before, out);
}

// WHEN MATCHED AND op = 'd' THEN DELETE, WHEN MATCHED THEN UPDATE, WHEN NOT MATCHED AND op <> 'd' THEN INSERT; the
// guard, where there is one, stands in both MATCHED clauses. A deleted row takes its position with it (spark.md 2.3).
void SparkModel::merge_row(const Statement& statement, const SourceRow& source, SparkIo io, Context& out) const {
  BaseRow next = row(io, source.key);
  if (next.exists && !fires(statement.guard, source.lsn, source.build, next)) return;
  if (source.op == Op::remove) {
    next = {.lsn = next.exists ? source.lsn : std::max(next.lsn, source.lsn), .build = source.build};
    return write(io, source.key, next, out);
  }
  if (!next.exists) next.cells = {};  // an INSERT leaves null what it does not name
  next.exists = true;
  next.lsn = source.lsn;
  next.build = source.build;
  for (Slot slot = 0; slot < kSlots; ++slot) {
    if (has(statement.assigned, slot)) next.cells[slot] = source.cells[slot];
  }
  write(io, source.key, next, out);
}

iceberg::Buckets SparkModel::bucket(Key key) const {
  return iceberg::Buckets{1} << (sim::fold(key, 0xD6E8FEB86659FD93ULL) % static_cast<std::uint64_t>(base_.buckets));
}

// What the engine asks to be validated at its commit (iceberg.md 3.3).
iceberg::Staged SparkModel::staged(iceberg::Buckets touched, std::uint32_t from) const {
  const bool copies = merge_.mode == MergeConfig::Mode::copy_on_write;
  return {.operation = iceberg::Operation::overwrite,
          .from = from,
          .added = touched,
          .removed = copies ? touched : 0,
          .deletes = copies ? 0 : touched,
          .no_new_data = merge_.isolation == MergeConfig::Isolation::serializable,
          .no_new_deletes = true,
          .files_exist = true};
}

}  // namespace converge::models
