// What both pages say, they say in the same words.
#include "reports/sections.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "reports/figures.hpp"
#include "sim/time.hpp"

namespace converge::reports {
namespace {

constexpr std::size_t deviations_shown = 10;

struct Word {
  std::string_view text;
  Style style;
};

Word verdict_word(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return {"CONVERGED", Style::good};
    case sim::Outcome::violated: return {"VIOLATED", Style::bad};
    case sim::Outcome::vacuous: return {"VACUOUS", Style::warning};
    case sim::Outcome::inconclusive: return {"INCONCLUSIVE", Style::warning};
  }
  return {"", Style::plain};
}

}  // namespace

template <class Result>
void opening(Page& page, const Result& r) {
  page.paragraph("", 0, Style::strong, page.safe(r.title.empty() ? "Untitled scenario" : r.title), 3);
  if (!r.file.empty())
    page.line(page.paint(Style::faint, cut(page.terminal, page.safe(r.file), page.terminal.columns)));
  page.line();
  const Word word = verdict_word(r.outcome);
  const std::size_t indent = word.text.size() + 2;
  page.paragraph(page.paint(word.style, word.text) + "  ", indent, Style::strong, page.safe(r.sentence));
  if (!r.strength.empty()) page.paragraph(std::string(indent, ' '), indent, Style::plain, page.safe(r.strength));
}

template void opening(Page&, const sim::RunResult&);
template void opening(Page&, const sim::CheckResult&);
template void opening(Page&, const sim::ExploreResult&);

Mark property_mark(const Terminal& t, const sim::PropertyResult& p) {
  if (p.holds) return {t.utf8 ? "✓" : "ok      ", Style::good};
  if (!sim::is_violated(p)) return {t.utf8 ? "?" : "UNMET   ", Style::warning};
  return {t.utf8 ? "✗" : "VIOLATED", Style::bad};
}

std::string margin(const sim::PropertyResult& p) {
  switch (p.unit) {
    case sim::PropertyResult::Unit::duration: return sim::text(sim::Duration{p.margin});
    case sim::PropertyResult::Unit::rows: return of_unit(p.margin, "row", "rows");
    case sim::PropertyResult::Unit::changes: return of_unit(p.margin, "change", "changes");
    case sim::PropertyResult::Unit::reads: return of_unit(p.margin, "read", "reads");
    case sim::PropertyResult::Unit::jobs: return of_unit(p.margin, "job", "jobs");
    case sim::PropertyResult::Unit::layers: return of_unit(p.margin, "layer", "layers");
    case sim::PropertyResult::Unit::version: return of_unit(p.margin, "version", "versions");
    case sim::PropertyResult::Unit::count: return figure(p.margin);
  }
  return "";
}

void numbered(Page& page, const std::vector<sim::DeviationText>& all) {
  const std::size_t shown = std::min(all.size(), deviations_shown);
  const std::size_t number_columns = std::to_string(shown).size();
  std::size_t time_columns = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    time_columns = std::max(time_columns, sim::text(all[i].at).size());
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const sim::DeviationText& d = all[i];
    const std::string number = pad_left(std::to_string(i + 1), number_columns) + ". ";
    const std::string at = pad_left(sim::text(d.at), time_columns);
    page.paragraph("  " + number + page.paint(Style::faint, at) + "  ", 2 + number.size() + time_columns + 2,
                   d.fault ? Style::yellow : Style::plain, page.safe(d.text), 3);
  }
  if (const std::size_t more = all.size() - shown; more != 0) page.line(fmt::format("  and {} more", count(more)));
}

void faults(Page& page, const std::vector<sim::FaultCount>& all, std::string_view where) {
  std::vector<const sim::FaultCount*> listed;
  for (const sim::FaultCount& f : all) {
    if (f.declared || f.fired != 0) listed.push_back(&f);
  }
  if (listed.empty()) {
    page.heading("No faults were declared");
    return;
  }
  page.heading(fmt::format("Faults that may happen, and how often they did{}", where));
  std::vector<std::string> times;
  std::size_t kind_columns = 0;
  std::size_t times_columns = 0;
  for (const sim::FaultCount* f : listed) {
    times.push_back(f->fired == 0 ? "never" : f->fired == 1 ? "once" : count(f->fired) + " times");
    if (!f->declared) times.back() += ", undeclared";
    kind_columns = std::max(kind_columns, display_width(page.safe(f->kind)));
    times_columns = std::max(times_columns, times.back().size());
  }
  kind_columns = std::min(kind_columns, page.terminal.columns - std::min(page.terminal.columns, 4 + times_columns));
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const std::string kind = cut(page.terminal, page.safe(listed[i]->kind), kind_columns);
    const Style style = listed[i]->fired == 0 ? Style::faint : Style::yellow;
    page.line("  " + pad_right(kind, kind_columns) + "  " + page.paint(style, times[i]));
  }
}

void vacuous(Page& page, sim::Outcome outcome, std::string_view who, const std::vector<std::string>& reasons) {
  if (reasons.empty()) return;
  page.heading(outcome == sim::Outcome::vacuous ? "Why this says nothing"
                                                : fmt::format("What {} did not put to the test", who));
  for (const std::string& why : reasons) {
    page.paragraph(fmt::format("  {} ", page.glyphs.dot), 4, Style::warning, page.safe(why));
  }
}

void models_only(Page& page) {
  page.line(page.paint(Style::faint, "Models of the plan were checked, not the systems."));
}

}  // namespace converge::reports
