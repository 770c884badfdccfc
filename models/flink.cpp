#include "models/flink.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <optional>

#include "models/questions.hpp"

namespace converge::models {

namespace {

bool alive(const Flink& f) { return f.phase == Flink::Phase::running; }

// Has it read all that was there when it went back? What a reset of offsets left is held, and counts.
bool rewound(const Flink& f) {
  return f.rewinding && f.position.next >= f.rewound_until &&
         std::none_of(f.position.held.begin(), f.position.held.end(),
                      [&](std::uint32_t i) { return i < f.rewound_until; });
}

// A column belongs to one table, so what all of them have together says it of each.
Columns columns(const PerTable<CdcTable>& ledger) {
  Columns all = 0;
  for (std::size_t t = 0; t < ledger.tables(); ++t) all = static_cast<Columns>(all | iceberg::columns(ledger[t].table));
  return all;
}

Columns widened(const PerTable<CdcTable>& ledger) {
  Columns all = 0;
  for (std::size_t t = 0; t < ledger.tables(); ++t) all = static_cast<Columns>(all | iceberg::widened(ledger[t].table));
  return all;
}

void touch(PerTable<CdcTable>& ledger) {
  for (std::size_t t = 0; t < ledger.tables(); ++t) iceberg::touch(ledger[t].table);
}

}  // namespace

void FlinkModel::start(Flink& f, const PerTable<CdcTable>& ledger, Context& out) const {
  f.table_columns = columns(ledger);
  out.after(config_.checkpoint_interval, {.what = What::flink_checkpoint});
}

sim::Instant FlinkModel::frontier(const Flink& f, sim::Instant now) const {
  return std::min(now, f.read_upto + (now - f.resumed) * config_.catch_up_speed);
}

// One barrier. Rows read up to here are in the checkpoint; without any there is nothing that a failure could lose.
void FlinkModel::checkpoint(Flink& f, FlinkIo io, Context& out) const {
  out.after(config_.checkpoint_interval, {.what = What::flink_checkpoint});
  if (!alive(f) || f.committing) return;  // at most one checkpoint at a time
  if (config_.writer == FlinkConfig::Writer::subset && !covers(f.build.columns, f.table_columns)) {
    tell(out, Actor::flink, Told::flink_cannot_checkpoint, f.build.version, f.table_columns & ~f.build.columns);
    fail(f, Flink::Phase::stuck, out);
    out.after({}, {.what = What::control_refused, .number = f.build.version});
    return;
  }
  if (!read(f, io, out)) return;
  const bool cut_over = f.committed_by != f.build.version;
  if (f.staged.empty() && !cut_over) {
    f.stored = f.position;
    ++f.checkpoint;
    touch(io.ledger);
    if (rewound(f)) {
      f.rewinding = false;
      out.after({}, {.what = What::control_backfilled, .change = f.rewind_change});
    }
    return;
  }
  const std::int64_t failure = out.choose(id(Q::flink_failure));
  if (failure == 2) {  // complete, and then the commit was not attempted
    f.stored = f.position;
    ++f.checkpoint;
    f.pending.insert(f.pending.end(), f.staged.begin(), f.staged.end());
    f.staged.clear();
  }
  if (failure != 0) {
    tell(out, Actor::flink, Told::flink_failed, f.checkpoint);
    fail(f, Flink::Phase::restarting, out);
    out.after(out.duration(id(Q::flink_restart)), {.what = What::flink_recover, .epoch = f.epoch});
    return;
  }
  f.committing = true;
  sim::Duration takes =
      out.duration(id(Q::flink_checkpoint));  // one choice a statement: operands have no order of their own
  takes = takes + out.duration(id(Q::flink_commit));
  out.after(takes, {.what = What::flink_commit, .epoch = f.epoch});
}

// Reads what has arrived and is reachable; a record of a partition without leader waits for it.
bool FlinkModel::read(Flink& f, FlinkIo io, Context& out) const {
  if (f.position.next == io.topic.records.size() && f.position.held.empty()) return true;
  const sim::Instant upto = frontier(f, out.now());
  std::vector<std::uint32_t> held;
  const auto take = [&](std::uint32_t index) {
    const TopicRecord& record = io.topic.records[index];
    if (record.at > upto || !kafka_.available(io.topic, record.partition, out.now())) {
      held.push_back(index);
      return true;
    }
    return stage(f, record, io, out);
  };
  for (const std::uint32_t index : f.position.held) {
    if (!take(index)) return false;
  }
  while (f.position.next < io.topic.records.size() && io.topic.records[f.position.next].at <= upto) {
    if (!take(f.position.next)) return false;
    ++f.position.next;
  }
  f.position.held = std::move(held);
  return true;
}

bool FlinkModel::stage(Flink& f, const TopicRecord& record, FlinkIo io, Context& out) const {
  const Change& change = source_.at(io.source, record.lsn);
  const auto known = static_cast<Columns>(f.build.columns & f.table_columns);
  auto wrong = static_cast<Columns>(change.wide & ~f.build.wide & known);
  if (change.op == Op::remove) wrong = 0;  // a delete carries its key only
  if (wrong != 0) {
    if (config_.on_overflow == FlinkConfig::Overflow::fail) {
      ++f.unreadable;
      tell(out, Actor::flink, Told::flink_poisoned, f.build.version, record.lsn);
      fail(f, Flink::Phase::poisoned, out);
      return false;
    }
    ++f.truncated;
    tell(out, Actor::flink, Told::flink_truncated, f.build.version, record.lsn);
  }
  f.staged.push_back({.lsn = record.lsn,
                      .key = change.key,
                      .op = change.op,
                      .build = f.build.version,
                      .present = static_cast<Columns>(change.present & known),
                      .wrong = wrong,
                      .wide = static_cast<Columns>(change.wide & known & ~wrong),
                      .raw = table_.keeps_raw ? change.present : Columns{0}});
  return true;
}

void FlinkModel::commit(Flink& f, FlinkIo io, std::uint32_t epoch, Context& out) const {
  if (epoch != f.epoch) return;  // the job failed, or was stopped, since this checkpoint began
  f.committing = false;
  f.stored = f.position;
  ++f.checkpoint;
  append(f, io, f.staged, out);
  if (f.phase == Flink::Phase::stopping) {
    f.phase = Flink::Phase::starting;
    out.after(restore(out), {.what = What::flink_submit, .epoch = f.epoch});
  }
}

sim::Duration FlinkModel::restore(Context& out) const {
  const bool slow = out.choose(id(Q::flink_tail)) != 0;
  return out.duration(id(slow ? Q::flink_tail_takes : Q::flink_restore));
}

void FlinkModel::bad_code(Flink& f, std::uint8_t version, sim::Duration fix, Context& out) const {
  f.broken = version;
  f.broken_until = out.now() + fix;
}

// The sink's commit: of each table one append snapshot that carries the checkpoint's id. Appends validate nothing and
// never conflict.
void FlinkModel::append(Flink& f, FlinkIo io, std::vector<LedgerRow>& rows, Context& out) const {
  for (std::size_t t = 0; t < io.ledger.tables(); ++t) {
    CdcTable& ledger = io.ledger[t];
    const std::size_t before = ledger.rows.size();
    for (const LedgerRow& row : rows) {
      if (io.source.keys[row.key].table == t) ledger.rows.push_back(row);
    }
    const auto end = static_cast<std::uint32_t>(ledger.rows.size());
    if (end == before) {
      iceberg::touch(ledger.table);
      continue;
    }
    const auto result =
        iceberg::commit(ledger.table, {.operation = iceberg::Operation::append}, out.now(), end, f.checkpoint);
    assert(result == iceberg::Result::ok);
    static_cast<void>(result);
  }
  rows.clear();
  if (f.phase == Flink::Phase::running && f.committed_by != f.build.version) {
    f.committed_by = f.build.version;
    tell(out, Actor::flink, Told::flink_cut_over, f.build.version, f.checkpoint);
    out.after({}, {.what = What::control_cut_over, .number = f.build.version});
  }
  if (rewound(f)) {
    f.rewinding = false;
    out.after({}, {.what = What::control_backfilled, .change = f.rewind_change});
  }
}

// Whatever was under way is given up; what no checkpoint holds will be read again.
void FlinkModel::fail(Flink& f, Flink::Phase phase, Context& out) const {
  f.read_upto = frontier(f, out.now());
  f.phase = phase;
  ++f.epoch;
  ++f.unplanned_stops;
  f.stopped = out.now();
  f.committing = false;
  f.staged.clear();
  f.position = f.stored;
}

void FlinkModel::deploy(Flink& f, FlinkIo io, const Build& next, Context& out) const {
  f.committed_by =
      Flink::kNobody;  // its first checkpoint is a cut-over, also where the build is the one that ran before
  f.wanted = next;
  f.refusal_told = false;
  ++f.epoch;  // a checkpoint under way ends in the savepoint
  if (alive(f) && read(f, io, out)) {
    ++f.planned_stops;
    tell(out, Actor::flink, Told::flink_stopping, f.build.version, next.version);
    f.read_upto = frontier(f, out.now());
    f.stopped = out.now();
    f.phase = Flink::Phase::stopping;
    f.committing = true;
    out.after(out.duration(id(Q::flink_savepoint)), {.what = What::flink_commit, .epoch = f.epoch});
    return;
  }
  // Not running, or it fails while it drains: cancelled, and the new build starts from the newest checkpoint.
  tell(out, Actor::flink, Told::flink_cancelled, f.build.version, next.version);
  f.phase = Flink::Phase::starting;
  f.committing = false;
  f.staged.clear();
  f.position = f.stored;
  out.after(restore(out), {.what = What::flink_submit, .epoch = f.epoch});
}

void FlinkModel::submit(Flink& f, FlinkIo io, std::uint32_t epoch, Context& out) const {
  if (epoch != f.epoch) return;
  // A sink maps its fields to its table's ids while the job graph is built; an unknown one throws, in whichever sink.
  const Columns table = columns(io.ledger);
  const Columns missing = static_cast<Columns>((f.wanted.columns & ~table) | (f.wanted.wide & ~widened(io.ledger)));
  const bool broken = f.wanted.version == f.broken && out.now() < f.broken_until;  // a rollback needs no mended code
  if (broken || missing != 0) {
    if (!f.refusal_told) {
      f.refusal_told = true;
      if (missing != 0) {
        tell(out, Actor::flink, Told::flink_refused, f.wanted.version, missing);
      } else {
        tell(out, Actor::flink, Told::flink_cannot_run, f.wanted.version);
      }
      out.after({}, {.what = What::control_refused, .number = f.wanted.version});
    }
    f.phase = Flink::Phase::refused;
    out.after(config_.resubmit_every, {.what = What::flink_submit, .epoch = f.epoch});
    return;
  }
  f.build = f.wanted;
  f.table_columns = table;
  if (f.rewind_requested) {
    const auto first = std::find_if(io.topic.records.begin(), io.topic.records.end(),
                                    [&](const TopicRecord& r) { return r.lsn > f.rewind_after; });
    // Back, and never forward: what no checkpoint has passed yet is read in its turn.
    f.stored.next = std::min(f.stored.next, static_cast<std::uint32_t>(first - io.topic.records.begin()));
    std::erase_if(f.stored.held, [&](std::uint32_t i) { return i >= f.stored.next; });
    f.rewound_until = static_cast<std::uint32_t>(io.topic.records.size());
    f.read_upto = f.stored.next == f.rewound_until ? out.now() : io.topic.records[f.stored.next].at;
    tell(out, Actor::flink, Told::flink_rewound, f.rewind_after, f.rewound_until - f.stored.next);
    f.rewind_requested = false;
  }
  f.position = f.stored;
  if (!settle_offsets(f, io, out)) return;
  run(f, io, out);
  tell(out, Actor::flink, Told::flink_started, f.build.version, (out.now() - f.stopped).us / 1'000'000);
}

void FlinkModel::recover(Flink& f, FlinkIo io, std::uint32_t epoch, Context& out) const {
  if (epoch != f.epoch) return;
  f.position = f.stored;
  if (!settle_offsets(f, io, out)) return;
  run(f, io, out);
  tell(out, Actor::flink, Told::flink_recovered, static_cast<std::int64_t>(io.topic.records.size()) - f.position.next);
}

void FlinkModel::run(Flink& f, FlinkIo io, Context& out) const {
  f.down = f.down + (out.now() - f.stopped);
  f.resumed = out.now();
  // After a deploy that checkpoint is the last one of the build before, and no cut-over.
  if (f.phase == Flink::Phase::restarting) f.phase = Flink::Phase::running;
  if (!f.pending.empty()) append(f, io, f.pending, out);  // the table does not have that checkpoint's id yet
  f.phase = Flink::Phase::running;
}

// Restored offsets that the topic no longer has go to the reset policy, partition by partition.
bool FlinkModel::settle_offsets(Flink& f, FlinkIo io, Context& out) const {
  const sim::Instant log_start = kafka_.log_start(out.now());
  const auto& records = io.topic.records;
  const auto unread = [&](auto&& visit) {
    for (const std::uint32_t index : f.position.held) visit(index);
    for (std::uint32_t i = f.position.next; i < records.size(); ++i) visit(i);
  };
  if (f.position.next < records.size() && records[f.position.next].at >= log_start && f.position.held.empty())
    return true;
  // The restored offset of a partition is that of its first unread record; of those, the log has what is left.
  struct Restored {
    kafka::LogOffset offset = 0;
    std::optional<kafka::LogOffset> left;
  };
  std::map<std::uint16_t, Restored> restored;
  unread([&](std::uint32_t i) {
    const TopicRecord& r = records[i];
    Restored& of = restored.try_emplace(r.partition, Restored{.offset = r.offset}).first->second;
    if (!of.left && r.at >= log_start) of.left = r.offset;
  });
  std::map<std::uint16_t, kafka::LogOffset> reset;  // where those partitions go on that the log has left behind
  for (const auto& [partition, of] : restored) {
    const kafka::LogOffset end = io.topic.log_end[partition];
    const kafka::Start start =
        kafka::start_of(of.offset, config_.offset_reset, kafka::Isolation::read_uncommitted,
                        {.start = of.left.value_or(end), .last_stable = end, .high_watermark = end});
    if (start.fails()) {
      f.phase = Flink::Phase::dead;
      tell(out, Actor::flink, Told::flink_offset_invalid, f.build.version);
      out.after({}, {.what = What::control_refused, .number = f.build.version});
      return false;
    }
    if (start.why == kafka::Start::Why::reset) reset.emplace(partition, start.offset);
  }
  if (reset.empty()) return true;
  std::uint32_t lost = 0;
  std::vector<std::uint32_t> held;
  // What is left to read is kept one by one: the reset makes holes in the order of the log.
  unread([&](std::uint32_t i) {
    const auto from = reset.find(records[i].partition);
    if (from != reset.end() && records[i].offset < from->second) {
      ++lost;
    } else {
      held.push_back(i);
    }
  });
  f.position = {static_cast<std::uint32_t>(records.size()), std::move(held)};
  f.stored = f.position;
  f.lost += lost;
  tell(out, Actor::flink, Told::flink_gap, lost, static_cast<std::int64_t>(reset.size()));
  return true;
}

void FlinkModel::rewind(Flink& f, FlinkIo io, std::uint8_t change, Context& out) const {
  f.rewind_after = io.source.ddl_position[change];
  f.rewind_requested = true;
  f.rewinding = true;
  f.rewind_change = change;
  f.rewound_until =
      std::numeric_limits<std::uint32_t>::max();  // known at the start: the savepoint before it ends nothing
  const std::uint8_t committed_by = f.committed_by;
  deploy(f, io, f.phase == Flink::Phase::running ? f.build : f.wanted, out);
  f.committed_by = committed_by;  // reading again is no cut-over
}

}  // namespace converge::models
