// The program: reads the command line, does what it asks, and answers with an exit code.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <exception>
#include <functional>
#include <vector>

#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_report.hpp"
#include "scenarios/problem.hpp"

namespace {

using converge::scenarios::Exit;
using converge::scenarios::Options;

void add_output_flags(CLI::App& app, Options& o) {
  app.add_flag("--json", o.json, "One JSON document on standard output and nothing else");
  app.add_flag("-q,--quiet", o.quiet, "The verdict in one line");
  app.add_flag("--no-color", o.no_color, "No colour (also: NO_COLOR in the environment)");
  app.add_option("-o,--output", o.output, "Write to this file instead of standard output");
}

// A mistyped ending is found before anything runs.
void add_report(CLI::App& app, Options& o) {
  app.add_option_function<std::vector<std::string>>(
         "--report",
         [&o](const std::vector<std::string>& files) {
           for (const std::string& file : files) {
             if (converge::scenarios::format_of_file(file)) continue;
             throw CLI::ValidationError("--report", "found " + converge::scenarios::in_quotes(file) +
                                                        ", expected a file that ends in " +
                                                        converge::scenarios::file_endings());
           }
           o.reports.insert(o.reports.end(), files.begin(), files.end());
         },
         "Write a report of the result to this file, in the format of its ending; may be given again")
      ->type_name("FILE")
      ->expected(1)
      ->trigger_on_parse();
}

CLI::App* add_scenario_command(CLI::App& app, Options& o, const std::string& name, const std::string& what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("SCENARIO", o.file, "A scenario file; - is standard input")->required();
  add_output_flags(*command, o);
  add_report(*command, o);
  return command;
}

CLI::App* add_report_command(CLI::App& app, Options& o) {
  CLI::App* command = app.add_subcommand(
      "report", "Results as a document: HTML, Markdown, JUnit, SARIF, a trace, a graph, CSV; two are compared");
  command
      ->add_option("RESULT", o.files, "Results that --json wrote; the first is the one of before; - is standard input")
      ->required();
  command->add_option("-o,--output", o.output, "Write to this file, in the format of its ending");
  std::vector<std::string> names = converge::scenarios::format_names();
  command->add_option("--format", o.format, "Instead of the one that the file's ending names")
      ->check(CLI::IsMember(names));
  command->add_flag("--fail-on-regression", o.fail_on_regression,
                    "Exit code 1 if the last result is worse than the first");
  command->footer(
      "Examples:\n  converge report plan.result.json -o plan.html         # of converge check plan.json --json\n"
      "  converge report plan.result.json -o plan.trace.json   # opens in ui.perfetto.dev\n"
      "  converge report before.json after.json --format md --fail-on-regression\n"
      "Exit codes: 0 written; 1 with --fail-on-regression, the last is worse; 2 a result cannot be read.");
  return command;
}

// Digits alone: strtoull() would take -1 for the largest seed, and anything larger too.
void set_seed(Options& o, const std::string& digits) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    throw CLI::ValidationError("--seed", "found " + converge::scenarios::in_quotes(digits) +
                                             ", expected a whole number from 0 to 18446744073709551615");
  }
  o.seed = seed;
}

void add_seed(CLI::App& app, Options& o, const std::string& what) {
  app.add_option_function<std::string>(
         "--seed", [&o](const std::string& digits) { set_seed(o, digits); }, what)
      ->type_name("UINT");
}

void add_actors(CLI::App& app, Options& o) {
  app.add_option("--actors", o.actors, "Of the story: only these actors, as in --actors flink,spark")->delimiter(',');
}

void add_run_flags(CLI::App& app, Options& o) {
  add_seed(app, o, "Draw every answer from its domain with this seed, instead of the usual one");
  app.add_flag("--swarm", o.swarm, "With --seed: switch each kind of fault off with probability one half");
  add_actors(app, o);
}

// "0.01" or "1%"; a share strictly between nothing and all.
void add_share(CLI::App& app, const std::string& name, const std::string& what, std::function<void(double)> set) {
  app.add_option_function<std::string>(
         name,
         [name, set = std::move(set)](const std::string& text) {
           const bool percent = !text.empty() && text.back() == '%';
           double share = 0;
           const char* const last = text.data() + text.size() - (percent ? 1 : 0);
           const auto [end, error] = std::from_chars(text.data(), last, share);
           if (percent) share /= 100;
           if (error != std::errc{} || end != last || !(share > 0 && share < 1)) {
             throw CLI::ValidationError(name, "found " + converge::scenarios::in_quotes(text) +
                                                  ", expected a share between 0 and 1, such as 0.01 or 1%");
           }
           set(share);
         },
         what)
      ->type_name("SHARE");
}

void add_duration(CLI::App& app, const std::string& name, const std::string& what,
                  std::optional<converge::sim::Duration>& target) {
  app.add_option_function<std::string>(
         name,
         [name, &target](const std::string& text) {
           target = converge::sim::parse_duration(text);
           if (!target || target->us == 0) {
             throw CLI::ValidationError(
                 name, "found " + converge::scenarios::in_quotes(text) + ", expected a duration, such as 60s or 5m");
           }
         },
         what)
      ->type_name("DURATION");
}

template <class T>
CLI::Option* add_count(CLI::App& app, const std::string& name, T& target, const std::string& what, std::uint64_t least,
                       std::uint64_t most) {
  return app.add_option(name, target, what)->check(CLI::Range(least, most))->type_name("COUNT");
}

void add_check_flags(CLI::App& app, Options& o) {
  add_seed(app, o, "Which campaign: the seed that its schedules' seeds come from (0)");
  add_count(app, "-n,--schedules", o.schedules, "How many schedules (1000, unless something else ends it)", 1,
            1'000'000'000);
  add_duration(app, "--time-limit", "End after so much time, with what ran", o.time_limit);
  add_count(app, "-j,--jobs", o.jobs, "Threads (as many as the machine has); the result is the same", 1, 1024);
  add_share(app, "--until-sure", "End once missing the window is surely rarer than this, or surely more likely",
            [&o](double share) { o.until_sure = share; });
  add_share(app, "--confidence", "Of every interval, and of --until-sure (0.95)",
            [&o](double share) { o.confidence = share; });
  app.add_flag("--swarm", o.swarm, "Switch each kind of fault off with probability one half, schedule by schedule");
  add_count(app, "--rare", o.rare, "Estimate a rare miss by splitting, in at most so many more runs", 1'000,
            1'000'000'000);
  app.add_option("--resume", o.resume, "Keep a ledger in this file, and go on from it after a crash");
  app.add_option("--save", o.save, "Save counterexamples in this folder (the current one)");
  app.add_flag("--no-files", o.no_files, "Save no counterexamples");
  app.add_option("--junit", o.junit, "Write JUnit XML to this file, for a build server");
  app.add_flag("--expect", o.expect,
               "Hold the result to the scenario's expect.check, which also says how many schedules");
  app.add_flag("--timing", o.timing, "Put the speed into the JSON document, which is else the same bytes every time");
}

void add_worst_flags(CLI::App& app, Options& o) {
  add_seed(app, o, "Another search (0)");
  add_count(app, "-n,--tries", o.tries, "How many schedules are tried (2000)", 1, 1'000'000'000);
  add_duration(app, "--time-limit", "End after so much time, with the worst so far", o.time_limit);
  add_count(app, "--faults", o.faults, "At most so many faults in one schedule (3)", 0, 1'000);
  app.add_option("--property", o.property, "Whose margin is to be least (converged)");
  app.add_option("--save", o.save, "Save the schedule in this folder (the current one)");
  app.add_flag("--no-files", o.no_files, "Save no schedule");
  add_actors(app, o);
  app.add_flag("--trace", o.trace, "The story of the schedule, event by event");
}

void add_explore_flags(CLI::App& app, Options& o) {
  add_duration(app, "--resolution", "Durations at each whole step of this, instead of least, usual and most",
               o.explore.resolution);
  app.add_option_function<std::string>(
         "--negligible",
         [&o](const std::string& text) {
           const auto parsed = converge::sim::parse_duration(text);
           if (!parsed) {
             throw CLI::ValidationError("--negligible", "found " + converge::scenarios::in_quotes(text) +
                                                            ", expected a duration, such as 0s or 5m");
           }
           o.explore.negligible = *parsed;
         },
         "A duration that varies by no more keeps its usual value (1m); 0s: none is negligible")
      ->type_name("DURATION");
  add_count(app, "--faults", o.explore.faults, "At most so many faults in one schedule, wherever they strike (1)", 0,
            1'000);
  add_count(app, "--deviations", o.explore.deviations, "At most so many answers of a schedule other than the usual one",
            0, 60'000);
  app.add_flag("--probability", o.explore.probability,
               "The exact probability of missing the window; faults are then drawn, unless --faults limits them");
  add_count(app, "--states", o.explore.states, "End after so many states, with no verdict (100000000)", 1,
            4'000'000'000);
  add_count(app, "--memory", o.explore.memory_mb, "End at so many megabytes (half of the machine's)", 16, 100'000'000);
  add_duration(app, "--time-limit", "End after so much time, with no verdict", o.time_limit);
  add_count(app, "-j,--jobs", o.jobs, "Threads (as many as the machine has); the result is the same", 1, 1024);
  app.add_flag("--fingerprint", o.explore.fingerprint,
               "Keep 64 bits of each state: less memory, and a chance to miss something, which is stated");
  app.add_flag("--no-reduction", o.explore.no_reduction,
               "Try simultaneous events in every order, also where it makes no difference");
  app.add_option("--resume", o.resume, "Keep what is not explored yet in this file, and go on from it");
  app.add_option("--save", o.save, "Save the worst schedule and counterexamples in this folder (the current one)");
  app.add_flag("--no-files", o.no_files, "Save none");
  app.add_flag("--timing", o.timing, "Put the speed into the JSON document, which is else the same bytes every time");
}

void add_advise_flags(CLI::App& app, Options& o) {
  add_duration(app, "--time-limit", "End after so much time, with the advice so far", o.time_limit);
  add_count(app, "--faults", o.advise_faults, "At most so many faults in one schedule (1)", 0, 1'000);
  add_count(app, "--deviations", o.advise_deviations,
            "Have each piece of advice confirmed by exploring every schedule with at most so many unusual answers", 1,
            1'000);
}

void add_orderings_flags(CLI::App& app, Options& o) {
  add_count(app, "--deviations", o.orderings.deviations,
            "Explore every schedule of an order with at most so many unusual answers (1); 0: draw schedules alone", 0,
            10);
  app.add_flag("--free", o.orderings.free, "Drop the edges that the scenario gives: the steps in any order");
  app.add_option("--trigger", o.orderings.trigger,
                 "The backfill is triggered by this step: it comes directly behind it")
      ->type_name("STEP");
  add_seed(app, o, "Another campaign, and another sample of orders (0)");
  add_count(app, "-n,--schedules", o.schedules, "Drawn schedules of each order, beside the usual one (20)", 0,
            1'000'000);
  add_count(app, "--most", o.orderings.most, "Orders judged; where there are more, so many are drawn (5040)", 1,
            1'000'000);
  add_duration(app, "--time-limit", "End after so much time, with what was judged", o.time_limit);
  add_count(app, "-j,--jobs", o.jobs, "Threads (as many as the machine has); the result is the same", 1, 1024);
  app.add_option("--dot", o.orderings.dot, "Write the steps and their edges to this file, for Graphviz");
  app.add_flag("--no-variants", o.orderings.no_variants, "Try no other guards, instants and triggers");
}

CLI::App* add_orderings_command(CLI::App& app, Options& o) {
  CLI::App* command = add_scenario_command(
      app, o, "orderings", "Every order of the plan's steps: what happens in each, and which edges are necessary");
  add_orderings_flags(*command, o);
  command->footer(
      "Examples:\n  converge orderings scenarios/add-column-three-phase.json --free\n"
      "  converge orderings plan.json --dot plan.dot && dot -Tsvg plan.dot > plan.svg\n"
      "  converge orderings plan.json --free --trigger deploy_flink --schedules 0\n"
      "Ctrl-C ends it with what was judged.");
  return command;
}

CLI::App* add_conform_command(CLI::App& app, Options& o) {
  CLI::App* command =
      app.add_subcommand("conform", "Do the models agree with recordings of the real systems, case by case?");
  command->add_option("--recordings", o.conform.recordings,
                      "A folder of recordings, or of such folders, instead of the set kept with the sources");
  command->add_option("--system", o.conform.systems, "Only this system; may be given again");
  command->add_option("--group", o.conform.groups, "Only this group: a file, without its ending; may be given again");
  command->add_option("--explain", o.conform.explain, "This case alone, step by step: recorded beside modelled");
  command->add_flag("--timing", o.timing, "Say how many cases a second were replayed (it hangs on the machine)");
  add_output_flags(*command, o);
  command->footer(
      "Examples:\n  converge conform\n  converge conform --system iceberg --json\n"
      "  converge conform --recordings my-recordings --explain x17\n"
      "Exit codes: 0 no case disagrees; 1 some do; 2 the recordings cannot be read.");
  return command;
}

// A mistyped command gets the nearest one, and the list.
int unknown_command(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word[0] == '-') continue;
    for (const std::string& name : names) {
      if (name == word) return 0;
    }
    const std::string hint = converge::scenarios::did_you_mean(word, names);
    std::fprintf(stderr, "converge: there is no command %s; %sexpected %s\n",
                 converge::scenarios::in_quotes(word).c_str(), hint.empty() ? "" : (hint + "; ").c_str(),
                 converge::scenarios::one_of(names).c_str());
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"converge: does a rollout converge within its window, whatever is slow, late or broken?"};
  app.name("converge");
  app.set_version_flag("--version", "converge " CONVERGE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 all properties hold; 1 a property is violated; 2 the input or usage is wrong;\n"
      "            3 no verdict, or a vacuous one; 4 a fault of converge itself.\n"
      "Examples:\n"
      "  converge run scenarios/add-column-three-phase.json\n"
      "  converge run scenarios/add-column-three-phase.json --seed 7 --json\n"
      "  converge check scenarios/everything-may-fail.json\n"
      "  converge validate my-rollout.json\n"
      "  converge schema > scenario.schema.json");
  Options o;

  CLI::App* run = add_scenario_command(app, o, "run", "One schedule of a scenario: timeline, divergence, verdict");
  add_run_flags(*run, o);
  run->add_flag("--trace", o.trace, "The story of the run, event by event");
  run->add_option("--save", o.save, "Write this run's schedule here, for replay");
  run->footer(
      "Examples:\n  converge run scenarios/add-column-three-phase.json --trace --actors flink,control\n"
      "  converge run plan.json --seed 7 --save seven.schedule.json");

  CLI::App* check = add_scenario_command(app, o, "check",
                                         "Many sampled schedules: how likely is a miss, and what does it look like?");
  add_check_flags(*check, o);
  check->footer(
      "Examples:\n  converge check scenarios/add-column-three-phase.json --schedules 10000\n"
      "  converge check plan.json --until-sure 1% --confidence 0.99\n"
      "  converge check plan.json --time-limit 10m --resume plan.ledger\n"
      "Ctrl-C ends it with the result of what ran.");

  CLI::App* explore =
      add_scenario_command(app, o, "explore", "Every schedule within bounds: a proof, or the shortest counterexample");
  add_explore_flags(*explore, o);
  explore->footer(
      "Examples:\n  converge explore scenarios/add-column-three-phase.json\n"
      "  converge explore plan.json --faults 2 --deviations 4\n"
      "  converge explore plan.json --resolution 30m --probability\n"
      "Ctrl-C ends it with what is known by then.");

  CLI::App* worst =
      add_scenario_command(app, o, "worst", "The schedule with the least margin that a guided search can find");
  add_worst_flags(*worst, o);
  worst->footer(
      "Examples:\n  converge worst scenarios/everything-may-fail.json\n"
      "  converge worst plan.json --property fresh --faults 1 --tries 5000\n"
      "It searches and proves nothing: a schedule that is worse still may exist.");

  CLI::App* advise =
      add_scenario_command(app, o, "advise", "What must change so that it fits the window, or how loose it may become");
  add_advise_flags(*advise, o);
  advise->footer(
      "Examples:\n  converge advise scenarios/add-column-three-phase.json\n"
      "  converge advise plan.json --faults 0\n"
      "It makes no run: the latest agreement is an upper bound over all schedules with so many faults.\n"
      "Exit codes: 0 it fits; 1 it does not as it stands; 3 no bound can be given.");

  CLI::App* orderings = add_orderings_command(app, o);

  CLI::App* replay = app.add_subcommand("replay", "A saved schedule again, step by step");
  replay->add_option("SCHEDULE", o.file, "A schedule file (*.schedule.json)")->required();
  add_output_flags(*replay, o);
  add_report(*replay, o);
  add_run_flags(*replay, o);
  replay->add_option("--scenario", o.scenario, "The scenario, instead of the file that the schedule names");
  replay->add_flag("--explain", o.explain, "Find the point of no return, and the odds before and after it");
  replay->footer(
      "Examples:\n  converge replay seven.schedule.json --actors flink\n"
      "  converge replay plan.converged.schedule.json --explain");

  CLI::App* report = add_report_command(app, o);

  CLI::App* conform = add_conform_command(app, o);

  CLI::App* validate = app.add_subcommand("validate", "Is a scenario well formed? All problems at once");
  validate->add_option("SCENARIO", o.files, "Scenario files")->required();
  add_output_flags(*validate, o);
  validate->footer("Example:\n  converge validate my-rollout.json");

  CLI::App* schema = app.add_subcommand("schema", "The JSON Schema of scenario files (draft 2020-12)");
  schema->add_flag("--reference", o.reference, "The reference page, in Markdown, instead");
  schema->add_option("-o,--output", o.output, "Write to this file instead of standard output");
  schema->footer("Example:\n  converge schema > scenario.schema.json");

  if (const int code = unknown_command(app, argc, argv); code != 0) return code;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::wrong_input);
  }
  try {
    if (run->parsed()) return static_cast<int>(converge::scenarios::run(o));
    if (check->parsed()) return static_cast<int>(converge::scenarios::check(o));
    if (explore->parsed()) return static_cast<int>(converge::scenarios::explore(o));
    if (worst->parsed()) return static_cast<int>(converge::scenarios::worst(o));
    if (advise->parsed()) return static_cast<int>(converge::scenarios::advise(o));
    if (orderings->parsed()) return static_cast<int>(converge::scenarios::orderings(o));
    if (report->parsed()) return static_cast<int>(converge::scenarios::report(o));
    if (replay->parsed()) return static_cast<int>(converge::scenarios::replay(o));
    if (conform->parsed()) return static_cast<int>(converge::scenarios::conform(o));
    if (validate->parsed()) return static_cast<int>(converge::scenarios::validate(o));
    if (schema->parsed()) return static_cast<int>(converge::scenarios::schema(o));
  } catch (const converge::scenarios::CannotWrite& error) {
    std::fprintf(stderr, "converge: %s\n", error.what.c_str());
    return static_cast<int>(Exit::wrong_input);
  } catch (const converge::scenarios::CannotRead& error) {
    std::fprintf(stderr, "converge: %s\n", error.what.c_str());
    return static_cast<int>(Exit::wrong_input);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "converge: a fault of converge itself: %s\n", error.what());
    return static_cast<int>(Exit::our_fault);
  }
  return static_cast<int>(Exit::our_fault);
}
