#include "models/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "models/words.hpp"

namespace converge::models {

namespace {

using Pattern = Claim::Pattern;
using Unit = sim::PropertyResult::Unit;

// Conditions that the claim names, unused ones left out.
template <class Visit>
void each_condition(const Claim& claim, Visit visit) {
  visit(claim.condition);
  if (claim.pattern == Pattern::within) visit(claim.trigger);
  if (claim.after) visit(*claim.after);
  if (claim.until) visit(*claim.until);
}

// Since when the condition is true, if it came true since the look before. A duration that grew past its bound while
// nothing happened was there before now.
sim::Instant since(const Condition& c, std::int64_t value, sim::Instant now, Since what) {
  const bool passed = what == Since::time && c.compare == Condition::Compare::at_least && metrics()[c.metric].grows();
  return passed ? now - sim::Duration{value - c.bound} : now;
}

// The margin that a value of the condition's metric, or of `within` a time, leaves.
std::int64_t margin_at(const Claim& claim, std::int64_t value) {
  switch (claim.pattern) {
    case Pattern::always:
    case Pattern::sometimes: return distance(claim.condition, value);
    case Pattern::never: return -1 - distance(claim.condition, value);
    case Pattern::within: return claim.limit.us - value;
    case Pattern::at_most: return std::int64_t{claim.times} - value;
  }
  assert(false);
  return 0;
}

bool deadline_is_later(const Claim& claim, const ClaimState& s, sim::Instant end) {
  return s.armed && s.armed_at + claim.limit > end;
}

std::string in_unit(std::int64_t value, Unit unit) {
  const auto of = [&](std::string_view one) { return fmt::format("{} {}{}", value, one, value == 1 ? "" : "s"); };
  switch (unit) {
    case Unit::duration: return text(sim::Duration{value});
    case Unit::rows: return of("row");
    case Unit::changes: return of("change");
    case Unit::reads: return of("read");
    case Unit::jobs: return of("job");
    case Unit::layers: return of("layer");
    case Unit::version:
    case Unit::count: return fmt::format("{}", value);
  }
  assert(false);
  return {};
}

std::string times(std::uint32_t n) { return n == 1 ? "once" : fmt::format("{} times", n); }

std::string pattern_words(const Claim& claim) {
  const std::string c = words(claim.condition);
  switch (claim.pattern) {
    case Pattern::always: return "Always " + c;
    case Pattern::never: return "Never " + c;
    case Pattern::sometimes: return "Sometimes " + c;
    case Pattern::at_most: return fmt::format("At most {}: {}", times(claim.times), c);
    case Pattern::within: return fmt::format("Within {} after {}: {}", text(claim.limit), words(claim.trigger), c);
  }
  assert(false);
  return {};
}

// "Always nulls of base-table at most 1000 rows, after open of control at least 1."
std::string sentence(const Claim& claim) {
  std::string scope;
  if (claim.after) scope += ", after " + words(*claim.after);
  if (claim.until) scope += ", until " + words(*claim.until);
  return pattern_words(claim) + scope + ".";
}

std::string measured(const Claim& claim, const ClaimState& s, sim::Instant end) {
  const Metric& metric = metrics()[claim.condition.metric];
  if (!s.looked) return "its scope never opened";
  switch (claim.pattern) {
    case Pattern::always:
    case Pattern::never:
    case Pattern::sometimes: return fmt::format("closest: {} at {}", in_unit(s.worst, metric.unit), text(s.at));
    case Pattern::at_most: return s.count == 0 ? "never" : times(s.count);
    case Pattern::within: break;
  }
  if (s.count == 0) return "it never began";
  if (s.armed && (end - s.armed_at).us >= s.worst)
    return fmt::format("began {}; still open at the end, since {}", times(s.count), text(s.armed_at));
  return fmt::format("began {}; the longest took {}, to {}", times(s.count), text(sim::Duration{s.worst}), text(s.at));
}

bool holds(const Condition& c, std::span<const std::int64_t> values) { return distance(c, values[c.metric]) >= 0; }

// When, not before the clock started, the condition was true; nothing: not yet.
std::optional<sim::Instant> answered(const Claim& claim, const ClaimState& s, std::int64_t value, sim::Instant now,
                                     Since what) {
  if (distance(claim.condition, value) >= 0) {
    return s.answer_was ? s.armed_at : std::max(s.armed_at, since(claim.condition, value, now, what));
  }
  // A duration that grew past "at most ..." while nothing happened: it was true until then, and the clock may have
  // started before that.
  if (!s.answer_was || what == Since::event) return std::nullopt;
  const sim::Instant until = now - sim::Duration{value - claim.condition.bound};
  return s.armed_at <= until ? std::optional{s.armed_at} : std::nullopt;
}

void look_within(const Claim& claim, ClaimState& s, std::span<const std::int64_t> values, sim::Instant now,
                 Since what) {
  const bool is = holds(claim.trigger, values);
  if (s.open && is && !s.was) {
    ++s.count;
    if (!s.armed) s.armed_at = since(claim.trigger, values[claim.trigger.metric], now, what);
    s.armed = true;
  }
  s.was = is;
  const std::int64_t value = values[claim.condition.metric];
  const auto answer = s.armed ? answered(claim, s, value, now, what) : std::nullopt;
  s.answer_was = holds(claim.condition, values);
  if (!answer) return;
  s.armed = false;
  const std::int64_t took = (*answer - s.armed_at).us;
  if (took < s.worst) return;
  s.worst = took;
  s.at = *answer;
}

}  // namespace

std::int64_t margin(const Claim& claim, const ClaimState& s, sim::Instant end) {
  switch (claim.pattern) {
    case Pattern::always:
    case Pattern::never: return s.looked ? margin_at(claim, s.worst) : 0;
    case Pattern::sometimes: return s.looked ? margin_at(claim, s.worst) : -1;
    case Pattern::at_most: return margin_at(claim, s.count);
    case Pattern::within: break;
  }
  const std::int64_t answered = margin_at(claim, s.worst);
  if (!s.armed) return answered;
  const std::int64_t left = margin_at(claim, (end - s.armed_at).us);
  // At its deadline, and at the horizon, the condition is still false: it takes longer than that.
  return std::min(answered, deadline_is_later(claim, s, end) ? left : std::min<std::int64_t>(left, -1));
}

void look(const Claim& claim, ClaimState& s, std::span<const std::int64_t> values, sim::Instant now, Since what) {
  const bool after = !claim.after || holds(*claim.after, values);
  if (after && !s.after_was) s.open = true;
  s.after_was = after;
  if (s.open && claim.until && holds(*claim.until, values)) s.open = false;
  const bool first = s.open && !s.looked;
  s.looked = s.looked || s.open;

  const std::int64_t value = values[claim.condition.metric];
  switch (claim.pattern) {
    case Pattern::always:
    case Pattern::never:
    case Pattern::sometimes: {
      if (!s.open) return;
      const bool greatest = claim.pattern == Pattern::sometimes;
      const std::int64_t here = margin_at(claim, value);
      const std::int64_t there = margin_at(claim, s.worst);
      if (!first && (greatest ? here <= there : here >= there)) return;
      s.worst = value;
      s.at = now;
      return;
    }
    case Pattern::at_most: {
      const bool is = holds(claim.condition, values);
      if (s.open && is && !s.was) {
        ++s.count;
        s.at = now;
      }
      s.was = is;
      return;
    }
    case Pattern::within: return look_within(claim, s, values, now, what);
  }
}

sim::PropertyResult result(const Claim& claim, const ClaimState& s, sim::Instant end) {
  using Kind = sim::PropertyResult::Kind;
  sim::PropertyResult p{.name = claim.name, .claim = sentence(claim), .margin = margin(claim, s, end)};
  p.holds = p.margin >= 0;
  p.kind = claim.pattern == Pattern::within      ? Kind::liveness
           : claim.pattern == Pattern::sometimes ? Kind::reachability
                                                 : Kind::safety;
  p.unit = claim.pattern == Pattern::within    ? Unit::duration
           : claim.pattern == Pattern::at_most ? Unit::count
                                               : metrics()[claim.condition.metric].unit;
  p.detail = measured(claim, s, end);
  return p;
}

std::optional<sim::Silence> says_nothing(const Claim& claim, const ClaimState& s, sim::Instant end) {
  if (!s.looked) {
    return sim::Silence{claim.after
                            ? fmt::format("{}: its scope never opened: never {}", claim.name, words(*claim.after))
                            : fmt::format("{}: its scope was closed from the start", claim.name)};
  }
  if (claim.pattern == Pattern::sometimes && margin(claim, s, end) < 0)
    return sim::Silence{fmt::format("{}: it never came to {}", claim.name, words(claim.condition))};
  if (claim.pattern != Pattern::within) return std::nullopt;
  if (s.count == 0) return sim::Silence{fmt::format("{}: it never came to {}", claim.name, words(claim.trigger))};
  if (deadline_is_later(claim, s, end)) {
    return sim::Silence{
        fmt::format("{}: what began last has time until after the horizon at {}", claim.name, text(end)), true};
  }
  return std::nullopt;
}

std::string words(const Condition& c) {
  constexpr std::array<std::string_view, 3> compare{"at most", "at least", "equal to"};
  const Metric& metric = metrics()[c.metric];
  return fmt::format("{} of {} {} {}", metric.name, actor_name(static_cast<std::uint16_t>(metric.actor)),
                     compare[static_cast<std::size_t>(c.compare)], in_unit(c.bound, metric.unit));
}

ClaimsModel::ClaimsModel(std::vector<Claim> claims) : claims_{std::move(claims)} {
  assert(claims_.size() <= kClaimsMax && metrics().size() <= kMetricsMax);
  for (std::size_t i = 0; i < claims_.size(); ++i) {
    bool grows = false;
    each_condition(claims_[i], [&](const Condition& c) {
      read_.push_back(c.metric);
      grows = grows || metrics()[c.metric].grows();
    });
    if (grows) with_durations_.push_back(i);
  }
  std::sort(read_.begin(), read_.end());
  read_.erase(std::unique(read_.begin(), read_.end()), read_.end());
}

Readings ClaimsModel::read(const Pipeline& model, const PipelineState& s, sim::Instant now) const {
  Readings values;
  for (const MetricId id : read_) values[id] = metrics()[id].value(model, s, now);
  return values;
}

bool ClaimsModel::same(const Readings& a, const Readings& b) const {
  return std::all_of(read_.begin(), read_.end(), [&](MetricId id) { return a[id] == b[id]; });
}

void ClaimsModel::look(std::vector<ClaimState>& states, const Readings& values, sim::Instant now, Since what) const {
  if (what == Since::time) {
    for (const std::size_t i : with_durations_) models::look(claims_[i], states[i], values, now, what);
  } else {
    for (std::size_t i = 0; i < claims_.size(); ++i) models::look(claims_[i], states[i], values, now, what);
  }
}

}  // namespace converge::models
