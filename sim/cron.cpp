// Parsing fills one mask per field; the search walks months and lets the masks find the day, the hour and the minute.
#include "sim/cron.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <vector>

#include "sim/calendar.hpp"

namespace converge::sim {
namespace {

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  unsigned least;
  unsigned most;
  unsigned step_most;             // as many as the field has values: a larger step is a mistake, not a wish
  const std::string_view* names;  // of least, least + 1, ...
  std::size_t name_count;
  std::string_view expected;
};

constexpr std::array<Field, 5> cron_fields{{
    {"minute", 0, 59, 60, nullptr, 0, "0-59"},
    {"hour", 0, 23, 24, nullptr, 0, "0-23"},
    {"day of month", 1, 31, 31, nullptr, 0, "1-31"},
    {"month", 1, 12, 12, month_names.data(), month_names.size(), "1-12 or JAN-DEC"},
    {"day of week", 0, 7, 7, weekday_names.data(), weekday_names.size(), "0-7 or SUN-SAT"},
}};

constexpr std::array<std::array<std::string_view, 2>, 7> nicknames{{{"@hourly", "0 * * * *"},
                                                                    {"@daily", "0 0 * * *"},
                                                                    {"@midnight", "0 0 * * *"},
                                                                    {"@weekly", "0 0 * * 0"},
                                                                    {"@monthly", "0 0 1 * *"},
                                                                    {"@yearly", "0 0 1 1 *"},
                                                                    {"@annually", "0 0 1 1 *"}}};

// ASCII only: the C library would ask the locale.
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return upper(x) == upper(y); });
}

std::vector<std::string_view> split_at_blanks(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return words;
    text.remove_prefix(first);
    const std::size_t length = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

// At most 99, which is above every limit here; more digits only make it larger.
std::optional<unsigned> number(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  unsigned n = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    n = std::min(n * 10 + static_cast<unsigned>(c - '0'), 99U);
  }
  return n;
}

std::optional<unsigned> value(const Field& field, std::string_view word) {
  for (std::size_t i = 0; i < field.name_count; ++i) {
    if (same_word(word, field.names[i])) return field.least + static_cast<unsigned>(i);
  }
  const std::optional<unsigned> n = number(word);
  return n && *n >= field.least && *n <= field.most ? n : std::nullopt;
}

std::string problem_in(const Field& field, std::string_view found, std::string_view expected) {
  return fmt::format("{}: found '{}', expected {}", field.name, found, expected);
}

// One item of a list, "9-17/2", added to the mask; what is wrong with it otherwise.
std::string add_item(const Field& field, std::string_view item, std::uint64_t& mask) {
  std::string_view range = item;
  unsigned step = 1;
  const std::size_t slash = item.find('/');
  if (slash != std::string_view::npos) {
    range = item.substr(0, slash);
    const std::optional<unsigned> n = number(item.substr(slash + 1));
    if (!n || *n == 0 || *n > field.step_most) {
      return problem_in(field, item, fmt::format("a step of 1 to {} after '/'", field.step_most));
    }
    step = *n;
  }

  unsigned first = field.least;
  unsigned last = field.most;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    const std::optional<unsigned> low = value(field, range.substr(0, dash));
    if (!low) return problem_in(field, item, field.expected);
    first = *low;
    if (dash != std::string_view::npos) {
      const std::optional<unsigned> high = value(field, range.substr(dash + 1));
      if (!high) return problem_in(field, item, field.expected);
      last = *high;
      if (last < first) return problem_in(field, item, "a range that does not wrap (list its values instead)");
    } else if (slash == std::string_view::npos) {
      last = first;
    }
  }
  for (unsigned v = first; v <= last; v += step) mask |= std::uint64_t{1} << v;
  return {};
}

std::string add_list(const Field& field, std::string_view list, std::uint64_t& mask) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (std::string problem = add_item(field, list.substr(0, comma), mask); !problem.empty()) return problem;
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
}

// The days of one month on which the line fires, bit d for day d. The week's seven bits are turned so that they start
// on the first of the month, then repeated by one multiplication.
std::uint32_t days_of(const Cron& cron, std::chrono::year_month month) {
  const unsigned first = std::chrono::weekday{std::chrono::sys_days{month / 1}}.c_encoding();
  const unsigned last = static_cast<unsigned>((month / std::chrono::last).day());
  const std::uint64_t week = (cron.weekdays >> first | cron.weekdays << (7 - first)) & 0x7FU;
  const auto by_weekday = static_cast<std::uint32_t>((week * 0x10204081U) << 1U);
  const std::uint32_t exist = static_cast<std::uint32_t>((std::uint64_t{2} << last) - 2);
  return exist & (cron.either_day_field ? cron.days | by_weekday : cron.days & by_weekday);
}

// Days count from 1970-01-01, as in sys_days.
std::optional<std::int64_t> next_day(const Cron& cron, std::int64_t day) {
  if (day > unix_s_last / 86'400) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
  int year = static_cast<int>(date.year());
  unsigned month = static_cast<unsigned>(date.month());
  std::uint32_t not_before = ~std::uint32_t{0} << static_cast<unsigned>(date.day());

  constexpr int months_until_repeat = 400 * 12;
  for (int walked = 0; walked <= months_until_repeat && year <= 9'999; ++walked) {
    if ((cron.months >> month & 1U) != 0) {
      const std::chrono::year_month here{std::chrono::year{year}, std::chrono::month{month}};
      const std::uint32_t found = days_of(cron, here) & not_before;
      if (found != 0) return std::chrono::sys_days{here / 1}.time_since_epoch().count() + std::countr_zero(found) - 1;
    }
    not_before = ~std::uint32_t{0};
    if (++month > 12) {
      month = 1;
      ++year;
    }
  }
  return std::nullopt;
}

// Minutes count from midnight; nothing when none is left today.
std::optional<int> next_minute_of_day(const Cron& cron, int minute_of_day) {
  const int hour = minute_of_day / 60;
  if ((cron.hours >> hour & 1U) != 0) {
    const std::uint64_t left = cron.minutes & ~std::uint64_t{0} << (minute_of_day % 60);
    if (left != 0) return hour * 60 + std::countr_zero(left);
  }
  const std::uint32_t hours_left = cron.hours & ~std::uint32_t{1} << hour;
  if (hours_left == 0 || cron.minutes == 0) return std::nullopt;
  return std::countr_zero(hours_left) * 60 + std::countr_zero(cron.minutes);
}

}  // namespace

CronParse parse_cron(std::string_view text) {
  std::vector<std::string_view> words = split_at_blanks(text);
  if (words.size() == 1 && words[0].starts_with('@')) {
    const auto* known = std::ranges::find_if(nicknames, [&](const auto& n) { return same_word(n[0], words[0]); });
    if (known == nicknames.end()) {
      return {{},
              fmt::format("found '{}', expected @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually",
                          words[0])};
    }
    words = split_at_blanks((*known)[1]);
  }
  if (words.size() != cron_fields.size()) {
    return {{},
            fmt::format("found {} field{}, expected five: minute, hour, day of month, month, day of week", words.size(),
                        words.size() == 1 ? "" : "s")};
  }

  std::array<std::uint64_t, 5> masks{};
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (std::string problem = add_list(cron_fields[i], words[i], masks[i]); !problem.empty()) return {{}, problem};
  }
  const std::uint64_t sunday_again = masks[4] >> 7U;
  return {Cron{.minutes = masks[0],
               .hours = static_cast<std::uint32_t>(masks[1]),
               .days = static_cast<std::uint32_t>(masks[2]),
               .months = static_cast<std::uint32_t>(masks[3]),
               .weekdays = static_cast<std::uint32_t>((masks[4] | sunday_again) & 0x7FU),
               .either_day_field = !words[2].starts_with('*') && !words[4].starts_with('*')},
          {}};
}

std::optional<std::int64_t> next_at_or_after(const Cron& cron, std::int64_t unix_s) {
  if (unix_s > unix_s_last) return std::nullopt;
  const std::int64_t minute = (std::max<std::int64_t>(unix_s, 0) + 59) / 60;
  const std::int64_t day = minute / 1'440;
  const std::optional<int> first = next_minute_of_day(cron, 0);
  if (!first) return std::nullopt;
  const std::optional<int> today = next_minute_of_day(cron, static_cast<int>(minute % 1'440));
  const std::optional<std::int64_t> found = next_day(cron, today ? day : day + 1);
  if (!found) return std::nullopt;
  return *found * 86'400 + (*found == day ? *today : *first) * 60;
}

}  // namespace converge::sim
