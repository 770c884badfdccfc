#include "models/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "models/words.hpp"

namespace converge::models {

using sim::PropertyResult;

sim::Instant window_begin(const Pipeline& model, const PipelineState& s, std::size_t change) {
  const ChangeConfig& c = model.config().changes[change];
  return c.announced ? sim::Instant{} + c.at : s.source.ddl_at[change];
}

namespace {

bool began(const Pipeline& model, const PipelineState& s, std::size_t change) {
  if (model.config().changes[change].announced) return s.control.rollouts[change].phase != Rollout::Phase::unseen;
  return (s.source.executed & (1U << change)) != 0;
}

// Changes that are gone for good, by where they went missing.
struct Losses {
  std::uint64_t before_kafka = 0;      // the connector passed them and handed over nothing
  std::uint64_t before_ledger = 0;     // Flink's offsets passed them and the CDC table lacks them
  std::uint64_t skipped_by_merge = 0;  // the watermark passed them and the base table has an older row
  std::uint64_t total() const { return before_kafka + before_ledger + skipped_by_merge; }
};

Losses losses(const PipelineState& s) {
  const std::size_t n = s.source.log.size() + 1;
  std::vector<bool> in_topic(n);
  std::vector<bool> passed(n);
  std::vector<bool> in_ledger(n);
  const std::set<std::uint32_t> held(s.flink.stored.held.begin(), s.flink.stored.held.end());
  for (std::uint32_t i = 0; i < s.topic.records.size(); ++i) {
    in_topic[s.topic.records[i].lsn] = true;
    if (i < s.flink.stored.next && !held.contains(i)) passed[s.topic.records[i].lsn] = true;
  }
  for (std::size_t t = 0; t < s.ledger.tables(); ++t) {
    for (const LedgerRow& row : s.ledger[t].rows) in_ledger[row.lsn] = true;
  }
  for (const LedgerRow& row : s.flink.pending) in_ledger[row.lsn] = true;
  Losses lost;
  for (std::size_t lsn = 1; lsn < n; ++lsn) {
    if (lsn <= s.cdc.position && !in_topic[lsn]) ++lost.before_kafka;
    if (passed[lsn] && !in_ledger[lsn]) ++lost.before_ledger;
  }
  std::set<Lsn> skipped;
  for (std::size_t t = 0; t < s.merge.tables(); ++t) {
    const Merge& merge = s.merge[t];
    const std::uint32_t merged = merge.running ? std::min(merge.from.row, merge.watermark.row) : merge.watermark.row;
    for (std::uint32_t i = 0; i < merged; ++i) {
      const LedgerRow& row = s.ledger[t].rows[i];
      const bool there = row.key < s.base.rows.size() && s.base.rows[row.key].lsn >= row.lsn;
      if (!there) skipped.insert(row.lsn);
    }
  }
  lost.skipped_by_merge = skipped.size();
  return lost;
}

PropertyResult lost_rows(const PipelineState& s) {
  const Losses lost = losses(s);
  PropertyResult p{.name = "no-row-lost",
                   .claim = "No change is lost on its way from the source to the base table.",
                   .kind = PropertyResult::Kind::safety,
                   .holds = lost.total() == 0,
                   .margin = -static_cast<std::int64_t>(lost.total()),
                   .unit = PropertyResult::Unit::changes};
  if (!p.holds) {
    p.detail =
        fmt::format("{} never reached Kafka, {} never reached the CDC table, {} passed over by the merge's watermark",
                    lost.before_kafka, lost.before_ledger, lost.skipped_by_merge);
  }
  return p;
}

PropertyResult older_rows(const PipelineState& s) {
  PropertyResult p{.name = "no-older-row",
                   .claim = "No row of the base table is overwritten by an older change.",
                   .kind = PropertyResult::Kind::safety,
                   .holds = s.monitor.regressions == 0,
                   .margin = -static_cast<std::int64_t>(s.monitor.regressions),
                   .unit = PropertyResult::Unit::rows};
  if (!p.holds) p.detail = fmt::format("{} tracked rows went back to an older change", s.monitor.regressions);
  return p;
}

PropertyResult nulls_left(const Pipeline& model, const PipelineState& s) {
  const std::int64_t rows = model.monitor().null_rows(s.monitor);
  PropertyResult p{.name = "no-null-left",
                   .claim = "At the end no row is null in a column that the source has a value for.",
                   .kind = PropertyResult::Kind::safety,
                   .holds = rows == 0,
                   .margin = -rows,
                   .unit = PropertyResult::Unit::rows};
  if (!p.holds) p.detail = fmt::format("{} of {} tracked keys", s.monitor.differing[7], s.source.keys.size());
  return p;
}

// A figure of the merge, of all tables.
std::int64_t of_merges(const PipelineState& s, std::uint32_t Merge::* figure) {
  std::int64_t all = 0;
  for (std::size_t t = 0; t < s.merge.tables(); ++t) all += s.merge[t].*figure;
  return all;
}

std::int64_t unreadable(const PipelineState& s) {
  return std::int64_t{s.monitor.failed_reads} + s.flink.unreadable + of_merges(s, &Merge::overflowed);
}

PropertyResult readable(const PipelineState& s) {
  const std::int64_t failed = unreadable(s);
  PropertyResult p{.name = "readable",
                   .claim = "No reader meets a schema or a value that it cannot read.",
                   .kind = PropertyResult::Kind::safety,
                   .holds = failed == 0,
                   .margin = -failed,
                   .unit = PropertyResult::Unit::reads};
  if (!p.holds) {
    p.detail =
        fmt::format("{} queries failed, Flink met {} records and the merge {} values that their build cannot read",
                    s.monitor.failed_reads, s.flink.unreadable, of_merges(s, &Merge::overflowed));
  }
  return p;
}

struct Stalest {
  sim::Duration age;
  sim::Instant at;
};

Stalest stalest(const Pipeline& model, const PipelineState& s, sim::Instant now) {
  Stalest worst{s.monitor.stalest, s.monitor.stalest_at};
  if (s.monitor.next_missing <= s.source.log.size()) {
    const sim::Duration age = now - model.source().at(s.source, s.monitor.next_missing).at;
    if (age > worst.age) worst = {age, now};
  }
  return worst;
}

PropertyResult fresh(const Pipeline& model, const PipelineState& s, sim::Instant now) {
  const sim::Duration objective = model.config().readers.freshness;
  const auto [worst, at] = stalest(model, s, now);
  PropertyResult p{.name = "fresh",
                   .claim = fmt::format("The base table never misses a change for longer than {}.", text(objective)),
                   .kind = PropertyResult::Kind::availability,
                   .holds = worst <= objective,
                   .margin = (objective - worst).us,
                   .unit = PropertyResult::Unit::duration};
  p.detail = fmt::format("worst {} at {}", text(worst), text(at));
  return p;
}

struct Convergence {
  bool all = true;      // every change that began has converged
  bool decided = true;  // every deadline lies within the horizon
  sim::Duration slowest;
  sim::Duration margin{INT64_MAX};
};

Convergence convergence(const Pipeline& model, const PipelineState& s) {
  Convergence result;
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if (!began(model, s, i)) {
      result.decided = false;
      continue;
    }
    const sim::Instant from = window_begin(model, s, i);
    const sim::Instant deadline = from + model.config().sla;
    if (deadline > end) result.decided = false;
    const bool open = (s.monitor.open & (1U << i)) != 0;
    if (open) {
      result.all = false;
      result.margin = std::min(result.margin, std::min(deadline - end, sim::Duration{deadline > end ? 0 : -1}));
      continue;
    }
    const sim::Duration took = std::max(sim::Duration{}, s.monitor.agreed[i] - from);
    result.slowest = std::max(result.slowest, took);
    result.margin = std::min(result.margin, model.config().sla - took);
  }
  return result;
}

PropertyResult converged(const Pipeline& model, const PipelineState& s) {
  const Convergence c = convergence(model, s);
  PropertyResult p{.name = "converged",
                   .claim = fmt::format("Schema, code and data agree again within {} of the change, and stay so.",
                                        text(model.config().sla)),
                   .kind = PropertyResult::Kind::liveness,
                   .holds = c.margin.us >= 0,
                   .margin = c.margin.us,
                   .unit = PropertyResult::Unit::duration};
  p.detail = c.all     ? fmt::format("took {}", text(c.slowest))
             : p.holds ? "still apart at the end of the run, which comes before the end of the window"
                       : "still apart at the end of the run";
  return p;
}

sim::Duration schema_margin(const Pipeline& model, const PipelineState& s) {
  const sim::Duration sla = *model.config().sla_schema;
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  sim::Duration margin = sla;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if (!began(model, s, i)) continue;
    const bool apart = s.monitor.change[i].schema != 0;
    const sim::Duration took =
        (apart ? end : std::max(s.monitor.altered[i], window_begin(model, s, i))) - window_begin(model, s, i);
    margin = std::min(margin, sla - took);
  }
  return margin;
}

PropertyResult schema_converged(const Pipeline& model, const PipelineState& s) {
  const sim::Duration sla = *model.config().sla_schema;
  const sim::Duration margin = schema_margin(model, s);
  return {.name = "schema-converged",
          .claim = fmt::format("Both tables have the change within {} of it.", text(sla)),
          .kind = PropertyResult::Kind::liveness,
          .holds = margin.us >= 0,
          .margin = margin.us,
          .unit = PropertyResult::Unit::duration};
}

std::uint8_t stage(StepKind kind) {
  switch (kind) {
    case StepKind::generate:
    case StepKind::review:
    case StepKind::ci:
    case StepKind::staging:
    case StepKind::source_ddl: return 0;
    case StepKind::alter_cdc_table:
    case StepKind::alter_base_table: return 1;
    case StepKind::deploy_spark:
    case StepKind::deploy_flink:
    case StepKind::rollback_flink:
    case StepKind::rollback_spark: return 2;
    case StepKind::backfill: return 3;
  }
  return 0;
}

bool disagreed_during(const sim::RunResult& r, sim::Instant from, sim::Instant until) {
  for (const auto* series : {&r.schema, &r.code, &r.data}) {
    for (std::size_t i = 0; i < series->size(); ++i) {
      const sim::Instant end = i + 1 < series->size() ? (*series)[i + 1].at : sim::never;
      if ((*series)[i].value != 0 && (*series)[i].at < until && end > from) return true;
    }
  }
  return false;
}

void add_phases(sim::RunResult& r, const Pipeline& model, const PipelineState& s, sim::Instant now) {
  using Status = sim::Phase::Status;
  const auto& changes = model.config().changes;
  for (std::size_t c = 0; c < changes.size(); ++c) {
    const Rollout& rollout = s.control.rollouts[c];
    const std::string prefix = changes.size() > 1 ? title(changes, c) + ": " : "";
    const std::string of_steps = model.control().together() ? "" : prefix;  // those of both changes
    if (!changes[c].announced) {
      sim::Phase detect{.name = prefix + "detect"};
      if (began(model, s, c)) {
        detect.ready = detect.started = s.source.ddl_at[c];
        detect.status = Status::running;
        if (rollout.phase != Rollout::Phase::unseen) detect.finished = rollout.detected, detect.status = Status::done;
      }
      r.phases.push_back(detect);
    }
    for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
      const StepState& step = rollout.steps[i];
      sim::Phase p{.name = of_steps + model.control().steps()[i].name, .stage = stage(model.control().steps()[i].kind)};
      if (step.status != StepState::Status::waiting) p.ready = step.ready;
      switch (step.status) {
        case StepState::Status::waiting: break;
        case StepState::Status::ready: p.status = Status::waiting; break;
        case StepState::Status::running:
        case StepState::Status::released: p.status = Status::running; break;
        case StepState::Status::done: p.status = Status::done; break;
        case StepState::Status::failed: p.status = Status::failed; break;
      }
      if (p.status >= Status::running) p.started = step.started;
      if (p.status >= Status::done) p.finished = step.finished;
      r.phases.push_back(p);
    }
  }
  for (sim::Phase& p : r.phases) {
    if (p.started) p.disagreed = disagreed_during(r, *p.started, p.finished.value_or(now) + sim::microseconds(1));
  }
}

void add_divergence(sim::RunResult& r, const sim::Record& record) {
  r.schema = r.code = r.data = {{sim::Instant{}, 0}};
  const auto add = [](std::vector<sim::Sample>& series, sim::Instant at, std::int64_t value) {
    if (series.back().value == value) return;
    if (series.back().at == at) series.pop_back();
    if (series.empty() || series.back().value != value) series.push_back({at, value});
  };
  for (const sim::Note& n : record.notes) {
    if (n.kind != static_cast<std::uint16_t>(Told::diverged)) continue;
    add(r.schema, n.at, n.a);
    add(r.code, n.at, n.b);
    add(r.data, n.at, n.c);
  }
}

// What should have happened, and did not, breaks nothing: such a run says nothing.
std::string sentence(const sim::RunResult& r) {
  switch (r.outcome) {
    case sim::Outcome::converged:
      return fmt::format("Converged {} after the change, {} inside the window of {}.", text(*r.convergence),
                         text(*r.margin), text(r.sla));
    case sim::Outcome::violated: {
      std::string broken;
      for (const PropertyResult& p : r.properties) {
        if (sim::is_violated(p)) broken += (broken.empty() ? "" : ", ") + p.name;
      }
      const std::string took =
          r.convergence ? fmt::format("converged after {}", text(*r.convergence)) : "never converged";
      return fmt::format("Violated: {}; the layers {}.", broken, took);
    }
    case sim::Outcome::vacuous: return "This run says nothing about the claim: " + r.vacuous_for.front() + ".";
    case sim::Outcome::inconclusive: return "No verdict.";
  }
  return {};
}

}  // namespace

std::vector<ClaimState> claims_at(const Pipeline& model, const PipelineState& s, sim::Instant end) {
  std::vector<ClaimState> claims = s.claims;
  model.claims().look(claims, model.claims().read(model, s, end), end, Since::time);
  return claims;
}

std::size_t own_margins(const Pipeline& model, const PipelineState& s, std::span<std::int64_t> into) {
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  std::size_t next = 0;
  into[next++] = convergence(model, s).margin.us;
  into[next++] = -static_cast<std::int64_t>(losses(s).total());
  into[next++] = -std::int64_t{s.monitor.regressions};
  into[next++] = -model.monitor().null_rows(s.monitor);
  into[next++] = -unreadable(s);
  into[next++] = (model.config().readers.freshness - stalest(model, s, end).age).us;
  if (model.config().sla_schema) into[next++] = schema_margin(model, s).us;
  return next;
}

void last_look(const Pipeline& model, PipelineWorld& world, sim::Chooser& chooser, sim::Trace& trace) {
  sim::Context<Event> last{world.agenda, chooser, trace};
  PipelineState& s = world.state;
  model.monitor().look(s.monitor, s.source, s.base, last);
  model.monitor().tell(s.monitor, last);
}

namespace {

void finish(const Pipeline& model, PipelineWorld& world, sim::Chooser& chooser, sim::Trace& trace) {
  sim::run_until(model, world, sim::Instant{} + model.config().horizon, chooser, trace);
  last_look(model, world, chooser, trace);
}

}  // namespace

void finish(const Pipeline& model, PipelineWorld& world, sim::Chooser& chooser) {
  sim::Trace trace;
  finish(model, world, chooser, trace);
}

Run run(const Pipeline& model, sim::Chooser& chooser, Recording recording, sim::Record scratch) {
  Run result;
  result.record = std::move(scratch);
  result.record.notes.clear();
  result.record.answers.clear();
  sim::Trace trace{recording == Recording::on ? &result.record : nullptr};
  result.world = sim::initial(model, chooser, trace);
  finish(model, result.world, chooser, trace);
  result.trace_hash = trace.hash();
  result.events = trace.events();
  return result;
}

std::vector<PropertyResult> properties(const Pipeline& model, const PipelineState& s) {
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  std::vector<PropertyResult> all{converged(model, s),  lost_rows(s), older_rows(s),
                                  nulls_left(model, s), readable(s),  fresh(model, s, end)};
  if (model.config().sla_schema) all.push_back(schema_converged(model, s));
  const std::vector<ClaimState> claims = claims_at(model, s, end);
  for (std::size_t i = 0; i < claims.size(); ++i) all.push_back(result(model.claims().claims()[i], claims[i], end));
  return all;
}

std::vector<sim::Silence> silences(const Pipeline& model, const PipelineState& s) {
  std::vector<sim::Silence> all;
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    const std::string name = title(model.config().changes, i);
    if (!began(model, s, i)) {
      all.push_back({fmt::format("the change of {} lies beyond the horizon", name), true});
      continue;
    }
    if ((s.monitor.opened & (1U << i)) == 0) {
      all.push_back({fmt::format("the change of {} never made layers differ", name), false});
    }
    if (window_begin(model, s, i) + model.config().sla > end) {
      all.push_back({fmt::format("the window of {} closes beyond the horizon at {}", name, text(end)), true});
    }
  }
  const std::vector<ClaimState> claims = claims_at(model, s, end);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (auto silence = says_nothing(model.claims().claims()[i], claims[i], end)) all.push_back(*std::move(silence));
  }
  return all;
}

sim::RunResult measure(const Pipeline& model, const Run& run) {
  const PipelineState& s = run.world.state;
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  sim::RunResult r{.sla = model.config().sla, .horizon = model.config().horizon};
  r.events = run.events;
  r.trace_hash = run.trace_hash;
  r.properties = properties(model, s);
  add_divergence(r, run.record);
  add_phases(r, model, s, end);
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if (!began(model, s, i)) continue;
    const sim::Instant from = window_begin(model, s, i);
    if (!r.changed || from < *r.changed) r.changed = from;
  }
  const Convergence c = convergence(model, s);
  if (c.all && r.changed) r.convergence = c.slowest, r.margin = c.margin;
  for (const sim::Silence& silence : silences(model, s)) r.vacuous_for.push_back(silence.why);
  const bool broken = std::any_of(r.properties.begin(), r.properties.end(), sim::is_violated);
  r.outcome = broken ? sim::Outcome::violated : r.vacuous_for.empty() ? sim::Outcome::converged : sim::Outcome::vacuous;
  return r;
}

std::vector<std::uint64_t> fired(const Pipeline& model, const sim::Record& record) {
  const std::vector<sim::FaultOption> options = sim::fault_options(model.questions());
  std::vector<std::uint64_t> times(options.size());
  for (const sim::Answered& a : record.answers) {
    if (a.answer == 0 || !model.questions()[a.question].fault) continue;
    const auto found = std::lower_bound(options.begin(), options.end(), sim::FaultOption{a.question, a.answer});
    ++times[static_cast<std::size_t>(found - options.begin())];
  }
  return times;
}

std::vector<sim::FaultCount> fault_counts(const Pipeline& model, const std::vector<std::uint64_t>& fired) {
  const std::vector<sim::FaultOption> options = sim::fault_options(model.questions());
  std::vector<sim::FaultCount> all;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const sim::Question& q = model.questions()[options[i].question];
    const sim::Option& option = q.options[static_cast<std::size_t>(options[i].answer)];
    const bool declared = option.ppm > 0;
    if (declared || fired[i] > 0) all.push_back({q.actor + " " + q.kind + ": " + option.name, declared, fired[i]});
  }
  return all;
}

sim::RunResult judge(const Pipeline& model, const Run& run) {
  const PipelineState& s = run.world.state;
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  sim::RunResult r = measure(model, run);
  r.faults = fault_counts(model, fired(model, run.record));
  r.deviations = deviations(model, run.record);
  r.sentence = sentence(r);
  r.reads = s.monitor.reads;
  r.reads_failed = s.monitor.failed_reads;
  r.nulls_worst = s.monitor.worst_nulls;
  r.stale_worst = s.monitor.worst_stale;
  r.stalest = s.monitor.stalest;
  r.diverged_at_end = model.monitor().diverged_rows(s.monitor);
  r.wrong_at_end = model.monitor().other_value_rows(s.monitor);
  r.nulls_at_end = model.monitor().null_rows(s.monitor);
  const auto merges = [&](std::uint32_t Merge::* figure) { return static_cast<std::uint32_t>(of_merges(s, figure)); };
  r.merges_committed = merges(&Merge::committed);
  r.merges_stalled = merges(&Merge::unresolved) + merges(&Merge::overflowed) + merges(&Merge::expired);
  r.merges_lost = merges(&Merge::conflicts) + merges(&Merge::crashed);
  r.flink_down = down(s.flink, end);
  r.changes = s.source.log.size();
  r.changes_lost = losses(s).total();
  return r;
}

std::vector<sim::DeviationText> deviations(const Pipeline& model, const sim::Record& record) {
  std::vector<sim::DeviationText> all;
  for (const sim::Answered& a : record.answers) {
    const sim::Question& q = model.questions()[a.question];
    if (q.answers == sim::AnswerKind::bits) continue;
    const std::int64_t nominal = sim::nominal_answer(q, a.occurrence);
    if (a.answer == nominal) continue;
    sim::DeviationText d{.actor = q.actor,
                         .choice = q.kind,
                         .occurrence = a.occurrence + 1,
                         .nominal = sim::answer_text(q, nominal),
                         .answer = sim::answer_text(q, a.answer),
                         .fault = q.fault,
                         .at = a.at};
    d.text = q.answers == sim::AnswerKind::duration
                 ? fmt::format("{}: {} {} took {} (usual {})", d.actor, d.choice, d.occurrence, d.answer, d.nominal)
                 : fmt::format("{}: {} {}: {}", d.actor, d.choice, d.occurrence, d.answer);
    all.push_back(std::move(d));
  }
  return all;
}

std::vector<sim::DeviationText> switched_off(const Pipeline& model, const sim::Schedule& schedule) {
  std::vector<sim::DeviationText> all;
  if (!schedule.seed || !schedule.swarm) return all;
  const sim::SampledChooser chooser{model.questions(), *schedule.seed, true};
  for (sim::QuestionId q = 0; q < model.questions().size(); ++q) {
    if (!chooser.switched_off(q)) continue;
    const std::string name = model.questions()[q].actor + " " + model.questions()[q].kind;
    all.push_back({.actor = "swarm",
                   .choice = name,
                   .occurrence = 1,
                   .nominal = "on",
                   .answer = "off",
                   .text = fmt::format("swarm: {} is switched off", name)});
  }
  return all;
}

std::vector<sim::StoryLine> story(const Pipeline& model, const sim::Record& record) {
  std::vector<sim::StoryLine> lines;
  const auto is_merge = [](const sim::Note& n) { return n.kind == static_cast<std::uint16_t>(Told::merge_committed); };
  const auto& notes = record.notes;
  for (std::size_t i = 0; i < notes.size();) {
    // Merges that commit one after the other while nothing else happens are one line.
    std::size_t end = i + 1;
    std::int64_t rows = notes[i].b;
    while (is_merge(notes[i]) && end < notes.size() && is_merge(notes[end]) && notes[end].c == notes[i].c &&
           notes[end].actor == notes[i].actor)
      rows += notes[end++].b;
    const sim::Note& n = notes[i];
    lines.push_back({n.at, actor_words(model, n.actor),
                     end == i + 1 ? words(model, n)
                                  : fmt::format("runs {} to {} commit {} tracked rows with build {}", n.a,
                                                notes[end - 1].a, rows, n.c)});
    i = end;
  }
  return lines;
}

}  // namespace converge::models
