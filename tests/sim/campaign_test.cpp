// Campaigns on a toy whose runs are a pure function of the seed: what is folded, whatever ran it and in what order.
#include "sim/campaign.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

#include "sim/random.hpp"

namespace converge::sim {
namespace {

// Two properties, two questions, one phase; one schedule in five violates, and some never converge.
Summary toy(std::uint64_t seed) {
  const auto margin = static_cast<std::int64_t>(draw64(seed, 1, 0) % 100) - 20;
  Summary s;
  if (seed % 7 != 0) s.convergence = Duration{static_cast<std::int64_t>(draw64(seed, 2, 0) % 90'000'000)};
  s.margins = {margin, 5};
  s.holds = {margin >= 0, seed % 97 != 0};
  s.violated = margin < 0;
  s.asked = {draw64(seed, 3, 0) % 10, 1};
  s.fired = {draw64(seed, 4, 0) % 3, 0};
  s.finished = {seed % 3 != 0};
  s.disagreed = {seed % 4 != 0};
  if (seed % 11 == 0) s.silences.push_back({"nobody looked", seed % 2 == 0});
  return s;
}

std::map<std::uint64_t, std::uint64_t> schedule_of(const CampaignOptions& options) {
  std::map<std::uint64_t, std::uint64_t> all;
  for (std::uint64_t i = 0; i < options.schedules; ++i) all.emplace(schedule_seed(options.seed, i), i);
  return all;
}

// By hand, one after the other.
Tally expected(const CampaignOptions& options, std::uint64_t from, std::uint64_t end) {
  Tally t;
  for (std::uint64_t i = from; i < end; ++i) add(t, i, toy(schedule_seed(options.seed, i)));
  return t;
}
Tally expected(const CampaignOptions& options) { return expected(options, 0, options.schedules); }

// Hooks that count what ran.
struct Counted {
  CampaignHooks hooks;
  std::mutex mutex;
  std::map<std::uint64_t, int> ran;  // by seed
  std::vector<Stretch> finished;

  Counted() {
    hooks.run = [this](std::uint64_t seed) {
      const std::lock_guard lock{mutex};
      ++ran[seed];
      return toy(seed);
    };
    hooks.finished = [this](const Stretch& s) { finished.push_back(s); };
  }
};

TEST(ScheduleSeed, IsAPureFunctionOfCampaignAndNumber) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t campaign = 0; campaign < 10; ++campaign) {
    for (std::uint64_t i = 0; i < 100; ++i) {
      EXPECT_EQ(schedule_seed(campaign, i), schedule_seed(campaign, i));
      seen.insert(schedule_seed(campaign, i));
    }
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Add, KeepsTheLeastMarginAndTheFirstThatBroke) {
  Tally t;
  add(t, 9, {.margins = {-3}, .holds = {false}, .violated = true});
  add(t, 4, {.margins = {-3}, .holds = {false}, .violated = true});
  add(t, 2, {.convergence = seconds(7), .margins = {1}, .holds = {true}});
  EXPECT_EQ(t.schedules, 3U);
  EXPECT_EQ(t.violated, 2U);
  EXPECT_EQ(t.broken, (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(t.least, (std::vector<Least>{{-3, 4}}));
  EXPECT_EQ(t.first_broken, (std::vector<std::optional<std::uint64_t>>{4}));
  EXPECT_EQ(t.convergence.longest(), seconds(7));
  EXPECT_EQ(t.convergence.never(), 2U);
}

TEST(Campaign, GivesTheSameResultOnOneThreadAndOnSeven) {
  for (const std::uint64_t schedules : {0ULL, 1ULL, 15ULL, 16ULL, 17ULL, 1'000ULL}) {
    for (const unsigned jobs : {1U, 2U, 7U}) {
      const CampaignOptions options{.seed = 3, .schedules = schedules, .jobs = jobs};
      Counted counted;
      const CampaignResult result = campaign(options, counted.hooks);
      EXPECT_EQ(result.tally, expected(options)) << schedules << " on " << jobs;
      EXPECT_FALSE(result.enough || result.interrupted);
      EXPECT_EQ(counted.ran.size(), schedules);
    }
  }
}

TEST(Campaign, FinishedStretchesAreAllThatRanOnceEach) {
  const CampaignOptions options{.seed = 3, .schedules = 500, .jobs = 3};
  Counted counted;
  const CampaignResult result = campaign(options, counted.hooks);
  Tally sum;
  std::uint64_t next = 0;
  std::sort(counted.finished.begin(), counted.finished.end(), [](auto& a, auto& b) { return a.from < b.from; });
  for (const Stretch& s : counted.finished) {
    EXPECT_EQ(s.from, next);
    next += s.tally.schedules;
    merge(sum, s.tally);
  }
  EXPECT_EQ(next, 500U);
  EXPECT_EQ(sum, result.tally);
}

// Some stretches of [0, schedules), in any order, whole or cut anywhere.
std::vector<Stretch> some_stretches(const CampaignOptions& options) {
  std::vector<Stretch> done;
  for (std::uint64_t at = 0; at < options.schedules;) {
    const std::uint64_t whole = std::min((at / kStretch + 1) * kStretch, options.schedules);
    const std::uint64_t end = *rc::gen::weightedElement<std::uint64_t>(
        {{3, whole}, {1, at + 1 + *rc::gen::inRange<std::uint64_t>(0, whole - at)}});
    if (*rc::gen::inRange(0, 2) == 1) done.push_back({at, expected(options, at, std::min(end, whole))});
    at = std::min(end, whole);
  }
  for (std::size_t i = done.size(); i > 1; --i) std::swap(done[i - 1], done[*rc::gen::inRange<std::size_t>(0, i)]);
  return done;
}

RC_GTEST_PROP(Campaign, GoesOnFromWhateverHadRunAndRunsTheRestOnce, ()) {
  const CampaignOptions options{.seed = *rc::gen::inRange<std::uint64_t>(0, 100),
                                .schedules = *rc::gen::inRange<std::uint64_t>(0, 150),
                                .jobs = *rc::gen::element(1U, 2U, 7U)};
  const std::vector<Stretch> done = some_stretches(options);
  std::map<std::uint64_t, std::uint64_t> left = schedule_of(options);
  for (const Stretch& s : done) {
    for (std::uint64_t i = 0; i < s.tally.schedules; ++i) left.erase(schedule_seed(options.seed, s.from + i));
  }
  Counted counted;
  const CampaignResult result = campaign(options, counted.hooks, done);
  RC_ASSERT(result.tally == expected(options));
  RC_ASSERT(!result.interrupted);
  RC_ASSERT(counted.ran.size() == left.size());
  for (const auto& [seed, times] : counted.ran) {
    RC_ASSERT(times == 1);
    RC_ASSERT(left.count(seed) == 1);
  }
}

RC_GTEST_PROP(Campaign, StopsAtTheSameScheduleHoweverItRan, ()) {
  CampaignOptions options{.seed = *rc::gen::inRange<std::uint64_t>(0, 100), .schedules = 300};
  const std::uint64_t failures = *rc::gen::inRange<std::uint64_t>(1, 40);
  const auto enough = [&](const Tally& t) { return t.violated >= failures; };
  Tally stops;
  std::uint64_t at = 0;
  while (at < options.schedules && !(at % kStretch == 0 && at > 0 && enough(stops))) {
    add(stops, at, toy(schedule_seed(options.seed, at)));
    ++at;
  }
  options.jobs = *rc::gen::element(1U, 2U, 7U);
  Counted counted;
  counted.hooks.enough = enough;
  const CampaignResult result = campaign(options, counted.hooks, some_stretches(options));
  RC_ASSERT(result.tally == stops);
  RC_ASSERT(result.enough == enough(stops));
}

TEST(Campaign, RunsNothingWhenWhatRanBeforeIsEnough) {
  const CampaignOptions options{.seed = 1, .schedules = 1'000};
  Counted counted;
  counted.hooks.enough = [](const Tally& t) { return t.schedules >= 32; };
  const CampaignResult result =
      campaign(options, counted.hooks, {{16, expected(options, 16, 48)}, {0, expected(options, 0, 16)}});
  EXPECT_TRUE(result.enough);
  EXPECT_EQ(counted.ran.size(), 0U);
}

TEST(Campaign, InterruptedKeepsAllThatRanAndGoesOnToTheWholeResult) {
  for (const unsigned jobs : {1U, 2U, 7U}) {
    const CampaignOptions options{.seed = 5, .schedules = UINT64_MAX, .jobs = jobs};
    Counted first;
    first.hooks.go_on = [](std::uint64_t schedules, std::uint64_t) { return schedules < 40; };
    const CampaignResult cut = campaign(options, first.hooks);
    EXPECT_TRUE(cut.interrupted);
    EXPECT_GE(cut.tally.schedules, 40U);
    EXPECT_LT(cut.tally.schedules, options.schedules);
    EXPECT_EQ(cut.tally.schedules, first.ran.size());
    Tally sum;
    for (const Stretch& s : first.finished) merge(sum, s.tally);
    EXPECT_EQ(sum, cut.tally);

    CampaignOptions shorter = options;
    shorter.schedules = 2'000;
    std::erase_if(first.finished, [](const Stretch& s) { return s.from >= 2'000; });
    Counted second;
    EXPECT_EQ(campaign(shorter, second.hooks, first.finished).tally, expected(shorter));
    for (const auto& [seed, times] : second.ran) EXPECT_EQ(times + static_cast<int>(first.ran.count(seed)), 1);
  }
}

TEST(Campaign, AnInterruptThatComesAfterTheLastScheduleChangesNothing) {
  const CampaignOptions options{.seed = 5, .schedules = 64, .jobs = 2};
  Counted counted;
  counted.hooks.go_on = [&](std::uint64_t schedules, std::uint64_t) { return schedules < options.schedules; };
  for (int i = 0; i < 20; ++i) {
    const CampaignResult result = campaign(options, counted.hooks);
    EXPECT_FALSE(result.interrupted);
    EXPECT_EQ(result.tally, expected(options));
  }
}

TEST(Campaign, GoOnIsToldOfWhatRanBeforeToo) {
  const CampaignOptions options{.seed = 5, .schedules = 64};
  Counted counted;
  std::uint64_t least = UINT64_MAX;
  counted.hooks.go_on = [&](std::uint64_t schedules, std::uint64_t) {
    least = std::min(least, schedules);
    return true;
  };
  campaign(options, counted.hooks, {{0, expected(options, 0, 48)}});
  EXPECT_GE(least, 48U);
}

TEST(Campaign, WhatARunThrowsReachesTheCaller) {
  for (const unsigned jobs : {1U, 2U, 7U}) {
    const CampaignOptions options{.seed = 2, .schedules = 1'000, .jobs = jobs};
    Counted counted;
    const std::uint64_t bad = schedule_seed(2, 333);
    counted.hooks.run = [&](std::uint64_t seed) {
      if (seed == bad) throw std::runtime_error{"a model gave up"};
      return toy(seed);
    };
    EXPECT_THROW(campaign(options, counted.hooks), std::runtime_error);
  }
}

TEST(Campaign, WhatAnotherHookThrowsReachesTheCallerToo) {
  const CampaignOptions options{.seed = 2, .schedules = UINT64_MAX, .jobs = 2};
  const auto thrower = [](const auto&...) -> bool { throw std::runtime_error{"a disk is full"}; };
  Counted finished;
  finished.hooks.finished = thrower;
  EXPECT_THROW(campaign(options, finished.hooks), std::runtime_error);
  Counted enough;
  enough.hooks.enough = thrower;
  EXPECT_THROW(campaign(options, enough.hooks), std::runtime_error);
  Counted go_on;
  go_on.hooks.go_on = thrower;
  EXPECT_THROW(campaign(options, go_on.hooks), std::runtime_error);
}

Tally merged(Tally a, const Tally& b) {
  merge(a, b);
  return a;
}

RC_GTEST_PROP(Merge, IsAssociativeAndCommutativeAndAnEmptyOneChangesNothing, ()) {
  const auto part = [] {
    const std::uint64_t from = *rc::gen::inRange<std::uint64_t>(0, 1000);
    return expected({.seed = *rc::gen::inRange<std::uint64_t>(0, 10)}, from,
                    from + *rc::gen::inRange<std::uint64_t>(0, 20));
  };
  const Tally a = part();
  const Tally b = part();
  const Tally c = part();
  RC_ASSERT(merged(a, b) == merged(b, a));
  RC_ASSERT(merged(merged(a, b), c) == merged(a, merged(b, c)));
  const Tally none;
  RC_ASSERT(merged(a, none) == a);
  RC_ASSERT(merged(none, a) == a);
}

}  // namespace
}  // namespace converge::sim
