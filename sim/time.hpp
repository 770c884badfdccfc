// Virtual time: whole microseconds, in types that cannot be mixed up.
//
// An Instant counts from the start of a run; the start's calendar date is the scenario's (`epoch`), and only cadences
// that follow a calendar (cron, trains) know it. Nothing here reads a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace converge::sim {

struct Duration {
  std::int64_t us = 0;

  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
  friend constexpr Duration operator*(Duration a, std::int64_t k) { return {a.us * k}; }
  friend constexpr Duration operator/(Duration a, std::int64_t k) { return {a.us / k}; }
  friend constexpr std::int64_t operator/(Duration a, Duration b) { return a.us / b.us; }
  friend constexpr auto fields(const Duration& d) { return std::tie(d.us); }
};

struct Instant {
  std::int64_t us = 0;

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.us + d.us}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.us - d.us}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.us - b.us}; }
  friend constexpr auto fields(const Instant& t) { return std::tie(t.us); }
};

// Later than anything that a run can reach.
inline constexpr Instant never{std::numeric_limits<std::int64_t>::max()};

constexpr Duration microseconds(std::int64_t n) { return {n}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(60 * n); }
constexpr Duration hours(std::int64_t n) { return minutes(60 * n); }
constexpr Duration days(std::int64_t n) { return hours(24 * n); }

// Least, usual and most: the three figures in which the fact sheets give every duration. least <= usual <= most.
struct Window {
  Duration least;
  Duration usual;
  Duration most;

  friend constexpr auto operator<=>(const Window&, const Window&) = default;
  friend constexpr auto fields(const Window& w) { return std::tie(w.least, w.usual, w.most); }
};

constexpr Window exactly(Duration d) { return {d, d, d}; }

// "41 min", "2 h 15 min", "3 d", "0.6 s", "250 us": at most two units, rounded down, as a person would say it.
std::string text(Duration);
// "d1 14:05:00" counted from the start of the run, in whole seconds, rounded down: day 0 is the first.
std::string text(Instant);

// ISO 8601 ("PT15M", "P1DT2H", "PT0.5S") or short ("15m", "1h30m", "90s", "250ms", "3d", "2w"); never negative, at most
// 100 years. Nothing when the text is not a duration.
std::optional<Duration> parse_duration(std::string_view);
// ISO 8601 as we print it, parse_duration(iso8601(d)) == d: "PT2H15M", "P3D", "PT0.6S".
std::string iso8601(Duration);

}  // namespace converge::sim
