// The page, section by section, in the order in which a reader asks.
#include "reports/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "reports/counterexample.hpp"
#include "reports/figures.hpp"
#include "reports/page.hpp"
#include "reports/sections.hpp"
#include "reports/timeline.hpp"
#include "sim/time.hpp"

namespace converge::reports {
namespace {

constexpr std::size_t detail_columns_min = 20;  // narrower than that, details go below
constexpr std::size_t detail_indent = 6;

struct Fact {
  std::string_view name;
  std::string value;
  bool alarming = false;
};

std::string fact_text(const Page& page, const Fact& fact, std::size_t columns) {
  const std::size_t room = columns - 2 - fact.name.size() - 1;
  const std::string value = pad_left(cut(page.terminal, fact.value, room), room);
  return fmt::format("  {} {}", fact.name, page.paint(fact.alarming ? Style::warning : Style::plain, value));
}

// Two lists side by side, or below each other where there is no room; figures flush right.
void readers_and_cost(Page& page, const sim::RunResult& r) {
  const auto rows = [](std::int64_t n) { return of_unit(n, "row", "rows"); };
  const std::array readers{Fact{"reads", count_or_figure(r.reads)},
                           Fact{"of these failed", count_or_figure(r.reads_failed), r.reads_failed != 0},
                           Fact{"most nulls in a read", rows(r.nulls_worst), r.nulls_worst != 0},
                           Fact{"most overdue in a read", rows(r.stale_worst), r.stale_worst != 0},
                           Fact{"oldest missing change", sim::text(r.stalest)},
                           Fact{"nulls at the end", rows(r.nulls_at_end), r.nulls_at_end != 0}};
  const std::string lost = fmt::format("{} of {}", count_or_figure(r.changes_lost), count_or_figure(r.changes));
  const std::array cost{Fact{"merges committed", count_or_figure(r.merges_committed)},
                        Fact{"merges stalled", count_or_figure(r.merges_stalled), r.merges_stalled != 0},
                        Fact{"merges lost", count_or_figure(r.merges_lost), r.merges_lost != 0},
                        Fact{"Flink down", sim::text(r.flink_down)},
                        Fact{"changes lost", lost, r.changes_lost != 0},
                        Fact{"wrong values at end", rows(r.wrong_at_end), r.wrong_at_end != 0}};
  constexpr std::size_t columns = (columns_usual - 4) / 2;
  const std::string_view left = "What readers saw";
  const std::string_view right = "What it cost";
  if (page.terminal.columns < columns_usual) {
    page.heading(left);
    for (const Fact& fact : readers) page.line(fact_text(page, fact, columns));
    page.heading(right);
    for (const Fact& fact : cost) page.line(fact_text(page, fact, columns));
    return;
  }
  page.line();
  page.line(page.paint(Style::strong, left) + std::string(columns + 4 - left.size(), ' ') +
            page.paint(Style::strong, right));
  for (std::size_t i = 0; i < readers.size(); ++i) {
    page.line(fact_text(page, readers[i], columns) + "    " + fact_text(page, cost[i], columns));
  }
}

void properties(Page& page, const sim::RunResult& r) {
  if (r.properties.empty()) return;
  page.heading("Properties, and how far the run stayed from violating each");
  std::size_t name_columns = 0;
  std::size_t margin_columns = 0;
  for (const sim::PropertyResult& p : r.properties) {
    name_columns = std::max(name_columns, display_width(page.safe(p.name)));
    margin_columns = std::max(margin_columns, margin(p).size());
  }
  name_columns = std::min(name_columns, name_columns_max);
  for (const sim::PropertyResult& p : r.properties) {
    const Mark mark = property_mark(page.terminal, p);
    const std::string name = cut(page.terminal, page.safe(p.name), name_columns);
    std::string lead = "  " + page.paint(mark.style, mark.text) + ' ' +
                       page.paint(p.holds ? Style::plain : Style::strong, pad_right(name, name_columns)) + "  " +
                       page.paint(p.holds ? Style::plain : mark.style, pad_left(margin(p), margin_columns)) + "  ";
    std::size_t indent = 2 + display_width(mark.text) + 1 + name_columns + 2 + margin_columns + 2;
    if (page.terminal.columns < indent + detail_columns_min) {
      page.line(lead);
      lead.assign(detail_indent, ' ');
      indent = detail_indent;
    }
    if (p.holds || p.claim.empty()) {
      page.paragraph(lead, indent, p.holds ? Style::faint : Style::plain, page.safe(p.detail));
    } else {  // what a broken claim says must not have to be looked up
      page.paragraph(lead, indent, Style::plain, page.safe(p.claim));
      if (!p.detail.empty()) page.paragraph(std::string(indent, ' '), indent, Style::plain, page.safe(p.detail));
    }
  }
}

void deviations(Page& page, const sim::RunResult& r) {
  const std::string luck = r.seed ? fmt::format(" under seed {}", *r.seed) : std::string();
  if (r.deviations.empty()) {
    page.heading("Nothing deviated from the usual" + luck);
    return;
  }
  page.heading(fmt::format("What deviated from the usual{}", luck));
  numbered(page, r.deviations);
}

void closing(Page& page, const sim::RunResult& r) {
  page.line();
  const std::string traces = fmt::format("{} event{}, trace {:016x}, scenario {:016x}", count(r.events),
                                         r.events == 1 ? "" : "s", r.trace_hash, r.fingerprint);
  page.paragraph("", 0, Style::faint, traces);
  models_only(page);
}

// How the search came to this schedule.
void search(Page& page, const sim::RunResult& r) {
  if (!r.search) return;
  const sim::RunResult::Search& s = *r.search;
  page.heading("The search");
  std::string how = fmt::format("Try {} of {} came to this margin", count(s.found_by_try), count(s.tries));
  if (s.found_by_try > 1) how += fmt::format(", by the strategy '{}'", page.safe(s.found_by));
  how += s.violated_by_try
             ? fmt::format("; try {} was the first to violate {}.", count(*s.violated_by_try), page.safe(s.property))
             : fmt::format("; none violated {}.", page.safe(s.property));
  how += fmt::format(" What the margin does not need was taken away in {} more runs.", count(s.shrinking));
  page.paragraph("  ", 2, Style::plain, how);
  saved_as(page, s.file, s.replay);
}

}  // namespace

std::string text(const sim::RunResult& r, const Terminal& given) {
  Terminal t = given;
  t.columns = std::clamp(given.columns, columns_min, columns_max);
  Page page{t, glyphs(t), {}};
  opening(page, r);
  timeline(page, r);
  readers_and_cost(page, r);
  properties(page, r);
  deviations(page, r);
  search(page, r);
  faults(page, r.faults, "");
  vacuous(page, r.outcome, "this run", r.vacuous_for);
  closing(page, r);
  return page.out;
}

}  // namespace converge::reports
