#include "models/plan_orders.hpp"

#include <algorithm>

namespace converge::models {

namespace {

std::vector<StepConfig> written(const PipelineConfig& config) {
  return config.control.steps.empty() ? canonical_plan() : config.control.steps;
}

std::string name_of(const StepConfig& s) { return s.name.empty() ? default_name(s) : s.name; }

// Do these two do the same, so that only their names tell an order from another?
bool same(const Step& a, const Step& b, std::uint32_t gates) {
  return a.kind == b.kind && a.table == b.table && a.delay == b.delay && a.cadence == b.cadence &&
         (a.after & gates) == (b.after & gates);
}

}  // namespace

PlanSteps plan_steps(const PipelineConfig& config) {
  const std::vector<Step> steps = resolve(config.control);
  const std::size_t plan = steps.size() - written(config).size();  // the control plane's own come first
  PlanSteps all;
  for (std::size_t i = plan; i < steps.size(); ++i) {
    all.names.push_back(steps[i].name);
    all.kinds.push_back(steps[i].kind);
    for (std::size_t before = plan; before < steps.size(); ++before) {
      if (((steps[i].after >> before) & 1U) != 0) all.given.push_back({before - plan, i - plan});
    }
    std::size_t first = plan;
    while (!same(steps[first], steps[i], (1U << plan) - 1)) ++first;
    all.classes.push_back(first - plan);
  }
  return all;
}

std::optional<PlanOrders> PlanOrders::of(const PlanSteps& plan, const OrderRules& rules) {
  const std::size_t n = plan.names.size();
  // A step that is triggered shares the place of the one before it.
  const auto place = [&](std::size_t step) {
    if (!rules.directly) return step;
    if (step == rules.directly->after) step = rules.directly->before;
    return step > rules.directly->after ? step - 1 : step;
  };
  sim::StepGraph graph{rules.directly ? n - 1 : n};
  sim::StepGraph steps{n};
  std::vector<sim::Edge> edges = rules.free ? std::vector<sim::Edge>{} : plan.given;
  if (rules.directly) edges.push_back(*rules.directly);
  for (const sim::Edge& e : edges) {
    steps.add_edge(e.before, e.after);
    if (place(e.before) != place(e.after)) graph.add_edge(place(e.before), place(e.after));
  }
  if (steps.cycle() || graph.cycle()) return std::nullopt;
  auto extensions = sim::LinearExtensions::of(graph, rules.directly ? std::vector<std::size_t>{} : plan.classes);
  if (!extensions) return std::nullopt;
  PlanOrders orders{*std::move(extensions)};
  orders.directly_ = rules.directly;
  orders.given_ = sim::predecessors(steps);
  return orders;
}

sim::Order PlanOrders::at(sim::Orders number) const {
  const sim::Order places = extensions_.at(number);
  if (!directly_) return places;
  sim::Order order;
  for (const std::size_t place : places) {
    const std::size_t step = place < directly_->after ? place : place + 1;
    order.push_back(step);
    if (step == directly_->before) order.push_back(directly_->after);
  }
  return order;
}

PipelineConfig in_order(const PipelineConfig& config, const sim::Order& order) {
  const std::vector<StepConfig> steps = written(config);
  std::vector<std::string> names;
  for (const StepConfig& s : steps) names.push_back(name_of(s));
  PipelineConfig result = config;
  result.control.steps.clear();
  std::string before;
  for (const std::size_t i : order) {
    StepConfig s = steps[i];
    s.name = names[i];
    // Of what it was said to wait for, the control plane's own steps stay.
    std::vector<std::string> after = s.after.value_or(std::vector<std::string>{});
    std::erase_if(after, [&](const std::string& n) { return std::find(names.begin(), names.end(), n) != names.end(); });
    if (!before.empty()) after.push_back(before);
    s.after = std::move(after);
    before = s.name;
    result.control.steps.push_back(std::move(s));
  }
  return result;
}

std::string text(const PlanSteps& plan, const sim::Order& order) {
  std::string all;
  for (const std::size_t step : order) all += (all.empty() ? "" : ", ") + plan.names[step];
  return all;
}

}  // namespace converge::models
