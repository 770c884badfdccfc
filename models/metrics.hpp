// What can be measured of a pipeline, as one table: each metric belongs to an actor, has a unit, and is a pure function
// of the state and the time. Claims are made of them (claims.hpp), scenario files name them, docs/properties.md lists
// them.
//
// Over two tables a figure is the sum of both, of flags also, and a freshness the worse of both.
//
// Values are never negative. Each is found in a few steps, because a claim reads it before and after every event; only
// base-table freshness has to look for the oldest missing change, and goes on from where the monitor stands.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/event.hpp"
#include "sim/time.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

class Pipeline;
struct PipelineState;

using MetricId = std::uint8_t;  // its place in metrics()

struct Metric {
  Actor actor = Actor::source;
  std::string_view name;
  sim::PropertyResult::Unit unit = sim::PropertyResult::Unit::count;  // microseconds where it is a duration
  std::string_view doc;                                               // ends a sentence that begins with its value
  std::int64_t (*value)(const Pipeline&, const PipelineState&, sim::Instant now) = nullptr;

  // Durations grow as time passes, by a second each second or not at all; everything else moves only with events.
  bool grows() const { return unit == sim::PropertyResult::Unit::duration; }
};

// Rows of the CDC table of this number that are not merged yet.
std::int64_t unmerged(const PipelineState&, std::size_t table);

// By actor, in the order of the road from the source to the readers.
std::span<const Metric> metrics();

}  // namespace converge::models
