// The page, section by section, in the order in which a reader asks.
#include "reports/explore_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/counterexample.hpp"
#include "reports/figures.hpp"
#include "reports/page.hpp"
#include "reports/sections.hpp"
#include "reports/table.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using sim::ExploreResult;

void dotted(Page& page, Style style, const std::string& what) {
  page.paragraph(fmt::format("  {} ", page.glyphs.dot), 4, style, page.safe(what));
}

void bounds(Page& page, const ExploreResult& r) {
  page.heading(r.complete ? "Every schedule within these bounds" : "The bounds, of which a part was explored");
  for (const std::string& what : r.bounds.words) dotted(page, Style::plain, what);
}

// "12,345", "1.23e+45", "10^1234".
std::string how_many(const ExploreResult& r) {
  if (*r.schedules <= 0x1p53) return count(static_cast<std::uint64_t>(*r.schedules));
  return std::isfinite(*r.schedules) ? fmt::format("{:.3g}", *r.schedules)
                                     : fmt::format("10^{:.0f}", r.schedules_log10);
}

void coverage(Page& page, const ExploreResult& r) {
  page.heading("What that comes to");
  std::vector<Row> rows;
  if (r.schedules) rows.push_back({.name = "schedules", .figures = {how_many(r)}});
  rows.push_back({.name = "different states", .figures = {count(r.states)}});
  rows.push_back({.name = "transitions", .figures = {count(r.transitions)}});
  if (!r.complete) {
    rows.push_back({.name = "states yet to be expanded", .style = Style::warning, .figures = {count(r.frontier)}});
  }
  table(page, {"how many"}, rows);
  if (!r.complete) {
    page.paragraph("  ", 2, Style::warning,
                   fmt::format("All was explored up to {}.", sim::text(sim::Instant{} + r.reached)));
  }
  if (r.collision) {
    page.paragraph("  ", 2, Style::warning,
                   fmt::format("States were told apart by 64-bit fingerprints: the probability that two were taken for "
                               "one, and something was missed, is at most {:.2g}.",
                               *r.collision));
  }
  if (!r.checkpoint.empty()) {
    page.paragraph("  ", 2, Style::plain, "It goes on from " + page.safe(r.checkpoint) + " with --resume.");
  }
}

void worst_case(Page& page, const ExploreResult& r) {
  if (!r.complete) return;
  if (r.never_converges) {
    page.heading("The worst case: a schedule that never converges");
  } else if (r.worst_convergence) {
    const sim::Duration left = r.sla - *r.worst_convergence;
    page.heading(fmt::format(
        "The worst case: {} after the change, {} the window of {}", sim::text(*r.worst_convergence),
        left.us >= 0 ? sim::text(left) + " inside" : sim::text(sim::Duration{-left.us}) + " beyond", sim::text(r.sla)));
  } else {
    return;
  }
  if (r.worst_schedule.empty()) page.paragraph("  ", 2, Style::plain, "Nothing deviates from the usual.");
  numbered(page, r.worst_schedule);
  saved_as(page, r.worst_file, r.worst_replay);
}

void odds(Page& page, const ExploreResult& r) {
  if (!r.odds) return;
  const auto& o = *r.odds;
  page.heading(fmt::format("How likely it is that the window of {} is missed", sim::text(r.sla)));
  table(page, {"probability"},
        {Row{.name = o.adversarial.empty() ? "exactly" : "under the best adversary", .figures = {sim::percent(o.best)}},
         Row{.name = o.adversarial.empty() ? "" : "under the worst adversary",
             .style = o.worst > 0 ? Style::warning : Style::plain,
             .figures = {o.adversarial.empty() ? "" : sim::percent(o.worst)}}});
  page.paragraph(
      "  ", 2, Style::faint,
      "Exact over the bounds: each answer carries the share of its law that is nearer to it than to another.");
  if (!o.adversarial.empty()) {
    std::string all;
    for (const std::string& a : o.adversarial) all += (all.empty() ? "" : ", ") + a;
    page.paragraph("  ", 2, Style::faint, "Nobody draws " + page.safe(all) + ": the adversary answers.");
  }
  if (o.quantiles.empty()) return;
  page.heading("Time to convergence under the worst adversary: this share takes no longer");
  std::vector<Row> rows;
  for (const auto& q : o.quantiles) {
    const bool late = !q.convergence || *q.convergence > r.sla;
    rows.push_back({.name = sim::percent(q.share),
                    .style = late ? Style::warning : Style::plain,
                    .figures = {q.convergence ? sim::text(*q.convergence) : "never"}});
  }
  table(page, {"time"}, rows);
}

void properties(Page& page, const ExploreResult& r) {
  if (r.properties.empty()) return;
  page.heading(r.complete ? "Properties, and the least margin of all schedules"
                          : "Properties, and the least margin so far");
  std::vector<Row> rows;
  for (const sim::PropertyResult& p : r.properties) {
    const Mark mark = property_mark(page.terminal, p);
    Row row{.lead = std::string(mark.text) + ' ',
            .lead_style = mark.style,
            .name = page.safe(p.name),
            .style = p.holds ? Style::plain : Style::strong,
            .figures = {margin(p)}};
    if (!p.holds) {
      if (!p.claim.empty()) row.details.push_back(page.safe(p.claim));
      if (!p.detail.empty()) row.details.push_back("Worst: " + page.safe(p.detail));
    }
    rows.push_back(std::move(row));
  }
  table(page, {"least margin"}, rows);
}

void closing(Page& page, const ExploreResult& r) {
  page.line();
  std::string what = fmt::format("{} states, scenario {:016x}", count_or_figure(r.states), r.fingerprint);
  if (r.states_per_s) {
    what += fmt::format(", {} states/s", count_or_figure(static_cast<std::uint64_t>(std::max(0.0, *r.states_per_s))));
  }
  page.paragraph("", 0, Style::faint, what);
  models_only(page);
}

}  // namespace

std::string text(const ExploreResult& r, const Terminal& given) {
  Terminal t = given;
  t.columns = std::clamp(t.columns, columns_min, columns_max);
  Page page{t, glyphs(t), {}};
  opening(page, r);
  worst_case(page, r);
  odds(page, r);
  properties(page, r);
  for (const sim::Counterexample& c : r.counterexamples) {
    page.heading(page.safe("Counterexample: " + c.property + " is violated"));
    counterexample(page, c);
  }
  bounds(page, r);
  coverage(page, r);
  faults(page, r.faults, ", in transitions");
  vacuous(page, r.outcome, "this exploration", r.vacuous_for);
  closing(page, r);
  return page.out;
}

}  // namespace converge::reports
