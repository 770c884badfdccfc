// What a run has gathered for its verdict, stretch by stretch.
//
// Properties are judged by figures that a run gathers on its way: the worst freshness so far, how often a row went
// back, the least distance of a claim. They play no part in what happens next, so they are no part of the canonical
// form (canonical.hpp): whoever merges worlds takes them away first, one figure for each property of properties(), in
// that order, and keeps them beside the world. A run may be cut into stretches at any event; what its stretches
// gathered, combined, and what only the end can tell, gives each property the margin that properties() gives of the run
// as a whole.
//
// A figure that a claim's metric is made of (counters.hpp) stays where it is, and is taken at the end alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/run.hpp"
#include "sim/graph.hpp"

namespace converge::models {

using sim::Gather;
using sim::kNothing;

// How the figures of stretches are combined. `most`: the greatest of them; it is minus the margin that it leaves, but
// of a `sometimes` claim the distance itself. `sum`: all of them together.
std::vector<Gather> gathers(const Pipeline&);

// What was gathered since it was last taken; sets it back, so that it plays no part any more.
void take(const Pipeline&, PipelineState&, std::span<std::int64_t> into);

// At the horizon, after last_look(): what only the end can tell (what is still open, lost or null), and whatever has
// been gathered and not taken.
void take_at_end(const Pipeline&, const PipelineState&, std::span<std::int64_t> into);

// Two stretches of one schedule.
constexpr std::int64_t combined(Gather how, std::int64_t a, std::int64_t b) {
  return how == Gather::sum ? a + b : a > b ? a : b;
}

// What properties() says of a run that gathered this on the whole.
std::int64_t margin(const Pipeline&, std::size_t property, std::int64_t gathered);

}  // namespace converge::models
