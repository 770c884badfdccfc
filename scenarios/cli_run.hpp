// One schedule, run and shown: what `run`, `replay` and `worst` end with.
#pragma once

#include <string>
#include <vector>

#include "models/run.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/scenario.hpp"
#include "sim/schedule.hpp"
#include "sim/verdict.hpp"

namespace converge::scenarios {

// The scenario's own answers, those of the schedule over them, and elsewhere what the schedule says.
sim::RunResult execute(const models::Pipeline&, const Loaded&, const sim::Schedule&,
                       const std::vector<sim::Deviation>& more);

Exit show(const Options&, const sim::RunResult&, bool with_story);

}  // namespace converge::scenarios
