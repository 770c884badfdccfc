// `converge explore`: every schedule within bounds, the exact worst case, and the shortest story of each violation.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "models/explore.hpp"
#include "reports/explore_json.hpp"
#include "reports/explore_text.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_report.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

namespace {

unsigned threads(const Options& o) { return o.jobs > 0 ? o.jobs : std::max(1U, std::thread::hardware_concurrency()); }

std::uint64_t memory_most(const Options& o) {
  if (o.explore.memory_mb > 0) return o.explore.memory_mb * 1'000'000;
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return 4'000'000'000;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) / 2;
}

models::Bounds bounds(const Options& o, const Scenario& scenario) {
  models::Bounds b{.cut = {.resolution = o.explore.resolution, .negligible = o.explore.negligible},
                   .reduction = !o.explore.no_reduction,
                   .given = scenario.given};
  if (o.explore.faults || !o.explore.probability) {
    b.cut.faults = static_cast<std::uint16_t>(o.explore.faults.value_or(1));
  }
  if (o.explore.deviations) b.deviations = static_cast<std::uint16_t>(*o.explore.deviations);
  return b;
}

}  // namespace

Exit explore(const Options& o) {
  for (const std::string& input : {o.file, o.resume}) {
    if (!input.empty()) spare(o, input);
  }
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "explore", loaded.file, loaded.text, loaded.parsed.problems);
  const Scenario& scenario = *loaded.parsed.scenario;
  const models::Pipeline model{scenario.pipeline};
  const models::Bounds within = bounds(o, scenario);
  if (o.explore.probability && o.explore.deviations) {
    return refuse(o, "explore", "--deviations", {},
                  {{.found = "--deviations beside --probability",
                    .expected = "one of the two: under a limit on deviations nothing has the probability of its law"}});
  }
  std::vector<Problem> problems;
  for (const std::string& why : models::unexplorable(model, within)) {
    problems.push_back({.found = why, .expected = "a coarser --resolution"});
  }
  if (!problems.empty()) return refuse(o, "explore", "--resolution", {}, problems);

  const Stopwatch stopwatch;
  Progress progress{!o.quiet};
  catch_interrupts();
  sim::ExploreOptions options{.states_most = o.explore.states,
                              .memory_most = memory_most(o),
                              .jobs = threads(o),
                              .fingerprints = o.explore.fingerprint};
  options.go_on = [&](const sim::ExploreProgress& p) {
    progress.states(p);
    return !interrupted() && !stopwatch.beyond(o.time_limit);
  };
  models::Explored explored;
  try {
    explored = models::explore(model, within, options, o.explore.probability, {o.resume, scenario.fingerprint});
  } catch (const models::NoCheckpoint& problem) {
    progress.clear();
    return refuse(o, "explore", o.resume, {},
                  {{.found = problem.why, .expected = "a checkpoint of this exploration, or no file"}});
  }
  progress.clear();

  sim::ExploreResult& r = explored.result;
  r.file = loaded.file;
  r.title = scenario.title;
  r.scenario = loaded.text;
  r.fingerprint = scenario.fingerprint;
  if (o.timing) r.states_per_s = static_cast<double>(r.states) / std::max(stopwatch.seconds(), 1e-9);
  // Without reduction more orders are asked for, and a saved schedule would name choices that nobody else has.
  if (within.reduction) {
    for (std::size_t i = 0; i < explored.stories.size(); ++i) {
      const KeptSchedule kept = keep(o, r.counterexamples[i].property, explored.stories[i]);
      r.counterexamples[i].schedule_file = schedule_file(loaded.file, explored.stories[i]);
      r.counterexamples[i].file = kept.file;
      r.counterexamples[i].replay = kept.replay;
    }
    if (explored.worst) {
      const KeptSchedule kept = keep(o, "worst-case", *explored.worst);
      r.worst_schedule_file = schedule_file(loaded.file, *explored.worst);
      r.worst_file = kept.file;
      r.worst_replay = kept.replay;
    }
  }
  write_reports(o, r);
  if (o.json) {
    put(o, reports::json(r));
  } else {
    put(o, o.quiet ? r.sentence + "\n" : reports::text(r, terminal(o)));
  }
  return exit_code(r.outcome);
}

}  // namespace converge::scenarios
