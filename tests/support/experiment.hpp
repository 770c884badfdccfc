// Experiments with the models: a quiet pipeline to start from, and a bench on which a world is stepped by hand.
//
// Quiet means: every duration is one exact figure, no fault has a probability, and nothing changes at the source but
// what the test scripts. Then an instant in a test can be worked out on paper.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "models/run.hpp"
#include "sim/world.hpp"

namespace converge::support {

inline constexpr sim::Instant at(sim::Duration since_start) { return sim::Instant{} + since_start; }

// Two days; a column `discount` that may be added at noon; a merge each quarter hour; no random traffic.
inline models::PipelineConfig quiet() {
  models::PipelineConfig c;
  c.horizon = sim::days(2);
  c.sla = sim::hours(24);
  c.source.hot_keys = 0;
  c.source.tracked_changes_per_hour = 0;
  c.cdc.lag = sim::exactly(sim::seconds(1));
  c.cdc.failover = sim::exactly(sim::minutes(5));
  c.kafka.retention = sim::days(7);
  c.kafka.election = sim::exactly(sim::seconds(10));
  c.flink.checkpoint = sim::exactly(sim::seconds(5));
  c.flink.commit = sim::exactly(sim::milliseconds(600));
  c.flink.savepoint = sim::exactly(sim::minutes(1));
  c.flink.restore = sim::exactly(sim::minutes(4));
  c.flink.restart = sim::exactly(sim::minutes(1));
  c.merge.duration = sim::exactly(sim::minutes(6));
  c.merge.deploy = sim::exactly(sim::minutes(10));
  c.backfill.duration = sim::exactly(sim::minutes(30));  // short enough for the freshness objective of 75 min
  c.control.push_delay = sim::exactly(sim::minutes(2));
  c.control.generate = sim::exactly(sim::minutes(2));
  c.control.review = sim::exactly(sim::hours(4));
  c.control.ci = sim::exactly(sim::minutes(30));
  c.control.staging = sim::exactly(sim::minutes(30));
  c.control.alter = sim::exactly(sim::milliseconds(600));
  return c;
}

inline models::ChangeConfig added_column(std::string name, sim::Duration when) {
  models::ChangeConfig c;
  c.name = std::move(name);
  c.at = when;
  return c;
}

inline models::ChangeConfig widened_column(std::string name, sim::Duration when) {
  models::ChangeConfig c = added_column(std::move(name), when);
  c.kind = models::ChangeConfig::Kind::change_type;
  c.from = models::Type::int32;
  c.type = models::Type::int64;
  return c;
}

// The quiet pipeline with random traffic and the canonical rollout of one added column: done some six hours after the
// DDL.
inline models::PipelineConfig rollout() {
  models::PipelineConfig c = quiet();
  c.source.hot_keys = 16;
  c.source.hot_share_ppm = 700'000;
  c.source.tracked_changes_per_hour = 30;
  c.changes.push_back(added_column("discount", sim::hours(12)));
  return c;
}

// The same with faults and long tails: some schedules miss the window.
inline models::PipelineConfig faulty_rollout() {
  models::PipelineConfig c = rollout();
  c.cdc.crash_ppm = 2'000;
  c.flink.failure_ppm = 10'000;
  c.merge.failure_ppm = 20'000;
  c.flink.restore = {sim::minutes(1), sim::minutes(4), sim::hours(6)};
  c.control.review = {sim::minutes(30), sim::hours(4), sim::hours(40)};
  return c;
}

// The key of the n-th scripted name, counted from 0 by first mention in time, where there are no hot keys.
constexpr models::Key scripted_key(models::Key n) { return models::kTheRest + 1 + n; }

inline models::StepConfig step(models::StepKind kind) {
  models::StepConfig s;
  s.kind = kind;
  return s;
}

// One step after the other, in the order given.
inline std::vector<models::StepConfig> plan(std::initializer_list<models::StepKind> kinds) {
  std::vector<models::StepConfig> steps;
  for (const models::StepKind kind : kinds) {
    steps.push_back(step(kind));
    const auto same = std::count_if(steps.begin(), steps.end(), [&](const auto& s) { return s.kind == kind; });
    if (same > 1) steps.back().name = std::string{models::name(kind)} + " " + std::to_string(same);
  }
  return steps;
}

// Scripts a change of `key` and gives it back to be refined.
inline models::ScriptedChange& script(models::PipelineConfig& c, sim::Duration when, std::string key,
                                      models::Op op = models::Op::update) {
  models::ScriptedChange change;
  change.at = when;
  change.key = std::move(key);
  change.op = op;
  return c.source.scripted.emplace_back(std::move(change));
}

inline sim::Deviation deviation(models::Q q, std::uint32_t occurrence, std::int64_t answer) {
  return {models::id(q), occurrence, answer};
}
inline sim::Deviation deviation(models::Q q, std::uint32_t occurrence, sim::Duration answer) {
  return deviation(q, occurrence, answer.us);
}

// A model, its world and a chooser that is nominal but for some deviations: stepped from outside, and its state open to
// change.
template <class M>
class BenchOf {
 public:
  explicit BenchOf(const M& model, const std::vector<sim::Deviation>& deviations = {})
      : model_{model},
        nominal_{model.questions()},
        chooser_{nominal_, deviations},
        trace_{&record_},
        world_{sim::initial(model, chooser_, trace_)} {}
  BenchOf(const BenchOf&) = delete;
  BenchOf& operator=(const BenchOf&) = delete;

  // Everything that happens up to `since_start`, and the clock stands there.
  void run_until(sim::Duration since_start) { sim::run_until(model_, world_, at(since_start), chooser_, trace_); }
  // One event after the other until `reached(state)`; false: nothing more happens up to `limit`.
  template <class Condition>
  bool run_until(Condition reached, sim::Duration limit) {
    while (!reached(world_.state)) {
      if (world_.agenda.pending.empty() || world_.agenda.pending.front().at > at(limit)) return false;
      sim::step(model_, world_, chooser_, trace_);
    }
    return true;
  }
  // This event, now, whatever else is pending.
  void handle(const models::Event& e) {
    sim::Context<models::Event> out = context();
    model_.handle(world_.state, e, out);
  }
  sim::Context<models::Event> context() { return {world_.agenda, chooser_, trace_}; }

  models::PipelineState& state() { return world_.state; }
  sim::Duration now() const { return world_.agenda.now - sim::Instant{}; }
  std::uint64_t trace_hash() const { return trace_.hash(); }
  const sim::Record& record() const { return record_; }

  std::vector<sim::Note> notes(models::Told kind) const {
    std::vector<sim::Note> found;
    for (const sim::Note& n : record_.notes) {
      if (n.kind == static_cast<std::uint16_t>(kind)) found.push_back(n);
    }
    return found;
  }
  std::size_t times(models::Told kind) const { return notes(kind).size(); }
  // When it was told for the first time; -1 us: never.
  sim::Duration when(models::Told kind) const {
    const auto found = notes(kind);
    return found.empty() ? sim::microseconds(-1) : found.front().at - sim::Instant{};
  }

 private:
  const M& model_;
  sim::NominalChooser nominal_;
  sim::ReplayedChooser chooser_;
  sim::Record record_;
  sim::Trace trace_;
  sim::WorldOf<M> world_;
};

namespace detail {
struct HoldsPipeline {  // a base, so that it is there before the bench that runs it
  models::Pipeline pipeline;
};
}  // namespace detail

// The sound pipeline on a bench.
class Bench : private detail::HoldsPipeline, public BenchOf<models::Pipeline> {
 public:
  explicit Bench(const models::PipelineConfig& config, const std::vector<sim::Deviation>& deviations = {})
      : HoldsPipeline{models::Pipeline{config}}, BenchOf<models::Pipeline>{pipeline, deviations} {}

  const models::Pipeline& model() const { return pipeline; }
  void run_to_horizon() { run_until(pipeline.config().horizon); }
};

// Names of the properties that do not hold of the world as it stands, in the order in which they are judged.
template <class M>
std::vector<std::string> violated(const models::Pipeline& model, BenchOf<M>& bench) {
  sim::Context<models::Event> last = bench.context();
  models::PipelineState& s = bench.state();
  model.monitor().look(s.monitor, s.source, s.base, last);
  model.monitor().tell(s.monitor, last);
  std::vector<std::string> names;
  for (const sim::PropertyResult& p : models::properties(model, s)) {
    if (!p.holds) names.push_back(p.name);
  }
  return names;
}

}  // namespace converge::support
