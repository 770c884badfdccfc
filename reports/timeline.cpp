// One axis serves the bars of the rollout and the charts of divergence, so that a glance down a column shows what a
// step did to the layers.
#include "reports/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/axis.hpp"
#include "reports/figures.hpp"
#include "sim/time.hpp"

namespace converge::reports {
namespace {

using sim::Duration;
using sim::Instant;

constexpr std::size_t name_columns_min = 12;
constexpr std::size_t chart_columns_min = 16;
constexpr std::size_t figure_columns_max = 10;  // "d365 14:05"

Instant later(Instant t, Duration d) {
  std::int64_t us = 0;
  return __builtin_add_overflow(t.us, d.us, &us) ? sim::never : Instant{us};
}

// ---- bars and charts ----

constexpr Duration always{std::numeric_limits<std::int64_t>::min()};

// Both intervals without their ends; one without length still lies somewhere.
bool overlap(Duration a, Duration b, Duration low, Duration high) {
  return a == b ? low <= a && a < high : a < high && low < b;
}

Style stage_style(std::uint8_t stage) {
  switch (stage) {
    case 1: return Style::magenta;
    case 2: return Style::cyan;
    case 3: return Style::blue;
    default: return Style::plain;
  }
}

// Dots while it waits, blocks while it runs. What began and is not over goes on to the edge.
std::vector<Cell> bar(const Page& page, const Axis& axis, const sim::Phase& p) {
  using Status = sim::Phase::Status;
  std::vector<Cell> cells = empty_chart(page, axis);
  if (p.status == Status::not_reached) {
    constexpr std::string_view words = "not reached";
    for (std::size_t i = 0; i < words.size() && i < cells.size() && !axis.is_line(i); ++i) {
      cells[i] = {words.substr(i, 1), Style::faint};
    }
    return cells;
  }
  const auto since = [&](const std::optional<Instant>& t) {
    return t && *t != sim::never ? between(axis.from, *t) : forever;
  };
  const Duration started = since(p.started);
  const Duration ready = p.ready ? since(p.ready) : started;
  const Duration finished = p.status == Status::failed && !p.finished ? started : since(p.finished);
  const Style style = p.status == Status::failed ? Style::red : stage_style(p.stage);
  const std::size_t halves = 2 * (axis.before + axis.after);
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < halves; i += 2) {
    const auto busy = [&](Duration a, Duration b, std::size_t half) {
      const Duration low = half == 0 ? always : axis.half(half);
      const Duration high = half + 1 == halves ? forever : axis.half(half + 1);
      return a != forever && overlap(a, b, low, high);
    };
    const std::size_t column = axis.has_line() && i / 2 >= axis.before ? i / 2 + 1 : i / 2;
    const bool left = busy(started, finished, i);
    const bool right = busy(started, finished, i + 1);
    if (left || right) {
      cells[column] = {left && right ? page.glyphs.runs : left ? page.glyphs.left_half : page.glyphs.right_half, style};
      last = column;
    } else if (busy(ready, started, i) || busy(ready, started, i + 1)) {
      cells[column] = {page.glyphs.waits, Style::faint};
    }
  }
  if (p.status == Status::failed && last) cells[*last] = {page.glyphs.failed, Style::bad};
  return cells;
}

// The greatest value that holds at any moment of a column, in eighths of the greatest of all; only zero is blank.
std::vector<Cell> chart(const Page& page, const Axis& axis, const std::vector<sim::Sample>& series, Style style) {
  std::vector<Cell> cells = empty_chart(page, axis);
  std::int64_t most = 0;
  for (const sim::Sample& s : series) most = std::max(most, s.value);
  if (most <= 0) return cells;
  std::int64_t holds = 0;
  std::size_t next = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (axis.is_line(c)) continue;
    const std::size_t k = axis.has_line() && c > axis.before ? c - 1 : c;
    const bool last = c + 1 == cells.size();
    // A value that ends where the column begins is not of it; whatever else happens there is.
    const bool begins = k != 0 && next < series.size() && between(axis.from, series[next].at) == axis.half(2 * k);
    if (begins) holds = series[next++].value;
    std::int64_t value = holds;
    for (; next < series.size() && (last || between(axis.from, series[next].at) < axis.half(2 * k + 2)); ++next) {
      holds = series[next].value;
      value = std::max(value, holds);
    }
    if (value <= 0) continue;
    __extension__ using Wide = __int128;
    const auto level = static_cast<std::size_t>((Wide{value} * 8 + most - 1) / most);
    const bool late = axis.has_line() && c > axis.before;
    cells[c] = {page.glyphs.levels[std::clamp<std::size_t>(level, 1, 8) - 1], late ? Style::red : style};
  }
  return cells;
}

// ---- rows ----

// A row of the timeline: a name, a chart over the axis, and up to three figures.
struct Row {
  enum class Draws : std::uint8_t { heading, phase, layer, agreed };

  Draws draws = Draws::heading;
  std::string name;
  std::array<std::string, 3> figures{};
  Style style = Style::plain;  // of the figures
  const sim::Phase* phase = nullptr;
  const std::vector<sim::Sample>* layer = nullptr;
  Style layer_style = Style::plain;
  std::string_view mark = " ";  // after the figures
};

Row phase_row(const Page& page, const sim::Phase& p) {
  using Status = sim::Phase::Status;
  Row row{.draws = Row::Draws::phase, .name = page.safe(p.name), .phase = &p};
  if (p.started) row.figures[0] = to_the_minute(*p.started);
  if (p.ready && p.started && *p.ready < *p.started) row.figures[1] = compact(between(*p.ready, *p.started));
  if (p.started && p.finished) row.figures[2] = compact(between(*p.started, *p.finished));
  switch (p.status) {
    case Status::not_reached:
      row.style = Style::faint;
      row.figures = {"-", "", ""};
      break;
    case Status::waiting:
      row.style = Style::warning;
      row.figures[2] = "waits";
      break;
    case Status::running:
      row.style = Style::warning;
      row.figures[2] = "runs";
      break;
    case Status::failed:
      row.style = Style::bad;
      row.figures[2] = "failed";
      break;
    case Status::done: break;
  }
  if (p.disagreed) row.mark = page.glyphs.disagreed;
  return row;
}

Row layer_row(std::string name, const std::vector<sim::Sample>& series, Style style) {
  Row row{.draws = Row::Draws::layer, .name = std::move(name), .layer = &series, .layer_style = style};
  std::int64_t most = 0;
  for (const sim::Sample& s : series) most = std::max(most, s.value);
  const std::int64_t end = series.empty() ? 0 : series.back().value;
  row.figures = {"", figure(most), figure(end)};
  if (end != 0) row.style = Style::bad;
  return row;
}

Row agreed_row(const sim::RunResult& r) {
  Row row{.draws = Row::Draws::agreed, .name = "all agree"};
  if (!r.convergence) {
    row.figures[2] = r.changed ? "never" : "";
    row.style = Style::bad;
    return row;
  }
  if (r.changed) row.figures[0] = to_the_minute(later(*r.changed, *r.convergence));
  row.figures[1] = "after";
  row.figures[2] = compact(*r.convergence);
  return row;
}

std::vector<Cell> row_cells(const Page& page, const Axis& axis, const sim::RunResult& r, const Row& row) {
  switch (row.draws) {
    case Row::Draws::phase: return bar(page, axis, *row.phase);
    case Row::Draws::layer: return chart(page, axis, *row.layer, row.layer_style);
    case Row::Draws::agreed: {
      std::vector<Cell> cells = empty_chart(page, axis);
      if (!r.convergence) return cells;
      const std::size_t from = axis.column(*r.convergence);
      for (std::size_t c = from; c < cells.size(); ++c) {
        cells[c] = {c == from ? page.glyphs.agreed_from : page.glyphs.agreed, Style::green};
      }
      return cells;
    }
    case Row::Draws::heading: break;
  }
  return std::vector<Cell>(axis.columns());
}

void legend(Page& page, const sim::RunResult& r, const Axis& axis) {
  const Glyphs& g = page.glyphs;
  std::string words = fmt::format("{} waits, {} runs", g.waits, g.runs);
  if (r.sla.us > 0) words += fmt::format(", {} the SLA of {} ends", g.line, sim::text(r.sla));
  if (std::ranges::any_of(r.phases, &sim::Phase::disagreed)) {
    words += fmt::format(", {} layers disagreed meanwhile", g.disagreed);
  }
  const auto goes_on = [&](const std::vector<sim::Sample>& layer) {
    return !layer.empty() && between(axis.from, layer.back().at) > axis.span;
  };
  page.paragraph("  ", 2, Style::faint, words);
  if (goes_on(r.schema) || goes_on(r.code) || goes_on(r.data)) {
    page.paragraph("  ", 2, Style::faint, "layers disagree for longer: the last column has all that comes later");
  }
}

}  // namespace

void timeline(Page& page, const sim::RunResult& r) {
  page.line();
  if (!r.changed && r.phases.empty() && r.schema.empty() && r.code.empty() && r.data.empty()) {
    page.line(page.paint(Style::strong, "Timeline") + ": nothing was changed, and all layers agreed");
    return;
  }
  const std::string from = r.changed ? fmt::format("from the change at {}", sim::text(*r.changed))
                                     : std::string("from the start of the run: nothing was changed");
  page.line(page.paint(Style::strong, "Timeline") + ", " + from);

  std::vector<Row> rows;
  rows.push_back({.name = "rollout", .figures = {"started", "waited", "took"}});
  for (const sim::Phase& p : r.phases) rows.push_back(phase_row(page, p));
  if (r.phases.empty()) rows.front() = {.name = "no rollout"};
  rows.push_back({.name = "divergence", .figures = {"", "most", "at end"}});
  rows.push_back(layer_row("schema (layers)", r.schema, stage_style(1)));
  rows.push_back(layer_row("code (jobs)", r.code, stage_style(2)));
  rows.push_back(layer_row("data (rows)", r.data, stage_style(3)));
  rows.push_back(agreed_row(r));

  std::size_t name_columns = name_columns_min;
  std::array<std::size_t, 3> figure_columns{};
  for (const Row& row : rows) {
    name_columns = std::max(name_columns, display_width(row.name));
    for (std::size_t i = 0; i < 3; ++i) {
      figure_columns[i] = std::max(figure_columns[i], std::min(row.figures[i].size(), figure_columns_max));
    }
  }
  const std::size_t figures = figure_columns[0] + figure_columns[1] + figure_columns[2] + 3 + 2;  // gaps, and the mark
  const std::size_t room = page.terminal.columns - std::min(page.terminal.columns, 2 + 1 + figures);
  name_columns = std::min({name_columns, name_columns_max, room - std::min(room, chart_columns_min)});
  const Axis axis = make_axis(r, std::max(chart_columns_min, room - name_columns));
  const Scale axis_scale = scale(page, axis);
  legend(page, r, axis);

  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const bool heading = row.draws == Row::Draws::heading;
    const std::string middle = !heading ? draw(page, row_cells(page, axis, r, row))
                               : i == 0 ? page.paint(Style::faint, axis_scale.labels)
                                        : draw(page, axis_scale.cells);
    std::string right;
    for (std::size_t f = 0; f < 3; ++f) {
      right += ' ' + pad_left(cut(page.terminal, row.figures[f], figure_columns[f]), figure_columns[f]);
    }
    const Style style = heading ? Style::faint : row.style;
    const Style name_style = heading ? Style::strong : Style::plain;
    const std::string name = pad_right(cut(page.terminal, row.name, name_columns), name_columns);
    page.line("  " + page.paint(name_style, name) + ' ' + middle + page.paint(style, right) + ' ' +
              page.paint(Style::yellow, row.mark));
    if (i == 0) page.line(std::string(2 + name_columns + 1, ' ') + draw(page, axis_scale.cells));
  }
}

}  // namespace converge::reports
