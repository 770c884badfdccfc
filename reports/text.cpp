// The page, section by section, in the order in which a reader asks. One axis serves the bars of the rollout and the
// charts of divergence, so that a glance down a column shows what a step did to the layers.
#include "reports/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/time.hpp"

namespace converge::reports {
namespace {

using sim::Duration;
using sim::Instant;

constexpr std::size_t name_columns_min = 12;
constexpr std::size_t name_columns_max = 26;  // "discount: alter_base_table"
constexpr std::size_t chart_columns_min = 16;
constexpr std::size_t figure_columns_max = 10;  // "d365 14:05"
constexpr std::size_t tick_columns_min = 6;
constexpr std::size_t detail_columns_min = 20;  // narrower than that, details go below
constexpr std::size_t detail_indent = 6;
constexpr std::size_t deviations_shown = 10;

// Every glyph that is not ASCII has a stand-in.
struct Glyphs {
  std::string_view runs, left_half, right_half, waits, failed, line, agreed, agreed_from, disagreed;
  std::string_view axis, tick, axis_line;
  std::array<std::string_view, 8> levels;
  std::string_view dot;
};

constexpr Glyphs unicode{
    "█", "▌", "▐", "·", "✗", "│", "━", "┣", "≠", "─", "┬", "┼", {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "·"};
constexpr Glyphs ascii{
    "#", "#", "#", ".", "x", "|", "=", "=", "!", "-", "+", "+", {".", ":", "-", "=", "+", "*", "#", "@"}, "-"};

struct Page {
  const Terminal& terminal;
  const Glyphs& glyphs;
  std::string out;

  void line(std::string_view text = {}) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    out.append(text).append("\n");
  }
  std::string paint(Style style, std::string_view text) const { return reports::paint(terminal, style, text); }
  std::string safe(std::string_view text) const { return printable(terminal, text); }
  // A paragraph whose later lines begin under its first letter. `lead` is `indent` wide, but for its escape sequences.
  void paragraph(std::string_view lead, std::size_t indent, Style style, std::string_view text,
                 std::size_t lines_max = 12) {
    bool first = true;
    for (const std::string& part : wrap(terminal, text, terminal.columns - indent, lines_max)) {
      line((first ? std::string(lead) : std::string(indent, ' ')) + paint(style, part));
      first = false;
    }
  }
  void heading(std::string_view text) {
    line();
    line(paint(Style::strong, text));
  }
};

// ---- figures ----

// "12,345": never by the locale, which would make a report depend on the machine.
std::string count(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

// "1.2 M": rounded towards zero, exact below ten thousand.
std::string figure(std::int64_t n) {
  const std::uint64_t size = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  std::string out = n < 0 ? "-" : "";
  if (size < 10'000) return out + count(size);
  constexpr std::array<std::string_view, 6> units{"k", "M", "G", "T", "P", "E"};
  std::uint64_t one = 1'000;
  std::size_t unit = 0;
  while (unit + 1 < units.size() && size / one >= 1'000) {
    one *= 1'000;
    ++unit;
  }
  out += std::to_string(size / one);
  if (const std::uint64_t tenth = size % one / (one / 10); tenth != 0) out += fmt::format(".{}", tenth);
  return fmt::format("{} {}", out, units[unit]);
}

// Exact below ten million, for what is counted by event.
std::string count_or_figure(std::uint64_t n) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return n < 10'000'000 ? count(n) : figure(static_cast<std::int64_t>(std::min(n, most)));
}

std::string of_unit(std::int64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", figure(n), n == 1 || n == -1 ? one : many);
}

std::string margin(const sim::PropertyResult& p) {
  switch (p.unit) {
    case sim::PropertyResult::Unit::duration: return sim::text(Duration{p.margin});
    case sim::PropertyResult::Unit::rows: return of_unit(p.margin, "row", "rows");
    case sim::PropertyResult::Unit::changes: return of_unit(p.margin, "change", "changes");
    case sim::PropertyResult::Unit::reads: return of_unit(p.margin, "read", "reads");
  }
  return "";
}

// "2h15m" for "2 h 15 min": a column of them must be narrow.
std::string compact(Duration d) {
  std::string out = sim::text(d);
  if (const std::size_t at = out.find(" min"); at != std::string::npos) out.replace(at, 4, "m");
  std::erase(out, ' ');
  return out;
}

// "d1 14:05" for "d1 14:05:00".
std::string to_the_minute(Instant t) {
  const std::string out = sim::text(t);
  return t == sim::never ? out : out.substr(0, out.size() - 3);
}

// From `a` to `b`, without the overflow that hostile instants would be.
Duration between(Instant a, Instant b) {
  std::int64_t us = 0;
  if (!__builtin_sub_overflow(b.us, a.us, &us)) return {us};
  return {a < b ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min()};
}

Instant later(Instant t, Duration d) {
  std::int64_t us = 0;
  return __builtin_add_overflow(t.us, d.us, &us) ? sim::never : Instant{us};
}

// ---- the common axis ----

// Time in columns. The end of the window has a column of its own, and lies exactly between the columns before it and
// those after it: a bar that ends in time never seems to cross it. Each column has two halves, which are told apart in
// bars.
struct Axis {
  Instant from;
  Duration window;  // zero: there is none, and no line
  Duration span;
  std::size_t before = 0;  // columns up to the line; the scales on its two sides may differ by a fraction of a column
  std::size_t after = 0;

  bool has_line() const { return window.us > 0; }
  std::size_t columns() const { return before + after + (has_line() ? 1 : 0); }
  bool is_line(std::size_t column) const { return has_line() && column == before; }
  // Where a half begins; the column of the line is not counted.
  Duration half(std::size_t i) const {
    __extension__ using Wide = __int128;
    const auto part = [](std::int64_t us, std::size_t n, std::size_t of) {
      return Duration{
          static_cast<std::int64_t>(Wide{us} * static_cast<std::int64_t>(n) / static_cast<std::int64_t>(of))};
    };
    if (i < 2 * before) return part(window.us, i, 2 * before);
    return window + part(span.us - window.us, i - 2 * before, 2 * after);
  }
  // The column, of all that are drawn, in which a moment lies.
  std::size_t column(Duration since) const {
    std::size_t c = 0;
    while (c + 1 < before + after && half(2 * (c + 1)) <= since) ++c;
    return has_line() && c >= before ? c + 1 : c;
  }
};

constexpr Duration forever{std::numeric_limits<std::int64_t>::max()};
constexpr Duration always{std::numeric_limits<std::int64_t>::min()};

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

Axis make_axis(const sim::RunResult& r, std::size_t columns) {
  Axis axis;
  axis.from = r.changed.value_or(Instant{});
  Duration last = reach(r, axis.from);
  if (last.us == 0) last = sim::hours(1);  // of nothing: any axis will do
  axis.window = std::max(r.sla, Duration{});
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

struct Cell {
  std::string_view glyph = " ";
  Style style = Style::plain;
};

std::vector<Cell> empty_chart(const Page& page, const Axis& axis) {
  std::vector<Cell> cells(axis.columns());
  if (axis.has_line()) cells[axis.before] = {page.glyphs.line, Style::faint};
  return cells;
}

// Neighbours of one style share their escape sequences.
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

// A step of the axis that leaves room for its labels, from the steps that people count in.
Duration tick_step(const Axis& axis) {
  constexpr std::array steps{
      sim::microseconds(1),  sim::microseconds(10),  sim::microseconds(100), sim::milliseconds(1),
      sim::milliseconds(10), sim::milliseconds(100), sim::seconds(1),        sim::seconds(5),
      sim::seconds(15),      sim::seconds(30),       sim::minutes(1),        sim::minutes(5),
      sim::minutes(10),      sim::minutes(15),       sim::minutes(30),       sim::hours(1),
      sim::hours(2),         sim::hours(3),          sim::hours(6),          sim::hours(12),
      sim::days(1),          sim::days(2),           sim::days(7),           sim::days(14),
      sim::days(28),         sim::days(100),         sim::days(365),         sim::days(3'650),
      sim::days(36'500)};
  const auto ticks = static_cast<std::int64_t>(std::max<std::size_t>(axis.columns() / tick_columns_min, 1));
  for (const Duration step : steps) {
    if (axis.span.us / ticks < step.us) return step;
  }
  return axis.span;
}

std::string tick_label(Duration d, Duration step) {
  if (d.us == 0) return "0";
  if (step >= sim::days(1)) return fmt::format("{} d", d / sim::days(1));
  if (step >= sim::hours(1)) return fmt::format("{} h", d / sim::hours(1));
  return compact(d);
}

struct Scale {
  std::string labels;
  std::vector<Cell> cells;
};

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
  const Duration step = tick_step(axis);
  for (Duration at; at < axis.span; at.us += std::min(step.us, axis.span.us - at.us)) {
    const std::size_t column = at == axis.window && axis.has_line() ? axis.before : axis.column(at);
    if (!axis.is_line(column)) s.cells[column].glyph = page.glyphs.tick;
    put(column, tick_label(at, step));
  }
  return s;
}

// ---- the timeline ----

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

// ---- the other sections ----

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

void opening(Page& page, const sim::RunResult& r) {
  page.paragraph("", 0, Style::strong, page.safe(r.title.empty() ? "Untitled scenario" : r.title), 3);
  if (!r.file.empty())
    page.line(page.paint(Style::faint, cut(page.terminal, page.safe(r.file), page.terminal.columns)));
  page.line();
  const Word word = verdict_word(r.outcome);
  const std::size_t indent = word.text.size() + 2;
  page.paragraph(page.paint(word.style, word.text) + "  ", indent, Style::strong, page.safe(r.sentence));
  if (!r.strength.empty()) page.paragraph(std::string(indent, ' '), indent, Style::plain, page.safe(r.strength));
}

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
  const bool utf8 = page.terminal.utf8;
  for (const sim::PropertyResult& p : r.properties) {
    const std::string_view mark = utf8 ? (p.holds ? "✓" : "✗") : (p.holds ? "ok      " : "VIOLATED");
    const std::string name = cut(page.terminal, page.safe(p.name), name_columns);
    std::string lead = "  " + page.paint(p.holds ? Style::good : Style::bad, mark) + ' ' +
                       page.paint(p.holds ? Style::plain : Style::strong, pad_right(name, name_columns)) + "  " +
                       page.paint(p.holds ? Style::plain : Style::bad, pad_left(margin(p), margin_columns)) + "  ";
    std::size_t indent = 2 + (utf8 ? 1 : 8) + 1 + name_columns + 2 + margin_columns + 2;
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
  const std::size_t shown = std::min(r.deviations.size(), deviations_shown);
  const std::size_t number_columns = std::to_string(shown).size();
  std::size_t time_columns = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    time_columns = std::max(time_columns, sim::text(r.deviations[i].at).size());
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const sim::DeviationText& d = r.deviations[i];
    const std::string number = pad_left(std::to_string(i + 1), number_columns) + ". ";
    const std::string at = pad_left(sim::text(d.at), time_columns);
    page.paragraph("  " + number + page.paint(Style::faint, at) + "  ", 2 + number.size() + time_columns + 2,
                   d.fault ? Style::yellow : Style::plain, page.safe(d.text), 3);
  }
  if (const std::size_t more = r.deviations.size() - shown; more != 0)
    page.line(fmt::format("  and {} more", count(more)));
}

void faults(Page& page, const sim::RunResult& r) {
  std::vector<const sim::FaultCount*> listed;
  for (const sim::FaultCount& f : r.faults) {
    if (f.declared || f.fired != 0) listed.push_back(&f);
  }
  if (listed.empty()) {
    page.heading("No faults were declared");
    return;
  }
  page.heading("Faults that may happen, and how often they did");
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

void vacuous(Page& page, const sim::RunResult& r) {
  if (r.vacuous_for.empty()) return;
  page.heading(r.outcome == sim::Outcome::vacuous ? "Why this says nothing" : "What this run did not put to the test");
  for (const std::string& why : r.vacuous_for) {
    page.paragraph(fmt::format("  {} ", page.glyphs.dot), 4, Style::warning, page.safe(why));
  }
}

void closing(Page& page, const sim::RunResult& r) {
  page.line();
  const std::string traces = fmt::format("{} event{}, trace {:016x}, scenario {:016x}", count(r.events),
                                         r.events == 1 ? "" : "s", r.trace_hash, r.fingerprint);
  page.paragraph("", 0, Style::faint, traces);
  page.line(page.paint(Style::faint, "Models of the plan were checked, not the systems."));
}

}  // namespace

std::string text(const sim::RunResult& r, const Terminal& given) {
  Terminal t = given;
  t.columns = std::clamp(given.columns, columns_min, columns_max);
  Page page{t, t.utf8 ? unicode : ascii, {}};
  opening(page, r);
  timeline(page, r);
  readers_and_cost(page, r);
  properties(page, r);
  deviations(page, r);
  faults(page, r);
  vacuous(page, r);
  closing(page, r);
  return page.out;
}

}  // namespace converge::reports
