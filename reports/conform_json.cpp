#include <nlohmann/json.hpp>

#include "reports/conform.hpp"
#include "reports/json_document.hpp"

namespace converge::reports {

namespace {

Json group(const sim::ConformGroup& g) {
  Json reasons = Json::object();
  for (const auto& [reason, cases] : g.reasons) reasons[reason] = cases;
  return {{"name", g.name},
          {"cases", g.cases},
          {"agree", g.agree},
          {"disagree", g.disagree},
          {"out_of_scope", g.out_of_scope},
          {"reasons", reasons},
          {"disagreements", Json(g.disagreements)}};
}

Json system(const sim::ConformSystem& s) {
  return {{"name", s.name}, {"version", s.version}, {"groups", list(s.groups, group)}};
}

const char* word(sim::ConformCase::Answer answer) {
  switch (answer) {
    case sim::ConformCase::Answer::agrees: return "agree";
    case sim::ConformCase::Answer::disagrees: return "disagree";
    case sim::ConformCase::Answer::out_of_scope: return "out_of_scope";
  }
  return "";
}

const char* word(sim::ConformCase::Line::Kind kind) {
  switch (kind) {
    case sim::ConformCase::Line::Kind::step: return "step";
    case sim::ConformCase::Line::Kind::same: return "same";
    case sim::ConformCase::Line::Kind::differs: return "differs";
  }
  return "";
}

// As it was compared; a text that is no JSON cannot be.
Json value(const std::string& text) { return text.empty() ? Json() : Json::parse(text, nullptr, false); }

Json line(const sim::ConformCase::Line& l) {
  if (l.kind == sim::ConformCase::Line::Kind::step) return {{"kind", word(l.kind)}, {"what", l.what}};
  return {{"kind", word(l.kind)}, {"what", l.what}, {"recorded", value(l.recorded)}, {"modelled", value(l.modelled)}};
}

}  // namespace

std::string json(const sim::ConformResult& r) {
  return print({{"converge", version()},
                {"command", "conform"},
                {"verdict", r.disagree() == 0 ? "agree" : "disagree"},
                {"strength", sentence(r)},
                {"cases", r.cases()},
                {"agree", r.agree()},
                {"disagree", r.disagree()},
                {"out_of_scope", r.out_of_scope()},
                {"systems", list(r.systems, system)},
                {"cases_per_s", r.cases_per_s ? number(*r.cases_per_s) : Json()}});
}

std::string json(const sim::ConformCase& c) {
  return print({{"converge", version()},
                {"command", "conform"},
                {"verdict", word(c.answer)},
                {"system", c.system},
                {"group", c.group},
                {"case", c.id},
                {"reason", c.reason},
                {"why", c.why},
                {"lines", list(c.lines, line)}});
}

}  // namespace converge::reports
