// The two Iceberg tables of a source table: the append-only CDC table (one row per change event) and the base table
// (one row per key). Of two source tables each has both of its own.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "models/iceberg.hpp"
#include "models/per_table.hpp"
#include "models/schema.hpp"
#include "models/source.hpp"
#include "sim/shared_vector.hpp"

namespace converge::models {

struct CdcTableConfig {
  bool keeps_raw = false;  // the raw payload is kept beside the typed columns, so that Spark can parse it again
  sim::Duration snapshot_expiry = sim::days(5);
};

struct BaseTableConfig {
  std::int32_t buckets = 16;  // bucket(n, primary key)
  sim::Duration snapshot_expiry = sim::days(5);
};

// One change event, as one Flink build wrote it.
struct LedgerRow {
  Lsn lsn = 0;
  Key key = 0;
  Op op = Op::update;
  std::uint8_t build = 0;  // version of the build that wrote this copy
  Columns present = 0;     // typed columns with a value
  Columns wrong = 0;       // of these, cut to the old type's range
  Columns wide = 0;        // beyond the old type's range, and whole
  Columns raw = 0;         // columns that the raw payload carries, where it is kept

  bool operator==(const LedgerRow&) const = default;
  friend auto fields(const LedgerRow& r) {
    return std::tie(r.lsn, r.key, r.op, r.build, r.present, r.wrong, r.wide, r.raw);
  }
};

struct CdcTable {
  iceberg::Table table;
  sim::SharedVector<LedgerRow> rows;  // in commit order; a snapshot's rows end at its rows_end

  bool operator==(const CdcTable&) const = default;
  friend auto fields(const CdcTable& t) { return std::tie(t.table, t.rows); }
};

struct BaseRow {
  Lsn lsn = 0;  // position of the change that the row was last written from
  bool exists = false;
  bool written = false;    // ever written during the run; else it is as before it
  std::uint8_t build = 0;  // of the copy it was written from
  std::array<Cell, kSlots> cells{};

  bool operator==(const BaseRow&) const = default;
  friend auto fields(const BaseRow& r) { return std::tie(r.lsn, r.exists, r.written, r.build, r.cells); }
};

// The base tables: the metadata of each, and the rows of all, by key, for a key belongs to one table.
struct BaseTable {
  PerTable<iceberg::Table> table;
  sim::SharedVector<BaseRow> rows;

  bool operator==(const BaseTable&) const = default;
  friend auto fields(const BaseTable& t) { return std::tie(t.table, t.rows); }
};

}  // namespace converge::models
