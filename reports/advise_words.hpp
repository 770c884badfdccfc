// What the pages of an advice have in common.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

// "merge.cadence may be up to 2 h (now 15 min)": one piece of advice as a sentence, without its full stop.
std::string sentence(const sim::Advice&);
// What else is said of it: the latest agreement, and which judge confirmed it.
std::string says(const sim::Advice&);

}  // namespace converge::reports
