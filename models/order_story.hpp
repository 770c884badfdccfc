// What went wrong in one run of an order, in one sentence made of the events of that run.
//
// Who is to blame for a row that ends wrong is read from the run itself: which statement wrote the row last, with which
// build, from which copy, and whether the CDC table's copy carried the value. Nothing is known beforehand of which
// order does what.
#pragma once

#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/shrink.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

// Of the run under this schedule, what makes it fail that demand; without a full stop.
std::string what_happened(const Pipeline&, const std::vector<sim::Deviation>& given, const sim::Found&, sim::Grade);

// "backfill began at d0 04:00:00, deploy_spark was over at d0 05:00:00": how the run had two steps, and when. The
// times are of the first rollout that got so far.
std::string how_it_went(const Pipeline&, const std::vector<sim::Deviation>& given, const sim::Found&,
                        const std::string& before, const std::string& after);

}  // namespace converge::models
