// How long it takes until all agree, over schedules, against the window; and how likely a miss is.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/axis.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using sim::CheckResult;
using sim::Duration;

constexpr std::size_t bins = 90;

struct Histogram {
  TimeScale scale;
  std::vector<std::uint64_t> counts;  // one for each bin
  std::uint64_t most = 0;
};

Histogram histogram(const CheckResult& r) {
  Duration last;
  for (const CheckResult::Bucket& b : r.convergence) last = std::max(last, b.upto);
  Histogram out{.scale = time_scale(r.sla, last), .counts = std::vector<std::uint64_t>(bins, 0)};
  for (const CheckResult::Bucket& b : r.convergence) {
    const auto at = static_cast<std::size_t>(out.scale.at(b.upto)) * bins / TimeScale::whole;
    std::uint64_t& n = out.counts[std::min(at, bins - 1)];
    n += b.schedules;
    out.most = std::max(out.most, n);
  }
  return out;
}

std::int64_t share(std::uint64_t n, std::uint64_t of, std::int64_t whole) {
  __extension__ using Wide = __int128;
  return of == 0 ? 0 : static_cast<std::int64_t>(Wide{n} * whole / of);
}

void draw(Html& h, const CheckResult& r, const Histogram& g) {
  const TimeScale& scale = g.scale;
  const auto figure = h.in("figure.lanes.distribution");
  h.element("figcaption", fmt::format("Time from the change until all agree, over {} schedules", count(r.schedules)));
  axis_row(h, scale, "");
  {
    const auto row = h.in("div.lane.tall");
    {
      const auto name = h.in("div.name");
      h.element("strong", "How many");
      h.element("span.note", "schedules took that long");
    }
    const auto cell = h.in("div.chart");
    const auto svg = row_chart(h, scale, 120, "Histogram of the time to convergence; the quantiles are given below");
    const std::int64_t end = scale.has_window() ? scale.at(scale.window) : TimeScale::whole;
    for (std::size_t i = 0; i < bins; ++i) {
      if (g.counts[i] == 0) continue;
      const auto from = static_cast<std::int64_t>(i) * TimeScale::whole / static_cast<std::int64_t>(bins);
      const auto until = static_cast<std::int64_t>(i + 1) * TimeScale::whole / static_cast<std::int64_t>(bins);
      const int height = std::max(2, static_cast<int>(share(g.counts[i], g.most, 108)));
      bar(h, from >= end ? "bin too-late" : "bin in-time", from, until - 60, 118 - height, height,
          fmt::format("{} schedules", count(g.counts[i])));
    }
    h.lone("line", {{"class", "ground"}, {"x2", "100%"}, {"y1", "118"}, {"y2", "118"}});
  }
  const auto row = h.in("div.lane.tall");
  {
    const auto name = h.in("div.name");
    h.element("strong", "Share");
    h.element("span.note", "of all schedules that agree by then");
  }
  const auto cell = h.in("div.chart");
  const auto svg =
      row_chart(h, scale, 140, "Share of the schedules that agree by a moment; the quantiles are given below");
  std::vector<sim::Sample> reached;
  std::uint64_t sum = 0;
  for (const CheckResult::Bucket& b : r.convergence) {
    sum += b.schedules;
    reached.push_back({sim::Instant{} + b.upto, share(sum, r.schedules, 1'000'000)});
  }
  {
    const auto box = curves(h, 10, 120);
    for (const std::string_view y : {"0", "500", "1000"}) {
      h.lone("line", {{"class", "grid"}, {"x2", "10000"}, {"y1", y}, {"y2", y}});
    }
    h.lone("path", {{"class", "area share"}, {"d", step_path(scale, reached, 1'000'000, true)}});
  }
  h.element("text.y-label", "100 %", {{"x", "2"}, {"y", "22"}});
  h.element("text.y-label", "50 %", {{"x", "2"}, {"y", "82"}});
  if (!scale.has_window()) return;
  // The interval stands at the end of the window, where it is about.
  const auto y_at = [](double missed) {
    return std::to_string(10 + static_cast<int>(std::clamp(missed, 0.0, 1.0) * 120));
  };
  const std::string x = percent_at(scale.at(scale.window));
  const auto range = h.in(
      "line", {{"class", "miss-range"}, {"x1", x}, {"x2", x}, {"y1", y_at(r.miss.low)}, {"y2", y_at(r.miss.high)}});
  h.element("title", "missed: " + sim::interval(r.miss));
}

void odds_of_a_miss(Html& h, const CheckResult& r) {
  h.element("h3", "How likely a miss is");
  const double most = std::min(1.0, std::max({r.miss.high, r.violation.high, 0.0}));
  const auto figure = h.in("div.odds");
  const auto row = [&](std::string_view name, std::uint64_t n, const sim::Probability& p) {
    const auto pair = h.in("div.odd");
    h.element("div.name", name);
    interval_bar(h, p, most, name);
    const auto words = h.in("div.words");
    h.element("strong", sim::interval(p));
    h.text(fmt::format(" with {} confidence; {} of {} schedules, {}", sim::percent(p.confidence), count_or_figure(n),
                       count_or_figure(r.schedules), sim::percent(p.estimate)));
  };
  row("window missed", r.missed_schedules, r.miss);
  row("any property violated", r.violated_schedules, r.violation);
  if (!r.rare) return;
  const auto pair = h.in("div.odd");
  h.element("div.name", "window missed, by splitting");
  const auto words = h.in("div.words");
  h.element("strong", sim::interval(r.rare->low, r.rare->high));
  h.text(fmt::format(" with {} confidence, which is approximate; estimate {}, from {} runs in {} replicates",
                     sim::percent(r.rare->confidence), sim::percent(r.rare->estimate), count_or_figure(r.rare->runs),
                     count_or_figure(r.rare->replicates)));
}

void of_campaign(Html& h, const CheckResult& r) {
  if (!r.convergence.empty()) draw(h, r, histogram(r));
  std::vector<TimeBar> bars{{"half", r.p50, ""},
                            {"90 in 100", r.p90, ""},
                            {"99 in 100", r.p99, ""},
                            {"999 in 1000", r.p999, ""},
                            {"all", r.never_converged != 0 ? std::nullopt : r.most, ""}};
  time_bars(h, r.sla, bars, "So many of the schedules agree no later than");
  if (r.never_converged != 0) {
    h.element("p.callout.bad",
              fmt::format("{} of {} schedules had not converged when {} had passed.",
                          count_or_figure(r.never_converged), count_or_figure(r.schedules), sim::text(r.horizon)));
  }
  odds_of_a_miss(h, r);
}

void of_exploration(Html& h, const View& v, const sim::ExploreResult& r) {
  std::vector<TimeBar> bars;
  if (v.usual_run != nullptr && v.usual_run->changed) bars.push_back({"usual run", v.usual_run->convergence, ""});
  if (r.odds) {
    for (const auto& q : r.odds->quantiles) bars.push_back({sim::percent(q.share), q.convergence, ""});
  }
  const Latest latest = latest_of(v);
  if (latest.known) bars.push_back({"worst case", latest.convergence, "exact, over the bounds"});
  if (!bars.empty()) time_bars(h, r.sla, bars, "Time from the change until all agree");
  if (!r.odds) return;
  h.element("h3", "How likely a miss is");
  const auto p = h.in("p");
  if (r.odds->adversarial.empty()) {
    h.text("Exactly ");
    h.element("strong", sim::percent(r.odds->worst));
    h.text(" of the schedules miss the window, over the cut laws.");
    return;
  }
  h.text("From ");
  h.element("strong", sim::percent(r.odds->best));
  h.text(" to ");
  h.element("strong", sim::percent(r.odds->worst));
  h.text(", over the cut laws: what nobody draws is answered for the best, and for the worst.");
}

}  // namespace

bool distribution_section(Html& h, const View& v) {
  if (v.check != nullptr && v.check->schedules != 0) {
    const auto scope = section(h, v, "distribution", "Time to convergence");
    of_campaign(h, *v.check);
    return true;
  }
  if (v.explore != nullptr && (latest_of(v).known || v.explore->odds)) {
    const auto scope = section(h, v, "distribution", "Time to convergence");
    of_exploration(h, v, *v.explore);
    return true;
  }
  if (v.run != nullptr && v.run->changed) {
    const auto scope = section(h, v, "distribution", "Time to convergence");
    std::vector<TimeBar> bars;
    if (v.usual_run != nullptr && v.usual_run != v.run && !v.stories.empty()) {
      bars.push_back({"usual run", v.usual_run->convergence, ""});
    }
    bars.push_back({"this run", v.run->convergence, ""});
    time_bars(h, v.sla, bars, "Time from the change until all agree");
    h.element("p.note", "One schedule has no distribution. converge check draws many, and says how likely a miss is.");
    return true;
  }
  return false;
}

}  // namespace converge::reports
