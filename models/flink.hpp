// The Flink job: Kafka source -> by-name projection of a build -> Iceberg sink (append into the CDC table).
//
// Kept (docs/facts/kafka-flink-cdc.md 3, 4): a build selects columns by name, so a field that it does not know is
// dropped and a column that its table lacks refuses the submission; offsets live in checkpoints, and a failure goes
// back to the newest one; files are committed when a checkpoint is complete, under its id, so a restore commits what
// the table does not have yet; a deploy is stop-with-savepoint, restore, catch-up at a finite speed, one instance at a
// time; a job that cannot be stopped is cancelled and starts from its newest checkpoint; offsets below the log start go
// to the reset policy; a running job and its fail-over go on through every change of the table; a job submitted anew by
// a writer that does not pad fails at its first checkpoint when the table has a column that it does not know; a value
// wider than its type fails the task, which restarts into the same record for as long as the build stays (a poison
// pill), or is cut. Over two tables it is one job: its graph is built as one, so a column that either CDC table lacks
// refuses it, one checkpoint commits to both tables, and a change that it cannot read of one stops both. Left out: a
// crash between those two commits (the restore repeats the one that its table does not have, 4), parallelism, state
// other than offsets, watermarks, back-pressure, checkpoint time-outs, upsert mode (the CDC table is append-only). A
// poisoned job's restarts, at most one a minute (3.7), change nothing until a build is deployed, so they are not
// events. An empty checkpoint completes at its barrier. Assumption: reading is exact in time but for the catch-up.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "models/cdc.hpp"
#include "models/event.hpp"
#include "models/kafka.hpp"
#include "models/kafka_consumer.hpp"
#include "models/schema.hpp"
#include "models/tables.hpp"
#include "sim/time.hpp"

namespace converge::models {

struct FlinkConfig {
  enum class Overflow : std::uint8_t { fail, truncate };
  enum class Writer : std::uint8_t { pads, subset };  // what it does with table columns that it does not know
  using OffsetReset = kafka::OffsetReset;             // earliest, latest or none

  sim::Duration checkpoint_interval = sim::seconds(60);
  sim::Window checkpoint{sim::milliseconds(500), sim::seconds(5), sim::minutes(1)};
  sim::Window commit{sim::milliseconds(200), sim::milliseconds(600), sim::seconds(5)};
  sim::Window savepoint{sim::seconds(10), sim::minutes(1), sim::minutes(5)};
  sim::Window restore{sim::seconds(50), sim::minutes(4), sim::minutes(15)};
  sim::Window restore_tail{sim::minutes(20), sim::minutes(41), sim::days(8)};  // fault: a restore that takes far longer
  std::int32_t restore_tail_ppm = 0;                                           // per deploy
  sim::Window restart{sim::seconds(10), sim::minutes(1), sim::minutes(5)};
  sim::Duration resubmit_every = sim::minutes(1);
  std::int32_t catch_up_speed = 5;  // times the steady rate
  std::int32_t failure_ppm = 0;     // fault: per checkpoint with rows
  Overflow on_overflow = Overflow::fail;
  Writer writer = Writer::pads;
  OffsetReset offset_reset = OffsetReset::earliest;
};

// What has been read: every record before `next`, but those held back because their partition had no leader.
struct Position {
  std::uint32_t next = 0;
  std::vector<std::uint32_t> held;

  bool operator==(const Position&) const = default;
  friend auto fields(const Position& p) { return std::tie(p.next, p.held); }
};

struct Flink {
  static constexpr std::uint8_t kNobody = 0xFF;
  enum class Phase : std::uint8_t {
    running,
    stopping,    // stop-with-savepoint under way
    starting,    // slots, restore
    refused,     // the submission failed; a supervisor tries again
    restarting,  // a task failed
    poisoned,    // fails at the same record again and again
    stuck,       // fails at each checkpoint: the table has a column that the writer does not know
    dead,        // no valid offset and no reset policy
  };
  Phase phase = Phase::running;
  Build build;                    // running, or the last one that ran
  Build wanted;                   // being installed
  std::uint8_t committed_by = 0;  // version of the build that committed last; kNobody: none since the newest deploy
  bool refusal_told = false;
  std::uint32_t epoch = 0;         // raised whenever what is under way is given up
  std::uint32_t checkpoint = 0;    // id of the newest completed one
  Position position;               // read
  Position stored;                 // in the newest completed checkpoint or savepoint
  std::vector<LedgerRow> staged;   // written since, in no completed checkpoint
  std::vector<LedgerRow> pending;  // in a completed checkpoint, not committed to the table
  bool committing = false;         // a checkpoint is under way
  sim::Instant stopped;            // when it last stopped reading
  std::uint8_t broken = kNobody;   // version of a build whose generated code is being mended, and cannot run
  sim::Instant broken_until;       // before
  sim::Instant resumed;            // when it last began again
  sim::Instant read_upto;          // append time up to which it had read when it stopped
  Columns table_columns = 0;       // of the tables when the job was submitted: the sink pins them
  bool rewind_requested = false;   // the next start reads again from behind `rewind_after`
  Lsn rewind_after = 0;
  bool rewinding = false;           // and has not passed `rewound_until` yet
  std::uint32_t rewound_until = 0;  // records that the rewind has to pass
  std::uint8_t rewind_change = 0;
  std::uint32_t lost = 0;        // changes that Kafka no longer had
  std::uint32_t unreadable = 0;  // times it met a record that its build cannot read
  std::uint32_t truncated = 0;   // values cut to the old type's range
  sim::Duration down;            // time without a running job, planned deploys included, until the last start
  std::uint16_t planned_stops = 0;
  std::uint16_t unplanned_stops = 0;

  bool operator==(const Flink&) const = default;
  friend auto fields(const Flink& f) {
    return std::tie(f.phase, f.build, f.wanted, f.committed_by, f.refusal_told, f.epoch, f.checkpoint, f.position,
                    f.stored, f.staged, f.pending, f.committing, f.stopped, f.broken, f.broken_until, f.resumed,
                    f.read_upto, f.table_columns, f.rewind_requested, f.rewind_after, f.rewinding, f.rewound_until,
                    f.rewind_change, f.lost, f.unreadable, f.truncated, f.down, f.planned_stops, f.unplanned_stops);
  }
};

// The whole time without a running job, up to now.
inline sim::Duration down(const Flink& f, sim::Instant now) {
  return f.down + (f.phase == Flink::Phase::running ? sim::Duration{} : now - f.stopped);
}

// What the job reads and writes: the topic and the source's rows in it, and the CDC tables.
struct FlinkIo {
  const Source& source;
  const Topic& topic;
  PerTable<CdcTable>& ledger;
};

class FlinkModel {
 public:
  FlinkModel(const FlinkConfig& config, const CdcTableConfig& table, const KafkaModel& kafka, const SourceModel& source)
      : config_{config}, table_{table}, kafka_{kafka}, source_{source} {}

  void start(Flink&, const PerTable<CdcTable>&, Context&) const;
  void checkpoint(Flink&, FlinkIo, Context&) const;
  void commit(Flink&, FlinkIo, std::uint32_t epoch, Context&) const;
  void deploy(Flink&, FlinkIo, const Build& next, Context&) const;
  void submit(Flink&, FlinkIo, std::uint32_t epoch, Context&) const;
  void bad_code(Flink&, std::uint8_t version, sim::Duration fix, Context&) const;
  void recover(Flink&, FlinkIo, std::uint32_t epoch, Context&) const;
  void rewind(Flink&, FlinkIo, std::uint8_t change, Context&) const;

  const FlinkConfig& config() const { return config_; }

 private:
  sim::Instant frontier(const Flink&, sim::Instant now) const;
  bool read(Flink&, FlinkIo, Context&) const;  // false: met a record that it cannot read
  bool stage(Flink&, const TopicRecord&, FlinkIo, Context&) const;
  void append(Flink&, FlinkIo, std::vector<LedgerRow>& rows, Context&) const;
  void fail(Flink&, Flink::Phase, Context&) const;
  sim::Duration restore(Context&) const;
  bool settle_offsets(Flink&, FlinkIo, Context&) const;
  void run(Flink&, FlinkIo, Context&) const;

  FlinkConfig config_;
  CdcTableConfig table_;
  const KafkaModel& kafka_;
  const SourceModel& source_;
};

}  // namespace converge::models
