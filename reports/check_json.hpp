// A campaign as a document for programs. Its fields are a promise: they may grow in number, but none changes or goes.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

// As json() of a run. Nothing in it hangs on the clock or on the number of workers, unless `schedules_per_s` was asked
// for. Probabilities have six significant digits.
std::string json(const sim::CheckResult&);

}  // namespace converge::reports
