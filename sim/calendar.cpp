// Dates to seconds and back, on the civil calendar of <chrono>; its clocks and time zones are not used.
#include "sim/calendar.hpp"

#include <fmt/core.h>

#include <chrono>

namespace converge::sim {
namespace {

// Takes `digits` digits off the front: a fixed width, so "2026-1-5" is refused and not guessed at.
std::optional<int> take_number(std::string_view& rest, std::size_t digits) {
  if (rest.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
    number = number * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(digits);
  return number;
}

bool take(std::string_view& rest, char expected) {
  if (rest.empty() || rest.front() != expected) return false;
  rest.remove_prefix(1);
  return true;
}

// "-01" or ":30": the separator belongs to the number after it.
std::optional<int> take_pair(std::string_view& rest, char separator) {
  return take(rest, separator) ? take_number(rest, 2) : std::nullopt;
}

}  // namespace

std::optional<Epoch> parse_epoch(std::string_view text) {
  const std::optional<int> year = take_number(text, 4);
  const std::optional<int> month = year ? take_pair(text, '-') : std::nullopt;
  const std::optional<int> day = month ? take_pair(text, '-') : std::nullopt;
  if (!day || *year < 1970) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight = std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * 86'400;
  if (text.empty()) return Epoch{midnight};

  const std::optional<int> hour = take_pair(text, 'T');
  const std::optional<int> minute = hour ? take_pair(text, ':') : std::nullopt;
  if (!minute) return std::nullopt;
  const std::optional<int> second = text.starts_with(':') ? take_pair(text, ':') : std::optional(0);
  if (!second || text != "Z" || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Epoch{midnight + *hour * 3'600 + *minute * 60 + *second};
}

std::string iso(Epoch epoch, Instant t) {
  if (t == never) return "never";
  const std::int64_t unix_s = unix_seconds(epoch, t);
  if (unix_s < 0) return "before 1970-01-01";
  if (unix_s > unix_s_last) return "after 9999-12-31";

  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{static_cast<int>(unix_s / 86'400)}}};
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                unix_s / 3'600 % 24, unix_s / 60 % 60, unix_s % 60);
  if (const std::int64_t us = (t.us % 1'000'000 + 1'000'000) % 1'000'000; us != 0) {
    out += fmt::format(".{:06}", us);
    out.resize(out.find_last_not_of('0') + 1);
  }
  return out + 'Z';
}

}  // namespace converge::sim
