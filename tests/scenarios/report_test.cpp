// `converge report` and --report as their users meet them: every text format over the gallery is the approved one, and
// nothing that a scenario says gets out of its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/converge.hpp"
#include "tests/support/sanitized.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

using support::Ended;
using support::Folder;
using support::slurp;
using testing::HasSubstr;
using testing::Not;

using Json = nlohmann::ordered_json;

const fs::path kRoot{CONVERGE_SOURCE_DIR};

// From the root of the sources, so that files are named alike everywhere.
Ended converge(std::vector<std::string> arguments) {
  return support::run_program(CONVERGE_PROGRAM, {.arguments = std::move(arguments), .folder = kRoot.string()});
}

void expect_approved(const std::string& name, const std::string& text) {
  const fs::path path = kRoot / "reports/golden" / name;
  if (std::getenv("CONVERGE_APPROVE") != nullptr) {
    std::ofstream{path, std::ios::binary} << text;
    return;
  }
  EXPECT_EQ(slurp(path), text) << path << ": approve it with ./dev approve, and read the diff";
}

// The result of a command in a file of this folder.
std::string result(const Folder& folder, const std::string& name, std::vector<std::string> arguments) {
  const std::string file = folder / (name + ".json");
  arguments.insert(arguments.end(), {"--json", "-q", "-o", file});
  const Ended ended = converge(arguments);
  EXPECT_TRUE(ended.exit == 0 || ended.exit == 1 || ended.exit == 3) << ended.err;
  return file;
}

// A report of results that are named as if they lay beside.
std::string report(const Folder& folder, std::vector<std::string> names, const std::string& format) {
  std::vector<std::string> arguments{"report"};
  for (const std::string& name : names) arguments.push_back(name + ".json");
  arguments.insert(arguments.end(), {"--format", format});
  const Ended ended =
      support::run_program(CONVERGE_PROGRAM, {.arguments = arguments, .folder = folder.path().string()});
  EXPECT_EQ(ended.exit, 0) << ended.err;
  return ended.out;
}

struct Kind {
  std::string name;
  std::vector<std::string> command;
  std::map<std::string, std::string> formats;  // to the ending of the golden file
};

std::vector<Kind> kinds() {
  std::vector<Kind> all{
      {"run",
       {"run", "scenarios/flink-before-spark.json"},
       {{"md", "md"}, {"junit", "xml"}, {"sarif", "sarif"}, {"trace", "trace.json"}, {"dot", "dot"}, {"csv", "csv"}}},
      {"check",
       {"check", "scenarios/everything-may-fail.json", "-n", "200", "--no-files"},
       {{"md", "md"}, {"junit", "xml"}, {"sarif", "sarif"}, {"csv", "csv"}}},
      {"explore",
       {"explore", "scenarios/flink-down-past-retention.json", "--deviations", "1", "--no-files"},
       {{"md", "md"}, {"junit", "xml"}, {"sarif", "sarif"}, {"csv", "csv"}}},
      {"worst", {"worst", "scenarios/everything-may-fail.json", "-n", "100", "--no-files"}, {{"md", "md"}}},
      {"advise",
       {"advise", "scenarios/add-column-three-phase.json"},
       {{"md", "md"}, {"junit", "xml"}, {"sarif", "sarif"}}},
      {"orderings",
       {"orderings", "scenarios/add-column-three-phase.json", "--free", "--schedules", "0", "--deviations", "0",
        "--no-variants"},
       {{"md", "md"}, {"junit", "xml"}, {"sarif", "sarif"}, {"dot", "dot"}}}};
  // Under the sanitizers, where a campaign or a search takes minutes, runs alone: the tests of those commands are
  // there.
  if (support::kSanitized) std::erase_if(all, [](const Kind& k) { return k.name != "run"; });
  return all;
}

TEST(Report, OfEachKindIsTheApprovedOne) {
  const Folder folder;
  for (const Kind& kind : kinds()) {
    result(folder, kind.name, kind.command);
    for (const auto& [format, ending] : kind.formats) {
      const std::string text = report(folder, {kind.name}, format);
      if (!support::kSanitized) {
        EXPECT_EQ(text, report(folder, {kind.name}, format)) << "the same bytes twice";
      }
      if (format == "md") {
        EXPECT_LT(text.size(), 60'000U) << kind.name;
      }
      expect_approved("report-" + kind.name + "." + ending, text);
    }
  }
}

TEST(Report, OfTwoResultsIsTheApprovedOne) {
  if (support::kSanitized) GTEST_SKIP() << "two campaigns, many times slower, and the same code as below";
  const Folder folder;
  result(folder, "before", {"check", "scenarios/add-column-three-phase.json", "-n", "100", "--no-files"});
  result(folder, "after", {"check", "scenarios/flink-before-spark.json", "-n", "100", "--no-files"});
  expect_approved("report-comparison.md", report(folder, {"before", "after"}, "md"));
}

TEST(Report, ThePagesOfTwoWorkersAreTheSame) {
  const Folder folder;
  for (const char* jobs : {"1", "2"}) {
    result(folder, std::string{"jobs-"} + jobs,
           {"check", "scenarios/everything-may-fail.json", "-n", support::kSanitized ? "20" : "150", "--no-files",
            "--jobs", jobs});
  }
  EXPECT_EQ(slurp(folder / "jobs-1.json"), slurp(folder / "jobs-2.json"));
  fs::copy_file(folder / "jobs-1.json", folder / "a.json");
  const std::string one = report(folder, {"a"}, "md");
  fs::copy_file(folder / "jobs-2.json", folder / "a.json", fs::copy_options::overwrite_existing);
  EXPECT_EQ(one, report(folder, {"a"}, "md"));
}

TEST(Report, IsWrittenByEveryCommandOnTheWay) {
  const Folder folder;
  for (const Kind& kind : kinds()) {
    std::vector<std::string> arguments = kind.command;
    arguments.push_back("-q");
    for (const char* ending : {".md", ".xml", ".sarif", ".trace.json", ".dot", ".csv"}) {
      arguments.insert(arguments.end(), {"--report", folder / (kind.name + ending)});
    }
    const Ended ended = converge(arguments);
    EXPECT_TRUE(ended.exit == 0 || ended.exit == 1 || ended.exit == 3) << ended.err;
    // The same as by way of a result, which has a file beside.
    const fs::path golden = kRoot / "reports/golden" / ("report-" + kind.name + ".sarif");
    if (fs::exists(golden)) {
      EXPECT_EQ(slurp(folder / (kind.name + ".sarif")), slurp(golden));
    }
    EXPECT_TRUE(Json::accept(slurp(folder / (kind.name + ".trace.json"))));
  }
}

// ---- what a scenario may say

// A scenario may not have line breaks in its title; a document that somebody wrote may.
TEST(Report, HostileTitlesStayText) {
  const Folder folder;
  const std::string title =
      R"(<script>alert(1)</script> | `rm` </script \" ' **b** [x](javascript:1) ](http://e) ]]> %%{init}%% ;: =cmd)";
  const std::string scenario = folder.write(
      "x.json",
      R"({"title": ")" + title +
          R"(", "horizon": "2d", "changes": [{"column": "discount", "change": "add", "type": "int", "at": "9h"}]})");
  std::string document = slurp(result(folder, "r", {"run", scenario}));
  const std::size_t at = document.find("%%{init}");
  ASSERT_NE(at, std::string::npos);
  document.insert(at, "\\n# h \\r\\n| --- | \\u001b[31m \\u202e ");
  const std::string hostile = folder.write("r.json", document);
  constexpr std::array kEndings{".md", ".xml", ".sarif", ".trace.json", ".dot", ".csv", ".html"};
  std::vector<std::string> run{"run", scenario, "-q"};
  for (const char* ending : kEndings) run.insert(run.end(), {"--report", folder / (std::string{"direct"} + ending)});
  EXPECT_NE(converge(run).exit, 2);
  for (const char* ending : kEndings) {
    const std::string direct = folder / (std::string{"direct"} + ending);
    const std::string read = folder / (std::string{"read"} + ending);
    EXPECT_EQ(converge({"report", hostile, "-o", read}).exit, 0);
    for (const std::string& file : {direct, read}) {
      const std::string text = slurp(file);
      EXPECT_FALSE(text.empty()) << file;
      const bool is_text = std::string_view{ending} == ".csv" || std::string_view{ending} == ".dot";  // no markup in it
      if (!is_text) {
        EXPECT_THAT(text, Not(HasSubstr("<script>alert"))) << file;
      }
      EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << file;
      EXPECT_THAT(text, Not(HasSubstr("\u202e"))) << file;
      if (std::string_view{ending} == ".md") {
        EXPECT_THAT(text, Not(HasSubstr("</script")));
        EXPECT_THAT(text, Not(HasSubstr("`rm`")));
        EXPECT_THAT(text, Not(HasSubstr("**b**")));
        EXPECT_THAT(text, Not(HasSubstr("](javascript:")));
        EXPECT_THAT(text, Not(HasSubstr("\n# h")));
      }
      const bool is_json = std::string_view{ending} == ".sarif" || std::string_view{ending} == ".trace.json";
      if (is_json) {
        EXPECT_TRUE(Json::accept(text)) << file;
      }
    }
  }
}

// ---- formats as their readers want them

TEST(Report, SarifHasWhatItsSchemaAsksFor) {
  const Folder folder;
  result(folder, "check", {"check", "scenarios/everything-may-fail.json", "-n", "100", "--no-files"});
  const Json j = Json::parse(report(folder, {"check"}, "sarif"));
  EXPECT_EQ(j.at("version"), "2.1.0");
  ASSERT_EQ(j.at("runs").size(), 1U);
  const Json& run = j.at("runs").at(0);
  const Json& rules = run.at("tool").at("driver").at("rules");
  EXPECT_EQ(run.at("tool").at("driver").at("name"), "converge");
  ASSERT_FALSE(run.at("results").empty());
  const std::string scenario = slurp(kRoot / "scenarios/everything-may-fail.json");
  const auto lines = std::count(scenario.begin(), scenario.end(), '\n');
  for (const Json& r : run.at("results")) {
    EXPECT_TRUE(r.at("message").at("text").is_string());
    EXPECT_EQ(rules.at(r.at("ruleIndex").get<std::size_t>()).at("id"), r.at("ruleId"));
    EXPECT_TRUE(r.at("level") == "error" || r.at("level") == "warning");
    const Json& place = r.at("locations").at(0).at("physicalLocation");
    EXPECT_TRUE(
        std::regex_match(place.at("artifactLocation").at("uri").get<std::string>(), std::regex{"[A-Za-z0-9._~/%-]+"}));
    EXPECT_GE(place.at("region").at("startLine"), 1);
    EXPECT_LE(place.at("region").at("startLine"), lines);
  }
}

TEST(Report, TraceHasATrackForEachActor) {
  const Folder folder;
  result(folder, "worst", {"worst", "scenarios/everything-may-fail.json", "-n", "100", "--no-files"});
  const Json j = Json::parse(report(folder, {"worst"}, "trace"));
  std::map<std::string, int> tracks;
  std::map<std::string, int> phases;
  std::map<std::pair<int, int>, std::int64_t> end;
  for (const Json& e : j.at("traceEvents")) {
    const auto ph = e.at("ph").get<std::string>();
    ++phases[ph];
    if (ph == "M" && e.at("name") == "thread_name") ++tracks[e.at("args").at("name")];
    if (ph != "X") continue;
    EXPECT_GE(e.at("dur"), 0);
    const std::pair track{e.at("pid").get<int>(), e.at("tid").get<int>()};
    EXPECT_GE(e.at("ts").get<std::int64_t>(), end[track]) << "spans of a track do not overlap";
    end[track] = e.at("ts").get<std::int64_t>() + e.at("dur").get<std::int64_t>();
  }
  for (const char* actor : {"cdc", "flink", "spark/merge", "cdc-table", "base-table", "control"}) {
    EXPECT_GE(tracks[actor], 2) << actor << ": of the usual run and of the worst";
  }
  for (const char* ph : {"X", "i", "C", "M", "s", "f"}) EXPECT_GT(phases[ph], 0) << ph;
  EXPECT_EQ(phases["s"], phases["f"]);
}

TEST(Report, EveryRowOfTheTableHasSixCells) {
  const Folder folder;
  result(folder, "check", {"check", "scenarios/everything-may-fail.json", "-n", "50", "--no-files"});
  const std::string csv = report(folder, {"check"}, "csv");
  std::size_t rows = 0;
  for (std::size_t at = 0; at < csv.size(); ++rows) {
    const std::size_t end = csv.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    bool quoted = false;
    int commas = 0;
    for (std::size_t i = at; i < end; ++i) {
      if (csv[i] == '"') quoted = !quoted;
      if (csv[i] == ',' && !quoted) ++commas;
    }
    EXPECT_EQ(commas, 5) << csv.substr(at, end - at);
    at = end + 2;
  }
  EXPECT_GT(rows, 1'000U);
}

// ---- two results

TEST(Report, ARegressionFailsOnlyWhenAsked) {
  const Folder folder;
  const std::string good = result(folder, "good", {"run", "scenarios/add-column-three-phase.json"});
  const std::string bad = result(folder, "bad", {"run", "scenarios/flink-before-spark.json"});
  EXPECT_EQ(converge({"report", good, bad, "--format", "md"}).exit, 0);
  EXPECT_EQ(converge({"report", good, bad, "--format", "md", "--fail-on-regression"}).exit, 1);
  EXPECT_EQ(converge({"report", bad, good, "--format", "md", "--fail-on-regression"}).exit, 0);
  EXPECT_EQ(converge({"report", good, good, "--format", "md", "--fail-on-regression"}).exit, 0);
  EXPECT_THAT(converge({"report", good, bad, "--format", "md"}).out, HasSubstr("The second is worse"));
}

TEST(Report, AResultOfAnotherVersionIsNotPlayedAgain) {
  const Folder folder;
  const std::string file =
      result(folder, "check", {"check", "scenarios/everything-may-fail.json", "-n", "50", "--no-files"});
  std::string text = slurp(file);
  const std::size_t at = text.find("\"trace_hash\": \"") + 15;
  text.replace(at, 16, "0000000000000001");
  folder.write("check.json", text);
  const std::string md = report(folder, {"check"}, "md");
  EXPECT_THAT(md, HasSubstr("Left out: Counterexample"));
  EXPECT_THAT(md, HasSubstr("0000000000000001 in the result"));
}

TEST(Report, AScenarioThatIsNotTheOneOfTheResultIsNotPlayed) {
  const Folder folder;
  const std::string file = result(folder, "run", {"run", "scenarios/add-column-three-phase.json"});
  std::string text = slurp(file);
  const std::size_t at = text.find("\\\"at\\\": \\\"9h\\\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 14, "\\\"at\\\": \\\"8h\\\"");
  folder.write("run.json", text);
  EXPECT_THAT(report(folder, {"run"}, "md"), HasSubstr("Nothing was played again"));
}

// ---- mistakes

TEST(Report, MistakesHaveExitCodeTwo) {
  const Folder folder;
  const std::string good = result(folder, "run", {"run", "scenarios/add-column-three-phase.json"});
  const auto expect = [&](std::vector<std::string> arguments, const std::string& says) {
    const Ended ended = converge(std::move(arguments));
    EXPECT_EQ(ended.exit, 2);
    EXPECT_THAT(ended.err, HasSubstr(says));
  };
  expect({"report", good}, "expected --format, or a file that ends in .html, .md");
  expect({"report", good, "-o", folder / "x.pdf"}, "expected --format");
  expect({"report", good, "--format", "pdf"}, "--format");
  expect({"report", folder / "none.json", "--format", "md"}, "no such file");
  expect({"report", folder.write("bad.json", "{\"converge\": 1}"), "--format", "md"},
         "/converge: found 1, expected a string");
  expect({"report", good, "--format", "md", "--fail-on-regression"}, "expected two");
  expect({"report", good, "-o", good, "--format", "md"}, "would be lost");
  expect({"run", "scenarios/add-column-three-phase.json", "--report", folder / "x.pdf"},
         "expected a file that ends in");
  expect({"run", "scenarios/add-column-three-phase.json", "--report", folder / "no/such/folder/x.md"},
         "cannot be written");
}

}  // namespace
}  // namespace converge::scenarios
