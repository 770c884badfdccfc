#include "models/footprint.hpp"

#include <cassert>

#include "models/questions.hpp"

namespace converge::models {

namespace {

enum Part : std::uint32_t {
  source = 1U << 0U,
  cdc = 1U << 1U,
  topic = 1U << 2U,
  flink = 1U << 3U,
  ledger = 1U << 4U,
  base = 1U << 5U,
  merge = 1U << 6U,
  backfill = 1U << 7U,
  control = 1U << 8U,
  maintenance = 1U << 9U,
  readers = 1U << 10U,
};

constexpr std::uint32_t everything = (1U << 11U) - 1;

}  // namespace

sim::Footprint footprint(const Event& e) {
  switch (e.what) {
    case What::source_change:
    case What::source_scripted: return {.writes = source};
    case What::source_ddl: return {.reads = cdc | base, .writes = source | control};
    case What::cdc_pump: return {.reads = source, .writes = cdc | topic};
    case What::cdc_recover: return {.reads = source, .writes = cdc};
    case What::flink_bad_code: return {.writes = flink};
    case What::flink_checkpoint:
    case What::flink_deploy:
    case What::flink_submit:
    case What::flink_recover:
    case What::flink_rewind:
    case What::flink_commit: return {.reads = source | topic, .writes = flink | ledger};
    case What::merge_tick:
    case What::backfill_request:
    case What::backfill_start: return {.reads = source | ledger | base, .writes = merge | backfill};
    case What::merge_commit:
    case What::backfill_commit: return {.reads = source | ledger, .writes = merge | backfill | base};
    case What::control_detected:
    case What::control_refused:
    case What::control_waits:
    case What::control_gave_up: return {.writes = control};
    case What::control_step_go: return {.reads = ledger | base, .writes = control | merge};
    case What::control_step_done: return {.reads = source | ledger | base, .writes = control | merge | backfill};
    case What::control_alter: return {.reads = source, .writes = control | ledger | base | backfill};
    case What::control_cut_over: return {.reads = source, .writes = control | backfill};
    case What::control_backfilled: return {.writes = control | backfill};
    case What::maintenance_run: return {.reads = control, .writes = ledger | base | maintenance};
    case What::readers_poll: return {.reads = source | base, .writes = readers};
    case What::control_step_look: return {.reads = everything, .writes = control};  // whatever its metric reads
  }
  assert(false && "every event has a footprint");
  return {};
}

sim::QuestionId order_question(const Event& e) {
  switch (e.what) {
    case What::source_change:
    case What::source_scripted:
    case What::source_ddl: return id(Q::source_order);
    case What::cdc_pump:
    case What::cdc_recover: return id(Q::cdc_order);
    case What::flink_checkpoint:
    case What::flink_commit:
    case What::flink_deploy:
    case What::flink_submit:
    case What::flink_bad_code:
    case What::flink_recover:
    case What::flink_rewind: return id(Q::flink_order);
    case What::merge_tick:
    case What::merge_commit: return id(Q::merge_order);
    case What::backfill_request:
    case What::backfill_start:
    case What::backfill_commit: return id(Q::backfill_order);
    case What::control_detected:
    case What::control_step_look:
    case What::control_step_go:
    case What::control_step_done:
    case What::control_alter:
    case What::control_cut_over:
    case What::control_refused:
    case What::control_waits:
    case What::control_backfilled:
    case What::control_gave_up: return id(Q::control_order);
    case What::maintenance_run: return id(Q::maintenance_order);
    case What::readers_poll: return id(Q::readers_order);
  }
  assert(false && "every event has an actor");
  return {};
}

}  // namespace converge::models
