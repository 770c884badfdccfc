// Reckons in whole microseconds, with 128 bits where two of them are multiplied: the same columns on every machine, and
// for the latest instant that there is.
#include "reports/axis.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "reports/figures.hpp"

namespace converge::reports {

using sim::Duration;
using sim::Instant;

namespace {

constexpr std::size_t tick_columns_min = 6;

// The last moment at which something still happens that the page should show.
Duration reach(const sim::RunResult& r, Instant from) {
  Duration last = std::max(r.sla, Duration{});
  for (const sim::Phase& p : r.phases) {
    for (const std::optional<Instant>& t : {p.ready, p.started, p.finished}) {
      if (t && *t != sim::never) last = std::max(last, between(from, *t));
    }
  }
  if (r.convergence) last = std::max(last, *r.convergence);
  // A layer that flaps to a far horizon must not squeeze the rest into a corner: the last column stands for what is
  // later.
  Duration flaps;
  for (const auto* layer : {&r.schema, &r.code, &r.data}) {
    if (!layer->empty()) flaps = std::max(flaps, between(from, layer->back().at));
  }
  const Duration most = last.us == 0 ? flaps : last.us > forever.us / 2 ? last : last * 2;
  return std::max(last, std::min(flaps, most));
}

}  // namespace

Duration tick_step(Duration span, std::int64_t most) {
  constexpr std::array steps{
      sim::microseconds(1),  sim::microseconds(10),  sim::microseconds(100), sim::milliseconds(1),
      sim::milliseconds(10), sim::milliseconds(100), sim::seconds(1),        sim::seconds(5),
      sim::seconds(15),      sim::seconds(30),       sim::minutes(1),        sim::minutes(5),
      sim::minutes(10),      sim::minutes(15),       sim::minutes(30),       sim::hours(1),
      sim::hours(2),         sim::hours(3),          sim::hours(6),          sim::hours(12),
      sim::days(1),          sim::days(2),           sim::days(7),           sim::days(14),
      sim::days(28),         sim::days(100),         sim::days(365),         sim::days(3'650),
      sim::days(36'500)};
  for (const Duration step : steps) {
    if (span.us / most < step.us) return step;
  }
  return span;
}

std::string tick_label(Duration d, Duration step) {
  if (d.us == 0) return "0";
  if (step >= sim::days(1)) return fmt::format("{} d", d / sim::days(1));
  if (step >= sim::hours(1)) return fmt::format("{} h", d / sim::hours(1));
  return compact(d);
}

Duration between(Instant a, Instant b) {
  std::int64_t us = 0;
  if (!__builtin_sub_overflow(b.us, a.us, &us)) return {us};
  return {a < b ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min()};
}

Duration Axis::half(std::size_t i) const {
  __extension__ using Wide = __int128;
  const auto part = [](std::int64_t us, std::size_t n, std::size_t of) {
    return Duration{static_cast<std::int64_t>(Wide{us} * static_cast<std::int64_t>(n) / static_cast<std::int64_t>(of))};
  };
  if (i < 2 * before) return part(window.us, i, 2 * before);
  return window + part(span.us - window.us, i - 2 * before, 2 * after);
}

std::size_t Axis::column(Duration since) const {
  std::size_t c = 0;
  while (c + 1 < before + after && half(2 * (c + 1)) <= since) ++c;
  return has_line() && c >= before ? c + 1 : c;
}

Axis make_axis(const sim::RunResult& r, std::size_t columns) {
  const Instant from = r.changed.value_or(Instant{});
  return make_axis(from, r.sla, reach(r, from), columns);
}

Axis make_axis(Instant from, Duration window, Duration last, std::size_t columns) {
  Axis axis;
  axis.from = from;
  axis.window = std::max(window, Duration{});
  last = std::max(last, axis.window);
  if (last.us == 0) last = sim::hours(1);  // of nothing: any axis will do
  const std::int64_t rest = forever.us - last.us;
  axis.span = {last.us + std::min(rest, last.us / 24 + 1)};
  if (!axis.has_line()) {
    axis.after = columns;
    return axis;
  }
  const std::size_t cells = columns - 1;
  __extension__ using Wide = __int128;
  const Wide late = Wide{axis.span.us - axis.window.us} * static_cast<std::int64_t>(cells);
  axis.after =
      std::clamp<std::size_t>(static_cast<std::size_t>((late + axis.span.us / 2) / axis.span.us), 1, cells - 1);
  axis.before = cells - axis.after;
  return axis;
}

std::vector<Cell> empty_chart(const Page& page, const Axis& axis) {
  std::vector<Cell> cells(axis.columns());
  if (axis.has_line()) cells[axis.before] = {page.glyphs.line, Style::faint};
  return cells;
}

std::string draw(const Page& page, std::span<const Cell> cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size();) {
    std::string run;
    const Style style = cells[i].style;
    for (; i < cells.size() && cells[i].style == style; ++i) run += cells[i].glyph;
    out += page.paint(style, run);
  }
  return out;
}

Scale scale(const Page& page, const Axis& axis) {
  Scale s{std::string(axis.columns(), ' '), std::vector<Cell>(axis.columns(), Cell{page.glyphs.axis, Style::faint})};
  // A label is centred on its tick, as far as there is room, and never touches another one.
  const auto put = [&](std::size_t column, std::string_view label) {
    if (label.size() > s.labels.size()) return;
    const std::size_t at = std::min(column - std::min(column, (label.size() - 1) / 2), s.labels.size() - label.size());
    const std::size_t low = at == 0 ? 0 : at - 1;
    if (s.labels.find_first_not_of(' ', low) < at + label.size() + 1) return;
    s.labels.replace(at, label.size(), label);
  };
  if (axis.has_line()) {
    s.cells[axis.before] = {page.glyphs.axis_line, Style::faint};
    put(axis.before, "SLA");
  }
  const auto room = static_cast<std::int64_t>(std::max<std::size_t>(axis.columns() / tick_columns_min, 1));
  const Duration step = tick_step(axis.span, room);
  for (Duration at; at < axis.span; at.us += std::min(step.us, axis.span.us - at.us)) {
    const std::size_t column = at == axis.window && axis.has_line() ? axis.before : axis.column(at);
    if (!axis.is_line(column)) s.cells[column].glyph = page.glyphs.tick;
    put(column, tick_label(at, step));
  }
  return s;
}

}  // namespace converge::reports
