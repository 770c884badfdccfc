// `converge orderings`: every order of a plan's steps, what happens in each, and the edges that are necessary.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "models/orderings.hpp"
#include "reports/orderings_dot.hpp"
#include "reports/orderings_json.hpp"
#include "reports/orderings_text.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_report.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

namespace {

constexpr std::uint64_t kSchedules = 20;  // of each order, beside the usual one

// The backfill stands directly behind this step; or the problem with that.
std::optional<Problem> set_trigger(const OrderingsFlags& flags, const models::PlanSteps& plan,
                                   models::OrderRules& rules) {
  if (flags.trigger.empty()) return std::nullopt;
  const auto step = std::find(plan.names.begin(), plan.names.end(), flags.trigger);
  if (step == plan.names.end()) {
    return Problem{.found = in_quotes(flags.trigger),
                   .expected = "a step of the plan: " + one_of(plan.names),
                   .hint = did_you_mean(flags.trigger, plan.names)};
  }
  const auto backfills = std::count(plan.kinds.begin(), plan.kinds.end(), models::StepKind::backfill);
  if (backfills != 1) {
    return Problem{.found = fmt::format("a plan with {} backfills", backfills),
                   .expected = "one, which can be triggered"};
  }
  const auto backfill =
      std::find(plan.kinds.begin(), plan.kinds.end(), models::StepKind::backfill) - plan.kinds.begin();
  const auto trigger = step - plan.names.begin();
  if (backfill == trigger) {
    return Problem{.found = in_quotes(flags.trigger) + ", the backfill itself",
                   .expected = "the step that triggers it"};
  }
  rules.directly = sim::Edge{static_cast<std::size_t>(trigger), static_cast<std::size_t>(backfill)};
  return std::nullopt;
}

}  // namespace

Exit orderings(const Options& o) {
  const OrderingsFlags& flags = o.orderings;
  spare(o, o.file);
  Options graph = o;
  graph.output = flags.dot;
  spare(graph, o.file);
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "orderings", loaded.file, loaded.text, loaded.parsed.problems);
  const Scenario& scenario = *loaded.parsed.scenario;

  models::OrderingsOptions options{.rules = {.free = flags.free},
                                   .seed = o.seed.value_or(0),
                                   .most = flags.most,
                                   .jobs = o.jobs > 0 ? o.jobs : std::max(1U, std::thread::hardware_concurrency()),
                                   .given = scenario.given,
                                   .variants = !flags.no_variants};
  if (const auto problem = set_trigger(flags, models::plan_steps(scenario.pipeline), options.rules)) {
    return refuse(o, "orderings", "--trigger", {}, {*problem});
  }
  const std::uint64_t schedules = o.schedules.value_or(kSchedules);

  Progress progress{!o.quiet};
  const Stopwatch stopwatch;
  bool late = false;
  catch_interrupts();
  models::OrderingsHooks hooks;
  const models::OrderJudging runs{.seed = options.seed, .schedules = schedules, .given = scenario.given};
  hooks.judge = flags.deviations == 0
                    ? models::judge_by_runs(runs)
                    : models::judge_by_exploring(runs, {.deviations = static_cast<std::uint16_t>(flags.deviations)});
  hooks.judge_variants = models::judge_by_runs({.seed = options.seed, .schedules = 0, .given = scenario.given});
  hooks.go_on = [&](std::string_view doing, std::uint64_t done, std::uint64_t of, std::uint64_t bad) {
    progress.orders(doing, done, of, bad, o.time_limit);
    late = late || stopwatch.beyond(o.time_limit);
    return !late && !interrupted();
  };
  hooks.schedule_file = [&](const sim::Schedule& s) { return schedule_file(loaded.file, s); };
  std::optional<sim::OrderingsResult> answer = models::orderings(scenario.pipeline, options, hooks);
  progress.clear();
  if (!answer) {
    return refuse(o, "orderings", "--trigger", {},
                  {{.found = in_quotes(flags.trigger),
                    .expected = "a step behind which the scenario's edges let the backfill come directly"}});
  }
  sim::OrderingsResult& r = *answer;
  r.file = loaded.file;
  r.title = scenario.title;
  r.scenario = loaded.text;
  r.fingerprint = scenario.fingerprint;
  r.schedules = schedules;
  if (r.ended == sim::OrderingsResult::Ended::interrupted && late) r.ended = sim::OrderingsResult::Ended::time_limit;

  if (!flags.dot.empty()) write_file(flags.dot, reports::dot(r));
  write_reports(o, r);
  if (o.json) {
    put(o, reports::json(r));
  } else {
    put(o, o.quiet ? r.sentence + "\n" : reports::text(r, terminal(o)));
  }
  return exit_code(r.outcome);
}

}  // namespace converge::scenarios
