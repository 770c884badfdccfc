// Field by field, in the order in which the document has them.
#include "reports/advise_json.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "reports/json_document.hpp"

namespace converge::reports {
namespace {

std::string_view word(sim::Advice::Kind kind) {
  switch (kind) {
    case sim::Advice::Kind::holds_up_to: return "holds_up_to";
    case sim::Advice::Kind::any_value: return "any_value";
    case sim::Advice::Kind::fits_at: return "fits_at";
    case sim::Advice::Kind::nothing_helps: return "nothing_helps";
  }
  return "";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json step(const sim::BoundStep& s) {
  return {{"name", s.name},
          {"least_s", seconds(s.takes.least)},
          {"usual_s", seconds(s.takes.usual)},
          {"most_s", seconds(s.takes.most)},
          {"waits_usual_s", seconds(s.waits_usual)},
          {"waits_most_s", seconds(s.waits_most)},
          {"ends_usual_s", seconds(s.ends_usual)},
          {"ends_most_s", seconds(s.ends_most)},
          {"critical", s.critical},
          {"slack_s", seconds(s.slack)}};
}

Json turn(const sim::Turn& t) {
  return {{"lever", t.lever},
          {"kind", t.cadence ? "cadence" : "duration"},
          {"now_s", seconds(t.now)},
          {"to_s", seconds(t.to)}};
}

Json sensitivity(const sim::Sensitivity& s) {
  Json out = turn(s.turn);
  out.update({{"usual_moves_s", seconds(s.usual)}, {"latest_moves_s", seconds(s.latest)}});
  return out;
}

Json advice(const sim::Advice& a) {
  return {{"kind", word(a.kind)},
          {"turns", list(a.turns, turn)},
          {"latest_s", seconds(a.latest)},
          {"confirmed_by", text_or_null(a.confirmed_by)},
          {"fits_again_further_off", a.again}};
}

Json bound(const sim::AdviseResult& r) {
  if (!r.bound) return {};
  return {{"earliest_s", seconds(r.bound->earliest)},
          {"usual_s", seconds(r.bound->usual)},
          {"latest_s", seconds(r.bound->latest)},
          {"steps", list(r.bound->steps, step)}};
}

Json document(const sim::AdviseResult& r) {
  Json out = head(r);
  out.update({{"faults", r.faults},
              {"bound", bound(r)},
              {"no_bound_because", text_or_null(r.why_not)},
              {"judged_by", r.judged_by},
              {"worst_convergence_s", seconds(r.worst)},
              {"sensitivity", list(r.sensitivity, sensitivity)},
              {"one_at_a_time", list(r.one_at_a_time, advice)},
              {"together", list(r.together, advice)},
              {"factor_percent", r.factor_pc ? Json(*r.factor_pc) : Json()},
              {"cut_short", r.cut_short}});
  return out;
}

}  // namespace

std::string json(const sim::AdviseResult& r) { return print(document(r)); }

}  // namespace converge::reports
