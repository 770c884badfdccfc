// Epochs: dates to seconds and back.
#include "sim/calendar.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "sim/fields.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Epoch>);

TEST(ParseEpoch, ReadsADateWithOrWithoutATime) {
  EXPECT_EQ(parse_epoch("1970-01-01"), Epoch{0});
  EXPECT_EQ(parse_epoch("2026-01-05"), Epoch{1'767'571'200});
  EXPECT_EQ(parse_epoch("2026-01-05T00:00:00Z"), Epoch{1'767'571'200});
  EXPECT_EQ(parse_epoch("2026-01-05T10:00Z"), Epoch{1'767'607'200});
  EXPECT_EQ(parse_epoch("2026-01-05T10:00:01Z"), Epoch{1'767'607'201});
  EXPECT_EQ(parse_epoch("2000-02-29"), Epoch{951'782'400});
  EXPECT_EQ(parse_epoch("9999-12-31T23:59:59Z"), Epoch{unix_s_last});
}

TEST(ParseEpoch, RefusesWhatIsNoUtcDate) {
  const std::string refused[] = {
      "",
      "2026",
      "2026-01",
      "2026-1-5",
      "2026-13-01",
      "2026-00-01",
      "2026-01-00",
      "2026-01-32",
      "2026-02-29",
      "2100-02-29",
      "1969-12-31",
      "10000-01-01",
      "-2026-01-05",
      "2026-01-05Z",
      "2026-01-05T",
      "2026-01-05T10",
      "2026-01-05T10Z",
      "2026-01-05T10:00",
      "2026-01-05T10:00:00",
      "2026-01-05T10:00:00+00:00",
      "2026-01-05T10:00:00.5Z",
      "2026-01-05T24:00Z",
      "2026-01-05T10:60Z",
      "2026-01-05T10:00:60Z",
      "2026-01-05 10:00Z",
      "2026-01-05t10:00z",
      "2026-01-05T10:00Z ",
      " 2026-01-05",
      "2026/01/05",
      "monday",
  };
  for (const std::string& r : refused) EXPECT_EQ(parse_epoch(r), std::nullopt) << r;
}

TEST(Iso, PrintsTheDateOfAnInstant) {
  const Epoch monday = *parse_epoch("2026-01-05T10:00Z");
  EXPECT_EQ(iso(monday, Instant{}), "2026-01-05T10:00:00Z");
  EXPECT_EQ(iso(monday, Instant{} + days(54) + hours(14)), "2026-03-01T00:00:00Z");
  EXPECT_EQ(iso(monday, Instant{} + milliseconds(250)), "2026-01-05T10:00:00.25Z");
  EXPECT_EQ(iso(monday, Instant{} + microseconds(1)), "2026-01-05T10:00:00.000001Z");
  EXPECT_EQ(iso(monday, Instant{} - microseconds(1)), "2026-01-05T09:59:59.999999Z");
}

TEST(Iso, SaysWhatLiesOutsideTheCalendar) {
  const Epoch last{unix_s_last};
  EXPECT_EQ(iso(last, Instant{} + milliseconds(999)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(iso(last, Instant{} + seconds(1)), "after 9999-12-31");
  EXPECT_EQ(iso(last, never - microseconds(1)), "after 9999-12-31");
  EXPECT_EQ(iso(last, never), "never");
  EXPECT_EQ(iso(Epoch{0}, Instant{} - microseconds(1)), "before 1970-01-01");
  EXPECT_EQ(iso(Epoch{0}, Instant{std::numeric_limits<std::int64_t>::min()}), "before 1970-01-01");
}

TEST(Iso, IsReadBackAsTheSameSecond) {
  // A prime number of seconds apart, so that every month, hour and second comes up.
  for (std::int64_t s = 0; s <= unix_s_last; s += 86'399'999) {
    ASSERT_EQ(parse_epoch(iso(Epoch{s}, Instant{})), Epoch{s}) << iso(Epoch{s}, Instant{});
  }
}

TEST(Calendar, TurnsInstantsIntoSecondsAndBack) {
  constexpr Epoch epoch{1'767'571'200};
  static_assert(unix_seconds(epoch, Instant{} + milliseconds(1'999)) == epoch.unix_s + 1);
  static_assert(unix_seconds(epoch, Instant{} - milliseconds(1)) == epoch.unix_s - 1);
  static_assert(unix_seconds(epoch, Instant{} - seconds(1)) == epoch.unix_s - 1);
  static_assert(instant_at(epoch, epoch.unix_s + 90) == Instant{} + seconds(90));
  static_assert(instant_at(epoch, 0) < Instant{});
}

TEST(Calendar, KnowsTheWeekday) {
  EXPECT_EQ(weekday(0), Weekday::thursday);
  EXPECT_EQ(weekday(-1), Weekday::wednesday);
  EXPECT_EQ(weekday(parse_epoch("2026-01-05")->unix_s), Weekday::monday);
  EXPECT_EQ(weekday(parse_epoch("2026-01-04T23:59:59Z")->unix_s), Weekday::sunday);
  EXPECT_EQ(weekday(unix_s_last), Weekday::friday);
}

}  // namespace
}  // namespace converge::sim
