// The schedule file: what is read from it, what is written to it, and what its mistakes are answered with.
#include <gtest/gtest.h>

#include "models/pipeline.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {
namespace {

SavedSchedule good(std::string_view text) {
  ParsedSchedule parsed = parse_schedule(text);
  EXPECT_TRUE(parsed.saved) << explain("f", text, parsed.problems);
  return parsed.saved ? *std::move(parsed.saved) : SavedSchedule{};
}

std::string problems(std::string_view text) { return explain("f", text, parse_schedule(text).problems); }

// Against the questions of the usual pipeline.
std::string problems_of_names(std::string_view text) {
  std::vector<Problem> found;
  resolve(good(text), text, models::questions({}), found);
  return explain("f", text, found);
}

TEST(ScheduleFile, IsReadWithItsSeedAndItsDeviations) {
  const SavedSchedule saved = good(R"({
    // which one
    "scenario": "plans/one.json", "seed": "18446744073709551615",
    "deviations": [{"actor": "flink", "choice": "restore", "occurrence": 2, "answer": "PT41M"},
                   {"actor": "cdc", "choice": "crash", "answer": "crashes"}]
  })");
  EXPECT_EQ(saved.scenario, "plans/one.json");
  EXPECT_EQ(saved.schedule.seed, UINT64_MAX);
  EXPECT_EQ(saved.schedule.deviations,
            (std::vector<sim::NamedDeviation>{{"flink", "restore", 2, "PT41M"}, {"cdc", "crash", 1, "crashes"}}));
}

TEST(ScheduleFile, WithoutASeedAllElseIsNominal) {
  EXPECT_EQ(good(R"({"scenario": "a.json"})").schedule, sim::Schedule{});
  EXPECT_EQ(good(R"({"scenario": "a.json", "seed": null})").schedule, sim::Schedule{});
}

TEST(ScheduleFile, WhatIsWrittenIsReadBack) {
  for (const std::optional<std::uint64_t> seed :
       {std::optional<std::uint64_t>{}, {0}, {7}, {std::uint64_t{1} << 53U}, {UINT64_MAX}}) {
    SavedSchedule saved{"a \"quoted\" ünïcode/name.json", {.seed = seed}};
    saved.schedule.deviations = {{"flink", "restore", 2, "PT41M0.5S"},
                                 {"kafka", "leader", 1'000'000'000, "leader lost"}};
    const SavedSchedule back = good(write_schedule(saved));
    EXPECT_EQ(back.scenario, saved.scenario);
    EXPECT_EQ(back.schedule, saved.schedule);
    EXPECT_EQ(write_schedule(back), write_schedule(saved));
  }
}

TEST(ScheduleFile, IsReadAndWrittenWithItsSwarmOrItsWorkload) {
  for (const sim::Schedule& schedule :
       {sim::Schedule{.seed = 7, .swarm = true}, sim::Schedule{.workload = UINT64_MAX}, sim::Schedule{.workload = 0}}) {
    const SavedSchedule back = good(write_schedule({"a.json", schedule}));
    EXPECT_EQ(back.schedule, schedule);
    EXPECT_EQ(write_schedule(back), write_schedule({"a.json", schedule}));
  }
  EXPECT_EQ(write_schedule({"a.json", {.seed = 7, .swarm = true}}),
            "{\n  \"scenario\": \"a.json\",\n  \"seed\": \"7\",\n  \"swarm\": true,\n  \"deviations\": []\n}\n");
  EXPECT_EQ(good(R"({"scenario": "a.json", "seed": "7", "swarm": false})").schedule, sim::Schedule{.seed = 7});
}

TEST(ScheduleFile, ASwarmNeedsASeedAndAWorkloadHasNone) {
  const auto only = [](std::string_view text) {
    const ParsedSchedule parsed = parse_schedule(text);
    EXPECT_FALSE(parsed.saved);
    return parsed.problems.size() == 1 ? parsed.problems[0] : Problem{};
  };
  EXPECT_EQ(only(R"({"scenario": "a.json", "swarm": true})"),
            (Problem{"/swarm", 1, 33, "true", "a seed beside it", ""}));
  EXPECT_EQ(only(R"({"scenario": "a.json", "seed": "7", "workload": "8"})"),
            (Problem{"/workload", 1, 49, "\"8\"", "a seed or a workload: the seed draws it too", ""}));
  EXPECT_EQ(only(R"({"scenario": "a.json", "workload": "18446744073709551616"})"),
            (Problem{"/workload", 1, 36, "\"18446744073709551616\"", "a whole number of 64 bits, in quotes", ""}));
  EXPECT_EQ(only(R"({"scenario": "a.json", "seed": "7", "swarm": "yes"})").path, "/swarm");
}

// A seed is text: other readers of JSON round a number of 64 bits.
TEST(ScheduleFile, IsWrittenForPeopleToRead) {
  EXPECT_EQ(write_schedule({"a.json", {.seed = 7, .deviations = {{"flink", "restore", 1, "PT30H"}}}}),
            R"({
  "scenario": "a.json",
  "seed": "7",
  "deviations": [
    {
      "actor": "flink",
      "choice": "restore",
      "occurrence": 1,
      "answer": "PT30H"
    }
  ]
}
)");
}

TEST(ScheduleFile, ASeedIsAWholeNumberOf64BitsInQuotes) {
  for (const std::string seed :
       {"-1", "18446744073709551616", "99999999999999999999", "1e3", " 7", "7 ", "0x7", "seven", ""}) {
    const std::string text = "{\"scenario\": \"a.json\", \"seed\": \"" + seed + "\"}";
    const ParsedSchedule parsed = parse_schedule(text);
    ASSERT_EQ(parsed.problems.size(), 1U) << seed;
    EXPECT_EQ(parsed.problems[0],
              (Problem{"/seed", 1, 32, "\"" + seed + "\"", "a whole number of 64 bits, in quotes", ""}));
  }
  EXPECT_EQ(problems("{\"scenario\": \"a.json\",\n \"seed\": 7}"),
            "f:2:10: error: /seed: found 7, expected a string of at most 200 characters, or null\n"
            "   2 |  \"seed\": 7}\n"
            "     |          ^\n");
}

TEST(ScheduleFile, AllItsMistakesAreToldAtOnce) {
  const std::string text =
      "{\"scenaro\": \"a.json\", \"seed\": \"x\",\n"
      " \"deviations\": [{\"actor\": \"flink\", \"choice\": \"restore\", \"occurrence\": 0}]}";
  EXPECT_EQ(problems(text),
            "f:1:1: error: found an object without \"scenario\", expected the key \"scenario\": a string of 1 to 200 "
            "characters\n"
            "   1 | {\"scenaro\": \"a.json\", \"seed\": \"x\",\n"
            "     | ^\n"
            "f:1:2: error: /scenaro: found unknown key \"scenaro\", expected one of \"scenario\", \"seed\", \"swarm\", "
            "\"workload\" or \"deviations\"; did you mean \"scenario\"?\n"
            "   1 | {\"scenaro\": \"a.json\", \"seed\": \"x\",\n"
            "     |  ^\n"
            "f:1:31: error: /seed: found \"x\", expected a whole number of 64 bits, in quotes\n"
            "   1 | {\"scenaro\": \"a.json\", \"seed\": \"x\",\n"
            "     |                               ^\n"
            "f:2:17: error: /deviations/0: found an object without \"answer\", expected the key \"answer\": a string "
            "of 1 to 64 "
            "characters\n"
            "   2 |  \"deviations\": [{\"actor\": \"flink\", \"choice\": \"restore\", \"occurrence\": 0}]}\n"
            "     |                 ^\n"
            "f:2:71: error: /deviations/0/occurrence: found 0, expected a whole number from 1 to 1000000000\n"
            "   2 |  \"deviations\": [{\"actor\": \"flink\", \"choice\": \"restore\", \"occurrence\": 0}]}\n"
            "     |                                                                       ^\n");
}

TEST(ScheduleFile, NamesThatTheScenarioDoesNotHavePointIntoTheSchedule) {
  EXPECT_EQ(
      problems_of_names("{\"scenario\": \"a.json\", \"deviations\": [\n"
                        "  {\"actor\": \"flink\", \"choice\": \"restroe\", \"answer\": \"1h\"},\n"
                        "  {\"actor\": \"flink\", \"choice\": \"failure\", \"answer\": \"fails\"}]}"),
      "f:2:32: error: /deviations/0/choice: found \"restroe\", expected a choice of flink: one of \"checkpoint\", "
      "\"commit\", "
      "\"failure\", \"restart\", \"savepoint\", \"restore\", \"restore-tail\", \"slow-restore\", \"deploy-offset\" or "
      "\"order\"; did you mean "
      "\"restore\"?\n"
      "   2 |   {\"actor\": \"flink\", \"choice\": \"restroe\", \"answer\": \"1h\"},\n"
      "     |                                ^\n"
      "f:3:53: error: /deviations/1/answer: found \"fails\", expected one of \"none\", \"fails before the checkpoint "
      "completes\" or \"fails between checkpoint and commit\"\n"
      "   3 |   {\"actor\": \"flink\", \"choice\": \"failure\", \"answer\": \"fails\"}]}\n"
      "     |                                                     ^\n");
}

TEST(ScheduleFile, ResolvesToWhatTheChooserLooksUp) {
  const std::string text = write_schedule(
      {"a.json", {.deviations = {{"flink", "restore", 3, "41m"}, {"kafka", "leader", 1, "leader lost"}}}});
  std::vector<Problem> found;
  const std::vector<sim::Deviation> resolved = resolve(good(text), text, models::questions({}), found);
  EXPECT_EQ(found, std::vector<Problem>{});
  EXPECT_EQ(resolved, (std::vector<sim::Deviation>{{models::id(models::Q::flink_restore), 2, sim::minutes(41).us},
                                                   {models::id(models::Q::kafka_leader), 0, 1}}));
}

TEST(ScheduleFile, AScenarioIsNoSchedule) {
  const ParsedSchedule parsed = parse_schedule(R"({"title": "t", "changes": []})");
  EXPECT_FALSE(parsed.saved);
  EXPECT_EQ(parsed.problems.size(), 3U);
}

}  // namespace
}  // namespace converge::scenarios
