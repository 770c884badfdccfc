// The analytic bound, and what to change.
#include <fmt/format.h>

#include <algorithm>

#include "reports/advise_words.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"

namespace converge::reports {
namespace {

using sim::Advice;
using sim::AdviseResult;

void bound(Html& h, const AdviseResult& r) {
  if (!r.bound) {
    if (!r.why_not.empty()) h.element("p.callout.warn", "There is no bound: " + r.why_not);
    return;
  }
  const std::vector<TimeBar> bars{
      {"earliest", r.bound->earliest, "no schedule is sooner"},
      {"usual", r.bound->usual, "an estimate"},
      {"latest", r.bound->latest, fmt::format("none with {} fault{} is later", r.faults, r.faults == 1 ? "" : "s")}};
  time_bars(h, r.sla, bars, "From the change to agreement, by the analytic bound");
}

void steps(Html& h, const AdviseResult& r) {
  if (!r.bound || r.bound->steps.empty()) return;
  const auto details = h.in("details", {{"open", ""}});
  h.element("summary", "The steps at their latest");
  const auto scroll = scrolls(h, "Steps of the bound");
  const auto table = h.in("table");
  table_head(h, {"step", "#least", "#usual", "#most", "#waits at most", "#slack"});
  const auto body = h.in("tbody");
  for (const sim::BoundStep& s : r.bound->steps) {
    const auto row = h.in("tr");
    {
      const auto name = h.in("th", {{"scope", "row"}});
      h.text(s.name);
      if (s.critical) {
        h.text(" ");
        h.element("span.tag.critical", "critical");
      }
    }
    for (const sim::Duration d : {s.takes.least, s.takes.usual, s.takes.most, s.waits_most}) {
      h.element("td.n", d.us == 0 ? "–" : sim::text(d));
    }
    h.element("td.n", !s.slack ? "any" : s.slack->us == 0 ? "–" : sim::text(*s.slack));
  }
}

std::string signed_text(const std::optional<sim::Duration>& d) {
  if (!d) return "no bound";
  if (d->us == 0) return "0";
  return (d->us > 0 ? "+" : "−") + sim::text(sim::Duration{d->us > 0 ? d->us : -d->us});
}

void sensitivity(Html& h, const AdviseResult& r) {
  if (r.sensitivity.empty()) return;
  constexpr std::size_t shown = 12;
  h.element("h3", "What moves it: cadences doubled, durations halved");
  const auto scroll = scrolls(h, "Sensitivity");
  const auto table = h.in("table");
  table_head(h, {"figure of the scenario", "#now", "#then", "#usual moves", "#latest moves"});
  const auto body = h.in("tbody");
  for (std::size_t i = 0; i < std::min(shown, r.sensitivity.size()); ++i) {
    const sim::Sensitivity& s = r.sensitivity[i];
    const auto row = h.in("tr");
    h.element("th", s.turn.lever, {{"scope", "row"}});
    h.element("td.n", s.turn.now ? sim::text(*s.turn.now) : "–");
    h.element("td.n", s.turn.to ? sim::text(*s.turn.to) : "–");
    h.element("td.n", signed_text(s.usual));
    h.element("td.n", signed_text(s.latest), {{"class", !s.latest || s.latest->us > 0 ? "bad" : "good"}});
  }
}

void sentences(Html& h, const std::vector<Advice>& all, std::string_view none) {
  if (all.empty()) {
    if (!none.empty()) h.element("p", none);
    return;
  }
  const auto list = h.in("ul");
  for (const Advice& a : all) {
    if (!a.turns.empty()) h.element("li", sentence(a));
  }
}

void advice(Html& h, const AdviseResult& r) {
  if (!r.worst) return;
  if (r.outcome == sim::Outcome::converged) {
    h.element("h3", "How loose each cadence may become, the others as they are");
    sentences(h, r.one_at_a_time, "None can be looser.");
    h.element("h3", "All cadences together");
    if (r.together.empty() || !r.factor_pc) return h.element("p", "Not even a tenth slower.");
    return h.element("p", fmt::format("All of them may be {}.{:02} times as long{}.", *r.factor_pc / 100,
                                      *r.factor_pc % 100, says(r.together.front())));
  }
  h.element("h3", "What would make it fit, one at a time");
  h.element("p", fmt::format("A window of at least {}, or:", sim::text(*r.worst)));
  sentences(h, r.one_at_a_time, "No figure of the scenario moves the latest agreement.");
  if (r.together.empty()) return;
  h.element("h3", "Two at once, of those that do not suffice alone");
  sentences(h, r.together, "");
}

}  // namespace

bool advice_section(Html& h, const View& v) {
  if (v.advise == nullptr) return false;
  const auto scope = section(h, v, "advice", "The bound, and what to change");
  bound(h, *v.advise);
  steps(h, *v.advise);
  sensitivity(h, *v.advise);
  advice(h, *v.advise);
  if (v.advise->cut_short) h.element("p.callout.warn", "Its time was up: the advice is not complete.");
  return true;
}

}  // namespace converge::reports
