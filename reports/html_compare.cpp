// Results side by side, under the same luck where they are: what became better, what worse, and what decides.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/axis.hpp"
#include "reports/compare.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"

namespace converge::reports {
namespace {

using Change = Comparison::Change;
using sim::Sample;

struct Sign {
  std::string_view sign, word, style;
};

Sign sign_of(Change::Is is) {
  switch (is) {
    case Change::Is::neither: return {"=", "neither", "same"};
    case Change::Is::better: return {"▲", "better", "better"};
    case Change::Is::worse: return {"▼", "worse", "worse"};
  }
  return {};
}

std::string side_name(std::size_t i, std::size_t all) {
  return i == 0 ? "Before" : all == 2 ? "After" : fmt::format("Result {}", i + 1);
}

void sides(Html& h, std::span<const View> views) {
  const auto row = h.in("div.sides");
  for (std::size_t i = 0; i < views.size(); ++i) {
    const View& v = views[i];
    const OutcomeSign word = outcome_sign(v.outcome);
    const auto side = h.in("div.side", {{"class", word.style}});
    h.element("p.kicker", side_name(i, views.size()));
    {
      const auto heading = h.in("h3");
      const auto link = h.in("a", {{"href", fmt::format("#result-{}", i + 1)}});
      h.text(v.title);
    }
    {
      const auto p = h.in("p");
      const auto badge = h.in("span.badge", {{"class", word.style}});
      h.element("span.sign", word.sign, {{"aria-hidden", "true"}});
      h.text(word.word);
    }
    h.element("p", v.sentence);
    h.element("p.note", v.strength);
  }
}

void table(Html& h, const std::vector<Change>& all) {
  const auto scroll = scrolls(h, "What became better, and what worse");
  const auto table = h.in("table");
  table_head(h, {"what", "#before", "#after", "which is"});
  const auto body = h.in("tbody");
  for (const Change& c : all) {
    const Sign sign = sign_of(c.is);
    const auto row = h.in("tr");
    h.element("th", c.what, {{"scope", "row"}});
    h.element("td.n", c.before);
    h.element("td.n", c.after);
    const auto cell = h.in("td", {{"class", sign.style}});
    h.element("span", sign.sign, {{"aria-hidden", "true"}});
    h.text(fmt::format(" {}", sign.word));
  }
}

std::string decides(const Comparison& c) {
  if (c.decides.empty()) {
    return c.worse ? "No property decides, and yet it is worse." : "No property decides: none is broken that was kept.";
  }
  const auto at = std::ranges::find(c.changes, c.decides, &Change::what);
  return fmt::format("What decides is {}: {} before, {} now.", c.decides, at->before, at->after);
}

// The data layer of each over one scale: the usual run, or the median where only that is known.
void divergence(Html& h, std::span<const View> views) {
  struct Line {
    std::string name;
    std::vector<Sample> samples;
    sim::Instant from;
  };
  std::vector<Line> lines;
  sim::Duration last;
  sim::Duration window;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const sim::RunResult* r = views[i].run != nullptr ? views[i].run : views[i].usual_run;
    if (r == nullptr || !r->changed) continue;
    lines.push_back({side_name(i, views.size()), r->data, *r->changed});
    const TimeScale own = time_scale(*r);
    last = std::max(last, own.span);
    window = std::max(window, views[i].sla);
  }
  std::int64_t most = 0;
  for (const Line& l : lines) most = std::max(most, most_of(l.samples));
  if (lines.size() < 2 || most == 0) return;
  TimeScale scale = time_scale(window, last / 25 * 24);
  h.element("h3", "Rows that differ from the source");
  const auto figure = h.in("figure.lanes.zoomable", {{"data-from", "0"}, {"data-span", std::to_string(scale.span.us)}});
  h.element("figcaption", "From the change on; one height for all");
  axis_row(h, scale, "");
  for (const Line& l : lines) {
    scale.from = l.from;
    const auto row = h.in("div.lane.tall");
    h.element("div.name", l.name);
    {
      const auto cell = h.in("div.chart");
      const auto svg = row_chart(
          h, scale, 80, fmt::format("{}: {} rows at most", l.name, converge::reports::figure(most_of(l.samples))));
      const auto box = curves(h, 4, 72);
      h.lone("path", {{"class", "area s3"}, {"d", step_path(scale, l.samples, most, true)}});
    }
    const auto cell = h.in("div.figures.scale-figures");
    const auto item = h.in("span.figure");
    h.element("small", "most");
    h.text(" " + converge::reports::figure(most_of(l.samples)));
  }
}

void times(Html& h, std::span<const View> views) {
  std::vector<TimeBar> bars;
  sim::Duration window;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const Latest latest = latest_of(views[i]);
    if (!latest.known) continue;
    bars.push_back({side_name(i, views.size()), latest.convergence, ""});
    window = std::max(window, views[i].sla);
  }
  if (bars.size() > 1) time_bars(h, window, bars, "The latest agreement that each knows");
}

}  // namespace

void comparison_section(Html& h, std::span<const View> views) {
  const auto scope = h.in("section", {{"id", "comparison"}, {"aria-labelledby", "comparison-h"}});
  h.element("h2", "Comparison", {{"id", "comparison-h"}});
  sides(h, views);
  for (std::size_t i = 1; i < views.size(); ++i) {
    const Comparison c = compare(views[0].reported->result, views[i].reported->result);
    if (views.size() > 2) h.element("h3", fmt::format("{} against the first", side_name(i, views.size())));
    h.element("p.decides", decides(c));
    h.element("p", c.luck, {{"class", c.same_luck ? "note" : "warn"}});
    table(h, c.changes);
  }
  times(h, views);
  divergence(h, views);
}

}  // namespace converge::reports
