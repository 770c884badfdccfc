// Cron lines: what is read, what is refused and how it is said, and when they fire.
#include "sim/cron.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <limits>
#include <string>

#include "sim/calendar.hpp"
#include "sim/fields.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Cron>);

Cron cron(std::string_view text) {
  const CronParse parsed = parse_cron(text);
  EXPECT_TRUE(parsed.cron) << text << ": " << parsed.problem;
  EXPECT_EQ(parsed.problem, "") << text;
  return parsed.cron.value_or(Cron{});
}

// From "2026-01-05T10:00Z" to the next firing in the same notation, or "never".
std::string next(std::string_view line, std::string_view from) {
  const std::optional<std::int64_t> unix_s = next_at_or_after(cron(line), parse_epoch(from)->unix_s);
  return unix_s ? iso(Epoch{*unix_s}, Instant{}) : "never";
}

TEST(ParseCron, ReadsListsRangesAndSteps) {
  EXPECT_EQ(cron("0,30 * * * *").minutes, std::uint64_t{1} | std::uint64_t{1} << 30U);
  EXPECT_EQ(cron("*/15 * * * *"), cron("0,15,30,45 * * * *"));
  EXPECT_EQ(cron("10-50/20 * * * *"), cron("10,30,50 * * * *"));
  EXPECT_EQ(cron("5/10 * * * *"), cron("5,15,25,35,45,55 * * * *"));
  EXPECT_EQ(cron("5/10 * * * *"), cron("5-59/10 * * * *"));
  EXPECT_EQ(cron("0 9-17/4,20,9 * * *"), cron("0 9,13,17,20 * * *"));
  EXPECT_EQ(cron("7-7 * * * *"), cron("7 * * * *"));
  EXPECT_EQ(cron("*/60 */24 * * *"), cron("0 0 * * *"));
  EXPECT_EQ(cron("* * * * *").minutes, (std::uint64_t{1} << 60U) - 1);
  EXPECT_EQ(cron("* * * * *").hours, (1U << 24U) - 1);
  EXPECT_EQ(cron("* * * * *").days, ~std::uint32_t{1});
  EXPECT_EQ(cron("* * * * *").months, (1U << 13U) - 2);
  EXPECT_EQ(cron("* * * * *").weekdays, 0x7FU);
}

TEST(ParseCron, ReadsNamesInAnyCase) {
  EXPECT_EQ(cron("0 0 * JAN,feb,Dec *"), cron("0 0 * 1,2,12 *"));
  EXPECT_EQ(cron("0 0 * mar-JUN/2 *"), cron("0 0 * 3,5 *"));
  EXPECT_EQ(cron("0 0 * * MON-fri"), cron("0 0 * * 1-5"));
  EXPECT_EQ(cron("0 0 * * Mon-5"), cron("0 0 * * 1-5"));
}

TEST(ParseCron, TakesSevenForSunday) {
  EXPECT_EQ(cron("0 0 * * 7"), cron("0 0 * * SUN"));
  EXPECT_EQ(cron("0 0 * * 5-7"), cron("0 0 * * 0,5,6"));
  EXPECT_EQ(cron("0 0 * * 0-7").weekdays, 0x7FU);
  EXPECT_EQ(cron("0 0 * * 1/2"), cron("0 0 * * 1,3,5,7"));
}

TEST(ParseCron, ReadsNicknames) {
  EXPECT_EQ(cron("@hourly"), cron("0 * * * *"));
  EXPECT_EQ(cron("@daily"), cron("0 0 * * *"));
  EXPECT_EQ(cron("@midnight"), cron("0 0 * * *"));
  EXPECT_EQ(cron("@weekly"), cron("0 0 * * 0"));
  EXPECT_EQ(cron("@monthly"), cron("0 0 1 * *"));
  EXPECT_EQ(cron("@yearly"), cron("0 0 1 1 *"));
  EXPECT_EQ(cron(" @Annually\t"), cron("0 0 1 1 *"));
}

TEST(ParseCron, TakesAnyBlanksBetweenFields) { EXPECT_EQ(cron(" \t0  12\t\t* * \t MON  "), cron("0 12 * * MON")); }

TEST(ParseCron, UnitesTheDayFieldsOnlyWhenNeitherStartsWithAStar) {
  EXPECT_TRUE(cron("0 0 13 * FRI").either_day_field);
  EXPECT_TRUE(cron("0 0 1-31 * 0-6").either_day_field);
  EXPECT_FALSE(cron("0 0 * * FRI").either_day_field);
  EXPECT_FALSE(cron("0 0 13 * *").either_day_field);
  EXPECT_FALSE(cron("0 0 */2 * FRI").either_day_field);
  EXPECT_FALSE(cron("0 0 13 * */2").either_day_field);
}

TEST(ParseCron, NamesTheFieldWhatWasFoundAndWhatWasExpected) {
  EXPECT_EQ(parse_cron("60 * * * *").problem, "minute: found '60', expected 0-59");
  EXPECT_EQ(parse_cron("0 24 * * *").problem, "hour: found '24', expected 0-23");
  EXPECT_EQ(parse_cron("0 0 0 * *").problem, "day of month: found '0', expected 1-31");
  EXPECT_EQ(parse_cron("0 0 * 13 *").problem, "month: found '13', expected 1-12 or JAN-DEC");
  EXPECT_EQ(parse_cron("0 0 * * 8").problem, "day of week: found '8', expected 0-7 or SUN-SAT");
  EXPECT_EQ(parse_cron("*/0 * * * *").problem, "minute: found '*/0', expected a step of 1 to 60 after '/'");
  EXPECT_EQ(parse_cron("5-1 * * * *").problem,
            "minute: found '5-1', expected a range that does not wrap (list its values instead)");
  EXPECT_EQ(parse_cron("").problem, "found 0 fields, expected five: minute, hour, day of month, month, day of week");
  EXPECT_EQ(parse_cron("@reboot").problem,
            "found '@reboot', expected @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually");
}

TEST(ParseCron, RefusesWhatIsNoCronLine) {
  const std::string refused[] = {
      "",
      " ",
      "*",
      "* * * *",
      "* * * * * *",
      "-1 * * * *",
      "MON- * * * *",
      "0 0 * * MON-",
      "0 0 * * -MON",
      "0 0 * * FRI-MON",
      "0 0 * * FRI-SUN",
      "0 0 * * MONDAY",
      "0 0 * * MO",
      "0 0 * MON *",
      "JAN * * * *",
      "*/90 * * * *",
      "*/ * * * *",
      "/5 * * * *",
      "*/x * * * *",
      "*/5/5 * * * *",
      "1-2-3 * * * *",
      "1,,2 * * * *",
      ", * * * *",
      "1, * * * *",
      ",1 * * * *",
      "** * * * *",
      "*-5 * * * *",
      "1-* * * * *",
      "0 0 ? * *",
      "0 0 L * *",
      "0 0 * * 5#2",
      "0 0 15W * *",
      "1.5 * * * *",
      "+1 * * * *",
      "0x1 * * * *",
      "99999999999999999999 * * * *",
      "18446744073709551617 * * * *",
      "*/18446744073709551617 * * * *",
      "4294967296 * * * *",
      "@",
      "@daily *",
      "0\n0 * * * *",
      "* * * * *\n",
  };
  for (const std::string& r : refused) {
    const CronParse parsed = parse_cron(r);
    EXPECT_FALSE(parsed.cron) << r;
    EXPECT_NE(parsed.problem, "") << r;
  }
}

TEST(NextCron, IncludesTheMinuteThatStartsNow) {
  EXPECT_EQ(next("30 10 * * *", "2026-01-05T10:30Z"), "2026-01-05T10:30:00Z");
  EXPECT_EQ(next("30 10 * * *", "2026-01-05T10:30:01Z"), "2026-01-06T10:30:00Z");
  EXPECT_EQ(next("30 10 * * *", "2026-01-05T10:29:59Z"), "2026-01-05T10:30:00Z");
}

TEST(NextCron, CarriesFromFieldToField) {
  EXPECT_EQ(next("15,45 8,20 * * *", "2026-01-05T08:45:30Z"), "2026-01-05T20:15:00Z");
  EXPECT_EQ(next("15,45 8,20 * * *", "2026-01-05T20:46Z"), "2026-01-06T08:15:00Z");
  EXPECT_EQ(next("* * * * *", "2026-12-31T23:59:01Z"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("0 0 1 1 *", "2026-01-01T00:00:01Z"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("59 23 31 12 *", "2026-12-31T23:59:01Z"), "2027-12-31T23:59:00Z");
}

TEST(NextCron, SkipsMonthsThatHaveNo31st) {
  EXPECT_EQ(next("0 0 31 * *", "2026-01-31T00:01Z"), "2026-03-31T00:00:00Z");
  EXPECT_EQ(next("0 0 31 * *", "2026-03-31T00:01Z"), "2026-05-31T00:00:00Z");
  EXPECT_EQ(next("0 0 30 2-3 *", "2026-01-01"), "2026-03-30T00:00:00Z");
}

TEST(NextCron, WaitsForTheLeapDay) {
  EXPECT_EQ(next("0 0 29 2 *", "2026-01-01"), "2028-02-29T00:00:00Z");
  EXPECT_EQ(next("0 0 29 2 *", "2028-02-29T00:01Z"), "2032-02-29T00:00:00Z");
  EXPECT_EQ(next("0 0 29 2 *", "2096-02-29T00:01Z"), "2104-02-29T00:00:00Z");
  EXPECT_EQ(next("0 0 29 2 *", "1996-02-29T00:01Z"), "2000-02-29T00:00:00Z");
}

TEST(NextCron, FindsALeapDayOnAGivenWeekdayFortyYearsOff) {
  EXPECT_EQ(next("0 0 29 2 */7", "2088-02-29T00:01Z"), "2128-02-29T00:00:00Z");
  EXPECT_EQ(weekday(parse_epoch("2128-02-29")->unix_s), Weekday::sunday);
}

TEST(NextCron, SaysSoWhenALineNeverFires) {
  EXPECT_EQ(next("0 0 30 2 *", "2026-01-01"), "never");
  EXPECT_EQ(next("0 0 31 4,6,9,11 *", "2026-01-01"), "never");
  EXPECT_EQ(next_at_or_after(Cron{}, 0), std::nullopt);
  // The weekday alone is enough when both fields are restricted.
  EXPECT_EQ(next("0 0 30 2 MON", "2026-01-01"), "2026-02-02T00:00:00Z");
}

TEST(NextCron, StaysWithinTheCalendar) {
  EXPECT_EQ(next("59 23 31 12 *", "9999-12-31T23:59Z"), "9999-12-31T23:59:00Z");
  EXPECT_EQ(next("* * * * *", "9999-12-31T23:59:01Z"), "never");
  EXPECT_EQ(next_at_or_after(cron("* * * * *"), std::numeric_limits<std::int64_t>::max()), std::nullopt);
  EXPECT_EQ(next_at_or_after(cron("* * * * *"), std::numeric_limits<std::int64_t>::min()), 0);
}

TEST(NextCron, TakesEitherDayFieldWhenBothAreRestricted) {
  EXPECT_EQ(next("0 0 13 * FRI", "2026-01-05"), "2026-01-09T00:00:00Z");
  EXPECT_EQ(next("0 0 13 * FRI", "2026-01-10"), "2026-01-13T00:00:00Z");
}

TEST(NextCron, WantsBothDayFieldsWhenOneStartsWithAStar) {
  EXPECT_EQ(next("0 0 * * FRI", "2026-01-05"), "2026-01-09T00:00:00Z");
  EXPECT_EQ(next("0 0 */2 * FRI", "2026-01-10"), "2026-01-23T00:00:00Z");  // the 16th is even
  EXPECT_EQ(next("0 0 13 * */5", "2026-01-05"), "2026-02-13T00:00:00Z");   // the first 13th on a Friday or Sunday
}

// As slow and as plain as can be.
bool fires_at(const Cron& c, std::int64_t unix_s) {
  const std::chrono::sys_days day{std::chrono::days{static_cast<int>(unix_s / 86'400)}};
  const std::chrono::year_month_day date{day};
  const bool in_days = (c.days >> static_cast<unsigned>(date.day()) & 1U) != 0;
  const bool in_weekdays = (c.weekdays >> std::chrono::weekday{day}.c_encoding() & 1U) != 0;
  return (c.minutes >> (unix_s / 60 % 60) & 1U) != 0 && (c.hours >> (unix_s / 3'600 % 24) & 1U) != 0 &&
         (c.months >> static_cast<unsigned>(date.month()) & 1U) != 0 &&
         (c.either_day_field ? in_days || in_weekdays : in_days && in_weekdays);
}

TEST(NextCron, AgreesWithAWalkMinuteByMinute) {
  const char* lines[] = {"*/17 3-21/6 * * *", "7 5 */9 * MON,THU", "59 23 28-31 * *",
                         "0 0 1 */2 5-7",     "13,31 0,12 30 * *", "5/25 22 29 2,3 0"};
  for (const char* line : lines) {
    const Cron c = cron(line);
    std::int64_t expected = parse_epoch("2028-06-01")->unix_s;
    while (!fires_at(c, expected)) expected -= 60;
    for (std::int64_t s = expected; s > parse_epoch("2028-01-30")->unix_s; s -= 60) {
      if (fires_at(c, s)) expected = s;
      ASSERT_EQ(next_at_or_after(c, s), expected) << line << " from " << iso(Epoch{s}, Instant{});
    }
  }
}

// From the npm package cron-parser 5.10.5, which knows nothing of this code: three firings in a row after an instant.
struct Firings {
  std::string_view line;
  std::int64_t from;
  std::array<std::int64_t, 3> expected;
};

constexpr Firings pinned[] = {
    // clang-format off
    {"*/14 12/13 * 1 *", 2310813185, {2335262400, 2335263240, 2335264080}},
    {"* * 22 8 MON", 1931443620, {1943568000, 1943568060, 1943568120}},
    {"* */2 25-27 * 2", 2790806228, {2790979200, 2790979260, 2790979320}},
    {"*/36 0-11 16-26 * THU,2-5/3,7", 2053704431, {2053728000, 2053730160, 2053731600}},
    {"* 3-8/4 2 MAY *", 2631061134, {2661303600, 2661303660, 2661303720}},
    {"* 1-14 * 8/10 *", 1667432410, {1690851600, 1690851660, 1690851720}},
    {"* */11 * nov *", 3046565894, {3055795200, 3055795260, 3055795320}},
    {"*/16 10 27/30 12 3", 2059069655, {2080461600, 2080462560, 2080463520}},
    {"55 15-20 * 11 *", 1764866798, {1793548500, 1793552100, 1793555700}},
    {"39/52,21,59 12,15 * OCT,7 *", 3295224869, {3297673260, 3297674340, 3297675540}},
    {"29 18-19/1 * 10/2 *", 2756279764, {2769186540, 2769190140, 2769272940}},
    {"29-38,5,19 13/17,10/12,1-9 20-30/10,24 10/7 *", 1429560651, {1445303100, 1445303940, 1445304540}},
    {"54-56 16 3/23 */3 *", 2420783096, {2422198440, 2422198500, 2422198560}},
    {"42-56 17-20/1 * * 2", 1790608057, {1790703720, 1790703780, 1790703840}},
    {"* * 9-14 JUN 0-WED", 2970730751, {2979504000, 2979504060, 2979504120}},
    {"*/39 13/17 * * *", 1707911536, {1707915600, 1707917940, 1708002000}},
    {"*/8 */21 30,4-11 SEP *", 3285087078, {3303244800, 3303245280, 3303245760}},
    {"* * 7 * *", 2430410913, {2430432000, 2430432060, 2430432120}},
    {"34/48 17/13 * * *", 2580063384, {2580140040, 2580226440, 2580312840}},
    {"*/23 * 6,12,25 * *", 2688997391, {2689545600, 2689546980, 2689548360}},
    {"11-58/30 19-23/1 19-20/1 SEP 6", 3073754876, {3082302660, 3082304460, 3082306260}},
    {"42 9-12 * 1-8/3 7,4", 3247209628, {3250489320, 3250492920, 3250496520}},
    {"45/49 18 4 5-aug,9 0", 1594863910, {1595184300, 1595789100, 1596393900}},
    {"25 * * nov,2-OCT,1 TUE,SAT,7", 2149314863, {2149316700, 2149320300, 2149323900}},
    {"11-12/1 15 8/18 * *", 1819947338, {1820416260, 1820416320, 1821971460}},
    {"0-15 * 21/23 * 1", 3177155629, {3177360000, 3177360060, 3177360120}},
    {"1-11 * * */1 *", 2138612397, {2138612460, 2138612520, 2138612580}},
    {"* 14,0,4 * * 6-7/1", 2167546725, {2167776000, 2167776060, 2167776120}},
    {"*/14 12,17 10 * TUE-6", 2501393560, {2501409600, 2501410440, 2501411280}},
    {"17/24,53,47/8 * 20 * 1,3-4,SAT", 2197455324, {2197455420, 2197456860, 2197457220}},
    {"18,54-58/1 23 * 11-12/1 FRI", 2159975114, {2172611880, 2172614040, 2172614100}},
    {"*/20 10-23 * * *", 1510693952, {1510694400, 1510695600, 1510696800}},
    {"47-59 * * */8 *", 1456501386, {1472690820, 1472690880, 1472690940}},
    {"2-17 16,2/4 28-30 8 7", 1983887445, {2006992920, 2006992980, 2006993040}},
    // clang-format on
};

TEST(NextCron, AgreesWithAnotherImplementation) {
  for (const Firings& f : pinned) {
    const Cron c = cron(f.line);
    std::int64_t from = f.from;
    for (const std::int64_t expected : f.expected) {
      ASSERT_EQ(next_at_or_after(c, from), expected) << f.line << " from " << iso(Epoch{from}, Instant{});
      from = expected + 1;
    }
  }
}

}  // namespace
}  // namespace converge::sim
