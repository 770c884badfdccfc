// Properties that a scenario states itself: a temporal pattern over conditions on metrics. A claim is fixed; what it
// remembers while a run goes on is a ClaimState of a few words, which is part of the world.
//
// Time. A run is looked at when it starts, just before each event (at the event's instant), just after it, and at the
// horizon. Between two events only durations change, and they only grow, so the look before an event sees each at its
// greatest: margins are exact. What a condition was at a look, it was since the look before, but for "a duration is at
// least ...", which comes true between two looks: `within` counts from and to that very instant. Scopes open and close
// at looks.
//
// Scope. `after` opens it at the look at which that condition becomes true, `until` closes it at the look at which that
// one is true, which is not in the scope any more; it opens again when `after` becomes true again. Without `after` it
// is open from the start, once; without `until` to the horizon. A condition becomes true when it is, and was not at the
// look before; before the start nothing is true.
//
// Patterns, within the scope, with margins that are at least 0 exactly if the claim holds. The distance of a condition
// is how far its metric is on the right side of the bound: 0 at the bound, below 0 where the condition is false.
//   always C         the least distance of C
//   never C          the same of "not C": 0 where C would be true one unit (a row, a microsecond) further
//   within D, A, C   from each time A becomes true, C is true no more than D later (at once counts): D minus the
//   longest
//                    time that it took. The scope says which of these times count; the answer may come after it. One
//                    that is still open at the horizon took longer than what has passed, if its deadline is not later
//   at most n, C     n minus how often C became true
//   sometimes C      the greatest distance of C. Unmet, it breaks nothing: the run has then not been put to the test
// A claim whose scope never opened, whose A never came true, or whose deadline lies beyond the horizon says nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "models/metrics.hpp"
#include "sim/campaign.hpp"
#include "sim/fields.hpp"
#include "sim/time.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

inline constexpr std::size_t kClaimsMax = 32;
inline constexpr std::size_t kMetricsMax = 64;

struct Condition {
  enum class Compare : std::uint8_t { at_most, at_least, equals };  // equals: not of a duration, which nobody meets
  MetricId metric = 0;
  Compare compare = Compare::at_most;
  std::int64_t bound = 0;  // in the metric's unit; a duration in microseconds
};

struct Claim {
  enum class Pattern : std::uint8_t { always, never, within, at_most, sometimes };
  std::string name;
  Pattern pattern = Pattern::always;
  Condition condition;      // C
  Condition trigger{};      // within: A
  sim::Duration limit{};    // within: D
  std::uint32_t times = 0;  // at_most: n
  std::optional<Condition> after{};
  std::optional<Condition> until{};
};

struct ClaimState {
  bool open = false;        // the scope
  bool looked = false;      // it was open at some look
  bool after_was = false;   // at the look before
  bool was = false;         // the trigger, or what is counted, at the look before
  bool answer_was = false;  // within: the condition, at the look before
  bool armed = false;       // the trigger came true, and the condition has not been since
  sim::Instant armed_at;
  std::uint32_t count = 0;  // times it came true: the trigger, or what is counted
  // Value of the condition's metric at the least margin (of sometimes, the greatest); within: the longest time so far.
  std::int64_t worst = 0;
  sim::Instant at;  // when that was

  bool operator==(const ClaimState&) const = default;
  friend auto fields(const ClaimState& s) {
    return std::tie(s.open, s.looked, s.after_was, s.was, s.answer_was, s.armed, s.armed_at, s.count, s.worst, s.at);
  }
};

static_assert(sim::ListsEveryField<ClaimState>);

// At least 0 exactly if the condition is true of this value.
constexpr std::int64_t distance(const Condition& c, std::int64_t value) {
  switch (c.compare) {
    case Condition::Compare::at_most: return c.bound - value;
    case Condition::Compare::at_least: return value - c.bound;
    case Condition::Compare::equals: return value < c.bound ? value - c.bound : c.bound - value;
  }
  return 0;
}

// What has passed since the look before: an event, or only time.
enum class Since : std::uint8_t { event, time };

// One look. `values` holds what each metric is now, by its place in metrics(); only those of the claim are read.
void look(const Claim&, ClaimState&, std::span<const std::int64_t> values, sim::Instant now, Since);

// What a state says after the look at the horizon, `end`; and its margin alone.
sim::PropertyResult result(const Claim&, const ClaimState&, sim::Instant end);
std::int64_t margin(const Claim&, const ClaimState&, sim::Instant end);
// Why that says nothing, if it does.
std::optional<sim::Silence> says_nothing(const Claim&, const ClaimState&, sim::Instant end);

// "nulls of base-table at most 1000 rows"
std::string words(const Condition&);

// What the metrics that some claim names are at a moment, by their place in metrics(); the others are not set.
using Readings = std::array<std::int64_t, kMetricsMax>;

// The claims of a pipeline. A metric that several name is read once.
class ClaimsModel {
 public:
  explicit ClaimsModel(std::vector<Claim> claims);

  bool none() const { return claims_.empty(); }
  Readings read(const Pipeline&, const PipelineState&, sim::Instant now) const;
  bool same(const Readings&, const Readings&) const;
  // When only time has passed, claims without a duration have nothing to look at.
  void look(std::vector<ClaimState>&, const Readings&, sim::Instant now, Since) const;
  const std::vector<Claim>& claims() const { return claims_; }

 private:
  std::vector<Claim> claims_;
  std::vector<MetricId> read_;               // metrics that some claim names, each once
  std::vector<std::size_t> with_durations_;  // claims that name one
};

}  // namespace converge::models
