// Field by field, in the order in which the document has them.
#include "reports/json.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "reports/json_document.hpp"

namespace converge::reports {
namespace {

Json search(const sim::RunResult::Search& s) {
  return {{"property", s.property},
          {"seed", s.seed},
          {"tries", s.tries},
          {"faults_most", s.faults_most},
          {"found_by_try", s.found_by_try},
          {"found_by", s.found_by},
          {"violated_by_try", s.violated_by_try ? Json(*s.violated_by_try) : Json()},
          {"states", s.states},
          {"shrinking", s.shrinking},
          {"file", s.file.empty() ? Json() : Json(s.file)},
          {"replay", s.replay}};
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

Json phase(const sim::Phase& p) {
  return {{"name", p.name},
          {"started_s", seconds(p.started)},
          {"finished_s", seconds(p.finished)},
          {"ready_s", seconds(p.ready)},
          {"stage", stage_word(p.stage)},
          {"status", word(p.status)},
          {"disagreed", p.disagreed}};
}

Json series(const std::vector<sim::Sample>& samples) {
  std::string out;
  for (const sim::Sample& s : samples) {
    out += fmt::format("{}[{}, {}]", out.empty() ? "" : ", ", decimal_seconds(s.at.us), s.value);
  }
  return verbatim("[" + out + "]");
}

Json document(const sim::RunResult& r) {
  Json out = head(r);
  out.update({
      {"changed_s", seconds(r.changed)},
      {"convergence_s", seconds(r.convergence)},
      {"margin_s", seconds(r.margin)},
      {"events", r.events},
      {"trace_hash", hex(r.trace_hash)},
      {"properties", list(r.properties, property)},
      {"faults", list(r.faults, fault)},
      {"phases", list(r.phases, phase)},
      {"divergence", {{"schema", series(r.schema)}, {"code", series(r.code)}, {"data", series(r.data)}}},
      {"schedule",
       {{"seed", r.seed ? Json(*r.seed) : Json()},
        {"workload", r.workload ? Json(*r.workload) : Json()},
        {"deviations", list(r.deviations, deviation)},
        {"exact", schedule_file(r.schedule_file)}}},
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
      {"points_of_no_return", list(r.points, point_of_no_return)},
      {"search", r.search ? search(*r.search) : Json()},
  });
  return out;
}

}  // namespace

std::string json(const sim::RunResult& r) { return print(document(r)); }

}  // namespace converge::reports
