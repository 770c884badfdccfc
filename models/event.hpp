// Everything that can happen in the pipeline, and the words in which it tells what happened.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "sim/world.hpp"

namespace converge::models {

enum class Actor : std::uint16_t {
  source,
  cdc,
  kafka,
  flink,
  cdc_table,
  base_table,
  merge,
  backfill,
  control,
  maintenance,
  readers,
  monitor
};
inline constexpr std::size_t kActors = 12;

// Named by who handles it, then by what it is.
enum class What : std::uint8_t {
  source_change,     // the next change of the workload
  source_scripted,   // the next change that the scenario spells out
  source_ddl,        // `change` is executed at the source
  cdc_pump,          // read the log up to here and hand it to Kafka
  cdc_recover,       // the connector is back
  flink_checkpoint,  // the coordinator injects a barrier
  flink_commit,      // the checkpoint is complete: the sink commits its files
  flink_deploy,      // install build `number`: stop with savepoint first
  flink_submit,      // the program is submitted (again)
  flink_bad_code,    // build `number`, about to be installed, cannot run until `epoch` seconds from now
  flink_recover,     // after a failure: tasks run again, from the newest checkpoint
  flink_rewind,      // read Kafka again from the position of the DDL of `change`
  merge_tick,        // the scheduler's tick
  merge_commit,      // the running MERGE of table `number` commits
  backfill_request,  // the plan asks for the backfill of `change`
  backfill_start,
  backfill_commit,
  control_detected,    // the workflow for `change` starts
  control_step_go,     // step `number` of `change`: its slot has come
  control_step_done,   // step `number` of `change` has run its time
  control_alter,       // step `number`: the metadata swap of ALTER TABLE
  control_cut_over,    // Flink's build `number` committed its first checkpoint
  control_refused,     // Flink's build `number` could not start, or cannot checkpoint
  control_waits,       // the backfill of `change` waits for its column
  control_backfilled,  // the backfill of `change` is over
  control_gave_up,     // the backfill of `change` failed for good
  maintenance_run,
  readers_poll,
  control_step_look,  // step `number` of `change` could begin: is its condition true?
};

struct Event {
  What what = What::source_change;
  std::uint8_t change = 0;
  std::uint16_t number = 0;
  std::uint32_t epoch = 0;  // whoever asked has moved on if this is not its epoch any more: the event is then stale

  bool operator==(const Event&) const = default;
  friend auto fields(const Event& e) { return std::tie(e.what, e.change, e.number, e.epoch); }
};

using Context = sim::Context<Event>;

// What the trace tells. The figures a, b, c of each are named beside it.
enum class Told : std::uint16_t {
  ddl_executed,             // change, position
  cdc_crashed,              // stored position, position
  cdc_recovered,            // position resumed from
  cdc_failed,               // position that the log no longer has
  leader_lost,              // partition
  ddl_message_sent,         // change
  ddl_message_lost,         // change
  flink_failed,             // checkpoint restored
  flink_recovered,          // records to read again
  flink_stopping,           // build running, build wanted
  flink_cancelled,          // could not stop with a savepoint: build running, build wanted
  flink_refused,            // build, columns that its table lacks
  flink_cannot_run,         // build: generated code
  flink_started,            // build, seconds since the stop
  flink_cannot_checkpoint,  // build, table columns that its writer lacks
  flink_poisoned,           // build, position of the record that it cannot read
  flink_truncated,          // build, position
  flink_gap,                // changes lost, partitions concerned
  flink_offset_invalid,     // build: no reset policy, so the job fails for good
  flink_cut_over,           // build, checkpoint
  flink_rewound,            // from position, records
  table_altered,            // change, schema id
  alter_lost_race,          // change, attempt
  alter_failed,             // change
  merge_committed,          // run, rows, build
  merge_unresolved,         // run, build, columns that it could not resolve
  merge_conflict,           // run
  merge_crashed,            // run, before (0) or after (1) its commit
  merge_skipped_tick,       // run that is still going
  merge_start_expired,      // run, snapshot
  merge_overflow,           // run, position
  spark_deployed,           // build
  backfill_waits,           // change: its column is not there yet
  backfill_started,         // change, kind, snapshot position
  backfill_committed,       // change, rows written, attempt
  backfill_conflict,        // change, attempt
  backfill_failed,          // change, attempt
  backfill_gave_up,         // change, attempts
  merges_paused,
  merges_resumed,
  detected,           // change, by push (0) or pull (1)
  queued,             // change, behind
  bad_code_caught,    // change: staging
  refused_change,     // change: unsupported or sensitive
  step_started,       // change, step
  step_finished,      // change, step
  step_failed,        // change, step
  snapshots_expired,  // table, how many
  compacted,          // files
  compaction_conflict,
  read_failed,    // reader's version
  diverged,       // schema, code, data
  row_regressed,  // key, from position, to position
  converged,      // change
  step_waits,     // change, step: its condition is not true yet
  step_goes_on,   // change, step: now it is
};

// Whose note it is. An actor that has a part for each table says which, in the upper byte.
constexpr std::uint16_t told_by(Actor who, std::size_t table) {
  return static_cast<std::uint16_t>(static_cast<std::size_t>(who) | table << 8U);
}
constexpr Actor actor_of(std::uint16_t by) { return static_cast<Actor>(by & 0xFFU); }
constexpr std::size_t table_of(std::uint16_t by) { return by >> 8U; }

inline void tell_of(Context& out, std::size_t table, Actor who, Told told, std::int64_t a = 0, std::int64_t b = 0,
                    std::int64_t c = 0) {
  out.note(told_by(who, table), static_cast<std::uint16_t>(told), a, b, c);
}
inline void tell(Context& out, Actor who, Told told, std::int64_t a = 0, std::int64_t b = 0, std::int64_t c = 0) {
  out.note(static_cast<std::uint16_t>(who), static_cast<std::uint16_t>(told), a, b, c);
}

}  // namespace converge::models
