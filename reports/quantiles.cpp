// Bars are drawn in half columns, on the axis that the page of a run has for its rollout.
#include "reports/quantiles.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "reports/axis.hpp"
#include "reports/figures.hpp"

namespace converge::reports {
namespace {

using sim::Duration;

constexpr std::size_t name_columns = 6;

struct Quantile {
  std::string_view name;
  std::optional<Duration> time;  // none: never
};

// Green as far as the window, red beyond it; what never ends goes on to the edge.
std::vector<Cell> bar(const Page& page, const Axis& axis, const std::optional<Duration>& time) {
  std::vector<Cell> cells = empty_chart(page, axis);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (axis.is_line(c)) continue;
    const bool late = axis.has_line() && c > axis.before;
    const std::size_t k = late ? c - 1 : c;
    const bool left = !time || *time > axis.half(2 * k);
    const bool right = !time || *time > axis.half(2 * k + 1);
    if (left) cells[c] = {right ? page.glyphs.runs : page.glyphs.left_half, late ? Style::red : Style::green};
  }
  return cells;
}

}  // namespace

void quantiles(Page& page, const sim::CheckResult& r) {
  if (r.schedules == 0) return;
  const std::array all{Quantile{"p50", r.p50}, Quantile{"p90", r.p90}, Quantile{"p99", r.p99},
                       Quantile{"p99.9", r.p999}, Quantile{"most", r.most}};
  page.heading("Time to convergence: this share of the schedules took no longer");
  if (r.sla.us > 0) {
    page.paragraph("  ", 2, Style::faint, fmt::format("{} the window of {} ends", page.glyphs.line, sim::text(r.sla)));
  }
  Duration last;
  std::size_t figure_columns = 0;
  for (const Quantile& q : all) {
    if (q.time) last = std::max(last, *q.time);
    figure_columns = std::max(figure_columns, q.time ? sim::text(*q.time).size() : std::string_view("never").size());
  }
  const Axis axis = make_axis({}, r.sla, last, page.terminal.columns - 2 - name_columns - 2 - figure_columns);
  const Scale axis_scale = scale(page, axis);
  const std::string before(2 + name_columns, ' ');
  page.line(before + page.paint(Style::faint, axis_scale.labels));
  page.line(before + draw(page, axis_scale.cells));
  for (const Quantile& q : all) {
    const std::string figure = q.time ? sim::text(*q.time) : "never";
    const bool late = !q.time || (r.sla.us > 0 && *q.time > r.sla);
    page.line("  " + pad_right(q.name, name_columns) + draw(page, bar(page, axis, q.time)) + "  " +
              page.paint(late ? Style::red : Style::plain, pad_left(figure, figure_columns)));
  }
  if (r.never_converged == 0) return;
  page.paragraph("  ", 2, Style::warning,
                 fmt::format("{} of {} had not converged when {} had passed.", count_or_figure(r.never_converged),
                             count_or_figure(r.schedules), sim::text(r.horizon)));
}

}  // namespace converge::reports
