// One run as a page for people: the verdict first, then what happened when, what it did to the data, and what was
// checked.
#pragma once

#include <string>

#include "reports/terminal.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// No line is wider than the terminal's columns, and every line ends with a line break. How to see more is left to the
// caller.
std::string text(const sim::RunResult&, const Terminal&);

}  // namespace converge::reports
