// Field by field, in the order in which the document has them.
#include "reports/check_json.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "reports/json_document.hpp"

namespace converge::reports {
namespace {

std::string_view word(sim::CheckResult::Ended ended) {
  switch (ended) {
    case sim::CheckResult::Ended::all_ran: return "all_ran";
    case sim::CheckResult::Ended::time_limit: return "time_limit";
    case sim::CheckResult::Ended::interrupted: return "interrupted";
    case sim::CheckResult::Ended::sure: return "sure";
  }
  return "";
}

std::string_view word(sim::CheckResult::Sure sure) {
  switch (sure) {
    case sim::CheckResult::Sure::not_asked: return "not_asked";
    case sim::CheckResult::Sure::not_yet: return "not_yet";
    case sim::CheckResult::Sure::below: return "below";
    case sim::CheckResult::Sure::above: return "above";
  }
  return "";
}

std::string_view word(sim::ChoiceCount::Answered answered) {
  switch (answered) {
    case sim::ChoiceCount::Answered::drawn: return "drawn";
    case sim::ChoiceCount::Answered::fixed: return "fixed";
  }
  return "";
}

Json property_count(const sim::PropertyCount& p) {
  Json out = property(p.worst);
  out.update({{"violated", p.violated},
              {"probability", probability(p.probability)},
              {"schedule", p.schedule},
              {"seed", p.seed}});
  return out;
}

Json choice(const sim::ChoiceCount& c) {
  return {{"actor", c.actor}, {"choice", c.choice}, {"answered", word(c.answered)}, {"asked", c.asked}};
}

Json phase(const sim::PhaseCount& p) {
  return {{"name", p.name}, {"finished", p.finished}, {"disagreed", p.disagreed}};
}

Json sure(const sim::CheckResult& r) {
  if (r.sure == sim::CheckResult::Sure::not_asked) return {};
  return {{"of", number(r.sure_of)}, {"answer", word(r.sure)}};
}

Json rare(const sim::CheckResult& r) {
  if (!r.rare) return {};
  return {{"estimate", number(r.rare->estimate)},
          {"low", number(r.rare->low)},
          {"high", number(r.rare->high)},
          {"confidence", number(r.rare->confidence)},
          {"runs", r.rare->runs},
          {"replicates", r.rare->replicates},
          {"extinct", r.rare->extinct}};
}

Json distribution(const sim::CheckResult& r) {
  std::string out;
  for (const sim::CheckResult::Bucket& b : r.convergence) {
    out += fmt::format("{}[{}, {}]", out.empty() ? "" : ", ", decimal_seconds(b.upto.us), b.schedules);
  }
  return verbatim("[" + out + "]");
}

Json band(const std::vector<sim::CheckResult::Band>& all) {
  std::string out;
  for (const sim::CheckResult::Band& b : all) {
    out += fmt::format("{}[{}, {}, {}, {}, {}]", out.empty() ? "" : ", ", decimal_seconds(b.at.us), b.p50, b.p90, b.p99,
                       b.most);
  }
  return verbatim("[" + out + "]");
}

Json document(const sim::CheckResult& r) {
  Json out = head(r);
  out.update({
      {"seed", r.seed},
      {"swarm", r.swarm},
      {"schedules", r.schedules},
      {"wanted", r.wanted != 0 ? Json(r.wanted) : Json()},
      {"ended", word(r.ended)},
      {"violated_schedules", r.violated_schedules},
      {"violation_probability", probability(r.violation)},
      {"missed_schedules", r.missed_schedules},
      {"miss_probability", probability(r.miss)},
      {"convergence_quantiles_s",
       {{"p50", seconds(r.p50)},
        {"p90", seconds(r.p90)},
        {"p99", seconds(r.p99)},
        {"p999", seconds(r.p999)},
        {"max", seconds(r.most)}}},
      {"never_converged", r.never_converged},
      {"convergence_distribution_s", distribution(r)},
      {"divergence_bands", {{"schema", band(r.schema_band)}, {"code", band(r.code_band)}, {"data", band(r.data_band)}}},
      {"schedules_per_s", r.schedules_per_s ? number(*r.schedules_per_s) : Json()},
      {"properties", list(r.properties, property_count)},
      {"counterexamples", list(r.counterexamples, counterexample)},
      {"faults", list(r.faults, fault)},
      {"phases", list(r.phases, phase)},
      {"choices", list(r.choices, choice)},
      {"sure", sure(r)},
      {"rare", rare(r)},
      {"expect", {{"asked", r.expected}, {"unmet", Json(r.unmet)}}},
  });
  return out;
}

}  // namespace

std::string json(const sim::CheckResult& r) { return print(document(r)); }

}  // namespace converge::reports
