// What a report shows beside a result, from the scenario: the plan as a graph with what is critical and what is
// necessary, and runs to watch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/playback.hpp"
#include "sim/evidence.hpp"

namespace converge::models {

// What a model keeps of the real system and leaves out, with sources; in the order of the road.
std::vector<sim::Assumed> assumed();

// The plan of the scenario. `faults`: for the critical path, at most so many in one schedule. The answer of `orderings`
// says which edges are necessary; null: nobody asked.
sim::PlanGraph plan_graph(const PipelineConfig&, const std::vector<sim::Deviation>& given, std::uint64_t faults,
                          const sim::OrderingsResult* orderings = nullptr);

// A run that a result tells of, to be watched.
struct Shown {
  Watch watch;
  std::optional<std::uint64_t> trace_hash;  // as the result has it
  std::string replay;                       // the command that plays it
  std::uint64_t continuations = 0;          // for its point of no return; 0: nobody wants to know that
};

// Plays it; into `left_out` goes what comes out otherwise than the result says.
void add_playback(sim::Evidence&, const Pipeline&, const Shown&);

}  // namespace converge::models
