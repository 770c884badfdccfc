// The page, section by section, in the order in which a reader asks.
#include "reports/orderings_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "reports/figures.hpp"
#include "reports/orderings_words.hpp"
#include "reports/page.hpp"
#include "reports/sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using sim::Grade;
using sim::OrderingsResult;

Page page_for(Terminal& t) {
  t.columns = std::clamp(t.columns, columns_min, columns_max);
  return {t, glyphs(t), {}};
}

Style style_of(Grade g) {
  switch (g) {
    case Grade::good: return Style::good;
    case Grade::window: return Style::warning;
    case Grade::availability: return Style::yellow;
    case Grade::convergence: return Style::bad;
  }
  return Style::plain;
}

std::string orders(std::uint64_t n) { return fmt::format("{} order{}", count_or_figure(n), n == 1 ? "" : "s"); }

// "2 1 4 3 5": the steps' numbers.
std::string numbers(const std::vector<std::size_t>& order) {
  std::string out;
  for (const std::size_t step : order) out += fmt::format("{}{}", out.empty() ? "" : " ", step + 1);
  return out;
}

std::string behind(const OrderingsResult& r, std::size_t step) {
  std::string out;
  for (const auto& [before, after] : r.directly) {
    if (after == step) return fmt::format("triggered by {}", before + 1);
  }
  for (const auto& [before, after] : r.given) {
    if (after == step) out += fmt::format("{}{}", out.empty() ? "" : ", ", before + 1);
  }
  if (out.empty()) return out;
  return (r.free ? "the scenario has it behind " : "behind ") + out;
}

void steps(Page& page, const OrderingsResult& r) {
  page.heading(r.free ? "Steps; the scenario's edges are dropped" : "Steps, and the edges of the scenario");
  std::size_t columns = 0;
  for (const std::string& name : r.steps) columns = std::max(columns, display_width(page.safe(name)));
  columns = std::min(columns, name_columns_max);
  for (std::size_t i = 0; i < r.steps.size(); ++i) {
    const std::string name = pad_right(cut(page.terminal, page.safe(r.steps[i]), columns), columns);
    page.paragraph(fmt::format("  {}  {}  ", pad_left(std::to_string(i + 1), 2), name), 8 + columns, Style::faint,
                   behind(r, i));
  }
}

void groups(Page& page, const OrderingsResult& r) {
  if (r.groups.empty()) return;
  const bool all = r.coverage >= 1;
  page.heading(all && r.orders.size() == 1 ? "The one order, and what happens in it"
               : all                       ? fmt::format("All {}, by what happens in them", orders(r.orders.size()))
                     : fmt::format("{} of {}, {} of all, by what happens in them", orders(r.orders.size()),
                                   r.orders_in_all, sim::percent(r.coverage)));
  std::size_t columns = 6;
  for (const auto& g : r.groups) columns = std::max(columns, count_or_figure(g.orders.size()).size());
  for (const OrderingsResult::Group& g : r.groups) {
    const std::string lead = fmt::format("  {}  {}", pad_left(count_or_figure(g.orders.size()), columns),
                                         page.paint(style_of(g.grade), pad_right(grade_word(g.grade), 14)));
    page.paragraph(lead, 4 + columns + 14, Style::plain, page.safe(g.what));
    std::string when = "for example " + numbers(r.orders[g.orders.front()].order);
    if (g.latest) {
      when += g.earliest == g.latest
                  ? fmt::format("; converges after {}", sim::text(*g.latest))
                  : fmt::format("; converge after {} to {}", sim::text(*g.earliest), sim::text(*g.latest));
    }
    page.paragraph(std::string(4 + columns + 14, ' '), 4 + columns + 14, Style::faint, when);
  }
  if (r.groups.back().grade == Grade::good) return;
  page.paragraph("  ", 2, Style::faint,
                 "The word is the gravest demand that these orders fail: convergence (rows end null, stale or lost), "
                 "availability (a job stalls or stands still until a later step), window (an objective of the "
                 "scenario).");
}

void counterexample(Page& page, const OrderingsResult& r, const sim::OrderCounterexample& c) {
  page.paragraph("     ", 5, Style::plain,
                 fmt::format("without it, for example {}: {}", numbers(order_of(r, c)), page.safe(c.sentence)));
  if (c.deviations.empty()) return;
  page.line("     in a schedule that is not the usual one:");
  numbered(page, c.deviations);
}

std::string demand(Grade g) {
  switch (g) {
    case Grade::good: return "every order is good";
    case Grade::window: return "every order converges without a stall; no order meets the scenario's objectives";
    case Grade::availability: return "every order converges; in no order does every job keep going";
    case Grade::convergence: break;
  }
  return "";
}

void edges(Page& page, const OrderingsResult& r) {
  if (!r.any_meets) return;
  if (r.edges.empty()) {
    page.heading(r.met == r.orders.size() && r.demand == Grade::good
                     ? "No further edge is necessary"
                     : "No edge is necessary for as much as can be had");
  } else {
    page.heading(fmt::format("Necessary: under {} edge{} {}", r.edges.size() == 1 ? "this" : "these",
                             r.edges.size() == 1 ? "" : "s", demand(r.demand)));
  }
  for (const sim::NecessaryEdgeVerdict& e : r.edges) {
    const std::string edge = fmt::format("{} before {}", page.safe(r.steps[e.before]), page.safe(r.steps[e.after]));
    page.paragraph("  ", 2, Style::strong,
                   fmt::format("{} before {}: {}, for {}", e.before + 1, e.after + 1, edge, grade_word(e.needed_for)));
    page.paragraph("     ", 5, Style::plain, page.safe(e.because));
    counterexample(page, r, r.counterexamples[e.counterexample]);
  }
  if (!r.edges_are_all) {
    page.paragraph("  ", 2, Style::warning,
                   fmt::format("The orders that meet it are no partial order: these edges give up {} of {}.{}",
                               count_or_figure(r.met - r.kept), count_or_figure(r.met),
                               r.edges_smallest ? "" : " That no smaller set does was not shown."));
  }
  if (!r.free && !r.given.empty()) {
    page.paragraph("  ", 2, Style::faint, "With --free the same is asked of the scenario's own edges.");
  }
  for (const auto& [before, after] : r.not_needed) {
    page.paragraph("  ", 2, Style::plain,
                   fmt::format("Not necessary, though the scenario has it: {} before {} ({} before {})", before + 1,
                               after + 1, page.safe(r.steps[before]), page.safe(r.steps[after])));
  }
}

void stories(Page& page, const OrderingsResult& r) {
  if (!r.edges.empty() || r.counterexamples.empty()) return;
  page.heading("What goes wrong");
  for (const sim::OrderCounterexample& c : r.counterexamples) {
    page.paragraph(
        "  ", 2, Style::plain,
        fmt::format("{}: {}", numbers(order_of(r, c)), page.safe(c.happened.empty() ? c.sentence : c.happened)));
    if (!c.deviations.empty()) numbered(page, c.deviations);
  }
}

void variants(Page& page, const OrderingsResult& r) {
  if (r.variants.size() > 1) {
    const bool any = std::any_of(r.variants.begin(), r.variants.end(), [](const auto& v) { return v.good > 0; });
    page.heading(fmt::format("With other guards, instants and triggers: how many orders are then{}",
                             r.variants.front().orders < r.orders.size()
                                 ? fmt::format(", of {} that were drawn", count_or_figure(r.variants.front().orders))
                                 : ""));
    page.line(page.paint(Style::faint, "   good  late  stall  wrong"));
    for (const sim::OrderingsVariant& v : r.variants) {
      const std::string lead =
          fmt::format("  {} {} {} {}  ", pad_left(count_or_figure(v.good), 5), pad_left(count_or_figure(v.window), 5),
                      pad_left(count_or_figure(v.availability), 6), pad_left(count_or_figure(v.convergence), 6));
      std::string what;
      for (const std::string& c : v.changes) what += (what.empty() ? "" : ", and ") + c;
      if (v.changes.empty()) what = "the plan as it is";
      if (v.helps) what += " (helps)";
      const std::uint64_t good_as_it_is = r.variants.front().good;
      if (v.guard_removed && v.good < good_as_it_is) {
        what += fmt::format(" (needed: {} good {} lost without it)", count_or_figure(good_as_it_is - v.good),
                            good_as_it_is - v.good == 1 ? "order is" : "orders are");
      }
      if (!v.edges.empty()) {
        what += "; necessary then:";
        for (std::size_t i = 0; i < v.edges.size(); ++i) {
          what += fmt::format("{} {} before {} ({})", i == 0 ? "" : ",", v.edges[i].before + 1, v.edges[i].after + 1,
                              grade_word(v.edges[i].needed_for));
        }
      }
      page.paragraph(lead, lead.size(), v.helps ? Style::good : Style::plain, page.safe(what));
    }
    if (!any) page.paragraph("  ", 2, Style::warning, "None of these makes any order good.");
  }
  if (r.variants_cut_short) {
    page.paragraph("  ", 2, Style::warning, "More guards, instants and triggers could have been tried.");
  }
}

void closing(Page& page, const OrderingsResult& r) {
  page.line();
  if (r.ended != OrderingsResult::Ended::all_ran) {
    page.paragraph("", 0, Style::warning,
                   fmt::format("{} after {} of {}.",
                               r.ended == OrderingsResult::Ended::time_limit ? "Its time was up" : "It was interrupted",
                               count_or_figure(r.orders.size()), orders(r.chosen)));
  }
  page.paragraph(
      "", 0, Style::faint,
      fmt::format("{} judged, campaign seed {}, scenario {:016x}", orders(r.orders.size()), r.seed, r.fingerprint));
  models_only(page);
}

}  // namespace

std::string text(const OrderingsResult& r, const Terminal& given) {
  Terminal t = given;
  Page page = page_for(t);
  opening(page, r);
  steps(page, r);
  groups(page, r);
  edges(page, r);
  stories(page, r);
  variants(page, r);
  vacuous(page, r.outcome, "these orders", r.vacuous_for);
  closing(page, r);
  return page.out;
}

}  // namespace converge::reports
