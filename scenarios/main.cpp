// The program: reads the command line, does what it asks, and answers with an exit code.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <exception>
#include <vector>

#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
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

void add_run_flags(CLI::App& app, Options& o) {
  app.add_option_function<std::string>(
         "--seed", [&o](const std::string& digits) { set_seed(o, digits); },
         "Draw every answer from its domain with this seed, instead of the usual one")
      ->type_name("UINT");
  app.add_option("--actors", o.actors, "Of the story: only these actors, as in --actors flink,spark")->delimiter(',');
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
      "  converge validate my-rollout.json\n"
      "  converge schema > scenario.schema.json");
  Options o;

  CLI::App* run = app.add_subcommand("run", "One schedule of a scenario: timeline, divergence, verdict");
  run->add_option("SCENARIO", o.file, "A scenario file; - is standard input")->required();
  add_output_flags(*run, o);
  add_run_flags(*run, o);
  run->add_flag("--trace", o.trace, "The story of the run, event by event");
  run->add_option("--save", o.save, "Write this run's schedule here, for replay");
  run->footer(
      "Examples:\n  converge run scenarios/add-column-three-phase.json --trace --actors flink,control\n"
      "  converge run plan.json --seed 7 --save seven.schedule.json");

  CLI::App* replay = app.add_subcommand("replay", "A saved schedule again, step by step");
  replay->add_option("SCHEDULE", o.file, "A schedule file (*.schedule.json)")->required();
  add_output_flags(*replay, o);
  add_run_flags(*replay, o);
  replay->add_option("--scenario", o.scenario, "The scenario, instead of the file that the schedule names");
  replay->footer("Example:\n  converge replay seven.schedule.json --actors flink");

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
    if (replay->parsed()) return static_cast<int>(converge::scenarios::replay(o));
    if (validate->parsed()) return static_cast<int>(converge::scenarios::validate(o));
    if (schema->parsed()) return static_cast<int>(converge::scenarios::schema(o));
  } catch (const converge::scenarios::CannotWrite& error) {
    std::fprintf(stderr, "converge: %s\n", error.what.c_str());
    return static_cast<int>(Exit::wrong_input);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "converge: a fault of converge itself: %s\n", error.what());
    return static_cast<int>(Exit::our_fault);
  }
  return static_cast<int>(Exit::our_fault);
}
