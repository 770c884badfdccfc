// The page of `converge advise`.
#pragma once

#include <string>

#include "reports/terminal.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

std::string text(const sim::AdviseResult&, Terminal);

}  // namespace converge::reports
