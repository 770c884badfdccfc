// The document is built as a tree, so that its order is the order in which it is written here, and printed by a walk of
// our own: the library would print seconds as binary fractions, and a pair of a series over four lines.
#include "reports/json.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/terminal.hpp"
#include "sim/time.hpp"

#ifndef CONVERGE_VERSION
#define CONVERGE_VERSION "0.1.0"
#endif

namespace converge::reports {
namespace {

using Json = nlohmann::ordered_json;

// Text that is JSON already rides in a binary value, a kind that JSON itself does not have.
Json verbatim(std::string_view text) { return Json::binary({text.begin(), text.end()}); }

// "1.5" for 1 500 000: built from whole numbers, so that no digit is ever made up.
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
template <class T>
Json seconds(const std::optional<T>& t) {
  return t ? seconds(*t) : Json();
}

std::string hex(std::uint64_t n) { return fmt::format("{:016x}", n); }

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

std::string_view word(sim::Phase::Status status) {
  switch (status) {
    case sim::Phase::Status::not_reached: return "not_reached";
    case sim::Phase::Status::waiting: return "waiting";
    case sim::Phase::Status::running: return "running";
    case sim::Phase::Status::done: return "done";
    case sim::Phase::Status::failed: return "failed";
  }
  return "";
}

std::string_view stage_word(std::uint8_t stage) {
  switch (stage) {
    case 0: return "control";
    case 1: return "schema";
    case 2: return "code";
    case 3: return "data";
    default: return "other";
  }
}

Json property(const sim::PropertyResult& p) {
  const bool time = p.unit == sim::PropertyResult::Unit::duration;
  return {{"name", p.name},       {"kind", word(p.kind)},
          {"holds", p.holds},     {"margin", time ? seconds(sim::Duration{p.margin}) : Json(p.margin)},
          {"unit", word(p.unit)}, {"claim", p.claim},
          {"detail", p.detail}};
}

Json fault(const sim::FaultCount& f) { return {{"kind", f.kind}, {"declared", f.declared}, {"fired", f.fired}}; }

Json phase(const sim::Phase& p) {
  return {{"name", p.name},
          {"started_s", seconds(p.started)},
          {"finished_s", seconds(p.finished)},
          {"ready_s", seconds(p.ready)},
          {"stage", stage_word(p.stage)},
          {"status", word(p.status)},
          {"disagreed", p.disagreed}};
}

Json deviation(const sim::DeviationText& d) {
  return {{"actor", d.actor},   {"choice", d.choice}, {"occurrence", d.occurrence}, {"nominal", d.nominal},
          {"answer", d.answer}, {"text", d.text},     {"fault", d.fault},           {"at_s", seconds(d.at)}};
}

Json series(const std::vector<sim::Sample>& samples) {
  std::string out;
  for (const sim::Sample& s : samples) {
    out += fmt::format("{}[{}, {}]", out.empty() ? "" : ", ", decimal_seconds(s.at.us), s.value);
  }
  return verbatim("[" + out + "]");
}

template <class T>
Json list(const std::vector<T>& values, Json (*one)(const T&)) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(one(value));
  return out;
}

Json document(const sim::RunResult& r) {
  return {
      {"converge", version()},
      {"command", r.command},
      {"scenario", {{"file", r.file}, {"title", r.title}, {"fingerprint", hex(r.fingerprint)}}},
      {"verdict", word(r.outcome)},
      {"sentence", r.sentence},
      {"strength", r.strength},
      {"vacuous_for", Json(r.vacuous_for)},
      {"sla_s", seconds(r.sla)},
      {"horizon_s", seconds(r.horizon)},
      {"changed_s", seconds(r.changed)},
      {"convergence_s", seconds(r.convergence)},
      {"margin_s", seconds(r.margin)},
      {"events", r.events},
      {"trace_hash", hex(r.trace_hash)},
      {"properties", list(r.properties, property)},
      {"faults", list(r.faults, fault)},
      {"phases", list(r.phases, phase)},
      {"divergence", {{"schema", series(r.schema)}, {"code", series(r.code)}, {"data", series(r.data)}}},
      {"schedule", {{"seed", r.seed ? Json(*r.seed) : Json()}, {"deviations", list(r.deviations, deviation)}}},
      {"readers",
       {{"reads", r.reads},
        {"failed", r.reads_failed},
        {"worst_null_rows", r.nulls_worst},
        {"worst_stale_rows", r.stale_worst},
        {"oldest_missing_change_s", seconds(r.stalest)},
        {"null_rows_at_end", r.nulls_at_end},
        {"wrong_rows_at_end", r.wrong_at_end},
        {"diverged_rows_at_end", r.diverged_at_end}}},
      {"cost",
       {{"merges_committed", r.merges_committed},
        {"merges_stalled", r.merges_stalled},
        {"merges_lost", r.merges_lost},
        {"flink_down_s", seconds(r.flink_down)},
        {"changes", r.changes},
        {"changes_lost", r.changes_lost}}},
  };
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

}  // namespace

std::string version() { return CONVERGE_VERSION; }

std::string json(const sim::RunResult& r) {
  std::string out;
  print(document(r), 0, out);
  return out + '\n';
}

}  // namespace converge::reports
