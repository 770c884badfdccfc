// Seconds are built from whole numbers, so that no digit is ever made up.
#include "reports/json_document.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/terminal.hpp"

#ifndef CONVERGE_VERSION
#define CONVERGE_VERSION "0.1.0"
#endif

namespace converge::reports {
namespace {

std::string_view word(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return "converged";
    case sim::Outcome::violated: return "violated";
    case sim::Outcome::inconclusive: return "inconclusive";
    case sim::Outcome::vacuous: return "vacuous";
  }
  return "";
}

std::string_view word(sim::PropertyResult::Kind kind) {
  switch (kind) {
    case sim::PropertyResult::Kind::safety: return "safety";
    case sim::PropertyResult::Kind::liveness: return "liveness";
    case sim::PropertyResult::Kind::availability: return "availability";
    case sim::PropertyResult::Kind::reachability: return "reachability";
  }
  return "";
}

std::string_view word(sim::PropertyResult::Unit unit) {
  switch (unit) {
    case sim::PropertyResult::Unit::duration: return "seconds";
    case sim::PropertyResult::Unit::rows: return "rows";
    case sim::PropertyResult::Unit::changes: return "changes";
    case sim::PropertyResult::Unit::reads: return "reads";
    case sim::PropertyResult::Unit::jobs: return "jobs";
    case sim::PropertyResult::Unit::layers: return "layers";
    case sim::PropertyResult::Unit::version: return "versions";
    case sim::PropertyResult::Unit::count: return "count";
  }
  return "";
}

std::string string_token(std::string_view text) {
  const bool harmless = printable(Terminal{}, text) == text;
  return Json(text).dump(-1, ' ', !harmless, Json::error_handler_t::replace);
}

void print(const Json& value, std::size_t depth, std::string& out) {
  if (value.is_binary()) {
    out.append(value.get_binary().begin(), value.get_binary().end());
  } else if (value.is_string()) {
    out += string_token(value.get_ref<const std::string&>());
  } else if (!value.is_structured() || value.empty()) {
    out += value.dump();
  } else {
    const std::string margin(2 * (depth + 1), ' ');
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& item : value.items()) {
      out.append(first ? "\n" : ",\n").append(margin);
      if (value.is_object()) out.append(string_token(item.key())).append(": ");
      print(item.value(), depth + 1, out);
      first = false;
    }
    out.append("\n").append(2 * depth, ' ') += value.is_object() ? '}' : ']';
  }
}

template <class T>
Json seconds_or_null(const std::optional<T>& t) {
  return t ? seconds(*t) : Json();
}

}  // namespace

std::string version() { return CONVERGE_VERSION; }

std::string print(const Json& document) {
  std::string out;
  print(document, 0, out);
  return out + '\n';
}

// It rides in a binary value, a kind that JSON itself does not have.
Json verbatim(std::string_view text) { return Json::binary({text.begin(), text.end()}); }

std::string decimal_seconds(std::int64_t us) {
  const std::uint64_t size = us < 0 ? 0 - static_cast<std::uint64_t>(us) : static_cast<std::uint64_t>(us);
  std::string out = fmt::format("{}{}", us < 0 ? "-" : "", size / 1'000'000);
  if (size % 1'000'000 == 0) return out;
  out += fmt::format(".{:06}", size % 1'000'000);
  out.resize(out.find_last_not_of('0') + 1);
  return out;
}

Json seconds(sim::Duration d) { return verbatim(decimal_seconds(d.us)); }
Json seconds(sim::Instant t) { return t == sim::never ? Json() : verbatim(decimal_seconds(t.us)); }
Json seconds(const std::optional<sim::Duration>& d) { return seconds_or_null(d); }
Json seconds(const std::optional<sim::Instant>& t) { return seconds_or_null(t); }

Json number(double x) { return std::isfinite(x) ? verbatim(fmt::format("{:.6g}", x)) : Json(); }

std::string hex(std::uint64_t n) { return fmt::format("{:016x}", n); }

template <class Result>
Json head(const Result& r) {
  return {
      {"converge", version()},
      {"command", r.command},
      {"scenario", {{"file", r.file}, {"title", r.title}, {"fingerprint", hex(r.fingerprint)}, {"text", r.scenario}}},
      {"verdict", word(r.outcome)},
      {"sentence", r.sentence},
      {"strength", r.strength},
      {"vacuous_for", Json(r.vacuous_for)},
      {"sla_s", seconds(r.sla)},
      {"horizon_s", seconds(r.horizon)},
  };
}
template Json head(const sim::RunResult&);
template Json head(const sim::CheckResult&);
template Json head(const sim::ExploreResult&);
template Json head(const sim::AdviseResult&);
template Json head(const sim::OrderingsResult&);

Json property(const sim::PropertyResult& p) {
  const bool time = p.unit == sim::PropertyResult::Unit::duration;
  return {{"name", p.name},       {"kind", word(p.kind)},
          {"holds", p.holds},     {"margin", time ? seconds(sim::Duration{p.margin}) : Json(p.margin)},
          {"unit", word(p.unit)}, {"claim", p.claim},
          {"detail", p.detail}};
}

Json fault(const sim::FaultCount& f) { return {{"kind", f.kind}, {"declared", f.declared}, {"fired", f.fired}}; }

Json deviation(const sim::DeviationText& d) {
  return {{"actor", d.actor},   {"choice", d.choice}, {"occurrence", d.occurrence}, {"nominal", d.nominal},
          {"answer", d.answer}, {"text", d.text},     {"fault", d.fault},           {"at_s", seconds(d.at)}};
}

Json schedule_file(const std::string& text) {
  if (text.empty()) return {};
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json() : parsed;
}

Json counterexample(const sim::Counterexample& c) {
  return {{"property", c.property},
          {"deviations", list(c.deviations, deviation)},
          {"workload", c.workload ? Json(*c.workload) : Json()},
          {"exact", schedule_file(c.schedule_file)},
          {"sentence", c.sentence},
          {"detail", c.detail},
          {"trace_hash", hex(c.trace_hash)},
          {"minimal", c.minimal},
          {"fewest", c.fewest},
          {"tries", c.tries},
          {"from", c.from},
          {"schedule", c.schedule},
          {"seed", c.seed},
          {"file", c.file.empty() ? Json() : Json(c.file)},
          {"replay", c.replay}};
}

Json probability(const sim::Probability& p) {
  return {{"estimate", number(p.estimate)},
          {"low", number(p.low)},
          {"high", number(p.high)},
          {"confidence", number(p.confidence)}};
}

Json point_of_no_return(const sim::PointOfNoReturn& p) {
  return {{"property", p.property},
          {"at_s", seconds(p.at)},
          {"answers", list(p.answers, deviation)},
          {"before", probability(p.before)},
          {"after", probability(p.after)},
          {"continuations", p.continuations},
          {"from_the_start", p.from_the_start}};
}

}  // namespace converge::reports
