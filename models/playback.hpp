// A run to watch: once more, event by event, with what each actor did and the figures of every system on the way.
//
// It only looks: the run has the same events, choices and notes as any other with its schedule, and so the same hash.
#pragma once

#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/evidence.hpp"
#include "sim/schedule.hpp"

namespace converge::models {

// Which run, and how a report calls it.
struct Watch {
  std::string label;
  std::string property;                    // that it violates; empty: none in particular
  std::vector<sim::Deviation> given;       // by the scenario
  sim::Schedule elsewhere;                 // who answers what is listed nowhere
  std::vector<sim::Deviation> deviations;  // of this run alone
};

// The figures of every frame, in their order. Over two tables each has its own of what is not shared.
std::vector<sim::Gauge> gauges(const Pipeline&);

// The frames are thinned to at most this many: those at which something was told or a word changed come first.
inline constexpr std::size_t kFramesMost = 400;

sim::Playback playback(const Pipeline&, const Watch&);

}  // namespace converge::models
