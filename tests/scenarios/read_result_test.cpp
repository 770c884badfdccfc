// A document comes back as the result that it was made of; one that nobody made is refused, place by place.
#include "scenarios/read_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <filesystem>
#include <string>

#include "reports/advise_json.hpp"
#include "reports/check_json.hpp"
#include "reports/explore_json.hpp"
#include "reports/json.hpp"
#include "reports/orderings_json.hpp"
#include "reports/report.hpp"
#include "scenarios/json_text.hpp"
#include "tests/support/campaigns.hpp"
#include "tests/support/converge.hpp"
#include "tests/support/orderings.hpp"
#include "tests/support/sanitized.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

using support::converge;
using testing::HasSubstr;

const fs::path kRoot{CONVERGE_SOURCE_DIR};

std::string json_of(const sim::Result& result) {
  return std::visit([](const auto& r) { return reports::json(r); }, result);
}

std::string scenario(const std::string& name) { return (kRoot / "scenarios" / (name + ".json")).string(); }

void expect_round_trip(const std::string& document) {
  const ReadResult read = read_result(document);
  ASSERT_TRUE(read.result) << explain("document", document, read.problems);
  EXPECT_EQ(json_of(*read.result), document);
}

void expect_round_trip_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-q"});
  const std::string out = converge(arguments).out;
  ASSERT_FALSE(out.empty());
  expect_round_trip(out);
}

TEST(ReadResult, EveryGalleryScenarioComesBack) {
  for (const auto& entry : fs::directory_iterator{kRoot / "scenarios"}) {
    if (entry.path().extension() != ".json" || entry.path().stem().extension() == ".schema") continue;
    if (support::kSanitized && entry.path().stem() != "everything-may-fail") continue;  // many times slower
    const std::string file = entry.path().string();
    expect_round_trip_of({"run", file});
    expect_round_trip_of({"run", file, "--seed", "18446744073709551615", "--swarm"});
    expect_round_trip_of({"check", file, "-n", "16", "--no-files"});
    expect_round_trip_of({"advise", file});
  }
}

TEST(ReadResult, EveryKindComesBack) {
  expect_round_trip_of({"check", scenario("everything-may-fail"), "-n", "64", "--no-files", "--until-sure", "1%",
                        "--rare", "1000", "--expect", "--timing"});
  expect_round_trip_of({"worst", scenario("everything-may-fail"), "-n", "50", "--no-files"});
  expect_round_trip_of({"explore", scenario("flink-down-past-retention"), "--deviations", "1", "--no-files"});
  expect_round_trip_of({"explore", scenario("add-column-three-phase"), "--states", "2000", "--no-files"});
  expect_round_trip_of({"orderings", scenario("add-column-three-phase"), "--free", "--schedules", "0", "--deviations",
                        "0", "--most", "24"});
}

TEST(ReadResult, WhatACampaignMayHoldComesBack) {
  for (sim::CheckResult r : support::campaigns()) {
    // Those that no campaign comes to: they are written as null, and refused.
    if (!(r.violation.estimate >= 0) || !(r.violation.high <= 1)) continue;
    r.command = "check";
    r.schema_band = {{sim::Instant{1}, 0, 1, 2, 3}};
    r.convergence = {{sim::hours(1), 5}};
    expect_round_trip(reports::json(r));
  }
}

TEST(ReadResult, EveryProblemHasItsPlace) {
  std::string document = reports::json(support::violated_campaign());
  const auto replace = [&](const std::string& what, const std::string& by) {
    const std::size_t at = document.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    document.replace(at, what.size(), by);
  };
  replace("\"verdict\": \"violated\"", "\"verdict\": \"violted\"");
  replace("\"schedules\": 10000", "\"schedules\": -1");
  replace("\"sla_s\": 86400", "\"sla_s\": \"a day\"");
  replace("\"estimate\": 0.0212", "\"estimate\": 2");
  replace("  \"never_converged\": 3,\n", "");
  const ReadResult read = read_result(document);
  EXPECT_FALSE(read.result);
  ASSERT_EQ(read.problems.size(), 5U) << explain("r.json", document, read.problems);
  const std::string told = explain("r.json", document, read.problems);
  EXPECT_THAT(told, HasSubstr("did you mean \"violated\"?"));
  EXPECT_THAT(told, HasSubstr("/schedules: found -1, expected a whole number that is not negative"));
  EXPECT_THAT(told, HasSubstr("/sla_s: found \"a day\", expected seconds"));
  EXPECT_THAT(told, HasSubstr("/violation_probability/estimate: found 2, expected a number from 0 to 1"));
  EXPECT_THAT(told, HasSubstr("expected the key \"never_converged\""));
}

TEST(ReadResult, WhatIsNoResultIsRefused) {
  const auto told = [](const std::string& text) { return explain("x", text, read_result(text).problems); };
  EXPECT_FALSE(read_result("").problems.empty());
  EXPECT_FALSE(read_result("[]").problems.empty());
  EXPECT_FALSE(read_result("{\"converge\": \"0.1.0\"").problems.empty());
  EXPECT_THAT(told(R"({"converge": "0.1.0", "command": "validate"})"), HasSubstr("/command: found \"validate\""));
  EXPECT_THAT(told(R"({"converge": "0.1.0", "command": "run"})"), HasSubstr("expected the key \"sla_s\""));
  EXPECT_THAT(told(std::string(result_bytes_max + 1, ' ')), HasSubstr("more than 32 MiB"));
}

TEST(ReadResult, AnOrderThatIsNotThereIsRefused) {
  const std::string good = reports::json(support::some_orderings());
  expect_round_trip(good);
  std::string bad = good;
  const std::size_t at = bad.find("\"which\": [");
  bad.insert(at + 10, "99, ");
  EXPECT_THAT(explain("x", bad, read_result(bad).problems), HasSubstr("the place of an order of this result"));
}

// Whatever is done to a document, it is refused or can be reported: nothing crashes.
void expect_harmless(const std::string& document) {
  ReadResult read = read_result(document);
  if (!read.result) {
    RC_ASSERT(!read.problems.empty());
    return;
  }
  const std::array<sim::Reported, 2> both{sim::Reported{"a", *read.result, {}}, sim::Reported{"b", *read.result, {}}};
  for (const auto write : {reports::markdown, reports::sarif, reports::trace_events, reports::plan_dot, reports::csv}) {
    RC_ASSERT(!write(both).empty());
  }
  RC_ASSERT(!reports::junit(std::span<const sim::Reported>{both}).empty());
}

std::string example(int which) {
  switch (which) {
    case 0: return reports::json(support::some_orderings());
    case 1: return reports::json(support::violated_campaign());
    case 2: return reports::json(sim::RunResult{.command = "run"});
    case 3: return reports::json(sim::ExploreResult{.command = "explore"});
    default: return reports::json(sim::AdviseResult{.command = "advise"});
  }
}

RC_GTEST_PROP(ReadResult, SurvivesDamage, ()) {
  std::string document = example(*rc::gen::inRange(0, 5));
  const auto wounds = *rc::gen::inRange(1, 6);
  const std::array<std::string, 12> bits{
      "null", "-1",   "[]",  "{}",    "1e9", "9223372036854775807", "18446744073709551615",
      "\"\"", "true", "0.5", "\"x\"", "\xff"};
  for (int i = 0; i < wounds; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, document.size());
    switch (*rc::gen::inRange(0, 3)) {
      case 0: document.erase(at, *rc::gen::inRange<std::size_t>(1, 40)); break;
      case 1: document.insert(at, bits[*rc::gen::inRange<std::size_t>(0, bits.size())]); break;
      default: {  // a value for another
        const std::size_t colon = document.find(": ", at);
        if (colon == std::string::npos) break;
        const std::size_t end = document.find_first_of(",\n", colon);
        document.replace(colon + 2, end - colon - 2, bits[*rc::gen::inRange<std::size_t>(0, bits.size())]);
      }
    }
    if (document.empty()) return;
  }
  expect_harmless(document);
}

}  // namespace
}  // namespace converge::scenarios
