// The common time axis of the bars and charts: which moment lies in which column, the cells that a row of columns is
// made of, and the scale with its ticks and labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/page.hpp"
#include "sim/time.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

inline constexpr sim::Duration forever{std::numeric_limits<std::int64_t>::max()};

// From `a` to `b`, without the overflow that hostile instants would be.
sim::Duration between(sim::Instant a, sim::Instant b);

// A step that gives at most about so many ticks, from the steps that people count in, and what a tick says.
sim::Duration tick_step(sim::Duration span, std::int64_t most);
std::string tick_label(sim::Duration at, sim::Duration step);

// Time in columns. The end of the window has a column of its own, and lies exactly between the columns before it and
// those after it: a bar that ends in time never seems to cross it. Each column has two halves, which are told apart in
// bars.
struct Axis {
  sim::Instant from;
  sim::Duration window;  // zero: there is none, and no line
  sim::Duration span;
  std::size_t before = 0;  // columns up to the line; the scales on its two sides may differ by a fraction of a column
  std::size_t after = 0;

  bool has_line() const { return window.us > 0; }
  std::size_t columns() const { return before + after + (has_line() ? 1 : 0); }
  bool is_line(std::size_t column) const { return has_line() && column == before; }
  // Where a half begins; the column of the line is not counted.
  sim::Duration half(std::size_t i) const;
  // The column, of all that are drawn, in which a moment lies.
  std::size_t column(sim::Duration since) const;
};

// From the change, or from the start of a run without one, to the last moment that the page should show.
Axis make_axis(const sim::RunResult&, std::size_t columns);
// For a window, zero if there is none, and the last thing to be shown, which has a column before the edge.
Axis make_axis(sim::Instant from, sim::Duration window, sim::Duration last, std::size_t columns);

struct Cell {
  std::string_view glyph = " ";
  Style style = Style::plain;
};

// Blank, but for the line.
std::vector<Cell> empty_chart(const Page&, const Axis&);

// Neighbours of one style share their escape sequences.
std::string draw(const Page&, std::span<const Cell>);

struct Scale {
  std::string labels;
  std::vector<Cell> cells;
};

Scale scale(const Page&, const Axis&);

}  // namespace converge::reports
