// A result with the evidence that a report shows beside it: its scenario's plan, and its runs once more. Whatever the
// result says of a run, what is shown is what it comes to here.
#pragma once

#include <string>

#include "sim/evidence.hpp"

namespace converge::scenarios {

// `file` is the result's, as the report calls it; `made_by` the version that made it.
sim::Reported reported(std::string file, sim::Result, std::string made_by);

}  // namespace converge::scenarios
