#include "models/canonical.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <limits>

#include "models/counters.hpp"

namespace converge::models {

namespace {

using Kind = BackfillConfig::Kind;
using FlinkPhase = Flink::Phase;
using Status = StepState::Status;

// A new field of a state is to be decided on: is it live, and when? Then say so here and in canonical.hpp.
static_assert(sim::listed_fields<PipelineWorld> == 2 && sim::listed_fields<sim::Agenda<Event>> == 4);
static_assert(sim::listed_fields<PipelineState> == 12 && sim::listed_fields<Event> == 4);
static_assert(sim::listed_fields<Source> == 8 && sim::listed_fields<Change> == 6 && sim::listed_fields<KeyState> == 4);
static_assert(sim::listed_fields<Cdc> == 7);
static_assert(sim::listed_fields<Topic> == 4 && sim::listed_fields<TopicRecord> == 4);
static_assert(sim::listed_fields<Flink> == 29 && sim::listed_fields<Position> == 2 && sim::listed_fields<Build> == 3);
static_assert(sim::listed_fields<CdcTable> == 2 && sim::listed_fields<LedgerRow> == 8);
static_assert(sim::listed_fields<BaseTable> == 2 && sim::listed_fields<BaseRow> == 5);
static_assert(sim::listed_fields<iceberg::Table> == 6 && sim::listed_fields<iceberg::Snapshot> == 11);
static_assert(sim::listed_fields<Schema> == 2 && sim::listed_fields<Column> == 5);
static_assert(sim::listed_fields<Merge> == 22 && sim::listed_fields<Watermark> == 3);
static_assert(sim::listed_fields<Backfill> == 15);
static_assert(sim::listed_fields<Control> == 4 && sim::listed_fields<Rollout> == 7);
static_assert(sim::listed_fields<StepState> == 7);
static_assert(sim::listed_fields<Maintenance> == 3 && sim::listed_fields<PerTable<Merge>> == 2);
static_assert(sim::listed_fields<Monitor> == 22 && sim::listed_fields<Divergence> == 3);
static_assert(sim::listed_fields<ClaimState> == 10);

constexpr Lsn kNone = std::numeric_limits<Lsn>::max();

// Writes without looking at the room that is left: Form reserves enough.
class Out {
 public:
  explicit Out(std::uint8_t* to) : to_{to} {}
  void byte(std::uint64_t value) { *to_++ = static_cast<std::uint8_t>(value); }
  // Seven bits a byte, the lowest first.
  void number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) byte(value | 0x80U);
    byte(value);
  }
  void either_sign(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
  }
  const std::uint8_t* end() const { return to_; }

 private:
  std::uint8_t* to_;
};

// A set of log positions.
class Lsns {
 public:
  void clear(std::size_t most) { words_.assign(most / 64 + 1, 0); }
  void add(Lsn lsn) { words_[lsn / 64] |= std::uint64_t{1} << lsn % 64; }
  // From `first` to `last`.
  void add(Lsn first, Lsn last) {
    for (std::size_t i = first / 64; i <= last / 64; ++i) {
      std::uint64_t word = ~std::uint64_t{0};
      if (i == first / 64) word &= ~std::uint64_t{0} << first % 64;
      if (i == last / 64) word &= ~std::uint64_t{0} >> (63 - last % 64);
      words_[i] |= word;
    }
  }
  bool has(Lsn lsn) const { return (words_[lsn / 64] >> lsn % 64 & 1U) != 0; }
  Lsn highest() const {
    for (std::size_t i = words_.size(); i > 0; --i) {
      if (words_[i - 1] != 0)
        return static_cast<Lsn>(i * 64 - 1 - static_cast<std::size_t>(std::countl_zero(words_[i - 1])));
    }
    return 0;
  }
  // The positions from 1 to `upto` that are not in it, in order.
  template <class Visit>
  void each_missing(Lsn upto, Visit visit) const {
    for (std::size_t i = 0; i <= upto / 64; ++i) {
      std::uint64_t missing = ~words_[i];
      if (i == 0) missing &= ~std::uint64_t{1};
      if (i == upto / 64 && upto % 64 != 63) missing &= (std::uint64_t{1} << (upto % 64 + 1)) - 1;
      for (; missing != 0; missing &= missing - 1) {
        visit(static_cast<Lsn>(i * 64 + static_cast<std::size_t>(std::countr_zero(missing))));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

// Memory that is used again from call to call.
struct Scratch {
  std::vector<std::uint8_t> bytes;
  Lsns behind;  // changes in the CDC table behind the live rows
  Lsns table;   // changes in the CDC table, or about to be
  std::vector<std::uint32_t> held;
};

class Form {
 public:
  Form(const Pipeline& model, const PipelineWorld& world, Scratch& scratch)
      : model_{model},
        config_{model.config()},
        s_{world.state},
        agenda_{world.agenda},
        now_{world.agenda.now},
        log_{static_cast<Lsn>(world.state.source.log.size())},
        changes_{model.config().changes.size()},
        counters_{counters(model)},
        scratch_{scratch},
        out_{room()} {
    using Guard = MergeConfig::Guard;
    const bool backfill_merges = config_.backfill.kind == Kind::remerge || config_.backfill.kind == Kind::reparse ||
                                 config_.backfill.write == BackfillConfig::Write::merge;
    compares_builds_ = config_.merge.guard == Guard::position_and_build ||
                       (backfill_merges && config_.backfill.guard == Guard::position_and_build);
    find_what_may_come();
  }

  void write() {
    out_.number(static_cast<std::uint64_t>(now_.us));
    source();
    events();
    connector();
    control();
    topic();
    flink();
    backfill();
    ledger();
    merge();
    base();
    maintenance();
    monitor();
    claims();
  }

  // Each table's part stands behind that of the table before it; how many there are is no matter of a world.
  std::size_t tables() const { return model_.source().tables(); }
  std::size_t table_of(std::size_t change) const { return model_.source().table_of(change); }
  const Backfill& backfill_of(std::size_t change) const { return s_.backfill[table_of(change)]; }

  const std::uint8_t* begin() const { return scratch_.bytes.data(); }
  const std::uint8_t* end() const { return out_.end(); }

 private:
  // More than everything that may be written, by far.
  std::uint8_t* room() {
    std::size_t rows = s_.flink.staged.size() + s_.flink.pending.size();
    std::size_t snapshots = 0;
    for (std::size_t t = 0; t < tables(); ++t) {
      rows += s_.ledger[t].rows.size();
      snapshots += s_.ledger[t].table.snapshots.size();
    }
    const std::size_t most = 2048 * tables() + 32 * agenda_.pending.size() + 48 * s_.topic.records.size() + 64 * rows +
                             64 * std::max(s_.base.rows.size(), s_.monitor.rows.size()) + 16 * s_.source.log.size() +
                             32 * snapshots + 24 * s_.claims.size() + 256 * s_.control.rollouts.size();
    if (scratch_.bytes.size() < most) scratch_.bytes.resize(2 * most);
    return scratch_.bytes.data();
  }

  void ago(sim::Instant when) { out_.either_sign((now_ - when).us); }

  sim::Instant horizon() const { return sim::Instant{} + config_.horizon; }
  bool reads(Counters which) const { return (counters_ & which) != 0; }
  void count(Counters which, std::uint64_t value) {
    if (reads(which)) out_.number(value);
  }

  // ---- what a backfill may still read

  bool stale(const Event& e) const {
    switch (e.what) {
      case What::flink_commit:
      case What::flink_submit:
      case What::flink_recover: return e.epoch != s_.flink.epoch;
      case What::merge_commit: return e.epoch != s_.merge[e.number].epoch || !s_.merge[e.number].running;
      case What::backfill_start:
      case What::backfill_commit: return e.epoch != backfill_of(e.change).epoch;
      default: return false;
    }
  }

  void find_what_may_come() {
    for (std::size_t t = 0; t < tables(); ++t) {
      if (s_.backfill[t].phase != Backfill::Phase::idle) may_come_ |= 1U << s_.backfill[t].change;
    }
    if (s_.flink.rewind_requested) may_come_ |= 1U << s_.flink.rewind_change;
    agenda_.pending.for_each_in_order([&](const auto& entry) {
      const Event& e = entry.payload;
      const bool asks = e.what == What::backfill_request || e.what == What::flink_rewind;
      const bool starts = e.what == What::backfill_start || e.what == What::backfill_commit;
      if (asks || (starts && !stale(e))) may_come_ |= 1U << e.change;
      if (starts && !stale(e)) begins_[table_of(e.change)] = true;
    });
    const std::vector<Step>& steps = model_.control().steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].kind != StepKind::backfill) continue;
      for (std::size_t c = 0; c < changes_; ++c) {
        const Rollout& r = s_.control.rollouts[c];
        if (r.steps.empty() || r.phase == Rollout::Phase::done || r.phase == Rollout::Phase::refused) continue;
        const Status status = r.steps[i].status;
        if (status != Status::done && status != Status::failed) may_come_ |= 1U << model_.control().change_of(c, i);
      }
    }
  }
  bool may_come(std::size_t change) const { return (may_come_ >> change & 1U) != 0; }
  bool may_come_of(std::size_t table) const {
    return tables() == 1 ? may_come_ != 0 : may_come(table);  // each table has one change, and its number
  }

  // The least that ddl_position can be when it is read. An announced change that is not executed yet has 0 there, and a
  // plan may well read it.
  Lsn ddl_position(std::size_t change) const {
    if ((s_.source.executed >> change & 1U) != 0) return s_.source.ddl_position[change];
    return config_.changes[change].announced ? 0 : log_;
  }
  Lsn deployed(Lsn one_more) const { return one_more == 0 ? log_ : one_more - 1; }

  // A backfill of this change may still read the CDC table's rows above this position, or set the merge's watermark
  // back to the first of them.
  Lsn reads_above(std::size_t change) const {
    const Backfill& b = backfill_of(change);
    const BackfillConfig& c = config_.backfill;
    switch (c.kind) {
      case Kind::rewind: return kNone;
      case Kind::remerge:
      case Kind::reparse:
        if (c.from == BackfillConfig::From::spark_deploy) return deployed(b.spark_deployed[change]);
        if (c.from == BackfillConfig::From::flink_deploy) return deployed(b.flink_deployed[change]);
        return ddl_position(change);
      case Kind::bootstrap: break;
    }
    switch (c.watermark) {
      case BackfillConfig::Watermark::keep: return kNone;
      case BackfillConfig::Watermark::ddl: return ddl_position(change);
      case BackfillConfig::Watermark::cut_over: return deployed(b.flink_deployed[change]);
      case BackfillConfig::Watermark::snapshot: break;
    }
    if (b.phase == Backfill::Phase::running && b.change == change) return b.snapshot;
    if (c.snapshot == BackfillConfig::Snapshot::at_start) return log_;
    const std::int64_t backup = config_.source.backup_interval.us;
    return model_.source().position_at(s_.source, {now_.us / backup * backup});
  }

  // ---- source, events, connector

  void source() {
    const Source& source = s_.source;
    out_.number(log_);
    out_.byte(source.executed);
    for (std::size_t c = 0; c < changes_; ++c) {
      if ((source.executed >> c & 1U) != 0) out_.number(source.ddl_position[c]);
    }
    out_.number(static_cast<std::uint64_t>(std::max<std::int64_t>(0, (source.captured - now_).us)));
  }

  // The connector resumes behind this position if it crashes before it hands over anything more.
  Lsn resumes_behind() const {
    const Cdc& cdc = s_.cdc;
    return cdc.phase == Cdc::Phase::running && !same_interval() ? cdc.position : cdc.flushed;
  }
  bool same_interval() const { return s_.cdc.interval == now_.us / config_.cdc.flush_interval.us; }

  void events() {
    out_.number(agenda_.pending.size());
    sim::Instant last = now_;
    agenda_.pending.for_each_in_order([&](const auto& entry) {
      out_.number(static_cast<std::uint64_t>((entry.at - last).us));
      last = entry.at;
      event(entry.payload);
    });
  }

  void event(const Event& e) {
    const bool dead = stale(e);
    out_.byte(static_cast<std::uint64_t>(e.what) | (dead ? 0x80U : 0U));
    if (dead) return;
    switch (e.what) {
      case What::source_change:
      case What::source_scripted:
      case What::cdc_recover:
      case What::flink_checkpoint:
      case What::flink_commit:
      case What::flink_submit:
      case What::flink_recover:
      case What::merge_tick:
      case What::readers_poll: return;
      case What::merge_commit: return table(e.number);
      case What::backfill_start:  // of the backfill's own change
      case What::backfill_commit: return table(table_of(e.change));
      // What lies at or before the resumed position has been handed over whatever happens.
      case What::cdc_pump: return out_.number(log_ - std::min(log_, std::max(e.epoch, resumes_behind())));
      case What::source_ddl:
      case What::flink_rewind:
      case What::backfill_request:
      case What::control_waits:
      case What::control_backfilled:
      case What::control_gave_up: return out_.byte(e.change);
      case What::flink_deploy:
      case What::control_cut_over:
      case What::control_refused:
      case What::maintenance_run: return out_.byte(e.number);
      case What::flink_bad_code: out_.byte(e.number); return out_.number(e.epoch);
      case What::control_detected:
      case What::control_step_look:
      case What::control_step_go:
      case What::control_step_done: out_.byte(e.change); return out_.byte(e.number);
      case What::control_alter: {
        const bool ledgers = model_.control().steps()[e.number].kind == StepKind::alter_cdc_table;
        const std::size_t of = table_of(model_.control().change_of(e.change, e.number));
        const iceberg::Table& table = ledgers ? s_.ledger[of].table : s_.base.table[of];
        const bool wins = s_.control.rollouts[e.change].steps[e.number].version == table.version;
        out_.byte(e.change);
        return out_.byte(2U * e.number + (wins ? 1U : 0U));
      }
    }
  }

  // Whose an event is; nothing where there is one table.
  void table(std::size_t number) {
    if (tables() > 1) out_.byte(number);
  }

  void connector() {
    const Cdc& cdc = s_.cdc;
    const bool fresh = same_interval();
    out_.byte(static_cast<std::uint64_t>(cdc.phase) | (fresh ? 4U : 0U));
    const bool running = cdc.phase == Cdc::Phase::running;
    if (running || reads(kCdcPosition)) out_.number(log_ - cdc.position);
    if (cdc.phase == Cdc::Phase::failed) return;
    if (!running || fresh) out_.number(log_ - cdc.flushed);
    out_.number(log_ - cdc.led);
    out_.number(log_ - cdc.tried);
  }

  // ---- control

  void control() {
    const Control& control = s_.control;
    const std::vector<Step>& steps = model_.control().steps();
    bool detects = false;
    bool deploys = false;
    for (std::size_t c = 0; c < changes_; ++c) {
      const Rollout& r = control.rollouts[c];
      const bool unseen = r.phase == Rollout::Phase::unseen;
      const bool open = r.phase == Rollout::Phase::open;
      detects = detects || (unseen && !config_.changes[c].announced);
      deploys = deploys || unseen || open || r.phase == Rollout::Phase::queued;
      out_.byte(static_cast<std::uint64_t>(r.phase) | (unseen && r.drifted ? 8U : 0U) |
                (open && r.bad_code ? 16U : 0U));
      if (r.phase == Rollout::Phase::queued) queued(r);
      if (!open) continue;
      for (std::size_t i = 0; i < r.steps.size(); ++i) step(steps[i].kind, r.steps[i]);
    }
    if (detects && config_.control.any_pull_offset) out_.number(static_cast<std::uint64_t>(control.pull_offset.us));
    if (!deploys) return;
    // A step may bring a cadence of its own, so what the system's own says does not tell whether it is asked for.
    out_.number(static_cast<std::uint64_t>(control.spark_slots.us));
    out_.number(static_cast<std::uint64_t>(control.flink_slots.us));
  }

  // Its place in the queue; and whether another may still join it at the very instant of its detection.
  void queued(const Rollout& r) {
    std::size_t before = 0;
    for (const Rollout& other : s_.control.rollouts) {
      if (other.phase == Rollout::Phase::queued && other.detected < r.detected) ++before;
    }
    out_.byte(2U * before + (r.detected == now_ ? 1U : 0U));
  }

  void step(StepKind kind, const StepState& s) {
    const bool held_up = s.status == Status::ready && s.held_up;  // it is told when that is over
    out_.byte(static_cast<std::uint64_t>(s.status) | (held_up ? 64U : 0U));
    if (s.status == Status::done || s.status == Status::failed || s.status == Status::waiting) return;
    if (kind == StepKind::alter_cdc_table || kind == StepKind::alter_base_table) out_.byte(s.attempt);
    if (s.status != Status::running) return;
    if (kind == StepKind::deploy_flink || kind == StepKind::rollback_flink) out_.byte(s.started == now_ ? 1U : 0U);
  }

  // ---- topic and Flink

  bool runs() const { return s_.flink.phase == FlinkPhase::running; }

  // What Flink has read up to, in append time; from then on it is now, or grows at the speed of catching up.
  sim::Instant frontier() const {
    const Flink& f = s_.flink;
    return runs() ? std::min(now_, f.read_upto + (now_ - f.resumed) * config_.flink.catch_up_speed) : f.read_upto;
  }

  // The live records: those held back that lie before `first_record_`, then all from there on.
  void topic() {
    const Topic& t = s_.topic;
    if (t.elected > now_) {
      out_.number(std::uint64_t{t.leaderless} + 1);
      out_.number(static_cast<std::uint64_t>((t.elected - now_).us));
    } else {
      out_.byte(0);
    }
    const Position& stored = s_.flink.stored;
    const auto records = t.records.begin();
    const auto end = static_cast<std::uint32_t>(t.records.size());
    first_record_ = stored.next;
    bool rewinds = false;
    if (config_.backfill.kind == Kind::rewind) {
      Lsn after = kNone;
      for (std::size_t c = 0; c < changes_; ++c) {
        if (may_come(c)) after = std::min(after, ddl_position(c));
      }
      if (s_.flink.rewind_requested) after = std::min(after, s_.flink.rewind_after);
      rewinds = after != kNone;
      for (std::uint32_t i = 0; rewinds && i < first_record_; ++i) {
        if (records[i].lsn > after) first_record_ = i;
      }
    }
    // Within reach, and never dropped: when it was appended matters no more.
    const sim::Instant reach = rewinds ? sim::Instant{-1} : frontier();
    const sim::Instant kept = model_.kafka().log_start(horizon());
    std::uint64_t before = 0;
    const auto record = [&](std::uint32_t i) {
      const TopicRecord& r = records[i];
      least_ = std::min(least_, r.lsn);
      out_.either_sign(static_cast<std::int64_t>(r.lsn) - static_cast<std::int64_t>(before));
      before = r.lsn;
      out_.number(r.at <= reach && r.at >= kept ? 0 : static_cast<std::uint64_t>((now_ - r.at).us) + 1);
    };
    scratch_.held.clear();
    for (const std::uint32_t i : stored.held) {
      if (i < first_record_) scratch_.held.push_back(i);
    }
    out_.number(scratch_.held.size());
    for (const std::uint32_t i : scratch_.held) record(i);
    out_.number(end - first_record_);
    for (std::uint32_t i = first_record_; i < end; ++i) record(i);
    count(kTopicRecords, end);
  }

  // The place of a record among the live ones: how many of them come before it.
  std::uint32_t place(std::uint32_t record) const {
    const auto& held = scratch_.held;
    const auto many = static_cast<std::uint32_t>(held.size());
    if (record >= first_record_) return many + (record - first_record_);
    return static_cast<std::uint32_t>(std::lower_bound(held.begin(), held.end(), record) - held.begin());
  }

  void position(const Position& p) {
    out_.number(p.next - first_record_);
    out_.number(p.held.size());
    for (const std::uint32_t i : p.held) out_.number(place(i));
  }

  void flink() {
    const Flink& f = s_.flink;
    const bool submits =
        f.phase == FlinkPhase::stopping || f.phase == FlinkPhase::starting || f.phase == FlinkPhase::refused;
    const bool broken = f.broken != Flink::kNobody && f.broken_until > now_;
    out_.byte(static_cast<std::uint64_t>(f.phase) | (f.committing ? 8U : 0U) | (submits && f.refusal_told ? 16U : 0U) |
              (broken ? 32U : 0U) | (f.rewind_requested ? 64U : 0U) | (f.rewinding ? 128U : 0U));
    out_.byte(f.build.version);
    out_.byte(f.wanted.version);
    out_.byte(f.committed_by);
    if (!submits) out_.byte(f.table_columns);
    if (broken) {
      out_.byte(f.broken);
      out_.number(static_cast<std::uint64_t>((f.broken_until - now_).us));
    }
    ago(frontier());
    if (f.rewind_requested) out_.number(f.rewind_after);
    if (f.rewind_requested || f.rewinding) out_.byte(f.rewind_change);
    if (f.rewinding) {  // not known before it starts
      const bool known = f.rewound_until != std::numeric_limits<std::uint32_t>::max();
      out_.number(known ? std::uint64_t{1} + place(f.rewound_until) : 0U);
    }
    position(f.stored);
    position(f.position);
    out_.number(f.staged.size());
    rows(f.staged.begin(), f.staged.end());
    out_.number(f.pending.size());
    rows(f.pending.begin(), f.pending.end());
    count(kFlinkLost, f.lost);
    if (!reads(kFlinkDown)) return;
    out_.number(static_cast<std::uint64_t>(f.down.us));
    if (!runs()) ago(f.stopped);
  }

  // ---- the CDC table

  template <class Iterator>
  void rows(Iterator from, Iterator end) {
    Lsn before = 0;
    for (; from != end; ++from) {
      const LedgerRow& r = *from;
      const Change& change = s_.source.log[r.lsn - 1];
      least_ = std::min(least_, r.lsn);
      out_.either_sign(static_cast<std::int64_t>(r.lsn) - static_cast<std::int64_t>(before) - 1);
      before = r.lsn;
      // A copy lacks columns that its build or its table did not know; whether the raw payload is kept is configured.
      const auto lacks = static_cast<Columns>(change.present & ~r.present);
      const bool plain = r.wrong == 0 && r.wide == (change.wide & r.present);
      out_.byte(plain ? lacks : lacks | 0x80U);
      if (!plain) out_.byte(r.wrong), out_.byte(r.wide);
      if (compares_builds_) out_.byte(r.build);
    }
  }

  // When the merge's start will have expired: what begins after it is gone.
  void expiry_of_start(const iceberg::Table& table, std::uint32_t snapshot) {
    if (config_.merge.watermark == MergeConfig::Watermark::position || snapshot == 0 || table.snapshots.empty()) {
      return out_.byte(0);
    }
    if (snapshot + 1 < table.snapshots[0].id) return out_.byte(1);
    const sim::Instant safe = horizon() - config_.cdc_table.snapshot_expiry;
    const iceberg::Snapshot* next = iceberg::find(table, snapshot + 1);
    if ((next == nullptr ? now_ : next->at) >= safe) return out_.byte(0);
    if (next == nullptr) return out_.byte(2);
    out_.byte(snapshot + 1 == iceberg::head(table) ? 3U : 4U);
    ago(next->at);
  }

  // Where a backfill that sets the watermark back may find its start, if that can expire.
  void starts_to_come(std::size_t t) {
    const auto& snapshots = s_.ledger[t].table.snapshots;
    const std::uint32_t first_row = first_row_[t];
    const sim::Instant safe = horizon() - config_.cdc_table.snapshot_expiry;
    const bool moves = config_.backfill.kind == Kind::bootstrap && may_come_of(t) &&
                       config_.backfill.watermark != BackfillConfig::Watermark::keep &&
                       config_.merge.watermark == MergeConfig::Watermark::snapshot;
    if (!moves || snapshots.empty() || snapshots[0].at >= safe) return out_.byte(0);
    std::size_t from = 0;
    while (from + 1 < snapshots.size() && snapshots[from + 1].rows_end <= first_row) ++from;
    out_.number(snapshots.size() - from);
    for (std::size_t i = from; i < snapshots.size(); ++i) {
      out_.number(std::max(snapshots[i].rows_end, first_row) - first_row);
      ago(snapshots[i].at);
    }
  }

  void schema(const iceberg::Table& table) {
    out_.byte(iceberg::columns(table));
    out_.byte(iceberg::widened(table));
  }

  void ledger() {
    Lsns& behind = scratch_.behind;
    behind.clear(log_);
    for (std::size_t t = 0; t < tables(); ++t) {
      schema(s_.ledger[t].table);
      find_first_row(t, behind);
    }
    // no-row-lost asks for the whole history: which changes are there, and which Flink has passed that are not. A
    // change is of one table, so one set does for all.
    const Lsn highest = behind.highest();
    out_.number(highest);
    missing(behind, highest, [](Lsn) { return true; });
    std::uint64_t all = 0;
    for (std::size_t t = 0; t < tables(); ++t) {
      const auto row = s_.ledger[t].rows.begin();
      const auto end = static_cast<std::uint32_t>(s_.ledger[t].rows.size());
      out_.number(end - first_row_[t]);
      rows(row + first_row_[t], row + end);
      all += end;
    }
    lost();
    for (std::size_t t = 0; t < tables(); ++t) starts_to_come(t);
    count(kTableRows, all);
  }

  // Where the live rows of a CDC table begin; the changes of those before are added to `behind`.
  void find_first_row(std::size_t t, Lsns& behind) {
    const Merge& merge = s_.merge[t];
    const auto row = s_.ledger[t].rows.begin();
    Lsn above = kNone;
    for (std::size_t c = 0; c < changes_; ++c) {
      if (may_come(c) && table_of(c) == t) above = std::min(above, reads_above(c));
    }
    std::uint32_t& begin = first_row_[t];
    begin = merge.watermark.row;
    if (merge.running) begin = std::min(begin, merge.from.row);
    for (std::uint32_t i = 0; i < begin;) {
      const Lsn first = row[i].lsn;  // of a run: nearly always all of them are one
      if (first > above) {
        begin = i;
        break;
      }
      Lsn next = first + 1;
      for (++i; i < begin && row[i].lsn == next && next <= above; ++i) ++next;
      behind.add(first, next - 1);
    }
  }

  template <class Wanted>
  void missing(const Lsns& set, Lsn upto, Wanted wanted) {
    Lsn last = 0;
    set.each_missing(upto, [&](Lsn lsn) {
      if (!wanted(lsn)) return;
      out_.number(lsn - last);
      last = lsn;
    });
    out_.byte(0);
  }

  // Changes that the newest checkpoint has passed, and the table does not have: none, unless the topic has lost any.
  void lost() {
    if (s_.flink.lost == 0) return out_.byte(0);
    Lsns& table = scratch_.table;
    table.clear(log_);
    for (std::size_t t = 0; t < tables(); ++t) {
      for (const LedgerRow& r : s_.ledger[t].rows) table.add(r.lsn);
    }
    for (const LedgerRow& r : s_.flink.pending) table.add(r.lsn);
    const Position& stored = s_.flink.stored;
    Lsn handed_over = 0;
    bool any = false;
    const auto record = s_.topic.records.begin();
    std::size_t held = 0;
    Lsns& passed = scratch_.behind;
    for (std::uint32_t i = 0; i < stored.next; ++i) {
      if (held < stored.held.size() && stored.held[held] == i) {
        ++held;
        continue;
      }
      const Lsn lsn = record[i].lsn;
      if (table.has(lsn)) continue;
      if (!any) passed.clear(log_);
      any = true;
      passed.add(lsn);
      handed_over = std::max(handed_over, lsn);
    }
    if (!any) return out_.byte(0);
    missing(table, handed_over, [&](Lsn lsn) { return passed.has(lsn); });
  }

  // ---- Spark

  // Nothing that can still come lies at or below it: it might as well be 0.
  void floor(Lsn floor) { out_.number(floor < least_ ? 0 : floor); }

  void find_least() {
    least_ = std::min(least_, resumes_behind() + 1);
    for (std::size_t c = 0; c < changes_; ++c) {
      if (!may_come(c)) continue;
      least_ = std::min({least_, ddl_position(c) + 1, reads_above(c) == kNone ? kNone : reads_above(c) + 1});
    }
  }

  void merge() {
    find_least();
    for (std::size_t t = 0; t < tables(); ++t) merge(t);
    std::uint64_t committed = 0;
    std::uint64_t stalls = 0;
    std::uint64_t lost = 0;
    for (std::size_t t = 0; t < tables(); ++t) {
      const Merge& m = s_.merge[t];
      committed += m.committed;
      stalls += std::uint64_t{m.unresolved} + m.overflowed + m.expired;
      lost += std::uint64_t{m.conflicts} + m.crashed;
    }
    count(kMergeCommitted, committed);
    count(kMergeStalls, stalls);
    count(kMergeLost, lost);
  }

  void merge(std::size_t t) {
    const Merge& m = s_.merge[t];
    const iceberg::Table& table = s_.ledger[t].table;
    const std::uint32_t first_row = first_row_[t];
    out_.byte((m.running ? 1U : 0U) | (m.running && m.queued ? 2U : 0U) | (m.paused ? 4U : 0U) |
              (reads(kMergeBlocked) && m.blocked ? 8U : 0U));
    out_.byte(m.live.version);
    out_.number(m.watermark.row - first_row);
    floor(m.watermark.floor);
    expiry_of_start(table, m.watermark.snapshot);
    writer_to_come(s_.base.table[t]);
    if (m.running) {
      out_.byte(m.build.version);
      out_.byte(m.failure);
      if (config_.merge.form == MergeConfig::Form::star) out_.byte(m.target_columns);
      out_.number(m.from.row - first_row);
      floor(m.from.floor);
      out_.number(m.upto.row - first_row);
      floor(m.upto.floor);
      expiry_of_start(table, m.upto.snapshot);
      writer(s_.base.table[t], m.target);
    }
  }

  void backfill() {
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
    for (std::size_t t = 0; t < tables(); ++t) {
      backfill(t);
      done += s_.backfill[t].done;
      failed += s_.backfill[t].failed;
    }
    count(kBackfillDone, done);
    count(kBackfillFailed, failed);
  }

  void backfill(std::size_t t) {
    const Backfill& b = s_.backfill[t];
    const bool idle = b.phase == Backfill::Phase::idle;
    out_.byte(static_cast<std::uint64_t>(b.phase) | (b.after_merge ? 4U : 0U) |
              (b.phase == Backfill::Phase::running && b.fails ? 8U : 0U));
    if (!idle || b.after_merge || begins_[t]) {
      out_.byte(b.change);
      out_.byte(b.build.version);
      out_.number(b.attempt);
    }
    const bool spark = config_.backfill.from == BackfillConfig::From::spark_deploy;
    const bool flink = config_.backfill.from == BackfillConfig::From::flink_deploy;
    const bool merges = config_.backfill.kind == Kind::remerge || config_.backfill.kind == Kind::reparse;
    const bool cut_over =
        config_.backfill.kind == Kind::bootstrap && config_.backfill.watermark == BackfillConfig::Watermark::cut_over;
    for (std::size_t c = 0; c < changes_; ++c) {
      if (!may_come(c) || table_of(c) != t) continue;
      if (merges && spark) out_.number(b.spark_deployed[c]);
      if ((merges && flink) || cut_over) out_.number(b.flink_deployed[c]);
    }
  }

  // After the CDC table: where its rows begin is known then.
  void running_backfill(std::size_t t) {
    const Backfill& b = s_.backfill[t];
    if (b.phase != Backfill::Phase::running || config_.backfill.kind == Kind::rewind) return;
    const bool bootstrap = config_.backfill.kind == Kind::bootstrap;
    if (bootstrap) {
      out_.number(b.snapshot);
    } else {
      out_.number(std::max(b.row_end, first_row_[t]) - first_row_[t]);
    }
    // An INSERT OVERWRITE validates nothing.
    if (!bootstrap || config_.backfill.write == BackfillConfig::Write::merge) writer(s_.base.table[t], b.target);
  }

  // ---- the base table

  // Who begins next begins at the head, and when that expires hangs on when it was committed.
  void writer_to_come(const iceberg::Table& table) {
    const iceberg::Snapshot* head = iceberg::find(table, iceberg::head(table));
    const sim::Instant safe = horizon() - config_.base_table.snapshot_expiry;
    out_.number(head == nullptr || head->at >= safe ? 0 : static_cast<std::uint64_t>((now_ - head->at).us) + 1);
  }

  // What the snapshots since `from` say to the validation of a writer that began there, and when `from` expires.
  void writer(const iceberg::Table& table, std::uint32_t from) {
    const std::uint32_t head = iceberg::head(table);
    const std::uint32_t oldest = table.snapshots.empty() ? 0 : table.snapshots[0].id;
    const sim::Instant safe = horizon() - config_.base_table.snapshot_expiry;
    out_.byte(std::min(head - from, 2U) | (oldest <= from ? 0U : std::min(oldest - from, 2U)) << 2U |
              (from == 0 ? 16U : 0U));
    for (const std::uint32_t id : {from, from + 1}) {
      const iceberg::Snapshot* s = iceberg::find(table, id);
      out_.number(s == nullptr || s->at >= safe ? 0 : static_cast<std::uint64_t>((now_ - s->at).us) + 1);
    }
    if (head == from) return;
    iceberg::Buckets removed = 0;
    iceberg::Buckets deletes = 0;
    bool data = false;
    for (std::size_t i = table.snapshots.size(); i > 0 && table.snapshots[i - 1].id > from; --i) {
      const iceberg::Snapshot& s = table.snapshots[i - 1];
      removed |= s.removed;
      if (s.operation != iceberg::Operation::replace) deletes |= s.deletes;
      data = data || (s.added != 0 &&
                      (s.operation == iceberg::Operation::append || s.operation == iceberg::Operation::overwrite));
    }
    out_.number(removed);
    out_.number(deletes);
    out_.byte(data ? 1U : 0U);
  }

  void base() {
    for (std::size_t t = 0; t < tables(); ++t) {
      running_backfill(t);
      schema(s_.base.table[t]);
    }
    const auto& rows = s_.base.rows;
    const auto& why = s_.monitor.rows;
    const auto& keys = s_.source.keys;
    const std::size_t there = rows.size();
    out_.number(keys.size() - there);
    const auto row = rows.begin();
    const auto reasons = why.begin();
    const auto key = keys.begin();
    const std::size_t both = std::min(there, why.size());
    last_key_ = 0;
    for (std::size_t k = 0; k < there; ++k) {
      const auto at = static_cast<std::ptrdiff_t>(k);
      const Reasons reason = k < both ? reasons[at] : Reasons{0};
      const bool plain = row[at].lsn == key[at].last && reason == 0 && !(compares_builds_ && row[at].lsn >= least_);
      if (k >= both || !plain) base_row(k, row[at], key[at], reason);
    }
    // Stale, and nothing of it merged yet.
    for (std::size_t k = there; k < why.size(); ++k) {
      if (why[k] == 0) continue;
      out_.number(k + 1 - last_key_);
      last_key_ = k + 1;
      out_.byte(why[k]);
    }
    out_.byte(0);
  }

  void base_row(std::size_t k, const BaseRow& r, const KeyState& key, Reasons reasons) {
    out_.number(k + 1 - last_key_);
    last_key_ = k + 1;
    const bool older = r.lsn != key.last;
    const bool wrong = (reasons & static_cast<Reasons>(~kStale)) != 0;
    const bool build = compares_builds_ && r.exists && r.lsn >= least_;
    out_.byte((older ? 1U : 0U) | (wrong ? 2U : 0U) | (build ? 4U : 0U) | ((reasons & kStale) != 0 ? 8U : 0U));
    if (older) out_.number(r.lsn);
    if (build) out_.byte(r.build);
    if (!wrong) return;
    // Columns without a bit hold what the source has there. With kWrong nothing is known: whether the row exists, and
    // what it holds, are written out.
    out_.byte(reasons);
    if ((reasons & kWrong) != 0) out_.byte(r.exists ? 1U : 0U);
    if (!r.exists) return;
    for (Slot slot = 0; slot <= changes_; ++slot) {
      const bool differs = slot > 0 && (reasons >> (slot - 1U) & 1U) != 0;
      if (differs || (reasons & kWrong) != 0) out_.number(r.cells[slot]);
    }
  }

  void maintenance() {
    out_.byte(s_.maintenance.compacting ? 1U : 0U);
    for (std::size_t t = 0; s_.maintenance.compacting && t < tables(); ++t) {
      writer(s_.base.table[t], s_.maintenance.from[t]);
    }
  }

  // ---- those who look on

  void monitor() {
    const Monitor& m = s_.monitor;
    out_.byte(m.opened);
    out_.byte(m.open);
    out_.byte(m.adopted);
    count(kReads, m.reads);
    count(kFailedReads, m.failed_reads);
  }

  void claims() {
    for (const ClaimState& c : s_.claims) {
      out_.byte((c.open ? 1U : 0U) | (c.after_was ? 2U : 0U) | (c.was ? 4U : 0U) | (c.answer_was ? 8U : 0U) |
                (c.armed ? 16U : 0U));
      if (c.armed) ago(c.armed_at);
    }
  }

  const Pipeline& model_;
  const PipelineConfig& config_;
  const PipelineState& s_;
  const sim::Agenda<Event>& agenda_;
  sim::Instant now_;
  Lsn log_;
  std::size_t changes_;
  Counters counters_;
  Scratch& scratch_;
  Out out_;
  bool compares_builds_ = false;
  std::uint32_t may_come_ = 0;             // changes whose backfill may still begin, or is under way
  std::array<bool, kTablesMax> begins_{};  // or is over in a moment: its event is pending, and not stale
  std::uint32_t first_record_ = 0;
  std::array<std::uint32_t, kTablesMax> first_row_{};  // by table
  Lsn least_ = kNone;                                  // of what may still be merged
  std::size_t last_key_ = 0;
};

}  // namespace

void canonical(const Pipeline& model, const PipelineWorld& world, std::vector<std::uint8_t>& bytes) {
  thread_local Scratch scratch;
  Form form{model, world, scratch};
  form.write();
  bytes.insert(bytes.end(), form.begin(), form.end());
}

}  // namespace converge::models
