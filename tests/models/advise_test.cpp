#include "models/advise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "models/bound.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using sim::Advice;
using sim::Duration;
using sim::hours;
using sim::minutes;
using testing::HasSubstr;

PipelineConfig canonical() {
  PipelineConfig c = support::rollout();
  c.readers.freshness = hours(8);
  c.control.review = {minutes(30), hours(4), hours(10)};
  c.backfill.duration = {minutes(10), minutes(30), hours(9)};
  return c;
}

Lever lever(const PipelineConfig& c, const std::string& name) {
  const std::vector<Lever> all = levers(c);
  return *std::find_if(all.begin(), all.end(), [&](const Lever& l) { return l.name == name; });
}

std::optional<Duration> latest_with(PipelineConfig c, const std::vector<sim::Turn>& turns) {
  for (const sim::Turn& t : turns) {
    if (t.to) lever(c, t.lever).turn(c, *t.to);
  }
  const BoundAnswer b = bound(c, 0, BoundSteps::off);
  return b.bound ? std::optional{b.bound->latest} : std::nullopt;
}

const Advice& on(const std::vector<Advice>& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(), [&](const Advice& a) { return a.turns.front().lever == name; });
}

TEST(Advise, WhatFitsSaysHowMuchLooserEachCadenceMayBe) {
  const PipelineConfig c = canonical();
  const sim::AdviseResult r = advise(c, {});
  EXPECT_EQ(r.outcome, sim::Outcome::converged);
  EXPECT_THAT(r.sentence, HasSubstr("It fits"));
  ASSERT_FALSE(r.one_at_a_time.empty());
  for (const Advice& a : r.one_at_a_time) {
    const sim::Turn& t = a.turns.front();
    if (t.to == t.now) continue;
    EXPECT_EQ(latest_with(c, a.turns), a.latest) << t.lever;
    EXPECT_LE(*a.latest, c.sla) << t.lever;
    EXPECT_EQ(a.confirmed_by, "the analytic bound");
    if (a.kind != Advice::Kind::holds_up_to) continue;
    const auto next = std::upper_bound(grid().begin(), grid().end(), *t.to);
    sim::Turn looser = t;
    looser.to = *next;
    const std::optional<Duration> then = latest_with(c, {looser});
    EXPECT_TRUE(!then || *then > c.sla) << t.lever << " might be looser";
  }
  EXPECT_EQ(on(r.one_at_a_time, "source.backup_interval").kind, Advice::Kind::any_value);
  EXPECT_EQ(on(r.one_at_a_time, "merge.cadence").kind, Advice::Kind::holds_up_to);
  ASSERT_EQ(r.together.size(), 1U);
  EXPECT_EQ(latest_with(c, r.together[0].turns), r.together[0].latest);
}

TEST(Advise, WhatDoesNotFitSaysWhatWouldMakeItFit) {
  PipelineConfig c = canonical();
  c.sla = hours(16);
  const sim::AdviseResult r = advise(c, {});
  EXPECT_EQ(r.outcome, sim::Outcome::violated);
  ASSERT_FALSE(r.one_at_a_time.empty());
  bool some = false;
  for (const Advice& a : r.one_at_a_time) {
    const std::optional<Duration> latest = latest_with(c, a.turns);
    ASSERT_TRUE(latest);
    EXPECT_EQ(latest, a.latest);
    EXPECT_EQ(*latest <= c.sla, a.kind == Advice::Kind::fits_at) << a.turns.front().lever;
    some = some || a.kind == Advice::Kind::fits_at;
  }
  EXPECT_TRUE(some);
  EXPECT_EQ(on(r.one_at_a_time, "review.delay").kind, Advice::Kind::fits_at);
  EXPECT_EQ(on(r.one_at_a_time, "cicd.duration").kind, Advice::Kind::nothing_helps);
}

TEST(Advise, WhereOneDoesNotSufficeItTriesTwo) {
  PipelineConfig c = canonical();
  c.sla = hours(6);
  const sim::AdviseResult r = advise(c, {});
  for (const Advice& a : r.one_at_a_time) EXPECT_EQ(a.kind, Advice::Kind::nothing_helps);
  ASSERT_FALSE(r.together.empty());
  for (const Advice& a : r.together) {
    EXPECT_EQ(a.turns.size(), 2U);
    EXPECT_EQ(latest_with(c, a.turns), a.latest);
    EXPECT_LE(*a.latest, c.sla);
  }
}

TEST(Advise, TheJudgeHasTheLastWord) {
  // He takes everything for an hour worse than the bound does, so he wants more than the filter would.
  const PipelineConfig c = canonical();
  std::uint64_t asked = 0;
  AdviseOptions options;
  options.judge = {.name = "a stern judge", .latest = [&](const PipelineConfig& tried) -> std::optional<Duration> {
                     ++asked;
                     const BoundAnswer b = bound(tried, 0, BoundSteps::off);
                     if (!b.bound) return std::nullopt;
                     return b.bound->latest + hours(1);
                   }};
  const sim::AdviseResult stern = advise(c, options);
  const sim::AdviseResult usual = advise(c, {});
  EXPECT_GT(asked, 0U);
  EXPECT_EQ(*stern.worst, *usual.worst + hours(1));
  EXPECT_THAT(stern.strength, HasSubstr("a stern judge"));
  bool stricter = false;
  for (std::size_t i = 0; i < usual.one_at_a_time.size(); ++i) {
    const Advice& a = stern.one_at_a_time[i];
    if (a.latest) {
      EXPECT_EQ(a.confirmed_by, "a stern judge");
      EXPECT_LE(*a.latest, c.sla);
    }
    const auto& to = a.turns.front().to;
    stricter = stricter || (to && *to < *usual.one_at_a_time[i].turns.front().to);
  }
  EXPECT_TRUE(stricter);
}

TEST(Advise, WithoutABoundThereIsNoVerdictAndItSaysWhy) {
  PipelineConfig c = canonical();
  c.backfill.kind = BackfillConfig::Kind::remerge;
  const sim::AdviseResult r = advise(c, {});
  EXPECT_EQ(r.outcome, sim::Outcome::inconclusive);
  EXPECT_THAT(r.sentence, HasSubstr("re-merge"));
  EXPECT_TRUE(r.one_at_a_time.empty());
}

TEST(Advise, SensitivityIsTheDifferenceOfTwoBoundsTheStrongestFirst) {
  const PipelineConfig c = canonical();
  const sim::AdviseResult r = advise(c, {});
  ASSERT_FALSE(r.sensitivity.empty());
  EXPECT_EQ(r.sensitivity[0].turn.lever, "review.delay");
  EXPECT_EQ(r.sensitivity[0].turn.to, hours(5));
  PipelineConfig half = c;
  half.control.review = {minutes(15), hours(2), hours(5)};
  EXPECT_EQ(*r.sensitivity[0].latest, bound(half, 0).bound->latest - bound(c, 0).bound->latest);
  EXPECT_EQ(*r.sensitivity[0].usual, bound(half, 0).bound->usual - bound(c, 0).bound->usual);
}

TEST(Advise, ItEndsWhenItsTimeIsUp) {
  AdviseOptions options;
  options.go_on = [] { return false; };
  const sim::AdviseResult r = advise(canonical(), options);
  EXPECT_TRUE(r.cut_short);
  EXPECT_EQ(r.outcome, sim::Outcome::converged);
  EXPECT_TRUE(r.one_at_a_time.empty());
}

TEST(Advise, EachLeverTurnsTheFigureThatItNames) {
  PipelineConfig c = canonical();
  c.control.deploy_flink = {.kind = sim::Cadence::Kind::interval, .every = hours(4)};
  c.control.steps = canonical_plan();
  c.control.steps[4].delay = hours(2);
  for (const Lever& each : levers(c)) {
    PipelineConfig turned = c;
    each.turn(turned, minutes(7));
    EXPECT_EQ(each.now(turned), minutes(7)) << each.name;
    for (const Lever& other : levers(c)) {
      if (other.name == each.name) continue;
      EXPECT_EQ(other.now(turned), other.now(c)) << each.name << " moved " << other.name;
    }
  }
}

}  // namespace
}  // namespace converge::models
