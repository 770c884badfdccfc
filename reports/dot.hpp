// A plan in the DOT language: the one way in which plans are drawn for Graphviz.
#pragma once

#include <string>
#include <string_view>

#include "sim/evidence.hpp"

namespace converge::reports {

// A string of the DOT language.
std::string dot_quoted(std::string_view);

// The statements of a graph: steps, those that are critical with a thick border; edges, the necessary ones bold with
// the demand that needs them and the reason as a tooltip. `between` comes before the necessary edges.
std::string dot_statements(const sim::PlanGraph&, std::string_view margin, std::string_view prefix,
                           std::string_view between = {});

}  // namespace converge::reports
