// What the verdict leans on: the models and what they leave out, bounds, faults, who answered, and where it comes from.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/choices.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "reports/json_document.hpp"

namespace converge::reports {
namespace {

using sim::ChoiceCount;

// "Kafka, the retention of a topic, https://...": the address is a link, and only an address of that kind is.
void source(Html& h, std::string_view where) {
  const auto li = h.in("li");
  const std::size_t from = where.find("https://");
  h.text(where.substr(0, from));
  if (from == std::string_view::npos) return;
  const std::string_view address = where.substr(from, where.find_first_of(" \t\n\"'<>`", from) - from);
  h.element("a", address, {{"href", address}, {"rel", "noreferrer"}});
  h.text(where.substr(from + address.size()));
}

void models(Html& h, const std::vector<sim::Assumed>& all) {
  if (all.empty()) return;
  h.element("h3", "The models");
  for (const sim::Assumed& a : all) {
    const auto details = h.in("details.model");
    h.element("summary", a.model);
    const auto list = h.in("dl.model-facts");
    const auto pair = [&](std::string_view name, const std::string& what) {
      if (what.empty()) return;
      h.element("dt", name);
      h.element("dd", what);
    };
    pair("Keeps", a.keeps);
    pair("Leaves out", a.leaves_out);
    if (a.sources.empty()) continue;
    h.element("dt", "Sources");
    const auto dd = h.in("dd");
    const auto ul = h.in("ul.sources");
    for (const std::string& s : a.sources) source(h, s);
  }
}

void bounds(Html& h, const View& v) {
  if (v.explore == nullptr || v.explore->bounds.words.empty()) return;
  h.element("h3",
            v.explore->complete ? "Every schedule within these bounds" : "The bounds, of which a part was explored");
  {
    const auto list = h.in("ul");
    for (const std::string& what : v.explore->bounds.words) h.element("li", what);
  }
  const auto list = h.in("dl.facts");
  fact(h, "different states", count(v.explore->states));
  fact(h, "transitions", count(v.explore->transitions));
  if (!v.explore->complete) {
    fact(h, "states yet to be expanded", count(v.explore->frontier));
    fact(h, "explored up to", sim::text(sim::Instant{} + v.explore->reached));
  }
  if (v.explore->collision) fact(h, "two states taken for one, at most", fmt::format("{:.2g}", *v.explore->collision));
}

std::string fired(const sim::FaultCount& f) {
  return f.fired == 0 ? "never" : f.fired == 1 ? "once" : count(f.fired) + " times";
}

void faults(Html& h, const View& v) {
  const auto* all = faults_of(v);
  if (all == nullptr) return;
  h.element("h3", "Faults, and how often they struck");
  if (std::ranges::none_of(*all, [](const sim::FaultCount& f) { return f.declared || f.fired != 0; })) {
    h.element("p", "No faults were declared: nothing was allowed to fail.");
    return;
  }
  if (v.explore != nullptr) h.element("p.note", "counted in transitions");
  const auto scroll = scrolls(h, "Faults");
  const auto table = h.in("table");
  table_head(h, {"fault",
                 v.check != nullptr ? fmt::format("#struck, in {} schedules", count(v.check->schedules)) : "#struck"});
  const auto body = h.in("tbody");
  for (const sim::FaultCount& f : *all) {
    if (!f.declared && f.fired == 0) continue;
    const auto row = h.in("tr", {{"class", f.fired == 0 ? "never" : ""}});
    h.element("th", f.kind, {{"scope", "row"}});
    h.element("td.n", f.declared ? fired(f) : fired(f) + ", undeclared");
  }
}

void campaign(Html& h, const View& v) {
  if (v.check == nullptr) return;
  const sim::CheckResult& r = *v.check;
  if (!r.phases.empty()) {
    h.element("h3", "Phases");
    const auto scroll = scrolls(h, "Phases");
    const auto table = h.in("table");
    table_head(h, {fmt::format("phase, in {} schedules", count(r.schedules)), "#was over in",
                   "#layers disagreed meanwhile in"});
    const auto body = h.in("tbody");
    const auto share = [&](std::uint64_t n) { return n == r.schedules ? "all" : n == 0 ? "none" : count(n); };
    for (const sim::PhaseCount& p : r.phases) {
      const auto row = h.in("tr");
      h.element("th", p.name, {{"scope", "row"}});
      h.element("td.n", share(p.finished));
      h.element("td.n", share(p.disagreed));
    }
  }
  if (r.choices.empty()) return;
  h.element("h3", "Who answered the choices");
  const auto list = h.in("dl.model-facts");
  const auto pair = [&](std::string_view name, const std::string& what, std::string_view none) {
    if (what.empty() && none.empty()) return;
    h.element("dt", name);
    h.element("dd", what.empty() ? none : std::string_view(what));
  };
  pair("Drawn from their laws", choices(r, ChoiceCount::Answered::drawn, true), "none");
  pair("Fixed by the scenario", choices(r, ChoiceCount::Answered::fixed, true), "none");
  pair("By an adversary", "", "none: schedules were drawn, not searched");
  pair("Never asked", choices(r, ChoiceCount::Answered::drawn, false), "");
}

void readers(Html& h, const View& v) {
  if (v.run == nullptr) return;
  const sim::RunResult& r = *v.run;
  h.element("h3", "What readers saw, and what it cost");
  const auto list = h.in("dl.facts");
  fact(h, "reads", count_or_figure(r.reads));
  fact(h, "of these failed", count_or_figure(r.reads_failed));
  fact(h, "most nulls in a read", of_unit(r.nulls_worst, "row", "rows"));
  fact(h, "most overdue in a read", of_unit(r.stale_worst, "row", "rows"));
  fact(h, "oldest missing change", sim::text(r.stalest));
  fact(h, "nulls at the end", of_unit(r.nulls_at_end, "row", "rows"));
  fact(h, "wrong values at the end", of_unit(r.wrong_at_end, "row", "rows"));
  fact(h, "merges committed", count_or_figure(r.merges_committed));
  fact(h, "merges stalled", count_or_figure(r.merges_stalled));
  fact(h, "merges lost", count_or_figure(r.merges_lost));
  fact(h, "Flink down", sim::text(r.flink_down));
  fact(h, "changes lost", fmt::format("{} of {}", count_or_figure(r.changes_lost), count_or_figure(r.changes)));
}

void provenance(Html& h, const View& v) {
  h.element("h3", "Where this comes from");
  {
    const auto list = h.in("dl.facts");
    fact(h, "asked by", "converge " + std::string(v.command));
    fact(h, "scenario file", v.file);
    fact(h, "result file", v.reported->file);
    fact(h, "scenario", hex(v.fingerprint));
    fact(h, "made by", v.evidence().made_by.empty() ? "converge " + version() : v.evidence().made_by);
    if (v.horizon.us > 0) fact(h, "a run ends after", sim::text(v.horizon));
    if (v.run != nullptr) {
      fact(h, "seed", v.run->seed ? std::to_string(*v.run->seed) : "none: the usual answers");
      fact(h, "events", count(v.run->events));
      fact(h, "trace", hex(v.run->trace_hash));
    }
    if (v.run != nullptr && v.run->search) {
      const sim::RunResult::Search& found = *v.run->search;
      fact(h, "searched for the least margin of", found.property);
      fact(h, "found by",
           fmt::format("try {} of {}{}", count(found.found_by_try), count(found.tries),
                       found.found_by_try > 1 ? ", strategy " + found.found_by : ""));
      fact(h, "made small in", count(found.shrinking) + " runs");
      fact(h, "seed of the search", std::to_string(found.seed));
    }
    if (v.check != nullptr) {
      fact(h, "campaign seed", std::to_string(v.check->seed));
      fact(h, "schedules", count(v.check->schedules));
      if (v.check->swarm) fact(h, "swarm", "whole kinds of fault were switched off in turn");
    }
    if (v.orderings != nullptr) {
      fact(h, "campaign seed", std::to_string(v.orderings->seed));
      fact(h, "orders judged", count(v.orderings->orders.size()));
    }
  }
  for (const std::string& what : v.evidence().left_out) h.element("p.note", "Not shown: " + what);
  if (v.scenario.empty()) return;
  const auto details = h.in("details");
  h.element("summary", "The scenario file");
  const auto pre = h.in("pre.scenario", {{"tabindex", "0"}});
  const auto code = h.in("code");
  h.lines(v.scenario);
}

}  // namespace

bool assumed_section(Html& h, const View& v) {
  const auto scope = section(h, v, "assumed", "What was assumed");
  h.element(
      "p.lead",
      "Models of the plan were checked, not the systems. They are as good as what they keep, and as the figures of "
      "the scenario.");
  readers(h, v);
  models(h, v.evidence().assumed);
  bounds(h, v);
  faults(h, v);
  campaign(h, v);
  if (v.vacuous_for->empty()) {
    h.element("p.note",
              "Nothing that was declared was left untested, as far as that is checked: no verdict here is vacuous.");
  }
  provenance(h, v);
  return true;
}

}  // namespace converge::reports
