#include "sim/critical_path.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

namespace converge::sim {
namespace {

using Figure = CriticalPath::Figure;

constexpr Epoch kMonday{1'767'571'200};

Activity activity(std::string name, Window takes, Cadence cadence = {}) {
  return {.name = std::move(name), .takes = takes, .cadence = std::move(cadence)};
}

Cadence every(Duration d, Duration offset = {}) {
  return {.kind = Cadence::Kind::interval, .every = d, .offset = offset};
}

constexpr Instant at(Duration d) { return Instant{} + d; }

TEST(CriticalPath, OneActivityEndsWithinItsOwnWindow) {
  ActivityNetwork n;
  n.add(activity("one", {minutes(1), minutes(2), minutes(9)}));
  const CriticalPath path = *n.solve(kMonday, 0);
  EXPECT_EQ(path.activities[0][Figure::least].finish, at(minutes(1)));
  EXPECT_EQ(path.activities[0][Figure::usual].finish, at(minutes(2)));
  EXPECT_EQ(path.activities[0][Figure::most].finish, at(minutes(9)));
  EXPECT_TRUE(path.activities[0].critical);
  EXPECT_EQ(path.activities[0].slack, Duration{});
}

TEST(CriticalPath, TheLongerOfTwoWaysDecidesAndTheOtherHasTheDifferenceAsSlack) {
  ActivityNetwork n;
  const auto quick = n.add(activity("quick", exactly(minutes(1))));
  const auto slow = n.add(activity("slow", exactly(minutes(4))));
  const auto last = n.add(activity("last", exactly(minutes(1))));
  n.link({.before = quick, .after = last, .wait = exactly(minutes(1))});
  n.link({.before = slow, .after = last, .wait = {}});
  const CriticalPath path = *n.solve(kMonday, last);
  EXPECT_EQ(path.activities[last][Figure::most].finish, at(minutes(5)));
  EXPECT_FALSE(path.activities[quick].critical);
  EXPECT_TRUE(path.activities[slow].critical);
  EXPECT_EQ(path.activities[quick].slack, minutes(2));
  EXPECT_EQ(path.activities[slow].slack, Duration{});
}

TEST(CriticalPath, ASlotGivesSlackUpToTheMicrosecondAtWhichItIsMissed) {
  ActivityNetwork n;
  const auto before = n.add(activity("before", exactly(minutes(50))));
  const auto last = n.add(activity("last", exactly(minutes(5)), every(hours(1))));
  n.link({.before = before, .after = last, .wait = {}});
  const CriticalPath path = *n.solve(kMonday, last);
  EXPECT_EQ(path.activities[last][Figure::most].start, at(hours(1)));
  EXPECT_TRUE(path.activities[before].critical);
  EXPECT_EQ(path.activities[before].slack, minutes(10));
}

TEST(CriticalPath, WhatTheLastOneDoesNotWaitForMayTakeAnyTime) {
  ActivityNetwork n;
  const auto last = n.add(activity("last", exactly(minutes(5))));
  const auto beside = n.add(activity("beside", exactly(minutes(9))));
  const CriticalPath path = *n.solve(kMonday, last);
  EXPECT_EQ(path.activities[beside].slack, std::nullopt);
  EXPECT_FALSE(path.activities[beside].critical);
}

TEST(CriticalPath, WithAnUnknownOffsetTheLeastWaitsForNothingAndTheMostForAWholePeriod) {
  Cadence unknown = every(hours(2), minutes(30));
  unknown.any_offset = true;
  ActivityNetwork n;
  n.add(activity("deploy", {}, unknown));
  const CriticalPath path = *n.solve(kMonday, 0);
  EXPECT_EQ(path.activities[0][Figure::least].start, at({}));
  EXPECT_EQ(path.activities[0][Figure::usual].start, at(minutes(30)));
  EXPECT_EQ(path.activities[0][Figure::most].start, at(hours(2) - microseconds(1)));
}

TEST(CriticalPath, TheLeastDoesNotWaitForWhatMayBeDoneWithout) {
  ActivityNetwork n;
  const auto before = n.add(activity("before", exactly(hours(1))));
  const auto last = n.add(activity("last", {}));
  n.link({.before = before, .after = last, .wait = {}, .always = false});
  const CriticalPath path = *n.solve(kMonday, last);
  EXPECT_EQ(path.activities[last][Figure::least].finish, at({}));
  EXPECT_EQ(path.activities[last][Figure::usual].finish, at(hours(1)));
}

TEST(CriticalPath, NeverStaysNever) {
  ActivityNetwork n;
  const auto frozen = n.add(activity("frozen", exactly(hours(1)), every({})));
  const auto last = n.add(activity("last", exactly(hours(1))));
  n.link({.before = frozen, .after = last, .wait = exactly(days(1))});
  const CriticalPath path = *n.solve(kMonday, last);
  EXPECT_EQ(path.activities[last][Figure::most].finish, never);
}

TEST(CriticalPath, ActivitiesThatWaitForEachOtherHaveNone) {
  ActivityNetwork n;
  n.add(activity("a", {}));
  n.add(activity("b", {}));
  n.link({.before = 0, .after = 1, .wait = {}});
  n.link({.before = 1, .after = 0, .wait = {}});
  EXPECT_EQ(n.timings(kMonday), std::nullopt);
}

// ---- against the definition, worked out in the most naive way

struct Drawn {
  ActivityNetwork network;
  std::vector<Link> links;
  std::size_t last = 0;
};

// From `least` to `most` - 1, whatever the size that RapidCheck is at.
template <class T = int>
T pick(T least, T most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, most));
}

Window drawn_window() {
  const auto least = minutes(pick(0, 30));
  const auto usual = least + minutes(pick(0, 30));
  return {least, usual, usual + minutes(pick(0, 90))};
}

Cadence drawn_cadence() {
  switch (pick(0, 6)) {
    case 0: return every(minutes(pick(1, 200)), minutes(pick(0, 300)));
    case 1: return {.kind = Cadence::Kind::cron, .cron = *parse_cron("0 */3 * * *").cron};
    case 2: return {.kind = Cadence::Kind::train, .cron = *parse_cron("30 1-23/5 * * *").cron, .cutoff = minutes(40)};
    case 3: {
      Cadence c = every(minutes(45));
      c.freezes = {freeze_once(at(hours(1)), at(hours(3)))};
      return c;
    }
    default: return {};
  }
}

Drawn drawn() {
  Drawn d;
  const auto size = pick<std::size_t>(1, 9);
  for (std::size_t i = 0; i < size; ++i) d.network.add(activity(std::to_string(i), drawn_window(), drawn_cadence()));
  for (std::size_t after = 1; after < size; ++after) {
    for (std::size_t before = 0; before < after; ++before) {
      if (pick(0, 3) != 0) continue;
      d.links.push_back({before, after, exactly(minutes(pick(0, 20)))});
      d.network.link(d.links.back());
    }
  }
  d.last = pick<std::size_t>(0, size);
  return d;
}

// Over each way to `i` there is; `longer` takes `more`.
Instant finish(const Drawn& d, std::size_t i, Figure f, std::size_t longer = ~std::size_t{0}, Duration more = {}) {
  const auto of = [&](const Window& w) { return f == Figure::least ? w.least : f == Figure::usual ? w.usual : w.most; };
  Instant ready;
  for (const Link& link : d.links) {
    if (link.after == i) ready = std::max(ready, finish(d, link.before, f, longer, more) + of(link.wait));
  }
  const Activity& a = d.network.activities()[i];
  return next_slot(a.cadence, kMonday, ready) + of(a.takes) + (i == longer ? more : Duration{});
}

RC_GTEST_PROP(CriticalPath, AgreesWithEveryWayThereIs, ()) {
  const Drawn d = drawn();
  const CriticalPath path = *d.network.solve(kMonday, d.last);
  for (std::size_t i = 0; i < d.network.size(); ++i) {
    for (const Figure f : {Figure::least, Figure::usual, Figure::most}) {
      RC_ASSERT(path.activities[i][f].finish == finish(d, i, f));
    }
    RC_ASSERT(path.activities[i][Figure::least].finish <= path.activities[i][Figure::usual].finish);
    RC_ASSERT(path.activities[i][Figure::usual].finish <= path.activities[i][Figure::most].finish);
  }
}

RC_GTEST_PROP(CriticalPath, ASlackIsUsedUpToItsLastMicrosecond, ()) {
  const Drawn d = drawn();
  const CriticalPath path = *d.network.solve(kMonday, d.last);
  const Instant end = path.activities[d.last][Figure::most].finish;
  for (std::size_t i = 0; i < d.network.size(); ++i) {
    const std::optional<Duration> slack = path.activities[i].slack;
    const Duration more = slack.value_or(days(30));
    RC_ASSERT(finish(d, d.last, Figure::most, i, more) == end);
    if (slack) RC_ASSERT(finish(d, d.last, Figure::most, i, *slack + microseconds(1)) > end);
  }
}

RC_GTEST_PROP(CriticalPath, TheCriticalOnesFormOneWayToTheLastWithoutAGap, ()) {
  const Drawn d = drawn();
  const CriticalPath path = *d.network.solve(kMonday, d.last);
  RC_ASSERT(path.activities[d.last].critical);
  for (std::size_t i = 0; i < d.network.size(); ++i) {
    if (!path.activities[i].critical) continue;
    const Instant ready = path.activities[i][Figure::most].ready;
    const auto comes_from = [&](const Link& l) {
      return l.after == i && path.activities[l.before].critical &&
             path.activities[l.before][Figure::most].finish + l.wait.most == ready;
    };
    RC_ASSERT(ready == Instant{} || std::any_of(d.links.begin(), d.links.end(), comes_from));
  }
}

}  // namespace
}  // namespace converge::sim
