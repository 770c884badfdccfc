// Time travel: the state of every system at any moment of a run, beside that of the usual run. The table is written for
// one moment, which a reader without scripts has; the script moves it, from the frames that the page carries.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "reports/axis.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "reports/terminal.hpp"

namespace converge::reports {
namespace {

using sim::Frame;
using sim::Gauge;
using sim::Instant;
using sim::Playback;

constexpr std::size_t story_lines_most = 400;

std::string value_text(const Gauge& g, std::int64_t value) {
  switch (g.unit) {
    case Gauge::Unit::count: return value < 0 ? figure(value) : count_or_figure(static_cast<std::uint64_t>(value));
    case Gauge::Unit::rows: return of_unit(value, "row", "rows");
    case Gauge::Unit::duration: return sim::text(sim::Duration{value});
    case Gauge::Unit::version: return std::to_string(value);
    case Gauge::Unit::word:
      return value >= 0 && static_cast<std::size_t>(value) < g.words.size() ? g.words[static_cast<std::size_t>(value)]
                                                                            : std::to_string(value);
  }
  return "";
}

const Frame* frame_at(const Playback& p, Instant t) {
  const Frame* holds = p.frames.empty() ? nullptr : &p.frames.front();
  for (const Frame& f : p.frames) {
    if (f.at > t) break;
    holds = &f;
  }
  return holds;
}

std::string state_at(const Gauge& g, std::size_t number, const Frame* f) {
  return f != nullptr && number < f->values.size() ? value_text(g, f->values[number]) : std::string("–");
}

// The moment that the table shows at first: where it was decided, else where it became unusual, else the window's end.
Instant first_moment(const Playback& p) {
  if (p.point && !p.point->from_the_start) return p.point->at;
  if (!p.run.deviations.empty()) return p.run.deviations.front().at;
  return p.run.changed.value_or(Instant{});
}

void state_table(Html& h, const View& v, const Playback& p, Instant moment) {
  const std::vector<Gauge>& gauges = v.evidence().gauges;
  const bool beside = v.usual != nullptr && v.usual != &p;
  const Frame* here = frame_at(p, moment);
  const Frame* there = beside ? frame_at(*v.usual, moment) : nullptr;
  const auto scroll = scrolls(h, "State of every system");
  const auto table = h.in("table.state");
  {
    const auto caption = h.in("caption");
    h.text("State of every system at ");
    h.element("strong.moment", sim::text(moment));
  }
  {
    const auto head = h.in("thead");
    const auto row = h.in("tr");
    h.element("th", "figure", {{"scope", "col"}});
    h.element("th.n", "this run", {{"scope", "col"}});
    if (beside) h.element("th.n", "usual run", {{"scope", "col"}});
  }
  for (std::size_t i = 0; i < gauges.size();) {
    const std::string& system = gauges[i].system;
    const auto body = h.in("tbody");
    {
      const auto row = h.in("tr.system");
      h.element("th", system, {{"scope", "rowgroup"}, {"colspan", beside ? "3" : "2"}});
    }
    for (; i < gauges.size() && gauges[i].system == system; ++i) {
      const std::string mine = state_at(gauges[i], i, here);
      const std::string usual = state_at(gauges[i], i, there);
      const auto row = h.in("tr", {{"class", beside && mine != usual ? "differs" : ""}});
      h.element("th", gauges[i].name, {{"scope", "row"}});
      h.element("td.n", mine);
      if (beside) h.element("td.n", usual);
    }
  }
}

void jumps(Html& h, const Playback& p) {
  const auto group = h.in("div.jumps", {{"role", "group"}, {"aria-label", "Jump to"}});
  const auto jump = [&](std::string_view words, Instant t) {
    if (t != sim::never) h.element("button", words, {{"type", "button"}, {"data-at", std::to_string(t.us)}});
  };
  if (p.run.changed) jump("The change", *p.run.changed);
  // Of many only the faults.
  constexpr std::size_t most = 6;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < p.run.deviations.size() && shown < most; ++i) {
    const sim::DeviationText& d = p.run.deviations[i];
    if (p.run.deviations.size() > most && !d.fault) continue;
    jump(fmt::format("Unusual answer {}", i + 1), d.at);
    ++shown;
  }
  if (p.point && !p.point->from_the_start) jump("Point of no return", p.point->at);
  if (p.run.changed && p.run.sla.us > 0 && p.run.sla < forever) {
    if (between(*p.run.changed, sim::never) > p.run.sla) jump("The window ends", *p.run.changed + p.run.sla);
  }
}

void scrubber(Html& h, const Playback& p, std::string_view id) {
  const auto bar = h.in("div.scrubber", {{"hidden", ""}});
  {
    const auto line = h.in("div.slider");
    const auto button = [&](std::string_view go, std::string_view name, std::string_view sign) {
      const auto b = h.in("button.step", {{"type", "button"}, {"data-go", go}, {"aria-label", name}, {"title", name}});
      h.element("span", sign, {{"aria-hidden", "true"}});
    };
    button("prev", "Previous change", "◀");
    button("next", "Next change", "▶");
    h.element("label.sr", "Moment", {{"for", std::string(id) + "-range"}});
    h.lone("input", {{"type", "range"},
                     {"id", std::string(id) + "-range"},
                     {"min", "0"},
                     {"max", "2000"},
                     {"value", "0"},
                     {"step", "1"}});
    h.element("output.moment", "", {{"for", std::string(id) + "-range"}});
  }
  jumps(h, p);
}

void story_log(Html& h, const Playback& p) {
  const std::vector<sim::StoryLine>& all = p.run.story;
  if (all.empty()) return;
  const auto details = h.in("details.story-lines");
  h.element("summary", fmt::format("The whole story, {} lines", count(all.size())));
  {
    const auto list = h.in("ol.log", {{"tabindex", "0"}, {"aria-label", "The whole story"}});
    for (std::size_t i = 0; i < std::min(all.size(), story_lines_most); ++i) {
      const auto li = h.in("li");
      h.element("span.at", sim::text(all[i].at));
      h.text(" ");
      h.element("b", all[i].actor);
      h.text(" " + all[i].text);
    }
  }
  if (all.size() > story_lines_most) {
    h.element("p.note",
              fmt::format("and {} lines more; converge replay tells all", count(all.size() - story_lines_most)));
  }
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(Terminal{}, text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// The texts of all values, each once.
class Texts {
 public:
  std::size_t number(const std::string& text) {
    const auto [at, is_new] = numbers_.try_emplace(text, all_.size());
    if (is_new) all_.push_back(text);
    return at->second;
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> all_;
};

// The stretch of time that any chart of these runs shows.
struct Stretch {
  Instant from = sim::never;
  Instant until{std::numeric_limits<std::int64_t>::min()};
};

Stretch shown(const std::vector<Playback>& all) {
  Stretch out;
  for (const Playback& p : all) {
    const TimeScale scale = time_scale(p.run);
    out.from = std::min(out.from, scale.from);
    const sim::Duration room = between(scale.from, sim::never);
    out.until = std::max(out.until, room > scale.span ? scale.from + scale.span : sim::never);
  }
  return out;
}

// [[ms, gauge, text, gauge, text], ...]: of each frame what became different, after so long. What holds before the
// stretch is one frame.
std::string frames(const std::vector<Gauge>& gauges, const Playback& p, const Stretch& stretch, Texts& texts) {
  std::string out = "[";
  const Frame* before = nullptr;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < p.frames.size(); ++i) {
    const Frame& f = p.frames[i];
    if (i + 1 < p.frames.size() && p.frames[i + 1].at <= stretch.from) continue;
    if (f.at > stretch.until) break;
    std::string changes;
    for (std::size_t g = 0; g < std::min(gauges.size(), f.values.size()); ++g) {
      if (before != nullptr && g < before->values.size() && before->values[g] == f.values[g]) continue;
      changes += fmt::format(",{},{}", g, texts.number(value_text(gauges[g], f.values[g])));
    }
    if (before != nullptr && changes.empty()) continue;
    out += fmt::format("{}[{}{}]", out.size() == 1 ? "" : ",", f.at.us / 1'000 - at, changes);
    at = f.at.us / 1'000;
    before = &f;
  }
  return out + "]";
}

}  // namespace

void time_travel(Html& h, const View& v, const Playback& p, std::string_view id) {
  const std::vector<Playback>& all = v.evidence().playbacks;
  const auto number = static_cast<std::size_t>(&p - all.data());
  const Instant moment = first_moment(p);
  const auto travel = h.in("div.travel", {{"data-play", std::to_string(number)},
                                          {"data-in", v.section("plays")},
                                          {"data-moment", std::to_string(moment.us)}});
  const bool beside = v.usual != nullptr && v.usual != &p;
  scrubber(h, p, id);
  run_chart(h, p.run, &p, beside ? &v.usual->run : nullptr, p.label);
  {
    const auto columns = h.in("div.travel-columns");
    state_table(h, v, p, moment);
    const auto now = h.in("div.now", {{"hidden", ""}});
    h.element("h5", "What just happened");
    {
      const auto list = h.in("ol.log.recent", {{"aria-live", "polite"}});
    }
  }
  if (p.thinned)
    h.element("p.note", "The run had more moments than are kept here; the state is that of the last one kept.");
  story_log(h, p);
}

void travel_data(Html& h, const View& v) {
  const sim::Evidence& e = v.evidence();
  if (e.playbacks.empty()) return;
  Texts texts;
  std::string plays;
  const Stretch stretch = shown(e.playbacks);
  for (const Playback& p : e.playbacks) plays += (plays.empty() ? "" : ",\n") + frames(e.gauges, p, stretch, texts);
  std::string all;
  for (const std::string& text : texts.all()) all += (all.empty() ? "" : ",") + quoted(text);
  const auto script = h.in("script", {{"type", "application/json"}, {"id", v.section("plays")}});
  h.json(fmt::format("{{\"gauges\":{},\"texts\":[{}],\n\"plays\":[{}]}}", e.gauges.size(), all, plays));
}

}  // namespace converge::reports
