// The orders of a plan as a document for programs. Its fields are a promise: they may grow in number, but none changes
// or goes.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

// As json() of a run. Steps are named, orders are lists of names.
std::string json(const sim::OrderingsResult&);

}  // namespace converge::reports
