// Slots: every kind of cadence, alone and with freezes.
#include "sim/cadence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/fields.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<WeekTime>);
static_assert(ListsEveryField<Freeze>);
static_assert(ListsEveryField<Cadence>);

constexpr Epoch monday{1'767'571'200};  // 2026-01-05T00:00:00Z
constexpr Instant start{};

Instant at(std::string_view date) { return instant_at(monday, parse_epoch(date)->unix_s); }
Cron cron(std::string_view text) { return parse_cron(text).cron.value(); }
constexpr WeekTime week_time(Weekday day, int hour, int minute = 0) { return {day, hour * 60 + minute}; }

constexpr Freeze weekend = freeze_weekly(week_time(Weekday::friday, 16), week_time(Weekday::monday, 8));

Cadence continuous(std::vector<Freeze> freezes = {}) {
  Cadence c;
  c.freezes = std::move(freezes);
  return c;
}
Cadence interval(Duration every, Duration offset = {}, std::vector<Freeze> freezes = {}) {
  Cadence c;
  c.kind = Cadence::Kind::interval;
  c.every = every;
  c.offset = offset;
  c.freezes = std::move(freezes);
  return c;
}
Cadence by_cron(std::string_view line, std::vector<Freeze> freezes = {}) {
  Cadence c;
  c.kind = Cadence::Kind::cron;
  c.cron = cron(line);
  c.freezes = std::move(freezes);
  return c;
}
Cadence train(std::string_view line, Duration cutoff, std::vector<Freeze> freezes = {}) {
  Cadence c = by_cron(line, std::move(freezes));
  c.kind = Cadence::Kind::train;
  c.cutoff = cutoff;
  return c;
}

std::string next(const Cadence& c, std::string_view ready) { return iso(monday, next_slot(c, monday, at(ready))); }

TEST(Cadence, IsARegularValue) {
  const Cadence a = by_cron("0 10 * * *", {weekend});
  Cadence b = a;
  EXPECT_EQ(a, b);
  EXPECT_EQ(fingerprint(a), fingerprint(b));
  b.freezes[0].ends_weekly.minute += 1;
  EXPECT_NE(a, b);
  EXPECT_NE(fingerprint(a), fingerprint(b));
}

TEST(Continuous, GoesAtOnce) {
  EXPECT_EQ(next_slot(continuous(), monday, start + microseconds(7)), start + microseconds(7));
  EXPECT_EQ(next_slot(continuous(), monday, start - seconds(1)), start);
  EXPECT_EQ(next_slot(continuous(), monday, never), never);
}

TEST(Manual, GoesOnceTheHumanHasActed) {
  Cadence c = continuous({weekend});
  c.kind = Cadence::Kind::manual;
  c.delay = {minutes(5), hours(1), hours(8)};
  EXPECT_EQ(next(c, "2026-01-06T10:17Z"), "2026-01-06T10:17:00Z");
  EXPECT_EQ(next(c, "2026-01-09T16:00Z"), "2026-01-12T08:00:00Z");
}

TEST(Interval, GoesAtTheOffsetAndEveryPeriodAfter) {
  const Cadence c = interval(minutes(15), minutes(5));
  EXPECT_EQ(next_slot(c, monday, start), start + minutes(5));
  EXPECT_EQ(next_slot(c, monday, start + minutes(5)), start + minutes(5));
  EXPECT_EQ(next_slot(c, monday, start + minutes(5) + microseconds(1)), start + minutes(20));
  EXPECT_EQ(next_slot(c, monday, start + minutes(20) - microseconds(1)), start + minutes(20));
  EXPECT_EQ(next_slot(c, monday, start - hours(1)), start + minutes(5));
}

TEST(Interval, DoesNotStartBeforeAnOffsetLongerThanItsPeriod) {
  EXPECT_EQ(next_slot(interval(minutes(5), hours(1)), monday, start), start + hours(1));
}

TEST(Interval, CountsBackFromAnOffsetBeforeTheRun) {
  EXPECT_EQ(next_slot(interval(minutes(15), minutes(-5)), monday, start), start + minutes(10));
}

TEST(Interval, NeverGoesWithoutAPeriodOrPastTheSearch) {
  EXPECT_EQ(next_slot(interval(Duration{}), monday, start), never);
  EXPECT_EQ(next_slot(interval(seconds(-1)), monday, start), never);
  EXPECT_EQ(next_slot(interval(seconds(1), slot_wait_max), monday, start), start + slot_wait_max);
  EXPECT_EQ(next_slot(interval(seconds(1), slot_wait_max + seconds(1)), monday, start), never);
}

TEST(Interval, DoesNotOverflow) {
  const Instant last = never - microseconds(1);
  constexpr Duration most{std::numeric_limits<std::int64_t>::max()};
  constexpr Duration least{std::numeric_limits<std::int64_t>::min()};
  EXPECT_EQ(next_slot(interval(microseconds(1)), monday, last), last);
  EXPECT_EQ(next_slot(interval(hours(1)), monday, last), never);
  EXPECT_EQ(next_slot(interval(most, most), monday, last), never);
  EXPECT_EQ(next_slot(interval(microseconds(1), least), monday, last), last);
  EXPECT_EQ(next_slot(interval(hours(1), least), monday, Instant{least.us}) >= start, true);
  EXPECT_EQ(next_slot(interval(hours(1), Duration{}, {weekend}), monday, last), never);
}

TEST(CronCadence, GoesAtTheNextMatchingMinute) {
  const Cadence c = by_cron("0 10 * * TUE,THU");
  EXPECT_EQ(next(c, "2026-01-05T00:00Z"), "2026-01-06T10:00:00Z");
  EXPECT_EQ(next(c, "2026-01-06T10:00Z"), "2026-01-06T10:00:00Z");
  EXPECT_EQ(next_slot(c, monday, at("2026-01-06T10:00Z") + microseconds(1)), at("2026-01-08T10:00Z"));
  EXPECT_EQ(next_slot(c, monday, at("2026-01-06T10:00Z") - microseconds(1)), at("2026-01-06T10:00Z"));
}

TEST(CronCadence, FollowsTheEpochAndNotTheStartOfTheRun) {
  const Epoch wednesday_noon = *parse_epoch("2026-01-07T12:00:30Z");
  EXPECT_EQ(next_slot(by_cron("0 10 * * TUE,THU"), wednesday_noon, start), start + hours(22) - seconds(30));
}

TEST(CronCadence, NeverGoesWhenTheLineNeverFires) {
  EXPECT_EQ(next_slot(by_cron("0 0 30 2 *"), monday, start), never);
  EXPECT_EQ(next_slot(by_cron("0 0 29 2 *"), *parse_epoch("2096-02-29T00:01Z"), start),
            instant_at(*parse_epoch("2096-02-29T00:01Z"), parse_epoch("2104-02-29")->unix_s));
}

TEST(CronCadence, EndsWithTheCalendar) {
  const Epoch last{unix_s_last};
  EXPECT_EQ(next_slot(by_cron("* * * * *"), last, start), never);
  EXPECT_EQ(next_slot(by_cron("* * * * *"), last, never), never);
  EXPECT_EQ(next_slot(by_cron("* * * * *"), last, never - microseconds(1)), never);
}

TEST(Train, LeavesBehindWhatMissesTheCutoff) {
  const Cadence c = train("0 10 * * TUE,THU", hours(2));
  EXPECT_EQ(next(c, "2026-01-06T07:59Z"), "2026-01-06T10:00:00Z");
  EXPECT_EQ(next(c, "2026-01-06T08:00Z"), "2026-01-06T10:00:00Z");
  EXPECT_EQ(next_slot(c, monday, at("2026-01-06T08:00Z") + microseconds(1)), at("2026-01-08T10:00Z"));
  EXPECT_EQ(next(c, "2026-01-06T10:00Z"), "2026-01-08T10:00:00Z");
}

TEST(Train, WithoutACutoffLeavesLikeCron) {
  EXPECT_EQ(next(train("0 10 * * TUE", {}), "2026-01-06T10:00Z"), "2026-01-06T10:00:00Z");
  EXPECT_EQ(next(train("0 10 * * TUE", hours(-3)), "2026-01-06T10:00Z"), "2026-01-06T10:00:00Z");
}

TEST(Train, SkipsDeparturesWhenTheCutoffIsLongerThanTheirGap) {
  EXPECT_EQ(next(train("0 10 * * *", hours(50)), "2026-01-06T09:00Z"), "2026-01-09T10:00:00Z");
  EXPECT_EQ(next_slot(train("0 10 * * *", slot_wait_max * 2), monday, start), never);
  EXPECT_EQ(next_slot(train("0 10 * * *", {never.us}), monday, start), never);
}

TEST(Train, TakesTheFirstDepartureAfterAFreeze) {
  const Freeze holidays = freeze_once(at("2026-01-06T09:00Z"), at("2026-01-08T10:00Z"));
  // Ready before the cutoff of a departure that the freeze cancels; the next one leaves as the freeze ends.
  EXPECT_EQ(next(train("0 10 * * TUE,THU", hours(2), {holidays}), "2026-01-06T08:00Z"), "2026-01-08T10:00:00Z");
  // Ready during the freeze, too late for that one as well.
  EXPECT_EQ(next(train("0 10 * * TUE,THU", hours(2), {holidays}), "2026-01-08T09:00Z"), "2026-01-13T10:00:00Z");
}

TEST(Freeze, HoldsFromItsStartUpToItsEnd) {
  const Cadence c = continuous({freeze_once(start + hours(1), start + hours(2))});
  EXPECT_EQ(next_slot(c, monday, start + hours(1) - microseconds(1)), start + hours(1) - microseconds(1));
  EXPECT_EQ(next_slot(c, monday, start + hours(1)), start + hours(2));
  EXPECT_EQ(next_slot(c, monday, start + hours(2) - microseconds(1)), start + hours(2));
  EXPECT_EQ(next_slot(c, monday, start + hours(2)), start + hours(2));
}

TEST(Freeze, DoesNotHoldWhenItEndsBeforeItStarts) {
  EXPECT_EQ(next_slot(continuous({freeze_once(start + hours(2), start + hours(1)), freeze_once(start, start)}), monday,
                      start),
            start);
}

TEST(Freeze, PassesThroughFreezesThatAbutOrOverlapInAnyOrder) {
  const Freeze first = freeze_once(start, start + hours(2));
  const Freeze overlapping = freeze_once(start + hours(1), start + hours(4));
  const Freeze abutting = freeze_once(start + hours(4), start + hours(5));
  const Freeze inside = freeze_once(start + hours(2), start + hours(3));
  const Freeze apart = freeze_once(start + hours(5) + microseconds(1), start + hours(9));
  EXPECT_EQ(next_slot(continuous({apart, inside, abutting, overlapping, first}), monday, start), start + hours(5));
  EXPECT_EQ(next_slot(continuous({first, overlapping, abutting, inside, apart}), monday, start), start + hours(5));
}

TEST(Freeze, MovesAnIntervalToItsFirstSlotAfterTheEnd) {
  const Freeze freeze = freeze_once(start + minutes(10), start + minutes(32));
  const Cadence c = interval(minutes(15), minutes(2), {freeze});
  EXPECT_EQ(next_slot(c, monday, start), start + minutes(2));
  EXPECT_EQ(next_slot(c, monday, start + minutes(3)), start + minutes(32));
  EXPECT_EQ(next_slot(interval(minutes(15), {}, {freeze}), monday, start + minutes(3)), start + minutes(45));
}

TEST(Freeze, StepsOverSeveralWithASlotBetweenEach) {
  std::vector<Freeze> freezes;
  for (int hour = 1; hour <= 100; ++hour) {
    freezes.push_back(freeze_once(start + hours(hour) - minutes(1), start + hours(hour) + minutes(1)));
  }
  EXPECT_EQ(next_slot(interval(hours(1), {}, freezes), monday, start + seconds(1)), start + hours(101));
}

TEST(Freeze, WrapsTheWeek) {
  EXPECT_EQ(next(continuous({weekend}), "2026-01-09T15:59Z"), "2026-01-09T15:59:00Z");
  EXPECT_EQ(next(continuous({weekend}), "2026-01-09T16:00Z"), "2026-01-12T08:00:00Z");
  EXPECT_EQ(next(continuous({weekend}), "2026-01-10T23:59:59Z"), "2026-01-12T08:00:00Z");
  EXPECT_EQ(next(continuous({weekend}), "2026-01-11T00:00Z"), "2026-01-12T08:00:00Z");
  EXPECT_EQ(next(continuous({weekend}), "2026-01-12T07:59:59Z"), "2026-01-12T08:00:00Z");
  EXPECT_EQ(next(continuous({weekend}), "2026-01-12T08:00Z"), "2026-01-12T08:00:00Z");
}

TEST(Freeze, MayAlreadyHoldWhenTheRunStarts) {
  EXPECT_EQ(next_slot(continuous({weekend}), monday, start), start + hours(8));
  EXPECT_EQ(next_slot(continuous({weekend}), monday, start - days(1)), start + hours(8));
}

TEST(Freeze, FollowsTheWeekOfTheEpochToTheMicrosecond) {
  const Epoch odd = *parse_epoch("2026-01-09T15:59:59Z");
  EXPECT_EQ(next_slot(continuous({weekend}), odd, start + microseconds(999'999)), start + microseconds(999'999));
  EXPECT_EQ(next_slot(continuous({weekend}), odd, start + seconds(1)), start + days(2) + hours(16) + seconds(1));
}

TEST(Freeze, WithinADayHoldsThatDayOnly) {
  const Freeze peak = freeze_weekly(week_time(Weekday::wednesday, 9), week_time(Weekday::wednesday, 17, 30));
  EXPECT_EQ(next(continuous({peak}), "2026-01-07T09:00Z"), "2026-01-07T17:30:00Z");
  EXPECT_EQ(next(continuous({peak}), "2026-01-08T09:00Z"), "2026-01-08T09:00:00Z");
}

TEST(Freeze, MovesCronPastTheWeekend) {
  EXPECT_EQ(next(by_cron("0 */6 * * *", {weekend}), "2026-01-09T12:01Z"), "2026-01-12T12:00:00Z");
  EXPECT_EQ(next(by_cron("0 8 * * *", {weekend}), "2026-01-09T12:00Z"), "2026-01-12T08:00:00Z");
  EXPECT_EQ(next(train("0 17 * * FRI,TUE", hours(1), {weekend}), "2026-01-08T00:00Z"), "2026-01-13T17:00:00Z");
}

TEST(Freeze, ThatCoversEverySlotMeansNever) {
  EXPECT_EQ(next(by_cron("0 12 * * SAT", {weekend}), "2026-01-05T00:00Z"), "never");
  EXPECT_EQ(next(train("0 17 * * FRI", hours(1), {weekend}), "2026-01-05T00:00Z"), "never");
  EXPECT_EQ(next_slot(interval(days(7), days(5), {weekend}), monday, start), never);
}

TEST(Freeze, JoinsAWeeklyOneToOneThatIsFixed) {
  const Freeze incident = freeze_once(at("2026-01-12T07:00Z"), at("2026-01-16T18:00Z"));
  EXPECT_EQ(next(continuous({weekend, incident}), "2026-01-09T17:00Z"), "2026-01-19T08:00:00Z");
  EXPECT_EQ(next(continuous({incident, weekend}), "2026-01-09T17:00Z"), "2026-01-19T08:00:00Z");
}

TEST(Freeze, WithoutEndMeansNever) {
  EXPECT_EQ(next_slot(continuous({freeze_once(start + hours(1), never)}), monday, start), start);
  EXPECT_EQ(next_slot(continuous({freeze_once(start + hours(1), never)}), monday, start + hours(1)), never);
  EXPECT_EQ(next_slot(continuous({freeze_once(start, start + slot_wait_max)}), monday, start), start + slot_wait_max);
  EXPECT_EQ(next_slot(continuous({freeze_once(start, start + slot_wait_max + seconds(1))}), monday, start), never);
}

TEST(Freeze, OfTheWholeWeekMeansNever) {
  const Freeze always = freeze_weekly(week_time(Weekday::monday, 0), week_time(Weekday::monday, 0));
  const Freeze sunday_to_sunday = freeze_weekly(week_time(Weekday::sunday, 0), week_time(Weekday::saturday, 24));
  for (const Freeze& f : {always, sunday_to_sunday}) {
    EXPECT_EQ(next_slot(continuous({f}), monday, start + hours(1)), never);
    EXPECT_EQ(next_slot(by_cron("* * * * *", {f}), monday, start + hours(1)), never);
    EXPECT_EQ(next_slot(interval(microseconds(1), {}, {f}), monday, start + hours(1)), never);
  }
}

TEST(Freeze, OfPartsThatCoverTheWeekTogetherMeansNever) {
  const std::vector<Freeze> thirds{
      freeze_weekly(week_time(Weekday::monday, 0), week_time(Weekday::wednesday, 0)),
      freeze_weekly(week_time(Weekday::tuesday, 0), week_time(Weekday::friday, 0)),
      freeze_weekly(week_time(Weekday::friday, 0), week_time(Weekday::monday, 0)),
  };
  EXPECT_EQ(next_slot(continuous(thirds), monday, start), never);
  EXPECT_EQ(next_slot(interval(seconds(1), {}, thirds), monday, start + days(3)), never);

  std::vector<Freeze> minute_free = thirds;
  minute_free[2].ends_weekly = week_time(Weekday::sunday, 23, 59);
  EXPECT_EQ(next(continuous(minute_free), "2026-01-05T00:00Z"), "2026-01-11T23:59:00Z");
  EXPECT_EQ(next(by_cron("*/5 * * * *", minute_free), "2026-01-05T00:00Z"), "never");
}

TEST(Freeze, WithTimesOutsideTheWeekStillEnds) {
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  const Freeze odd = freeze_weekly({Weekday::saturday, most}, {Weekday::sunday, least});
  const Freeze odder = freeze_weekly({Weekday::sunday, least}, {Weekday::saturday, most});
  EXPECT_EQ(next_slot(continuous({odd, odder}), monday, start), never);  // each ends where the other starts
  EXPECT_NE(next_slot(continuous({odd}), monday, start), never);
}

// The same question, asked minute by minute.
bool frozen(const Freeze& f, Instant t) {
  if (f.kind == Freeze::Kind::once) return f.from <= t && t < f.until;
  const auto minute_of_week = [](WeekTime w) { return static_cast<std::int64_t>(w.day) * 1'440 + w.minute; };
  const std::int64_t now = (t.us / 60'000'000 + 1'440) % 10'080;  // runs start on a Monday here
  const std::int64_t from = minute_of_week(f.starts_weekly);
  const std::int64_t until = minute_of_week(f.ends_weekly);
  return from < until ? from <= now && now < until : now >= from || now < until;
}

bool open(const Cadence& c, Instant ready, Instant t) {
  if (std::ranges::any_of(c.freezes, [&](const Freeze& f) { return frozen(f, t); })) return false;
  const auto on_cron = [&] { return next_at_or_after(c.cron, unix_seconds(monday, t)) == unix_seconds(monday, t); };
  switch (c.kind) {
    case Cadence::Kind::continuous:
    case Cadence::Kind::manual: return true;
    case Cadence::Kind::interval: return t >= start + c.offset && (t - start - c.offset).us % c.every.us == 0;
    case Cadence::Kind::cron: return on_cron();
    case Cadence::Kind::train: return t >= ready + c.cutoff && on_cron();
  }
  return false;
}

TEST(Cadence, AgreesWithAWalkMinuteByMinute) {
  std::uint64_t state = 7;
  const auto below = [&](std::int64_t n) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return static_cast<std::int64_t>((state >> 33U) % static_cast<std::uint64_t>(n));
  };
  const char* lines[] = {"*/20 * * * *", "0 10 * * TUE,THU", "30 */8 * * *", "0 0 */3 * *", "15 9-17 * * MON-FRI"};
  int moved = 0;
  for (int round = 0; round < 1'500; ++round) {
    Cadence c;
    c.kind = static_cast<Cadence::Kind>(below(5));
    c.every = minutes(1 + below(3'000));
    c.offset = minutes(below(3'000));
    c.cron = cron(lines[below(5)]);
    c.cutoff = minutes(below(600));
    for (std::int64_t n = below(5); n > 0; --n) {
      const Instant from = start + minutes(below(20'000));
      const auto some_week_time = [&] {
        return WeekTime{static_cast<Weekday>(below(7)), static_cast<std::int32_t>(below(1'440))};
      };
      const WeekTime starts = some_week_time();
      c.freezes.push_back(below(2) == 0 ? freeze_once(from, from + minutes(below(6'000)))
                                        : freeze_weekly(starts, some_week_time()));
    }
    const Instant ready = start + minutes(below(15'000));
    const Instant horizon = start + days(60);
    Instant expected = ready;
    while (expected <= horizon && !open(c, ready, expected)) expected = expected + minutes(1);

    const Instant found = next_slot(c, monday, ready);
    if (expected > horizon) {
      ASSERT_GT(found, horizon) << "round " << round;
    } else {
      ASSERT_EQ(found, expected) << "round " << round << " from " << text(ready) << " found " << text(found);
      if (expected > ready) ++moved;
    }
  }
  EXPECT_GT(moved, 500);
}

TEST(Cadence, NeverGoesBackWhenReadyComesLater) {
  const Cadence cadences[] = {interval(minutes(7), minutes(3), {weekend}), by_cron("*/20 8-18 * * *", {weekend}),
                              train("0 10 * * TUE,THU", hours(30), {weekend})};
  for (const Cadence& c : cadences) {
    Instant before = start;
    for (Instant ready = start; ready < start + days(21); ready = ready + minutes(13)) {
      const Instant slot = next_slot(c, monday, ready);
      ASSERT_GE(slot, ready);
      ASSERT_GE(slot, before);
      before = slot;
    }
  }
}

}  // namespace
}  // namespace converge::sim
