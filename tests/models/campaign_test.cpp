// Campaigns of the pipeline: what is counted is what the single runs say, and a campaign that proves nothing says so.
#include "models/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kConfidence = 0.95;

struct Ran {
  sim::Tally tally;
  sim::CheckResult result;
};

Ran campaign(const Pipeline& model, const Sampling& sampling, std::uint64_t schedules, std::uint64_t seed = 7) {
  Ran ran;
  const sim::CampaignOptions options{.seed = seed, .schedules = schedules};
  sim::CampaignHooks hooks;
  hooks.run = [&](std::uint64_t each) { return sample(model, sampling, each); };
  ran.tally = sim::campaign(options, hooks).tally;
  ran.result = judge(model, sampling, options, ran.tally, kConfidence);
  return ran;
}

// The same schedules, one by one, as `run --seed` gives them.
std::vector<std::pair<Run, sim::RunResult>> single_runs(const Pipeline& model, const Sampling& sampling,
                                                        std::uint64_t schedules) {
  std::vector<std::pair<Run, sim::RunResult>> all;
  for (std::uint64_t i = 0; i < schedules; ++i) {
    sim::SampledChooser drawn{model.questions(), sim::schedule_seed(7, i), sampling.swarm};
    sim::ReplayedChooser chooser{drawn, sampling.given};
    Run run = models::run(model, chooser, Recording::on);
    sim::RunResult result = judge(model, run);
    all.emplace_back(std::move(run), std::move(result));
  }
  return all;
}

void expect_counts_of_single_runs(const PipelineConfig& config, const Sampling& sampling) {
  constexpr std::uint64_t schedules = 30;
  const Pipeline model{config};
  const sim::CheckResult r = campaign(model, sampling, schedules).result;
  std::map<std::string, std::uint64_t> faults;
  std::map<std::string, std::uint64_t> asked;
  std::map<std::string, std::uint64_t> finished;
  std::map<std::string, std::uint64_t> disagreed;
  std::map<std::string, std::uint64_t> broken;
  std::map<std::string, std::int64_t> least;
  std::uint64_t violated = 0;
  std::uint64_t never = 0;
  sim::Duration most{-1};
  for (const auto& [run, one] : single_runs(model, sampling, schedules)) {
    for (const sim::FaultCount& f : one.faults) faults[f.kind] += f.fired;
    for (const sim::Answered& a : run.record.answers)
      ++asked[model.questions()[a.question].actor + " " + model.questions()[a.question].kind];
    for (const sim::Phase& p : one.phases) {
      finished[p.name] += p.status == sim::Phase::Status::done ? 1 : 0;
      disagreed[p.name] += p.disagreed ? 1 : 0;
    }
    for (const sim::PropertyResult& p : one.properties) {
      broken[p.name] += p.holds ? 0 : 1;
      least[p.name] = least.count(p.name) == 0 ? p.margin : std::min(least[p.name], p.margin);
    }
    violated += one.outcome == sim::Outcome::violated ? 1 : 0;
    if (one.convergence) most = std::max(most, *one.convergence);
    never += one.convergence ? 0 : 1;
  }
  std::map<std::string, std::uint64_t> counted;
  for (const sim::FaultCount& f : r.faults) counted[f.kind] = f.fired;
  EXPECT_EQ(counted, faults);
  counted.clear();
  for (const sim::ChoiceCount& c : r.choices) counted[c.actor + " " + c.choice] = c.asked;
  EXPECT_EQ(counted, asked);
  EXPECT_EQ(r.phases.size(), finished.size());
  for (const sim::PhaseCount& p : r.phases) {
    EXPECT_EQ(p.finished, finished[p.name]) << p.name;
    EXPECT_EQ(p.disagreed, disagreed[p.name]) << p.name;
  }
  for (const sim::PropertyCount& p : r.properties) {
    EXPECT_EQ(p.violated, broken[p.worst.name]) << p.worst.name;
    EXPECT_EQ(p.worst.margin, least[p.worst.name]) << p.worst.name;
    sim::SampledChooser drawn{model.questions(), p.seed, sampling.swarm};
    sim::ReplayedChooser chooser{drawn, sampling.given};
    bool found = false;
    for (const sim::PropertyResult& again : judge(model, run(model, chooser, Recording::on)).properties)
      found = found || (again.name == p.worst.name && again.margin == p.worst.margin);
    EXPECT_TRUE(found) << "the seed of " << p.worst.name << " gives another margin";
  }
  EXPECT_EQ(r.schedules, schedules);
  EXPECT_EQ(r.violated_schedules, violated);
  EXPECT_EQ(r.never_converged, never);
  EXPECT_EQ(r.most.value_or(sim::Duration{-1}), most);
  EXPECT_EQ(r.outcome == sim::Outcome::violated, violated > 0);
}

TEST(Campaign, CountsWhatTheSingleRunsSay) { expect_counts_of_single_runs(support::faulty_rollout(), {}); }

TEST(Campaign, CountsWhatTheSingleRunsOfASwarmSay) {
  expect_counts_of_single_runs(support::faulty_rollout(), {.swarm = true});
}

TEST(Campaign, CountsWhatTheSingleRunsSayBesideWhatTheScenarioFixes) {
  expect_counts_of_single_runs(
      support::faulty_rollout(),
      {.given = {support::deviation(Q::flink_restore, 0, sim::hours(20)), support::deviation(Q::merge_failure, 3, 2)}});
}

TEST(Campaign, SaysWhichChoicesWereDrawnAndWhichHadOneAnswer) {
  const Pipeline model{support::faulty_rollout()};
  const sim::CheckResult r = campaign(model, {}, 4).result;
  using Answered = sim::ChoiceCount::Answered;
  std::map<std::string, Answered> answered;
  for (const sim::ChoiceCount& c : r.choices) answered[c.actor + " " + c.choice] = c.answered;
  EXPECT_EQ(answered.at("source change"), Answered::drawn);
  EXPECT_EQ(answered.at("flink restore"), Answered::drawn);
  EXPECT_EQ(answered.at("cdc crash"), Answered::drawn);
  EXPECT_EQ(answered.at("spark/merge duration"), Answered::fixed);
  EXPECT_EQ(answered.at("kafka leader"), Answered::fixed);
}

// ---- a campaign that proves nothing

std::vector<std::string> vacuous(const PipelineConfig& config, std::uint64_t schedules = 20) {
  const Pipeline model{config};
  const sim::CheckResult r = campaign(model, {}, schedules).result;
  EXPECT_EQ(r.outcome, r.vacuous_for.empty() ? sim::Outcome::converged : sim::Outcome::vacuous) << r.sentence;
  return r.vacuous_for;
}

TEST(Campaign, OfAQuietRolloutIsNotVacuous) { EXPECT_THAT(vacuous(support::rollout()), ElementsAre()); }

TEST(Campaign, AFaultThatNothingFacesMakesItVacuous) {
  PipelineConfig c = support::quiet();  // no change but the DDL: the connector has nothing to crash over
  c.changes.push_back(support::added_column("discount", sim::hours(12)));
  c.cdc.crash_ppm = 500'000;
  EXPECT_THAT(vacuous(c),
              ElementsAre("the fault cdc crash: crashes is declared, and nothing in any of these schedules faced it"));
}

TEST(Campaign, AFaultThatNeverStruckMakesItVacuousAndSaysHowManySchedulesWouldShowIt) {
  PipelineConfig c = support::rollout();
  c.control.push_loss_ppm = 1;  // asked once a schedule
  EXPECT_THAT(
      vacuous(c),
      ElementsAre("the fault control ddl-message: lost never struck: at its probability, one in 1000000 schedules "
                  "would show it"));
}

TEST(Campaign, AWindowThatClosesBeyondTheHorizonMakesItVacuous) {
  PipelineConfig c = support::rollout();
  c.sla = sim::days(30);
  EXPECT_THAT(vacuous(c), ElementsAre(HasSubstr("the window of discount closes beyond the horizon")));
}

TEST(Campaign, AChangeBeyondTheHorizonMakesItVacuous) {
  PipelineConfig c = support::rollout();
  c.changes[0].at = sim::days(9);
  EXPECT_THAT(vacuous(c), ElementsAre("the change of discount lies beyond the horizon"));
}

TEST(Campaign, AChangeThatNeverMakesLayersDifferMakesItVacuous) {
  PipelineConfig c = support::rollout();
  c.changes[0].announced = true;  // and nobody makes it
  c.control.steps = support::plan({StepKind::backfill});
  c.control.steps[0].after.emplace();
  EXPECT_THAT(vacuous(c), ElementsAre("the change of discount never made layers differ"));
}

TEST(Campaign, OneScheduleThatLeavesTheClaimOpenIsEnoughButNotOneInWhichNothingDiffered) {
  const Pipeline model{support::rollout()};
  sim::Tally t;
  sim::Summary s = sample(model, {}, 1);
  sim::add(t, 0, s);
  s.silences = {{"its window closes beyond the horizon", true}, {"nothing differed", false}};
  sim::add(t, 1, s);
  const sim::CheckResult r = judge(model, {}, {.seed = 7, .schedules = 2}, t, kConfidence);
  EXPECT_THAT(r.vacuous_for, ElementsAre("its window closes beyond the horizon in 1 of 2 schedules"));
}

TEST(Campaign, AViolationIsOneWhateverElseProvesNothing) {
  PipelineConfig c = support::faulty_rollout();
  c.control.push_loss_ppm = 1;
  const Pipeline model{c};
  const sim::CheckResult r =
      campaign(model, {.given = {support::deviation(Q::flink_restore, 0, sim::hours(30))}}, 5).result;
  EXPECT_EQ(r.outcome, sim::Outcome::violated);
  EXPECT_FALSE(r.vacuous_for.empty());
}

TEST(Campaign, WithoutASingleScheduleIsInconclusive) {
  const Pipeline model{support::rollout()};
  const sim::CheckResult r = judge(model, {}, {}, sim::Tally(), kConfidence);
  EXPECT_EQ(r.outcome, sim::Outcome::inconclusive);
  EXPECT_EQ(r.sentence, "No schedule ran.");
}

}  // namespace
}  // namespace converge::models
