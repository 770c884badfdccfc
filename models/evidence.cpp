// Its floating point only hands the confidence of an interval on.
#include "models/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/bound.hpp"
#include "models/counterexample.hpp"

namespace converge::models {

namespace {

// Of step `i`, all that must be over before it.
std::vector<std::uint32_t> ancestors(const std::vector<Step>& steps) {
  std::vector<std::uint32_t> all(steps.size());
  for (bool grows = true; grows;) {
    grows = false;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      std::uint32_t mask = steps[i].after;
      for (std::size_t b = 0; b < steps.size(); ++b) {
        if (((steps[i].after >> b) & 1U) != 0) mask |= all[b];
      }
      grows = grows || mask != all[i];
      all[i] = mask;
    }
  }
  return all;
}

// The bound has activities for each change, and several for a step of Flink's: "discount: deploy_flink: runs".
bool is_of(const sim::BoundStep& activity, const std::string& step) {
  std::string_view name = activity.name;
  if (const std::size_t prefix = name.find(": " + step); prefix != std::string_view::npos)
    name.remove_prefix(prefix + 2);
  return name == step || name.starts_with(step + ": ");
}

void add_bound(sim::PlanGraph& graph, const sim::Bound& bound) {
  for (sim::PlanGraph::Step& step : graph.steps) {
    for (const sim::BoundStep& activity : bound.steps) {
      if (!is_of(activity, step.name)) continue;
      if (!step.takes) step.takes = activity.takes;
      step.critical = step.critical || activity.critical;
      if (activity.slack && (!step.slack || *activity.slack < *step.slack)) step.slack = activity.slack;
    }
  }
}

}  // namespace

sim::PlanGraph plan_graph(const PipelineConfig& config, const std::vector<sim::Deviation>& given, std::uint64_t faults,
                          const sim::OrderingsResult* orderings) {
  constexpr std::array<std::uint8_t, 12> stages{0, 0, 0, 0, 1, 1, 2, 2, 3, 2, 2, 0};
  static_assert(stages.size() == static_cast<std::size_t>(StepKind::source_ddl) + 1);
  const std::vector<Step> steps = resolve(config.control);
  sim::PlanGraph graph;
  for (const Step& s : steps)
    graph.steps.push_back({.name = s.name, .stage = stages[static_cast<std::size_t>(s.kind)]});

  // An edge that a way round implies says nothing.
  const std::vector<std::uint32_t> before = ancestors(steps);
  for (std::size_t after = 0; after < steps.size(); ++after) {
    for (std::size_t b = 0; b < steps.size(); ++b) {
      if (((steps[after].after >> b) & 1U) == 0) continue;
      bool implied = false;
      for (std::size_t between = 0; between < steps.size(); ++between) {
        const bool comes_before = ((steps[after].after >> between) & 1U) != 0;
        implied = implied || (comes_before && ((before[between] >> b) & 1U) != 0);
      }
      if (!implied) graph.edges.push_back({.before = b, .after = after});
    }
  }

  if (orderings != nullptr) {
    const auto place = [&](std::size_t step) {
      const std::string& name = orderings->steps[step];
      const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step& s) { return s.name == name; });
      return static_cast<std::size_t>(found - steps.begin());
    };
    for (const sim::NecessaryEdgeVerdict& e : orderings->edges) {
      const std::size_t b = place(e.before);
      const std::size_t a = place(e.after);
      if (b == steps.size() || a == steps.size()) continue;  // of another plan than this
      auto edge = std::find_if(graph.edges.begin(), graph.edges.end(),
                               [&](const sim::PlanGraph::Edge& g) { return g.before == b && g.after == a; });
      if (edge == graph.edges.end()) {
        graph.edges.push_back({.before = b, .after = a, .given = false});
        edge = graph.edges.end() - 1;
      }
      edge->necessary = true;
      edge->needed_for = e.needed_for;
      edge->because = e.because;
    }
  }

  const Given with = with_given(config, given);
  const BoundAnswer answer = bound(with.config, faults + with.forced);
  if (answer.bound) {
    add_bound(graph, *answer.bound);
  } else {
    graph.why_no_bound = answer.why_not;
  }
  return graph;
}

void add_playback(sim::Evidence& evidence, const Pipeline& model, const Shown& shown) {
  sim::Playback p = playback(model, shown.watch);
  if (shown.trace_hash && *shown.trace_hash != p.run.trace_hash) {
    evidence.left_out.push_back(
        fmt::format("{}: it has the trace {:016x} here, and {:016x} in the result, which another version may have made",
                    shown.watch.label, p.run.trace_hash, *shown.trace_hash));
    return;
  }
  p.replay = shown.replay;
  for (std::size_t i = 0; i < p.run.properties.size() && shown.continuations > 0; ++i) {
    const sim::PropertyResult& property = p.run.properties[i];
    if (property.name != shown.watch.property || !sim::is_violated(property)) continue;
    const Doomed doomed{shown.watch.elsewhere, shown.watch.given, shown.watch.deviations, i};
    p.point = point_of_no_return(model, doomed, shown.continuations, sim::Probability{}.confidence);
  }
  evidence.playbacks.push_back(std::move(p));
}

}  // namespace converge::models
