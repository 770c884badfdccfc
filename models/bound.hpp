// The analytic bound: from a pipeline's parameters alone, when all layers agree at the earliest, usually and at the
// latest. No run is made.
//
// The rollout is a network of activities (sim/critical_path.hpp): detection, each step of the plan with its slot,
// Flink's start and first checkpoint, the backfill with its attempts, and the tail until no row is stale. The latest is
// an upper bound for every schedule with at most so many faults, and holds to any horizon: no schedule agrees later,
// and none parts again after it. The earliest is a lower bound. The usual is an estimate.
//
// Left out: whatever we cannot show to end. Then there is no bound, and the answer says why: docs/decisions/014 has the
// argument, case by case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/choice.hpp"
#include "sim/chooser.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

struct BoundAnswer {
  std::optional<sim::Bound> bound;
  std::string why_not;  // without a bound: a clause, "a merge may ..."
};

// `faults`: at most so many in one schedule, of the kinds that have a probability. Without `steps` the table of steps
// and its slacks, which take most of the time, stay empty.
enum class BoundSteps : std::uint8_t { off, on };
BoundAnswer bound(const PipelineConfig&, std::uint64_t faults, BoundSteps = BoundSteps::on);

// The config under which every schedule that gives these answers is an ordinary one: windows widened to hold them,
// unknown offsets known, faults declared. `forced` counts the faults among them.
struct Given {
  PipelineConfig config;
  std::uint64_t forced = 0;
};
Given with_given(PipelineConfig, const std::vector<sim::Deviation>&);

}  // namespace converge::models
