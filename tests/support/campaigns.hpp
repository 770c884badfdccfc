// Answers of campaigns, made by hand for the tests of reports: one of each kind, and one that attacks whoever shows it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sim/verdict.hpp"

namespace converge::support {

inline sim::PropertyCount property_count(std::string name, std::string claim, sim::PropertyResult::Kind kind,
                                         sim::PropertyResult::Unit unit, std::int64_t margin, std::uint64_t violated,
                                         sim::Probability probability, std::string detail = "") {
  return {{std::move(name), std::move(claim), kind, violated == 0, margin, unit, std::move(detail)},
          violated,
          4'711,
          13'835'058'055'282'163'712U,
          probability};
}

// Ten thousand schedules, and every one within the window.
inline sim::CheckResult converged_campaign() {
  using Kind = sim::PropertyResult::Kind;
  using Unit = sim::PropertyResult::Unit;
  const sim::Probability none{0, 0, 0.00036881, 0.95};
  sim::CheckResult r;
  r.command = "check";
  r.file = "scenarios/add-column-three-phase.json";
  r.title = "A nullable column in three phases: tables, then Spark, then Flink";
  r.fingerprint = 0x1f2e3d4c5b6a7988;
  r.outcome = sim::Outcome::converged;
  r.strength = "10,000 sampled schedules; with 95 % confidence fewer than 0.037 % of all miss the window.";
  r.sentence = "Converged in all of 10,000 schedules, at most 19 h 5 min after the change.";
  r.sla = sim::days(1);
  r.horizon = sim::days(10);
  r.seed = 1;
  r.schedules = r.wanted = 10'000;
  r.violation = r.miss = none;
  r.p50 = sim::hours(14) + sim::minutes(2);
  r.p90 = sim::hours(16);
  r.p99 = sim::hours(18);
  r.p999 = sim::hours(18) + sim::minutes(40);
  r.most = sim::hours(19) + sim::minutes(5) + sim::microseconds(1);
  r.properties = {
      property_count("converged", "Schema, code and data agree again within 1 d of the change, and stay so.",
                     Kind::liveness, Unit::duration, (sim::hours(4) + sim::minutes(55)).us - 1, 0, none),
      property_count("no-row-lost", "No change is lost on its way from the source to the base table.", Kind::safety,
                     Unit::changes, 0, 0, none)};
  r.faults = {{"flink crash: crashes", true, 12'345}, {"spark/merge failure: fails before its commit", true, 1}};
  r.choices = {{"cdc", "poll", sim::ChoiceCount::Answered::drawn, 240'000},
               {"flink", "restore", sim::ChoiceCount::Answered::drawn, 22'345},
               {"flink", "checkpoint", sim::ChoiceCount::Answered::drawn, 9'600'000},
               {"control", "review", sim::ChoiceCount::Answered::fixed, 10'000}};
  r.phases = {{"generate", 10'000, 10'000}, {"deploy_flink", 10'000, 10'000}, {"backfill", 10'000, 9'998}};
  return r;
}

// Two properties are violated; one story is minimal, the other was not shrunk to its end.
inline sim::CheckResult violated_campaign() {
  using Kind = sim::PropertyResult::Kind;
  using Unit = sim::PropertyResult::Unit;
  sim::CheckResult r = converged_campaign();
  r.file = "scenarios/flink-down-past-retention.json";
  r.title = "Flink down for longer than Kafka's retention";
  r.outcome = sim::Outcome::violated;
  r.strength = "10,000 sampled schedules; with 95 % confidence between 1.84 % and 2.43 % of all violate a property.";
  r.sentence = "Violated in 212 of 10,000 schedules: converged in 37, no-row-lost in 190.";
  r.swarm = true;
  r.violated_schedules = 212;
  r.violation = {0.0212, 0.0184627, 0.0242127, 0.95};
  r.missed_schedules = 37;
  r.miss = {0.0037, 0.0026067, 0.0050961, 0.95};
  r.p99 = sim::hours(23);
  r.p999 = sim::hours(35) + sim::minutes(10);
  r.most.reset();
  r.never_converged = 3;
  r.properties[0].worst.holds = false;
  r.properties[0].worst.margin = (sim::hours(9) - sim::days(9)).us;
  r.properties[0].worst.detail = "still apart at the end of the run";
  r.properties[0].violated = 37;
  r.properties[0].probability = r.miss;
  r.properties[1].worst.holds = false;
  r.properties[1].worst.margin = -106;
  r.properties[1].worst.detail =
      "0 never reached Kafka, 106 never reached the CDC table, 0 passed over by the merge's watermark";
  r.properties[1].violated = 190;
  r.properties[1].probability = {0.019, 0.0164094, 0.0218733, 0.95};
  r.properties.push_back(property_count("readable", "No reader meets a schema or a value that it cannot read.",
                                        Kind::safety, Unit::reads, 0, 0, {0, 0, 0.00036881, 0.95}));
  r.faults.push_back({"kafka leader: is lost", true, 0});
  r.phases.back() = {"backfill", 9'997, 9'996};
  r.choices.push_back({"kafka", "leader", sim::ChoiceCount::Answered::drawn, 0});
  const sim::Instant deploy = sim::Instant{} + sim::hours(14) + sim::minutes(5);
  r.counterexamples = {{.property = "no-row-lost",
                        .deviations = {{"flink", "restore", 1, "4 min", "30 h",
                                        "flink: restore 1 took 30 h (usual 4 min)", false, deploy},
                                       {"spark/merge", "failure", 7, "succeeds", "fails before its commit",
                                        "spark/merge: run 7 failed before its commit", true, deploy + sim::hours(20)}},
                        .sentence = "Violated: no-row-lost; the layers converged after 1 d 18 h.",
                        .detail = "106 never reached the CDC table",
                        .minimal = true,
                        .tries = 87,
                        .from = 41,
                        .schedule = 12,
                        .seed = 9'876'543'210,
                        .file = "flink-down-past-retention.no-row-lost.schedule.json",
                        .replay = "converge replay flink-down-past-retention.no-row-lost.schedule.json"},
                       {.property = "converged",
                        .deviations = {{"flink", "restore", 1, "4 min", "61 h",
                                        "flink: restore 1 took 2 d 13 h (usual 4 min)", false, deploy}},
                        .workload = 77,
                        .sentence = "Violated: converged; the layers converged after 3 d 1 h.",
                        .minimal = false,
                        .tries = 1,
                        .from = 1,
                        .schedule = 300,
                        .seed = 18,
                        .replay = "converge replay --scenario 'scenarios/flink-down past retention.json' "
                                  "flink-down-past-retention.converged.schedule.json"}};
  return r;
}

// The change was never visible.
inline sim::CheckResult vacuous_campaign() {
  sim::CheckResult r = converged_campaign();
  r.outcome = sim::Outcome::vacuous;
  r.sentence = "These schedules say nothing about the claim: the fault \"kafka leader: is lost\" never fired.";
  r.vacuous_for = {"the fault \"kafka leader: is lost\" never fired", "no layer ever disagreed"};
  r.faults = {{"kafka leader: is lost", true, 0}};
  r.phases = {{"backfill", 10'000, 0}};
  return r;
}

// Interrupted before it could say anything.
inline sim::CheckResult interrupted_campaign() {
  sim::CheckResult r = converged_campaign();
  r.outcome = sim::Outcome::inconclusive;
  r.sentence = "No verdict: interrupted.";
  r.strength = "no schedule";
  r.ended = sim::CheckResult::Ended::interrupted;
  r.schedules = 0;
  r.violation = r.miss = {};
  r.p50 = r.p90 = r.p99 = r.p999 = r.most = {};
  r.properties.clear();
  r.faults.clear();
  r.phases.clear();
  r.choices.clear();
  return r;
}

// Sampling sees nothing, splitting does; and it stopped when it was sure.
inline sim::CheckResult rare_campaign() {
  sim::CheckResult r = converged_campaign();
  r.schedules = 3'000;
  r.wanted = 0;
  r.ended = sim::CheckResult::Ended::sure;
  r.sure = sim::CheckResult::Sure::below;
  r.sure_of = 0.00125;
  r.rare = {3.2e-7, 1.1e-7, 9.3e-7, 0.95, 123'456, 20, 3};
  r.schedules_per_s = 6'172.8395;
  r.expected = true;
  r.unmet = {"the verdict is converged; violated was expected"};
  return r;
}

// Extremes of every number, and text that attacks the terminal, the document and the reader.
inline sim::CheckResult hostile_campaign() {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::string every = "]]></failure><!--\"'&amp;";
  for (char c = 0; c < 0x20; ++c) every += c;
  every += "\x7f \u009b31m \u202egnp \ufffe\uffff \xff\xc3 \xed\xa0\x80 \u6f22\u5b57";
  const std::string long_word(1'000, 'w');
  sim::CheckResult r = violated_campaign();
  r.command = r.title = r.file = every;
  r.sentence = r.strength = every + long_word;
  r.vacuous_for = {every, long_word};
  r.sla = r.horizon = sim::Duration{std::numeric_limits<std::int64_t>::max()};
  r.schedules = r.wanted = r.violated_schedules = r.missed_schedules = r.never_converged = r.seed = most;
  r.ended = sim::CheckResult::Ended::time_limit;
  r.violation = {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(),
                 std::numeric_limits<double>::infinity(), 0.9999999999};
  r.miss = {1 - 1e-10, std::numeric_limits<double>::denorm_min(), 1 - 1e-10, 1e-300};
  r.p50 = sim::Duration{least};
  r.p90 = sim::Duration{std::numeric_limits<std::int64_t>::max()};
  for (sim::PropertyCount& p : r.properties) {
    p.worst.margin = least;
    p.worst.name = p.worst.claim = p.worst.detail = every + long_word;
    p.violated = p.schedule = p.seed = most;
    p.probability = r.miss;
  }
  r.faults = {{every + long_word, false, most}};
  r.choices = {{every, long_word, sim::ChoiceCount::Answered::drawn, most}, {every, every, {}, 0}};
  r.phases = {{every, most, 0}, {long_word, 5, most - 1}};
  sim::Counterexample& c = r.counterexamples[0];
  c.property = c.sentence = c.detail = c.file = c.replay = every + long_word;
  c.tries = c.schedule = c.seed = most;
  c.from = std::numeric_limits<std::size_t>::max();
  c.workload = most;
  for (sim::DeviationText& d : c.deviations) d.text = d.actor = every + long_word, d.at = sim::Instant{least};
  c.deviations.resize(12, c.deviations[0]);
  r.sure = sim::CheckResult::Sure::not_yet;
  r.sure_of = 1e-310;
  r.rare = {1e-300, 1e-310, 1, 0.123456789, most, most, most};
  r.schedules_per_s = 1e300;
  r.expected = true;
  r.unmet = {every, long_word};
  return r;
}

inline std::vector<sim::CheckResult> campaigns() {
  return {{},
          converged_campaign(),
          violated_campaign(),
          vacuous_campaign(),
          interrupted_campaign(),
          rare_campaign(),
          hostile_campaign()};
}

}  // namespace converge::support
