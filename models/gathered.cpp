#include "models/gathered.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "models/counters.hpp"

namespace converge::models {

namespace {

using Pattern = Claim::Pattern;

std::int64_t of_claim(const Claim& claim, const ClaimState& s, sim::Instant end) {
  switch (claim.pattern) {
    case Pattern::always:
    case Pattern::never: return s.looked ? -margin(claim, s, end) : kNothing;
    case Pattern::sometimes: return s.looked ? margin(claim, s, end) : kNothing;
    case Pattern::at_most: return s.count;
    case Pattern::within: return -margin(claim, s, end);
  }
  assert(false);
  return 0;
}

// `within` that is armed goes on: that is no matter of history.
std::int64_t take(const Claim& claim, ClaimState& s) {
  ClaimState over = s;
  over.armed = false;
  s.looked = false;
  s.count = 0;
  s.worst = 0;
  s.at = {};
  return of_claim(claim, over, {});
}

}  // namespace

std::vector<Gather> gathers(const Pipeline& model) {
  std::vector<Gather> all{Gather::most, Gather::sum, Gather::sum, Gather::sum, Gather::sum, Gather::most};
  if (model.config().sla_schema) all.push_back(Gather::most);
  for (const Claim& claim : model.claims().claims()) {
    all.push_back(claim.pattern == Pattern::at_most ? Gather::sum : Gather::most);
  }
  return all;
}

void take(const Pipeline& model, PipelineState& s, std::span<std::int64_t> into) {
  Monitor& m = s.monitor;
  const PipelineConfig& config = model.config();
  const Counters stays = counters(model);
  std::int64_t converged = kNothing;
  std::int64_t altered = kNothing;
  for (std::size_t i = 0; i < config.changes.size(); ++i) {
    // Before the start of the run nothing can agree: instant 0 stands for "never".
    const sim::Instant from = window_begin(model, s, i);
    if (m.agreed[i].us > 0) converged = std::max(converged, (std::max(m.agreed[i], from) - from - config.sla).us);
    m.agreed[i] = {};
    if (config.sla_schema && m.altered[i].us > 0) {
      altered = std::max(altered, (std::max(m.altered[i], from) - from - *config.sla_schema).us);
    }
    m.altered[i] = {};
  }
  std::int64_t unreadable = s.flink.unreadable;
  s.flink.unreadable = 0;
  if ((stays & kFailedReads) == 0) unreadable += std::exchange(m.failed_reads, 0U);
  for (std::size_t t = 0; t < s.merge.tables(); ++t) {
    if ((stays & kMergeStalls) == 0) unreadable += std::exchange(s.merge[t].overflowed, 0U);
  }
  std::size_t next = 0;
  into[next++] = converged;
  into[next++] = 0;  // losses are told from the whole state, at the end
  into[next++] = std::exchange(m.regressions, 0U);
  into[next++] = 0;
  into[next++] = unreadable;
  into[next++] = (std::exchange(m.stalest, {}) - config.readers.freshness).us;
  m.stalest_at = {};
  if (config.sla_schema) into[next++] = altered;
  const std::vector<Claim>& claims = model.claims().claims();
  for (std::size_t i = 0; i < claims.size(); ++i) into[next++] = take(claims[i], s.claims[i]);
  assert(next == into.size());
}

void take_at_end(const Pipeline& model, const PipelineState& s, std::span<std::int64_t> into) {
  std::size_t next = own_margins(model, s, into);
  for (std::size_t i = 0; i < next; ++i) into[i] = -into[i];
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  const std::vector<ClaimState> states = claims_at(model, s, end);
  const std::vector<Claim>& claims = model.claims().claims();
  for (std::size_t i = 0; i < claims.size(); ++i) into[next++] = of_claim(claims[i], states[i], end);
  assert(next == into.size());
}

std::int64_t margin(const Pipeline& model, std::size_t property, std::int64_t gathered) {
  const std::size_t own = model.config().sla_schema ? 7 : 6;
  if (property < own) return -gathered;
  const Claim& claim = model.claims().claims()[property - own];
  switch (claim.pattern) {
    case Pattern::always:
    case Pattern::never: return gathered == kNothing ? 0 : -gathered;
    case Pattern::sometimes: return gathered == kNothing ? -1 : gathered;
    case Pattern::at_most: return std::int64_t{claim.times} - gathered;
    case Pattern::within: return -gathered;
  }
  assert(false);
  return 0;
}

}  // namespace converge::models
