// The plan as a graph: what waits for what, which steps decide when all agree, and which edges no good order does
// without.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "reports/figures.hpp"
#include "reports/html_layout.hpp"
#include "reports/html_sections.hpp"
#include "reports/orderings_words.hpp"
#include "reports/terminal.hpp"

namespace converge::reports {
namespace {

using sim::PlanGraph;

// An answer about orders knows its steps and edges even where nothing else does.
PlanGraph graph_of(const View& v) {
  PlanGraph plan = v.evidence().plan;
  if (plan.steps.empty() && v.orderings != nullptr) {
    const sim::OrderingsResult& r = *v.orderings;
    for (const std::string& step : r.steps) plan.steps.push_back({.name = step});
    for (const auto& [before, after] : r.given) plan.edges.push_back({.before = before, .after = after});
    for (const sim::NecessaryEdgeVerdict& e : r.edges) {
      const auto same = std::ranges::find_if(
          plan.edges, [&](const PlanGraph::Edge& g) { return g.before == e.before && g.after == e.after; });
      PlanGraph::Edge& edge =
          same != plan.edges.end()
              ? *same
              : plan.edges.emplace_back(PlanGraph::Edge{.before = e.before, .after = e.after, .given = false});
      edge.necessary = true;
      edge.needed_for = e.needed_for;
      edge.because = e.because;
    }
  }
  // What the scenario says makes the layers; what contradicts it runs back.
  std::vector<PlanGraph::Edge> edges;
  for (const bool given : {true, false}) {
    std::ranges::copy_if(plan.edges, std::back_inserter(edges),
                         [&](const PlanGraph::Edge& e) { return e.given == given; });
  }
  plan.edges = std::move(edges);
  std::erase_if(plan.edges, [&](const PlanGraph::Edge& e) {
    return e.before >= plan.steps.size() || e.after >= plan.steps.size();
  });
  return plan;
}

// By way of the scenario's own edges.
bool leads(const PlanGraph& plan, std::size_t from, std::size_t to) {
  std::vector<bool> seen(plan.steps.size(), false);
  std::vector<std::size_t> reached{from};
  seen[from] = true;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const PlanGraph::Edge& e : plan.edges) {
      if (!e.given || e.before != reached[i] || seen[e.after]) continue;
      seen[e.after] = true;
      reached.push_back(e.after);
    }
  }
  return seen[to];
}

// What the scenario says of a necessary edge: it has it, it follows, it is missing, or the other way round.
enum class Stands : std::uint8_t { given, follows, missing, against };

Stands stands(const PlanGraph& plan, const PlanGraph::Edge& e) {
  if (e.given) return Stands::given;
  if (leads(plan, e.before, e.after)) return Stands::follows;
  return leads(plan, e.after, e.before) ? Stands::against : Stands::missing;
}

bool is_absent(const PlanGraph& plan, const PlanGraph::Edge& e) { return stands(plan, e) >= Stands::missing; }

bool is_critical(const PlanGraph& plan, const PlanGraph::Edge& e) {
  return plan.steps[e.before].critical && plan.steps[e.after].critical;
}

std::string edge_words(const PlanGraph& plan, const PlanGraph::Edge& e) {
  std::string out = plan.steps[e.before].name + " before " + plan.steps[e.after].name;
  if (e.necessary) out += fmt::format(", necessary for {}", grade_word(e.needed_for));
  if (is_absent(plan, e)) out += ", not in the scenario";
  return out;
}

std::string takes(const PlanGraph::Step& s) {
  if (!s.takes) return {};
  return s.takes->least == s.takes->most ? compact(s.takes->usual)
                                         : compact(s.takes->least) + " to " + compact(s.takes->most);
}

std::string path_of(const std::vector<Point>& line, bool back) {
  if (back) {
    const Point a = line.front();
    const Point b = line.back();
    const int beyond = std::max(a.x, b.x) + 64;
    return fmt::format("M{} {}C{} {} {} {} {} {}", a.x, a.y, beyond, a.y, beyond, b.y, b.x, b.y);
  }
  std::string d = fmt::format("M{} {}", line.front().x, line.front().y);
  for (std::size_t i = 1; i < line.size(); ++i) {
    const Point a = line[i - 1];
    const Point b = line[i];
    const int middle = (a.y + b.y) / 2;
    d += a.x == b.x ? fmt::format("V{}", b.y) : fmt::format("C{} {} {} {} {} {}", a.x, middle, b.x, middle, b.x, b.y);
  }
  return d;
}

void draw_edge(Html& h, const PlanGraph& plan, const PlanGraph::Edge& e, const std::vector<Point>& line, bool back,
               std::optional<std::size_t> number) {
  if (line.size() < 2) return;
  const bool critical = is_critical(plan, e);
  std::string classes = "edge";
  if (critical) classes += " critical";
  if (e.necessary) classes += " necessary";
  if (is_absent(plan, e)) classes += " absent";
  {
    const auto path = h.in("path", {{"class", classes},
                                    {"d", path_of(line, back)},
                                    {"marker-end", e.necessary ? "url(#m-needed)"
                                                   : critical  ? "url(#m-critical)"
                                                               : "url(#m-plain)"}});
    h.element("title", edge_words(plan, e));
  }
  if (!number) return;
  const Point a = line[0];
  const Point b = line[1];
  const int x = back ? (a.x + b.x) / 2 / 4 + (std::max(a.x, b.x) + 64) * 3 / 4 : (a.x + b.x) / 2;
  const auto badge = h.in("g.edge-number", {{"transform", fmt::format("translate({} {})", x, (a.y + b.y) / 2 - 1)}});
  h.lone("circle", {{"r", "9"}});
  h.element("text", std::to_string(*number), {{"text-anchor", "middle"}, {"y", "4"}});
}

void draw(Html& h, const PlanGraph& plan) {
  std::size_t longest = 8;
  for (const PlanGraph::Step& s : plan.steps) longest = std::max(longest, display_width(s.name));
  LayoutSizes sizes;
  constexpr std::size_t columns_most = 26;
  longest = std::min(longest, columns_most);
  sizes.node_width = std::max(120, static_cast<int>(longest) * 8 + 26);
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (const PlanGraph::Edge& e : plan.edges) edges.emplace_back(e.before, e.after);
  const LayeredGraph g = layered(plan.steps.size(), edges, sizes);

  const auto scroll = scrolls(h, "The plan, drawn");
  const auto svg = h.in("svg.plan", {{"width", std::to_string(g.width)},
                                     {"height", std::to_string(g.height)},
                                     {"viewBox", fmt::format("0 0 {} {}", g.width, g.height)},
                                     {"role", "img"},
                                     {"aria-label", "The plan as a graph; the table below has the same in words"}});
  std::size_t necessary = 0;
  for (std::size_t i = 0; i < plan.edges.size(); ++i) {
    const bool needed = plan.edges[i].necessary;
    draw_edge(h, plan, plan.edges[i], g.edges[i], g.back[i], needed ? std::optional(++necessary) : std::nullopt);
  }
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanGraph::Step& s = plan.steps[i];
    const int left = g.nodes[i].x - sizes.node_width / 2;
    const int top = g.nodes[i].y - sizes.node_height / 2;
    const auto node =
        h.in("g.node", {{"class", fmt::format("{}{}", stage_class(s.stage), s.critical ? " critical" : "")},
                        {"transform", fmt::format("translate({} {})", left, top)}});
    h.element("title", fmt::format("{}{}{}", s.name, s.critical ? ", on the critical path" : "",
                                   s.takes ? ", takes " + takes(s) : ""));
    h.lone("rect", {{"class", "box"},
                    {"width", std::to_string(sizes.node_width)},
                    {"height", std::to_string(sizes.node_height)},
                    {"rx", "6"}});
    h.lone("rect", {{"class", "stage"},
                    {"width", "5"},
                    {"height", std::to_string(sizes.node_height - 12)},
                    {"x", "6"},
                    {"y", "6"},
                    {"rx", "2"}});
    const std::string words = takes(s);
    h.element("text.step", cut(Terminal{}, printable(Terminal{}, s.name), longest),
              {{"x", "18"}, {"y", words.empty() ? "26" : "19"}});
    if (!words.empty()) h.element("text.takes", words, {{"x", "18"}, {"y", "35"}});
  }
}

void legend(Html& h, const PlanGraph& plan) {
  const auto list = h.in("ul.legend");
  const auto any = [&](auto what) { return std::ranges::any_of(plan.steps, what); };
  const auto any_edge = [&](auto what) { return std::ranges::any_of(plan.edges, what); };
  if (any([](const auto& s) { return s.critical; }))
    key(h, "k-critical", "critical: decides when all layers agree at the latest");
  if (any_edge([](const auto& e) { return e.necessary; }))
    key(h, "k-needed", "necessary: no good order does without it");
  if (any_edge([&](const auto& e) { return is_absent(plan, e); })) {
    key(h, "k-absent", "necessary, and missing in the plan, or against it");
  }
  if (any([](const auto& s) { return s.stage == 0; })) key(h, "s0", "control plane");
  if (any([](const auto& s) { return s.stage == 1; })) key(h, "s1", "schema");
  if (any([](const auto& s) { return s.stage == 2; })) key(h, "s2", "code");
  if (any([](const auto& s) { return s.stage == 3; })) key(h, "s3", "data");
}

void critical_path(Html& h, const PlanGraph& plan) {
  std::vector<const PlanGraph::Step*> critical;
  for (const PlanGraph::Step& s : plan.steps) {
    if (s.critical) critical.push_back(&s);
  }
  h.element("h3", "Critical path");
  if (critical.empty()) {
    h.element("p", plan.why_no_bound.empty() ? std::string("No step was shown to decide when all layers agree.")
                                             : "There is none: " + plan.why_no_bound);
    return;
  }
  h.element("p.note",
            "What these take decides when all layers agree at the latest; time saved elsewhere changes nothing.");
  const auto list = h.in("ol.path");
  for (const PlanGraph::Step* s : critical) {
    const auto li = h.in("li");
    h.element("span.stage-name", s->name, {{"class", stage_class(s->stage)}});
    if (s->takes) h.element("span.note", takes(*s));
  }
}

void necessary(Html& h, const PlanGraph& plan) {
  const bool any = std::ranges::any_of(plan.edges, [](const auto& e) { return e.necessary; });
  if (!any) return;
  h.element("h3", "Necessary edges");
  const auto list = h.in("ol.needed");
  for (const PlanGraph::Edge& e : plan.edges) {
    if (!e.necessary) continue;
    const auto li = h.in("li");
    h.element("strong", plan.steps[e.before].name + " before " + plan.steps[e.after].name);
    h.text(" ");
    h.element("span.tag", grade_word(e.needed_for), {{"class", grade_word(e.needed_for)}});
    switch (stands(plan, e)) {
      case Stands::given: break;
      case Stands::follows: h.element("span.tag", "follows from the plan"); break;
      case Stands::missing: h.element("span.tag.bad", "missing in the plan"); break;
      case Stands::against: h.element("span.tag.bad", "against the plan"); break;
    }
    if (!e.because.empty()) h.element("p", e.because);
  }
}

void in_words(Html& h, const PlanGraph& plan) {
  const auto details = h.in("details");
  h.element("summary", "The plan as a table");
  const auto scroll = scrolls(h, "The plan as a table");
  const auto table = h.in("table");
  table_head(h, {"step", "after", "#least", "#usual", "#most", "#slack"});
  const auto body = h.in("tbody");
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanGraph::Step& s = plan.steps[i];
    std::string after;
    for (const PlanGraph::Edge& e : plan.edges) {
      if (e.after == i && e.given) after += (after.empty() ? "" : ", ") + plan.steps[e.before].name;
    }
    const auto row = h.in("tr");
    h.element("th", s.critical ? s.name + " (critical)" : s.name, {{"scope", "row"}});
    h.element("td", after);
    h.element("td.n", s.takes ? sim::text(s.takes->least) : "");
    h.element("td.n", s.takes ? sim::text(s.takes->usual) : "");
    h.element("td.n", s.takes ? sim::text(s.takes->most) : "");
    h.element("td.n", s.slack ? sim::text(*s.slack) : "");
  }
}

}  // namespace

bool plan_section(Html& h, const View& v) {
  const PlanGraph plan = graph_of(v);
  if (plan.steps.empty()) return false;
  const auto scope = section(h, v, "plan", "The plan");
  {
    const auto columns = h.in("div.plan-columns");
    {
      const auto figure = h.in("figure");
      draw(h, plan);
      legend(h, plan);
    }
    const auto words = h.in("div.plan-words");
    critical_path(h, plan);
    necessary(h, plan);
  }
  in_words(h, plan);
  return true;
}

}  // namespace converge::reports
