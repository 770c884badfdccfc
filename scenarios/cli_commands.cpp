// The commands: a thin face over parse, build, run, judge and report.
#include <fmt/format.h>
#include <cstdio>
#include <filesystem>

#include "models/counterexample.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_run.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

namespace {

namespace fs = std::filesystem;

Problem in_file(std::string found, std::string expected) {
  return {.found = std::move(found), .expected = std::move(expected)};
}

// For each violated property, when it was decided.
std::vector<sim::PointOfNoReturn> explain(const Options& o, const models::Pipeline& model, models::Doomed run,
                                          const std::vector<sim::PropertyResult>& properties) {
  constexpr std::uint64_t continuations = 200;
  Progress progress{!o.quiet};
  std::vector<sim::PointOfNoReturn> points;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (!sim::is_violated(properties[i])) continue;
    progress.say("looking for the moment that decided " + properties[i].name);
    run.property = i;
    points.push_back(models::point_of_no_return(model, run, continuations, o.confidence));
  }
  return points;
}

}  // namespace

Exit run(const Options& o) {
  spare(o, o.file);
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "run", loaded.file, loaded.text, loaded.parsed.problems);
  const Scenario& scenario = *loaded.parsed.scenario;
  const models::Pipeline model{scenario.pipeline};
  const sim::Schedule drawn{.seed = o.seed, .swarm = o.swarm};
  sim::RunResult result = execute(model, loaded, drawn, {});
  result.command = "run";
  if (!o.save.empty()) write_file(o.save, write_schedule({seen_from(o.save, o.file).path, drawn}));
  return show(o, result, o.trace || !o.actors.empty());
}

Exit replay(const Options& o) {
  spare(o, o.file);
  const FileText input = read_input(o.file);
  if (!input.problems.empty()) return refuse(o, "replay", o.file, input.text, input.problems);
  const ParsedSchedule parsed = parse_schedule(input.text);
  if (!parsed.saved) return refuse(o, "replay", o.file, input.text, parsed.problems);
  std::string path = o.scenario;
  if (path.empty()) {
    const fs::path named{parsed.saved->scenario};
    bool escapes = named.is_absolute() || named.empty();
    for (const fs::path& part : named) escapes = escapes || part == "..";
    if (escapes) {
      return refuse(o, "replay", o.file, input.text,
                    {in_file(in_quotes(parsed.saved->scenario),
                             "a scenario in the schedule's folder or below it, or --scenario FILE")});
    }
    path = (fs::path{o.file}.parent_path() / named).string();
  }
  spare(o, path);
  const Loaded loaded = load(path);
  if (!loaded.parsed.scenario) return refuse(o, "replay", loaded.file, loaded.text, loaded.parsed.problems);
  const models::Pipeline model{loaded.parsed.scenario->pipeline};
  std::vector<Problem> problems;
  const std::vector<sim::Deviation> deviations = resolve(*parsed.saved, input.text, model.questions(), problems);
  if (!problems.empty()) return refuse(o, "replay", o.file, input.text, problems);
  sim::Schedule elsewhere = parsed.saved->schedule;
  if (o.seed) elsewhere = {.seed = o.seed, .swarm = o.swarm};
  sim::RunResult result = execute(model, loaded, elsewhere, deviations);
  result.command = "replay";
  if (o.explain) {
    result.points = explain(o, model, {elsewhere, loaded.parsed.scenario->given, deviations}, result.properties);
  }
  return show(o, result, !o.quiet && !o.explain);
}

Exit validate(const Options& o) {
  Exit exit = Exit::holds;
  std::string good;
  std::vector<Checked> checked;
  for (const std::string& file : o.files) {
    spare(o, file);
    Loaded loaded = load(file);
    if (loaded.parsed.scenario) {
      good += fmt::format("{}: well formed\n", printable(loaded.file));
    } else {
      exit = Exit::wrong_input;
      if (!o.json) fmt::print(stderr, "{}", explain(loaded.file, loaded.text, loaded.parsed.problems));
    }
    checked.push_back({loaded.file, std::move(loaded.parsed.problems)});
  }
  if (o.json) {
    put(o, validation_json(checked));
  } else if (!o.quiet) {
    put(o, good);
  }
  return exit;
}

Exit schema(const Options& o) {
  put(o, o.reference ? reference() : scenarios::schema());
  return Exit::holds;
}

}  // namespace converge::scenarios
