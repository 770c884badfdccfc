#include "models/control.hpp"

#include <algorithm>
#include <cassert>

#include "models/questions.hpp"

namespace converge::models {

namespace {

using Status = StepState::Status;

bool over(Status s) { return s == Status::done || s == Status::released; }

bool is_alter(StepKind k) { return k == StepKind::alter_cdc_table || k == StepKind::alter_base_table; }

bool is_flinks(StepKind k) { return k == StepKind::deploy_flink || k == StepKind::rollback_flink; }

// The system's own pace for a step that does not name one.
const sim::Cadence& cadence_of(const ControlConfig& config, StepKind kind) {
  static const sim::Cadence at_once;
  switch (kind) {
    case StepKind::deploy_spark:
    case StepKind::rollback_spark: return config.deploy_spark;
    case StepKind::deploy_flink:
    case StepKind::rollback_flink: return config.deploy_flink;
    case StepKind::generate:
    case StepKind::review:
    case StepKind::ci:
    case StepKind::staging:
    case StepKind::alter_cdc_table:
    case StepKind::alter_base_table:
    case StepKind::backfill:
    case StepKind::source_ddl: return at_once;
  }
  return at_once;
}

// The step of the control plane that must be over before a step of this kind (pinterest-three-phase.md 2).
std::optional<StepKind> gate(StepKind kind, ControlConfig::AlterAt alter_at) {
  switch (kind) {
    case StepKind::generate: return std::nullopt;
    case StepKind::review: return StepKind::generate;
    case StepKind::ci: return StepKind::review;
    case StepKind::staging: return StepKind::ci;
    case StepKind::alter_cdc_table:
    case StepKind::alter_base_table:
      if (alter_at == ControlConfig::AlterAt::merge) return StepKind::ci;
      if (alter_at == ControlConfig::AlterAt::staging_passed) return StepKind::staging;
      return std::nullopt;
    case StepKind::deploy_spark: return StepKind::ci;
    case StepKind::deploy_flink: return StepKind::staging;
    case StepKind::backfill:
    case StepKind::rollback_flink:
    case StepKind::rollback_spark:
    case StepKind::source_ddl: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool automated(const ChangeConfig& c) {
  const bool supported =
      c.kind == ChangeConfig::Kind::add_column ? !c.required || c.has_default : widens(c.from, c.type);
  return supported && !c.sensitive;
}

std::string_view name(StepKind kind) {
  switch (kind) {
    case StepKind::generate: return "generate";
    case StepKind::review: return "review";
    case StepKind::ci: return "ci";
    case StepKind::staging: return "staging";
    case StepKind::alter_cdc_table: return "alter_cdc_table";
    case StepKind::alter_base_table: return "alter_base_table";
    case StepKind::deploy_spark: return "deploy_spark";
    case StepKind::deploy_flink: return "deploy_flink";
    case StepKind::backfill: return "backfill";
    case StepKind::rollback_flink: return "rollback_flink";
    case StepKind::rollback_spark: return "rollback_spark";
    case StepKind::source_ddl: return "source_ddl";
  }
  assert(false);
  return "?";
}

bool is_about_one_table(StepKind kind) {
  return is_alter(kind) || kind == StepKind::backfill || kind == StepKind::source_ddl;
}

std::string default_name(const StepConfig& s) {
  return s.table.empty() ? std::string{name(s.kind)} : std::string{name(s.kind)} + "(" + s.table + ")";
}

std::vector<StepConfig> canonical_plan() {
  return {{.kind = StepKind::alter_cdc_table},
          {.kind = StepKind::alter_base_table},
          {.kind = StepKind::deploy_spark},
          {.kind = StepKind::deploy_flink},
          {.kind = StepKind::backfill}};
}

std::vector<StepConfig> canonical_plan(const std::vector<std::string>& tables) {
  std::vector<StepConfig> plan;
  for (const StepConfig& step : canonical_plan()) {
    if (!is_about_one_table(step.kind)) plan.push_back(step);
    for (std::size_t t = 0; is_about_one_table(step.kind) && t < tables.size(); ++t) {
      plan.push_back({.kind = step.kind, .table = tables[t]});
    }
  }
  return plan;
}

std::vector<Step> resolve(const ControlConfig& config) {
  std::vector<StepConfig> written;
  for (const StepKind own : {StepKind::generate, StepKind::review, StepKind::ci, StepKind::staging}) {
    written.push_back({.kind = own, .after = std::vector<std::string>{}});
  }
  const std::vector<StepConfig> plan = config.steps.empty() ? canonical_plan() : config.steps;
  written.insert(written.end(), plan.begin(), plan.end());

  std::vector<Step> steps;
  for (const StepConfig& w : written) {
    steps.push_back({.kind = w.kind,
                     .name = w.name.empty() ? default_name(w) : w.name,
                     .table = w.table,
                     .cadence = w.cadence.value_or(cadence_of(config, w.kind)),
                     .delay = w.delay,
                     .when = w.when});
  }
  const auto index = [&](std::string_view wanted) {
    const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step& s) { return s.name == wanted; });
    assert(found != steps.end());
    return static_cast<std::size_t>(found - steps.begin());
  };
  constexpr std::size_t own = 4;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (written[i].after) {
      for (const std::string& before : *written[i].after) steps[i].after |= 1U << index(before);
    } else if (i > own) {
      steps[i].after |= 1U << (i - 1);
    }
    if (const auto before = gate(steps[i].kind, config.alter_at)) steps[i].after |= 1U << index(name(*before));
  }
  return steps;
}

ControlModel::ControlModel(const ControlConfig& config, sim::Epoch epoch, const std::vector<ChangeConfig>& changes)
    : config_{config},
      epoch_{epoch},
      changes_{changes},
      steps_{resolve(config)},
      together_{table_names(changes).size() > 1} {
  assert(steps_.size() <= kStepsMax);
  for (const Step& step : steps_) {
    const auto change =
        std::find_if(changes.begin(), changes.end(), [&](const auto& c) { return c.table == step.table; });
    const bool needed = together_ && is_about_one_table(step.kind);
    assert(!needed || change != changes.end());
    about_.push_back(needed ? static_cast<std::size_t>(change - changes.begin()) : 0);
  }
}

void ControlModel::start(Control& c, Context& out) const {
  c.pull_offset = config_.pull_offset;
  if (config_.any_pull_offset) c.pull_offset = out.duration(id(Q::pull_offset));
  if (config_.deploy_spark.any_offset) c.spark_slots = out.duration(id(Q::spark_slots));
  if (config_.deploy_flink.any_offset) c.flink_slots = out.duration(id(Q::flink_slots));
  c.rollouts.resize(changes_.size());
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (rollout_of(i) == i) c.rollouts[i].steps.resize(steps_.size());
    if (changes_[i].announced) {
      out.at(sim::Instant{} + changes_[i].at, {.what = What::control_detected, .change = static_cast<std::uint8_t>(i)});
    }
  }
}

Build ControlModel::build(std::size_t version) const {
  Build b{.version = static_cast<std::uint8_t>(version)};
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const auto slot = static_cast<Slot>(i + 1);
    const bool known = i < version && automated(changes_[i]);  // the pipeline goes on without what was refused
    if (changes_[i].kind == ChangeConfig::Kind::change_type) {
      b.columns = static_cast<Columns>(b.columns | bit(slot));
      if (known) b.wide = static_cast<Columns>(b.wide | bit(slot));
    } else if (known) {
      b.columns = static_cast<Columns>(b.columns | bit(slot));
    }
  }
  return b;
}

bool ControlModel::busy(const Control& c) const {
  return std::any_of(c.rollouts.begin(), c.rollouts.end(),
                     [](const Rollout& r) { return r.phase == Rollout::Phase::open; });
}

void ControlModel::ddl_executed(Control& c, std::uint8_t change, sim::Instant from, Context& out) const {
  if (c.rollouts[change].phase != Rollout::Phase::unseen) return;  // announced: the rollout is under way
  c.rollouts[change].drifted = true;
  if (out.choose(id(Q::ddl_message)) == 0 && from != sim::never) {
    tell(out, Actor::control, Told::ddl_message_sent, change);
    return out.at(from + out.duration(id(Q::ddl_message_delay)), {.what = What::control_detected, .change = change});
  }
  tell(out, Actor::control, Told::ddl_message_lost, change);
  sim::Instant pull = sim::Instant{} + c.pull_offset;
  if (pull <= out.now()) pull = pull + config_.pull_every * ((out.now() - pull) / config_.pull_every + 1);
  out.at(pull, {.what = What::control_detected, .change = change, .number = 1});
}

// The workflow compares the source's schema with the tables', so it finds every change that nobody has told of, not
// this one alone. Else a message that overtakes another would have code generated for a column whose tables are not
// altered.
void ControlModel::detected(Control& c, std::uint8_t change, bool by_pull, Context& out) const {
  if (c.rollouts[change].phase != Rollout::Phase::unseen) return;
  c.rollouts[change].drifted = true;
  for (std::size_t i = 0; i < c.rollouts.size(); ++i) {
    const Rollout& r = c.rollouts[i];
    if (r.drifted && r.phase == Rollout::Phase::unseen) found(c, static_cast<std::uint8_t>(i), by_pull, out);
  }
}

void ControlModel::found(Control& c, std::uint8_t change, bool by_pull, Context& out) const {
  Rollout& r = c.rollouts[change];
  r.detected = out.now();
  tell(out, Actor::control, Told::detected, change, by_pull ? 1 : 0);
  if (!automated(changes_[change])) {
    r.phase = Rollout::Phase::refused;
    tell(out, Actor::control, Told::refused_change, change);
    return;
  }
  r.phase = Rollout::Phase::queued;
  const bool waits = together_ && !std::all_of(c.rollouts.begin(), c.rollouts.end(), [](const Rollout& each) {
                       return each.phase == Rollout::Phase::queued;
                     });
  if (busy(c) || waits) tell(out, Actor::control, Told::queued, change);
  if (!waits) open_next(c, out);
}

// One change at a time; the queue is in the order of detection.
void ControlModel::open_next(Control& c, Context& out) const {
  if (busy(c)) return;
  Rollout* next = nullptr;
  for (Rollout& r : c.rollouts) {
    if (r.phase == Rollout::Phase::queued && (next == nullptr || r.detected < next->detected)) next = &r;
  }
  if (next == nullptr) return;
  open(c, rollout_of(static_cast<std::size_t>(next - c.rollouts.data())), out);
}

void ControlModel::open(Control& c, std::size_t rollout, Context& out) const {
  for (std::size_t change = 0; change < c.rollouts.size(); ++change) {
    if (rollout_of(change) != rollout) continue;
    c.rollouts[change].phase = Rollout::Phase::open;
    c.rollouts[change].opened = out.now();
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].after == 0) make_ready(c, static_cast<std::uint8_t>(rollout), i, out);
  }
}

sim::Instant ControlModel::slot_for(const Control& c, const Step& step, sim::Instant could) const {
  if (!step.cadence.any_offset) return sim::next_slot(step.cadence, epoch_, could);
  sim::Cadence drawn = step.cadence;
  drawn.offset = is_flinks(step.kind) ? c.flink_slots : c.spark_slots;
  return sim::next_slot(drawn, epoch_, could);
}

void ControlModel::make_ready(Control& c, std::uint8_t change, std::size_t step, Context& out) const {
  StepState& s = c.rollouts[change].steps[step];
  s.status = Status::ready;
  s.ready = out.now();
  const sim::Instant could = out.now() + steps_[step].delay;
  if (!steps_[step].when) return find_slot(c, change, step, could, out);
  out.at(could, {.what = What::control_step_look, .change = change, .number = static_cast<std::uint16_t>(step)});
}

void ControlModel::look(Control& c, std::uint8_t change, std::size_t step, bool holds, Context& out) const {
  StepState& s = c.rollouts[change].steps[step];
  const auto number = static_cast<std::uint16_t>(step);
  if (holds) {
    if (s.held_up) tell(out, Actor::control, Told::step_goes_on, change, number);
    return find_slot(c, change, step, out.now(), out);
  }
  if (!s.held_up) tell(out, Actor::control, Told::step_waits, change, number);
  s.held_up = true;
  out.after(config_.check_every, {.what = What::control_step_look, .change = change, .number = number});
}

void ControlModel::find_slot(const Control& c, std::uint8_t change, std::size_t step, sim::Instant could,
                             Context& out) const {
  if (steps_[step].cadence.kind == sim::Cadence::Kind::manual) could = could + out.duration(id(Q::approval));
  const sim::Instant slot = slot_for(c, steps_[step], could);
  if (slot == sim::never) return;  // frozen for good: the verdict will tell
  out.at(slot, {.what = What::control_step_go, .change = change, .number = static_cast<std::uint16_t>(step)});
}

std::uint8_t ControlModel::version_of(StepKind kind, std::uint8_t change) const {
  const bool back = kind == StepKind::rollback_flink || kind == StepKind::rollback_spark;
  return static_cast<std::uint8_t>(back ? change : version_with(change));
}

void ControlModel::go(Control& c, std::uint8_t change, std::size_t step, ControlIo io, Context& out) const {
  StepState& s = c.rollouts[change].steps[step];
  const StepKind kind = steps_[step].kind;
  if (s.attempt == 0) {
    s.status = Status::running;
    s.started = out.now();
    tell(out, Actor::control, Told::step_started, change, static_cast<std::int64_t>(step));
  }
  ++s.attempt;
  const auto number = static_cast<std::uint16_t>(step);
  const auto takes = [&](Q q) {
    out.after(out.duration(id(q)), {.what = What::control_step_done, .change = change, .number = number});
  };
  switch (kind) {
    case StepKind::generate: c.rollouts[change].bad_code = out.choose(id(Q::bad_code)) != 0; return takes(Q::generate);
    case StepKind::review: return takes(Q::review);
    case StepKind::ci: return takes(Q::ci);
    case StepKind::staging:
      if (c.rollouts[change].bad_code && out.choose(id(Q::staging_misses)) == 0) {
        c.rollouts[change].bad_code = false;  // mended, and staged again
        tell(out, Actor::control, Told::bad_code_caught, change);
        sim::Duration again = out.duration(id(Q::staging));
        again = again + out.duration(id(Q::fix));
        again = again + out.duration(id(Q::staging));
        return out.after(again, {.what = What::control_step_done, .change = change, .number = number});
      }
      return takes(Q::staging);
    case StepKind::deploy_spark:
    case StepKind::rollback_spark: return takes(Q::spark_deploy);
    case StepKind::alter_cdc_table:
    case StepKind::alter_base_table:
      s.version = altered(io, step).version;
      return out.after(out.duration(id(Q::alter)), {.what = What::control_alter, .change = change, .number = number});
    case StepKind::deploy_flink:
    case StepKind::rollback_flink:
      if (kind == StepKind::deploy_flink && c.rollouts[change].bad_code) {
        c.rollouts[change].bad_code = false;
        const sim::Duration fix = out.duration(id(Q::fix));
        out.after({}, {.what = What::flink_bad_code,
                       .number = version_of(kind, change),
                       .epoch = static_cast<std::uint32_t>(fix.us / 1'000'000)});
      }
      return out.after({}, {.what = What::flink_deploy, .change = change, .number = version_of(kind, change)});
    case StepKind::backfill: return out.after({}, {.what = What::backfill_request, .change = change_of(change, step)});
    case StepKind::source_ddl:
      out.after({}, {.what = What::source_ddl, .change = change_of(change, step)});
      return out.after({}, {.what = What::control_step_done, .change = change, .number = number});
  }
}

iceberg::Table& ControlModel::altered(ControlIo io, std::size_t step) const {
  const std::size_t table = about_[step];  // each table has one change, and its number
  return steps_[step].kind == StepKind::alter_cdc_table ? io.ledger[table].table : io.base.table[table];
}

void ControlModel::alter(Control& c, std::uint8_t change, std::size_t step, ControlIo io, Context& out) const {
  StepState& s = c.rollouts[change].steps[step];
  iceberg::Table& table = altered(io, step);
  const std::uint8_t about = change_of(change, step);
  const ChangeConfig& asked = changes_[about];
  const auto slot = static_cast<Slot>(about + 1);
  const bool won =
      asked.kind == ChangeConfig::Kind::add_column
          ? iceberg::add_column(table, s.version, slot, asked.type, false)  // always nullable in the lake (1.1)
          : iceberg::widen_column(table, s.version, slot, asked.type);
  if (won) {
    tell_of(out, about_[step], steps_[step].kind == StepKind::alter_cdc_table ? Actor::cdc_table : Actor::base_table,
            Told::table_altered, about, iceberg::current_schema(table).id);
    return settle(c, change, step, Status::done, out);
  }
  tell(out, Actor::control, Told::alter_lost_race, about, s.attempt);
  if (s.attempt < config_.alter_attempts) {
    return out.after(config_.alter_retry,
                     {.what = What::control_step_go, .change = change, .number = static_cast<std::uint16_t>(step)});
  }
  tell(out, Actor::control, Told::alter_failed, about);
  settle(c, change, step, Status::failed, out);
}

void ControlModel::step_done(Control& c, std::uint8_t change, std::size_t step, Context& out) const {
  const StepKind kind = steps_[step].kind;
  if (kind == StepKind::deploy_spark || kind == StepKind::rollback_spark) {
    tell(out, Actor::merge, Told::spark_deployed, version_of(kind, change));
  }
  settle(c, change, step, Status::done, out);
}

// Flink's new build committed its first checkpoint: that is the cut-over, whichever step asked for it.
void ControlModel::cut_over(Control& c, std::uint8_t build, Context& out) const {
  for (std::size_t change = 0; change < c.rollouts.size(); ++change) {
    for (std::size_t i = 0; i < c.rollouts[change].steps.size(); ++i) {
      const StepKind kind = steps_[i].kind;
      if (kind != StepKind::deploy_flink && kind != StepKind::rollback_flink) continue;
      const Status status = c.rollouts[change].steps[i].status;
      if (status != Status::running && status != Status::released) continue;
      if (version_of(kind, static_cast<std::uint8_t>(change)) == build) {
        settle(c, static_cast<std::uint8_t>(change), i, Status::done, out);
      } else if (status == Status::released || c.rollouts[change].steps[i].started < out.now()) {
        // Refused, or still under way, and now another build took its place. What started at this instant is to come.
        settle(c, static_cast<std::uint8_t>(change), i, Status::failed, out);
      }
    }
  }
}

void ControlModel::refused(Control& c, std::uint8_t build, Context& out) const {
  for (std::size_t change = 0; change < c.rollouts.size(); ++change) {
    for (std::size_t i = 0; i < c.rollouts[change].steps.size(); ++i) {
      const StepKind kind = steps_[i].kind;
      if (kind != StepKind::deploy_flink && kind != StepKind::rollback_flink) continue;
      if (c.rollouts[change].steps[i].status != Status::running) continue;
      if (version_of(kind, static_cast<std::uint8_t>(change)) == build) {
        settle(c, static_cast<std::uint8_t>(change), i, Status::released, out);
      }
    }
  }
}

void ControlModel::backfill(Control& c, std::uint8_t change, Status status, Context& out) const {
  const auto rollout = static_cast<std::uint8_t>(rollout_of(change));
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Status now = c.rollouts[rollout].steps[i].status;
    if (steps_[i].kind != StepKind::backfill || (now != Status::running && now != Status::released)) continue;
    if (change_of(rollout, i) != change) continue;
    settle(c, rollout, i, status, out);  // each of them, where it was asked for again while it waited
  }
}

// A step is over, or over for the plan: what waited for it may go.
void ControlModel::settle(Control& c, std::uint8_t change, std::size_t step, Status status, Context& out) const {
  Rollout& r = c.rollouts[change];
  StepState& s = r.steps[step];
  s.status = status;
  if (status != Status::released) {
    s.finished = out.now();
    tell(out, Actor::control, status == Status::done ? Told::step_finished : Told::step_failed, change,
         static_cast<std::int64_t>(step));
  }
  // A backfill that gave up does not stop the plan: the steps behind it were going to happen anyway.
  const auto lets_go = [&](std::size_t i) {
    return over(r.steps[i].status) || (r.steps[i].status == Status::failed && !is_alter(steps_[i].kind));
  };
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (r.steps[i].status != Status::waiting || (steps_[i].after & (1U << step)) == 0) continue;
    bool all = true;
    for (std::size_t before = 0; before < steps_.size(); ++before) {
      if ((steps_[i].after & (1U << before)) != 0 && !lets_go(before)) all = false;
    }
    if (all) make_ready(c, change, i, out);
  }
  const bool finished = std::all_of(r.steps.begin(), r.steps.end(), [](const StepState& each) {
    return each.status == Status::done || each.status == Status::failed;
  });
  if (!finished || r.phase != Rollout::Phase::open) return;
  for (std::size_t i = 0; i < c.rollouts.size(); ++i) {
    if (rollout_of(i) != change) continue;
    c.rollouts[i].phase = Rollout::Phase::done;
    c.rollouts[i].finished = out.now();
  }
  open_next(c, out);
}

}  // namespace converge::models
