// The program as its users meet it: what it prints where, how it ends, what it leaves behind; and files written in bad
// faith, read by the program itself, which must answer each with one clear error and little memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/support/converge.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;
using support::converge;
using support::Ended;
using support::Folder;
using support::slurp;
using support::Start;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

using Json = nlohmann::json;

const std::string kConverges = R"({
  "title": "it converges",
  "changes": [{"column": "discount", "type": "int", "at": "9h"}],
  "readers": {"freshness": "3h"}
})";
const std::string kViolates = R"({
  "title": "too short a window",
  "sla": {"convergence": "1h"},
  "changes": [{"column": "discount", "type": "int", "at": "9h"}],
  "readers": {"freshness": "3h"}
})";
const std::string kMistaken = R"({
  "title": "two mistakes",
  "changes": [{"column": "discount", "at": "9"}],
  "plan": [{"step": "alter_bse_table"}]
})";

// One document and nothing else.
Json only_document(const Ended& ended) {
  EXPECT_THAT(ended.err, IsEmpty());
  return support::document(ended);
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// ---- verdicts and exit codes

TEST(Cli, ExitsWith0WhenAllPropertiesHold) {
  const Folder folder;
  const Ended ended = converge({"run", folder.write("a.json", kConverges)});
  EXPECT_EQ(ended.exit, 0);
  EXPECT_THAT(ended.out, HasSubstr("CONVERGED"));
}

TEST(Cli, ExitsWith1WhenOneIsViolated) {
  const Folder folder;
  const Ended ended = converge({"run", folder.write("a.json", kViolates)});
  EXPECT_EQ(ended.exit, 1);
  EXPECT_THAT(ended.out, HasSubstr("VIOLATED"));
}

TEST(Cli, ExitsWith2WhenTheInputIsWrong) {
  const Folder folder;
  const std::string file = folder.write("a.json", kMistaken);
  const Ended ended = converge({"run", file});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr(file + ":3:44: error: /changes/0/at: found \"9\""));
  EXPECT_THAT(ended.err, HasSubstr(file + ":4:21: error: /plan/0/step: found \"alter_bse_table\""));
  EXPECT_THAT(ended.err,
              HasSubstr("\n   4 |   \"plan\": [{\"step\": \"alter_bse_table\"}]\n     |                     ^\n"));
}

TEST(Cli, ExitsWith3WhenTheRunSaysNothing) {
  const Folder folder;
  const std::string window_beyond = R"({"title": "t", "horizon": "12h", "readers": {"freshness": "12h"},
                                        "changes": [{"column": "a", "at": "1h"}]})";
  const Ended short_run = converge({"run", "--quiet", folder.write("a.json", window_beyond)});
  EXPECT_EQ(short_run.exit, 3);
  EXPECT_THAT(short_run.out, HasSubstr("says nothing"));
  EXPECT_THAT(short_run.out, HasSubstr("beyond the horizon"));

  const std::string change_beyond = R"({"title": "t", "horizon": "3d", "changes": [{"column": "a", "at": "4d"}]})";
  const Ended no_change = converge({"run", "--json", folder.write("b.json", change_beyond)});
  EXPECT_EQ(no_change.exit, 3);
  EXPECT_EQ(only_document(no_change).at("verdict"), "vacuous");
}

TEST(Cli, QuietIsOneLine) {
  const Folder folder;
  const std::string file = folder.write("a.json", kViolates);
  const Ended ended = converge({"run", "-q", file});
  EXPECT_EQ(ended.exit, 1);
  EXPECT_EQ(lines_in(ended.out), 1U);
  EXPECT_THAT(ended.out, StartsWith("Violated: converged"));
  EXPECT_THAT(ended.err, IsEmpty());
  const Ended valid = converge({"validate", "--quiet", file});
  EXPECT_EQ(valid.out + valid.err, "");
}

TEST(Cli, SaysTheSameBytesTwice) {
  const Folder folder;
  const std::string file = folder.write("a.json", kViolates);
  for (const std::vector<std::string>& how :
       std::vector<std::vector<std::string>>{{"run", file},
                                             {"run", "--json", file},
                                             {"run", "--trace", "--seed", "5", file},
                                             {"run", "--json", "--seed", "5", file}}) {
    const Ended once = converge(how);
    const Ended again = converge(how);
    EXPECT_EQ(once.out, again.out);
    EXPECT_EQ(once.err, again.err);
    EXPECT_EQ(once.exit, again.exit);
    EXPECT_FALSE(once.out.empty());
  }
}

// ---- for programs

TEST(CliJson, IsOneDocumentAndNothingElse) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{
           {"--json"}, {"--json", "--quiet"}, {"--json", "--trace"}, {"--json", "--seed", "7"}}) {
    std::vector<std::string> arguments{"run", file};
    arguments.insert(arguments.end(), how.begin(), how.end());
    const Ended ended = converge(arguments);
    const Json json = only_document(ended);
    EXPECT_EQ(json.at("command"), "run");
    EXPECT_EQ(json.at("scenario").at("file"), file);
    EXPECT_EQ(json.at("scenario").at("title"), "it converges");
    EXPECT_EQ(json.at("verdict"), ended.exit == 0 ? "converged" : "violated");
    EXPECT_THAT(json.at("trace_hash").get<std::string>(), MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(json.at("trace_hash").get<std::string>().size(), 16U);
  }
}

TEST(CliJson, ListsProblemsInADocumentToo) {
  const Folder folder;
  const std::string file = folder.write("a.json", kMistaken);
  const Ended ended = converge({"run", "--json", file});
  EXPECT_EQ(ended.exit, 2);
  const Json json = only_document(ended);
  EXPECT_EQ(json.at("valid"), false);
  EXPECT_EQ(json.at("scenario").at("file"), file);
  ASSERT_EQ(json.at("problems").size(), 2U);
  const Json& typo = json.at("problems").at(1);
  EXPECT_EQ(typo.at("path"), "/plan/0/step");
  EXPECT_EQ(typo.at("line"), 4);
  EXPECT_EQ(typo.at("column"), 21);
  EXPECT_EQ(typo.at("found"), "\"alter_bse_table\"");
  EXPECT_EQ(typo.at("hint"), "did you mean \"alter_base_table\"?");
}

TEST(CliJson, OfAFileThatIsNotThereIsADocumentToo) {
  const Ended ended = converge({"run", "--json", "/nowhere/a.json"});
  EXPECT_EQ(ended.exit, 2);
  const Json json = only_document(ended);
  EXPECT_EQ(json.at("problems").at(0).at("found"), "no such file");
  EXPECT_EQ(json.at("problems").at(0).at("line"), 0);
}

TEST(CliJson, OfANameThatIsNoTextIsADocumentAllTheSame) {
  const Ended ended = converge({"run", "--json", "/nowhere/\xFF\x1B.json"});
  EXPECT_EQ(ended.exit, 2);
  only_document(ended);
}

// ---- colour

TEST(CliColour, IsOnATerminalAndNotInAPipe) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  const std::string escape = "\x1b[";
  const auto out = [&](std::vector<std::string> environment, bool on_a_terminal, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"run", file});
    return converge(Start{.arguments = more, .environment = std::move(environment), .on_a_terminal = on_a_terminal})
        .out;
  };
  EXPECT_THAT(out({}, false), Not(HasSubstr(escape)));
  EXPECT_THAT(out({"TERM=xterm"}, true), HasSubstr(escape));
  EXPECT_THAT(out({"TERM=dumb"}, true), Not(HasSubstr(escape)));
  EXPECT_THAT(out({"TERM=xterm", "NO_COLOR=1"}, true), Not(HasSubstr(escape)));
  EXPECT_THAT(out({"TERM=xterm"}, true, {"--no-color"}), Not(HasSubstr(escape)));
  EXPECT_THAT(out({"CLICOLOR_FORCE=1"}, false), HasSubstr(escape));
  EXPECT_THAT(out({"CLICOLOR_FORCE=1", "NO_COLOR=1"}, false), Not(HasSubstr(escape)));
  EXPECT_THAT(out({"CLICOLOR_FORCE=1"}, false, {"--no-color"}), Not(HasSubstr(escape)));
  EXPECT_THAT(out({"CLICOLOR_FORCE=1"}, false, {"--json"}), Not(HasSubstr(escape)));
}

// ---- where output goes

TEST(CliOutput, ToAFileIsWhatStandardOutputWouldGet) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  for (const std::string how : {"--json", "--quiet", "--trace"}) {
    const std::string target = folder / "out.txt";
    const Ended ended = converge({"run", how, file, "--output", target});
    EXPECT_EQ(ended.exit, 0);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_EQ(slurp(target), converge({"run", how, file}).out);
  }
  EXPECT_THAT(folder.names(), ElementsAre("a.json", "out.txt"));
}

TEST(CliOutput, OfProblemsGoesThereToo) {
  const Folder folder;
  const std::string file = folder.write("a.json", kMistaken);
  EXPECT_EQ(converge({"run", "--json", file, "-o", folder / "out.json"}).exit, 2);
  EXPECT_EQ(Json::parse(slurp(folder / "out.json")).at("problems").size(), 2U);
}

TEST(CliOutput, IsWrittenWholeOrNotAtAll) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  fs::create_directory(folder / "taken");
  for (const std::string where : {"taken", "a.json/out.txt", "missing/out.txt"}) {
    const Ended ended = converge({"run", file, "--output", folder / where});
    EXPECT_EQ(ended.exit, 2) << where;
    EXPECT_EQ(ended.err, "converge: " + (folder / where) + ": cannot be written\n");
    EXPECT_THAT(ended.out, IsEmpty());
    const Ended saved = converge({"run", file, "--save", folder / where});
    EXPECT_EQ(saved.exit, 2) << where;
    EXPECT_THAT(saved.out, IsEmpty());
  }
  EXPECT_THAT(folder.names(), ElementsAre("a.json", "taken"));
  EXPECT_TRUE(fs::is_empty(folder / "taken"));
}

TEST(CliOutput, IntoAFolderThatMayNotBeWrittenLeavesNothing) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  fs::create_directory(folder / "shut");
  fs::permissions(folder / "shut", fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(converge({"run", file, "--output", folder / "shut/out.txt"}).exit, 2);
  EXPECT_TRUE(fs::is_empty(folder / "shut"));
  fs::permissions(folder / "shut", fs::perms::owner_all);
}

// A device is written to, and stays one; here it is reached by a link, so that a mistake could replace the link alone.
TEST(CliOutput, ToADeviceLeavesItADevice) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  fs::create_symlink("/dev/null", folder / "void");
  fs::create_symlink("/dev/full", folder / "full");
  EXPECT_EQ(converge({"run", file, "-o", folder / "void"}).exit, 0);
  EXPECT_EQ(converge({"run", file, "-o", folder / "full"}).exit, 2);
  EXPECT_THAT(folder.names(), ElementsAre("a.json", "full", "void"));
  EXPECT_EQ(fs::read_symlink(folder / "void"), "/dev/null");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(CliOutput, ThroughALinkReplacesWhatItLeadsTo) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  folder.write("real/out.txt", "before");
  fs::create_symlink("real/out.txt", folder / "link");
  EXPECT_EQ(converge({"run", "-q", file, "-o", folder / "link"}).exit, 0);
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_THAT(slurp(folder / "real/out.txt"), StartsWith("Converged"));
}

TEST(CliOutput, DoesNotReplaceWhatIsRead) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  for (const std::string flag : {"--output", "--save"}) {
    const Ended ended = converge(Start{.arguments = {"run", file, flag, "./a.json"}, .folder = folder.path().string()});
    EXPECT_EQ(ended.exit, 2);
    EXPECT_EQ(ended.err, "converge: ./a.json: is read here, and would be lost\n");
  }
  EXPECT_EQ(converge({"validate", file, "-o", file}).exit, 2);
  EXPECT_EQ(slurp(file), kConverges);
}

// ---- schedules

std::string trace_hash(const Ended& ended) { return only_document(ended).at("trace_hash").get<std::string>(); }

TEST(CliReplay, GivesTheSavedRunAgain) {
  const Folder folder;
  folder.write("plans/a.json", kViolates);
  for (const std::vector<std::string>& seed :
       std::vector<std::vector<std::string>>{{}, {"--seed", "7"}, {"--seed", "18446744073709551615"}}) {
    std::vector<std::string> arguments{"run", "--json", "plans/a.json", "--save", "plans/s.schedule.json"};
    arguments.insert(arguments.end(), seed.begin(), seed.end());
    const Ended ran = converge(Start{.arguments = arguments, .folder = folder.path().string()});
    const Ended replayed = converge({"replay", "--json", folder / "plans/s.schedule.json"});
    EXPECT_EQ(trace_hash(replayed), trace_hash(ran));
    EXPECT_EQ(replayed.exit, ran.exit);
    EXPECT_EQ(only_document(replayed).at("command"), "replay");
  }
}

TEST(CliReplay, FindsTheScenarioFromTheSchedulesFolder) {
  const Folder folder;
  folder.write("plans/a.json", kConverges);
  const auto scenario_of = [&](const std::string& from, const std::string& scenario, const std::string& schedule) {
    const Ended ended =
        converge(Start{.arguments = {"run", "-q", scenario, "--save", schedule}, .folder = folder / from});
    EXPECT_EQ(ended.exit, 0) << ended.err;
    const std::string written = (fs::path{folder / from} / schedule).lexically_normal().string();
    return Json::parse(slurp(written)).at("scenario").get<std::string>();
  };
  EXPECT_EQ(scenario_of(".", "plans/a.json", "s.json"), "plans/a.json");
  EXPECT_EQ(scenario_of("plans", "a.json", "s.json"), "a.json");
  EXPECT_EQ(scenario_of("plans", "./a.json", "../s.json"), "plans/a.json");
  EXPECT_EQ(scenario_of("plans", "../plans/a.json", "s.json"), "a.json");
  EXPECT_EQ(converge({"replay", "-q", folder / "s.json"}).exit, 0);
  EXPECT_EQ(converge({"replay", "-q", folder / "plans/s.json"}).exit, 0);

  // Upwards it may not lead: the name alone is kept, and --scenario says where.
  fs::create_directory(folder / "elsewhere");
  EXPECT_EQ(scenario_of(".", "plans/a.json", "elsewhere/s.json"), "a.json");
  EXPECT_EQ(converge({"replay", "-q", folder / "elsewhere/s.json"}).exit, 2);
  EXPECT_EQ(converge({"replay", "-q", folder / "elsewhere/s.json", "--scenario", folder / "plans/a.json"}).exit, 0);
}

TEST(CliReplay, ReadsNoScenarioOutsideTheSchedulesFolder) {
  const Folder folder;
  folder.write("a.json", kConverges);
  for (const std::string& scenario :
       {folder / "a.json", std::string{"../a.json"}, std::string{"sub/../../a.json"}, std::string{".."}}) {
    const std::string schedule = folder.write("below/s.json", Json{{"scenario", scenario}}.dump());
    const Ended ended = converge({"replay", schedule});
    EXPECT_EQ(ended.exit, 2) << scenario;
    EXPECT_EQ(ended.err, schedule + ": error: found \"" + scenario +
                             "\", expected a scenario in the schedule's folder or below it, or --scenario FILE\n");
  }
}

TEST(CliReplay, GoesOnWorkingWhenTheScenarioGrows) {
  const Folder folder;
  const std::string file = folder.write("a.json", kViolates);
  const std::string schedule = folder.write(
      "s.json", R"({"scenario": "a.json", "deviations": [{"actor": "flink", "choice": "restore", "answer": "5h"}]})");
  const Ended before = converge({"replay", "--json", schedule});
  // A comment, a description, settings that this run never meets, and an actor that only then deploys at its own time.
  Json grown = Json::parse(kViolates);
  grown["description"] = "More is known now.";
  grown["staging"] = {{"catches_bad_code", 50}};
  grown["source"] = {{"backup_interval", "6h"}};
  folder.write("a.json", "// grown\n" + grown.dump());
  const Ended after = converge({"replay", "--json", schedule});
  EXPECT_EQ(trace_hash(after), trace_hash(before));
  EXPECT_NE(only_document(after).at("scenario").at("fingerprint"),
            only_document(before).at("scenario").at("fingerprint"));
  grown["plan"] = {
      {{"step", "alter_cdc_table"}}, {{"step", "alter_base_table"}},
      {{"step", "deploy_spark"}},    {{"step", "deploy_flink"}},
      {{"step", "backfill"}},        {{"step", "deploy_spark"}, {"name", "again"}, {"cadence", {{"manual", "1h"}}}}};
  folder.write("a.json", grown.dump());
  const Ended with_one_more = converge({"replay", "--json", schedule});
  EXPECT_EQ(with_one_more.exit, before.exit);
  EXPECT_EQ(only_document(with_one_more).at("schedule").at("deviations"),
            only_document(before).at("schedule").at("deviations"));
}

TEST(CliReplay, AnswersMistakesWithTheirPlaceInTheSchedule) {
  const Folder folder;
  folder.write("a.json", kConverges);
  const std::string schedule =
      folder.write("s.json",
                   "{\"scenario\": \"a.json\",\n \"deviations\": [{\"actor\": \"flnik\", \"choice\": "
                   "\"restore\", \"answer\": \"1h\"}]}");
  const Ended ended = converge({"replay", schedule});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_THAT(ended.err,
              StartsWith(schedule + ":2:27: error: /deviations/0/actor: found \"flnik\", expected an actor"));
  EXPECT_THAT(ended.err, HasSubstr("did you mean \"flink\"?"));
  const Ended json = converge({"replay", "--json", schedule});
  EXPECT_EQ(json.exit, 2);
  EXPECT_EQ(only_document(json).at("command"), "replay");
}

TEST(CliReplay, OfASchedulesFileThatIsAScenarioSaysWhatIsMissing) {
  const Folder folder;
  const Ended ended = converge({"replay", folder.write("a.json", kConverges)});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_THAT(ended.err, HasSubstr("the key \"scenario\""));
}

TEST(CliTrace, KeepsToTheActorsThatAreAskedFor) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  const Ended all = converge({"run", "--trace", file});
  const Ended some = converge({"run", "--actors", "flink", file});  // asks for the story, too
  EXPECT_THAT(all.out, HasSubstr("  control"));
  EXPECT_THAT(some.out, HasSubstr("  flink"));
  EXPECT_THAT(some.out, Not(HasSubstr("  control")));
  EXPECT_THAT(converge({"run", "--trace", "--actors", "flnik", file}).out,
              HasSubstr("No actor is called flnik; there are "));
}

// ---- validate

TEST(CliValidate, ReportsOnEveryFile) {
  const Folder folder;
  const std::string good = folder.write("good.json", kConverges);
  const std::string bad = folder.write("bad.json", kMistaken);
  const std::string worse = folder.write("worse.json", "{");
  const Ended ended = converge({"validate", bad, good, worse, folder / "none.json"});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_EQ(ended.out, good + ": well formed\n");
  EXPECT_THAT(ended.err, HasSubstr(bad + ":3:44: error"));
  EXPECT_THAT(ended.err, HasSubstr(bad + ":4:21: error"));
  EXPECT_THAT(ended.err, HasSubstr(worse + ":1:2: error"));
  EXPECT_THAT(ended.err, HasSubstr((folder / "none.json") + ": error: found no such file"));

  const Ended json = converge({"validate", "--json", bad, good, worse, folder / "none.json"});
  EXPECT_EQ(json.exit, 2);
  const Json files = only_document(json).at("files");
  ASSERT_EQ(files.size(), 4U);
  EXPECT_EQ(files.at(0).at("problems").size(), 2U);
  EXPECT_EQ(files.at(1).at("valid"), true);
  EXPECT_EQ(files.at(2).at("problems").size(), 1U);
  EXPECT_EQ(files.at(3).at("file"), folder / "none.json");
  EXPECT_EQ(only_document(json).at("valid"), false);
}

TEST(CliValidate, ExitsWith0WhenAllAreGood) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  const Ended ended = converge({"validate", file, file});
  EXPECT_EQ(ended.exit, 0);
  EXPECT_EQ(ended.out, file + ": well formed\n" + file + ": well formed\n");
  const Ended json = converge({"validate", "--json", file});
  EXPECT_EQ(json.exit, 0);
  EXPECT_EQ(only_document(json).at("valid"), true);
}

TEST(CliSchema, IsAJsonDocumentAndItsReferenceAPage) {
  const Ended schema = converge({"schema"});
  EXPECT_EQ(schema.exit, 0);
  EXPECT_EQ(only_document(schema).at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_THAT(converge({"schema", "--reference"}).out, StartsWith("## scenario\n"));
}

// ---- what is read

TEST(CliInput, AHyphenIsStandardInput) {
  const Ended ended = converge(Start{.arguments = {"run", "-", "--quiet"}, .input = kConverges});
  EXPECT_EQ(ended.exit, 0);
  EXPECT_THAT(ended.out, StartsWith("Converged"));
  const Ended mistaken = converge(Start{.arguments = {"validate", "-"}, .input = kMistaken});
  EXPECT_EQ(mistaken.exit, 2);
  EXPECT_THAT(mistaken.err, StartsWith("<standard input>:3:44: error"));
  EXPECT_EQ(converge({"run", "-"}).err, "<standard input>:1:1: error: found an empty file, expected a JSON document\n");
}

TEST(CliInput, WhatIsNoFileIsNamed) {
  const Folder folder;
  const auto error = [](const std::string& path) {
    const Ended ended = converge({"run", path});
    EXPECT_EQ(ended.exit, 2);
    EXPECT_THAT(ended.out, IsEmpty());
    return ended.err;
  };
  EXPECT_EQ(error(folder / "none.json"),
            (folder / "none.json") + ": error: found no such file, expected a file to read\n");
  EXPECT_EQ(error(folder.path().string()),
            folder.path().string() + ": error: found a directory, expected a file to read\n");
  EXPECT_EQ(error("/dev/null"), "/dev/null:1:1: error: found an empty file, expected a JSON document\n");
  EXPECT_EQ(error("/dev/zero"), "/dev/zero: error: found more than 4 MiB, expected at most 4 MiB\n");
  EXPECT_EQ(error(""), ": error: found no such file, expected a file to read\n");
  const std::string loop = folder / "loop";
  fs::create_symlink("loop", loop);
  EXPECT_THAT(error(loop), StartsWith(loop + ": error: found "));
}

TEST(CliInput, AFileThatMayNotBeReadIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  fs::permissions(file, fs::perms::none);
  EXPECT_EQ(converge({"run", file}).err,
            file + ": error: found a file that cannot be opened (Permission denied), expected a file to read\n");
}

// ---- usage

TEST(CliUsage, AMistypedCommandGetsTheNearestOne) {
  const Ended ended = converge({"rnu", "a.json"});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr("there is no command \"rnu\"; did you mean \"run\"?; expected one of \"run\","));
  EXPECT_THAT(converge({"fly"}).err, HasSubstr("there is no command \"fly\"; expected one of"));
}

TEST(CliUsage, WhatCannotBeMeantIsUsage) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{{},
                                                                                     {"run"},
                                                                                     {"run", file, "--sed", "3"},
                                                                                     {"run", file, file},
                                                                                     {"run", file, "--output"},
                                                                                     {"replay"},
                                                                                     {"validate"},
                                                                                     {"schema", "more"},
                                                                                     {"--json", "run", file}}) {
    const Ended ended = converge(wrong);
    EXPECT_EQ(ended.exit, 2);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, HasSubstr("--help"));
  }
}

TEST(CliUsage, ASeedIsAWholeNumberOf64Bits) {
  const Folder folder;
  const std::string file = folder.write("a.json", kConverges);
  for (const std::string seed : {"-1", "18446744073709551616", "1e3", "0x10", " 7", "7 ", "", "seven"}) {
    const Ended ended = converge({"run", "-q", file, "--seed", seed});
    EXPECT_EQ(ended.exit, 2) << seed;
    EXPECT_THAT(ended.err, HasSubstr("expected a whole number from 0 to 18446744073709551615")) << seed;
  }
  for (const std::string seed : {"0", "18446744073709551615"}) {
    const Json json = only_document(converge({"run", "--json", file, "--seed", seed}));
    EXPECT_EQ(json.at("schedule").at("seed").dump(), seed);
  }
}

TEST(CliUsage, HelpComesWithExamples) {
  const Ended help = converge({"--help"});
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.err, IsEmpty());
  EXPECT_THAT(help.out, HasSubstr("Exit codes: 0 "));
  EXPECT_THAT(help.out, HasSubstr("Examples:\n  converge "));
  // Every command that the overview lists.
  std::istringstream lines{help.out.substr(help.out.find("Subcommands:\n") + 13)};
  std::size_t commands = 0;
  for (std::string line; std::getline(lines, line) && line.starts_with("  ");) {
    const std::string command = line.substr(2, line.find(' ', 2) - 2);
    const Ended ended = converge({command, "--help"});
    EXPECT_EQ(ended.exit, 0);
    EXPECT_THAT(ended.out, MatchesRegex("(.|\n)*\nExamples?:\n  converge " + command + "(.|\n)*"));
    ++commands;
  }
  EXPECT_GE(commands, 4U);
}

TEST(CliUsage, TellsItsVersion) {
  const Ended ended = converge({"--version"});
  EXPECT_EQ(ended.exit, 0);
  EXPECT_EQ(ended.out, "converge " CONVERGE_VERSION "\n");
}

// ---- files in bad faith

// One clear error that names the file, and little memory. (A sanitizer takes its own.)
void expect_refused(const Ended& ended, const std::string& file, const std::string& what, std::size_t errors = 1) {
  EXPECT_EQ(ended.exit, 2) << what;
  EXPECT_THAT(ended.out, IsEmpty()) << what;
  std::size_t found = 0;
  std::istringstream lines{ended.err};
  for (std::string line; std::getline(lines, line);) {
    if (line.find(": error: ") == std::string::npos) continue;
    EXPECT_THAT(line, StartsWith(file + ":")) << what;
    ++found;
  }
  EXPECT_EQ(found, errors) << what << ended.err.substr(0, 2'000);
  for (const char c : ended.err) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE((byte >= 0x20 && byte != 0x7F) || c == '\n') << what;
  }
  EXPECT_TRUE(support::kSanitized || ended.peak_kb < 200 * 1024) << what << ": " << ended.peak_kb << " kB";
}

void expect_refused(const std::string& text, const std::string& what, std::size_t errors = 1) {
  const Folder folder;
  const std::string file = folder.write("hostile.json", text);
  expect_refused(converge({"run", file}), file, what, errors);
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

// A scenario that is good but for these members.
std::string scenario_with(const std::string& members) {
  return "{\"title\": \"t\", \"changes\": [{\"column\": \"a\", \"at\": \"9h\"}], " + members + "}";
}

TEST(CliHostileFile, ThatIsCutAnywhere) {
  const std::string whole = slurp(fs::path{CONVERGE_SOURCE_DIR} / "scenarios/add-column-three-phase.json");
  const std::size_t end = whole.find_last_of('}');
  for (std::size_t cut = 0; cut < end; cut += 1 + end / 40)
    expect_refused(whole.substr(0, cut), "cut at " + std::to_string(cut));
}

TEST(CliHostileFile, WithEndlessNesting) {
  for (const std::string_view piece : {"[", "{\"a\":", "{\"plan\":["})
    expect_refused(repeated(piece, 100'000), std::string{piece});
  expect_refused(scenario_with("\"plan\": " + repeated("[", 100'000) + repeated("]", 100'000)), "in the plan");
}

TEST(CliHostileFile, WithNumbersThatDoNotFit) {
  expect_refused(scenario_with("\"source\": {\"rows\": 1e400}"), "1e400");
  expect_refused(scenario_with("\"source\": {\"rows\": 99999999999999999999}"), "twenty nines");
  expect_refused(scenario_with("\"source\": {\"rows\": -1}"), "negative");
  expect_refused(scenario_with("\"source\": {\"rows\": " + std::string(1'000'000, '9') + "}"), "a million nines");
  expect_refused(scenario_with("\"source\": {\"daily_peak\": 1e-400}"), "1e-400");
  expect_refused(scenario_with("\"horizon\": \"" + std::string(1'000, '9') + "d\""), "a duration of a thousand digits");
}

TEST(CliHostileFile, WithAKeyTwice) {
  expect_refused(scenario_with("\"title\": \"another\""), "title");
  expect_refused(scenario_with("\"kafka\": {\"partitions\": 1, \"partitions\": 1}"), "partitions");
}

TEST(CliHostileFile, WithTheWrongTypeForEachSection) {
  const Json schema = Json::parse(converge({"schema"}).out);
  std::size_t sections = 0;
  for (const auto& [name, form] : schema.at("properties").items()) {
    Json document = {{"title", "t"}, {"changes", Json::array({{{"column", "a"}, {"at", "9h"}}})}};
    document[name] = true;
    expect_refused(document.dump(), name);
    ++sections;
  }
  EXPECT_GT(sections, 20U);
}

TEST(CliHostileFile, OfAHundredMegabytes) {
  const Folder folder;
  const std::string file = folder.write("huge.json", "");
  fs::resize_file(file, std::uintmax_t{100} * 1024 * 1024);  // sparse: no disk is filled
  const Ended ended = converge({"run", file});
  expect_refused(ended, file, "huge");
  EXPECT_EQ(ended.err, file + ": error: found a file of 100 MiB, expected at most 4 MiB\n");
}

TEST(CliHostileFile, AsLargeAsAFileMayBe) {
  const std::size_t most = std::size_t{4} * 1024 * 1024;
  expect_refused("\"" + std::string(most - 2, 'x') + "\"", "one string");
  expect_refused("[" + repeated("0,", (most - 3) / 2) + "0]", "numbers");
  expect_refused(scenario_with("\"plan\": [" + repeated("{},", 60'000) + "{}]"), "empty steps", 21);
  expect_refused(repeated("/**/", most / 4), "comments");
}

TEST(CliHostileFile, ThatIsNotText) {
  using namespace std::string_literals;
  expect_refused(scenario_with("\"description\": \"\xFF\""), "a broken byte");
  expect_refused(scenario_with("\"description\": \"\xC0\x80\""), "an overlong form");
  expect_refused(scenario_with("\"description\": \"\xED\xA0\x80\""), "a surrogate");
  expect_refused(scenario_with("\"description\": \"a\0b\""s), "a NUL");
  expect_refused("\xFF\xFE{\0"s, "UTF-16");
  expect_refused(std::string(1'000, '\0'), "zeros");
  expect_refused("\xEF\xBB\xBF\xEF\xBB\xBF{}", "two byte order marks");
  const Folder folder;
  EXPECT_EQ(converge({"run", "-q", folder.write("bom.json", "\xEF\xBB\xBF" + kConverges)}).exit, 0)
      << "one is forgiven";
}

TEST(CliHostileFile, ThatNeverEnds) {
  const Ended yes = converge(Start{.arguments = {"run", "-"}, .input = repeated("y\n", 8'192), .endless = true});
  expect_refused(yes, "<standard input>", "yes");
  EXPECT_EQ(yes.err,
            "<standard input>: error: found more than 4 MiB on standard input, expected a scenario of at most 4 MiB\n");
  const Ended schedule = converge(Start{.arguments = {"replay", "-"}, .input = repeated(" ", 8'192), .endless = true});
  EXPECT_EQ(schedule.exit, 2);
}

TEST(CliHostileFile, WithAPlanThatIsTooLong) {
  std::string plan;
  for (int i = 0; i < 1'000; ++i)
    plan += (i == 0 ? "" : ",") + ("{\"step\": \"backfill\", \"name\": \"s" + std::to_string(i)) + "\"}";
  expect_refused(scenario_with("\"plan\": [" + plan + "]"), "a thousand steps");
  // As many as there may be, each after all the others that may be named: every second one closes a circle.
  std::string tangle;
  std::string all;
  for (int i = 0; i < 20; ++i) all += (i == 0 ? "\"s" : ",\"s") + std::to_string(i) + "\"";
  for (int i = 0; i < 20; ++i) {
    tangle += (i == 0 ? "{" : ",{") + ("\"step\": \"backfill\", \"name\": \"s" + std::to_string(i)) +
              "\", \"after\": [" + all + "]}";
  }
  expect_refused(scenario_with("\"plan\": [" + tangle + "]"), "all after all");
  expect_refused(
      scenario_with("\"plan\": [{\"step\": \"backfill\", \"after\": [" + repeated("\"ci\",", 100'000) + "\"ci\"]}]"),
      "after a hundred thousand");
}

TEST(CliHostileFile, WhoseNamesWouldHarmATerminalIsShownEscaped) {
  const std::string bell_and_red = "\\u0007\\u001b[31m";
  const Folder folder;
  const std::string control =
      folder.write("a.json", "{\"title\": \"" + bell_and_red + "\", \"" + bell_and_red + "\": 1}");
  const Ended refused = converge({"run", control});
  expect_refused(refused, control, "control characters", 3);
  EXPECT_THAT(refused.err, HasSubstr("\\u0007\\u001b[31m"));

  // What reverses or hides text is no control character, so a title may hold it; what is shown may not.
  const std::string reversed = folder.write("b.json",
                                            "{\"title\": \"<script>alert(1)</script>\xE2\x80\xAE\xE2\x80\x8B\", "
                                            "\"changes\": [{\"column\": \"a\", \"at\": \"9h\"}]}");
  for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{{"run"}, {"run", "--trace"}}) {
    std::vector<std::string> arguments = how;
    arguments.push_back(reversed);
    const Ended ended = converge(arguments);
    EXPECT_EQ(ended.exit, 1);
    EXPECT_THAT(ended.out, Not(HasSubstr("\xE2\x80\xAE")));
    EXPECT_THAT(ended.out, HasSubstr("\\u202e"));
  }
  EXPECT_EQ(only_document(converge({"run", "--json", reversed})).at("scenario").at("title"),
            "<script>alert(1)</script>\xE2\x80\xAE\xE2\x80\x8B");

  const std::string name = "\x1b[31m\xE2\x80\xAE.json";
  const std::string odd = folder.write(name, kConverges);
  const Ended valid = converge({"validate", odd});
  EXPECT_THAT(valid.out, Not(HasSubstr("\x1b")));
  const Ended missing = converge({"validate", odd + "x"});
  EXPECT_THAT(missing.err, Not(HasSubstr("\x1b")));
  const Ended unwritten = converge({"run", odd, "-o", (folder / "none") + "/" + name});
  EXPECT_THAT(unwritten.err, Not(HasSubstr("\x1b")));
  EXPECT_THAT(converge({"run", odd}).out, Not(HasSubstr("\x1b")));
}

// ---- good faith, and a great deal of it

// Every figure at its limit, as far as the limits go together: the run ends, and its memory has a bound.
void expect_bounded(const std::string& members) {
  const Folder folder;
  const std::string file = folder.write("extreme.json", scenario_with(members));
  for (const std::vector<std::string>& how :
       std::vector<std::vector<std::string>>{{"--quiet"}, {"--quiet", "--seed", "1"}}) {
    std::vector<std::string> arguments{"run", file};
    arguments.insert(arguments.end(), how.begin(), how.end());
    const Ended ended = converge(arguments);
    EXPECT_TRUE(ended.exit == 0 || ended.exit == 1 || ended.exit == 3) << ended.err;
    EXPECT_TRUE(support::kSanitized || ended.peak_kb < 1024 * 1024) << ended.peak_kb << " kB";
  }
}

TEST(CliExtreme, TheMostTrackedChangesAndTheShortestCheckpointIntervalForThirtyDays) {
  if (support::kSanitized) GTEST_SKIP() << "bounded, and twenty times as slow";
  expect_bounded(R"("horizon": "30d", "sla": {"convergence": "365d"},
    "source": {"rows": 1000000000000, "changed_per_day": 100, "tracked_changes_per_hour": 600, "hot_keys": 1000,
               "daily_peak": 4, "update_skew": 4},
    "cdc": {"flush_interval": "1s"}, "flink": {"checkpoint_interval": "1s", "checkpoint": "0s", "commit": "0s", "resubmit_every": "1s"},
    "merge": {"cadence": "30m", "duration": "0s"}, "readers": {"every": "1m"}, "maintenance": {"every": "1m", "compaction": true})");
}

TEST(CliExtreme, TheMostMergesForThirtyDays) {
  expect_bounded(R"("horizon": "30d", "source": {"tracked_changes_per_hour": 32},
    "flink": {"checkpoint_interval": "1s", "failure": 1, "restart": "0s"},
    "merge": {"cadence": "1m", "duration": "0s", "failure": 1, "watermark_saved": "after", "overlap": "queue"},
    "readers": {"every": "1m"}, "maintenance": {"every": "1m"})");
}

TEST(CliExtreme, EveryDurationAtItsMost) {
  const Json schema = Json::parse(converge({"schema"}).out);
  Json members = Json::object();
  std::size_t durations = 0;
  for (const auto& [section, form] : schema.at("properties").items()) {
    const std::string address = form.value("$ref", "");
    if (!address.starts_with("#/$defs/") || address == "#/$defs/duration") continue;
    for (const auto& [name, field] : schema.at("$defs").at(address.substr(8)).at("properties").items()) {
      const std::string of = field.value("$ref", "");
      if (of != "#/$defs/duration" && of != "#/$defs/window") continue;
      // "At most 365 d." is the table's own word for it.
      const std::string description = field.at("description");
      const std::size_t at = description.rfind("At most ");
      if (at == std::string::npos) continue;
      std::string most = description.substr(at + 8, description.rfind('.') - at - 8);
      std::erase(most, ' ');
      members[section][name] = most;
      ++durations;
    }
  }
  EXPECT_GE(durations, 40U);
  members["horizon"] = "30d";
  members["source"]["tracked_changes_per_hour"] = 600;
  const std::string all = members.dump();
  expect_bounded(all.substr(1, all.size() - 2));
}

}  // namespace
}  // namespace converge::scenarios
