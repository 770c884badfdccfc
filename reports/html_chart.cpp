// Whole numbers only, with 128 bits where two are multiplied: the same bytes on every machine.
#include "reports/html_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include "reports/axis.hpp"
#include "reports/figures.hpp"

namespace converge::reports {
namespace {

using sim::Duration;
using sim::Instant;
__extension__ using Wide = __int128;

constexpr std::int64_t box_width = 10'000;
constexpr std::int64_t box_height = 1'000;
constexpr std::int64_t columns_most = 1'250;  // of a path: more than a screen shows

std::int64_t part(std::int64_t value, std::int64_t of, std::int64_t whole) {
  if (of <= 0 || value <= 0) return 0;
  if (value >= of) return whole;
  return static_cast<std::int64_t>((Wide{value} * whole + of / 2) / of);
}

std::int64_t height_at(std::int64_t value, std::int64_t most) {
  // Only zero lies on the ground.
  const std::int64_t height = part(value, most, box_height);
  return box_height - (value > 0 ? std::max<std::int64_t>(height, 12) : 0);
}

}  // namespace

std::int64_t TimeScale::at(Duration since) const { return part(since.us, span.us, whole); }
std::int64_t TimeScale::at(Instant t) const { return t == sim::never ? whole : at(between(from, t)); }

TimeScale time_scale(const sim::RunResult& r) {
  const Axis axis = make_axis(r, 1'000);
  return {axis.from, axis.span, axis.window};
}

TimeScale time_scale(Duration window, Duration last) {
  const Axis axis = make_axis({}, window, last, 1'000);
  return {{}, axis.span, axis.window};
}

std::string percent_at(std::int64_t position) {
  std::string out = std::to_string(position / 1'000);
  if (const std::int64_t rest = position % 1'000; rest != 0) {
    out += fmt::format(".{:03}", rest);
    out.resize(out.find_last_not_of('0') + 1);
  }
  return out + "%";
}

std::vector<Tick> ticks(const TimeScale& scale, std::size_t most) {
  std::vector<Tick> out;
  const Duration step = tick_step(scale.span, static_cast<std::int64_t>(most));
  for (Duration at; at < scale.span; at.us += std::min(step.us, scale.span.us - at.us)) {
    out.push_back({scale.at(at), tick_label(at, step)});
  }
  return out;
}

void chart_patterns(Html& h) {
  const auto svg = h.in("svg.patterns", {{"width", "0"}, {"height", "0"}, {"aria-hidden", "true"}});
  const auto defs = h.in("defs");
  const auto lines = [&](std::string_view id, std::string_view size, std::string_view d, std::string_view classes) {
    const auto pattern =
        h.in("pattern", {{"id", id}, {"width", size}, {"height", size}, {"patternUnits", "userSpaceOnUse"}});
    h.lone("path", {{"d", d}, {"class", classes}});
  };
  lines("p-late", "8", "M-2 2 2-2M0 8 8 0M6 10 10 6", "pl late");
  lines("p-wait", "6", "M1 3h1.5", "pl wait");
  lines("p-down", "5", "M-1-1 6 6M-1 4 1 6M4-1 6 1", "pl down");
  lines("p-differs", "4", "M0 2h4", "pl differs");
  lines("p-deploy", "4", "M2 0v4", "pl deploy");
  const auto arrow = [&](std::string_view id, std::string_view classes) {
    const auto marker = h.in("marker", {{"id", id},
                                        {"viewBox", "0 0 8 8"},
                                        {"refX", "7"},
                                        {"refY", "4"},
                                        {"markerWidth", "8"},
                                        {"markerHeight", "8"},
                                        {"markerUnits", "userSpaceOnUse"},
                                        {"orient", "auto"}});
    h.lone("path", {{"d", "M0 0 8 4 0 8Z"}, {"class", classes}});
  };
  arrow("m-plain", "arrow-plain");
  arrow("m-critical", "arrow-critical");
  arrow("m-needed", "arrow-needed");
}

Html::Scope row_chart(Html& h, const TimeScale& scale, int height, std::string_view label) {
  auto svg = h.in("svg.row-chart", {{"height", std::to_string(height)}, {"role", "img"}, {"aria-label", label}});
  if (scale.has_window()) {
    const std::int64_t end = scale.at(scale.window);
    h.lone(
        "rect",
        {{"class", "late"}, {"x", percent_at(end)}, {"width", percent_at(TimeScale::whole - end)}, {"height", "100%"}});
    h.lone("line", {{"class", "sla"}, {"x1", percent_at(end)}, {"x2", percent_at(end)}, {"y2", "100%"}});
  }
  return svg;
}

void axis_row(Html& h, const TimeScale& scale, std::string_view what) {
  const auto row = h.in("div.lane.axis");
  h.element("div.name", what);
  const auto cell = h.in("div.chart");
  const auto svg = h.in("svg.row-chart.scale", {{"height", "34"}, {"aria-hidden", "true"}});
  if (scale.window.us > 0) {
    const std::int64_t end = scale.has_window() ? scale.at(scale.window) : TimeScale::whole;
    h.lone("line", {{"class", "sla"}, {"x1", percent_at(end)}, {"x2", percent_at(end)}, {"y1", "14"}, {"y2", "100%"}});
    h.element("text.sla-label", "window of " + sim::text(scale.window) + " ends",
              {{"x", percent_at(end)}, {"y", "11"}, {"text-anchor", end > TimeScale::whole / 2 ? "end" : "start"}});
  }
  for (const Tick& t : ticks(scale, 8)) {
    // The end of the window has a label of its own.
    if (scale.has_window() && std::abs(t.at - scale.at(scale.window)) < TimeScale::whole / 40) continue;
    const auto tick = h.in("g.tick");
    h.lone("line", {{"x1", percent_at(t.at)}, {"x2", percent_at(t.at)}, {"y1", "29"}, {"y2", "34"}});
    h.element("text", t.label,
              {{"x", percent_at(t.at)},
               {"y", "26"},
               {"text-anchor", t.at == 0                            ? "start"
                               : t.at > TimeScale::whole * 97 / 100 ? "end"
                                                                    : "middle"}});
  }
}

void bar(Html& h, std::string_view classes, std::int64_t from, std::int64_t until, int y, int height,
         std::string_view title) {
  const Attributes attributes{{"class", classes},
                              {"x", percent_at(from)},
                              {"width", percent_at(std::max<std::int64_t>(until - from, 0))},
                              {"y", std::to_string(y)},
                              {"height", std::to_string(height)}};
  if (title.empty()) return h.lone("rect", attributes);
  const auto rect = h.in("rect", attributes);
  h.element("title", title);
}

void glyph(Html& h, Word path, std::string_view classes, std::int64_t at, int y, std::string_view title) {
  const auto svg = h.in("svg.glyph", {{"x", percent_at(at)}, {"y", std::to_string(y)}, {"overflow", "visible"}});
  const auto shape = h.in("path", {{"d", path.text}, {"class", classes}});
  if (!title.empty()) h.element("title", title);
}

Html::Scope curves(Html& h, int y, int height) {
  return h.in("svg.box", {{"y", std::to_string(y)},
                          {"width", "100%"},
                          {"height", std::to_string(height)},
                          {"viewBox", "0 0 10000 1000"},
                          {"preserveAspectRatio", "none"}});
}

std::int64_t most_of(std::span<const sim::Sample> series) {
  std::int64_t most = 0;
  for (const sim::Sample& s : series) most = std::max(most, s.value);
  return most;
}

std::int64_t value_at(std::span<const sim::Sample> series, Instant t) {
  std::int64_t holds = 0;
  for (const sim::Sample& s : series) {
    if (s.at > t) break;
    holds = s.value;
  }
  return holds;
}

// Of each column the least, the most and the last value are drawn: what a screen would show of all of them.
std::string step_path(const TimeScale& scale, std::span<const sim::Sample> series, std::int64_t most, bool closed) {
  const auto column_of = [&](Instant t) { return part(between(scale.from, t).us, scale.span.us, columns_most); };
  const auto x_of = [](std::int64_t column) { return column * (box_width / columns_most); };
  std::int64_t y = height_at(value_at(series, scale.from), most);
  std::string out = closed ? fmt::format("M0 {}V{}", box_height, y) : fmt::format("M0 {}", y);
  for (std::size_t i = 0; i < series.size();) {
    if (series[i].at <= scale.from) {
      ++i;
      continue;
    }
    if (between(scale.from, series[i].at) >= scale.span) break;
    const std::int64_t column = column_of(series[i].at);
    std::int64_t low = std::numeric_limits<std::int64_t>::max();
    std::int64_t high = std::numeric_limits<std::int64_t>::min();
    for (; i < series.size() && column_of(series[i].at) == column && between(scale.from, series[i].at) < scale.span;
         ++i) {
      const std::int64_t next = height_at(series[i].value, most);
      low = std::min(low, next);
      high = std::max(high, next);
      // Written below, from the last of them.
    }
    const std::int64_t last = height_at(series[i - 1].value, most);
    if (last == y && low == y && high == y) continue;
    out += fmt::format("H{}", x_of(column));
    if (low < std::min(y, last)) out += fmt::format("V{}", low);
    if (high > std::max(y, last)) out += fmt::format("V{}", high);
    out += fmt::format("V{}", last);
    y = last;
  }
  out += fmt::format("H{}", box_width);
  if (closed) out += fmt::format("V{}Z", box_height);
  return out;
}

void time_bars(Html& h, Duration window, std::span<const TimeBar> bars, std::string_view caption) {
  Duration last;
  for (const TimeBar& b : bars) {
    if (b.time) last = std::max(last, *b.time);
  }
  const TimeScale scale = time_scale(window, last);
  const auto figure = h.in("figure.lanes.times");
  h.element("figcaption", caption);
  axis_row(h, scale, "");
  for (const TimeBar& b : bars) {
    const bool late = !b.time || (window.us > 0 && *b.time > window);
    const auto row = h.in("div.lane");
    h.element("div.name", b.name);
    const std::string time = b.time ? sim::text(*b.time) : "never";
    {
      const auto cell = h.in("div.chart");
      const auto svg = row_chart(h, scale, 24,
                                 fmt::format("{}: {}{}", b.name, time,
                                             !late           ? ", inside the window"
                                             : window.us > 0 ? ", beyond the window"
                                                             : ""));
      const std::int64_t until = b.time ? scale.at(*b.time) : TimeScale::whole;
      const std::int64_t end = scale.has_window() ? std::min(until, scale.at(window)) : until;
      bar(h, "in-time", 0, end, 6, 12);
      if (until > end) bar(h, "too-late", end, until, 6, 12);
    }
    const auto figures = h.in("div.figures");
    h.element("span.figure", time, {{"class", late ? "bad" : ""}});
    if (!b.note.empty()) h.element("span.note", b.note);
  }
}

}  // namespace converge::reports
