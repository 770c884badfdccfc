// The commands: a thin face over parse, build, run, judge and report.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "models/run.hpp"
#include "reports/json.hpp"
#include "reports/story.hpp"
#include "reports/text.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

reports::Terminal terminal(const Options& o) {
  winsize size{};
  const bool is_terminal = o.output.empty() && isatty(STDOUT_FILENO) != 0;
  if (is_terminal) ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return reports::terminal({.is_terminal = is_terminal,
                            .no_color_flag = o.no_color,
                            .columns = size.ws_col,
                            .no_color = environment("NO_COLOR"),
                            .clicolor_force = environment("CLICOLOR_FORCE"),
                            .term = environment("TERM"),
                            .lc_all = environment("LC_ALL"),
                            .lc_ctype = environment("LC_CTYPE"),
                            .lang = environment("LANG")});
}

FileText read_input(const std::string& path) {
  if (path != "-") return read_file(path);
  FileText input;
  char buffer[1 << 16];
  while (std::cin.read(buffer, sizeof buffer), std::cin.gcount() > 0) {
    input.text.append(buffer, static_cast<std::size_t>(std::cin.gcount()));
    if (input.text.size() <= text_bytes_max) continue;
    input.problems.push_back({.found = "more than 4 MiB on standard input", .expected = "a scenario of at most 4 MiB"});
    break;
  }
  return input;
}

// Every problem, for people on standard error, for programs as the one document on standard output.
Exit refuse(const Options& o, std::string_view command, const std::string& file, std::string_view text,
            const std::vector<Problem>& problems) {
  if (o.json) {
    put(o, problems_json(command, file, problems));
  } else {
    fmt::print(stderr, "{}", explain(file, text, problems));
  }
  return Exit::wrong_input;
}

struct Loaded {
  std::string file;
  std::string text;
  Parsed parsed;
};

Loaded load(const std::string& path) {
  Loaded loaded{.file = path == "-" ? "<standard input>" : path};
  FileText input = read_input(path);
  loaded.text = std::move(input.text);
  if (!input.problems.empty()) {
    loaded.parsed.problems = std::move(input.problems);
  } else {
    loaded.parsed = parse(loaded.text);
  }
  return loaded;
}

std::string strength(const std::optional<std::uint64_t>& seed, std::size_t given) {
  std::string what = seed ? fmt::format("one schedule, drawn with seed {}", *seed) : "one schedule, the nominal one";
  if (given > 0) what += fmt::format(", with {} given answer{}", given, given == 1 ? "" : "s");
  return what;
}

Exit exit_code(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return Exit::holds;
    case sim::Outcome::violated: return Exit::violated;
    case sim::Outcome::inconclusive:
    case sim::Outcome::vacuous: return Exit::no_verdict;
  }
  return Exit::our_fault;
}

// The scenario's own answers, those of the schedule over them, and a seed or the usual elsewhere.
sim::RunResult execute(const models::Pipeline& model, const Scenario& scenario, const std::string& file,
                       const std::optional<std::uint64_t>& seed, const std::vector<sim::Deviation>& more) {
  sim::NominalChooser nominal{model.questions()};
  sim::SampledChooser sampled{model.questions(), seed.value_or(0)};
  sim::Chooser& elsewhere = seed ? static_cast<sim::Chooser&>(sampled) : nominal;
  std::vector<sim::Deviation> fixed = scenario.given;
  fixed.insert(fixed.end(), more.begin(), more.end());
  sim::ReplayedChooser chooser{elsewhere, fixed};
  const models::Run run = models::run(model, chooser, models::Recording::on);
  sim::RunResult result = models::judge(model, run);
  result.file = file;
  result.title = scenario.title;
  result.fingerprint = scenario.fingerprint;
  result.seed = seed;
  result.strength = strength(seed, fixed.size());
  result.story = models::story(model, run.record);
  return result;
}

Exit show(const Options& o, const sim::RunResult& result, bool with_story) {
  if (o.json) {
    put(o, reports::json(result));
    return exit_code(result.outcome);
  }
  const reports::Terminal where = terminal(o);
  std::string page;
  if (with_story) page += reports::story(result.story, o.actors, where) + "\n";
  page += o.quiet ? result.sentence + "\n" : reports::text(result, where);
  put(o, page);
  if (!o.quiet && !with_story && o.output.empty()) {
    fmt::print(
        stderr, "{}\n",
        reports::paint(where, reports::Style::faint, "--trace tells the story of this run, --json is for programs."));
  }
  return exit_code(result.outcome);
}

Problem in_file(std::string found, std::string expected) {
  return {.found = std::move(found), .expected = std::move(expected)};
}

// Neither the result nor the schedule may take the place of what was read.
void spare(const Options& o, const std::string& input) {
  for (const std::string& target : {o.output, o.save}) {
    std::error_code missing;
    if (!target.empty() && fs::equivalent(target, input, missing)) {
      throw CannotWrite{printable(target) + ": is read here, and would be lost"};
    }
  }
}

// Where the scenario is, seen from the schedule's folder; its name alone where that would lead upwards, which replay
// refuses.
std::string seen_from(const std::string& schedule, const std::string& scenario) {
  const fs::path folder = fs::absolute(schedule).lexically_normal().parent_path();
  const fs::path relative = fs::absolute(scenario).lexically_normal().lexically_relative(folder);
  const bool leads_up = relative.empty() || *relative.begin() == "..";
  return (leads_up ? fs::path{scenario}.filename() : relative).generic_string();
}

}  // namespace

Exit run(const Options& o) {
  spare(o, o.file);
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "run", loaded.file, loaded.text, loaded.parsed.problems);
  const Scenario& scenario = *loaded.parsed.scenario;
  const models::Pipeline model{scenario.pipeline};
  sim::RunResult result = execute(model, scenario, loaded.file, o.seed, {});
  result.command = "run";
  if (!o.save.empty()) write_file(o.save, write_schedule({seen_from(o.save, o.file), {.seed = o.seed}}));
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
  const auto seed = o.seed ? o.seed : parsed.saved->schedule.seed;
  sim::RunResult result = execute(model, *loaded.parsed.scenario, loaded.file, seed, deviations);
  result.command = "replay";
  return show(o, result, !o.quiet);
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
