// Numbers and times as the page writes them: short, and the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/time.hpp"

namespace converge::reports {

// "12,345": never by the locale, which would make a report depend on the machine.
std::string count(std::uint64_t);

// "1.2 M": rounded towards zero, exact below ten thousand.
std::string figure(std::int64_t);

// Exact below ten million, for what is counted by event.
std::string count_or_figure(std::uint64_t);

// "1 row", "1.2 M rows".
std::string of_unit(std::int64_t, std::string_view one, std::string_view many);

// "2h15m" for "2 h 15 min": a column of them must be narrow.
std::string compact(sim::Duration);

// "d1 14:05" for "d1 14:05:00".
std::string to_the_minute(sim::Instant);

}  // namespace converge::reports
