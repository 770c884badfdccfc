// Field by field, in the order in which the document has them.
#include "reports/explore_json.hpp"

#include <nlohmann/json.hpp>

#include "reports/json_document.hpp"

namespace converge::reports {
namespace {

Json text_or_null(const std::string& s) { return s.empty() ? Json() : Json(s); }

Json bounds(const sim::ExploreResult::Bounds& b) {
  return {{"resolution_s", seconds(b.resolution)},
          {"negligible_s", seconds(b.negligible)},
          {"faults", b.faults},
          {"deviations", b.deviations ? Json(*b.deviations) : Json()},
          {"reduction", b.reduction},
          {"words", Json(b.words)}};
}

Json quantile(const sim::ExploreResult::Odds::Quantile& q) {
  return {{"share", number(q.share)}, {"convergence_s", seconds(q.convergence)}};
}

Json odds(const std::optional<sim::ExploreResult::Odds>& o) {
  if (!o) return {};
  return {{"best", number(o->best)},
          {"worst", number(o->worst)},
          {"convergence_quantiles_s", list(o->quantiles, quantile)},
          {"adversarial", Json(o->adversarial)},
          {"drawn", Json(o->drawn)}};
}

Json document(const sim::ExploreResult& r) {
  Json out = head(r);
  out.update({{"complete", r.complete},
              {"bounds", bounds(r.bounds)},
              {"schedules", r.schedules ? number(*r.schedules) : Json()},
              {"schedules_log10", r.schedules ? number(r.schedules_log10) : Json()},
              {"states", r.states},
              {"transitions", r.transitions},
              {"frontier", r.frontier},
              {"reached_s", seconds(r.reached)},
              {"states_per_s", r.states_per_s ? number(*r.states_per_s) : Json()},
              {"collision_probability", r.collision ? number(*r.collision) : Json()},
              {"checkpoint", text_or_null(r.checkpoint)},
              {"worst_convergence_s", seconds(r.worst_convergence)},
              {"never_converges", r.never_converges},
              {"worst_schedule",
               {{"deviations", list(r.worst_schedule, deviation)},
                {"exact", schedule_file(r.worst_schedule_file)},
                {"trace_hash", r.worst_schedule_file.empty() ? Json() : Json(hex(r.worst_trace_hash))},
                {"file", text_or_null(r.worst_file)},
                {"replay", text_or_null(r.worst_replay)}}},
              {"properties", list(r.properties, property)},
              {"faults", list(r.faults, fault)},
              {"counterexamples", list(r.counterexamples, counterexample)},
              {"miss_probability", odds(r.odds)}});
  return out;
}

}  // namespace

std::string json(const sim::ExploreResult& r) { return print(document(r)); }

}  // namespace converge::reports
