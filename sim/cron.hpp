// Cron lines as bit masks: minute, hour, day of month, month, day of week, all in UTC.
//
// Read: `*`, values, lists `1,15`, ranges `9-17`, steps (`*/15`, `10-50/20`, and `5/10`, which is `5-59/10`), names in
// any case (JAN, MON), 7 as another Sunday, and @hourly @daily @midnight @weekly @monthly @yearly @annually.
//
// Left out: seconds, years, time zones, @reboot, and the marks of Quartz (`?`, `L`, `W`, `#`). A range that wraps
// (`FRI-MON`) is refused, as cron does: write `FRI,SAT,SUN,MON`.
//
// The day rule is that of Vixie cron, traps included. When neither day field starts with a star, a day that matches
// either of them fires: `0 0 13 * FRI` is every 13th and every Friday. When one of them starts with a star, both must
// match: `0 0 1-7 * *` is the first week of a month, and `0 0 */2 * FRI` the Fridays on odd days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace converge::sim {

// One that was never parsed has no minute, and so never fires.
struct Cron {
  std::uint64_t minutes = 0;      // bit m: minute m, 0 to 59
  std::uint32_t hours = 0;        // bit h: hour h, 0 to 23
  std::uint32_t days = 0;         // bit d: day d of the month, 1 to 31
  std::uint32_t months = 0;       // bit m: month m, 1 to 12
  std::uint32_t weekdays = 0;     // bit w: 0 Sunday to 6 Saturday
  bool either_day_field = false;  // both day fields are restricted: a day that matches one of them is enough

  bool operator==(const Cron&) const = default;
  friend constexpr auto fields(const Cron& c) {
    return std::tie(c.minutes, c.hours, c.days, c.months, c.weekdays, c.either_day_field);
  }
};

// A Cron, or what is wrong with the text: the field, what was found there and what was expected.
struct CronParse {
  std::optional<Cron> cron;
  std::string problem;
};

CronParse parse_cron(std::string_view);

// The first minute at or after `unix_s`, as the second with which it starts; nothing when the line never fires again
// (30 February, or the calendar's end in 9999). The calendar repeats after 400 years, weekdays included, so a line
// that is silent for that long is silent for good: the search is bounded, and its answer is exact.
std::optional<std::int64_t> next_at_or_after(const Cron&, std::int64_t unix_s);

}  // namespace converge::sim
