#include <fmt/format.h>

#include "reports/conform.hpp"
#include "reports/figures.hpp"
#include "reports/page.hpp"
#include "reports/table.hpp"

namespace converge::reports {

using Line = sim::ConformCase::Line;
using Answer = sim::ConformCase::Answer;

namespace {

std::string cases(std::uint64_t n) { return fmt::format("{} {}", count(n), n == 1 ? "case" : "cases"); }

void system(Page& page, const sim::ConformSystem& s) {
  page.heading(s.version.empty() ? page.safe(s.name) : fmt::format("{} {}", page.safe(s.name), page.safe(s.version)));
  std::vector<Row> rows;
  for (const sim::ConformGroup& g : s.groups) {
    Row row{.name = page.safe(g.name),
            .style = g.disagree > 0 ? Style::bad : Style::plain,
            .figures = {count(g.cases), count(g.agree), count(g.disagree), count(g.out_of_scope)}};
    for (const auto& [reason, n] : g.reasons) {
      row.details.push_back(fmt::format("out of scope, {}: {}", page.safe(reason), count(n)));
    }
    if (!g.disagreements.empty()) {
      constexpr std::size_t shown = 5;
      std::string some;
      for (std::size_t i = 0; i < std::min(shown, g.disagreements.size()); ++i) {
        some += (i == 0 ? "" : ", ") + page.safe(g.disagreements[i]);
      }
      if (g.disagree > shown) some += fmt::format(" and {} more", count(g.disagree - shown));
      row.details.push_back("disagree: " + some);
    }
    rows.push_back(std::move(row));
  }
  table(page, {"cases", "agree", "disagree", "out of scope"}, rows);
}

}  // namespace

std::string sentence(const sim::ConformResult& r) {
  return fmt::format("{} of what the real systems did: {} agree, {} disagree, {} out of scope", cases(r.cases()),
                     count(r.agree()), count(r.disagree()), count(r.out_of_scope()));
}

std::string text(const sim::ConformResult& r, const Terminal& terminal) {
  Page page{terminal, glyphs(terminal), {}};
  page.paragraph("", 0, r.disagree() > 0 ? Style::bad : Style::good, sentence(r) + ".");
  for (const sim::ConformSystem& s : r.systems) system(page, s);
  if (r.disagree() > 0) {
    page.line();
    page.paragraph("", 0, Style::plain, "See where one differs with: converge conform --explain CASE");
  }
  if (r.cases_per_s) {
    page.line();
    page.line(fmt::format("{} cases/s", count(static_cast<std::uint64_t>(*r.cases_per_s))));
  }
  return page.out;
}

std::string text(const sim::ConformCase& c, const Terminal& terminal) {
  Page page{terminal, glyphs(terminal), {}};
  const std::string name = fmt::format("{} {} {}", page.safe(c.system), page.safe(c.group), page.safe(c.id));
  switch (c.answer) {
    case Answer::agrees: page.paragraph("", 0, Style::good, name + ": the model agrees."); break;
    case Answer::disagrees:
      page.paragraph("", 0, Style::bad,
                     fmt::format("{}: the model disagrees, first at {}.", name, page.safe(c.reason)));
      break;
    case Answer::out_of_scope:
      page.paragraph("", 0, Style::warning,
                     fmt::format("{}: out of scope, {}. {}", name, page.safe(c.reason), page.safe(c.why)));
      break;
  }
  bool first = true;
  for (const Line& l : c.lines) {
    if (l.kind == Line::Kind::step) {
      page.line();
      page.paragraph("", 0, Style::strong, page.safe(l.what));
      continue;
    }
    const bool differs = l.kind == Line::Kind::differs;
    page.paragraph(differs && first ? "> " : "  ", 2, differs ? Style::bad : Style::plain,
                   fmt::format("{}: recorded {}", page.safe(l.what), page.safe(l.recorded)), 40);
    if (differs) page.paragraph("    ", 4, Style::bad, "modelled " + page.safe(l.modelled), 40);
    first = first && !differs;
  }
  return page.out;
}

}  // namespace converge::reports
