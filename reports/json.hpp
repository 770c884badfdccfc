// One run as a document for programs. Its fields are a promise: they may grow in number, but none changes or goes.
#pragma once

#include <string>
#include <vector>

#include "sim/verdict.hpp"

namespace converge::reports {

// Keys always come in the same order. Times count from the start of the run, in seconds, exact to the microsecond;
// broken UTF-8 is replaced, and characters that could harm a terminal are written as \uXXXX. Ends with a line break.
std::string json(const sim::RunResult&);

}  // namespace converge::reports
