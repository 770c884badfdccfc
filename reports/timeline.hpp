// The timeline of the page: a bar for each phase of the rollout and, over the same axis, a chart of divergence for each
// layer.
#pragma once

#include "reports/page.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

void timeline(Page&, const sim::RunResult&);

}  // namespace converge::reports
