#include "scenarios/reported.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/evidence.hpp"
#include "models/plan_orders.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

namespace {

constexpr std::size_t kRunsMost = 12;         // that are played again, beside the usual one
constexpr std::uint64_t kContinuations = 60;  // from each moment, when looking for the point of no return
constexpr std::uint64_t kFaultsMost = 1'000;  // of the bound

// What of the evidence hangs on the kind of result.
class Gathering {
 public:
  Gathering(const Scenario& scenario, sim::Evidence& evidence)
      : scenario_{scenario}, evidence_{evidence}, model_{scenario.pipeline} {}

  void gather(const sim::RunResult& r) {
    plan(1);
    std::string violated;
    for (const sim::PropertyResult& p : r.properties) {
      if (violated.empty() && sim::is_violated(p)) violated = p.name;
    }
    const bool is_usual = r.deviations.empty() && !r.seed && !r.workload;
    usual(is_usual ? violated : "");
    if (evidence_.playbacks.front().run.trace_hash == r.trace_hash) return;
    const std::string label = r.search ? "The worst that the search found" : "This run";
    show(model_, label, violated, r.schedule_file, r.trace_hash, r.search ? r.search->replay : "");
  }

  void gather(const sim::CheckResult& r) {
    plan(1);
    usual();
    stories(r.counterexamples);
  }

  void gather(const sim::ExploreResult& r) {
    plan(r.bounds.faults);
    usual();
    stories(r.counterexamples);
    if (r.complete && !r.worst_schedule_file.empty()) {
      show(model_, "The worst case", "", r.worst_schedule_file, r.worst_trace_hash, r.worst_replay);
    }
  }

  void gather(const sim::AdviseResult& r) {
    plan(r.faults);
    usual();
  }

  void gather(const sim::OrderingsResult& r) {
    plan(1, &r);
    usual();
    const models::PlanSteps steps = models::plan_steps(scenario_.pipeline);
    if (steps.names != r.steps) {
      evidence_.left_out.emplace_back("its orders: they are of other steps than the plan has");
      return;
    }
    for (const sim::OrderCounterexample& c : r.counterexamples) {
      const std::vector<std::size_t>& order = r.orders[c.order].order;
      std::vector<std::size_t> sorted = order;
      std::sort(sorted.begin(), sorted.end());
      bool whole = sorted.size() == steps.names.size();
      for (std::size_t i = 0; i < sorted.size(); ++i) whole = whole && sorted[i] == i;
      const std::string label = "Order: " + models::text(steps, order);
      if (!whole) {
        evidence_.left_out.push_back(label + ": it is no order of all steps");
        continue;
      }
      const models::Pipeline in_order{models::in_order(scenario_.pipeline, order)};
      show(in_order, label, "", c.schedule_file, c.trace_hash, "");
    }
  }

 private:
  void plan(std::uint64_t faults, const sim::OrderingsResult* orderings = nullptr) {
    evidence_.plan = models::plan_graph(scenario_.pipeline, scenario_.given, std::min(faults, kFaultsMost), orderings);
  }

  void usual(const std::string& violated = {}) {
    evidence_.gauges = models::gauges(model_);
    models::Shown shown{.watch = {.label = "The usual run", .property = violated, .given = scenario_.given}};
    if (!violated.empty()) shown.continuations = kContinuations;
    models::add_playback(evidence_, model_, shown);
  }

  void stories(const std::vector<sim::Counterexample>& all) {
    for (const sim::Counterexample& c : all) {
      show(model_, "Counterexample: " + c.property, c.property, c.schedule_file, c.trace_hash, c.replay);
    }
  }

  void show(const models::Pipeline& model, const std::string& label, const std::string& property,
            const std::string& schedule_file, std::uint64_t trace_hash, const std::string& replay) {
    const auto leave_out = [&](std::string_view why) {
      evidence_.left_out.push_back(fmt::format("{}: {}", label, why));
    };
    if (++shown_ > kRunsMost) return leave_out("there are too many of its kind to play all of them again");
    if (schedule_file.empty()) return leave_out("its schedule is not in the result");
    const ParsedSchedule parsed = parse_schedule(schedule_file);
    if (!parsed.saved) return leave_out("its schedule cannot be read");
    const sim::Resolved resolved = sim::resolve(parsed.saved->schedule, model.questions());
    if (!resolved.problems.empty()) return leave_out("its schedule names what the scenario does not ask");
    models::add_playback(evidence_, model,
                         {.watch = {.label = label,
                                    .property = property,
                                    .given = scenario_.given,
                                    .elsewhere = parsed.saved->schedule,
                                    .deviations = resolved.deviations},
                          .trace_hash = trace_hash,
                          .replay = replay,
                          .continuations = kContinuations});
  }

  const Scenario& scenario_;
  sim::Evidence& evidence_;
  models::Pipeline model_;
  std::size_t shown_ = 0;
};

}  // namespace

sim::Reported reported(std::string file, sim::Result result, std::string made_by) {
  sim::Reported out{.file = std::move(file), .result = std::move(result), .evidence = {}};
  sim::Evidence& evidence = out.evidence;
  evidence.made_by = std::move(made_by);
  evidence.assumed = models::assumed();
  std::visit(
      [&](const auto& r) {
        const Parsed parsed = parse(r.scenario);
        if (!parsed.scenario) {
          evidence.why_no_playback = r.scenario.empty() ? "the result has no scenario in it"
                                                        : "this version refuses the scenario that is in the result";
        } else if (parsed.scenario->fingerprint != r.fingerprint) {
          evidence.why_no_playback = "the scenario in the result is not the one that it was made of";
        } else {
          Gathering{*parsed.scenario, evidence}.gather(r);
        }
      },
      out.result);
  return out;
}

}  // namespace converge::scenarios
