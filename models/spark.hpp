// The Spark jobs over the base table: the periodic MERGE from the CDC table by watermark, and the backfill.
//
// Kept (docs/facts/spark.md 1, 2, 3.2, 4, 5.3): schemas and snapshots are taken when a run starts; a name that
// does not resolve fails the run before it does anything, and the watermark stays; the latest change per key of the
// batch is merged, by source position; a run's rows show at its commit or not at all; a failed validation is final for
// the run and the next tick takes the same rows; no Spark layer retries a statement; the build is read when a run
// starts. Over two tables it is one job: a tick starts one run, whose build is the same for both, and which merges each
// table by a statement, with a commit, a watermark and a validation of its own. Assumption: the driver sends the
// statements side by side, so that each takes its own time, a statement that cannot be resolved or fails leaves the
// other alone, and a tick passes over a table whose statement is still going on; a backfill is of one table and pauses
// that one's statement alone. Left out: a driver that sends one statement after the other, or gives up at the first
// that fails. Three forms of column lists, four guards, three places for the watermark, two overlap policies, two
// isolation levels, two write modes. Left out: executors, partial failures inside a run, catalog caches (the setting
// for a driver that reads tables of others is "off", 1.2), schema auto-merge (MERGE has none in 3.5), the second
// evaluation of the source (snapshots are pinned).
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "models/event.hpp"
#include "models/monitor.hpp"
#include "models/source.hpp"
#include "models/tables.hpp"
#include "sim/cadence.hpp"
#include "sim/time.hpp"

namespace converge::models {

struct MergeConfig {
  // How the statement lists columns: by name, what the INSERT does not name becomes null (Spark 3.5); by name, and the
  // INSERT must name every column of the target (Spark up to 3.3 with Iceberg); `UPDATE SET * / INSERT *`, expanded
  // over the target's columns.
  enum class Form : std::uint8_t { named, strict, star };
  // Which source row may overwrite which target row.
  enum class Guard : std::uint8_t { none, position_at_least, position_greater, position_and_build };
  enum class Watermark : std::uint8_t { snapshot, position };  // what it holds
  enum class Saved : std::uint8_t { before, after, in_commit };
  enum class Overlap : std::uint8_t { skip, queue };
  enum class Isolation : std::uint8_t { serializable, snapshot };
  enum class Mode : std::uint8_t { merge_on_read, copy_on_write };
  enum class Overflow : std::uint8_t { fail, wrap };  // of a build that still casts to the narrow type

  sim::Duration every = sim::minutes(15);
  sim::Duration offset;
  bool any_offset = false;  // nobody knows it: a choice
  sim::Window duration{sim::minutes(1), sim::minutes(6), sim::minutes(40)};
  sim::Window deploy{sim::minutes(1), sim::minutes(10), sim::minutes(30)};
  Form form = Form::named;
  Guard guard = Guard::none;
  Watermark watermark = Watermark::snapshot;
  Saved watermark_saved = Saved::in_commit;
  Overlap overlap = Overlap::skip;
  Isolation isolation = Isolation::serializable;
  Mode mode = Mode::merge_on_read;
  Overflow on_overflow = Overflow::fail;
  std::int32_t failure_ppm = 0;  // fault: per run
};

struct BackfillConfig {
  // What it reads (pinterest-three-phase.md 3.3): typed rows of the CDC table; the raw payload kept there; a snapshot
  // of the source; Kafka again, by the new Flink build.
  enum class Kind : std::uint8_t { remerge, reparse, bootstrap, rewind };
  enum class Snapshot : std::uint8_t { at_start, last_backup };  // bootstrap: which snapshot of the source
  enum class Watermark : std::uint8_t {
    snapshot,
    ddl,
    cut_over,
    keep
  };  // bootstrap: where the merge's watermark goes after it
  enum class From : std::uint8_t { ddl, spark_deploy, flink_deploy };  // remerge, reparse: from which instant
  enum class Write : std::uint8_t { replace, merge };  // bootstrap: override the table, or MERGE into it
  enum class MissingColumn : std::uint8_t { wait, fail };
  enum class Start : std::uint8_t { at_once, after_next_merge };  // once its column is there

  Kind kind = Kind::bootstrap;
  Snapshot snapshot = Snapshot::at_start;
  Watermark watermark = Watermark::snapshot;
  From from = From::ddl;
  Write write = Write::replace;
  MergeConfig::Guard guard = MergeConfig::Guard::none;  // of a backfill that is a MERGE
  MissingColumn missing_column = MissingColumn::wait;
  Start start = Start::at_once;
  bool pauses_merges = true;
  std::int32_t attempts = 3;
  sim::Duration retry_delay = sim::minutes(5);
  sim::Window duration{sim::minutes(17), sim::hours(2), sim::hours(24)};
  std::int32_t failure_ppm = 0;  // fault: per attempt
};

// What has been merged: the CDC table's rows up to `row`, but those with a position above `floor` only.
struct Watermark {
  std::uint32_t snapshot = 0;
  std::uint32_t row = 0;
  Lsn floor = 0;

  bool operator==(const Watermark&) const = default;
  friend auto fields(const Watermark& w) { return std::tie(w.snapshot, w.row, w.floor); }
};

// Of one table.
struct Merge {
  Build live;  // the next run's build, the same for all tables
  Watermark watermark;
  bool running = false;
  bool queued = false;  // a tick came while a run was going on
  bool paused = false;
  std::uint32_t run = 0;  // runs started
  std::uint32_t epoch = 0;
  // The running one: what it took when it started.
  Build build;
  Watermark from;            // reads the rows behind this
  Watermark upto;            // up to these
  std::uint32_t target = 0;  // base table's snapshot
  Columns target_columns = 0;
  Columns source_columns = 0;
  std::uint8_t failure = 0;  // what will befall it
  // What happened, for the verdict.
  std::uint32_t committed = 0;
  std::uint32_t unresolved = 0;
  std::uint32_t conflicts = 0;
  std::uint32_t crashed = 0;
  std::uint32_t skipped = 0;
  std::uint32_t expired = 0;     // runs that found their starting snapshot expired
  std::uint32_t overflowed = 0;  // runs that met a value wider than its type
  bool blocked = false;          // the last run could not be analysed

  bool operator==(const Merge&) const = default;
  friend auto fields(const Merge& m) {
    return std::tie(m.live, m.watermark, m.running, m.queued, m.paused, m.run, m.epoch, m.build, m.from, m.upto,
                    m.target, m.target_columns, m.source_columns, m.failure, m.committed, m.unresolved, m.conflicts,
                    m.crashed, m.skipped, m.expired, m.overflowed, m.blocked);
  }
};

struct Backfill {
  enum class Phase : std::uint8_t { idle, waiting, retrying, running };
  Phase phase = Phase::idle;
  std::uint8_t change = 0;
  Build build;
  std::uint16_t attempt = 0;
  std::uint32_t epoch = 0;
  Lsn snapshot = 0;           // position of the source snapshot that it reads
  std::uint32_t target = 0;   // base table's snapshot at its start
  std::uint32_t row_end = 0;  // CDC table's rows at its start
  bool after_merge = false;   // starts when the next run, or the one that is going on, is over
  bool fails = false;         // what will befall this attempt
  // One more than the source's newest position when each change's build went live; 0: it has not.
  std::array<Lsn, kChangesMax> spark_deployed{};
  std::array<Lsn, kChangesMax> flink_deployed{};
  std::uint32_t done = 0;
  std::uint32_t failed = 0;
  std::uint32_t rows_written = 0;

  bool operator==(const Backfill&) const = default;
  friend auto fields(const Backfill& b) {
    return std::tie(b.phase, b.change, b.build, b.attempt, b.epoch, b.snapshot, b.target, b.row_end, b.after_merge,
                    b.fails, b.spark_deployed, b.flink_deployed, b.done, b.failed, b.rows_written);
  }
};

// What a statement or a backfill of one table reads and writes.
struct SparkIo {
  const Source& source;
  const CdcTable& ledger;
  BaseTable& base;
  Monitor& monitor;
  std::size_t table = 0;

  iceberg::Table& target() const { return base.table[table]; }
};

class SparkModel {
 public:
  SparkModel(const MergeConfig& merge, const BackfillConfig& backfill, const BaseTableConfig& base,
             const CdcTableConfig& ledger, const SourceModel& source, const MonitorModel& monitor)
      : merge_{merge}, backfill_{backfill}, base_{base}, ledger_{ledger}, source_{source}, monitor_{monitor} {}

  void start(BaseTable&, const Source&, Context&) const;
  void next_tick(Context& out) const { out.after(merge_.every, {.what = What::merge_tick}); }
  void tick(Merge&, Backfill&, SparkIo, Context&) const;
  void commit(Merge&, Backfill&, SparkIo, std::uint32_t epoch, Context&) const;

  void request(Backfill&, SparkIo, std::uint8_t change, const Build&, Context&) const;
  // A table was altered: a backfill may have waited for that.
  void column_arrived(Backfill&, SparkIo, Context&) const;
  void begin(Backfill&, Merge&, SparkIo, std::uint32_t epoch, Context&) const;
  void finish(Backfill&, Merge&, SparkIo, std::uint32_t epoch, Context&) const;
  void rewound(Backfill&) const;  // Flink has read again what a rewind asked for

  const MergeConfig& merge() const { return merge_; }
  const BackfillConfig& backfill() const { return backfill_; }

 private:
  // A MERGE as analysed: what its clauses assign, and how they read a source row.
  struct Statement {
    Columns assigned = 0;
    Build build;
    bool parses_raw = false;
    MergeConfig::Guard guard = MergeConfig::Guard::none;
  };
  // One row of its source.
  struct SourceRow {
    Key key = 0;
    Lsn lsn = 0;
    Op op = Op::update;
    std::uint8_t build = 0;
    std::array<Cell, kSlots> cells{};
  };

  void begin_run(Merge&, Backfill&, SparkIo, Context&) const;
  void end_run(Merge&, Backfill&, SparkIo, Context&) const;
  void run_over(Backfill&, Context&) const;
  Columns unresolved(const Build&, Columns source, Columns target) const;
  Build for_table(Build, std::size_t table) const;
  bool overflows(const Merge&, SparkIo, Context&) const;
  bool ready(const Backfill&, SparkIo) const;
  iceberg::Buckets bucket(Key) const;
  iceberg::Staged staged(iceberg::Buckets touched, std::uint32_t from) const;
  BaseRow before_the_run(const KeyState&) const;
  const BaseRow& row(SparkIo, Key) const;
  SourceRow source_row(const Statement&, const LedgerRow&) const;
  std::vector<std::uint32_t> latest(std::uint32_t begin, std::uint32_t end, Lsn floor, const CdcTable&) const;
  void merge_row(const Statement&, const SourceRow&, SparkIo, Context&) const;
  void write(SparkIo, Key, const BaseRow& next, Context&) const;
  std::uint32_t replace_all(const Backfill&, SparkIo, Context&) const;
  std::uint32_t merge_source(const Backfill&, SparkIo, Context&) const;
  std::uint32_t merge_ledger(const Backfill&, SparkIo, Context&) const;
  void move_watermark(const Backfill&, Merge&, SparkIo) const;
  void retry(Backfill&, Merge&, SparkIo, Context&) const;
  void resume_merges(Merge&, SparkIo, Context&) const;

  MergeConfig merge_;
  BackfillConfig backfill_;
  BaseTableConfig base_;
  CdcTableConfig ledger_;
  const SourceModel& source_;
  const MonitorModel& monitor_;
};

}  // namespace converge::models
