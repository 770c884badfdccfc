// The source database: tables with versioned schemas, a workload, DDL at an instant, a log with positions.
//
// Kept: every change gets the next log sequence number (LSN) and is written under the schema of its instant; a DDL
// rewrites no row and makes no row event (kafka-flink-cdc.md 8, row 1); the log is kept for `log_retention`; a backup
// snapshot is taken each `backup_interval` (pinterest-three-phase.md 6). Each change writes all columns anew, so any
// stale value shows. A tracked key stands for as many rows as change for each tracked change. Key 0 stands for all the
// rows that nobody changes; the hot keys come next and are changed again and again, by rank; all other updates meet a
// row that no other change touches. Left out: transactions (a change is one), primary key changes (unsupported by the
// rollout, 4), the statements behind a change. Where there are two tables they share the log, and a key belongs to one
// of them; each has half of the rows, of the hot keys, and of the changes. Left out of that: traffic that differs from
// table to table, foreign keys, transactions over both. Assumption: a new column is non-null in `populated` of the
// changes after the DDL (6, column.populated_share).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "models/event.hpp"
#include "models/per_table.hpp"
#include "models/schema.hpp"
#include "sim/shared_vector.hpp"
#include "sim/time.hpp"

namespace converge::models {

using Lsn = std::uint32_t;  // position in the source's log, from 1; 0: a row that was there before the run
using Key = std::uint32_t;

inline constexpr Key kTheRest = 0;  // the rows that no change touches; of a second table key 1

enum class Op : std::uint8_t { insert, update, remove };

// One change that the scenario spells out, beside the random ones.
struct ScriptedChange {
  sim::Duration at;
  std::string key;
  std::string table{};  // of the key, where there are two
  Op op = Op::update;
  bool populated = true;  // writes a value into every new column
  bool wide = false;      // writes a value beyond the old range of a widened column
};

struct SourceConfig {
  std::int64_t rows = 1'000'000'000;
  std::int32_t changed_per_day_ppm = 20'000;
  std::int32_t hot_keys = 256;
  std::int32_t hot_share_ppm = 400'000;  // of updates and deletes that meet a hot key
  std::int32_t tracked_changes_per_hour = 12;
  std::int32_t daily_peak_permille = 2'000;  // busiest hour over mean
  std::int32_t update_skew_permille = 800;   // Zipf exponent
  std::int32_t inserts_ppm = 200'000;
  std::int32_t deletes_ppm = 20'000;
  sim::Duration log_retention = sim::days(7);
  sim::Duration backup_interval = sim::hours(24);
  std::vector<ScriptedChange> scripted;
};

// What a change makes of the table's schema, and how its values come.
struct ChangeConfig {
  enum class Kind : std::uint8_t { add_column, change_type };
  std::string name;   // of the column
  std::string table;  // that it is of, where there are two
  Kind kind = Kind::add_column;
  Type type = Type::string;  // new type
  Type from = Type::int32;   // change_type: the old one
  bool required = false;
  bool has_default = false;
  bool sensitive = false;  // and the pipeline is not secured: blocked (pinterest-three-phase.md 4)
  bool announced = false;  // the rollout starts at `at`; the DDL is a step of the plan
  sim::Duration at;        // of the DDL, from the start of the run
  std::int32_t populated_ppm = 300'000;
  std::int32_t wide_ppm = 10'000;
};

// The source tables of these changes, by name: where there are two, each has one of the changes, and has its number.
// One without a name: all of them are of the one table.
std::vector<std::string> table_names(const std::vector<ChangeConfig>&);
// The column, with its table in front where there are two.
std::string title(const std::vector<ChangeConfig>&, std::size_t change);

struct Change {
  sim::Instant at;
  Key key = 0;
  Op op = Op::update;
  std::uint8_t schema = 0;  // changes executed before it
  Columns present = 0;      // columns with a value
  Columns wide = 0;         // columns whose value is beyond the old type's range

  bool operator==(const Change&) const = default;
  friend auto fields(const Change& c) { return std::tie(c.at, c.key, c.op, c.schema, c.present, c.wide); }
};

struct KeyState {
  Lsn last = 0;  // position of its newest change
  bool exists = false;
  bool was_there = false;  // before the run
  std::uint8_t table = 0;

  bool operator==(const KeyState&) const = default;
  friend auto fields(const KeyState& k) { return std::tie(k.last, k.exists, k.was_there, k.table); }
};

struct Source {
  sim::SharedVector<Change> log;  // the change with LSN n is at n - 1
  sim::SharedVector<KeyState> keys;
  std::array<Lsn, kChangesMax> ddl_position{};  // changes with a greater LSN are written under the new schema
  std::array<sim::Instant, kChangesMax> ddl_at{};
  std::uint8_t executed = 0;   // DDLs so far, one bit a change
  std::uint8_t schema = 0;     // how many of them
  std::uint16_t scripted = 0;  // scripted changes so far
  sim::Instant
      captured;  // when the connector sees the newest change: it reads in order, so never earlier than the one before

  bool operator==(const Source&) const = default;
  friend auto fields(const Source& s) {
    return std::tie(s.log, s.keys, s.ddl_position, s.ddl_at, s.executed, s.schema, s.scripted, s.captured);
  }
};

// What a cell of the base table holds. The value that the source wrote with LSN n is n + kFirstValue, so each value is
// unique.
using Cell = std::uint32_t;
inline constexpr Cell kNull = 0;
inline constexpr Cell kDefault = 1;    // the column's default
inline constexpr Cell kTruncated = 2;  // cut to the old type's range
inline constexpr Cell kFirstValue = 8;

constexpr Cell value_of(Lsn lsn) { return lsn + kFirstValue; }

class SourceModel {
 public:
  SourceModel(const SourceConfig& config, const std::vector<ChangeConfig>& changes);

  void start(Source&, Context&) const;
  void change(Source&, Context&) const;    // What::source_change
  void scripted(Source&, Context&) const;  // What::source_scripted
  void ddl(Source&, std::uint8_t change, Context&) const;

  const SourceConfig& config() const { return config_; }
  const std::vector<ChangeConfig>& changes() const { return changes_; }
  std::int64_t rows_per_day() const;  // that change
  std::int64_t weight() const;        // rows that one tracked key stands for

  std::size_t tables() const { return tables_; }
  std::size_t table_of(std::size_t change) const { return tables_ == 1 ? 0 : change; }
  std::int64_t rows_at_rest() const { return config_.rows / static_cast<std::int64_t>(tables_); }  // of one table
  // What a table may have of columns: those of no change, and those of its own changes.
  Columns columns_of(std::size_t table) const { return columns_[table]; }

  // The cell that a right copy of the row of position `lsn` has in `slot`, as the source is now.
  Cell truth(const Source&, Lsn lsn, Slot slot) const;
  const Change& at(const Source& s, Lsn lsn) const { return s.log[lsn - 1]; }
  bool exists_at(const Source&, Key, Lsn) const;
  // The newest position whose change is no younger than `when`.
  Lsn position_at(const Source&, sim::Instant when) const;

 private:
  void append(Source&, Change, Context&) const;
  std::uint8_t draw_table(std::uint64_t bits) const;
  sim::Duration pause(sim::Instant now, std::uint64_t bits) const;

  SourceConfig config_;
  std::vector<ChangeConfig> changes_;
  std::vector<std::uint64_t> cumulative_;     // weights of keys by rank, summed up
  std::vector<Key> scripted_keys_;            // the key of each scripted change
  std::vector<std::uint8_t> tables_of_keys_;  // at the start
  std::size_t tables_ = 1;
  std::array<Columns, kTablesMax> columns_{};
};

}  // namespace converge::models
