// The document of a campaign, read back field by field.
#include "reports/check_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reports/json_document.hpp"
#include "tests/support/campaigns.hpp"

namespace converge::reports {
namespace {

using nlohmann::ordered_json;

ordered_json parsed(const sim::CheckResult& r) { return ordered_json::parse(json(r)); }

std::vector<std::string> keys(const ordered_json& object) {
  std::vector<std::string> out;
  for (const auto& item : object.items()) out.push_back(item.key());
  return out;
}

TEST(CheckJson, KeepsItsPromiseFieldByField) {
  const ordered_json j = parsed(support::violated_campaign());
  EXPECT_EQ(j.at("converge"), version());
  EXPECT_EQ(j.at("command"), "check");
  EXPECT_EQ(j.at("scenario"), ordered_json::parse(R"({"file": "scenarios/flink-down-past-retention.json",
    "title": "Flink down for longer than Kafka's retention", "fingerprint": "1f2e3d4c5b6a7988", "text": ""})"));
  EXPECT_EQ(j.at("verdict"), "violated");
  EXPECT_EQ(j.at("sentence"), support::violated_campaign().sentence);
  EXPECT_EQ(j.at("strength"), support::violated_campaign().strength);
  EXPECT_EQ(j.at("vacuous_for"), ordered_json::array());
  EXPECT_EQ(j.at("sla_s"), 86'400);
  EXPECT_EQ(j.at("horizon_s"), 864'000);
  EXPECT_EQ(j.at("seed"), 1);
  EXPECT_EQ(j.at("swarm"), true);
  EXPECT_EQ(j.at("schedules"), 10'000);
  EXPECT_EQ(j.at("wanted"), 10'000);
  EXPECT_EQ(j.at("ended"), "all_ran");
  EXPECT_EQ(j.at("violated_schedules"), 212);
  EXPECT_EQ(j.at("violation_probability"),
            ordered_json::parse(R"({"estimate": 0.0212, "low": 0.0184627, "high": 0.0242127, "confidence": 0.95})"));
  EXPECT_EQ(j.at("missed_schedules"), 37);
  EXPECT_EQ(j.at("miss_probability"),
            ordered_json::parse(R"({"estimate": 0.0037, "low": 0.0026067, "high": 0.0050961, "confidence": 0.95})"));
  EXPECT_EQ(j.at("convergence_quantiles_s"),
            ordered_json::parse(R"({"p50": 50520, "p90": 57600, "p99": 82800, "p999": 126600, "max": null})"));
  EXPECT_EQ(j.at("never_converged"), 3);
  EXPECT_TRUE(j.at("schedules_per_s").is_null());
  EXPECT_EQ(j.at("properties").size(), 3U);
  EXPECT_EQ(j.at("properties").at(1), ordered_json::parse(R"({"name": "no-row-lost", "kind": "safety", "holds": false,
    "margin": -106, "unit": "changes", "claim": "No change is lost on its way from the source to the base table.",
    "detail":
      "0 never reached Kafka, 106 never reached the CDC table, 0 passed over by the merge's watermark",
    "violated": 190, "probability": {"estimate": 0.019, "low": 0.0164094, "high": 0.0218733, "confidence": 0.95},
    "schedule": 4711, "seed": 13835058055282163712})"));
  EXPECT_EQ(j.at("properties").at(0).at("margin"), -745'200) << "seconds, where the unit is a duration";
  EXPECT_EQ(j.at("properties").at(0).at("unit"), "seconds");
  EXPECT_EQ(j.at("properties").at(2).at("holds"), true);
  EXPECT_EQ(j.at("counterexamples"), ordered_json::parse(R"json([
    {"property": "no-row-lost", "deviations": [
      {"actor": "flink", "choice": "restore", "occurrence": 1, "nominal": "4 min", "answer": "30 h",
       "text": "flink: restore 1 took 30 h (usual 4 min)", "fault": false, "at_s": 50700},
      {"actor": "spark/merge", "choice": "failure", "occurrence": 7, "nominal": "succeeds",
       "answer": "fails before its commit", "text": "spark/merge: run 7 failed before its commit", "fault": true,
       "at_s": 122700}],
     "workload": null, "exact": null, "sentence": "Violated: no-row-lost; the layers converged after 1 d 18 h.",
     "detail": "106 never reached the CDC table", "trace_hash": "0000000000000000", "minimal": true, "fewest": false, "tries": 87, "from": 41, "schedule": 12,
     "seed": 9876543210, "file": "flink-down-past-retention.no-row-lost.schedule.json",
     "replay": "converge replay flink-down-past-retention.no-row-lost.schedule.json"},
    {"property": "converged", "deviations": [
      {"actor": "flink", "choice": "restore", "occurrence": 1, "nominal": "4 min", "answer": "61 h",
       "text": "flink: restore 1 took 2 d 13 h (usual 4 min)", "fault": false, "at_s": 50700}],
     "workload": 77, "exact": null, "sentence": "Violated: converged; the layers converged after 3 d 1 h.", "detail": "", "trace_hash": "0000000000000000",
     "minimal": false, "fewest": false, "tries": 1, "from": 1, "schedule": 300, "seed": 18, "file": null,
     "replay":
       "converge replay --scenario 'scenarios/flink-down past retention.json' flink-down-past-retention.converged.schedule.json"}
    ])json"));
  EXPECT_EQ(j.at("faults").at(2),
            ordered_json::parse(R"({"kind": "kafka leader: is lost", "declared": true, "fired": 0})"));
  EXPECT_EQ(j.at("phases").at(2), ordered_json::parse(R"({"name": "backfill", "finished": 9997, "disagreed": 9996})"));
  EXPECT_EQ(j.at("choices").at(3),
            ordered_json::parse(R"({"actor": "control", "choice": "review", "answered": "fixed", "asked": 10000})"));
  EXPECT_EQ(j.at("choices").at(4),
            ordered_json::parse(R"({"actor": "kafka", "choice": "leader", "answered": "drawn", "asked": 0})"));
  EXPECT_TRUE(j.at("sure").is_null());
  EXPECT_TRUE(j.at("rare").is_null());
  EXPECT_EQ(j.at("expect"), ordered_json::parse(R"({"asked": false, "unmet": []})"));
}

TEST(CheckJson, TellsWhatWasAskedForBesides) {
  const ordered_json j = parsed(support::rare_campaign());
  EXPECT_TRUE(j.at("wanted").is_null());
  EXPECT_EQ(j.at("ended"), "sure");
  EXPECT_EQ(j.at("schedules_per_s"), 6'172.84);
  EXPECT_EQ(j.at("sure"), ordered_json::parse(R"({"of": 0.00125, "answer": "below"})"));
  EXPECT_EQ(j.at("rare"), ordered_json::parse(R"({"estimate": 3.2e-07, "low": 1.1e-07, "high": 9.3e-07,
    "confidence": 0.95, "runs": 123456, "replicates": 20, "extinct": 3})"));
  EXPECT_EQ(j.at("expect"),
            ordered_json::parse(R"({"asked": true, "unmet": ["the verdict is converged; violated was expected"]})"));
  EXPECT_EQ(parsed(support::vacuous_campaign()).at("vacuous_for").size(), 2U);
  EXPECT_EQ(parsed(support::interrupted_campaign()).at("ended"), "interrupted");
  EXPECT_EQ(parsed(support::hostile_campaign()).at("ended"), "time_limit");
  EXPECT_EQ(parsed(support::hostile_campaign()).at("sure").at("answer"), "not_yet");
}

TEST(CheckJson, HasAllItsKeysInOneOrder) {
  const std::vector<std::string> all{"converge",
                                     "command",
                                     "scenario",
                                     "verdict",
                                     "sentence",
                                     "strength",
                                     "vacuous_for",
                                     "sla_s",
                                     "horizon_s",
                                     "seed",
                                     "swarm",
                                     "schedules",
                                     "wanted",
                                     "ended",
                                     "violated_schedules",
                                     "violation_probability",
                                     "missed_schedules",
                                     "miss_probability",
                                     "convergence_quantiles_s",
                                     "never_converged",
                                     "convergence_distribution_s",
                                     "divergence_bands",
                                     "schedules_per_s",
                                     "properties",
                                     "counterexamples",
                                     "faults",
                                     "phases",
                                     "choices",
                                     "sure",
                                     "rare",
                                     "expect"};
  for (const sim::CheckResult& r : support::campaigns()) EXPECT_EQ(keys(parsed(r)), all);
}

TEST(CheckJson, HasTheDistributionAndTheBandsInLists) {
  sim::CheckResult r;
  r.convergence = {{sim::hours(1), 3}, {sim::hours(2), 1}};
  r.data_band = {{sim::Instant{500'000}, 0, 8, 16, 17}};
  r.counterexamples = {{.property = "fresh", .schedule_file = R"({"scenario": "a.json", "deviations": []})"}};
  const ordered_json j = parsed(r);
  EXPECT_EQ(j.at("convergence_distribution_s"), ordered_json::parse("[[3600, 3], [7200, 1]]"));
  EXPECT_EQ(j.at("divergence_bands"),
            ordered_json::parse(R"({"schema": [], "code": [], "data": [[0.5, 0, 8, 16, 17]]})"));
  EXPECT_EQ(j.at("counterexamples").at(0).at("exact").at("scenario"), "a.json");
}

TEST(CheckJson, WritesNumbersInOneWay) {
  sim::CheckResult r;
  r.violation = {1.0 / 3, 0.1 + 0.2, 1e-12, 0.95};
  EXPECT_NE(json(r).find("  \"violation_probability\": {\n"
                         "    \"estimate\": 0.333333,\n"
                         "    \"low\": 0.3,\n"
                         "    \"high\": 1e-12,\n"
                         "    \"confidence\": 0.95\n"
                         "  },\n"),
            std::string::npos)
      << json(r);
  const ordered_json j = parsed(support::hostile_campaign());
  EXPECT_TRUE(j.at("violation_probability").at("estimate").is_null()) << "not a number";
  EXPECT_TRUE(j.at("violation_probability").at("high").is_null()) << "not finite";
}

TEST(CheckJson, DisarmsHostileText) {
  const std::string text = json(support::hostile_campaign());
  EXPECT_EQ(text.find_first_of("\x1b\x7f"), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
  const auto title = ordered_json::parse(text).at("scenario").at("title").get<std::string>();
  EXPECT_TRUE(title.starts_with(support::hostile_campaign().title.substr(0, 50))) << "and is read back unchanged";
}

}  // namespace
}  // namespace converge::reports
