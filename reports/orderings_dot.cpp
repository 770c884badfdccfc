#include "reports/orderings_dot.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "reports/dot.hpp"
#include "reports/orderings_words.hpp"

namespace converge::reports {
namespace {

std::string order(const sim::OrderingsResult& r, const std::vector<std::size_t>& steps) {
  std::string out;
  for (const std::size_t step : steps) out += (out.empty() ? "" : ", ") + r.steps[step];
  return out;
}

}  // namespace

std::string dot(const sim::OrderingsResult& r) {
  sim::PlanGraph graph;
  for (const std::string& name : r.steps) graph.steps.push_back({.name = name});
  for (const auto& [before, after] : r.given) {
    const bool necessary = std::any_of(r.edges.begin(), r.edges.end(), [b = before, a = after](const auto& e) {
      return e.before == b && e.after == a;
    });
    if (!necessary) graph.edges.push_back({.before = before, .after = after});
  }
  for (const sim::NecessaryEdgeVerdict& e : r.edges) {
    const sim::OrderCounterexample& c = r.counterexamples[e.counterexample];
    graph.edges.push_back({.before = e.before,
                           .after = e.after,
                           .necessary = true,
                           .needed_for = e.needed_for,
                           .because = e.because + " Without it: " + order(r, order_of(r, c)) + "."});
  }
  std::string triggers;
  for (const auto& [before, after] : r.directly) {
    triggers += fmt::format("  s{} -> s{} [label={}];\n", before + 1, after + 1, dot_quoted("triggers"));
  }
  std::string out = "digraph plan {\n";
  out += fmt::format("  label={};\n", dot_quoted(r.title.empty() ? r.sentence : r.title + ": " + r.sentence));
  out += "  rankdir=LR;\n  node [shape=box];\n";
  return out + dot_statements(graph, "  ", "s", triggers) + "}\n";
}

}  // namespace converge::reports
