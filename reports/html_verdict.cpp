// The verdict in one sentence, over what it holds, and the few figures on which a review decides.
#include <fmt/format.h>

#include <algorithm>

#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

struct Figure {
  std::string name;
  std::string value;
  std::string note;
  std::string_view style;
};

std::string fault_count(const View& v) {
  const auto* all = faults_of(v);
  if (all == nullptr) return {};
  std::uint64_t declared = 0;
  std::uint64_t fired = 0;
  for (const sim::FaultCount& f : *all) {
    declared += f.declared ? 1U : 0U;
    fired += f.declared && f.fired != 0 ? 1U : 0U;
  }
  return declared == 0 ? "none" : fmt::format("{} of {}", fired, declared);
}

std::vector<Figure> figures(const View& v) {
  std::vector<Figure> out;
  const auto convergence = [&](std::string name, const std::optional<sim::Duration>& d, std::string note = {}) {
    const bool late = !d || (v.sla.us > 0 && *d > v.sla);
    out.push_back({std::move(name), d ? sim::text(*d) : "never", std::move(note), late ? "bad" : "good"});
  };
  const auto left = [&](const std::optional<sim::Duration>& d) {
    if (!d || v.sla.us <= 0) return std::string{};
    const sim::Duration rest = v.sla - *d;
    return rest.us >= 0 ? sim::text(rest) + " to spare" : sim::text(sim::Duration{-rest.us}) + " too late";
  };
  if (v.run != nullptr && v.run->changed) {
    convergence("All layers agree after", v.run->convergence, left(v.run->convergence));
  }
  if (v.check != nullptr) {
    out.push_back(
        {"Schedules violated",
         fmt::format("{} of {}", count_or_figure(v.check->violated_schedules), count_or_figure(v.check->schedules)), "",
         v.check->violated_schedules != 0 ? "bad" : "good"});
    out.push_back({"Window missed", sim::interval(v.check->miss),
                   fmt::format("of all schedules, {} confidence", sim::percent(v.check->miss.confidence)),
                   v.check->missed_schedules != 0 ? "bad" : "good"});
    convergence("99 in 100 agree after", v.check->p99, left(v.check->p99));
  }
  if (v.explore != nullptr) {
    if (v.explore->complete) {
      const Latest latest = latest_of(v);
      if (latest.known) convergence("Worst case, exactly", latest.convergence, left(latest.convergence));
    }
    out.push_back({"States explored", count_or_figure(v.explore->states),
                   v.explore->complete ? "all within the bounds" : "not all within the bounds",
                   v.explore->complete ? "" : "warn"});
    if (v.explore->odds) out.push_back({"Window missed, at worst", sim::percent(v.explore->odds->worst), "exact", ""});
  }
  if (v.advise != nullptr) {
    const Latest latest = latest_of(v);
    if (latest.known) convergence("Agreement at the latest", latest.convergence, left(latest.convergence));
  }
  if (v.orderings != nullptr) {
    const auto good = static_cast<std::uint64_t>(
        std::ranges::count(v.orderings->orders, sim::Grade::good, &sim::OrderVerdict::grade));
    out.push_back({"Good orders",
                   fmt::format("{} of {}", count_or_figure(good), count_or_figure(v.orderings->orders.size())), "",
                   good == 0 ? "bad" : ""});
    out.push_back({"Necessary edges", count_or_figure(v.orderings->edges.size()), "", ""});
  }
  if (v.sla.us > 0) out.push_back({"Window", sim::text(v.sla), "", ""});
  if (const std::string faults = fault_count(v); !faults.empty()) {
    out.push_back({"Faults that struck", faults, faults == "none" ? "" : "declared kinds", ""});
  }
  return out;
}

}  // namespace

void verdict_section(Html& h, const View& v) {
  const OutcomeSign word = outcome_sign(v.outcome);
  const auto scope =
      h.in("section.verdict",
           {{"id", v.section("verdict")}, {"class", word.style}, {"aria-labelledby", v.section("verdict") + "-h"}});
  {
    const auto heading = h.in("h2", {{"id", v.section("verdict") + "-h"}});
    const auto badge = h.in("span.badge", {{"class", word.style}});
    h.element("span.sign", word.sign, {{"aria-hidden", "true"}});
    h.text(word.word);
  }
  h.element("p.sentence", v.sentence);
  if (!v.strength.empty()) {
    const auto p = h.in("p.strength");
    h.element("strong", "Over what it holds: ");
    h.text(v.strength);
  }
  h.element("p.models-only", "Models of the plan were checked, not the systems.");
  {
    const auto list = h.in("dl.key-figures");
    for (const Figure& f : figures(v)) {
      const auto pair = h.in("div");
      h.element("dt", f.name);
      const auto value = h.in("dd", {{"class", f.style}});
      h.text(f.value);
      if (!f.note.empty()) h.element("span.note", f.note);
    }
  }
  if (!v.vacuous_for->empty()) {
    const auto box = h.in("div.callout.warn");
    h.element("h3", v.outcome == sim::Outcome::vacuous ? "Why this says nothing" : "What was not put to the test");
    const auto list = h.in("ul");
    for (const std::string& why : *v.vacuous_for) h.element("li", why);
  }
}

}  // namespace converge::reports
