// Who answered which choices, in words.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

// "flink (restore, checkpoint), cdc (crash)"; each actor once, actors and kinds in the order in which they come.
std::string choices(const sim::CheckResult&, sim::ChoiceCount::Answered, bool asked);

}  // namespace converge::reports
