// Durations and instants as text. Whole numbers throughout: a fraction is read digit by digit and must come to a whole
// number of microseconds, so nothing that is read here is ever rounded.
#include "sim/time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

namespace converge::sim {
namespace {

constexpr std::int64_t century_us = days(36'525).us;

// How far below zero or above, without the overflow that negating the least int64 would be.
constexpr std::uint64_t magnitude(std::int64_t us) {
  return us < 0 ? 0 - static_cast<std::uint64_t>(us) : static_cast<std::uint64_t>(us);
}

// "0.6" for 600 of 1000; `places` is the number of digits that `one` has after its first.
std::string decimal(std::uint64_t parts, std::uint64_t one, int places) {
  std::string out = std::to_string(parts / one);
  if (parts % one == 0) return out;
  out += fmt::format(".{:0{}}", parts % one, places);
  out.resize(out.find_last_not_of('0') + 1);
  return out;
}

struct Unit {
  std::string_view name;
  std::int64_t us;
};

constexpr std::array<Unit, 2> iso_date_units{{{"W", days(7).us}, {"D", days(1).us}}};
constexpr std::array<Unit, 3> iso_clock_units{{{"H", hours(1).us}, {"M", minutes(1).us}, {"S", seconds(1).us}}};
constexpr std::array<Unit, 7> short_units{{{"w", days(7).us},
                                           {"d", days(1).us},
                                           {"h", hours(1).us},
                                           {"m", minutes(1).us},
                                           {"s", seconds(1).us},
                                           {"ms", milliseconds(1).us},
                                           {"us", microseconds(1).us}}};

// The digits after the point, as microseconds of a unit; nothing when that is not a whole number of them.
// Past 18 digits (trailing zeros aside) it never is: no unit here has so many factors of two or of five.
std::optional<std::int64_t> fraction_us(std::string_view digits, std::int64_t unit_us) {
  while (!digits.empty() && digits.back() == '0') digits.remove_suffix(1);
  if (digits.size() > 18) return std::nullopt;
  __extension__ using Wide = __int128;
  Wide parts = 0;
  Wide one = 1;
  for (const char c : digits) {
    parts = parts * 10 + (c - '0');
    one *= 10;
  }
  parts *= unit_us;
  if (parts % one != 0) return std::nullopt;
  return static_cast<std::int64_t>(parts / one);
}

struct Reader {
  std::string_view rest;
  std::int64_t total_us = 0;
  bool ended = false;  // by a fraction: only the last component may have one
};

std::string_view take_digits(std::string_view& rest) {
  const std::size_t count = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

// One number with its unit, "1.5h"; only units from `units` on may follow, from the largest to the smallest.
bool read_component(Reader& in, std::span<const Unit>& units) {
  const std::string_view whole = take_digits(in.rest);
  if (in.ended || whole.empty()) return false;
  std::int64_t count = 0;
  for (const char c : whole) {
    count = count * 10 + (c - '0');
    if (count > century_us) return false;
  }
  std::string_view fraction;
  if (in.rest.starts_with('.') || in.rest.starts_with(',')) {
    in.rest.remove_prefix(1);
    fraction = take_digits(in.rest);
    if (fraction.empty()) return false;
    in.ended = true;
  }

  const std::string_view name = in.rest.substr(0, in.rest.find_first_of("0123456789T"));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return false;
  const std::optional<std::int64_t> part_us = fraction_us(fraction, unit->us);
  if (!part_us || count > century_us / unit->us) return false;
  in.total_us += count * unit->us + *part_us;
  if (in.total_us > century_us) return false;

  in.rest.remove_prefix(name.size());
  units = units.subspan(static_cast<std::size_t>(unit - units.begin()) + 1);
  return true;
}

// At least one component, up to the end or to the T before the hours.
bool read_components(Reader& in, std::span<const Unit> units) {
  do {
    if (!read_component(in, units)) return false;
  } while (!in.rest.empty() && in.rest.front() != 'T');
  return true;
}

}  // namespace

std::string text(Duration d) {
  const std::uint64_t us = magnitude(d.us);
  const std::string sign = d.us < 0 ? "-" : "";
  if (us == 0) return "0 s";
  if (us < 1'000) return fmt::format("{}{} us", sign, us);
  if (us < 100'000) return fmt::format("{}{} ms", sign, decimal(us, 1'000, 3));
  if (us < 60'000'000) return fmt::format("{}{} s", sign, decimal(us / 1'000, 1'000, 3));

  constexpr std::array<std::string_view, 4> names{"d", "h", "min", "s"};
  const std::uint64_t s = us / 1'000'000;
  const std::array<std::uint64_t, 4> counts{s / 86'400, s / 3'600 % 24, s / 60 % 60, s % 60};
  std::size_t first = 0;
  while (counts[first] == 0) ++first;
  std::string out = fmt::format("{}{} {}", sign, counts[first], names[first]);
  if (first + 1 < counts.size() && counts[first + 1] != 0) {
    out += fmt::format(" {} {}", counts[first + 1], names[first + 1]);
  }
  return out;
}

std::string text(Instant t) {
  if (t == never) return "never";
  const std::uint64_t s = magnitude(t.us) / 1'000'000;
  return fmt::format("{}d{} {:02}:{:02}:{:02}", t.us < 0 ? "-" : "", s / 86'400, s / 3'600 % 24, s / 60 % 60, s % 60);
}

std::optional<Duration> parse_duration(std::string_view text) {
  Reader in{.rest = text};
  bool read = false;
  if (!in.rest.starts_with('P')) {
    read = read_components(in, short_units);
  } else {
    // Years and months are refused like any unknown unit: how long they are depends on when they start.
    in.rest.remove_prefix(1);
    read = in.rest.starts_with('T') || read_components(in, iso_date_units);
    if (read && in.rest.starts_with('T')) {
      in.rest.remove_prefix(1);
      read = read_components(in, iso_clock_units);
    }
  }
  return read && in.rest.empty() ? std::optional(Duration{in.total_us}) : std::nullopt;
}

std::string iso8601(Duration d) {
  const std::uint64_t us = magnitude(d.us);
  if (us == 0) return "PT0S";
  const std::uint64_t s = us / 1'000'000;
  std::string out = d.us < 0 ? "-P" : "P";
  if (s / 86'400 != 0) out += fmt::format("{}D", s / 86'400);
  if (us % 86'400'000'000 == 0) return out;
  out += 'T';
  if (s / 3'600 % 24 != 0) out += fmt::format("{}H", s / 3'600 % 24);
  if (s / 60 % 60 != 0) out += fmt::format("{}M", s / 60 % 60);
  if (us % 60'000'000 != 0) out += decimal(us % 60'000'000, 1'000'000, 6) + "S";
  return out;
}

}  // namespace converge::sim
