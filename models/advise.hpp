// What must change so that a rollout fits its window; or, where it fits, how loose its cadences may become.
//
// A search over the figures of a scenario that can be turned, each over a grid of round durations. The analytic bound
// is the filter: it is quick, so hundreds of configs are tried. Whatever it proposes is put to the judge, who may be
// slow and exact; advice that the judge does not confirm is made stricter until he does, or dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

// The latest agreement of any schedule, or nothing where it has no finite one or cannot say.
struct Judge {
  std::string name;  // "the analytic bound"
  std::function<std::optional<sim::Duration>(const PipelineConfig&)> latest;
};

struct AdviseOptions {
  std::uint64_t faults = 0;     // at most, in one schedule
  Judge judge;                  // without a function: the analytic bound judges itself
  std::function<bool()> go_on;  // asked before each try; false ends the search with what it has
};

// A figure that can be turned: a period, a slot cadence, or a window by its longest.
struct Lever {
  std::string name;  // as the scenario file has it
  bool cadence = false;
  std::function<std::optional<sim::Duration>(const PipelineConfig&)> now;  // none: at any time, or by a calendar
  std::function<void(PipelineConfig&, sim::Duration)> turn;
  std::function<void(PipelineConfig&, std::int64_t numerator, std::int64_t denominator)> scale;
};

std::vector<Lever> levers(const PipelineConfig&);

// The durations that are proposed, from a second to ninety days.
const std::vector<sim::Duration>& grid();

// All but what only the caller knows: file, title, fingerprint.
sim::AdviseResult advise(const PipelineConfig&, const AdviseOptions&);

}  // namespace converge::models
