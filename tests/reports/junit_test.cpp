// JUnit XML as a parser of XML reads it: red where the answer is, and nothing that a name can do about it.
#include "reports/junit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/campaigns.hpp"
#include "tests/support/program.hpp"

namespace converge::reports {
namespace {

using nlohmann::json;

// What python3 reads in a document.
support::Ended ask(const std::string& document) {
  const support::Folder folder;
  support::Start start{.arguments = {"python3", CONVERGE_SOURCE_DIR "/tests/reports/junit_oracle.py",
                                     folder.write("junit.xml", document)}};
  if (const char* path = std::getenv("PATH")) start.environment.push_back(std::string{"PATH="} + path);
  return support::run_program("/usr/bin/env", start);
}

bool missing(const support::Ended& ended) { return ended.exit == 127; }

struct Read {
  bool skipped = false;
  json suite;
};

Read read(const sim::CheckResult& r) {
  const support::Ended ended = ask(junit(r));
  if (missing(ended)) return {.skipped = true};
  EXPECT_EQ(ended.exit, 0) << ended.err << junit(r);
  return {.suite = json::parse(ended.out, nullptr, false)};
}

std::vector<std::string> said(const json& suite) {
  std::vector<std::string> out;
  for (const json& c : suite.at("cases")) {
    std::string line = c.at("name");
    for (const json& s : c.at("says")) line += " | " + s.at("is").get<std::string>();
    out.push_back(line);
  }
  return out;
}

TEST(Junit, HasTheStoryAndTheCommandInTheFailure) {
  const std::string document = junit(support::violated_campaign());
  EXPECT_NE(document.find(R"xml(
    <testcase classname="scenarios/flink-down-past-retention.json" name="no-row-lost">
      <failure type="violated" message="violated in 190 of 10,000 schedules (95 % interval: 1.64 % to 2.19 %)">No change is lost on its way from the source to the base table.
Least margin: -106 changes, in schedule 4711 (--seed 13835058055282163712).
0 never reached Kafka, 106 never reached the CDC table, 0 passed over by the merge's watermark

Counterexample
  1. d0 14:05:00  flink: restore 1 took 30 h (usual 4 min)
  2. d1 10:05:00  spark/merge: run 7 failed before its commit
  =&gt; Violated: no-row-lost; the layers converged after 1 d 18 h.
     106 never reached the CDC table
  Minimal: take any one away, and the property holds; checked. Shrunk in 87 runs from 41 unusual answers of schedule 12 (--seed 9876543210).
  saved as flink-down-past-retention.no-row-lost.schedule.json
  replay it with
      converge replay flink-down-past-retention.no-row-lost.schedule.json
</failure>
    </testcase>
    <testcase classname="scenarios/flink-down-past-retention.json" name="readable"/>
    <testcase classname="scenarios/flink-down-past-retention.json" name="reaches a verdict"/>
    <testcase classname="scenarios/flink-down-past-retention.json" name="not vacuous"/>
  </testsuite>
</testsuites>
)xml"),
            std::string::npos)
      << document;
  EXPECT_NE(document.find("\n      converge replay --scenario 'scenarios/flink-down past retention.json' "
                          "flink-down-past-retention.converged.schedule.json\n"),
            std::string::npos)
      << "a command stays in one line";
}

TEST(Junit, IsRedExactlyWhereTheVerdictIs) {
  const Read converged = read(support::converged_campaign());
  if (converged.skipped) GTEST_SKIP() << "needs python3";
  EXPECT_EQ(converged.suite.at("name"), support::converged_campaign().title);
  EXPECT_EQ(converged.suite.at("properties").at("verdict"), support::converged_campaign().sentence);
  EXPECT_EQ(converged.suite.at("properties").at("strength"), support::converged_campaign().strength);
  EXPECT_EQ(converged.suite.at("cases").at(0).at("classname"), support::converged_campaign().file);
  EXPECT_EQ(said(converged.suite),
            (std::vector<std::string>{"converged", "no-row-lost", "reaches a verdict", "not vacuous"}));
  EXPECT_EQ(said(read(support::violated_campaign()).suite),
            (std::vector<std::string>{"converged | failure", "no-row-lost | failure", "readable", "reaches a verdict",
                                      "not vacuous"}));
  const json vacuous = read(support::vacuous_campaign()).suite;
  EXPECT_EQ(said(vacuous),
            (std::vector<std::string>{"converged", "no-row-lost", "reaches a verdict", "not vacuous | failure"}));
  EXPECT_EQ(vacuous.at("cases").at(3).at("says").at(0).at("type"), "vacuous");
  EXPECT_EQ(vacuous.at("cases").at(3).at("says").at(0).at("message"), support::vacuous_campaign().sentence);
  EXPECT_EQ(vacuous.at("cases").at(3).at("says").at(0).at("text"),
            "- the fault \"kafka leader: is lost\" never fired\n- no layer ever disagreed\n");
  EXPECT_EQ(said(read(support::interrupted_campaign()).suite),
            (std::vector<std::string>{"reaches a verdict | error", "not vacuous"}));
}

TEST(Junit, IsGreenWhenAViolationWasExpected) {
  sim::CheckResult r = support::violated_campaign();
  r.vacuous_for = {"no crash"};
  r.expected = true;
  const Read met = read(r);
  if (met.skipped) GTEST_SKIP() << "needs python3";
  EXPECT_EQ(said(met.suite),
            (std::vector<std::string>{"converged | system-out", "no-row-lost | system-out", "readable",
                                      "reaches a verdict", "not vacuous | system-out", "meets its expectation"}));
  const std::string told = met.suite.at("cases").at(0).at("says").at(0).at("text");
  EXPECT_TRUE(told.starts_with("violated in 37 of 10,000 schedules (95 % interval: 0.26 % to 0.51 %)\nSchema, code"))
      << told;
  r.unmet = {"readable is not violated"};
  const json unmet = read(r).suite;
  EXPECT_EQ(said(unmet),
            (std::vector<std::string>{"converged | failure", "no-row-lost | failure", "readable", "reaches a verdict",
                                      "not vacuous | system-out", "meets its expectation | failure"}));
  EXPECT_EQ(unmet.at("cases").at(5).at("says").at(0).at("text"), "- readable is not violated\n");
}

TEST(Junit, KeepsHostileTextInside) {
  const sim::CheckResult hostile = support::hostile_campaign();
  const std::string document = junit(hostile);
  EXPECT_TRUE(std::ranges::all_of(document, [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= 0x20; }));
  const Read got = read(hostile);
  if (got.skipped) GTEST_SKIP() << "needs python3";
  const std::string title =
      "]]></failure><!--\"'&amp;"
      R"(\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b)"
      R"(\x1c\x1d\x1e\x1f\x7f \u009b31m \u202egnp \ufffe\uffff \xff\xc3 \xed\xa0\x80 )"
      "\u6f22\u5b57";
  EXPECT_EQ(got.suite.at("name"), title);
  EXPECT_EQ(got.suite.at("cases").size(), 6U);
  EXPECT_EQ(got.suite.at("cases").at(0).at("classname"), title);
  EXPECT_TRUE(got.suite.at("cases").at(0).at("name").get<std::string>().starts_with(title));
  EXPECT_EQ(got.suite.at("cases").at(5).at("says").at(0).at("text").get<std::string>().substr(0, title.size() + 3),
            "- " + title + "\n");
}

// The tests above can fail.
TEST(Junit, TheOracleNoticesWhatIsNotJunit) {
  const std::string sound = junit(support::converged_campaign());
  const support::Ended ended = ask(sound);
  if (missing(ended)) GTEST_SKIP() << "needs python3";
  EXPECT_EQ(ended.exit, 0) << ended.err;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string other = sound;
    return other.replace(other.find(from), from.size(), to);
  };
  EXPECT_EQ(ask(with("<testcase ", "<testcase>")).exit, 1);
  EXPECT_EQ(ask(with("failures=\"0\"", "failures=\"1\"")).exit, 1);
  EXPECT_EQ(ask(with("<testcase ", "<testcase time=\"1\" ")).exit, 1);
  EXPECT_EQ(ask(with("A nullable", "A \x01")).exit, 1);
  EXPECT_EQ(ask(with("A nullable", "A \xff")).exit, 1);
  EXPECT_EQ(ask(with("A nullable", "A \uffff")).exit, 1);
}

}  // namespace
}  // namespace converge::reports
