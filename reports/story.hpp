// The events of one run as a story: one line each, for people and for grep.
#pragma once

#include <string>
#include <vector>

#include "reports/terminal.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// Time, actor and what happened. `actors` are prefixes of the actors to show ("spark" shows "spark/merge"); none shows
// all. Lines are never cut or wrapped: that is for the pager. When nobody is left to show, it says whom there is.
std::string story(const std::vector<sim::StoryLine>&, const std::vector<std::string>& actors, const Terminal&);

}  // namespace converge::reports
