// Truths that hold for every scenario and every schedule, sought to be broken by RapidCheck; and what it broke, each as
// a plain test of its own at the end.
//
// They are no claims about convergence, but for one: a rollout in the canonical order, without faults, always gets
// there. What the model keeps count of step by step is worked out here again from the whole state, in the most naive
// way.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/schedule.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/sanitized.hpp"

namespace converge::models {
namespace {

using support::Case;
using Complaints = std::vector<std::string>;
using FlinkPhase = Flink::Phase;
using Status = StepState::Status;

constexpr std::uint64_t kEventsMax = 500'000;

// ---- the whole state at one instant

// What is to come, by kind; of those that carry an epoch, the ones that are not stale.
struct Agenda {
  std::map<What, int> all;
  std::map<What, int> live;
  std::map<std::pair<What, int>, int> of_change;
  std::map<std::pair<int, int>, int> of_step;  // (change, step): its slot, its swap or its end
};

std::uint32_t epoch_of(What what, const PipelineState& s) {
  switch (what) {
    case What::flink_commit:
    case What::flink_submit:
    case What::flink_recover: return s.flink.epoch;
    case What::merge_commit: return s.merge.epoch;
    case What::backfill_start:
    case What::backfill_commit: return s.backfill.epoch;
    default: return 0;
  }
}

Agenda agenda(const PipelineWorld& world) {
  Agenda a;
  world.agenda.pending.for_each_in_order([&](const auto& entry) {
    const Event& e = entry.payload;
    ++a.all[e.what];
    if (e.epoch == epoch_of(e.what, world.state)) ++a.live[e.what];
    ++a.of_change[{e.what, e.change}];
    if (e.what == What::control_step_go || e.what == What::control_step_done || e.what == What::control_alter ||
        e.what == What::control_step_look) {
      ++a.of_step[{e.change, e.number}];
    }
  });
  return a;
}

std::uint8_t version_of(StepKind kind, std::size_t change) {
  const bool back = kind == StepKind::rollback_flink || kind == StepKind::rollback_spark;
  return static_cast<std::uint8_t>(back ? change : change + 1);
}

class Auditor {
 public:
  Auditor(const Pipeline& model, const PipelineWorld& world)
      : model_{model}, world_{world}, s_{world.state}, now_{world.agenda.now}, agenda_{agenda(world)} {}

  Complaints audit() {
    clockwork();
    connector();
    flink();
    ledger();
    tables();
    base();
    merge();
    backfill();
    control();
    monitor();
    return std::move(complaints_);
  }

 private:
  // Words are put together only where something is wrong: a run asks this some million times.
  template <class... Figures>
  void expect(bool holds, fmt::format_string<Figures...> what, Figures&&... figures) {
    if (!holds) complaints_.push_back(text(now_) + ": " + fmt::format(what, std::forward<Figures>(figures)...));
  }
  int pending(What what) { return agenda_.all[what]; }
  int live(What what) { return agenda_.live[what]; }

  // Whatever happens again and again is pending once: nothing runs away, and nothing hangs.
  void clockwork() {
    const PipelineConfig& c = model_.config();
    for (const What what : {What::flink_checkpoint, What::merge_tick, What::readers_poll}) {
      expect(pending(what) == 1, "event {} is pending {} times", static_cast<int>(what), pending(what));
    }
    expect(pending(What::maintenance_run) == (s_.maintenance.compacting ? 2 : 1),
           "maintenance is not pending as it should");
    expect(pending(What::source_change) == (c.source.tracked_changes_per_hour > 0 ? 1 : 0),
           "the workload is not pending once");
    expect(pending(What::source_scripted) == (s_.source.scripted < c.source.scripted.size() ? 1 : 0),
           "the script is not pending");
  }

  void connector() {
    const Cdc& c = s_.cdc;
    expect(c.flushed <= c.position && c.position <= s_.source.log.size(),
           "the connector is ahead of itself or of the log");
    expect(pending(What::cdc_recover) == (c.phase == Cdc::Phase::down ? 1 : 0),
           "the connector's recovery is not pending");
    if (c.phase == Cdc::Phase::running && pending(What::cdc_pump) == 0) {
      expect(c.position == s_.source.log.size(), "the connector has stopped reading");
    }
    std::vector<bool> seen(s_.source.log.size() + 1);
    std::map<std::uint16_t, Offset> ends;
    sim::Instant last;
    for (const TopicRecord& r : s_.topic.records) {
      expect(r.at >= last && r.at <= now_, "records are not in the order of their time");
      last = r.at;
      expect(r.lsn >= 1 && r.lsn < seen.size() && (seen[r.lsn] || r.lsn == 1 || seen[r.lsn - 1]),
             "a record came before its elder");
      seen[r.lsn] = true;
      expect(r.offset == ends[r.partition]++, "offsets of a partition have holes");
      expect(r.partition == model_.kafka().partition(s_.source.log[r.lsn - 1].key),
             "a record lies in another key's partition");
    }
    for (Lsn lsn = 1; lsn <= c.position; ++lsn) expect(seen[lsn], "the connector passed a change and gave no record");
  }

  void flink() {
    const Flink& f = s_.flink;
    const bool commits = f.phase == FlinkPhase::stopping || (f.phase == FlinkPhase::running && f.committing);
    expect(live(What::flink_commit) == (commits ? 1 : 0), "not one commit for the checkpoint under way");
    const bool submits = f.phase == FlinkPhase::starting || f.phase == FlinkPhase::refused;
    expect(live(What::flink_submit) == (submits ? 1 : 0), "not one submission under way");
    expect(live(What::flink_recover) == (f.phase == FlinkPhase::restarting ? 1 : 0), "not one recovery under way");
    const bool reads = f.phase == FlinkPhase::running || f.phase == FlinkPhase::stopping;
    expect(reads || (f.staged.empty() && f.position == f.stored), "a job that does not run holds what it read");
    expect(!reads || f.pending.empty(), "a running job has a checkpoint that it never committed");
    for (const Position* p : {&f.position, &f.stored}) {
      expect(p->next <= s_.topic.records.size(), "Flink is ahead of the topic");
      expect(std::is_sorted(p->held.begin(), p->held.end()) &&
                 std::adjacent_find(p->held.begin(), p->held.end()) == p->held.end() &&
                 (p->held.empty() || p->held.back() < p->next),
             "records held back are out of order");
    }
    expect(f.stored.next <= f.position.next, "the checkpoint is ahead of the job");
    if (reads) {
      expect(covers(slots(iceberg::current_schema(s_.ledger.table)), f.build.columns),
             "a job runs that names a column its table lacks");
    }
  }

  // Every record that a checkpoint has passed is in the table, or about to be, or counted as lost; and none twice, but
  // by a rewind.
  void ledger() {
    const Flink& f = s_.flink;
    std::map<Lsn, int> passed;
    const std::set<std::uint32_t> held(f.stored.held.begin(), f.stored.held.end());
    for (std::uint32_t i = 0; i < f.stored.next; ++i) {
      if (!held.contains(i)) ++passed[s_.topic.records[i].lsn];
    }
    std::map<Lsn, int> written;
    const auto look = [&](const auto& rows) {
      for (const LedgerRow& row : rows) {
        ++written[row.lsn];
        const Change& change = s_.source.log.at(row.lsn - 1);
        expect(row.key == change.key && row.op == change.op, "a row of the CDC table is of another change");
        expect(covers(change.present, row.present) && covers(row.present | row.wrong | row.wide, row.wide),
               "a row has what its change lacks");
        expect((row.wide & row.wrong) == 0 && covers(change.wide, static_cast<Columns>(row.wide | row.wrong)),
               "a value is whole and cut");
      }
    };
    look(s_.ledger.rows);
    look(f.pending);
    const bool rewinds = model_.config().backfill.kind == BackfillConfig::Kind::rewind;
    std::int64_t missing = 0;
    for (const auto& [lsn, times] : passed) missing += std::max(0, times - written[lsn]);
    expect(missing <= f.lost, "{} records are gone, and {} are counted", missing, f.lost);
    if (!rewinds) {
      expect(missing == f.lost, "changes are counted as lost that are not");
      for (const auto& [lsn, times] : written) {
        expect(times <= passed[lsn], "change {} is in the CDC table more often than in the topic", lsn);
      }
    }
  }

  void table(const iceberg::Table& t, std::string_view name) {
    std::uint32_t parent = 0;
    std::uint32_t sequence = 0;
    std::uint32_t rows_end = 0;
    std::uint32_t checkpoint = 0;
    std::uint16_t schema = 0;
    sim::Instant at;
    for (const iceberg::Snapshot& each : t.snapshots) {
      if (&each != &t.snapshots.front())
        expect(each.id == parent + 1 && each.parent == parent, "{}: a snapshot's parent is not the one before", name);
      expect(each.parent + 1 == each.id, "{}: a snapshot without the parent it had", name);
      expect(each.sequence > sequence && each.sequence <= t.sequence, "{}: sequence numbers do not rise", name);
      expect(each.rows_end >= rows_end, "{}: a snapshot holds fewer rows than its parent", name);
      expect(each.checkpoint == 0 || each.checkpoint > checkpoint, "{}: checkpoints are committed out of order", name);
      expect(each.schema >= schema && each.schema <= t.schemas.back().id, "{}: a snapshot has an odd schema", name);
      expect(each.at >= at && each.at <= now_, "{}: a snapshot of another time", name);
      expect(iceberg::find(t, each.id) == &each, "{}: a snapshot that is not found", name);
      parent = each.id, sequence = each.sequence, rows_end = each.rows_end, schema = each.schema, at = each.at;
      checkpoint = std::max(checkpoint, each.checkpoint);
    }
    expect(t.next_snapshot == iceberg::head(t) + 1, "{}: a snapshot's number is given twice", name);
    expect(t.version >= t.sequence, "{}: commits without a version", name);
    for (std::size_t i = 0; i < t.schemas.size(); ++i) {
      std::set<std::uint16_t> ids;
      std::set<Slot> slots;
      std::uint16_t last = 0;
      for (const Column& c : t.schemas[i].columns) {
        expect(c.id > last && c.id <= t.last_column_id, "{}: field ids do not rise", name);
        last = c.id;
        expect(slots.insert(c.slot).second, "{}: a column twice", name);
        if (i > 0 && column(t.schemas[i - 1], c.slot) == nullptr) {
          for (const Schema& older : t.schemas) {
            if (&older == &t.schemas[i]) break;
            for (const Column& was : older.columns) expect(was.id < c.id, "{}: a field id is used again", name);
          }
        }
      }
      if (i > 0) expect(t.schemas[i].id == t.schemas[i - 1].id + 1, "{}: schema ids have holes", name);
    }
  }

  void tables() {
    table(s_.ledger.table, "CDC table");
    table(s_.base.table, "base table");
    const auto& snapshots = s_.ledger.table.snapshots;
    expect((snapshots.empty() ? 0 : snapshots.back().rows_end) == s_.ledger.rows.size(),
           "rows of the CDC table that no snapshot has");
  }

  void base() {
    expect(s_.base.rows.size() <= s_.source.keys.size(), "a base row of no key");
    for (Key key = 0; key < s_.base.rows.size(); ++key) {
      const BaseRow& row = s_.base.rows[key];
      expect(row.lsn <= s_.source.keys[key].last, "a base row is newer than the source");
      expect(row.lsn == 0 || s_.source.log[row.lsn - 1].key == key, "a base row is of another key's change");
      for (const Cell cell : row.cells) {
        expect(cell < kFirstValue || cell <= value_of(s_.source.keys[key].last), "a cell's value was never written");
      }
    }
  }

  void merge() {
    const Merge& m = s_.merge;
    expect(pending(What::merge_commit) == (m.running ? 1 : 0), "not one commit for the merge that runs");
    for (const Watermark& w : {m.watermark, m.from, m.upto}) {
      expect(w.row <= s_.ledger.rows.size() && w.snapshot <= iceberg::head(s_.ledger.table),
             "a watermark beyond the CDC table");
      expect(w.floor <= s_.source.log.size(), "a watermark beyond the log");
      const iceberg::Snapshot* at = w.snapshot == 0 ? nullptr : iceberg::find(s_.ledger.table, w.snapshot);
      expect(at == nullptr || at->rows_end <= w.row, "a watermark's snapshot holds more than it has merged");
    }
    if (m.running) {
      expect(m.from.row <= m.upto.row, "a run goes backwards");
      expect(covers(m.target_columns, m.build.columns) || model_.config().merge.form == MergeConfig::Form::star,
             "a run that could not be analysed");
    }
  }

  void backfill() {
    const Backfill& b = s_.backfill;
    using Phase = Backfill::Phase;
    const bool rewinds = model_.config().backfill.kind == BackfillConfig::Kind::rewind;
    expect(pending(What::backfill_commit) >= live(What::backfill_commit) && live(What::backfill_commit) <= 1,
           "two backfills at once");
    if (!rewinds) {
      expect(live(What::backfill_commit) == (b.phase == Phase::running ? 1 : 0), "a running backfill that never ends");
      const bool starts = live(What::backfill_start) > 0;
      expect(b.phase != Phase::retrying || starts || b.after_merge, "a backfill that is never tried again");
      expect(b.phase != Phase::idle || (!starts && !b.after_merge), "a backfill that nobody asked for starts");
      const bool ready = covers(slots(iceberg::current_schema(s_.base.table)), b.build.columns) &&
                         covers(iceberg::widened(s_.base.table), b.build.wide) &&
                         (model_.config().backfill.kind != BackfillConfig::Kind::remerge ||
                          covers(slots(iceberg::current_schema(s_.ledger.table)), b.build.columns));
      expect(b.phase != Phase::waiting || starts || b.after_merge || !ready,
             "a backfill waits for a column that is there");
      expect(!s_.merge.paused || b.phase == Phase::running || starts || b.after_merge, "merges are paused for good");
    } else {
      const bool going = s_.flink.rewinding || pending(What::flink_rewind) > 0;
      expect((b.phase == Phase::running) == going || pending(What::control_backfilled) > 0, "a rewind that never ends");
      expect(!s_.flink.rewind_requested || s_.flink.rewinding, "a rewind is asked for and not under way");
    }
    expect(b.attempt <= model_.config().backfill.attempts, "more attempts than allowed");
  }

  bool lets_go(const StepState& step, StepKind kind) {
    const bool alter = kind == StepKind::alter_cdc_table || kind == StepKind::alter_base_table;
    return step.status == Status::done || step.status == Status::released || (step.status == Status::failed && !alter);
  }

  void control() {
    using Phase = Rollout::Phase;
    int open = 0;
    int queued = 0;
    for (std::size_t change = 0; change < s_.control.rollouts.size(); ++change) {
      const Rollout& r = s_.control.rollouts[change];
      open += r.phase == Phase::open ? 1 : 0;
      queued += r.phase == Phase::queued ? 1 : 0;
      const bool announced = model_.config().changes[change].announced;
      if (r.phase == Phase::unseen && (announced || r.drifted)) {
        expect(agenda_.of_change[{What::control_detected, static_cast<int>(change)}] == 1,
               "a change that nobody will notice");
      }
      if (r.phase == Phase::open || r.phase == Phase::done) {
        expect(r.detected <= r.opened && r.opened <= now_, "a rollout opened before it was detected");
      }
      if (r.phase == Phase::done)
        expect(r.opened <= r.finished && r.finished <= now_, "a rollout over before it opened");
      steps(change, r);
    }
    expect(open <= 1, "two rollouts at once");
    expect(queued == 0 || open == 1, "a change is queued behind nothing");
  }

  void steps(std::size_t change, const Rollout& r) {
    const auto& plan = model_.control().steps();
    bool over = true;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const StepState& step = r.steps[i];
      const std::string& name = plan[i].name;
      over = over && (step.status == Status::done || step.status == Status::failed);
      bool free = true;
      for (std::size_t before = 0; before < plan.size(); ++before) {
        if ((plan[i].after & (1U << before)) == 0) continue;
        free = free && lets_go(r.steps[before], plan[before].kind);
        if (step.status != Status::waiting) {
          expect(lets_go(r.steps[before], plan[before].kind), "{} began before its predecessors were over", name);
          expect(r.steps[before].started <= step.ready, "{} was ready before its predecessor started", name);
        }
      }
      const bool begun = r.phase == Rollout::Phase::open || r.phase == Rollout::Phase::done;
      if (step.status == Status::waiting) expect(!begun || !free, "{} waits for nothing", name);
      if (step.status != Status::waiting)
        expect(begun && r.opened <= step.ready && step.ready <= now_, "{} is of no open rollout", name);
      if (step.status > Status::ready)
        expect(step.ready <= step.started && step.started <= now_, "{} started before it could", name);
      if (step.status >= Status::done)
        expect(step.started <= step.finished && step.finished <= now_, "{} over before it started", name);
      if (step.status == Status::running || step.status == Status::released)
        waits_for_something(change, i, plan[i].kind, name);
    }
    expect((r.phase == Rollout::Phase::done) == over || r.phase == Rollout::Phase::unseen ||
               r.phase == Rollout::Phase::queued || r.phase == Rollout::Phase::refused,
           "a rollout ends with its last step");
  }

  // A step that has begun and is not over has an end to come, or the system that it changes still works at it.
  void waits_for_something(std::size_t change, std::size_t step, StepKind kind, const std::string& name) {
    const int c = static_cast<int>(change);
    switch (kind) {
      case StepKind::deploy_flink:
      case StepKind::rollback_flink: {
        const bool news =
            pending(What::flink_deploy) + pending(What::control_cut_over) + pending(What::control_refused) > 0;
        const bool undecided =
            s_.flink.committed_by == Flink::kNobody;  // the build that took its place has yet to cut over
        expect(news || undecided || s_.flink.wanted.version == version_of(kind, change),
               "{} is under way, and Flink runs another build", name);
        return;
      }
      case StepKind::backfill: {
        const bool news = pending(What::backfill_request) + pending(What::control_waits) +
                              pending(What::control_backfilled) + pending(What::control_gave_up) +
                              pending(What::flink_rewind) >
                          0;
        expect(news || (s_.backfill.phase != Backfill::Phase::idle && s_.backfill.change == change),
               "{} is under way, and no backfill is", name);
        return;
      }
      default: expect(agenda_.of_step[{c, static_cast<int>(step)}] == 1, "{} never ends", name);
    }
  }

  // Worked out anew from source, tables and builds: what the monitor keeps count of as things happen.
  void monitor() {
    PipelineState seen = s_;
    PipelineWorld world{world_.agenda, {}};
    sim::NominalChooser chooser{model_.questions()};
    sim::Trace trace;
    Context out{world.agenda, chooser, trace};
    model_.monitor().look(seen.monitor, seen.source, seen.base, out);
    const Monitor& m = seen.monitor;
    const std::size_t changes = model_.config().changes.size();
    std::vector<Reasons> naive(std::max(s_.source.keys.size(), m.rows.size()));
    for (Key key = 0; key < s_.base.rows.size(); ++key) naive[key] = wrong(key);
    Lsn oldest = 0;
    for (Lsn lsn = static_cast<Lsn>(s_.source.log.size()); lsn > 0; --lsn) {
      const Change& c = s_.source.log[lsn - 1];
      const bool there = c.key < s_.base.rows.size() && s_.base.rows[c.key].lsn >= lsn;
      if (there) continue;
      oldest = lsn;
      if (now_ - c.at > model_.config().readers.freshness) naive[c.key] = static_cast<Reasons>(naive[c.key] | kStale);
    }
    expect(m.next_missing == (oldest == 0 ? s_.source.log.size() + 1 : oldest), "the oldest missing change is another");
    for (Key key = 0; key < naive.size(); ++key) {
      const Reasons counted = key < m.rows.size() ? m.rows[key] : Reasons{0};
      expect(counted == naive[key], "key {} differs for {:#x}, counted {:#x}", key, naive[key], counted);
      const Reasons earlier = key < s_.monitor.rows.size() ? s_.monitor.rows[key] : Reasons{0};
      expect((earlier & ~kStale) == (naive[key] & ~kStale) && (earlier & kStale & ~naive[key]) == 0,
             "a key was counted that did not differ");
    }
    sums(m);
    sums(s_.monitor);
    divergence(changes);
  }

  Reasons wrong(Key key) const {
    const BaseRow& row = s_.base.rows[key];
    const auto& source = model_.source();
    if (row.exists != source.exists_at(s_.source, key, row.lsn)) return kWrong;
    Reasons why = 0;
    for (Slot slot = 0; row.exists && slot <= model_.config().changes.size(); ++slot) {
      const Cell truth = source.truth(s_.source, row.lsn, slot);
      if (row.cells[slot] == truth) continue;
      why = static_cast<Reasons>(why | (slot == 0 ? kWrong : Reasons{1} << (slot - 1U)) |
                                 (row.cells[slot] == kNull ? kNullish : kOtherValue));
    }
    return why;
  }

  void sums(const Monitor& m) {
    std::array<std::uint32_t, 8> differing{};
    std::uint32_t diverged = 0;
    for (Key key = 1; key < m.rows.size(); ++key) {
      diverged += m.rows[key] != 0 ? 1 : 0;
      for (std::size_t i = 0; i < 8; ++i) differing[i] += m.rows[key] >> i & 1U;
    }
    expect(m.differing == differing && m.diverged == diverged, "the monitor's sums are not those of its rows");
  }

  void divergence(std::size_t changes) {
    const Monitor& m = s_.monitor;
    const auto rows = [&](unsigned reason) { return model_.monitor().rows(m, reason); };
    Divergence total;
    std::uint8_t open = 0;
    for (std::size_t i = 0; i < changes; ++i) {
      const ChangeConfig& c = model_.config().changes[i];
      const bool retyped = c.kind == ChangeConfig::Kind::change_type;
      const auto slot = static_cast<Slot>(i + 1);
      const auto has_it = [&](const iceberg::Table& t) {
        const Column* at = column(iceberg::current_schema(t), slot);
        return at != nullptr && (!retyped || at->widened) ? 1 : 0;
      };
      const auto knows = [&](const Build& b) { return has(retyped ? b.wide : b.columns, slot) ? 1 : 0; };
      const int tables = (s_.source.executed >> i & 1) + has_it(s_.ledger.table) + has_it(s_.base.table);
      const int jobs = knows(s_.flink.build) + knows(s_.merge.live);
      Divergence d;
      if (tables > 0) d.schema = 3 - tables;
      if (tables + jobs > 0) d.code = 2 - jobs;
      d.data = rows(static_cast<unsigned>(i)) + rows(5) + rows(6);
      total.schema += d.schema;
      total.code += d.code;
      const bool seen = (m.opened >> i & 1) != 0;
      if (d.schema + d.code > 0 || (d.data > 0 && seen)) open = static_cast<std::uint8_t>(open | 1U << i);
      expect(seen || tables + jobs == 0, "a change has begun, and the monitor has not seen it");
      if (open == m.open)
        expect(m.change[i].schema == d.schema && m.change[i].code == d.code, "a change diverges otherwise");
      if (seen) expect(m.first[i] <= now_ && m.agreed[i] <= now_ && m.altered[i] <= now_, "what will be has been seen");
    }
    total.data = model_.monitor().diverged_rows(m);
    expect(m.now == total, "divergence is another than its parts");
    expect(m.open == open, "the set of changes that are apart is another");
    expect((m.open & ~m.opened) == 0, "a change is apart that never was");
  }

  const Pipeline& model_;
  const PipelineWorld& world_;
  const PipelineState& s_;
  sim::Instant now_;
  Agenda agenda_;
  Complaints complaints_;
};

Complaints audit(const Pipeline& model, const PipelineWorld& world) { return Auditor{model, world}.audit(); }

// ---- from one event to the next

// What never goes back, whatever happens.
class Watch {
 public:
  explicit Watch(const PipelineWorld& first) { remember(first); }

  Complaints after(const Event& e, const PipelineWorld& world) {
    Complaints found;
    const auto expect = [&](bool holds, std::string_view what) {
      if (!holds)
        found.push_back(fmt::format("{}: after event {}: {}", text(world.agenda.now), static_cast<int>(e.what), what));
    };
    const PipelineState& s = world.state;
    expect(world.agenda.now >= now_, "time goes back");
    expect(s.source.log.size() >= log_ && s.topic.records.size() >= records_ && s.ledger.rows.size() >= rows_,
           "a log shrinks");
    expect(s.flink.checkpoint >= checkpoint_ && s.flink.checkpoint <= checkpoint_ + 1,
           "checkpoints are not counted one by one");
    expect(s.flink.lost >= lost_, "what is lost comes back");
    expect(s.ledger.table.version >= version_[0] && s.base.table.version >= version_[1], "a table's version falls");
    expect(s.ledger.table.last_column_id >= column_[0] && s.base.table.last_column_id >= column_[1],
           "a field id is free again");
    expect(covers(slots(iceberg::current_schema(s.ledger.table)), columns_[0]) &&
               covers(slots(iceberg::current_schema(s.base.table)), columns_[1]),
           "a column is dropped");
    if (cut_over_ != s.flink.committed_by && s.flink.committed_by != Flink::kNobody) {
      expect(e.what == What::flink_commit || e.what == What::flink_recover,
             "a build cut over without a checkpoint of its own");
    }
    if (rewinding_ && !s.flink.rewinding) {
      const auto& held = s.flink.stored.held;
      expect(s.flink.stored.next >= s.flink.rewound_until && (held.empty() || held.front() >= s.flink.rewound_until),
             "a rewind is over before it has passed its records");
    }
    for (std::size_t change = 0; change < s.control.rollouts.size(); ++change) {
      for (std::size_t i = 0; i < s.control.rollouts[change].steps.size(); ++i) {
        const Status was = steps_[change][i];
        const Status is = s.control.rollouts[change].steps[i].status;
        if (was != is)
          expect(is > was && was < Status::done && (is > Status::ready || was == Status::waiting), "a step goes back");
      }
    }
    remember(world);
    return found;
  }

 private:
  void remember(const PipelineWorld& world) {
    const PipelineState& s = world.state;
    now_ = world.agenda.now;
    log_ = s.source.log.size();
    records_ = s.topic.records.size();
    rows_ = s.ledger.rows.size();
    checkpoint_ = s.flink.checkpoint;
    lost_ = s.flink.lost;
    version_ = {s.ledger.table.version, s.base.table.version};
    column_ = {s.ledger.table.last_column_id, s.base.table.last_column_id};
    columns_ = {slots(iceberg::current_schema(s.ledger.table)), slots(iceberg::current_schema(s.base.table))};
    cut_over_ = s.flink.committed_by;
    rewinding_ = s.flink.rewinding;
    steps_.resize(s.control.rollouts.size());
    for (std::size_t change = 0; change < steps_.size(); ++change) {
      steps_[change].clear();
      for (const StepState& step : s.control.rollouts[change].steps) steps_[change].push_back(step.status);
    }
  }

  sim::Instant now_;
  std::size_t log_ = 0, records_ = 0, rows_ = 0;
  std::uint32_t checkpoint_ = 0, lost_ = 0;
  std::array<std::uint32_t, 2> version_{};
  std::array<std::uint16_t, 2> column_{};
  std::array<Columns, 2> columns_{};
  std::uint8_t cut_over_ = 0;
  bool rewinding_ = false;
  std::vector<std::vector<Status>> steps_;
};

// ---- runs

// One schedule of a case: the seed or the nominal answers, and the deviations on top.
class Answers {
 public:
  Answers(const Pipeline& model, const std::vector<sim::Deviation>& deviations, std::optional<std::uint64_t> seed)
      : nominal_{model.questions()},
        sampled_{model.questions(), seed.value_or(0)},
        replayed_{seed ? static_cast<sim::Chooser&>(sampled_) : nominal_, deviations} {}
  sim::Chooser& operator*() { return replayed_; }

 private:
  sim::NominalChooser nominal_;
  sim::SampledChooser sampled_;
  sim::ReplayedChooser replayed_;
};

std::string joined(const Complaints& complaints) {
  std::string all;
  for (std::size_t i = 0; i < std::min<std::size_t>(complaints.size(), 12); ++i) all += complaints[i] + "\n";
  return all;
}

// Steps through a run, looks at each event, and audits the whole state now and then, and after whatever is rare.
Complaints watched_run(const Pipeline& model, sim::Chooser& chooser, std::uint64_t audit_every) {
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  sim::Trace trace;
  PipelineWorld world = sim::initial(model, chooser, trace);
  Watch watch{world};
  Complaints found;
  while (found.empty() && !world.agenda.pending.empty() && world.agenda.pending.front().at <= end) {
    const Event e = world.agenda.pending.front().payload;
    sim::step(model, world, chooser, trace);
    found = watch.after(e, world);
    if (trace.events() > kEventsMax) found.push_back("too many events");
    const bool rare = e.what == What::source_ddl || e.what == What::flink_rewind || e.what == What::backfill_commit ||
                      e.what == What::flink_deploy || e.what >= What::control_cut_over;
    const bool frequent = e.what == What::readers_poll || e.what == What::maintenance_run;
    if (found.empty() && ((rare && !frequent) || trace.events() % audit_every == 0)) found = audit(model, world);
  }
  if (found.empty()) found = audit(model, world);
  return found;
}

Complaints complaints(const PipelineConfig& config, const std::vector<support::DeviationDraw>& draws = {},
                      std::optional<std::uint64_t> seed = std::nullopt, std::uint64_t audit_every = 100) {
  const Pipeline model{config};
  std::vector<sim::Deviation> deviations;
  for (const support::DeviationDraw& d : draws) deviations.push_back(support::deviation(d, model.questions()));
  Answers answers{model, deviations, seed};
  return watched_run(model, *answers, audit_every);
}

RC_GTEST_PROP(RandomScenarios, WhatIsCountedAsThingsHappenIsWhatTheWholeStateSays, (const Case& drawn)) {
  if (support::kSanitized && drawn.seed % 4 != 0) return;  // a quarter of the cases takes as long there
  for (const auto seed : {std::optional<std::uint64_t>{}, std::optional{drawn.seed}}) {
    const Complaints found = complaints(drawn.config(), drawn.deviations, seed, 97 + drawn.seed % 211);
    if (!found.empty()) RC_FAIL((seed ? "sampled:\n" : "nominal:\n") + joined(found));
  }
}

}  // namespace
}  // namespace converge::models
