// The document for programs: exact text where order and digits matter, read back field by field elsewhere.
#include "reports/json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reports/json_document.hpp"

namespace converge::reports {
namespace {

using nlohmann::ordered_json;
using sim::Duration;
using sim::Instant;
using sim::Phase;
using sim::PropertyResult;
using sim::RunResult;

RunResult example() {
  RunResult r;
  r.command = "replay";
  r.file = "a.json";
  r.title = "Flink first";
  r.scenario = "{}";
  r.fingerprint = 0x1f;
  r.outcome = sim::Outcome::violated;
  r.strength = "One schedule.";
  r.sentence = "Too late.";
  r.vacuous_for = {"nothing changed"};
  r.sla = sim::hours(24);
  r.horizon = sim::days(3);
  r.changed = Instant{1'500'000};
  r.convergence = sim::hours(25) + sim::microseconds(1);
  r.margin = sim::hours(-1) - sim::microseconds(1);
  r.events = 7;
  r.trace_hash = 0xfedcba9876543210;
  r.properties = {{"in-time", "Within.", PropertyResult::Kind::liveness, false, -3'600'000'001,
                   PropertyResult::Unit::duration, "late"},
                  {"no-loss", "None.", PropertyResult::Kind::safety, true, 12, PropertyResult::Unit::rows, ""},
                  {"reads", "All.", PropertyResult::Kind::availability, true, 0, PropertyResult::Unit::reads, ""},
                  {"changes", "All.", PropertyResult::Kind::safety, true, 0, PropertyResult::Unit::changes, ""},
                  {"moved", "Once.", PropertyResult::Kind::reachability, false, -2, PropertyResult::Unit::version, ""},
                  {"jobs", "All.", PropertyResult::Kind::safety, true, 1, PropertyResult::Unit::jobs, ""},
                  {"layers", "All.", PropertyResult::Kind::safety, true, 1, PropertyResult::Unit::layers, ""},
                  {"count", "Few.", PropertyResult::Kind::safety, true, 3, PropertyResult::Unit::count, ""}};
  r.faults = {{"cdc crash", true, 2}};
  r.phases = {{"review", 0, Phase::Status::done, Instant{0}, Instant{100'000}, Instant{2'000'000}, true},
              {"backfill", 3, Phase::Status::not_reached, {}, {}, sim::never, false}};
  r.schema = {{Instant{0}, 2}, {Instant{250}, 0}};
  r.seed = std::numeric_limits<std::uint64_t>::max();
  r.deviations = {{"flink", "restore", 1, "4 min", "30 h", "flink: restore 1 took 30 h", true, Instant{5'000'000}}};
  r.schedule_file = R"({"scenario": "a.json", "deviations": []})";
  r.reads = 1;
  r.reads_failed = 2;
  r.nulls_worst = 3;
  r.stale_worst = 4;
  r.stalest = sim::seconds(5);
  r.diverged_at_end = 6;
  r.nulls_at_end = 7;
  r.merges_committed = 8;
  r.merges_stalled = 9;
  r.merges_lost = 10;
  r.flink_down = sim::seconds(11);
  r.changes = 12;
  r.changes_lost = 13;
  return r;
}

std::vector<std::string> keys(const ordered_json& object) {
  std::vector<std::string> out;
  for (const auto& item : object.items()) out.push_back(item.key());
  return out;
}

TEST(Json, KeepsItsPromiseFieldByField) {
  const ordered_json j = ordered_json::parse(json(example()));
  EXPECT_EQ(j.at("converge"), version());
  EXPECT_EQ(j.at("command"), "replay");
  EXPECT_EQ(j.at("scenario").at("file"), "a.json");
  EXPECT_EQ(j.at("scenario").at("title"), "Flink first");
  EXPECT_EQ(j.at("scenario").at("fingerprint"), "000000000000001f");
  EXPECT_EQ(j.at("scenario").at("text"), "{}");
  EXPECT_EQ(j.at("verdict"), "violated");
  EXPECT_EQ(j.at("strength"), "One schedule.");
  EXPECT_EQ(j.at("sentence"), "Too late.");
  EXPECT_EQ(j.at("vacuous_for"), ordered_json::array({"nothing changed"}));
  EXPECT_EQ(j.at("sla_s"), 86'400);
  EXPECT_EQ(j.at("horizon_s"), 259'200);
  EXPECT_EQ(j.at("changed_s"), 1.5);
  EXPECT_EQ(j.at("convergence_s"), 90'000.000001);
  EXPECT_EQ(j.at("margin_s"), -3'600.000001);
  EXPECT_EQ(j.at("events"), 7);
  EXPECT_EQ(j.at("trace_hash"), "fedcba9876543210");

  const ordered_json& late = j.at("properties").at(0);
  EXPECT_EQ(keys(late), (std::vector<std::string>{"name", "kind", "holds", "margin", "unit", "claim", "detail"}));
  EXPECT_EQ(late.at("name"), "in-time");
  EXPECT_EQ(late.at("kind"), "liveness");
  EXPECT_EQ(late.at("holds"), false);
  EXPECT_EQ(late.at("margin"), -3'600.000001);
  EXPECT_EQ(late.at("unit"), "seconds");
  EXPECT_EQ(late.at("claim"), "Within.");
  EXPECT_EQ(late.at("detail"), "late");
  EXPECT_EQ(j.at("properties").at(1).at("kind"), "safety");
  EXPECT_EQ(j.at("properties").at(1).at("margin"), 12);
  EXPECT_EQ(j.at("properties").at(1).at("unit"), "rows");
  EXPECT_EQ(j.at("properties").at(2).at("kind"), "availability");
  EXPECT_EQ(j.at("properties").at(2).at("unit"), "reads");
  EXPECT_EQ(j.at("properties").at(3).at("unit"), "changes");
  EXPECT_EQ(j.at("properties").at(4).at("kind"), "reachability");
  EXPECT_EQ(j.at("properties").at(4).at("unit"), "versions");
  EXPECT_EQ(j.at("properties").at(5).at("unit"), "jobs");
  EXPECT_EQ(j.at("properties").at(6).at("unit"), "layers");
  EXPECT_EQ(j.at("properties").at(7).at("unit"), "count");

  EXPECT_EQ(j.at("faults"), ordered_json::parse(R"([{"kind": "cdc crash", "declared": true, "fired": 2}])"));
  EXPECT_EQ(j.at("phases"), ordered_json::parse(R"([
    {"name": "review", "started_s": 0.1, "finished_s": 2, "ready_s": 0, "stage": "control", "status": "done",
     "disagreed": true},
    {"name": "backfill", "started_s": null, "finished_s": null, "ready_s": null, "stage": "data",
     "status": "not_reached", "disagreed": false}])"));
  EXPECT_EQ(j.at("divergence"), ordered_json::parse(R"({"schema": [[0, 2], [0.00025, 0]], "code": [], "data": []})"));
  EXPECT_EQ(j.at("schedule"), ordered_json::parse(R"({"seed": 18446744073709551615, "workload": null, "deviations": [
    {"actor": "flink", "choice": "restore", "occurrence": 1, "nominal": "4 min", "answer": "30 h",
     "text": "flink: restore 1 took 30 h", "fault": true, "at_s": 5}],
    "exact": {"scenario": "a.json", "deviations": []}})"));
  EXPECT_EQ(j.at("readers"), ordered_json::parse(R"({"reads": 1, "failed": 2, "worst_null_rows": 3,
    "worst_stale_rows": 4, "oldest_missing_change_s": 5, "null_rows_at_end": 7, "wrong_rows_at_end": 0, "diverged_rows_at_end": 6})"));
  EXPECT_EQ(j.at("cost"), ordered_json::parse(R"({"merges_committed": 8, "merges_stalled": 9, "merges_lost": 10,
    "flink_down_s": 11, "changes": 12, "changes_lost": 13})"));
}

TEST(Json, TellsThePointOfNoReturnWhenAsked) {
  sim::PointOfNoReturn point{.property = "no-row-lost",
                             .at = Instant{5'000'000},
                             .answers = example().deviations,
                             .before = {.estimate = 1.0 / 3, .low = 0.3, .high = 0.4, .confidence = 0.99},
                             .after = {.estimate = 1, .low = 0.99, .high = 1},
                             .continuations = 300};
  RunResult r = example();
  r.points = {point, {}};
  const ordered_json j = ordered_json::parse(json(r));
  EXPECT_EQ(j.at("points_of_no_return").size(), 2U);
  EXPECT_EQ(j.at("points_of_no_return").at(0),
            ordered_json::parse(R"({"property": "no-row-lost", "at_s": 5, "answers": [
    {"actor": "flink", "choice": "restore", "occurrence": 1, "nominal": "4 min", "answer": "30 h",
     "text": "flink: restore 1 took 30 h", "fault": true, "at_s": 5}],
    "before": {"estimate": 0.333333, "low": 0.3, "high": 0.4, "confidence": 0.99},
    "after": {"estimate": 1, "low": 0.99, "high": 1, "confidence": 0.95}, "continuations": 300, "from_the_start": false})"));
}

TEST(Json, HasAllItsKeysInOneOrderEvenWhenNothingHappened) {
  const ordered_json j = ordered_json::parse(json(RunResult{}));
  EXPECT_EQ(keys(j), (std::vector<std::string>{"converge",      "command",
                                               "scenario",      "verdict",
                                               "sentence",      "strength",
                                               "vacuous_for",   "sla_s",
                                               "horizon_s",     "changed_s",
                                               "convergence_s", "margin_s",
                                               "events",        "trace_hash",
                                               "properties",    "faults",
                                               "phases",        "divergence",
                                               "schedule",      "readers",
                                               "cost",          "points_of_no_return",
                                               "search"}));
  EXPECT_EQ(keys(j), keys(ordered_json::parse(json(example()))));
  EXPECT_EQ(j.at("verdict"), "inconclusive");
  EXPECT_TRUE(j.at("convergence_s").is_null());
  EXPECT_TRUE(j.at("margin_s").is_null());
  EXPECT_TRUE(j.at("changed_s").is_null());
  EXPECT_TRUE(j.at("schedule").at("seed").is_null());
  for (const char* list : {"properties", "faults", "phases", "vacuous_for", "points_of_no_return"}) {
    EXPECT_EQ(j.at(list), ordered_json::array()) << list;
  }
}

TEST(Json, LooksTheSameEveryTime) {
  RunResult r;
  r.title = "t";
  r.data = {{Instant{0}, 1}, {Instant{1'000'000}, 0}};
  r.phases = {{"review", 0, Phase::Status::done, {}, Instant{1}, {}, false}};
  const std::string text = json(r);
  EXPECT_TRUE(text.starts_with("{\n  \"converge\": \"" + version() + "\",\n  \"command\": \"\",\n  \"scenario\": {\n"));
  EXPECT_TRUE(text.ends_with("  },\n  \"points_of_no_return\": [],\n  \"search\": null\n}\n"));
  EXPECT_NE(text.find("  \"phases\": [\n"
                      "    {\n"
                      "      \"name\": \"review\",\n"
                      "      \"started_s\": 0.000001,\n"
                      "      \"finished_s\": null,\n"
                      "      \"ready_s\": null,\n"
                      "      \"stage\": \"control\",\n"
                      "      \"status\": \"done\",\n"
                      "      \"disagreed\": false\n"
                      "    }\n"
                      "  ],\n"
                      "  \"divergence\": {\n"
                      "    \"schema\": [],\n"
                      "    \"code\": [],\n"
                      "    \"data\": [[0, 1], [1, 0]]\n"
                      "  },\n"),
            std::string::npos)
      << text;
}

TEST(Json, KeepsEveryMicrosecondOfHugeTimes) {
  RunResult r;
  r.sla = Duration{std::numeric_limits<std::int64_t>::max()};
  r.horizon = Duration{std::numeric_limits<std::int64_t>::min()};
  r.stalest = sim::microseconds(-100'010);
  const std::string text = json(r);
  EXPECT_NE(text.find("\"sla_s\": 9223372036854.775807,"), std::string::npos);
  EXPECT_NE(text.find("\"horizon_s\": -9223372036854.775808,"), std::string::npos);
  EXPECT_NE(text.find("\"oldest_missing_change_s\": -0.10001,"), std::string::npos);
}

TEST(Json, DisarmsHostileTextAndReadsItBackUnchanged) {
  RunResult r;
  for (const std::string title :
       {"quote \" back \\ new\nline \x1b[2J \x7f", "c1 \u009b31m and \u202e bidi", "na\u00efve \u6f22 \U0001f600"}) {
    r.title = title;
    const std::string text = json(r);
    EXPECT_EQ(ordered_json::parse(text).at("scenario").at("title"), title);
    for (const char* harmful : {"\x1b", "\x7f", "\u009b", "\u202e"}) EXPECT_EQ(text.find(harmful), std::string::npos);
  }
  EXPECT_NE(json(r).find("na\u00efve \u6f22"), std::string::npos) << "what does no harm stays readable";
}

TEST(Json, ReplacesBrokenUtf8) {
  RunResult r;
  r.title = "broken \xff\xc3 bytes";
  r.vacuous_for = {"\xf0\x9f"};
  const ordered_json j = ordered_json::parse(json(r));
  EXPECT_EQ(j.at("scenario").at("title"), "broken \ufffd\ufffd bytes");
  EXPECT_EQ(j.at("vacuous_for").at(0), "\ufffd");
}

}  // namespace
}  // namespace converge::reports
