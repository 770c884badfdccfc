// How long convergence takes, over many schedules: one bar for each quantile, against the window.
#pragma once

#include "reports/page.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

void quantiles(Page&, const sim::CheckResult&);

}  // namespace converge::reports
