// Whole numbers only, so that no figure depends on how a machine rounds.
#include "reports/figures.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace converge::reports {

std::string count(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string figure(std::int64_t n) {
  const std::uint64_t size = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  std::string out = n < 0 ? "-" : "";
  if (size < 10'000) return out + count(size);
  constexpr std::array<std::string_view, 6> units{"k", "M", "G", "T", "P", "E"};
  std::uint64_t one = 1'000;
  std::size_t unit = 0;
  while (unit + 1 < units.size() && size / one >= 1'000) {
    one *= 1'000;
    ++unit;
  }
  out += std::to_string(size / one);
  if (const std::uint64_t tenth = size % one / (one / 10); tenth != 0) out += fmt::format(".{}", tenth);
  return fmt::format("{} {}", out, units[unit]);
}

std::string count_or_figure(std::uint64_t n) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return n < 10'000'000 ? count(n) : figure(static_cast<std::int64_t>(std::min(n, most)));
}

std::string of_unit(std::int64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", figure(n), n == 1 || n == -1 ? one : many);
}

std::string compact(sim::Duration d) {
  std::string out = sim::text(d);
  if (const std::size_t at = out.find(" min"); at != std::string::npos) out.replace(at, 4, "m");
  std::erase(out, ' ');
  return out;
}

std::string to_the_minute(sim::Instant t) {
  const std::string out = sim::text(t);
  return t == sim::never ? out : out.substr(0, out.size() - 3);
}

}  // namespace converge::reports
