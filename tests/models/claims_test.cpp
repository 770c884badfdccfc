// Claims: each pattern with its margin on series made by hand, against a naive evaluator on random ones, and on the
// pipeline; each shown to break on a bug.
#include "models/claims.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sim/schedule.hpp"
#include "tests/support/buggy_pipeline.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using Compare = Condition::Compare;
using Pattern = Claim::Pattern;
using support::Bench;
using support::BenchOf;
using support::Buggy;

MetricId metric(Actor actor, std::string_view name) {
  const auto all = metrics();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].actor == actor && all[i].name == name) return static_cast<MetricId>(i);
  }
  ADD_FAILURE() << "no metric " << name;
  return 0;
}

Condition on(Actor actor, std::string_view name, Compare compare, std::int64_t bound) {
  return {.metric = metric(actor, name), .compare = compare, .bound = bound};
}
Condition on(Actor actor, std::string_view name, Compare compare, sim::Duration bound) {
  return on(actor, name, compare, bound.us);
}

// ---- series made by hand

// What the metrics of the claims were at one look.
struct Look {
  std::int64_t at = 0;
  Since since = Since::event;
  std::vector<std::int64_t> values;
};

sim::Instant instant(std::int64_t at) { return sim::Instant{at}; }

struct Told {
  ClaimState state;
  sim::PropertyResult result;
  bool says_nothing = false;
};

Told judge(const Claim& claim, const std::vector<Look>& series, std::int64_t end) {
  Told told;
  for (const Look& l : series) look(claim, told.state, l.values, instant(l.at), l.since);
  told.result = result(claim, told.state, instant(end));
  told.says_nothing = says_nothing(claim, told.state, instant(end)).has_value();
  return told;
}

// Two metrics that move with events only: "c" is what the condition is on, "a" what begins or ends something.
const MetricId kC = metric(Actor::merge, "lag");
const MetricId kA = metric(Actor::control, "open");

Condition c_at_most(std::int64_t bound) { return {.metric = kC, .compare = Compare::at_most, .bound = bound}; }
Condition c_at_least(std::int64_t bound) { return {.metric = kC, .compare = Compare::at_least, .bound = bound}; }
Condition c_is(std::int64_t bound) { return {.metric = kC, .compare = Compare::equals, .bound = bound}; }
Condition a_is(std::int64_t bound) { return {.metric = kA, .compare = Compare::equals, .bound = bound}; }

// Values at 0, 10, 20, ...
std::vector<Look> series(const std::vector<std::pair<std::int64_t, std::int64_t>>& a_and_c) {
  std::vector<Look> all;
  for (const auto& [a, c] : a_and_c) {
    Look l{.at = static_cast<std::int64_t>(all.size()) * 10,
           .since = Since::event,
           .values = std::vector<std::int64_t>(metrics().size())};
    l.values[kA] = a;
    l.values[kC] = c;
    all.push_back(std::move(l));
  }
  return all;
}

void expect_margin(const Claim& claim, const std::vector<Look>& looks, std::int64_t margin, bool says_nothing = false) {
  const Told told = judge(claim, looks, looks.empty() ? 0 : looks.back().at);
  EXPECT_EQ(told.result.margin, margin) << told.result.claim << " " << told.result.detail;
  EXPECT_EQ(told.result.holds, margin >= 0) << told.result.claim;
  EXPECT_EQ(told.says_nothing, says_nothing) << told.result.claim;
}

TEST(ClaimAlways, ItsMarginIsTheLeastDistance) {
  const std::vector<Look> looks = series({{0, 3}, {0, 7}, {0, 5}});
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_at_most(9)}, looks, 2);
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_at_most(7)}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_at_most(6)}, looks, -1);
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_at_least(3)}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_at_least(5)}, looks, -2);
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_is(5)}, looks, -2);
  expect_margin({.name = "n", .pattern = Pattern::always, .condition = c_is(5)}, series({{0, 5}, {1, 5}}), 0);
}

TEST(ClaimAlways, SaysWhenItCameClosest) {
  const Told told = judge({.name = "n", .pattern = Pattern::always, .condition = c_at_most(9)},
                          series({{0, 3}, {0, 7}, {0, 7}, {0, 5}}), 30);
  EXPECT_EQ(told.state.at, instant(10));
  EXPECT_EQ(told.result.detail, "closest: 7 changes at d0 00:00:00");
  EXPECT_EQ(told.result.claim, "Always lag of spark/merge at most 9 changes.");
  EXPECT_EQ(told.result.kind, sim::PropertyResult::Kind::safety);
  EXPECT_EQ(told.result.unit, sim::PropertyResult::Unit::changes);
}

TEST(ClaimNever, HoldsExactlyWhereTheConditionIsFalse) {
  const std::vector<Look> looks = series({{0, 3}, {0, 7}, {0, 5}});
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_at_least(9)}, looks, 1);
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_at_least(8)}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_at_least(7)}, looks, -1);
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_at_most(2)}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_at_most(4)}, looks, -2);
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_is(6)}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::never, .condition = c_is(5)}, looks, -1);
}

TEST(ClaimSometimes, ItsMarginIsTheClosestApproach) {
  const std::vector<Look> looks = series({{0, 3}, {0, 7}, {0, 5}});
  expect_margin({.name = "n", .pattern = Pattern::sometimes, .condition = c_at_least(7)}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::sometimes, .condition = c_at_least(4)}, looks, 3);
  expect_margin({.name = "n", .pattern = Pattern::sometimes, .condition = c_at_least(9)}, looks, -2, true);
  expect_margin({.name = "n", .pattern = Pattern::sometimes, .condition = c_is(6)}, looks, -1, true);
  EXPECT_EQ(judge({.name = "n", .pattern = Pattern::sometimes, .condition = c_is(6)}, looks, 20).result.kind,
            sim::PropertyResult::Kind::reachability);
}

TEST(ClaimAtMost, CountsHowOftenTheConditionBecomesTrue) {
  const std::vector<Look> looks = series({{0, 3}, {0, 7}, {0, 8}, {0, 5}, {0, 9}});  // twice above six
  expect_margin({.name = "n", .pattern = Pattern::at_most, .condition = c_at_least(7), .times = 3}, looks, 1);
  expect_margin({.name = "n", .pattern = Pattern::at_most, .condition = c_at_least(7), .times = 2}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::at_most, .condition = c_at_least(7), .times = 1}, looks, -1);
  expect_margin({.name = "n", .pattern = Pattern::at_most, .condition = c_at_least(1), .times = 1}, looks, 0);
  expect_margin({.name = "n", .pattern = Pattern::at_most, .condition = c_at_least(10), .times = 0}, looks, 0);
}

Claim within(std::int64_t limit, Condition condition) {
  return {.name = "n",
          .pattern = Pattern::within,
          .condition = condition,
          .trigger = a_is(1),
          .limit = sim::microseconds(limit)};
}

TEST(ClaimWithin, ItsMarginIsWhatTheLongestTimeLeaves) {
  const std::vector<Look> looks = series({{0, 0}, {1, 0}, {1, 0}, {0, 5}, {1, 0}, {0, 5}});  // 20, then 10
  expect_margin(within(25, c_at_least(5)), looks, 5);
  expect_margin(within(20, c_at_least(5)), looks, 0);
  expect_margin(within(19, c_at_least(5)), looks, -1);
  const Told told = judge(within(20, c_at_least(5)), looks, 50);
  EXPECT_EQ(told.state.count, 2U);
  EXPECT_EQ(told.state.at, instant(30));
  EXPECT_EQ(told.result.unit, sim::PropertyResult::Unit::duration);
}

TEST(ClaimWithin, WhatIsTrueAtOnceTakesNoTime) {
  expect_margin(within(0, c_at_least(5)), series({{0, 5}, {1, 5}, {0, 0}}), 0);
}

TEST(ClaimWithin, ASecondTriggerDoesNotStopTheClockOfTheFirst) {
  expect_margin(within(50, c_at_least(5)), series({{1, 0}, {0, 0}, {1, 0}, {0, 5}}), 20);
}

TEST(ClaimWithin, WithoutATriggerItSaysNothing) {
  expect_margin(within(15, c_at_least(5)), series({{0, 0}, {0, 5}}), 15, true);
}

TEST(ClaimWithin, WhatIsOpenAtTheHorizonCountsWhatHasPassed) {
  const std::vector<Look> looks = series({{0, 0}, {1, 0}, {1, 0}, {1, 0}});  // open for 20 at the end
  expect_margin(within(15, c_at_least(5)), looks, -5);
  expect_margin(within(20, c_at_least(5)), looks, -1);  // the deadline itself has passed
  expect_margin(within(21, c_at_least(5)), looks, 1, true);
}

// A duration that passes its bound between two looks did so at that instant.
TEST(ClaimWithin, CountsFromTheInstantAtWhichADurationPassedItsBound) {
  const MetricId freshness = metric(Actor::base_table, "freshness");
  const Claim claim{.name = "n",
                    .pattern = Pattern::within,
                    .condition = {.metric = freshness, .compare = Compare::at_most, .bound = 0},
                    .trigger = {.metric = freshness, .compare = Compare::at_least, .bound = 30},
                    .limit = sim::microseconds(100)};
  std::vector<Look> looks(4, Look{.values = std::vector<std::int64_t>(metrics().size())});
  looks[1] = {.at = 50, .since = Since::time, .values = looks[0].values};
  looks[1].values[freshness] = 50;  // it was 30 at 30
  looks[2] = looks[1];
  looks[2].since = Since::event;
  looks[3] = {.at = 50, .since = Since::event, .values = looks[0].values};
  expect_margin(claim, looks, 80);
}

// The clock starts between two looks, while "at most" is still true of a duration that has grown past it by the second.
TEST(ClaimWithin, AnAnswerThatEndsBetweenTwoLooksIsOne) {
  const MetricId freshness = metric(Actor::base_table, "freshness");
  const MetricId down = metric(Actor::flink, "down");
  Claim claim{.name = "n",
              .pattern = Pattern::within,
              .condition = {.metric = down, .compare = Compare::at_most, .bound = 40},
              .trigger = {.metric = freshness, .compare = Compare::at_least, .bound = 30},
              .limit = sim::microseconds(5)};
  std::vector<Look> looks(2, Look{.values = std::vector<std::int64_t>(metrics().size())});
  looks[1].at = 50;
  looks[1].since = Since::time;
  looks[1].values[freshness] = looks[1].values[down] = 50;
  expect_margin(claim, looks, 5);
  claim.condition.bound = 29;  // it ended before the clock started
  expect_margin(claim, looks, -15);
}

TEST(ClaimWithin, WhatHasBeenTrueAllTheTimeTakesNone) {
  const MetricId freshness = metric(Actor::base_table, "freshness");
  Claim claim = within(7, c_at_most(0));
  claim.trigger = {.metric = freshness, .compare = Compare::at_least, .bound = 30};
  std::vector<Look> looks(2, Look{.values = std::vector<std::int64_t>(metrics().size())});
  looks[1].at = 50;
  looks[1].since = Since::time;
  looks[1].values[freshness] = 50;
  expect_margin(claim, looks, 7);
}

TEST(ClaimScope, OfAtMostItSaysWhatIsCounted) {
  const Claim claim{.name = "n",
                    .pattern = Pattern::at_most,
                    .condition = c_at_least(5),
                    .times = 3,
                    .after = a_is(1),
                    .until = a_is(2)};
  // Once before it, twice in it (at the look at which it opens, and later), once after it.
  expect_margin(claim, series({{0, 5}, {0, 0}, {1, 5}, {0, 0}, {0, 5}, {0, 0}, {2, 0}, {2, 5}}), 1);
  // What was true already when it opened did not become so in it.
  expect_margin(claim, series({{0, 5}, {1, 5}, {0, 0}}), 3);
}

TEST(ClaimScope, OnlyWhatHappensInItCounts) {
  // `after` opens it at the second look, `until` has closed it at the fourth.
  Claim claim{.name = "n", .pattern = Pattern::always, .condition = c_at_most(4), .after = a_is(1), .until = a_is(2)};
  expect_margin(claim, series({{0, 9}, {1, 3}, {1, 2}, {2, 9}}), 1);
  expect_margin(claim, series({{0, 0}, {1, 5}, {1, 2}, {2, 0}}), -1);  // the look at which it opens is in it
  expect_margin(claim, series({{0, 0}, {1, 1}, {0, 6}, {2, 0}}), -2);  // it stays open, though `after` is false again
  expect_margin(claim, series({{0, 0}, {1, 1}, {2, 9}, {1, 7}, {2, 9}}), -3);  // and opens again
  expect_margin(claim, series({{0, 9}, {2, 9}}), 0, true);
}

TEST(ClaimScope, UntilAloneEndsItForGood) {
  const Claim claim{.name = "n", .pattern = Pattern::always, .condition = c_at_most(4), .until = a_is(1)};
  expect_margin(claim, series({{0, 1}, {1, 9}, {0, 9}}), 3);
  expect_margin(claim, series({{1, 9}, {0, 9}}), 0, true);
}

TEST(ClaimScope, ASometimesThatWasNeverLookedAtIsUnmet) {
  expect_margin({.name = "n", .pattern = Pattern::sometimes, .condition = c_at_least(0), .after = a_is(1)},
                series({{0, 0}}), -1, true);
}

TEST(ClaimScope, OfWithinItSaysWhichTriggersCountAndNotWhenTheAnswerComes) {
  Claim claim = within(30, c_at_least(5));
  claim.until = c_is(1);
  expect_margin(claim, series({{0, 0}, {1, 0}, {0, 1}, {1, 0}, {0, 5}}), 0);
}

// ---- against a naive evaluator

// Whether and by how much, straight from the definitions, over the whole series at once. `looks` may be as dense as one
// likes: an instant is that of a look, and nothing lies between two of them.
class Naive {
 public:
  Naive(const Claim& claim, const std::vector<Look>& looks, std::int64_t end) : c_{claim}, looks_{looks}, end_{end} {}

  std::int64_t margin() const {
    std::vector<std::int64_t> all;
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      if (!in_scope(i)) continue;
      const std::int64_t v = value(c_.condition, i);
      if (c_.pattern == Pattern::always || c_.pattern == Pattern::sometimes) all.push_back(room(v));
      if (c_.pattern == Pattern::never) all.push_back(-room(v) - 1);
      if (c_.pattern == Pattern::at_most && rises(c_.condition, i)) all.push_back(0);
      if (c_.pattern == Pattern::within && rises(c_.trigger, i)) all.push_back(left(i));
    }
    switch (c_.pattern) {
      case Pattern::always:
      case Pattern::never: return all.empty() ? 0 : *std::min_element(all.begin(), all.end());
      case Pattern::sometimes: return all.empty() ? -1 : *std::max_element(all.begin(), all.end());
      case Pattern::at_most: return std::int64_t{c_.times} - static_cast<std::int64_t>(all.size());
      case Pattern::within: return all.empty() ? c_.limit.us : *std::min_element(all.begin(), all.end());
    }
    return 0;
  }

 private:
  std::int64_t value(const Condition& c, std::size_t i) const { return looks_[i].values[c.metric]; }
  bool is(const Condition& c, std::size_t i) const {
    const std::int64_t v = value(c, i);
    return (c.compare == Compare::at_most && v <= c.bound) || (c.compare == Compare::at_least && v >= c.bound) ||
           (c.compare == Compare::equals && v == c.bound);
  }
  bool rises(const Condition& c, std::size_t i) const { return is(c, i) && (i == 0 || !is(c, i - 1)); }
  std::int64_t room(std::int64_t v) const {
    const std::int64_t apart = v - c_.condition.bound;
    return c_.condition.compare == Compare::at_most    ? -apart
           : c_.condition.compare == Compare::at_least ? apart
                                                       : -std::abs(apart);
  }
  // Some opening, and no closing from there on.
  bool in_scope(std::size_t i) const {
    for (std::size_t opening = 0; opening <= i; ++opening) {
      if (c_.after ? !rises(*c_.after, opening) : opening > 0) continue;
      bool closed = false;
      for (std::size_t k = opening; k <= i; ++k) closed = closed || (c_.until && is(*c_.until, k));
      if (!closed) return true;
    }
    return false;
  }
  std::int64_t left(std::size_t begin) const {
    for (std::size_t i = begin; i < looks_.size(); ++i) {
      if (is(c_.condition, i)) return c_.limit.us - (looks_[i].at - looks_[begin].at);
    }
    const std::int64_t rest = c_.limit.us - (end_ - looks_[begin].at);
    return rest > 0 ? rest : std::min<std::int64_t>(rest, -1);
  }

  const Claim& c_;
  const std::vector<Look>& looks_;
  std::int64_t end_;
};

const MetricId kGrows = metric(Actor::base_table, "freshness");
const MetricId kGrowsToo = metric(Actor::flink, "down");

// A world of four metrics in which events make them jump; between events two of them grow, or stand still.
struct Series {
  std::vector<Look> sparse;  // as the pipeline looks: at the start, before and after each event, at the horizon
  std::vector<Look> dense;   // and at each instant between
};

rc::Gen<Series> any_series() {
  return rc::gen::exec([] {
    Series s;
    Look now{.values = std::vector<std::int64_t>(metrics().size())};
    const auto both = [&](Since since) {
      now.since = since;
      s.sparse.push_back(now);
      s.dense.push_back(now);
    };
    bool grows = false;
    bool grows_too = false;
    const auto jump = [&] {
      for (const MetricId id : {kC, kA}) now.values[id] = *rc::gen::inRange<std::int64_t>(0, 5);
      // What grows may start anew, from anywhere; what stands still is 0 (freshness), or what it was (down).
      for (const auto& [id, is] : {std::pair{kGrows, &grows}, std::pair{kGrowsToo, &grows_too}}) {
        *is = *rc::gen::arbitrary<bool>();
        if (*rc::gen::arbitrary<bool>()) now.values[id] = *rc::gen::inRange<std::int64_t>(0, 8);
      }
    };
    jump();
    both(Since::event);
    const auto events = *rc::gen::inRange(0, 12);
    for (int e = 0; e <= events; ++e) {
      const auto gap = *rc::gen::inRange<std::int64_t>(0, 6);
      for (std::int64_t t = 1; t <= gap; ++t) {
        ++now.at;
        now.values[kGrows] += grows ? 1 : 0;
        now.values[kGrowsToo] += grows_too ? 1 : 0;
        if (t < gap) s.dense.push_back(now);
      }
      both(Since::time);
      if (e == events) break;
      jump();
      both(Since::event);
    }
    return s;
  });
}

Condition any_condition(bool may_grow) {
  const auto id = may_grow ? *rc::gen::element(kC, kA, kGrows, kGrowsToo) : *rc::gen::element(kC, kA);
  const bool grows = id == kGrows || id == kGrowsToo;
  const auto compare = grows ? *rc::gen::element(Compare::at_most, Compare::at_least)
                             : *rc::gen::element(Compare::at_most, Compare::at_least, Compare::equals);
  return {.metric = id, .compare = compare, .bound = *rc::gen::inRange<std::int64_t>(0, grows ? 12 : 5)};
}

Claim any_claim(bool scope) {
  Claim claim{.name = "n",
              .pattern = *rc::gen::element(Pattern::always, Pattern::never, Pattern::within, Pattern::at_most,
                                           Pattern::sometimes)};
  const bool may_grow = !scope || claim.pattern != Pattern::within;
  claim.condition = any_condition(may_grow);
  claim.trigger = any_condition(may_grow);
  claim.limit = sim::microseconds(*rc::gen::inRange<std::int64_t>(0, 30));
  claim.times = *rc::gen::inRange<std::uint32_t>(0, 4);
  if (scope && *rc::gen::arbitrary<bool>()) claim.after = any_condition(true);
  if (scope && *rc::gen::arbitrary<bool>()) claim.until = any_condition(true);
  return claim;
}

// The tally of what random cases are: a generator that only makes claims that hold would show nothing.
struct Tally {
  int holds = 0;
  int broken = 0;
};

void expect_agreement(const Claim& claim, const std::vector<Look>& looks, const std::vector<Look>& naive,
                      Tally& tally) {
  const std::int64_t end = looks.back().at;
  const Told told = judge(claim, looks, end);
  const std::int64_t margin = Naive{claim, naive, end}.margin();
  if (told.result.margin != margin) {
    RC_LOG() << told.result.claim << " " << told.result.detail << "\n";
    for (const Look& l : looks) {
      RC_LOG() << l.at << (l.since == Since::event ? " event" : " time") << " lag " << l.values[kC] << " open "
               << l.values[kA] << " freshness " << l.values[kGrows] << " down " << l.values[kGrowsToo] << "\n";
    }
  }
  (margin >= 0 ? tally.holds : tally.broken) += 1;
  RC_ASSERT(told.result.margin == margin);
  RC_ASSERT(told.result.holds == (margin >= 0));
}

// Without a scope: looking before and after events is as good as looking all the time.
TEST(Claims, LookingAroundEventsMissesNothing) {
  Tally tally;
  const bool agree = rc::check("margins are those of every instant", [&] {
    const Series s = *any_series();
    for (int i = 0; i < 20; ++i) expect_agreement(any_claim(false), s.sparse, s.dense, tally);
  });
  EXPECT_TRUE(agree);
  EXPECT_GT(tally.holds, 300);
  EXPECT_GT(tally.broken, 300);
}

TEST(Claims, TheirScopesAreThoseOfTheDefinition) {
  Tally tally;
  const bool agree = rc::check("margins in scopes", [&] {
    const Series s = *any_series();
    for (int i = 0; i < 20; ++i) expect_agreement(any_claim(true), s.sparse, s.sparse, tally);
  });
  EXPECT_TRUE(agree);
  EXPECT_GT(tally.holds, 300);
  EXPECT_GT(tally.broken, 300);
}

// ---- on the pipeline

// The claims of a run of the quiet rollout: Flink stops once, at 17:04, for a savepoint of a minute and a restore
// of four.
const Condition kStopped = on(Actor::flink, "stopped", Compare::at_least, 1);
const Condition kRuns = on(Actor::flink, "stopped", Compare::at_most, 0);

std::vector<Claim> five_that_hold() {
  return {
      {.name = "down",
       .pattern = Pattern::always,
       .condition = on(Actor::flink, "down", Compare::at_most, sim::minutes(10))},
      {.name = "reads",
       .pattern = Pattern::never,
       .condition = on(Actor::readers, "failed_reads", Compare::at_least, 1)},
      {.name = "back", .pattern = Pattern::within, .condition = kRuns, .trigger = kStopped, .limit = sim::minutes(6)},
      {.name = "stops", .pattern = Pattern::at_most, .condition = kStopped, .times = 2},
      {.name = "moved", .pattern = Pattern::sometimes, .condition = on(Actor::flink, "version", Compare::at_least, 1)},
  };
}

std::vector<Claim> five_that_break() {
  std::vector<Claim> claims = five_that_hold();
  claims[0].condition.bound = sim::minutes(4).us;
  claims[1].condition = on(Actor::readers, "reads", Compare::at_least, 100);
  claims[2].limit = sim::minutes(4);
  claims[3].times = 0;
  claims[4].condition.bound = 3;
  return claims;
}

PipelineConfig with(PipelineConfig config, std::vector<Claim> claims) {
  config.claims = std::move(claims);
  return config;
}

sim::RunResult nominal(const Pipeline& model) {
  sim::NominalChooser chooser{model.questions()};
  return judge(model, run(model, chooser, Recording::on));
}

std::vector<std::int64_t> margins(const sim::RunResult& r) {
  std::vector<std::int64_t> all;
  for (std::size_t i = r.properties.size() - 5; i < r.properties.size(); ++i) all.push_back(r.properties[i].margin);
  return all;
}

TEST(ClaimsOfAPipeline, HoldWithTheirMargins) {
  const sim::RunResult r = nominal(Pipeline{with(support::rollout(), five_that_hold())});
  EXPECT_EQ(r.outcome, sim::Outcome::converged);
  EXPECT_TRUE(r.vacuous_for.empty());
  ASSERT_EQ(r.properties.size(), 11U);
  EXPECT_EQ(r.properties[6].name, "down");  // in their order, behind those that every run is judged by
  EXPECT_EQ(r.properties[10].name, "moved");
  EXPECT_EQ(margins(r), (std::vector<std::int64_t>{sim::minutes(5).us, 0, sim::minutes(1).us, 1, 0}));
}

TEST(ClaimsOfAPipeline, BreakWithTheirMargins) {
  const sim::RunResult r = nominal(Pipeline{with(support::rollout(), five_that_break())});
  EXPECT_EQ(r.outcome, sim::Outcome::violated);
  const std::int64_t reads = sim::days(2) / sim::minutes(15);
  EXPECT_EQ(margins(r), (std::vector<std::int64_t>{-sim::minutes(1).us, 99 - reads, -sim::minutes(1).us, -1, -2}));
  EXPECT_NE(r.sentence.find("down, reads, back, stops"), std::string::npos) << r.sentence;
  EXPECT_EQ(r.sentence.find("moved"), std::string::npos) << "an unmet sometimes breaks nothing: " << r.sentence;
  EXPECT_EQ(r.vacuous_for, std::vector<std::string>{"moved: it never came to version of flink at least 3"});
}

TEST(ClaimsOfAPipeline, ASometimesThatIsUnmetMakesTheVerdictVacuous) {
  const sim::RunResult r = nominal(Pipeline{with(support::rollout(), {five_that_break()[4]})});
  EXPECT_EQ(r.outcome, sim::Outcome::vacuous);
  EXPECT_FALSE(r.properties.back().holds);
  EXPECT_EQ(r.properties.back().margin, -2);
}

TEST(ClaimsOfAPipeline, OneThatIsNeverPutToTheTestMakesTheVerdictVacuous) {
  const std::vector<Claim> untested{
      {.name = "scope",
       .pattern = Pattern::always,
       .condition = kRuns,
       .after = on(Actor::flink, "version", Compare::at_least, 9)},
      {.name = "trigger",
       .pattern = Pattern::within,
       .condition = kRuns,
       .trigger = on(Actor::flink, "version", Compare::at_least, 9),
       .limit = sim::hours(1)},
      {.name = "deadline",
       .pattern = Pattern::within,
       .condition = on(Actor::flink, "version", Compare::at_least, 9),
       .trigger = kStopped,
       .limit = sim::days(9)},
  };
  const std::vector<std::string> why{"scope: its scope never opened: never version of flink at least 9",
                                     "trigger: it never came to version of flink at least 9",
                                     "deadline: what began last has time until after the horizon at d2 00:00:00"};
  for (std::size_t i = 0; i < untested.size(); ++i) {
    const sim::RunResult r = nominal(Pipeline{with(support::rollout(), {untested[i]})});
    EXPECT_TRUE(r.properties.back().holds);
    EXPECT_EQ(r.outcome, sim::Outcome::vacuous);
    EXPECT_EQ(r.vacuous_for, std::vector<std::string>{why[i]});
  }
}

// A pipeline with faults under many seeds.
PipelineConfig faulty() {
  PipelineConfig c;
  c.changes.push_back(support::added_column("discount", sim::hours(9)));
  c.cdc.crash_ppm = 2'000;
  c.kafka.leader_loss_ppm = 2'000;
  c.flink.failure_ppm = 5'000;
  c.merge.failure_ppm = 50'000;
  return c;
}

Run sampled(const Pipeline& model, std::uint64_t seed) {
  sim::SampledChooser chooser{model.questions(), seed};
  return run(model, chooser, Recording::off);
}

TEST(ClaimsOfAPipeline, LookOnAndChangeNothing) {
  const Pipeline without{faulty()};
  const Pipeline with_claims{with(faulty(), five_that_hold())};
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    auto one = sampled(without, seed);
    auto other = sampled(with_claims, seed);
    EXPECT_EQ(one.trace_hash, other.trace_hash) << seed;
    EXPECT_TRUE(one.world.state.claims.empty());
    EXPECT_EQ(other.world.state.claims.size(), 5U);
    other.world.state.claims.clear();
    EXPECT_EQ(one.world, other.world) << seed;
  }
}

TEST(ClaimsOfAPipeline, ReplayEqual) {
  const Pipeline first{with(faulty(), five_that_hold())};
  const Pipeline second{with(faulty(), five_that_hold())};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto one = sampled(first, seed);
    EXPECT_EQ(one.world, sampled(second, seed).world);
    sim::SampledChooser chooser{first.questions(), seed};
    const auto recorded = run(first, chooser, Recording::on);
    sim::NominalChooser nominal_answers{first.questions()};
    sim::ReplayedChooser replayed{nominal_answers, sim::deviations_from_nominal(recorded.record, first.questions())};
    EXPECT_EQ(run(first, replayed, Recording::off).world, one.world) << seed;
  }
}

TEST(ClaimsOfAPipeline, AreInTheHashOfTheWorld) {
  Bench bench{with(support::rollout(), five_that_hold())};
  bench.run_until(sim::hours(18));
  PipelineState other = bench.state();
  other.claims[3].count += 1;
  EXPECT_NE(sim::fingerprint(other), sim::fingerprint(bench.state()));
}

// The property `fresh` is the claim "always freshness of base-table at most the objective", measured in another way.
TEST(ClaimsOfAPipeline, FreshIsOneOfThem) {
  PipelineConfig config = faulty();
  config.claims = {{.name = "fresh-too",
                    .pattern = Pattern::always,
                    .condition = on(Actor::base_table, "freshness", Compare::at_most, config.readers.freshness)}};
  const Pipeline model{config};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<sim::PropertyResult> all = properties(model, sampled(model, seed).world.state);
    EXPECT_EQ(all[5].name, "fresh");
    EXPECT_EQ(all.back().margin, all[5].margin) << seed;
  }
}

// ---- a bug for each pattern

std::vector<std::string> broken_by(const Buggy::Bug& bug) {
  const Pipeline pipeline{with(support::rollout(), five_that_hold())};
  const Buggy model{pipeline, bug};
  BenchOf<Buggy> bench{model};
  bench.run_until(pipeline.config().horizon);
  std::vector<std::string> names;
  const std::vector<sim::PropertyResult> all = properties(pipeline, bench.state());
  for (std::size_t i = 6; i < all.size(); ++i) {
    if (!all[i].holds) names.push_back(all[i].name);
  }
  return names;
}

constexpr std::uint64_t kEveryEvent = ~std::uint64_t{0};

TEST(ClaimsOfAPipeline, ABugForEachPattern) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(broken_by({.on = 0}), Names{});
  // The new job is submitted, and nobody hears of it: it stays down.
  EXPECT_EQ(broken_by({.on = kEveryEvent,  // the submission is lost
                       .before = [](PipelineState&, Event& e, Context&) { return e.what != What::flink_submit; },
                       .then = {},
                       .after = {}}),
            (Names{"down", "back", "moved"}));
  EXPECT_EQ(broken_by({.on = kEveryEvent,  // readers name a column before it is there
                       .before =
                           [](PipelineState& s, Event&, Context&) {
                             s.monitor.adopted = 1;
                             return true;
                           },
                       .then = {},
                       .after = {}}),
            Names{"reads"});
  EXPECT_EQ(broken_by({.on = kEveryEvent,  // a deploy is asked for three times
                       .before = {},
                       .then =
                           [](PipelineState& s, const Event& e, Context& out) {
                             if (e.what != What::flink_deploy || s.flink.planned_stops > 2) return;
                             out.after(sim::hours(1), e);
                           }}),
            (Names{"down", "stops"}));
  EXPECT_EQ(broken_by({.on = kEveryEvent,  // the deploy is lost
                       .before = [](PipelineState&, Event& e, Context&) { return e.what != What::flink_deploy; },
                       .then = {},
                       .after = {}}),
            Names{"moved"});
}

}  // namespace
}  // namespace converge::models
