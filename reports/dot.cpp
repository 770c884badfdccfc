#include "reports/dot.hpp"

#include <fmt/core.h>

#include "reports/escape.hpp"
#include "reports/figures.hpp"
#include "reports/orderings_words.hpp"
#include "reports/report.hpp"
#include "reports/result.hpp"

namespace converge::reports {
namespace {

std::string_view colour(sim::Grade g) {
  switch (g) {
    case sim::Grade::convergence: return "red";
    case sim::Grade::availability: return "darkorange";
    case sim::Grade::window: return "goldenrod";
    case sim::Grade::good: break;
  }
  return "black";
}

}  // namespace

// Quotes and backslashes are escaped, so that nothing ends it.
std::string dot_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : plain(text, 4'000)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string dot_statements(const sim::PlanGraph& graph, std::string_view margin, std::string_view prefix,
                           std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const sim::PlanGraph::Step& step = graph.steps[i];
    std::string more = step.critical ? ", penwidth=3" : "";
    if (step.takes) {
      const std::string times =
          fmt::format("{}, {}, {}", compact(step.takes->least), compact(step.takes->usual), compact(step.takes->most));
      more += ", tooltip=" + dot_quoted(times + (step.slack ? "; slack " + compact(*step.slack) : ""));
    }
    out += fmt::format("{}{}{} [label={}{}];\n", margin, prefix, i + 1, dot_quoted(step.name), more);
  }
  for (const sim::PlanGraph::Edge& e : graph.edges) {
    if (!e.necessary) out += fmt::format("{0}{1}{2} -> {1}{3};\n", margin, prefix, e.before + 1, e.after + 1);
  }
  out += between;
  for (const sim::PlanGraph::Edge& e : graph.edges) {
    if (!e.necessary) continue;
    out += fmt::format("{0}{1}{2} -> {1}{3} [style=bold, color={4}, label={5}, tooltip={6}];\n", margin, prefix,
                       e.before + 1, e.after + 1, colour(e.needed_for), dot_quoted(grade_word(e.needed_for)),
                       dot_quoted(e.because));
  }
  return out;
}

std::string plan_dot(std::span<const sim::Reported> all) {
  std::string out = "digraph plan {\n";
  const bool one = all.size() == 1;
  if (one) {
    const ResultHead head = head_of(all.front().result);
    out += fmt::format("  label={};\n", dot_quoted(fmt::format("{}: {}", title_of(all.front().result), head.sentence)));
  }
  out += "  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (one) {
      out += dot_statements(all[i].evidence.plan, "  ", "s");
      continue;
    }
    const std::string_view name = all[i].file.empty() ? title_of(all[i].result) : std::string_view{all[i].file};
    out += fmt::format("  subgraph cluster_{} {{\n    label={};\n", i + 1, dot_quoted(name));
    out += dot_statements(all[i].evidence.plan, "    ", fmt::format("p{}s", i + 1));
    out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace converge::reports
