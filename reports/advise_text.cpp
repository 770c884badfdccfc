// The page, section by section: the bound, the steps that make it, what moves it, and what to change.
#include "reports/advise_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/advise_words.hpp"
#include "reports/figures.hpp"
#include "reports/page.hpp"
#include "reports/sections.hpp"

namespace converge::reports {
namespace {

using sim::Advice;
using sim::AdviseResult;
using sim::Duration;

constexpr std::size_t steps_shown = 20;
constexpr std::size_t moves_shown = 8;
constexpr std::size_t vain_shown = 3;
constexpr std::size_t figure_columns = 8;

Page page_for(Terminal& t) {
  t.columns = std::clamp(t.columns, columns_min, columns_max);
  return {t, glyphs(t), {}};
}

std::string figures(const std::vector<std::string>& all) {
  std::string line;
  for (const std::string& each : all) line += ' ' + pad_left(each, figure_columns);
  return line;
}

// A name, and figures flush right; what does not fit is cut from the name.
void row(Page& page, std::string_view mark, Style style, const std::string& name,
         const std::vector<std::string>& columns) {
  const std::size_t taken = 4 + columns.size() * (figure_columns + 1);
  const std::size_t room = std::min(name_columns_max, page.terminal.columns - taken);
  page.line("  " + std::string(mark) + ' ' +
            page.paint(style, pad_right(cut(page.terminal, page.safe(name), room), room) + figures(columns)));
}

std::string signed_text(const std::optional<Duration>& d) {
  if (!d) return "no bound";
  if (d->us == 0) return "0s";
  return (d->us > 0 ? "+" : "-") + compact({d->us > 0 ? d->us : -d->us});
}

void bound(Page& page, const AdviseResult& r) {
  if (!r.bound) return;
  page.heading("From the change to agreement, by the analytic bound");
  const auto line = [&](std::string_view name, Duration d, std::string_view what) {
    const bool late = d > r.sla;
    page.line("    " + pad_right(name, 9) +
              page.paint(late ? Style::warning : Style::plain, pad_left(compact(d), figure_columns)) + "  " +
              std::string(what));
  };
  line("earliest", r.bound->earliest, "no schedule is sooner");
  line("usual", r.bound->usual, "an estimate");
  line("latest", r.bound->latest,
       fmt::format("no schedule with {} fault{} is later", r.faults, r.faults == 1 ? "" : "s"));
  line("window", r.sla, "");
}

void steps(Page& page, const AdviseResult& r) {
  if (!r.bound || r.bound->steps.empty()) return;
  const auto& all = r.bound->steps;
  const bool whole = all.size() <= steps_shown;
  page.heading("The steps at their latest; * decides when all agree");
  row(page, " ", Style::faint, "", {"least", "usual", "most", "waits", "slack"});
  std::size_t left_out = 0;
  for (const sim::BoundStep& s : all) {
    if (!whole && !s.critical) {
      ++left_out;
      continue;
    }
    row(page, s.critical ? "*" : " ", s.critical ? Style::strong : Style::plain, s.name,
        {compact(s.takes.least), compact(s.takes.usual), compact(s.takes.most),
         s.waits_most.us == 0 ? "-" : compact(s.waits_most),
         !s.slack           ? "any"
         : s.slack->us == 0 ? "-"
                            : compact(*s.slack)});
  }
  if (left_out > 0) page.line(page.paint(Style::faint, fmt::format("    and {} that do not decide", left_out)));
}

void sensitivity(Page& page, const AdviseResult& r) {
  if (r.sensitivity.empty()) return;
  page.heading("What moves it: cadences doubled, durations halved");
  row(page, " ", Style::faint, "", {"now", "then", "usual", "latest"});
  for (std::size_t i = 0; i < std::min(moves_shown, r.sensitivity.size()); ++i) {
    const sim::Sensitivity& s = r.sensitivity[i];
    row(page, " ", Style::plain, s.turn.lever,
        {s.turn.now ? compact(*s.turn.now) : "-", s.turn.to ? compact(*s.turn.to) : "-", signed_text(s.usual),
         signed_text(s.latest)});
  }
}

// What helps, one by one; what does not, the strongest as sentences and the rest by name.
void sentences(Page& page, const std::vector<Advice>& all, std::string_view none) {
  if (all.empty()) page.paragraph("  ", 2, Style::plain, none);
  std::size_t vain = 0;
  std::string rest;
  for (const Advice& a : all) {
    if (a.kind == Advice::Kind::nothing_helps && ++vain > vain_shown) {
      rest += (rest.empty() ? "" : ", ") + a.turns.front().lever;
      continue;
    }
    page.paragraph("  - ", 4, Style::plain, page.safe(sentence(a)));
  }
  if (!rest.empty()) page.paragraph("  - ", 4, Style::plain, page.safe("nor does any value of " + rest));
}

void advice(Page& page, const AdviseResult& r) {
  if (!r.worst) return;
  if (r.outcome == sim::Outcome::converged) {
    page.heading("How loose each cadence may become, the others as they are");
    sentences(page, r.one_at_a_time, "None can be looser.");
    page.heading("All cadences together");
    if (r.together.empty() || !r.factor_pc) {
      page.paragraph("  ", 2, Style::plain, "Not even a tenth slower.");
      return;
    }
    page.paragraph("  ", 2, Style::plain,
                   fmt::format("All of them may be {}.{:02} times as long{}.", *r.factor_pc / 100, *r.factor_pc % 100,
                               says(r.together.front())));
    return;
  }
  page.heading("What would make it fit, one at a time");
  page.paragraph("  - ", 4, Style::plain, fmt::format("a window of at least {}", text(*r.worst)));
  sentences(page, r.one_at_a_time, "No figure of the scenario moves the latest agreement.");
  if (r.together.empty()) return;
  page.heading("Two at once, of those that do not suffice alone");
  sentences(page, r.together, "");
}

}  // namespace

std::string text(const AdviseResult& r, Terminal t) {
  Page page = page_for(t);
  opening(page, r);
  bound(page, r);
  steps(page, r);
  sensitivity(page, r);
  advice(page, r);
  if (r.cut_short) {
    page.line();
    page.paragraph("", 0, Style::warning, "Its time was up: the advice is not complete.");
  }
  page.line();
  models_only(page);
  return page.out;
}

}  // namespace converge::reports
