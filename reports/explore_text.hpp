// An exploration as a page for people: the verdict, the bounds over which it holds, the worst case, what is violated
// and by which shortest story.
#pragma once

#include <string>

#include "reports/terminal.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// No line is wider than the terminal's columns, and every line ends with a line break.
std::string text(const sim::ExploreResult&, const Terminal&);

}  // namespace converge::reports
