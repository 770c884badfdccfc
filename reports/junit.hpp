// A campaign as JUnit XML, which build servers read: red there exactly where the verdict, or what was expected of it,
// is.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

// One suite with one case for each property, one each for reaching a verdict and for not being vacuous, and, when that
// was asked, one for meeting the scenario's expectation. A result that is as expected has no failure: what was violated
// then stands in a case's output. No time, host or clock is in it. All text is made printable before it is written, so
// that neither markup nor a character that XML forbids gets through.
std::string junit(const sim::CheckResult&);

}  // namespace converge::reports
