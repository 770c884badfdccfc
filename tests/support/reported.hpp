// Results with all that a report shows beside them, made by hand: a rollout of eight steps, the usual run and a bad
// one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/evidence.hpp"
#include "tests/support/campaigns.hpp"
#include "tests/support/orderings.hpp"

namespace converge::support {

inline sim::Instant at_hour(std::int64_t h, std::int64_t m = 0) {
  return sim::Instant{} + sim::hours(h) + sim::minutes(m);
}

inline sim::PlanGraph some_plan() {
  const auto step = [](std::string name, std::uint8_t stage, sim::Window takes, bool critical,
                       std::optional<sim::Duration> slack = {}) {
    return sim::PlanGraph::Step{std::move(name), stage, takes, critical, slack};
  };
  sim::PlanGraph plan;
  plan.steps = {
      step("detect", 0, {sim::minutes(1), sim::minutes(2), sim::minutes(5)}, true, sim::Duration{}),
      step("generate", 0, sim::exactly(sim::minutes(2)), true, sim::Duration{}),
      step("review", 0, {sim::hours(1), sim::hours(4), sim::hours(8)}, true, sim::Duration{}),
      step("alter_cdc_table", 1, sim::exactly(sim::milliseconds(600)), false, sim::hours(4)),
      step("alter_base_table", 1, sim::exactly(sim::milliseconds(600)), false, sim::hours(4)),
      step("deploy_spark", 2, {sim::minutes(5), sim::minutes(10), sim::minutes(20)}, true, sim::Duration{}),
      step("deploy_flink", 2, {sim::minutes(3), sim::minutes(5), sim::hours(1)}, true, sim::Duration{}),
      step("backfill", 3, {sim::hours(1), sim::hours(2), sim::hours(6)}, true, sim::Duration{}),
  };
  const auto edge = [&](std::size_t before, std::size_t after, bool given, bool necessary) {
    plan.edges.push_back({.before = before, .after = after, .given = given, .necessary = necessary});
    if (!necessary) return;
    plan.edges.back().needed_for = sim::Grade::convergence;
    plan.edges.back().because = "Merges of build 0 wrote 8 tracked rows without discount.";
  };
  edge(0, 1, true, false);
  edge(1, 2, true, false);
  edge(0, 3, true, false);
  edge(0, 4, true, false);
  edge(2, 5, true, false);
  edge(3, 6, true, true);
  edge(4, 5, true, false);
  edge(5, 6, true, true);
  edge(6, 7, false, true);
  return plan;
}

// A run whose restore took so long; none: the usual one.
inline sim::RunResult some_run(sim::Duration restore) {
  using Status = sim::Phase::Status;
  sim::RunResult r;
  r.command = "run";
  r.file = "scenarios/flink-down-past-retention.json";
  r.title = "Flink down for longer than Kafka's retention";
  r.fingerprint = 0x1f2e3d4c5b6a7988;
  r.sla = sim::days(1);
  r.horizon = sim::days(4);
  r.changed = at_hour(9);
  const sim::Instant back = at_hour(14, 5) + sim::minutes(5) + restore;
  r.convergence = back + sim::hours(2) - *r.changed;
  r.margin = r.sla - *r.convergence;
  r.outcome = r.margin->us >= 0 ? sim::Outcome::converged : sim::Outcome::violated;
  r.strength = "one schedule, the nominal one";
  r.sentence = r.margin->us >= 0 ? "Converged " + sim::text(*r.convergence) + " after the change."
                                 : "Violated: converged; the layers converged after " + sim::text(*r.convergence) + ".";
  r.events = 7'761;
  r.trace_hash = 0x14d655c7e0743a2f;
  r.properties = {
      {"converged", "Schema, code and data agree again within 1 d.", sim::PropertyResult::Kind::liveness,
       r.margin->us >= 0, r.margin->us, sim::PropertyResult::Unit::duration, "took " + sim::text(*r.convergence)},
      {"no-row-lost", "No change is lost.", sim::PropertyResult::Kind::safety, restore.us == 0,
       restore.us == 0 ? 0 : -106, sim::PropertyResult::Unit::changes, "106 never reached the CDC table"},
      {"fresh", "No read is staler than 3 h.", sim::PropertyResult::Kind::availability, true, sim::minutes(51).us,
       sim::PropertyResult::Unit::duration, "worst 2 h 8 min"}};
  r.phases = {
      {"detect", 0, Status::done, at_hour(9), at_hour(9), at_hour(9, 2), true},
      {"generate", 0, Status::done, at_hour(9, 2), at_hour(9, 2), at_hour(9, 4), true},
      {"review", 0, Status::done, at_hour(9, 4), at_hour(9, 4), at_hour(13, 4), true},
      {"alter_cdc_table", 1, Status::done, at_hour(9, 2), at_hour(9, 2), at_hour(9, 3), true},
      {"alter_base_table", 1, Status::done, at_hour(9, 2), at_hour(9, 2), at_hour(9, 3), true},
      {"deploy_spark", 2, Status::done, at_hour(13, 4), at_hour(13, 34), at_hour(13, 44), true},
      {"deploy_flink", 2, Status::done, at_hour(13, 44), at_hour(14, 5), back, true},
      {"backfill", 3, Status::done, back, back, back + sim::hours(2), true},
  };
  r.schema = {{at_hour(9), 2}, {at_hour(9, 2), 1}, {at_hour(9, 3), 0}};
  r.code = {{at_hour(9), 2}, {at_hour(13, 44), 1}, {back, 0}};
  for (std::int64_t i = 0; at_hour(9, 51) + sim::minutes(15) * i < back; ++i) {
    r.data.push_back({at_hour(9, 51) + sim::minutes(15) * i, 69'444 * (i + 1)});
  }
  r.data.push_back({back + sim::hours(2), 0});
  r.reads = 288;
  r.changes = 857;
  r.merges_committed = 264;
  r.flink_down = restore + sim::minutes(5);
  if (restore.us > 0) {
    r.deviations = {
        {"flink", "restore", 1, "4 min", "30 h", "flink: restore 1 took 30 h (usual 4 min)", true, at_hour(14, 5)}};
    r.changes_lost = 106;
  }
  r.story = {{at_hour(9), "source", "DDL: column discount changes, at log position 65"},
             {at_hour(9, 2), "control", "discount detected by push"},
             {at_hour(9, 2), "cdc-table", "altered for discount: schema 1"},
             {at_hour(13, 44), "spark/merge", "build 1 is live from the next run on"},
             {at_hour(14, 5), "flink", "stops with savepoint: build 0 -> 1"},
             {back, "flink", "runs again from its savepoint"},
             {back + sim::hours(2), "monitor", "divergence: schema 0 layers, code 0 jobs, data 0 rows"}};
  return r;
}

inline std::vector<sim::Gauge> some_gauges() {
  using Unit = sim::Gauge::Unit;
  return {{"kafka", "end offset", Unit::count, {}},
          {"flink", "state", Unit::word, {"runs", "is down"}},
          {"flink", "build", Unit::version, {}},
          {"flink", "lag", Unit::count, {}},
          {"base table", "rows null", Unit::rows, {}},
          {"base table", "snapshots", Unit::count, {}},
          {"spark/merge", "watermark age", Unit::duration, {}}};
}

inline sim::Playback some_playback(std::string label, sim::RunResult run) {
  using Kind = sim::Lane::Span::Kind;
  sim::Playback p;
  p.label = std::move(label);
  const sim::Instant down = at_hour(14, 5);
  const sim::Instant back = *run.phases[6].finished;
  sim::Lane spark{.actor = "spark/merge"};
  for (std::int64_t i = 0; i < 120; ++i) {
    spark.spans.push_back({at_hour(6) + sim::minutes(15) * i, at_hour(6, 6) + sim::minutes(15) * i, Kind::works,
                           "merge " + std::to_string(i + 1)});
  }
  spark.marks = {{at_hour(20), "run 57 failed before its commit", true, true}, {at_hour(13, 44), "build 1 is live"}};
  sim::Lane flink{.actor = "flink"};
  flink.spans = {{at_hour(0), down, Kind::works, "reads"},
                 {down, down + sim::minutes(5), Kind::deploys, "stops with a savepoint"},
                 {down + sim::minutes(5), back, Kind::stands, "restores"},
                 {back, at_hour(96), Kind::works, "reads"}};
  flink.marks = {{down, "restore 1 takes long", !run.deviations.empty(), false}};
  p.lanes = {{.actor = "source", .marks = {{at_hour(9), "DDL: column discount changes"}}}, flink, spark};
  for (std::int64_t i = 0; i < 200; ++i) {
    const sim::Instant t = sim::Instant{} + sim::minutes(30) * i;
    const bool is_down = t >= down && t < back;
    const std::int64_t lag = is_down ? (t - down).us / sim::minutes(1).us : 0;
    p.frames.push_back(
        {t,
         {40 * i, is_down ? 1 : 0, t < back ? 0 : 1, lag, t > at_hour(9, 51) && t < back ? 69'444 * i : 0, i / 2,
          (sim::minutes(15) + sim::microseconds(lag * 1'000'000)).us}});
  }
  p.run = std::move(run);
  p.replay = "converge replay flink-down-past-retention.no-row-lost.schedule.json";
  return p;
}

inline sim::Evidence some_evidence() {
  sim::Evidence e;
  e.made_by = "converge 0.1.0";
  e.plan = some_plan();
  e.gauges = some_gauges();
  e.playbacks = {some_playback("The usual run", some_run({})),
                 some_playback("Counterexample: no-row-lost", some_run(sim::hours(30)))};
  e.playbacks[1].property = "no-row-lost";
  sim::PointOfNoReturn& point = e.playbacks[1].point.emplace();
  point.property = "no-row-lost";
  point.at = at_hour(14, 5);
  point.answers = e.playbacks[1].run.deviations;
  point.story = {e.playbacks[1].run.story[4]};
  point.before = {0.02, 0.01, 0.05, 0.95};
  point.after = {1, 0.97, 1, 0.95};
  point.continuations = 200;
  e.assumed = {{"Kafka topic",
                "offsets, retention by time, the leader's loss",
                "partitions, compaction",
                {"https://kafka.apache.org/documentation/", "docs/facts/kafka-flink-cdc.md"}},
               {"Flink job",
                "checkpoints, savepoints, restore",
                "parallelism, back-pressure",
                {"https://nightlies.apache.org/flink/flink-docs-release-1.20/"}}};
  return e;
}

inline sim::Reported reported_run() { return {"", some_run({}), some_evidence()}; }

inline sim::Reported reported_campaign() {
  sim::CheckResult r = violated_campaign();
  for (std::int64_t i = 0; i < 60; ++i) {
    const auto off = static_cast<std::uint64_t>((i - 24) * (i - 24));
    if (off < 900) r.convergence.push_back({sim::minutes(20 * i + 360), 900 - off});
  }
  r.convergence.push_back({sim::hours(35), 40});
  for (std::int64_t i = 0; i < 140; ++i) {
    const sim::Instant t = at_hour(9) + sim::minutes(30) * i;
    const std::int64_t rise = std::min<std::int64_t>(i, 40) * 90'000;
    r.schema_band.push_back({t, i < 2 ? 2 : 0, i < 3 ? 2 : 0, i < 4 ? 2 : 0, i < 6 ? 2 : 0});
    r.code_band.push_back({t, i < 10 ? 2 : 0, i < 20 ? 2 : 0, i < 30 ? 2 : 0, i < 90 ? 2 : 0});
    r.data_band.push_back({t, i < 14 ? rise / 2 : 0, i < 20 ? rise : 0, i < 34 ? rise * 2 : 0, i < 100 ? rise * 3 : 0});
  }
  r.scenario = "{\n  \"title\": \"Flink down\",\n  \"sla\": \"1d\"\n}\n";
  return {"flink-down.result.json", std::move(r), some_evidence()};
}

inline sim::Reported reported_orderings() {
  sim::Reported out{"", some_orderings(), {}};
  out.evidence.why_no_playback = "orders are not replayed";
  return out;
}

inline sim::Reported reported_exploration() {
  sim::ExploreResult r;
  r.command = "explore";
  r.title = "Every schedule of a small plan";
  r.file = "scenarios/small.json";
  r.outcome = sim::Outcome::converged;
  r.sentence = "Converged in every schedule within the bounds, at most 13 h after the change.";
  r.strength = "every one of 1,048,576 schedules within the bounds";
  r.sla = sim::days(1);
  r.horizon = sim::days(3);
  r.complete = true;
  r.schedules = 1'048'576;
  r.states = 4'711;
  r.transitions = 9'000;
  r.bounds.words = {"each duration at its least, usual and most", "at most 1 fault"};
  r.worst_convergence = sim::hours(13);
  r.worst_schedule = some_run(sim::hours(3)).deviations;
  r.properties = some_run({}).properties;
  r.faults = {{"flink crash: crashes", true, 12}};
  r.odds = sim::ExploreResult::Odds{.best = 0.001, .worst = 0.02, .adversarial = {"flink (order)"}};
  r.odds->quantiles = {{0.5, sim::hours(7)}, {0.99, sim::hours(12)}, {0.9999, std::nullopt}};
  return {"", std::move(r), some_evidence()};
}

inline sim::Reported reported_advice() {
  sim::AdviseResult r{.command = "advise",
                      .file = "scenarios/plan.json",
                      .title = "A plan that does not fit",
                      .outcome = sim::Outcome::violated,
                      .strength = "an upper bound over every schedule with at most 1 fault",
                      .sentence = "Does not fit: agreement may come 30 h after the change.",
                      .sla = sim::hours(24)};
  r.faults = 1;
  r.bound = sim::Bound{.earliest = sim::minutes(31), .usual = sim::hours(7), .latest = sim::hours(30)};
  r.bound->steps = {{.name = "review", .takes = {sim::hours(1), sim::hours(4), sim::hours(8)}, .critical = true},
                    {.name = "backfill",
                     .takes = {sim::hours(1), sim::hours(2), sim::hours(6)},
                     .waits_most = sim::hours(2),
                     .slack = sim::hours(1)}};
  r.worst = sim::hours(30);
  r.sensitivity = {{.turn = {"control.review", false, sim::hours(8), sim::hours(4)},
                    .usual = sim::hours(-2),
                    .latest = sim::hours(-4)}};
  r.one_at_a_time = {{.kind = sim::Advice::Kind::fits_at,
                      .turns = {{"control.review", false, sim::hours(8), sim::hours(2)}},
                      .latest = sim::hours(23),
                      .confirmed_by = "the bound"}};
  return {"", std::move(r), {.plan = some_plan()}};
}

// Text that attacks whoever shows it, in every place, and the extremes of every number.
inline sim::Reported hostile_reported() {
  const std::string attack =
      "</script></title></style><script>alert(1)</script><!--\"'`&amp;]]>\\u003c\x1b[31m\n\xff\xe2\x80\xae";
  sim::CheckResult r = hostile_campaign();
  r.title = r.sentence = r.strength = r.scenario = r.file = attack;
  r.counterexamples[0].property = attack;
  r.counterexamples[0].replay = attack;
  r.convergence = {
      {sim::Duration{std::numeric_limits<std::int64_t>::min()}, 1},
      {sim::Duration{std::numeric_limits<std::int64_t>::max()}, std::numeric_limits<std::uint64_t>::max()}};
  r.data_band = {{sim::Instant{std::numeric_limits<std::int64_t>::min()}, std::numeric_limits<std::int64_t>::min(), 0,
                  1, std::numeric_limits<std::int64_t>::max()},
                 {sim::never, 1, 2, 3, 4}};
  sim::Evidence e = some_evidence();
  e.made_by = e.why_no_playback = attack;
  for (auto& step : e.plan.steps) step.name = attack + step.name;
  for (auto& edge : e.plan.edges) edge.because = attack;
  e.plan.edges.push_back({.before = 7, .after = 0});
  e.plan.edges.push_back({.before = 3, .after = 3});
  e.plan.edges.push_back({.before = 99, .after = 0});
  for (auto& g : e.gauges) g.name = g.system = attack;
  e.gauges[1].words = {attack, attack + attack};
  for (auto& a : e.assumed) {
    a.model = a.keeps = a.leaves_out = attack;
    a.sources = {attack, "javascript:alert(1)", "https://example.org/\"onclick=\"alert(1)"};
  }
  for (auto& p : e.playbacks) {
    p.label = p.property = p.replay = attack;
    for (auto& phase : p.run.phases) phase.name = attack;
    for (auto& line : p.run.story) line.actor = line.text = attack;
    for (auto& lane : p.lanes) {
      lane.actor = attack;
      for (auto& span : lane.spans) span.what = attack;
      for (auto& mark : lane.marks) mark.what = attack;
      lane.spans.push_back(
          {sim::Instant{std::numeric_limits<std::int64_t>::min()}, sim::never, sim::Lane::Span::Kind::works, attack});
      lane.marks.push_back({sim::never, attack, true, true});
    }
    p.run.phases[0].ready = sim::Instant{std::numeric_limits<std::int64_t>::min()};
    p.run.phases[7].finished = sim::never;
    p.frames.push_back({sim::never, {std::numeric_limits<std::int64_t>::min(), -1, 9, 3}});
  }
  return {attack, std::move(r), std::move(e)};
}

}  // namespace converge::support
