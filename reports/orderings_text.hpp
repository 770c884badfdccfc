// The orders of a plan as a page for people: how many are good, what happens in the others, which edges are necessary
// and why, and what other guards would make of it. Orders are written with the numbers of their steps.
#pragma once

#include <string>

#include "reports/terminal.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// No line is wider than the terminal's columns, and every line ends with a line break.
std::string text(const sim::OrderingsResult&, const Terminal&);

}  // namespace converge::reports
