// The search for a slot: propose one, and while a freeze covers it, propose the first one after the freeze.
//
// It ends: each round leaves one freeze behind, and in the eight years that are searched there are only so many. With n
// freezes a week takes at most n squared steps, which is nothing for the handful that an organisation has.
#include "sim/cadence.hpp"

#include <cassert>

namespace converge::sim {
namespace {

constexpr Duration week = days(7);

// Since Sunday 00:00, less than a week; the remainder brings any weekday and minute into the week.
constexpr Duration since_sunday(WeekTime t) {
  const Duration d = days(static_cast<std::int64_t>(t.day)) + minutes(t.minute);
  return {((d.us % week.us) + week.us) % week.us};
}

constexpr Duration since_sunday(Epoch epoch, Instant t) {
  constexpr Duration thursday = days(4);  // 1970-01-01
  return {(seconds(epoch.unix_s % (7 * 86'400)) + Duration{t.us % week.us} + thursday).us % week.us};
}

// When the freeze that covers t ends; t itself when it does not cover t.
Instant end_of(const Freeze& freeze, Epoch epoch, Instant t) {
  if (freeze.kind == Freeze::Kind::once) return freeze.from <= t && t < freeze.until ? freeze.until : t;
  const Duration starts = since_sunday(freeze.starts_weekly);
  const Duration ends = since_sunday(freeze.ends_weekly);
  const Duration length = starts < ends ? ends - starts : ends - starts + week;
  const Duration into = since_sunday(epoch, t) - starts;
  const Duration into_freeze = into < Duration{} ? into + week : into;
  return into_freeze < length ? t + (length - into_freeze) : t;
}

// The first instant at or after t that no freeze covers, however they abut and overlap; never when that is past `last`.
Instant thaw(const std::vector<Freeze>& freezes, Epoch epoch, Instant t, Instant last) {
  Instant weekly_from = t;  // since here only weekly freezes have carried t
  for (bool moved = true; moved;) {
    moved = false;
    for (const Freeze& freeze : freezes) {
      const Instant end = end_of(freeze, epoch, t);
      if (end == t) continue;
      if (end > last) return never;
      if (freeze.kind == Freeze::Kind::once) weekly_from = end;
      if (end - weekly_from >= week) return never;  // weekly freezes that cover one whole week cover them all
      t = end;
      moved = true;
    }
  }
  return t;
}

Instant next_by_cron(const Cron& cron, Epoch epoch, Instant t) {
  constexpr Duration almost_a_second = seconds(1) - microseconds(1);  // the first whole second at or after t
  const std::optional<std::int64_t> unix_s = next_at_or_after(cron, unix_seconds(epoch, t + almost_a_second));
  return unix_s ? instant_at(epoch, *unix_s) : never;
}

// As if there were no freeze, for something that has met the cutoff.
Instant next_open_slot(const Cadence& cadence, Epoch epoch, Instant t) {
  switch (cadence.kind) {
    case Cadence::Kind::continuous:
    case Cadence::Kind::manual: return t;
    case Cadence::Kind::interval: return next_on_interval(cadence.every, cadence.offset, t);
    case Cadence::Kind::cron:
    case Cadence::Kind::train: return next_by_cron(cadence.cron, epoch, t);
  }
  assert(false && "every kind returns above");
  return never;
}

}  // namespace

Instant detail::next_slot_by_calendar(const Cadence& cadence, Epoch epoch, Instant ready) {
  assert(epoch.unix_s >= 0 && epoch.unix_s <= unix_s_last);
  ready = std::max(ready, Instant{});
  const Instant calendar_last = instant_at(epoch, unix_s_last);
  if (ready > calendar_last) return never;
  const Instant last = std::min(ready + slot_wait_max, calendar_last);

  Instant t = ready;
  if (cadence.kind == Cadence::Kind::train) {
    if (cadence.cutoff > slot_wait_max) return never;
    t = ready + std::max(cadence.cutoff, Duration{});
  }
  while (t <= last) {
    const Instant slot = next_open_slot(cadence, epoch, t);
    if (slot > last) return never;
    t = thaw(cadence.freezes, epoch, slot, last);
    if (t == slot) return slot;
  }
  return never;
}

}  // namespace converge::sim
