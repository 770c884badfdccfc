// Phases, one lane for each system, and what disagreed, all over one scale: a glance down a column shows what a step
// did.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/axis.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"

namespace converge::reports {
namespace {

using sim::Instant;
using sim::Lane;

constexpr std::int64_t column = TimeScale::whole / 2'000;  // finer than a screen

void figures(Html& h, std::initializer_list<std::pair<std::string_view, std::string>> all) {
  const auto cell = h.in("div.figures", {{"aria-hidden", "true"}});  // the chart beside says the same
  for (const auto& [name, value] : all) {
    if (value.empty()) {
      h.element("span.figure.none", "");
      continue;
    }
    const auto figure = h.in("span.figure");
    h.element("small", name);
    h.text(" ");
    h.text(value);
  }
}

// Over rows of one kind, with the names of their figures.
void heading(Html& h, std::string_view what, std::array<std::string_view, 3> names) {
  const auto row = h.in("div.lane.lane-head");
  h.element("div.name", what);
  h.element("div.chart", "");
  const auto cell = h.in("div.figures", {{"aria-hidden", "true"}});
  for (const std::string_view name : names) h.element("span.figure", name);
}

std::string elapsed(const std::optional<Instant>& a, const std::optional<Instant>& b) {
  return a && b && *a < *b && *b != sim::never ? sim::text(between(*a, *b)) : std::string();
}

std::string_view status_word(sim::Phase::Status s) {
  switch (s) {
    case sim::Phase::Status::not_reached: return "not reached";
    case sim::Phase::Status::waiting: return "waits";
    case sim::Phase::Status::running: return "runs";
    case sim::Phase::Status::failed: return "failed";
    case sim::Phase::Status::done: return "";
  }
  return "";
}

std::string phase_words(const sim::Phase& p) {
  std::string out = p.name + ":";
  if (const std::string waited = elapsed(p.ready, p.started); !waited.empty()) out += " waited " + waited + ",";
  if (p.started) out += " began at " + sim::text(*p.started) + ",";
  if (const std::string took = elapsed(p.started, p.finished); !took.empty()) out += " took " + took + ",";
  if (const std::string_view word = status_word(p.status); !word.empty()) out.append(" ").append(word).append(",");
  if (p.disagreed) out += " layers disagreed meanwhile,";
  out.back() = '.';
  return out;
}

void phase_row(Html& h, const TimeScale& scale, const sim::Phase& p) {
  const auto row = h.in("div.lane");
  {
    const auto name = h.in("div.name");
    h.element("span.stage-name", p.name, {{"class", stage_class(p.stage)}});
    if (p.disagreed) h.element("abbr.disagreed", "≠", {{"title", "layers disagreed meanwhile"}});
  }
  {
    const auto cell = h.in("div.chart");
    const auto svg = row_chart(h, scale, 22, phase_words(p));
    const bool failed = p.status == sim::Phase::Status::failed;
    const std::int64_t started = p.started ? scale.at(*p.started) : TimeScale::whole;
    if (p.ready && *p.ready != sim::never && scale.at(*p.ready) < started) {
      bar(h, "waits", scale.at(*p.ready), started, 9, 4, "waits " + elapsed(p.ready, p.started));
    }
    if (p.started && *p.started != sim::never) {
      const std::int64_t until = p.finished ? scale.at(*p.finished) : failed ? started : TimeScale::whole;
      bar(h, fmt::format("runs {}{}", stage_class(p.stage), failed ? " failed" : ""), started, until, 4, 14,
          phase_words(p));
      if (failed) glyph(h, "M-5-5 5 5M-5 5 5-5", "bad", until, 11, "failed");
    }
  }
  const std::string_view word = status_word(p.status);
  figures(h, {{"began", p.started ? to_the_minute(*p.started) : std::string()},
              {"waited", elapsed(p.ready, p.started)},
              {word.empty() ? "took" : "", word.empty() ? elapsed(p.started, p.finished) : std::string(word)}});
}

// Neighbours of one kind that no screen can tell apart are one.
std::vector<Lane::Span> joined(const TimeScale& scale, const std::vector<Lane::Span>& all) {
  std::vector<Lane::Span> out;
  for (std::size_t i = 0; i < all.size();) {
    Lane::Span span = all[i];
    std::size_t n = 1;
    for (; i + n < all.size() && all[i + n].kind == span.kind &&
           scale.at(all[i + n].from) <= scale.at(span.until) + column;
         ++n) {
      span.until = std::max(span.until, all[i + n].until);
    }
    i += n;
    if (n > 1) span.what += fmt::format(" and {} more", n - 1);
    if (scale.at(span.from) < TimeScale::whole && scale.at(span.until) > 0) out.push_back(std::move(span));
  }
  return out;
}

// All of one kind that is too common to have a name each, as one path; from `top` on so high, of a row of 26.
std::string path_of(const TimeScale& scale, const std::vector<Lane::Span>& all, Lane::Span::Kind kind, int top,
                    int high) {
  std::string d;
  for (const Lane::Span& s : all) {
    if (s.kind != kind) continue;
    const std::int64_t from = scale.at(s.from) / 10;
    const std::int64_t until = std::max(scale.at(s.until) / 10, from + 3);
    d += fmt::format("M{} {}V{}H{}V{}Z", from, top * 1'000 / 26, (top + high) * 1'000 / 26, until, top * 1'000 / 26);
  }
  return d;
}

void spans(Html& h, const TimeScale& scale, const Lane& lane) {
  using Kind = Lane::Span::Kind;
  const std::vector<Lane::Span> all = joined(scale, lane.spans);
  {
    const auto box = curves(h, 0, 26);
    const std::string works = path_of(scale, all, Kind::works, 6, 14);
    const std::string waits = path_of(scale, all, Kind::waits, 12, 3);
    if (!works.empty()) h.lone("path", {{"class", "works"}, {"d", works}});
    if (!waits.empty()) h.lone("path", {{"class", "idle"}, {"d", waits}});
  }
  for (const Lane::Span& s : all) {
    if (s.kind == Kind::works || s.kind == Kind::waits) continue;
    const std::string_view kind = s.kind == Kind::deploys ? "deploys" : s.kind == Kind::stands ? "stands" : "differs";
    bar(h, kind, scale.at(s.from), scale.at(s.until), 6, 14, s.what);
  }
}

void marks(Html& h, const TimeScale& scale, const Lane& lane) {
  std::int64_t last = -column;
  for (const Lane::Mark& m : lane.marks) {
    if (m.at < scale.from || between(scale.from, m.at) > scale.span) continue;
    const std::int64_t at = scale.at(m.at);
    const std::string says = sim::text(m.at) + "  " + m.what;
    if (m.fault) {
      glyph(h, "M0-7 7 6H-7Z", "fault", at, 13, "fault: " + says);
    } else if (m.bad) {
      glyph(h, "M-4-4 4 4M-4 4 4-4", "bad", at, 13, says);
    } else if (at >= last + 4 * column) {
      glyph(h, "M0-3V3", "dot", at, 13, says);
      last = at;
    }
  }
}

void lane_row(Html& h, const TimeScale& scale, const Lane& lane) {
  std::size_t faults = 0;
  std::size_t bad = 0;
  sim::Duration stood;
  for (const Lane::Mark& m : lane.marks) {
    faults += m.fault ? 1U : 0U;
    bad += m.bad && !m.fault ? 1U : 0U;
  }
  for (const Lane::Span& s : lane.spans) {
    if (s.kind == Lane::Span::Kind::stands) stood = stood + between(s.from, s.until);
  }
  const auto row = h.in("div.lane.system");
  h.element("div.name", lane.actor);
  {
    const auto cell = h.in("div.chart");
    const auto svg =
        row_chart(h, scale, 26,
                  fmt::format("{}: {} stretches, {} events, {} faults, {} refused or lost; stood still {}", lane.actor,
                              lane.spans.size(), lane.marks.size(), faults, bad, sim::text(stood)));
    spans(h, scale, lane);
    marks(h, scale, lane);
  }
  figures(h, {{"faults", faults == 0 ? "" : count(faults)},
              {"went wrong", bad == 0 ? "" : count(bad)},
              {"stood still", stood.us == 0 ? "" : sim::text(stood)}});
}

void layer_row(Html& h, const TimeScale& scale, std::string_view name, std::string_view stage,
               const std::vector<sim::Sample>& series, const std::vector<sim::Sample>* beside) {
  std::int64_t most = most_of(series);
  if (beside != nullptr) most = std::max(most, most_of(*beside));
  const std::int64_t end = series.empty() ? 0 : series.back().value;
  const auto row = h.in("div.lane.layer");
  h.element("div.name", name);
  {
    const auto cell = h.in("div.chart");
    const auto svg = row_chart(
        h, scale, 44, fmt::format("{}: {} at most, {} at the end", name, figure(most_of(series)), figure(end)));
    const auto box = curves(h, 3, 40);
    if (most > 0) {
      h.lone("path", {{"class", fmt::format("area {}", stage)}, {"d", step_path(scale, series, most, true)}});
      if (beside != nullptr) h.lone("path", {{"class", "line usual"}, {"d", step_path(scale, *beside, most, false)}});
    }
  }
  figures(h, {{"", ""}, {"most", figure(most_of(series))}, {"at the end", figure(end)}});
}

void legend(Html& h, const sim::RunResult& r, const sim::Playback* playback, bool beside) {
  const auto list = h.in("ul.legend");
  key(h, "k-waits", "waits for its slot");
  key(h, "k-runs", "works");
  if (playback != nullptr) {
    key(h, "k-idle", "idle");
    key(h, "k-deploys", "is being deployed");
    key(h, "k-stands", "stands still");
    key(h, "k-differs", "rows differ from the source");
    key(h, "k-fault", "a fault strikes");
    key(h, "k-bad", "refused, stalled or lost");
  }
  if (beside) key(h, "k-usual", "the usual run");
  if (r.sla.us > 0) key(h, "k-late", "beyond the window");
  if (std::ranges::any_of(r.phases, &sim::Phase::disagreed)) {
    const auto li = h.in("li");
    h.element("span.disagreed", "≠ ", {{"aria-hidden", "true"}});
    h.text("layers disagreed while it ran");
  }
}

void in_words(Html& h, const sim::RunResult& r) {
  const auto details = h.in("details");
  h.element("summary", "The phases as a table");
  const auto scroll = scrolls(h, "The phases as a table");
  const auto table = h.in("table");
  table_head(h, {"phase", "#could begin", "#began", "#waited", "#took", "layers disagreed"});
  const auto body = h.in("tbody");
  for (const sim::Phase& p : r.phases) {
    const auto row = h.in("tr");
    h.element("th", p.name, {{"scope", "row"}});
    h.element("td.n", p.ready ? sim::text(*p.ready) : "");
    h.element("td.n", p.started ? sim::text(*p.started) : "");
    h.element("td.n", elapsed(p.ready, p.started));
    const std::string_view word = status_word(p.status);
    h.element("td.n", word.empty() ? elapsed(p.started, p.finished) : std::string(word));
    h.element("td", p.disagreed ? "yes" : "no");
  }
}

}  // namespace

void run_chart(Html& h, const sim::RunResult& r, const sim::Playback* playback, const sim::RunResult* beside,
               std::string_view label) {
  const TimeScale scale = time_scale(r);
  const auto figure = h.in("figure.lanes.zoomable", {{"data-from", std::to_string(scale.from.us)},
                                                     {"data-span", std::to_string(scale.span.us)}});
  h.element("figcaption",
            fmt::format("{}, from {} at {}", label, r.changed ? "the change" : "the start", sim::text(scale.from)));
  axis_row(h, scale, "");
  if (!r.phases.empty()) {
    heading(h, "Phases", {"began", "waited", "took"});
    for (const sim::Phase& p : r.phases) phase_row(h, scale, p);
  }
  if (playback != nullptr && !playback->lanes.empty()) {
    heading(h, "Systems", {"faults", "went wrong", "stood still"});
    for (const Lane& lane : playback->lanes) lane_row(h, scale, lane);
  }
  heading(h, "Divergence", {"", "most", "at the end"});
  layer_row(h, scale, "schema (layers)", "s1", r.schema, beside != nullptr ? &beside->schema : nullptr);
  layer_row(h, scale, "code (jobs)", "s2", r.code, beside != nullptr ? &beside->code : nullptr);
  layer_row(h, scale, "data (rows)", "s3", r.data, beside != nullptr ? &beside->data : nullptr);
  {
    const auto row = h.in("div.lane");
    h.element("div.name", "all agree");
    {
      const auto cell = h.in("div.chart");
      const auto svg = row_chart(h, scale, 18,
                                 r.convergence ? "all layers agree after " + sim::text(*r.convergence)
                                               : std::string("the layers never agree"));
      if (r.convergence) bar(h, "agreed", scale.at(*r.convergence), TimeScale::whole, 5, 8);
    }
    figures(h, {{"", ""}, {"", ""}, {"after", r.convergence ? sim::text(*r.convergence) : r.changed ? "never" : ""}});
  }
  legend(h, r, playback, beside != nullptr);
}

bool timeline_section(Html& h, const View& v) {
  const sim::RunResult* r = v.shown_run;
  if (r == nullptr) return false;
  if (!r->changed && r->phases.empty() && r->data.empty()) return false;
  const auto scope = section(h, v, "timeline", "Timeline");
  h.element("p.lead", v.run == nullptr ? "The usual run: nothing fails, and all takes as long as on a quiet day."
                                       : "What happens when, against the window.");
  if (v.shown != nullptr && v.stories.empty()) {  // there is no story to move through, so this can be
    time_travel(h, v, *v.shown, v.section("usual"));
  } else {
    const bool beside = v.usual_run != nullptr && v.usual_run->trace_hash != r->trace_hash;
    run_chart(h, *r, v.shown, beside ? v.usual_run : nullptr, v.shown != nullptr ? v.shown->label : "This run");
  }
  if (!r->phases.empty()) in_words(h, *r);
  if (v.shown == nullptr && !v.evidence().why_no_playback.empty()) {
    h.element("p.note", "There are no lanes of the systems: " + v.evidence().why_no_playback);
  }
  return true;
}

}  // namespace converge::reports
