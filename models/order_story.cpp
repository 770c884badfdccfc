#include "models/order_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "models/run.hpp"
#include "models/words.hpp"

namespace converge::models {

namespace {

bool is(const sim::Note& n, Told what) { return n.kind == static_cast<std::uint16_t>(what); }

std::string tracked(std::size_t rows) { return fmt::format("{} tracked row{}", rows, rows == 1 ? "" : "s"); }

// Who wrote a row, when, and from what.
struct Write {
  sim::Instant at;
  bool by_backfill = false;
  Build build;  // of the statement
  BaseRow before;
  std::uint8_t copy_by = 0;  // merge: the Flink build that wrote the CDC table's copy
  Columns copy = 0;          // columns with a value in it
};

// A run again, with its record and the writes of each row.
class Watched {
 public:
  Watched(const Pipeline& model, const std::vector<sim::Deviation>& given, const sim::Found& found) : model_{model} {
    sim::NominalChooser nominal{model.questions(), found.workload};
    std::vector<sim::Deviation> fixed = given;
    fixed.insert(fixed.end(), found.deviations.begin(), found.deviations.end());
    sim::ReplayedChooser chooser{nominal, fixed};
    sim::Trace trace{&record_};
    world_ = sim::initial(model, chooser, trace);
    base_ = world_.state.base.rows;
    const sim::Instant end = sim::Instant{} + model.config().horizon;
    std::size_t seen = 0;
    while (!world_.agenda.pending.empty() && world_.agenda.pending.front().at <= end) {
      sim::step(model, world_, chooser, trace);
      for (; seen < record_.notes.size(); ++seen) {
        const std::size_t table = table_of(record_.notes[seen].actor);
        if (is(record_.notes[seen], Told::merge_committed)) note_writes(table, false);
        if (is(record_.notes[seen], Told::backfill_committed)) note_writes(table, true), repaired_ = true;
      }
    }
    world_.agenda.now = end;
    last_look(model, world_, chooser, trace);
  }

  const PipelineState& state() const { return world_.state; }
  const std::vector<sim::Note>& notes() const { return record_.notes; }
  bool repaired() const { return repaired_; }  // a backfill committed
  const Write* last(Key key) const {
    const auto found = writes_.find(key);
    return found == writes_.end() ? nullptr : &found->second;
  }

 private:
  void note_writes(std::size_t table, bool by_backfill) {
    const PipelineState& s = world_.state;
    const auto& rows = s.base.rows;
    for (Key key = 0; key < rows.size(); ++key) {
      const BaseRow was = key < base_.size() ? base_[key] : BaseRow{};
      if (rows[key] == was || s.source.keys[key].table != table) continue;
      Write w{.at = world_.agenda.now, .by_backfill = by_backfill, .build = s.merge[table].build, .before = was};
      if (by_backfill) w.build = s.backfill[table].build;
      for (const LedgerRow& copy : s.ledger[table].rows) {
        if (copy.lsn == rows[key].lsn && copy.key == key) w.copy_by = copy.build, w.copy = copy.present;
      }
      writes_[key] = w;
    }
    base_ = rows;
  }

  const Pipeline& model_;
  PipelineWorld world_;
  sim::Record record_;
  sim::SharedVector<BaseRow> base_;
  std::map<Key, Write> writes_;
  bool repaired_ = false;
};

// ---- convergence: rows that end wrong

enum class Blame : std::uint8_t {
  left_out,        // a merge that does not know the column consumed a copy that carries it
  left_as_it_was,  // the same, and the row keeps an older value
  old_copy,        // a merge that knows the column copied the null that an older Flink build wrote
  over_repaired,   // the same, over a value that had been there
  nobody_had_it,   // a merge that does not know the column consumed a copy without it
  backfill_null,   // the backfill itself wrote it so
  backfill_value,
  cut,       // to the old type's range
  untouched  // nothing wrote the row
};
constexpr std::size_t kBlames = 9;

struct Count {
  std::size_t rows = 0;
  std::size_t behind_backfill = 0;  // of them, written after a backfill had written the row or committed
  std::uint8_t merge_build = 0;
  std::uint8_t flink_build = 0;
  Slot slot = 0;
};

Blame blame(const BaseRow& row, const Write* w, Slot slot) {
  if (w == nullptr) return Blame::untouched;
  const Cell cell = row.cells[slot];
  if (cell == kTruncated) return Blame::cut;
  if (w->by_backfill) return cell == kNull ? Blame::backfill_null : Blame::backfill_value;
  if (!has(w->build.columns, slot)) {
    if (cell != kNull) return Blame::left_as_it_was;
    return has(w->copy, slot) ? Blame::left_out : Blame::nobody_had_it;
  }
  return w->before.exists && w->before.cells[slot] != kNull ? Blame::over_repaired : Blame::old_copy;
}

std::string_view backfill_source(const BackfillConfig& b) {
  switch (b.kind) {
    case BackfillConfig::Kind::remerge: return "the typed rows of the CDC table";
    case BackfillConfig::Kind::reparse: return "the raw payload of the CDC table";
    case BackfillConfig::Kind::bootstrap: return "a snapshot of the source";
    case BackfillConfig::Kind::rewind: return "Kafka again";
  }
  return "";
}

std::string words(const Pipeline& model, Blame b, const Count& c) {
  const std::string column = c.slot == 0 ? "other columns" : title(model.config().changes, c.slot - 1U);
  const std::string rows = tracked(c.rows);
  const std::string behind = c.behind_backfill == c.rows ? "after the backfill had committed, " : "";
  switch (b) {
    case Blame::left_out:
      return fmt::format(
          "{}merges of build {} consumed {} that carry {}, left it out, and moved the watermark past them", behind,
          c.merge_build, rows, column);
    case Blame::left_as_it_was:
      return fmt::format("{}merges of build {}, which does not know {}, updated {} and left an older value there",
                         behind, c.merge_build, column, rows);
    case Blame::old_copy:
      return fmt::format("{}merges of build {} wrote {} from copies out of which Flink's build {} had left {}", behind,
                         c.merge_build, rows, c.flink_build, column);
    case Blame::over_repaired:
      return fmt::format(
          "{}merges of build {} wrote null over {} of {}, from copies out of which Flink's build {} had "
          "left it",
          behind, c.merge_build, column, rows, c.flink_build);
    case Blame::nobody_had_it:
      return fmt::format("{}merges of build {} wrote {} from copies out of which Flink's build {} had left {}", behind,
                         c.merge_build, rows, c.flink_build, column);
    case Blame::backfill_null:
      return fmt::format("the backfill, which reads {}, wrote null into {} of {}",
                         backfill_source(model.config().backfill), column, rows);
    case Blame::backfill_value:
      return fmt::format("the backfill, which reads {}, wrote another value than the source's into {} of {}",
                         backfill_source(model.config().backfill), column, rows);
    case Blame::cut: return fmt::format("{} of {} is cut to the old type's range", column, rows);
    case Blame::untouched: return fmt::format("nothing wrote {} into {}", column, rows);
  }
  return {};
}

std::string wrong_rows(const Pipeline& model, const Watched& w) {
  std::array<Count, kBlames> counts{};
  const PipelineState& s = w.state();
  sim::Instant repaired = sim::never;
  for (const sim::Note& n : w.notes()) {
    if (is(n, Told::backfill_committed) && repaired == sim::never) repaired = n.at;
  }
  for (Key key = 0; key < s.base.rows.size(); ++key) {
    const BaseRow& row = s.base.rows[key];
    if (!row.exists) continue;
    const Columns own = model.source().columns_of(s.source.keys[key].table);
    for (Slot slot = 0; slot <= model.config().changes.size(); ++slot) {
      if (!has(own, slot) || row.cells[slot] == model.source().truth(s.source, row.lsn, slot)) continue;
      const Write* last = w.last(key);
      Count& c = counts[static_cast<std::size_t>(blame(row, last, slot))];
      ++c.rows;
      c.slot = slot;
      if (last == nullptr) continue;
      c.merge_build = last->build.version;
      c.flink_build = last->copy_by;
      if (last->at > repaired) ++c.behind_backfill;
    }
  }
  // What befell most rows tells the story; the first one in this order where two are as many.
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const Count& a, const Count& b) { return a.rows < b.rows; });
  if (most->rows == 0) return {};
  std::string all = words(model, static_cast<Blame>(most - counts.begin()), *most);
  if (repaired == sim::never) all += ", and no backfill committed";
  return all;
}

std::string broken_claims(const Pipeline& model, const PipelineState& s) {
  std::string all;
  for (const sim::PropertyResult& p : properties(model, s)) {
    if (!sim::is_violated(p)) continue;
    all += (all.empty() ? "" : "; ") + p.name + " is violated" + (p.detail.empty() ? "" : ": " + p.detail);
  }
  return all;
}

std::string convergence(const Pipeline& model, const Watched& w) {
  std::string all = wrong_rows(model, w);
  for (const sim::PropertyResult& p : properties(model, w.state())) {
    if (p.name == "no-row-lost" && !p.holds)
      all += (all.empty() ? "" : "; ") + std::string{"changes are lost: "} + p.detail;
  }
  return all.empty() ? broken_claims(model, w.state()) : all;
}

// ---- availability: jobs that wait for a later step

std::string column_names(const Pipeline& model, Columns set) {
  std::string names;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if (has(set, static_cast<Slot>(i + 1))) names += (names.empty() ? "" : ", ") + title(model.config().changes, i);
  }
  return names;
}

// "until alter_base_table": what was over last before the job went on.
std::string until(const Pipeline& model, const Watched& w, sim::Instant goes_on) {
  const sim::Note* last = nullptr;
  for (const sim::Note& n : w.notes()) {
    if (is(n, Told::step_finished) && n.at <= goes_on) last = &n;
  }
  if (goes_on == sim::never || last == nullptr) return goes_on == sim::never ? " to the end of the run" : "";
  return fmt::format(" until after {} was over", model.control().steps()[static_cast<std::size_t>(last->b)].name);
}

// Of the merge of one table.
std::string merges_stalled(const Pipeline& model, const Watched& w, std::size_t table) {
  Columns in_ledger = bit(0);
  Columns in_base = bit(0);
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if (model.config().changes[i].kind != ChangeConfig::Kind::change_type) continue;
    in_ledger = static_cast<Columns>(in_ledger | bit(static_cast<Slot>(i + 1)));
    in_base = static_cast<Columns>(in_base | bit(static_cast<Slot>(i + 1)));
  }
  std::size_t runs = 0;
  std::string why;
  sim::Instant since;
  sim::Instant goes_on = sim::never;
  for (const sim::Note& n : w.notes()) {
    if (is(n, Told::table_altered)) {
      Columns& columns = actor_of(n.actor) == Actor::cdc_table ? in_ledger : in_base;
      columns = static_cast<Columns>(columns | bit(static_cast<Slot>(n.a + 1)));
    }
    if (actor_of(n.actor) == Actor::merge && table_of(n.actor) != table) continue;
    if (is(n, Told::merge_committed) && runs > 0 && goes_on == sim::never) goes_on = n.at;
    if (is(n, Told::merge_overflow) && runs++ == 0) {
      since = n.at;
      why = fmt::format("met a value that is too wide at position {}", n.b);
    }
    if (!is(n, Told::merge_unresolved) || runs++ > 0) continue;
    since = n.at;
    const auto columns = static_cast<Columns>(n.c);
    const Build build = model.control().build(static_cast<std::size_t>(n.b));
    const auto named = static_cast<Columns>(columns & build.columns);
    const auto nowhere = [&](Columns there) { return static_cast<Columns>(named & ~there); };
    if (nowhere(in_ledger) != 0 && nowhere(in_base) != 0) {
      why = fmt::format("name {}, which both tables lack", column_names(model, named));
    } else if (nowhere(in_ledger) != 0) {
      why = fmt::format("name {}, which the CDC table lacks", column_names(model, named));
    } else if (nowhere(in_base) != 0) {
      why = fmt::format("name {}, which the base table lacks", column_names(model, named));
    } else if ((columns & ~in_ledger) != 0) {
      why = fmt::format("must fill {}, which the base table has and the CDC table lacks", column_names(model, columns));
    } else {
      why = fmt::format("do not name {}, which the base table has", column_names(model, columns));
    }
    why = fmt::format("of build {} {}", n.b, why);
  }
  if (runs == 0) return {};
  const std::vector<std::string> tables = table_names(model.config().changes);
  const std::string of = tables.size() > 1 ? "of " + tables[table] + " " : "";
  return fmt::format("merges {}{}: {} run{} failed from {} on{}", of, why, runs, runs == 1 ? "" : "s", text(since),
                     until(model, w, goes_on));
}

std::string merges_stalled(const Pipeline& model, const Watched& w) {
  std::string all;
  for (std::size_t t = 0; t < model.source().tables(); ++t) {
    const std::string of_table = merges_stalled(model, w, t);
    all += (all.empty() || of_table.empty() ? "" : "; ") + of_table;
  }
  return all;
}

std::string flink_stood_still(const Pipeline& model, const Watched& w) {
  std::string why;
  sim::Instant since;
  sim::Instant goes_on = sim::never;
  for (const sim::Note& n : w.notes()) {
    const bool stops = is(n, Told::flink_refused) || is(n, Told::flink_cannot_checkpoint) ||
                       is(n, Told::flink_poisoned) || is(n, Told::flink_offset_invalid);
    if (stops && why.empty()) {
      why = models::words(model, n);
      since = n.at;
    }
    const bool goes = is(n, Told::flink_cut_over) || is(n, Told::flink_started);
    if (goes && !why.empty() && goes_on == sim::never && n.at > since) goes_on = n.at;
  }
  if (why.empty()) return {};
  return fmt::format("Flink's {}, and stood still from {} on{}", why, text(since), until(model, w, goes_on));
}

}  // namespace

std::string what_happened(const Pipeline& model, const std::vector<sim::Deviation>& given, const sim::Found& found,
                          sim::Grade grade) {
  const Watched w{model, given, found};
  std::string all;
  if (grade == sim::Grade::convergence) return convergence(model, w);
  if (grade == sim::Grade::availability) {
    const std::string merges = merges_stalled(model, w);
    const std::string flink = flink_stood_still(model, w);
    return merges + (merges.empty() || flink.empty() ? "" : "; ") + flink;
  }
  return broken_claims(model, w.state());
}

std::string how_it_went(const Pipeline& model, const std::vector<sim::Deviation>& given, const sim::Found& found,
                        const std::string& before, const std::string& after) {
  const Watched w{model, given, found};
  sim::Instant began = sim::never;
  sim::Instant over = sim::never;
  for (const sim::Note& n : w.notes()) {
    const auto step = [&] { return std::string_view{model.control().steps()[static_cast<std::size_t>(n.b)].name}; };
    if (is(n, Told::step_started) && began == sim::never && step() == after) began = n.at;
    if (is(n, Told::step_finished) && over == sim::never && step() == before) over = n.at;
  }
  if (began == sim::never) return {};
  if (over == sim::never) return fmt::format("{} began at {}, {} was never over", after, text(began), before);
  return fmt::format("{} began at {}, {} was over at {}", after, text(began), before, text(over));
}

}  // namespace converge::models
