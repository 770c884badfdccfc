// The orders of a plan's steps: which of them its edges allow, and the same pipeline with its steps in another order.
//
// In an order each step comes after the one before it, and keeps its own cadence, delay and name; the control plane's
// own steps (generate, review, ci, staging) stay in front, with the gates that they put before tables and deploys.
// A backfill that another step triggers stands directly behind that one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/linear_extensions.hpp"
#include "sim/necessary_edges.hpp"

namespace converge::models {

struct PlanSteps {
  std::vector<std::string> names;
  std::vector<StepKind> kinds;
  std::vector<sim::Edge> given;      // by `after`, or because a step is written behind another
  std::vector<std::size_t> classes;  // of steps that do the same
};

// As the scenario writes it; the canonical plan where it writes none.
PlanSteps plan_steps(const PipelineConfig&);

// What stands in front of the orders.
struct OrderRules {
  bool free = false;                  // the scenario's edges are dropped
  std::optional<sim::Edge> directly;  // the second step comes directly behind the first
};

// The orders of a plan under these rules, each by its number.
class PlanOrders {
 public:
  // Nothing if no order obeys the rules, or if there are too many to count.
  static std::optional<PlanOrders> of(const PlanSteps&, const OrderRules&);

  sim::Orders count() const { return extensions_.count(); }
  sim::Order at(sim::Orders number) const;
  sim::Orders draw(sim::Bits& bits) const { return extensions_.draw(bits); }
  // The predecessors that hold in all of them by the rules.
  const std::vector<sim::Steps>& given() const { return given_; }

 private:
  explicit PlanOrders(sim::LinearExtensions extensions) : extensions_{std::move(extensions)} {}

  sim::LinearExtensions extensions_;  // over the steps, or over all but the one that is triggered
  std::optional<sim::Edge> directly_;
  std::vector<sim::Steps> given_;
};

PipelineConfig in_order(const PipelineConfig&, const sim::Order&);

// "alter_cdc_table, alter_base_table, deploy_spark"
std::string text(const PlanSteps&, const sim::Order&);

}  // namespace converge::models
