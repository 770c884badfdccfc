// A campaign as a page for people: the verdict first, then how likely it is, how long it takes, what was violated and
// by which least story, and what was put to the test at all.
#pragma once

#include <string>

#include "reports/terminal.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// No line is wider than the terminal's columns, and every line ends with a line break.
std::string text(const sim::CheckResult&, const Terminal&);

// Where a violation was decided: for `replay --explain`, under the page of that run.
std::string explanation(const sim::PointOfNoReturn&, const Terminal&);

}  // namespace converge::reports
