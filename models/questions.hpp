// The choices of the pipeline, each once. Their names are those of schedules and counterexamples: (actor, kind,
// occurrence).
#pragma once

#include <cstdint>

#include "sim/choice.hpp"

namespace converge::models {

enum class Q : sim::QuestionId {
  source_change,      // bits: which key, which operation, when
  cdc_lag,            // duration
  cdc_crash,          // fault: none, crash
  cdc_failover,       // duration, after a crash
  kafka_leader,       // fault: none, leader lost
  kafka_election,     // duration, after that
  ddl_message_delay,  // duration: from the DDL to the start of the workflow
  ddl_message,        // fault: none, lost
  flink_checkpoint,   // duration: barrier to complete
  flink_commit,       // duration: complete to committed
  flink_failure,      // fault, at a checkpoint: none, before it completes, after it completed and before the commit
  flink_restart,      // duration, after a failure
  flink_savepoint,    // duration
  flink_restore,      // duration
  flink_tail,         // fault: a restore takes its usual time, or far longer
  flink_tail_takes,   // duration, then
  merge_duration,     // duration
  merge_failure,      // fault, of a run: none, before its commit, between its commit and the watermark
  spark_deploy,       // duration
  backfill_duration,  // duration
  backfill_failure,   // fault: none, fails
  alter,              // duration: of one ALTER TABLE
  generate,           // duration
  review,             // duration
  ci,                 // duration
  staging,            // duration
  bad_code,           // fault, of a generation: runs, cannot run
  staging_misses,     // fault, of bad code in staging: caught, missed
  fix,                // duration: until engineers have mended generated code that cannot run
  approval,           // duration: of a human, before a step whose cadence is manual
  merge_offset,       // duration: of the merge's ticks, where nobody knows it; so with the three after it
  pull_offset,
  spark_slots,
  flink_slots,
  source_order,  // option, beside an earlier event of the same instant that touches the same: in turn, goes first
  cdc_order,
  flink_order,
  merge_order,
  backfill_order,
  control_order,
  maintenance_order,
  readers_order,
};
inline constexpr std::size_t kQuestions = 42;

constexpr sim::QuestionId id(Q q) { return static_cast<sim::QuestionId>(q); }

}  // namespace converge::models
