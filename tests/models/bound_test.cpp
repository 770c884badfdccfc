// The analytic bound against the models: nothing that they do is later than the latest or sooner than the earliest, and
// what converges by then does not part again. And what has no bound says why.
#include "models/bound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "models/adversary.hpp"
#include "models/campaign.hpp"
#include "sim/worst.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/generators.hpp"

namespace converge::models {
namespace {

using sim::hours;
using sim::minutes;
using sim::seconds;
using testing::HasSubstr;

// The canonical rollout with time enough between two reads for the slowest merge.
PipelineConfig canonical() {
  PipelineConfig c = support::rollout();
  c.readers.freshness = hours(8);
  return c;
}

PipelineConfig faulty() {
  PipelineConfig c = support::faulty_rollout();
  c.readers.freshness = hours(9);
  c.horizon = sim::days(4);
  c.cdc.crash_ppm = 200;  // few enough of each that many schedules have three faults or fewer
  c.flink.failure_ppm = 300;
  c.merge.failure_ppm = 1'000;
  c.control.push_loss_ppm = 100'000;
  c.control.bad_code_ppm = 200'000;
  c.control.fix = {minutes(30), hours(1), hours(6)};
  c.backfill.failure_ppm = 100'000;
  c.kafka.leader_loss_ppm = 100;
  c.merge.duration = {minutes(1), minutes(6), minutes(40)};
  return c;
}

std::uint64_t faults_of(const Pipeline& model, const Run& run) {
  const std::vector<std::uint64_t> each = fired(model, run.record);
  return std::accumulate(each.begin(), each.end(), std::uint64_t{0});
}

// What is wrong with the bound, given this run; empty: nothing.
std::string complaint(const Pipeline& model, const Run& run, const sim::Bound& bound) {
  const sim::RunResult r = measure(model, run);
  if (r.convergence) {
    if (*r.convergence > bound.latest) return "later than the latest: " + text(*r.convergence);
    if (*r.convergence < bound.earliest) return "sooner than the earliest: " + text(*r.convergence);
    return {};
  }
  for (const ChangeConfig& change : model.config().changes) {
    if (change.at + bound.latest >= model.config().horizon) return {};
  }
  return "it never converged";
}

TEST(Bound, TheQuietPipelineIsKnownToTheMinute) {
  // Every duration is one exact figure: what is left are the race of ALTER TABLE, the barrier and the tail.
  const PipelineConfig c = canonical();
  const Pipeline model{c};
  sim::NominalChooser nominal{model.questions()};
  const sim::Duration took = *measure(model, models::run(model, nominal, Recording::on)).convergence;
  const BoundAnswer b = bound(c, 0);
  ASSERT_TRUE(b.bound) << b.why_not;
  EXPECT_LE(b.bound->earliest, took);
  EXPECT_LE(b.bound->usual, took + minutes(1));
  EXPECT_GE(b.bound->usual, took - minutes(1));
  EXPECT_GE(b.bound->latest, took);
  EXPECT_LE(b.bound->latest, took + minutes(40)) << "two merges, and one that the backfill waits for";
}

TEST(Bound, TheStepsTellWhichDecide) {
  const BoundAnswer b = bound(canonical(), 0);
  ASSERT_TRUE(b.bound);
  const auto step = [&](const std::string& name) {
    return *std::find_if(b.bound->steps.begin(), b.bound->steps.end(), [&](const auto& s) { return s.name == name; });
  };
  EXPECT_TRUE(step("review").critical);
  EXPECT_TRUE(step("backfill").critical);
  EXPECT_EQ(step("backfill").slack, sim::Duration{});
  EXPECT_FALSE(step("alter_base_table").critical);
  EXPECT_GT(*step("alter_base_table").slack, hours(4));
}

struct Refused {
  const char* because;
  void (*change)(PipelineConfig&);
};

TEST(Bound, WithoutABoundItSaysWhy) {
  using C = PipelineConfig;
  using K = StepKind;
  const std::vector<Refused> all{
      {"no change", [](C& c) { c.changes.clear(); }},
      {"unsupported or sensitive", [](C& c) { c.changes[0].sensitive = true; }},
      {"rows may be null in discount",
       [](C& c) {
         c.control.steps = support::plan({K::alter_cdc_table, K::alter_base_table, K::deploy_spark, K::deploy_flink});
       }},
      {"before deploy_flink",
       [](C& c) {
         c.control.steps =
             support::plan({K::alter_cdc_table, K::alter_base_table, K::deploy_spark, K::backfill, K::deploy_flink});
       }},
      {"takes a deploy back",
       [](C& c) {
         c.control.steps = canonical_plan();
         c.control.steps.push_back({.kind = K::rollback_spark});
       }},
      {"waits for a metric",
       [](C& c) {
         c.control.steps = canonical_plan();
         c.control.steps.back().when = Condition{};
       }},
      {"re-merge", [](C& c) { c.backfill.kind = BackfillConfig::Kind::remerge; }},
      {"from the DDL on", [](C& c) { c.backfill.watermark = BackfillConfig::Watermark::ddl; }},
      {"older than Flink's cut-over", [](C& c) { c.backfill.snapshot = BackfillConfig::Snapshot::last_backup; }},
      {"freshness objective of 20 min", [](C& c) { c.readers.freshness = minutes(20); }},
      {"no slot ever lets deploy_spark go",
       [](C& c) { c.control.deploy_spark.freezes = {sim::freeze_weekly({}, {})}; }},
      {"lose its race", [](C& c) { c.control.alter_attempts = 1; }},
      {"each of its attempts", [](C& c) { c.backfill.failure_ppm = 1, c.backfill.attempts = 1; }},
      {"compaction", [](C& c) { c.maintenance.compaction = true; }},
      {"Kafka", [](C& c) { c.kafka.retention = minutes(2); }},
      {"expired", [](C& c) { c.cdc_table.snapshot_expiry = minutes(30); }},
  };
  for (const Refused& each : all) {
    PipelineConfig c = canonical();
    each.change(c);
    const BoundAnswer b = bound(c, 1);
    EXPECT_FALSE(b.bound) << each.because;
    EXPECT_THAT(b.why_not, HasSubstr(each.because));
  }
}

TEST(Bound, AFaultMakesItLaterByItsOwnDelay) {
  PipelineConfig c = canonical();
  const sim::Duration without = bound(c, 1).bound->latest;
  c.backfill.failure_ppm = 1;
  EXPECT_EQ(bound(c, 0).bound->latest, without);
  EXPECT_EQ(bound(c, 1).bound->latest,
            without + c.backfill.duration.most + c.backfill.retry_delay + c.merge.duration.most);
  PipelineConfig bad = canonical();
  bad.control.bad_code_ppm = 1;  // caught in staging, mended, and staged again
  EXPECT_GE(bound(bad, 1).bound->latest, without + bad.control.fix.most);
  c.control.push_loss_ppm = 1;  // the pull is at midnight, and one fault strikes in one place: the later of the two
  EXPECT_EQ(bound(c, 1).bound->latest, without + hours(12) - c.control.push_delay.most);
}

TEST(Bound, AGivenAnswerIsAnOrdinaryOneOfTheWidenedConfig) {
  const Given g = with_given(
      canonical(), {support::deviation(Q::flink_restore, 1, hours(30)), support::deviation(Q::backfill_failure, 1, 1)});
  EXPECT_EQ(g.config.flink.restore, (sim::Window{minutes(4), hours(30), hours(30)}));
  EXPECT_EQ(g.config.backfill.failure_ppm, 1);
  EXPECT_EQ(g.forced, 1U);
}

void holds_over(const PipelineConfig& c, std::uint64_t seeds, std::uint64_t faults_most) {
  const Pipeline model{c};
  std::map<std::uint64_t, BoundAnswer> bounds;
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Run run = sampled(model, {}, seed);
    const std::uint64_t faults = faults_of(model, run);
    if (faults > faults_most) continue;
    const auto [place, fresh] = bounds.try_emplace(faults);
    if (fresh) place->second = bound(c, faults);
    if (!place->second.bound) continue;
    ++compared;
    ASSERT_EQ(complaint(model, run, *place->second.bound), "") << "seed " << seed << ", faults " << faults;
  }
  EXPECT_GT(compared, seeds / 4);
}

TEST(Bound, HoldsForSampledSchedulesWithoutFaults) { holds_over(canonical(), 100, 0); }

TEST(Bound, HoldsForSampledSchedulesWithFaults) { holds_over(faulty(), 200, 3); }

TEST(Bound, TheWorstThatASearchFindsStaysWithinIt) {
  for (std::uint64_t faults = 0; faults <= 2; ++faults) {
    const PipelineConfig c = faulty();
    const Pipeline model{c};
    const sim::Worst worst = sim::worst(
        model.questions(), [&](sim::Chooser& chooser) { return attempt(model, model, chooser, "converged"); },
        {.tries = 200, .faults_most = static_cast<unsigned>(faults)});
    sim::NominalChooser nominal{model.questions()};
    sim::ReplayedChooser chooser{nominal, worst.deviations};
    const models::Run run = models::run(model, chooser, Recording::on);
    const BoundAnswer b = bound(c, faults);
    ASSERT_TRUE(b.bound) << b.why_not;
    ASSERT_EQ(complaint(model, run, *b.bound), "") << faults;
    const sim::RunResult r = measure(model, run);
    ASSERT_TRUE(r.convergence) << faults;
    EXPECT_LE(b.bound->latest.us, r.convergence->us * 2) << faults << ": the bound is silly";
    RecordProperty("worst_" + std::to_string(faults), text(*r.convergence));
    RecordProperty("bound_" + std::to_string(faults), text(b.bound->latest));
  }
}

// ---- random pipelines

// Of those that can be bounded there would be few: the objective and the merge leave room, and the plan is often good.
support::Case drawn() {
  support::Case drawn = *support::any_case();
  auto& settings = drawn.scenario.settings;
  settings.push_back(support::setting("readers.freshness", 3));
  settings.push_back(support::setting("horizon", 3));
  if (*support::among(4) != 0) drawn.scenario.plan = {};
  if (*support::among(3) != 0) drawn.scenario.changes.resize(1);
  drawn.deviations.clear();
  return drawn;
}

TEST(Bound, HoldsForRandomPipelinesAndSchedules) {
  int bounded = 0;
  int all = 0;
  const bool good = rc::check("the bound holds", [&] {
    const support::Case c = drawn();
    const PipelineConfig config = c.config();
    ++all;
    if (!bound(config, 3, BoundSteps::off).bound && !bound(config, 0, BoundSteps::off).bound) return;
    const Pipeline model{config};
    for (std::uint64_t more = 0; more < 3; ++more) {
      const models::Run run = sampled(model, {}, c.seed + more);
      const std::uint64_t faults = faults_of(model, run);
      if (faults > 4) continue;
      const BoundAnswer b = bound(config, faults, BoundSteps::off);
      if (!b.bound) continue;
      ++bounded;
      const std::string wrong = complaint(model, run, *b.bound);
      if (wrong.empty()) continue;
      std::ostringstream case_text;
      showValue(c, case_text);
      RC_FAIL(wrong + ", bound " + text(b.bound->earliest) + " to " + text(b.bound->latest) + ", faults " +
              std::to_string(faults) + ", seed " + std::to_string(c.seed + more) + case_text.str());
    }
  });
  EXPECT_TRUE(good);
  EXPECT_GT(bounded, all / 10) << "few of these cases have a bound, so little is tested";
  RecordProperty("bounded", bounded);
}

}  // namespace
}  // namespace converge::models
