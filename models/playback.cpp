#include "models/playback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>

#include "models/metrics.hpp"
#include "models/run.hpp"
#include "models/words.hpp"

namespace converge::models {

namespace {

using Kind = sim::Lane::Span::Kind;
using Unit = sim::Gauge::Unit;

std::int64_t metric(const Pipeline& model, const PipelineState& s, sim::Instant now, Actor actor,
                    std::string_view name) {
  const auto all = metrics();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Metric& m) { return m.actor == actor && m.name == name; });
  return found->value(model, s, now);
}

std::int64_t existing_rows(const Pipeline& model, const PipelineState& s) {
  std::int64_t tracked = 0;
  for (std::size_t key = 1; key < s.base.rows.size(); ++key) tracked += s.base.rows[key].exists ? 1 : 0;
  return tracked * model.source().weight() + model.source().config().rows;
}

// The first record that retention has left.
std::size_t oldest_record(const Pipeline& model, const PipelineState& s, sim::Instant now) {
  const sim::Instant start = model.kafka().log_start(now);
  std::size_t low = 0;
  std::size_t high = s.topic.records.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    (s.topic.records[middle].at < start) ? low = middle + 1 : high = middle;
  }
  return low;
}

std::int64_t merge_state(const Merge& m) { return m.running ? 1 : m.blocked ? 2 : m.paused ? 3 : 0; }

// Over or not: of a rollout that carries several changes each step counts once.
std::int64_t steps(const Pipeline& model, const PipelineState& s, bool over_only) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < s.control.rollouts.size(); ++i) {
    if (model.control().rollout_of(i) != i) continue;
    for (const StepState& step : s.control.rollouts[i].steps) {
      count += !over_only || step.status >= StepState::Status::released ? 1 : 0;
    }
  }
  return count;
}

std::int64_t schema_id(const iceberg::Table& table) { return iceberg::current_schema(table).id; }

struct Figure {
  std::string_view system;
  std::string_view name;
  Unit unit;
  bool turning_point;  // a frame at which it changes is kept before others
  std::vector<std::string> words;
  std::int64_t (*value)(const Pipeline&, const PipelineState&, sim::Instant now, std::size_t table);
  bool per_table = false;  // each table has its own
};

using Model = Pipeline;
using State = PipelineState;
using Now = sim::Instant;
using Table = std::size_t;

const std::vector<Figure>& figures() {
  static const std::vector<Figure> all{
      {"source",
       "schema version",
       Unit::version,
       true,
       {},
       [](const Model&, const State& s, Now, Table) { return std::int64_t{s.source.schema}; }},
      {"source",
       "position",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table) { return static_cast<std::int64_t>(s.source.log.size()); }},

      {"connector",
       "phase",
       Unit::word,
       true,
       {"running", "down", "failed"},
       [](const Model&, const State& s, Now, Table) { return static_cast<std::int64_t>(s.cdc.phase); }},
      {"connector",
       "lag in changes",
       Unit::count,
       false,
       {},
       [](const Model& m, const State& s, Now now, Table) { return metric(m, s, now, Actor::cdc, "lag"); }},

      {"Kafka",
       "records kept",
       Unit::count,
       false,
       {},
       [](const Model& m, const State& s, Now now, Table) {
         return static_cast<std::int64_t>(s.topic.records.size() - oldest_record(m, s, now));
       }},
      {"Kafka",
       "oldest position kept",
       Unit::count,
       false,
       {},
       [](const Model& m, const State& s, Now now, Table) {
         const std::size_t first = oldest_record(m, s, now);
         return first < s.topic.records.size() ? std::int64_t{s.topic.records[first].lsn} : std::int64_t{0};
       }},

      {"Flink",
       "phase",
       Unit::word,
       true,
       {"running", "stopping", "starting", "refused", "restarting", "poisoned", "stuck", "dead"},
       [](const Model&, const State& s, Now, Table) { return static_cast<std::int64_t>(s.flink.phase); }},
      {"Flink",
       "build",
       Unit::version,
       true,
       {},
       [](const Model&, const State& s, Now, Table) { return std::int64_t{s.flink.build.version}; }},
      {"Flink",
       "checkpoint",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table) { return std::int64_t{s.flink.checkpoint}; }},
      {"Flink",
       "lag in records",
       Unit::count,
       false,
       {},
       [](const Model& m, const State& s, Now now, Table) { return metric(m, s, now, Actor::flink, "lag"); }},
      {"Flink",
       "records lost",
       Unit::count,
       true,
       {},
       [](const Model&, const State& s, Now, Table) { return std::int64_t{s.flink.lost}; }},

      {"CDC table",
       "schema",
       Unit::version,
       true,
       {},
       [](const Model&, const State& s, Now, Table t) { return schema_id(s.ledger[t].table); },
       true},
      {"CDC table",
       "snapshots",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table t) {
         return static_cast<std::int64_t>(s.ledger[t].table.snapshots.size());
       },
       true},
      {"CDC table",
       "changes",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table t) { return static_cast<std::int64_t>(s.ledger[t].rows.size()); },
       true},

      {"Spark merge",
       "state",
       Unit::word,
       true,
       {"idle", "running", "stalled", "paused"},
       [](const Model&, const State& s, Now, Table t) { return merge_state(s.merge[t]); },
       true},
      {"Spark merge",
       "build",
       Unit::version,
       true,
       {},
       [](const Model&, const State& s, Now, Table t) { return std::int64_t{s.merge[t].live.version}; },
       true},
      {"Spark merge",
       "run",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table t) { return std::int64_t{s.merge[t].run}; },
       true},
      {"Spark merge",
       "watermark",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table t) { return std::int64_t{s.merge[t].watermark.row}; },
       true},
      {"Spark merge",
       "behind by changes",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table t) { return unmerged(s, t); },
       true},

      {"backfill",
       "phase",
       Unit::word,
       true,
       {"idle", "waiting", "retrying", "running"},
       [](const Model&, const State& s, Now, Table t) { return static_cast<std::int64_t>(s.backfill[t].phase); },
       true},

      {"base table",
       "schema",
       Unit::version,
       true,
       {},
       [](const Model&, const State& s, Now, Table t) { return schema_id(s.base.table[t]); },
       true},
      {"base table",
       "snapshots",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table t) {
         return static_cast<std::int64_t>(s.base.table[t].snapshots.size());
       },
       true},
      {"base table",
       "rows",
       Unit::rows,
       false,
       {},
       [](const Model& m, const State& s, Now, Table) { return existing_rows(m, s); }},
      {"base table",
       "rows null",
       Unit::rows,
       false,
       {},
       [](const Model& m, const State& s, Now, Table) { return m.monitor().null_rows(s.monitor); }},
      {"base table",
       "rows wrong",
       Unit::rows,
       false,
       {},
       [](const Model& m, const State& s, Now, Table) { return m.monitor().other_value_rows(s.monitor); }},
      {"base table",
       "rows stale",
       Unit::rows,
       false,
       {},
       [](const Model& m, const State& s, Now, Table) { return m.monitor().stale_rows(s.monitor); }},
      {"base table",
       "rows diverged",
       Unit::rows,
       false,
       {},
       [](const Model& m, const State& s, Now, Table) { return m.monitor().diverged_rows(s.monitor); }},

      {"readers",
       "failed reads",
       Unit::count,
       false,
       {},
       [](const Model&, const State& s, Now, Table) { return std::int64_t{s.monitor.failed_reads}; }},

      {"plan",
       "steps over",
       Unit::count,
       true,
       {},
       [](const Model& m, const State& s, Now, Table) { return steps(m, s, true); }},
      {"plan",
       "steps in all",
       Unit::count,
       true,
       {},
       [](const Model& m, const State& s, Now, Table) { return steps(m, s, false); }},
  };
  return all;
}

bool is_bad(Told told) {
  switch (told) {
    case Told::cdc_crashed:
    case Told::cdc_failed:
    case Told::leader_lost:
    case Told::ddl_message_lost:
    case Told::flink_failed:
    case Told::flink_cancelled:
    case Told::flink_refused:
    case Told::flink_cannot_run:
    case Told::flink_cannot_checkpoint:
    case Told::flink_poisoned:
    case Told::flink_truncated:
    case Told::flink_gap:
    case Told::flink_offset_invalid:
    case Told::alter_lost_race:
    case Told::alter_failed:
    case Told::merge_unresolved:
    case Told::merge_conflict:
    case Told::merge_crashed:
    case Told::merge_start_expired:
    case Told::merge_overflow:
    case Told::backfill_conflict:
    case Told::backfill_failed:
    case Told::backfill_gave_up:
    case Told::bad_code_caught:
    case Told::refused_change:
    case Told::step_failed:
    case Told::compaction_conflict:
    case Told::read_failed:
    case Told::row_regressed: return true;
    case Told::ddl_executed:
    case Told::cdc_recovered:
    case Told::ddl_message_sent:
    case Told::flink_recovered:
    case Told::flink_stopping:
    case Told::flink_started:
    case Told::flink_cut_over:
    case Told::flink_rewound:
    case Told::table_altered:
    case Told::merge_committed:
    case Told::merge_skipped_tick:
    case Told::spark_deployed:
    case Told::backfill_waits:
    case Told::backfill_started:
    case Told::backfill_committed:
    case Told::merges_paused:
    case Told::merges_resumed:
    case Told::detected:
    case Told::queued:
    case Told::step_started:
    case Told::step_finished:
    case Told::snapshots_expired:
    case Told::compacted:
    case Told::diverged:
    case Told::converged:
    case Told::step_waits:
    case Told::step_goes_on: return false;
  }
  return false;
}

// What a span or the series of divergence shows already.
bool is_mark(Told told) {
  return told != Told::merge_committed && told != Told::diverged && told != Told::step_started &&
         told != Told::step_finished;
}

// What an actor does from a moment on; nothing: nothing worth a span.
struct Doing {
  Kind kind = Kind::works;
  std::string what;

  bool operator==(const Doing&) const = default;
};
using MaybeDoing = std::optional<Doing>;

MaybeDoing source_does(const Pipeline&, const PipelineState& s, Table) {
  return Doing{Kind::works, fmt::format("schema version {}", s.source.schema)};
}

MaybeDoing cdc_does(const Pipeline&, const PipelineState& s, Table) {
  switch (s.cdc.phase) {
    case Cdc::Phase::running: return Doing{Kind::works, "reads the log"};
    case Cdc::Phase::down: return Doing{Kind::stands, "down"};
    case Cdc::Phase::failed: return Doing{Kind::stands, "failed for good"};
  }
  return std::nullopt;
}

MaybeDoing flink_does(const Pipeline&, const PipelineState& s, Table) {
  const Flink& f = s.flink;
  switch (f.phase) {
    case Flink::Phase::running: return Doing{Kind::works, fmt::format("build {}", f.build.version)};
    case Flink::Phase::stopping:
      return Doing{Kind::deploys, fmt::format("build {} stops with a savepoint", f.build.version)};
    case Flink::Phase::starting: return Doing{Kind::deploys, fmt::format("build {} starts", f.wanted.version)};
    case Flink::Phase::refused: return Doing{Kind::stands, fmt::format("build {} is refused", f.wanted.version)};
    case Flink::Phase::restarting: return Doing{Kind::stands, "a task failed: restarts"};
    case Flink::Phase::poisoned: return Doing{Kind::stands, "fails at the same record again and again"};
    case Flink::Phase::stuck: return Doing{Kind::stands, "fails at each checkpoint"};
    case Flink::Phase::dead: return Doing{Kind::stands, "dead: no valid offset"};
  }
  return std::nullopt;
}

MaybeDoing cdc_table_does(const Pipeline&, const PipelineState& s, Table t) {
  return Doing{Kind::works, fmt::format("schema {}", schema_id(s.ledger[t].table))};
}

MaybeDoing base_table_does(const Pipeline& model, const PipelineState& s, Table t) {
  const bool differs = model.monitor().diverged_rows(s.monitor) != 0;
  return Doing{differs ? Kind::differs : Kind::works,
               fmt::format("schema {}{}", schema_id(s.base.table[t]), differs ? ", rows differ from the source" : "")};
}

MaybeDoing merge_does(const Pipeline&, const PipelineState& s, Table t) {
  switch (merge_state(s.merge[t])) {
    case 1: return Doing{Kind::works, fmt::format("run {}", s.merge[t].run)};
    case 2: return Doing{Kind::stands, "stalled"};
    case 3: return Doing{Kind::waits, "paused for the backfill"};
    default: return std::nullopt;
  }
}

MaybeDoing backfill_does(const Pipeline& model, const PipelineState& s, Table t) {
  const Backfill& b = s.backfill[t];
  const std::string& change = model.config().changes[b.change].name;
  switch (b.phase) {
    case Backfill::Phase::idle: return std::nullopt;
    case Backfill::Phase::waiting: return Doing{Kind::waits, fmt::format("waits to start for {}", change)};
    case Backfill::Phase::retrying: return Doing{Kind::waits, fmt::format("waits to try {} again", change)};
    case Backfill::Phase::running: return Doing{Kind::works, fmt::format("attempt {} for {}", b.attempt, change)};
  }
  return std::nullopt;
}

bool deploys(StepKind kind) {
  return kind == StepKind::deploy_flink || kind == StepKind::deploy_spark || kind == StepKind::rollback_flink ||
         kind == StepKind::rollback_spark;
}

MaybeDoing control_does(const Pipeline& model, const PipelineState& s, Table) {
  std::string running;
  std::string ready;
  bool deploying = false;
  for (std::size_t c = 0; c < s.control.rollouts.size(); ++c) {
    if (model.control().rollout_of(c) != c) continue;
    const Rollout& rollout = s.control.rollouts[c];
    for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
      const Step& step = model.control().steps()[i];
      const auto add = [&](std::string& list) { list += (list.empty() ? "" : ", ") + step.name; };
      if (rollout.steps[i].status == StepState::Status::running) {
        add(running);
        deploying = deploying || deploys(step.kind);
      } else if (rollout.steps[i].status == StepState::Status::ready) {
        add(ready);
      }
    }
  }
  if (!running.empty()) return Doing{deploying ? Kind::deploys : Kind::works, running};
  if (!ready.empty()) return Doing{Kind::waits, ready + " to begin"};
  return std::nullopt;
}

MaybeDoing readers_do(const Pipeline& model, const PipelineState& s, Table) {
  std::string columns;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if ((s.monitor.adopted & (1U << i)) != 0) columns += (columns.empty() ? "" : ", ") + model.config().changes[i].name;
  }
  return Doing{Kind::works, columns.empty() ? "queries as before" : "queries name " + columns};
}

using Does = MaybeDoing (*)(const Pipeline&, const PipelineState&, Table);
struct Watched {
  Actor actor;
  Does does;               // none: Kafka, whose spans end at an instant known in advance, and those who only tell
  bool per_table = false;  // a lane for each table
};

// From the source to the readers, and the control plane.
constexpr std::array<Watched, kActors> kWatched{{{Actor::source, source_does},
                                                 {Actor::cdc, cdc_does},
                                                 {Actor::kafka, nullptr},
                                                 {Actor::flink, flink_does},
                                                 {Actor::cdc_table, cdc_table_does, true},
                                                 {Actor::merge, merge_does, true},
                                                 {Actor::backfill, backfill_does, true},
                                                 {Actor::base_table, base_table_does, true},
                                                 {Actor::readers, readers_do},
                                                 {Actor::control, control_does},
                                                 {Actor::maintenance, nullptr, true},
                                                 {Actor::monitor, nullptr}}};

// One lane while it is drawn.
struct Drawn {
  Watched watched;
  Table table = 0;
  MaybeDoing doing;
  sim::Instant since;
  std::vector<sim::Lane::Span> spans;
};

std::size_t tables(const Pipeline& model) { return table_names(model.config().changes).size(); }

struct Gauged {
  const Figure* figure = nullptr;
  Table table = 0;
};

// The figures of each table one after the other, where the first one stands.
std::vector<Gauged> shown(const Pipeline& model) {
  std::vector<Gauged> all;
  const std::vector<Figure>& f = figures();
  for (std::size_t i = 0; i < f.size();) {
    std::size_t end = i + 1;
    while (end < f.size() && f[end].per_table == f[i].per_table && f[end].system == f[i].system) ++end;
    for (Table t = 0; t < (f[i].per_table ? tables(model) : 1); ++t) {
      for (std::size_t k = i; k < end; ++k) all.push_back({&f[k], t});
    }
    i = end;
  }
  return all;
}

constexpr std::size_t kSpansMost = 400;  // of a lane
constexpr std::size_t kMarksMost = 400;
constexpr std::size_t kRepeats = 4;  // as many of one kind in a row are one mark

// Neighbours are put together, the nearest first, until the lane has no more than its share.
void join_spans(std::vector<sim::Lane::Span>& spans) {
  for (sim::Duration gap = sim::minutes(1); spans.size() > kSpansMost && gap < sim::days(3'650); gap = gap * 2) {
    std::vector<sim::Lane::Span> joined;
    std::string first;
    for (sim::Lane::Span& span : spans) {
      sim::Lane::Span* last = joined.empty() ? nullptr : &joined.back();
      if (last != nullptr && last->kind == span.kind && span.from - last->until <= gap) {
        last->until = span.until;
        const std::string begins = last->what.substr(0, last->what.find(" to "));
        const std::size_t to = span.what.find(" to ");
        const std::string ends = to == std::string::npos ? span.what : span.what.substr(to + 4);
        last->what = begins == ends ? begins : begins + " to " + ends;
        continue;
      }
      joined.push_back(std::move(span));
    }
    spans = std::move(joined);
  }
}

// Looks after every event.
class Observer {
 public:
  explicit Observer(const Pipeline& model) : model_{model}, shown_{shown(model)} {
    for (const Watched& w : kWatched) {
      for (Table t = 0; t < (w.per_table ? tables(model) : 1); ++t) lanes_.push_back({.watched = w, .table = t});
    }
  }

  void look(const PipelineWorld& world) {
    const sim::Instant now = world.agenda.now;
    for (Drawn& lane : lanes_) {
      if (lane.watched.does != nullptr) begin(lane, now, lane.watched.does(model_, world.state, lane.table));
    }
    election(world.state, now);
    take_frame(world.state, now);
  }

  sim::Playback finish(const sim::Record& record, sim::Instant end) {
    sim::Playback p;
    std::set<sim::Instant> marked;
    for (Drawn& drawn : lanes_) {
      begin(drawn, end, std::nullopt);
      sim::Lane lane{.actor = actor_words(model_, told_by(drawn.watched.actor, drawn.table)),
                     .spans = std::move(drawn.spans),
                     .marks = marks(drawn.watched.actor, drawn.table, record)};
      for (const sim::Lane::Mark& m : lane.marks) marked.insert(m.at);
      join_spans(lane.spans);
      if (!lane.spans.empty() || !lane.marks.empty()) p.lanes.push_back(std::move(lane));
    }
    p.thinned = thin(marked);
    p.frames = std::move(frames_);
    return p;
  }

 private:
  static void begin(Drawn& lane, sim::Instant now, MaybeDoing doing) {
    if (lane.doing == doing) return;
    if (lane.doing && lane.since < now) lane.spans.push_back({lane.since, now, lane.doing->kind, lane.doing->what});
    lane.doing = std::move(doing);
    lane.since = now;
  }

  // A partition without a leader has a new one at an instant that is known when it loses the old one.
  void election(const PipelineState& s, sim::Instant now) {
    if (s.topic.elected <= now || s.topic.elected == elected_) return;
    elected_ = s.topic.elected;
    constexpr std::size_t kafka = 2;  // and nobody before it has a lane for each table
    std::vector<sim::Lane::Span>& spans = lanes_[kafka].spans;
    if (!spans.empty() && spans.back().until > now) spans.back().until = now;
    const sim::Instant end = sim::Instant{} + model_.config().horizon;
    spans.push_back(
        {now, std::min(elected_, end), Kind::stands, fmt::format("partition {} has no leader", s.topic.leaderless)});
  }

  void take_frame(const PipelineState& s, sim::Instant now) {
    sim::Frame frame{.at = now, .values = {}};
    frame.values.reserve(shown_.size());
    bool turning_point = frames_.empty();
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      frame.values.push_back(shown_[i].figure->value(model_, s, now, shown_[i].table));
      if (!frames_.empty() && shown_[i].figure->turning_point && frames_.back().values[i] != frame.values[i]) {
        turning_point = true;
      }
    }
    if (!frames_.empty() && frames_.back().values == frame.values) return;
    if (!frames_.empty() && frames_.back().at == now) {
      frames_.back() = std::move(frame);
      kept_.back() = kept_.back() || turning_point;
      return;
    }
    frames_.push_back(std::move(frame));
    kept_.push_back(turning_point);
  }

  std::vector<sim::Lane::Mark> marks(Actor actor, Table table, const sim::Record& record) const {
    std::vector<sim::Lane::Mark> all;
    const std::string name{actor_name(static_cast<std::uint16_t>(actor))};
    std::vector<const sim::Note*> notes;
    for (const sim::Note& n : record.notes) {
      const Told told = static_cast<Told>(n.kind);
      if (n.actor == told_by(actor, table) && is_mark(told)) notes.push_back(&n);
    }
    for (std::size_t i = 0; i < notes.size();) {
      std::size_t end = i + 1;
      while (end < notes.size() && notes[end]->kind == notes[i]->kind) ++end;
      if (end - i < kRepeats) end = i + 1;
      std::string what = words(model_, *notes[i]);
      if (end > i + 1) what += fmt::format(" (and {} more until {})", end - i - 1, text(notes[end - 1]->at));
      all.push_back({.at = notes[i]->at, .what = std::move(what), .bad = is_bad(static_cast<Told>(notes[i]->kind))});
      i = end;
    }
    sim::Record faults;
    for (const sim::Answered& a : record.answers) {
      const sim::Question& q = model_.questions()[a.question];
      // A job that serves two tables is asked as one: its faults are marked in its first lane.
      if (q.fault && a.answer != 0 && q.actor == name && table == 0) faults.answers.push_back(a);
    }
    std::vector<sim::Lane::Mark> told = std::move(all);
    std::vector<sim::Lane::Mark> struck;
    for (const sim::DeviationText& d : deviations(model_, faults)) {
      struck.push_back({.at = d.at, .what = d.text, .fault = true, .bad = true});
    }
    all.clear();
    std::merge(told.begin(), told.end(), struck.begin(), struck.end(), std::back_inserter(all),
               [](const auto& a, const auto& b) { return a.at < b.at; });
    if (all.size() > kMarksMost) {
      std::erase_if(all, [](const sim::Lane::Mark& m) { return !m.fault && !m.bad; });
      if (all.size() > kMarksMost) all.resize(kMarksMost);
    }
    return all;
  }

  bool thin(const std::set<sim::Instant>& marked) {
    if (frames_.size() <= kFramesMost) return false;
    std::vector<std::size_t> first;
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      const bool keep = kept_[i] || i + 1 == frames_.size() || marked.contains(frames_[i].at);
      (keep ? first : others).push_back(i);
    }
    const auto spread = [](const std::vector<std::size_t>& from, std::size_t most) {
      if (from.size() <= most) return from;
      std::vector<std::size_t> some;
      for (std::size_t i = 0; i < most; ++i)
        some.push_back(from[i * (from.size() - 1) / std::max<std::size_t>(most - 1, 1)]);
      return some;
    };
    std::vector<std::size_t> chosen = spread(first, kFramesMost);
    if (chosen.size() < kFramesMost) {
      const std::vector<std::size_t> more = spread(others, kFramesMost - chosen.size());
      chosen.insert(chosen.end(), more.begin(), more.end());
    }
    std::sort(chosen.begin(), chosen.end());
    std::vector<sim::Frame> frames;
    for (const std::size_t i : chosen) frames.push_back(std::move(frames_[i]));
    frames_ = std::move(frames);
    return true;
  }

  const Pipeline& model_;
  std::vector<Gauged> shown_;
  std::vector<Drawn> lanes_;
  sim::Instant elected_;
  std::vector<sim::Frame> frames_;
  std::vector<bool> kept_;  // by frame: before others
};

}  // namespace

std::vector<sim::Gauge> gauges(const Pipeline& model) {
  const std::vector<std::string> names = table_names(model.config().changes);
  std::vector<sim::Gauge> all;
  for (const Gauged& s : shown(model)) {
    std::string system{s.figure->system};
    if (names.size() > 1 && s.figure->per_table) system += " (" + names[s.table] + ")";
    if (names.size() > 1 && !s.figure->per_table && system == "base table") system = "base tables";
    all.push_back({std::move(system), std::string{s.figure->name}, s.figure->unit, s.figure->words});
  }
  return all;
}

sim::Playback playback(const Pipeline& model, const Watch& watch) {
  const auto elsewhere = sim::elsewhere(watch.elsewhere, model.questions());
  std::vector<sim::Deviation> fixed = watch.given;
  fixed.insert(fixed.end(), watch.deviations.begin(), watch.deviations.end());
  sim::ReplayedChooser chooser{*elsewhere, fixed};

  Run run;
  sim::Trace trace{&run.record};
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  Observer observer{model};
  run.world = sim::initial(model, chooser, trace);
  observer.look(run.world);
  while (!run.world.agenda.pending.empty() && run.world.agenda.pending.front().at <= end) {
    sim::step(model, run.world, chooser, trace);
    observer.look(run.world);
  }
  sim::run_until(model, run.world, end, chooser, trace);
  last_look(model, run.world, chooser, trace);
  observer.look(run.world);
  run.trace_hash = trace.hash();
  run.events = trace.events();

  sim::Playback p = observer.finish(run.record, end);
  p.label = watch.label;
  p.property = watch.property;
  p.run = judge(model, run);
  const std::vector<sim::DeviationText> off = switched_off(model, watch.elsewhere);
  p.run.deviations.insert(p.run.deviations.begin(), off.begin(), off.end());
  p.run.command = "replay";
  p.run.seed = watch.elsewhere.seed;
  p.run.workload = watch.elsewhere.workload;
  p.run.story = story(model, run.record);
  return p;
}

}  // namespace converge::models
