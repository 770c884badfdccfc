// How far the layers are apart, over time: in the usual run, and over the schedules of a campaign.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "reports/axis.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"

namespace converge::reports {
namespace {

using sim::CheckResult;
using sim::Sample;
using Series = std::vector<Sample>;

struct Layer {
  std::string_view name;
  std::string_view unit;
  std::string_view stage;
  const Series* own = nullptr;  // of the one run that the result is about
  const Series* usual = nullptr;
  Series p50, p99, most;  // of a campaign

  bool has_band() const { return !most.empty(); }
  std::int64_t top() const {
    std::int64_t all = std::max({most_of(p50), most_of(p99), most_of(most)});
    for (const Series* s : {own, usual}) {
      if (s != nullptr) all = std::max(all, most_of(*s));
    }
    return all;
  }
};

Series series(const std::vector<CheckResult::Band>& bands, std::int64_t CheckResult::Band::* what) {
  Series out;
  for (const CheckResult::Band& b : bands) out.push_back({b.at, b.*what});
  return out;
}

std::array<Layer, 3> layers(const View& v) {
  std::array<Layer, 3> out{Layer{"Schema", "layers without the change", "s1"},
                           Layer{"Code", "jobs whose build does not know it", "s2"},
                           Layer{"Data", "rows that differ from the source", "s3"}};
  const auto put = [&](const Series* Layer::* what, const sim::RunResult& r) {
    out[0].*what = &r.schema;
    out[1].*what = &r.code;
    out[2].*what = &r.data;
  };
  const bool is_usual =
      v.shown_run == v.usual_run || (v.usual_run != nullptr && v.shown_run->trace_hash == v.usual_run->trace_hash);
  if (v.usual_run != nullptr) put(&Layer::usual, *v.usual_run);
  if (v.run != nullptr && !is_usual) put(&Layer::own, *v.run);
  if (v.check == nullptr) return out;
  const std::array bands{&v.check->schema_band, &v.check->code_band, &v.check->data_band};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].p50 = series(*bands[i], &CheckResult::Band::p50);
    out[i].p99 = series(*bands[i], &CheckResult::Band::p99);
    out[i].most = series(*bands[i], &CheckResult::Band::most);
  }
  return out;
}

TimeScale scale_of(const View& v, const std::array<Layer, 3>& all) {
  if (v.shown_run == nullptr) {
    const sim::Instant from = all[2].most.empty() ? sim::Instant{} : all[2].most.front().at;
    sim::Duration last;
    for (const Layer& l : all) {
      for (const Sample& s : l.most) {
        if (s.value > 0) last = std::max(last, between(from, s.at));
      }
    }
    TimeScale scale = time_scale(v.sla, last);
    scale.from = from;
    return scale;
  }
  TimeScale scale = time_scale(*v.shown_run);
  // As far as the schedules of a campaign disagree, but no further than three windows.
  sim::Duration last;
  for (const Layer& l : all) {
    for (const Sample& s : l.p99) {
      if (s.value > 0) last = std::max(last, between(scale.from, s.at));
    }
  }
  const sim::Duration most = v.sla.us > 0 && v.sla.us < forever.us / 3 ? v.sla * 3 : scale.span;
  last = std::min(last, std::max(most, scale.span));
  if (last > scale.span) scale.span = time_scale(v.sla, last).span;
  return scale;
}

void chart(Html& h, const TimeScale& scale, const Layer& l) {
  const std::int64_t most = l.top();
  const auto row = h.in("div.lane.tall");
  {
    const auto name = h.in("div.name");
    h.element("strong.stage-name", l.name, {{"class", l.stage}});
    h.element("span.note", l.unit);
  }
  {
    const auto cell = h.in("div.chart");
    std::string says = fmt::format("{}, {}:", l.name, l.unit);
    if (l.own != nullptr) says += fmt::format(" {} at most in this run.", figure(most_of(*l.own)));
    if (l.usual != nullptr) says += fmt::format(" {} at most in the usual run.", figure(most_of(*l.usual)));
    if (l.has_band()) {
      says += fmt::format(" Median {}, 99 in 100 {}, worst {} at most.", figure(most_of(l.p50)), figure(most_of(l.p99)),
                          figure(most_of(l.most)));
    }
    const auto svg = row_chart(h, scale, 132, says);
    const auto box = curves(h, 16, 112);
    for (const std::string_view y : {"0", "500", "1000"}) {
      h.lone("line", {{"class", "grid"}, {"x2", "10000"}, {"y1", y}, {"y2", y}});
    }
    if (most > 0) {
      if (l.has_band()) {
        const std::string band = step_path(scale, l.p99, most, true) + step_path(scale, l.p50, most, true);
        h.lone("path", {{"class", fmt::format("band {}", l.stage)}, {"fill-rule", "evenodd"}, {"d", band}});
        h.lone("path", {{"class", "line worst"}, {"d", step_path(scale, l.most, most, false)}});
        h.lone("path",
               {{"class", fmt::format("line median {}", l.stage)}, {"d", step_path(scale, l.p50, most, false)}});
      }
      const bool beside = l.has_band() || l.own != nullptr;
      if (l.own != nullptr) {
        h.lone("path", {{"class", fmt::format("area {}", l.stage)}, {"d", step_path(scale, *l.own, most, true)}});
      }
      if (l.usual != nullptr) {
        h.lone("path", {{"class", beside ? "line usual" : fmt::format("area {}", l.stage)},
                        {"d", step_path(scale, *l.usual, most, !beside)}});
      }
    }
  }
  const auto figures = h.in("div.figures.scale-figures");
  const auto item = [&](std::string_view name, std::int64_t value) {
    const auto span = h.in("span.figure");
    h.element("small", name);
    h.text(" ");
    h.text(figure(value));
  };
  if (l.has_band()) {
    item("worst", most_of(l.most));
    item("99 in 100", most_of(l.p99));
    item("median", most_of(l.p50));
  }
  if (l.own != nullptr) item("this run", most_of(*l.own));
  if (l.usual != nullptr) item(l.has_band() || l.own != nullptr ? "usual run" : "most", most_of(*l.usual));
}

void legend(Html& h, bool band, bool usual) {
  const auto list = h.in("ul.legend");
  if (band) {
    key(h, "k-median", "median of all schedules");
    key(h, "k-band", "from there to the 99th of 100");
    key(h, "k-worst", "the worst of all at that moment");
  }
  if (usual) key(h, "k-usual", "the usual run");
  key(h, "k-late", "beyond the window");
}

void in_words(Html& h, const TimeScale& scale, const std::array<Layer, 3>& all) {
  const auto details = h.in("details");
  h.element("summary", "Divergence as a table");
  const auto scroll = scrolls(h, "Divergence as a table");
  const auto table = h.in("table");
  {
    const auto head = h.in("thead");
    const auto row = h.in("tr");
    h.element("th", "after", {{"scope", "col"}});
    for (const Layer& l : all) {
      if (l.own != nullptr) h.element("th.n", fmt::format("{}, this run", l.name), {{"scope", "col"}});
      if (l.usual != nullptr) h.element("th.n", fmt::format("{}, usual run", l.name), {{"scope", "col"}});
      if (!l.has_band()) continue;
      h.element("th.n", fmt::format("{}, median", l.name), {{"scope", "col"}});
      h.element("th.n", fmt::format("{}, 99 in 100", l.name), {{"scope", "col"}});
      h.element("th.n", fmt::format("{}, worst", l.name), {{"scope", "col"}});
    }
  }
  const auto body = h.in("tbody");
  const sim::Duration step = tick_step(scale.span, 16);
  for (sim::Duration after; after < scale.span; after.us += std::min(step.us, scale.span.us - after.us)) {
    const sim::Instant t = scale.from + after;
    const auto row = h.in("tr");
    h.element("th", sim::text(after), {{"scope", "row"}});
    for (const Layer& l : all) {
      if (l.own != nullptr) h.element("td.n", figure(value_at(*l.own, t)));
      if (l.usual != nullptr) h.element("td.n", figure(value_at(*l.usual, t)));
      if (!l.has_band()) continue;
      for (const Series* s : {&l.p50, &l.p99, &l.most}) h.element("td.n", figure(value_at(*s, t)));
    }
  }
}

}  // namespace

bool divergence_section(Html& h, const View& v) {
  const std::array<Layer, 3> all = layers(v);
  const bool band = std::ranges::any_of(all, &Layer::has_band);
  if (v.shown_run == nullptr && !band) return false;
  if (std::ranges::none_of(all, [](const Layer& l) { return l.top() > 0; })) return false;
  const auto scope = section(h, v, "divergence", "Divergence");
  h.element("p.lead", "How far the layers are apart. Converged means that all three are zero, and stay zero.");
  const TimeScale scale = scale_of(v, all);
  {
    const auto figure = h.in("figure.lanes.zoomable.divergence", {{"data-from", std::to_string(scale.from.us)},
                                                                  {"data-span", std::to_string(scale.span.us)}});
    h.element("figcaption", "From the change on");
    axis_row(h, scale, "");
    for (const Layer& l : all) chart(h, scale, l);
    legend(h, band, all[0].usual != nullptr && (band || all[0].own != nullptr));
  }
  in_words(h, scale, all);
  return true;
}

}  // namespace converge::reports
