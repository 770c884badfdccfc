// The page, section by section, in the order in which a reader asks.
#include "reports/check_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/choices.hpp"
#include "reports/counterexample.hpp"
#include "reports/figures.hpp"
#include "reports/page.hpp"
#include "reports/quantiles.hpp"
#include "reports/sections.hpp"
#include "reports/table.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using sim::CheckResult;
using sim::ChoiceCount;

Page page_for(Terminal& t) {
  t.columns = std::clamp(t.columns, columns_min, columns_max);
  return {t, glyphs(t), {}};
}

std::string schedules(std::uint64_t n) { return fmt::format("{} schedule{}", count_or_figure(n), n == 1 ? "" : "s"); }

std::string interval_head(double confidence) { return sim::percent(confidence) + " interval"; }

// ---- sections

std::string ended(const CheckResult& r) {
  const std::string of =
      r.wanted != 0 ? fmt::format("{} of {} schedules", count_or_figure(r.schedules), count_or_figure(r.wanted))
                    : schedules(r.schedules);
  switch (r.ended) {
    case CheckResult::Ended::all_ran: return "";
    case CheckResult::Ended::time_limit: return fmt::format("Its time was up after {}.", of);
    case CheckResult::Ended::interrupted: return fmt::format("It was interrupted after {}.", of);
    case CheckResult::Ended::sure: return fmt::format("It was sure after {}, and stopped.", of);
  }
  return "";
}

std::string sure(const CheckResult& r) {
  const std::string of = sim::percent(r.sure_of);
  switch (r.sure) {
    case CheckResult::Sure::not_asked: return "";
    case CheckResult::Sure::not_yet:
      return fmt::format("Whether missing the window is rarer than {} is not sure yet.", of);
    case CheckResult::Sure::below: return fmt::format("Missing the window is rarer than {}, as sure as was asked.", of);
    case CheckResult::Sure::above:
      return fmt::format("Missing the window is more likely than {}, as sure as was asked.", of);
  }
  return "";
}

void likelihood(Page& page, const CheckResult& r) {
  page.heading(fmt::format("How likely, from {}", schedules(r.schedules)));
  const auto row = [&](std::string name, std::uint64_t n, const sim::Probability& p) {
    return Row{.name = std::move(name),
               .style = n != 0 ? Style::warning : Style::plain,
               .figures = {count_or_figure(n), r.schedules != 0 ? sim::percent(p.estimate) : "-", sim::interval(p)}};
  };
  table(page, {"schedules", "share", interval_head(r.violation.confidence)},
        {row("any property violated", r.violated_schedules, r.violation),
         row(fmt::format("window of {} missed", sim::text(r.sla)), r.missed_schedules, r.miss)});
  if (const std::string why = ended(r); !why.empty()) page.paragraph("  ", 2, Style::warning, why);
  if (const std::string answer = sure(r); !answer.empty()) page.paragraph("  ", 2, Style::plain, answer);
}

void rare(Page& page, const CheckResult& r) {
  if (!r.rare) return;
  page.heading("How likely, from splitting: for what plain sampling hardly sees");
  table(page, {"probability", interval_head(r.rare->confidence)},
        {Row{.name = "window missed",
             .figures = {sim::percent(r.rare->estimate), sim::interval(r.rare->low, r.rare->high)}}});
  std::string how = fmt::format("The interval is approximate. {} runs in {} replicates", count_or_figure(r.rare->runs),
                                count_or_figure(r.rare->replicates));
  if (r.rare->extinct != 0) how += fmt::format(", of which {} came to no miss", count(r.rare->extinct));
  page.paragraph("  ", 2, Style::faint, how + ".");
}

void properties(Page& page, const CheckResult& r) {
  if (r.properties.empty()) return;
  page.heading("Properties, and the least margin of all these schedules");
  std::vector<Row> rows;
  double confidence = 0;
  for (const sim::PropertyCount& p : r.properties) {
    const bool holds = p.violated == 0;
    confidence = p.probability.confidence;
    const Mark mark = property_mark(page.terminal, p.worst);
    Row row{.lead = std::string(mark.text) + ' ',
            .lead_style = mark.style,
            .name = page.safe(p.worst.name),
            .style = holds ? Style::plain : Style::strong,
            .figures = {holds ? "never" : count_or_figure(p.violated), sim::interval(p.probability), margin(p.worst)}};
    if (!holds) {  // what a broken claim says must not have to be looked up
      if (!p.worst.claim.empty()) row.details.push_back(page.safe(p.worst.claim));
      const std::string worst = fmt::format("schedule {} (--seed {})", p.schedule, p.seed);
      row.details.push_back("Worst in " + worst + (p.worst.detail.empty() ? "" : ": " + page.safe(p.worst.detail)));
    }
    rows.push_back(std::move(row));
  }
  table(page, {"violated", interval_head(confidence), "least margin"}, rows);
}

void counterexamples(Page& page, const CheckResult& r) {
  for (const sim::Counterexample& c : r.counterexamples) {
    page.heading(page.safe("Counterexample: " + c.property + " is violated"));
    counterexample(page, c);
  }
}

void phases(Page& page, const CheckResult& r) {
  if (r.phases.empty()) return;
  page.heading(fmt::format("Phases, and in how many of {}", schedules(r.schedules)));
  std::vector<Row> rows;
  for (const sim::PhaseCount& p : r.phases) {
    const auto share = [&](std::uint64_t n) { return n == r.schedules ? "all" : n == 0 ? "none" : count_or_figure(n); };
    rows.push_back({.name = page.safe(p.name),
                    .style = p.finished != r.schedules ? Style::warning : Style::plain,
                    .figures = {share(p.finished), share(p.disagreed)}});
  }
  table(page, {"it was over", "layers disagreed meanwhile"}, rows);
}

void answered(Page& page, const CheckResult& r) {
  if (r.choices.empty()) return;
  page.heading("Who answered the choices");
  const auto row = [&](std::string_view by, const std::string& what, std::string_view none) {
    if (what.empty() && none.empty()) return;
    page.paragraph("  " + page.paint(Style::faint, pad_right(by, 13)), 15, Style::plain,
                   what.empty() ? std::string(none) : page.safe(what));
  };
  row("drawn", choices(r, ChoiceCount::Answered::drawn, true), "none");
  row("fixed", choices(r, ChoiceCount::Answered::fixed, true), "none");
  row("adversarial", "", "none: schedules were drawn, not searched");
  row("never asked", choices(r, ChoiceCount::Answered::drawn, false), "");
}

void expectation(Page& page, const CheckResult& r) {
  if (!r.expected) return;
  if (r.unmet.empty()) {
    page.heading("It is as the scenario expects");
    return;
  }
  page.heading("It is not as the scenario expects");
  for (const std::string& what : r.unmet) {
    page.paragraph(fmt::format("  {} ", page.glyphs.dot), 4, Style::bad, page.safe(what));
  }
}

std::string rate(double per_second) {
  constexpr double most = 9e18;  // what fits a whole number
  if (!(per_second >= 10)) return fmt::format("{:.2g}", per_second);
  return count_or_figure(static_cast<std::uint64_t>(std::min(per_second, most)));
}

void closing(Page& page, const CheckResult& r) {
  page.line();
  std::string what = fmt::format("{}, campaign seed {}", schedules(r.schedules), r.seed);
  if (r.swarm) what += ", whole kinds of fault switched off in turn";
  what += fmt::format(", scenario {:016x}", r.fingerprint);
  if (r.schedules_per_s) what += fmt::format(", {} schedules/s", rate(*r.schedules_per_s));
  page.paragraph("", 0, Style::faint, what);
  models_only(page);
}

}  // namespace

std::string text(const CheckResult& r, const Terminal& given) {
  Terminal t = given;
  Page page = page_for(t);
  opening(page, r);
  likelihood(page, r);
  rare(page, r);
  quantiles(page, r);
  properties(page, r);
  counterexamples(page, r);
  faults(page, r.faults, fmt::format(" in {}", schedules(r.schedules)));
  phases(page, r);
  answered(page, r);
  vacuous(page, r.outcome, "these schedules", r.vacuous_for);
  expectation(page, r);
  closing(page, r);
  return page.out;
}

std::string explanation(const sim::PointOfNoReturn& p, const Terminal& given) {
  Terminal t = given;
  Page page = page_for(t);
  page.heading(page.safe("The point of no return of " + p.property));
  if (p.from_the_start) {
    page.paragraph("  ", 2, Style::plain,
                   "There is none: it was lost from the start. No continuation that was tried kept the property, "
                   "whatever was slow or failed; look at the plan.");
    return page.out;
  }
  if (p.answers.empty()) {
    page.paragraph("  ", 2, Style::plain, fmt::format("An event at {}, at which nothing was chosen", sim::text(p.at)));
  }
  numbered(page, p.answers);
  table(page, {"violated in", interval_head(p.after.confidence)},
        {Row{.name = "from just before it", .figures = {sim::percent(p.before.estimate), sim::interval(p.before)}},
         Row{.name = "from just after it",
             .style = Style::warning,
             .figures = {sim::percent(p.after.estimate), sim::interval(p.after)}}});
  page.paragraph("  ", 2, Style::faint,
                 fmt::format("{} continuations were tried from each moment, all that follows drawn from its law.",
                             count_or_figure(p.continuations)));
  return page.out;
}

}  // namespace converge::reports
