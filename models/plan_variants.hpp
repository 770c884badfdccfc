// What else a plan could say of its guards and its backfill: named changes to a pipeline, one list, tried by
// `orderings`.
//
// A new guard or precondition is one more entry of the table in the source.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/plan_orders.hpp"

namespace converge::models {

struct PlanChange {
  std::string what;                            // "merge.guard"
  std::string text;                            // "merge.guard: position_greater instead of none"
  bool removes = false;                        // takes a guard away that the file has; else it is another setting
  std::function<void(PipelineConfig&)> apply;  // may be empty
  std::optional<sim::Edge> directly{};         // the backfill's trigger
};

// All that fit this pipeline. Two changes of one `what` do not go together.
std::vector<PlanChange> plan_changes(const PipelineConfig&);

}  // namespace converge::models
