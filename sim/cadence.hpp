// When a system may deploy, and when a job runs: continuously, at an interval, by cron, with a release train, or when a
// human says so; and when it may not, because of a freeze.
//
// Modelled: the first slot at or after the moment when something is ready. Left out: how long the deploy then takes,
// queues for a slot, and trains with limited room; those belong to the models.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/calendar.hpp"
#include "sim/cron.hpp"
#include "sim/time.hpp"

namespace converge::sim {

// A moment that every week has, in UTC. Minutes beyond the day count on into the next.
struct WeekTime {
  Weekday day = Weekday::monday;
  std::int32_t minute = 0;  // of the day

  bool operator==(const WeekTime&) const = default;
  friend constexpr auto fields(const WeekTime& w) { return std::tie(w.day, w.minute); }
};

// A time in which nothing goes: from its start, up to but not including its end.
struct Freeze {
  enum class Kind : std::uint8_t { once, weekly };

  Kind kind = Kind::once;
  Instant from;  // once; empty unless from < until, and without end when until is never
  Instant until;
  WeekTime starts_weekly;  // weekly; may wrap the week, and lasts all of it when it ends where it starts
  WeekTime ends_weekly;

  bool operator==(const Freeze&) const = default;
  friend constexpr auto fields(const Freeze& f) {
    return std::tie(f.kind, f.from, f.until, f.starts_weekly, f.ends_weekly);
  }
};

constexpr Freeze freeze_once(Instant from, Instant until) {
  return {.kind = Freeze::Kind::once, .from = from, .until = until, .starts_weekly = {}, .ends_weekly = {}};
}
constexpr Freeze freeze_weekly(WeekTime starts, WeekTime ends) {
  return {.kind = Freeze::Kind::weekly, .from = {}, .until = {}, .starts_weekly = starts, .ends_weekly = ends};
}

struct Cadence {
  enum class Kind : std::uint8_t { continuous, interval, cron, train, manual };

  Kind kind = Kind::continuous;
  Duration every;   // interval: slots at offset, offset + every, ... from the start of the run; never unless positive
  Duration offset;  // interval
  bool any_offset =
      false;        // interval: nobody knows the offset, so it is a choice; who asks for slots puts the answer in
  Cron cron;        // cron: the slots; train: the departures
  Duration cutoff;  // train: what is ready less than this before a departure takes the next one
  Window delay;     // manual: until the human acts; whoever asks for a slot adds it to `ready` first
  std::vector<Freeze> freezes;

  bool operator==(const Cadence&) const = default;
  friend auto fields(const Cadence& c) {
    return std::tie(c.kind, c.every, c.offset, c.any_offset, c.cron, c.cutoff, c.delay, c.freezes);
  }
};

// Eight years, the longest gap between two 29ths of February: a slot that is further off than this is never.
inline constexpr Duration slot_wait_max = days(8 * 366);

constexpr Instant next_on_interval(Duration every, Duration offset, Instant ready) {
  if (every.us <= 0) return never;
  ready = std::max(ready, Instant{});
  // Unsigned, so that no argument can overflow: the gap between two int64 always fits.
  const auto at = static_cast<std::uint64_t>(ready.us);
  const auto first = static_cast<std::uint64_t>(offset.us);
  const auto period = static_cast<std::uint64_t>(every.us);
  std::uint64_t wait = first - at;
  if (offset.us < ready.us) {
    const std::uint64_t since_slot = (at - first) % period;
    wait = since_slot == 0 ? 0 : period - since_slot;
  }
  const auto wait_max = static_cast<std::uint64_t>(std::min(slot_wait_max, never - ready).us);
  return wait <= wait_max ? Instant{static_cast<std::int64_t>(at + wait)} : never;
}

namespace detail {
Instant next_slot_by_calendar(const Cadence&, Epoch, Instant ready);
}

// The first instant at or after `ready` at which the cadence lets something go; never when slot_wait_max holds none.
// A slot inside a freeze moves to the first slot at or after the freeze's end (for continuous and manual, the end
// itself). Runs start at zero: nothing goes before.
inline Instant next_slot(const Cadence& cadence, Epoch epoch, Instant ready) {
  if (cadence.freezes.empty()) {
    if (cadence.kind == Cadence::Kind::interval) return next_on_interval(cadence.every, cadence.offset, ready);
    if (cadence.kind == Cadence::Kind::continuous || cadence.kind == Cadence::Kind::manual) {
      return std::max(ready, Instant{});
    }
  }
  return detail::next_slot_by_calendar(cadence, epoch, ready);
}

}  // namespace converge::sim
