// What the charts are made of. Every chart of time is as wide as its column, whatever that is: positions along it are
// per cent, so bars stretch with the page and words keep their size.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/html_writer.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// A stretch of time along a chart.
struct TimeScale {
  static constexpr std::int64_t whole = 100'000;  // positions are thousandths of a per cent

  sim::Instant from;
  sim::Duration span;
  sim::Duration window;  // from `from` on; zero: there is none

  std::int64_t at(sim::Instant) const;  // clamped to the chart
  std::int64_t at(sim::Duration since) const;
  bool has_window() const { return window.us > 0 && window < span; }
};

// From the change to the last moment that a reader wants to see; as the timeline of the terminal has it.
TimeScale time_scale(const sim::RunResult&);
TimeScale time_scale(sim::Duration window, sim::Duration last);

// "12.345%" of a position.
std::string percent_at(std::int64_t position);

// Where labels stand along the scale, and what they say.
struct Tick {
  std::int64_t at = 0;
  std::string label;
};
std::vector<Tick> ticks(const TimeScale&, std::size_t most);

// The patterns by which colours are told apart without colour, once in a page.
void chart_patterns(Html&);

// A chart of one row: <svg class="row-chart"> as wide as its column. The shade beyond the window is in it already.
Html::Scope row_chart(Html&, const TimeScale&, int height, std::string_view label);
// The scale above or below the rows, with the end of the window.
void axis_row(Html&, const TimeScale&, std::string_view what);

void bar(Html&, std::string_view classes, std::int64_t from, std::int64_t until, int y, int height,
         std::string_view title = {});
// A glyph of a few pixels that is not stretched: "fault", "bad", "dot", "point".
void glyph(Html&, Word path, std::string_view classes, std::int64_t at, int y, std::string_view title);

// A box in a row that stretches, for paths; 10,000 by 1,000.
Html::Scope curves(Html&, int y, int height);
// A step function as a path in a box of 10,000 by 1,000, thinned to what a screen can show; `most` is its height.
std::string step_path(const TimeScale&, std::span<const sim::Sample>, std::int64_t most, bool closed);
std::int64_t most_of(std::span<const sim::Sample>);
std::int64_t value_at(std::span<const sim::Sample>, sim::Instant);

// Times beside each other as bars, against the window.
struct TimeBar {
  std::string name;
  std::optional<sim::Duration> time;  // none: never
  std::string note;
};
void time_bars(Html&, sim::Duration window, std::span<const TimeBar>, std::string_view caption);

}  // namespace converge::reports
