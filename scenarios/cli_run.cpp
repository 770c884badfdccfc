#include "scenarios/cli_run.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "reports/check_text.hpp"
#include "reports/json.hpp"
#include "reports/story.hpp"
#include "reports/text.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_report.hpp"

namespace converge::scenarios {

namespace {

std::string strength(const sim::Schedule& schedule, std::size_t given) {
  std::string what = "one schedule, the nominal one";
  if (schedule.seed) what = fmt::format("one schedule, drawn with seed {}", *schedule.seed);
  if (schedule.swarm) what += " with kinds of fault switched off";
  if (schedule.workload) what += fmt::format(", with the changes of workload {}", *schedule.workload);
  if (given > 0) what += fmt::format(", with {} given answer{}", given, given == 1 ? "" : "s");
  return what;
}

}  // namespace

sim::RunResult execute(const models::Pipeline& model, const Loaded& loaded, const sim::Schedule& schedule,
                       const std::vector<sim::Deviation>& more) {
  const Scenario& scenario = *loaded.parsed.scenario;
  const auto elsewhere = sim::elsewhere(schedule, model.questions());
  std::vector<sim::Deviation> fixed = scenario.given;
  fixed.insert(fixed.end(), more.begin(), more.end());
  sim::ReplayedChooser chooser{*elsewhere, fixed};
  const models::Run run = models::run(model, chooser, models::Recording::on);
  sim::RunResult result = models::judge(model, run);
  const std::vector<sim::DeviationText> off = models::switched_off(model, schedule);
  result.deviations.insert(result.deviations.begin(), off.begin(), off.end());
  result.file = loaded.file;
  result.title = scenario.title;
  result.scenario = loaded.text;
  result.fingerprint = scenario.fingerprint;
  result.seed = schedule.seed;
  result.workload = schedule.workload;
  sim::Schedule exact = schedule;
  exact.deviations.clear();
  for (const sim::Deviation& d : more) exact.deviations.push_back(sim::name(d, model.questions()));
  result.schedule_file = schedule_file(loaded.file, exact);
  result.strength = strength(schedule, fixed.size());
  result.story = models::story(model, run.record);
  return result;
}

Exit show(const Options& o, const sim::RunResult& result, bool with_story) {
  write_reports(o, result);
  if (o.json) {
    put(o, reports::json(result));
    return exit_code(result.outcome);
  }
  const reports::Terminal where = terminal(o);
  std::string page;
  if (with_story) page += reports::story(result.story, o.actors, where) + "\n";
  page += o.quiet ? result.sentence + "\n" : reports::text(result, where);
  for (const sim::PointOfNoReturn& point : result.points) page += reports::explanation(point, where);
  if (o.explain && result.points.empty() && !o.quiet) {
    page += "\nNo property is violated, so there is no point of no return to look for.\n";
  }
  put(o, page);
  if (result.command == "run" && !o.quiet && !with_story && o.output.empty()) {
    fmt::print(
        stderr, "{}\n",
        reports::paint(where, reports::Style::faint, "--trace tells the story of this run, --json is for programs."));
  }
  return exit_code(result.outcome);
}

}  // namespace converge::scenarios
