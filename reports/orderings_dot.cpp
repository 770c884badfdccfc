#include "reports/orderings_dot.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "reports/orderings_words.hpp"

namespace converge::reports {
namespace {

// A string of the DOT language: quotes and backslashes are escaped, so that nothing ends it, and line breaks and other
// control characters are blanks.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return out + '"';
}

std::string order(const sim::OrderingsResult& r, const std::vector<std::size_t>& steps) {
  std::string out;
  for (const std::size_t step : steps) out += (out.empty() ? "" : ", ") + r.steps[step];
  return out;
}

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

std::string dot(const sim::OrderingsResult& r) {
  std::string out = "digraph plan {\n";
  out += fmt::format("  label={};\n", quoted(r.title.empty() ? r.sentence : r.title + ": " + r.sentence));
  out += "  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < r.steps.size(); ++i) out += fmt::format("  s{} [label={}];\n", i + 1, quoted(r.steps[i]));
  const auto necessary = [&](std::size_t before, std::size_t after) {
    return std::any_of(r.edges.begin(), r.edges.end(),
                       [&](const auto& e) { return e.before == before && e.after == after; });
  };
  for (const auto& [before, after] : r.given) {
    if (!necessary(before, after)) out += fmt::format("  s{} -> s{};\n", before + 1, after + 1);
  }
  for (const auto& [before, after] : r.directly) {
    out += fmt::format("  s{} -> s{} [label={}];\n", before + 1, after + 1, quoted("triggers"));
  }
  for (const sim::NecessaryEdgeVerdict& e : r.edges) {
    const sim::OrderCounterexample& c = r.counterexamples[e.counterexample];
    const std::string why = e.because + " Without it: " + order(r, order_of(r, c)) + ".";
    out += fmt::format("  s{} -> s{} [style=bold, color={}, label={}, tooltip={}];\n", e.before + 1, e.after + 1,
                       colour(e.needed_for), quoted(grade_word(e.needed_for)), quoted(why));
  }
  return out + "}\n";
}

}  // namespace converge::reports
