// Orders side by side: by what happens in them, not one by one; and what other guards would change.
#include <fmt/format.h>

#include <algorithm>

#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "reports/orderings_words.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using sim::Grade;
using sim::OrderingsResult;

constexpr std::size_t orders_shown = 60;  // of a group

void order_chips(Html& h, const OrderingsResult& r, const std::vector<std::size_t>& order) {
  const auto list = h.in("ol.order");
  for (const std::size_t step : order) h.element("li", step < r.steps.size() ? std::string_view(r.steps[step]) : "?");
}

std::string when(const OrderingsResult::Group& g) {
  if (!g.latest) return "never";
  return g.earliest == g.latest || !g.earliest ? sim::text(*g.latest)
                                               : sim::text(*g.earliest) + " to " + sim::text(*g.latest);
}

std::string orders(std::uint64_t n) { return fmt::format("{} order{}", count_or_figure(n), n == 1 ? "" : "s"); }

// How many orders come to each grade, as one bar.
void share_bar(Html& h, const OrderingsResult& r) {
  const auto total = static_cast<std::int64_t>(r.orders.size());
  if (total == 0) return;
  std::string says;
  for (const OrderingsResult::Group& g : r.groups) {
    says += fmt::format("{}{} {}: {}", says.empty() ? "" : "; ", g.orders.size(), grade_word(g.grade), g.what);
  }
  const auto svg = h.in("svg.share-bar", {{"height", "22"}, {"role", "img"}, {"aria-label", says}});
  std::int64_t from = 0;
  for (const OrderingsResult::Group& g : r.groups) {
    const std::int64_t until = from + static_cast<std::int64_t>(g.orders.size());
    bar(h, fmt::format("g-{}", grade_word(g.grade)), from * TimeScale::whole / total, until * TimeScale::whole / total,
        1, 20, fmt::format("{}: {}", orders(g.orders.size()), g.what));
    from = until;
  }
}

void groups(Html& h, const OrderingsResult& r) {
  if (r.groups.empty()) return;
  h.element("p", r.coverage >= 1
                     ? fmt::format("All {} that are allowed, by what happens in them.", orders(r.orders.size()))
                     : fmt::format("{} of {}, {} of all, by what happens in them.", orders(r.orders.size()),
                                   r.orders_in_all, sim::percent(r.coverage)));
  share_bar(h, r);
  for (const OrderingsResult::Group& g : r.groups) {
    const auto box = h.in("div.order-group", {{"class", grade_word(g.grade)}});
    {
      const auto head = h.in("div.group-head");
      h.element("span.tag", grade_word(g.grade), {{"class", grade_word(g.grade)}});
      h.element("strong", orders(g.orders.size()));
      h.element("span", g.what);
      h.element("span.note", "all agree after: " + when(g));
    }
    if (g.orders.empty() || g.orders.front() >= r.orders.size()) continue;
    order_chips(h, r, r.orders[g.orders.front()].order);
    if (g.orders.size() == 1) continue;
    const auto details = h.in("details.many");
    h.element("summary", fmt::format("The other {}", orders(g.orders.size() - 1)));
    for (std::size_t i = 1; i < std::min(g.orders.size(), orders_shown); ++i) {
      if (g.orders[i] < r.orders.size()) order_chips(h, r, r.orders[g.orders[i]].order);
    }
    if (g.orders.size() > orders_shown) {
      h.element("p.note",
                fmt::format("and {} more; converge orderings --json has all", count(g.orders.size() - orders_shown)));
    }
  }
}

void counterexample(Html& h, const OrderingsResult& r, std::size_t number) {
  if (number >= r.counterexamples.size()) return;
  const sim::OrderCounterexample& c = r.counterexamples[number];
  const auto box = h.in("div.without");
  h.element("span.note", "Without it, for example:");
  if (c.order < r.orders.size()) order_chips(h, r, order_of(r, c));
  {
    const auto p = h.in("p");
    if (!c.happened.empty()) h.text(c.happened + " ");
    h.element("strong", c.sentence);
  }
  if (c.deviations.empty()) return;
  h.element("p.note", "in a schedule that is not the usual one:");
  deviation_list(h, c.deviations);
}

void edges(Html& h, const OrderingsResult& r) {
  if (!r.edges.empty()) {
    h.element("h3", "Necessary edges, and what goes wrong without each");
    for (const sim::NecessaryEdgeVerdict& e : r.edges) {
      if (e.before >= r.steps.size() || e.after >= r.steps.size()) continue;
      const auto box = h.in("div.edge-story");
      {
        const auto p = h.in("p");
        h.element("strong", r.steps[e.before] + " before " + r.steps[e.after]);
        h.text(" ");
        h.element("span.tag", grade_word(e.needed_for), {{"class", grade_word(e.needed_for)}});
        h.text(" " + e.because);
      }
      counterexample(h, r, e.counterexample);
    }
  } else if (!r.counterexamples.empty()) {
    h.element("h3", "What goes wrong");
    for (std::size_t i = 0; i < r.counterexamples.size(); ++i) counterexample(h, r, i);
  }
  if (!r.edges_are_all) {
    h.element("p.note", fmt::format("The orders that meet it are no partial order: these edges give up {} of {}.{}",
                                    count_or_figure(r.met - r.kept), count_or_figure(r.met),
                                    r.edges_smallest ? "" : " That no smaller set does was not shown."));
  }
  for (const auto& [before, after] : r.not_needed) {
    if (before >= r.steps.size() || after >= r.steps.size()) continue;
    h.element("p.note",
              fmt::format("Not necessary, though the scenario has it: {} before {}.", r.steps[before], r.steps[after]));
  }
}

void variants(Html& h, const OrderingsResult& r) {
  if (r.variants.size() < 2) return;
  h.element("h3", "With other guards, instants and triggers");
  const auto scroll = scrolls(h, "Other guards");
  const auto table = h.in("table");
  table_head(h, {"changed", "#good", "#late", "#stall", "#wrong", "which means"});
  const auto body = h.in("tbody");
  const std::uint64_t good_as_it_is = r.variants.front().good;
  for (const sim::OrderingsVariant& variant : r.variants) {
    std::string what;
    for (const std::string& c : variant.changes) what += (what.empty() ? "" : ", and ") + c;
    const auto row = h.in("tr");
    h.element("th", variant.changes.empty() ? "the plan as it is" : what, {{"scope", "row"}});
    for (const std::uint64_t n : {variant.good, variant.window, variant.availability, variant.convergence}) {
      h.element("td.n", count_or_figure(n));
    }
    const auto cell = h.in("td");
    if (variant.helps) h.element("span.tag.good", "helps");
    if (variant.guard_removed && variant.good < good_as_it_is) {
      h.element("span.tag.bad", "needed");
      h.text(fmt::format(" {} good without it", orders(variant.good)));
    }
    for (const sim::NecessaryEdgeVerdict& e : variant.edges) {
      if (e.before < r.steps.size() && e.after < r.steps.size()) {
        h.element("span.note", fmt::format("necessary then: {} before {}", r.steps[e.before], r.steps[e.after]));
      }
    }
  }
}

}  // namespace

bool orderings_section(Html& h, const View& v) {
  if (v.orderings == nullptr) return false;
  const auto scope = section(h, v, "orders", "Orders, judged side by side");
  groups(h, *v.orderings);
  edges(h, *v.orderings);
  variants(h, *v.orderings);
  return true;
}

}  // namespace converge::reports
