// The steps of a plan as a graph for Graphviz: the scenario's edges thin, the necessary ones bold with the demand that
// needs them; why, and an order that goes wrong without it, is in the tooltip of each.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

// A digraph in the DOT language. Every name in it is quoted and escaped.
std::string dot(const sim::OrderingsResult&);

}  // namespace converge::reports
