// Durations and instants as text, both ways.
#include "sim/time.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "sim/fields.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Duration>);
static_assert(ListsEveryField<Instant>);
static_assert(ListsEveryField<Window>);

constexpr std::int64_t least_us = std::numeric_limits<std::int64_t>::min();

struct Reading {
  std::string text;
  Duration expected;
};

TEST(ParseDuration, ReadsIso8601) {
  const Reading readings[] = {
      {"PT15M", minutes(15)},
      {"P1DT2H", hours(26)},
      {"PT0.5S", milliseconds(500)},
      {"PT0,5S", milliseconds(500)},
      {"PT0.000001S", microseconds(1)},
      {"PT0.00000100000000000000000000S", microseconds(1)},
      {"PT1.5H", minutes(90)},
      {"P0.5D", hours(12)},
      {"P2W", days(14)},
      {"P1W2DT3H4M5S", days(9) + hours(3) + minutes(4) + seconds(5)},
      {"PT90M", minutes(90)},
      {"PT0S", seconds(0)},
      {"P36525D", days(36'525)},
      {"PT0000000000000000000000005M", minutes(5)},
  };
  for (const Reading& r : readings) EXPECT_EQ(parse_duration(r.text), r.expected) << r.text;
}

TEST(ParseDuration, ReadsTheShortForm) {
  const Reading readings[] = {
      {"15m", minutes(15)},
      {"1h30m", minutes(90)},
      {"90s", seconds(90)},
      {"250ms", milliseconds(250)},
      {"3d", days(3)},
      {"2w", days(14)},
      {"7us", microseconds(7)},
      {"1.5h", minutes(90)},
      {"1,5h", minutes(90)},
      {"1h0.25m", hours(1) + seconds(15)},
      {"1w1d1h1m1s1ms1us", days(8) + hours(1) + minutes(1) + seconds(1) + milliseconds(1) + microseconds(1)},
      {"0s", seconds(0)},
  };
  for (const Reading& r : readings) EXPECT_EQ(parse_duration(r.text), r.expected) << r.text;
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  const std::string refused[] = {
      "",      " ",     "P",      "PT",    "P1DT",  "T1H",   "15",      "m",          "15 m",   " 15m",
      "15m ",  "-15m",  "+15m",   "-PT5M", "PT-5M", "P-1D",  "1m1h",    "1h1h",       "PT1M1H", "PT1S1S",
      "PT1D",  "P1H",   "P1DT2D", "pt5m",  "PT5m",  "5M",    "5min",    "1.5",        "1.h",    ".5h",
      "PT.5S", "PT5.S", "1e3s",   "0x10s", "PT5",   "P1D2H", "PT1HT1M", "5\xC2\xB5s", "never",  "P0003-06-04T12:30:05",
  };
  for (const std::string& r : refused) EXPECT_EQ(parse_duration(r), std::nullopt) << r;
  EXPECT_EQ(parse_duration(std::string_view("5m\0", 3)), std::nullopt);
  EXPECT_EQ(parse_duration(std::string_view("PT5M\0", 5)), std::nullopt);
}

TEST(ParseDuration, RefusesMonthsAndYearsBecauseTheirLengthDependsOnTheDate) {
  for (const char* r : {"P1M", "P1Y", "P1Y2M3D", "P1M1D", "1y", "1mo"}) EXPECT_EQ(parse_duration(r), std::nullopt) << r;
}

TEST(ParseDuration, AllowsAFractionOnlyOnTheLastComponent) {
  for (const char* r : {"P0.5DT1H", "PT1.5H30M", "1.5h30m", "PT0.5M0.5S", "P1.5W1D"}) {
    EXPECT_EQ(parse_duration(r), std::nullopt) << r;
  }
}

TEST(ParseDuration, RefusesAFractionThatIsNoWholeNumberOfMicroseconds) {
  for (const char* r : {"PT0.0000001S", "PT0.0000015S", "0.5us", "0.0001ms", "PT0.333333333333H",
                        "PT0.0000000000000000000000000000000000000001S"}) {
    EXPECT_EQ(parse_duration(r), std::nullopt) << r;
  }
}

TEST(ParseDuration, RefusesMoreThanACentury) {
  for (const char* r : {"P36525DT0.000001S", "P5218W", "36525d1us", "P36526D", "9223372036854775807us",
                        "99999999999999999999999999999999999999d", "18446744073709551617s", "P36524DT25H"}) {
    EXPECT_EQ(parse_duration(r), std::nullopt) << r;
  }
  EXPECT_EQ(parse_duration("P36524DT24H"), days(36'525));
}

TEST(Iso8601, PrintsTheShortestForm) {
  EXPECT_EQ(iso8601(minutes(135)), "PT2H15M");
  EXPECT_EQ(iso8601(days(3)), "P3D");
  EXPECT_EQ(iso8601(milliseconds(600)), "PT0.6S");
  EXPECT_EQ(iso8601(microseconds(1)), "PT0.000001S");
  EXPECT_EQ(iso8601(days(1) + hours(2)), "P1DT2H");
  EXPECT_EQ(iso8601(days(1) + seconds(1)), "P1DT1S");
  EXPECT_EQ(iso8601(minutes(1) + milliseconds(10)), "PT1M0.01S");
  EXPECT_EQ(iso8601(Duration{}), "PT0S");
  EXPECT_EQ(iso8601(seconds(-5)), "-PT5S");
  EXPECT_EQ(iso8601(Duration{least_us}), "-P106751991DT4H54.775808S");
}

TEST(Iso8601, IsReadBackAsTheSameDuration) {
  std::uint64_t state = 1;
  const std::int64_t scales[] = {1, 1'000, 1'000'000, 60'000'000, 3'600'000'000, 86'400'000'000};
  for (int i = 0; i < 2'000; ++i) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    const std::int64_t scale = scales[i % 6];
    const auto count = static_cast<std::int64_t>((state >> 20U) % static_cast<std::uint64_t>(days(36'525).us / scale));
    const Duration d{count * scale};
    ASSERT_EQ(parse_duration(iso8601(d)), d) << iso8601(d);
  }
}

TEST(DurationText, GivesAtMostTwoUnitsRoundedDown) {
  EXPECT_EQ(text(minutes(41)), "41 min");
  EXPECT_EQ(text(minutes(41) + seconds(59)), "41 min 59 s");
  EXPECT_EQ(text(hours(2) + minutes(15)), "2 h 15 min");
  EXPECT_EQ(text(hours(2) + minutes(15) + seconds(59)), "2 h 15 min");
  EXPECT_EQ(text(days(3)), "3 d");
  EXPECT_EQ(text(days(3) + hours(4) + minutes(59)), "3 d 4 h");
  EXPECT_EQ(text(days(3) + minutes(59)), "3 d");
  EXPECT_EQ(text(days(36'525)), "36525 d");
}

TEST(DurationText, TurnsToSmallerUnitsBelowAMinute) {
  EXPECT_EQ(text(Duration{}), "0 s");
  EXPECT_EQ(text(microseconds(250)), "250 us");
  EXPECT_EQ(text(microseconds(1'500)), "1.5 ms");
  EXPECT_EQ(text(milliseconds(5)), "5 ms");
  EXPECT_EQ(text(milliseconds(600)), "0.6 s");
  EXPECT_EQ(text(microseconds(1'234'567)), "1.234 s");
  EXPECT_EQ(text(microseconds(59'999'999)), "59.999 s");
  EXPECT_EQ(text(microseconds(3'000'500)), "3 s");
}

TEST(DurationText, PutsTheSignInFront) {
  EXPECT_EQ(text(minutes(-41)), "-41 min");
  EXPECT_EQ(text(Duration{least_us}), "-106751991 d 4 h");
}

TEST(InstantText, CountsDaysFromZero) {
  EXPECT_EQ(text(Instant{}), "d0 00:00:00");
  EXPECT_EQ(text(Instant{} + days(1) + hours(14) + minutes(5)), "d1 14:05:00");
  EXPECT_EQ(text(Instant{} + seconds(59) + microseconds(999'999)), "d0 00:00:59");
  EXPECT_EQ(text(Instant{} - hours(1)), "-d0 01:00:00");
  EXPECT_EQ(text(never), "never");
}

}  // namespace
}  // namespace converge::sim
