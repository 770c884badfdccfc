// The calendar date of a run. Virtual time counts from zero; an Epoch says which UTC second that zero is, so that cron
// lines, release trains and freezes fall on the weekdays and dates that a reader expects.
//
// Modelled: the Gregorian calendar in UTC, years 1970 to 9999. Left out: time zones, summer time and leap seconds. A
// team whose train leaves at 10:00 local time writes the UTC hour, and a plan across a clock change is two scenarios.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "sim/time.hpp"

namespace converge::sim {

struct Epoch {
  std::int64_t unix_s = 0;

  friend constexpr auto operator<=>(const Epoch&, const Epoch&) = default;
  friend constexpr auto fields(const Epoch& e) { return std::tie(e.unix_s); }
};

// The last second of the calendar: 9999-12-31T23:59:59Z. Up to here seconds fit 64 bits of microseconds with room.
inline constexpr std::int64_t unix_s_last = 253'402'300'799;

// Numbered as in cron.
enum class Weekday : std::uint8_t { sunday, monday, tuesday, wednesday, thursday, friday, saturday };

// "2026-01-05T10:00:00Z", "2026-01-05T10:00Z" or "2026-01-05" (its midnight); UTC only.
std::optional<Epoch> parse_epoch(std::string_view);

// "2026-01-05T10:00:00Z", with the digits of a fraction only when there is one. "never" for never; what lies outside
// the calendar says so.
std::string iso(Epoch, Instant);

// The calendar second in which an instant falls. The epoch and the result lie within the calendar, or t is no instant
// of a run.
constexpr std::int64_t unix_seconds(Epoch epoch, Instant t) {
  const std::int64_t whole = t.us / 1'000'000;
  return epoch.unix_s + (t.us % 1'000'000 < 0 ? whole - 1 : whole);
}

// The instant at which a second of the calendar starts, negative when that is before the run.
constexpr Instant instant_at(Epoch epoch, std::int64_t unix_s) { return Instant{} + seconds(unix_s - epoch.unix_s); }

// 1970-01-01 was a Thursday.
constexpr Weekday weekday(std::int64_t unix_s) {
  const std::int64_t day = unix_s / 86'400 - (unix_s % 86'400 < 0 ? 1 : 0);
  return static_cast<Weekday>(((day + 4) % 7 + 7) % 7);
}

}  // namespace converge::sim
