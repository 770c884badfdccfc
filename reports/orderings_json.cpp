// Field by field, in the order in which the document has them.
#include "reports/orderings_json.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "reports/json_document.hpp"
#include "reports/orderings_words.hpp"

namespace converge::reports {
namespace {

using sim::OrderingsResult;

std::string_view word(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return "converged";
    case sim::Outcome::violated: return "violated";
    case sim::Outcome::inconclusive: return "inconclusive";
    case sim::Outcome::vacuous: return "vacuous";
  }
  return "";
}

std::string_view word(OrderingsResult::Ended ended) {
  switch (ended) {
    case OrderingsResult::Ended::all_ran: return "all_ran";
    case OrderingsResult::Ended::time_limit: return "time_limit";
    case OrderingsResult::Ended::interrupted: return "interrupted";
  }
  return "";
}

Json names(const OrderingsResult& r, const std::vector<std::size_t>& steps) {
  Json out = Json::array();
  for (const std::size_t step : steps) out.push_back(r.steps[step]);
  return out;
}

Json facts(const sim::OrderFacts& f) {
  return {{"merges_stall", f.merges_stall},
          {"flink_stands_still", f.flink_stands_still},
          {"backfill_waits", f.backfill_waits},
          {"ends_in_nulls", f.nulls},
          {"ends_in_wrong_values", f.wrong},
          {"ends_stale", f.stale},
          {"loses_changes", f.lost},
          {"never_agrees", f.apart},
          {"unfinished", f.unfinished},
          {"late", f.late},
          {"violates", Json(f.broken)}};
}

Json counterexample(const OrderingsResult& r, const sim::OrderCounterexample& c) {
  return {{"order", names(r, order_of(r, c))},
          {"fails", grade_word(c.grade)},
          {"happened", c.happened},
          {"sentence", c.sentence},
          {"deviations", list(c.deviations, deviation)},
          {"workload", c.workload ? Json(*c.workload) : Json()},
          {"exact", schedule_file(c.schedule_file)},
          {"trace_hash", hex(c.trace_hash)},
          {"minimal", c.minimal}};
}

Json order(const OrderingsResult& r, const sim::OrderVerdict& v) {
  return {{"order", names(r, v.order)},
          {"verdict", word(v.outcome)},
          {"grade", grade_word(v.grade)},
          {"worst_convergence_s", seconds(v.convergence)},
          {"facts", facts(v.facts)},
          {"strength", v.strength},
          {"schedules", v.schedules},
          {"bad_schedules", v.bad_schedules},
          {"properties", list(v.properties, property)},
          {"counterexample", v.counterexample ? counterexample(r, r.counterexamples[*v.counterexample]) : Json()}};
}

Json group(const OrderingsResult& r, const OrderingsResult::Group& g) {
  std::string which;
  for (const std::size_t order : g.orders) which += fmt::format("{}{}", which.empty() ? "" : ", ", order);
  return {{"grade", grade_word(g.grade)},
          {"what", g.what},
          {"orders", g.orders.size()},
          {"which", verbatim("[" + which + "]")},
          {"example", names(r, r.orders[g.orders.front()].order)},
          {"earliest_convergence_s", seconds(g.earliest)},
          {"latest_convergence_s", seconds(g.latest)}};
}

Json edge(const OrderingsResult& r, const sim::NecessaryEdgeVerdict& e) {
  return {{"before", r.steps[e.before]},
          {"after", r.steps[e.after]},
          {"needed_for", grade_word(e.needed_for)},
          {"because", e.because},
          {"keeps_out", e.keeps_out},
          {"counterexample", counterexample(r, r.counterexamples[e.counterexample])}};
}

Json pair(const OrderingsResult& r, const std::pair<std::size_t, std::size_t>& e) {
  return {{"before", r.steps[e.first]}, {"after", r.steps[e.second]}};
}

Json pairs(const OrderingsResult& r, const std::vector<std::pair<std::size_t, std::size_t>>& all) {
  Json out = Json::array();
  for (const auto& e : all) out.push_back(pair(r, e));
  return out;
}

Json variant(const OrderingsResult& r, const sim::OrderingsVariant& v) {
  Json edges = Json::array();
  for (const sim::NecessaryEdgeVerdict& e : v.edges) {
    edges.push_back(
        {{"before", r.steps[e.before]}, {"after", r.steps[e.after]}, {"needed_for", grade_word(e.needed_for)}});
  }
  Json example = Json();
  const bool same_steps = v.example.size() == r.steps.size();  // one that adds a step has a name of its own for it
  if (!v.example.empty() && same_steps) example = names(r, v.example);
  return {{"changes", Json(v.changes)},
          {"guard_removed", v.guard_removed},
          {"helps", v.helps},
          {"orders", v.orders},
          {"good", v.good},
          {"fail_window", v.window},
          {"fail_availability", v.availability},
          {"fail_convergence", v.convergence},
          {"example", example},
          {"necessary_edges", edges}};
}

template <class T, class One>
Json each(const OrderingsResult& r, const std::vector<T>& all, One one) {
  Json out = Json::array();
  for (const T& value : all) out.push_back(one(r, value));
  return out;
}

}  // namespace

std::string json(const OrderingsResult& r) {
  Json out = head(r);
  out.update({
      {"seed", r.seed},
      {"schedules", r.schedules},
      {"free", r.free},
      {"ended", word(r.ended)},
      {"steps", Json(r.steps)},
      {"given_edges", pairs(r, r.given)},
      {"triggered", pairs(r, r.directly)},
      {"orders_in_all", r.orders_in_all},
      {"chosen", r.chosen},
      {"judged", r.orders.size()},
      {"coverage", number(r.coverage)},
      {"orderings", each(r, r.orders, order)},
      {"groups", each(r, r.groups, group)},
      {"demand", r.any_meets ? Json(grade_word(r.demand)) : Json()},
      {"necessary_edges", each(r, r.edges, edge)},
      {"edges_are_all", r.edges_are_all},
      {"edges_smallest", r.edges_smallest},
      {"orders_that_meet_the_demand", r.met},
      {"orders_kept", r.kept},
      {"not_needed", pairs(r, r.not_needed)},
      {"variants", each(r, r.variants, variant)},
      {"variants_cut_short", r.variants_cut_short},
  });
  return print(out);
}

}  // namespace converge::reports
