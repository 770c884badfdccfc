// An Iceberg table's metadata: schemas by field id, snapshots with sequence numbers, optimistic commits with
// validation.
//
// Kept (docs/facts/iceberg.md): field ids in order and never reused (4.1); schema commits that are not retried and lose
// to any other commit on a pointer-swap catalog (2.2, 3.4 o); the snapshot's schema id is the table's at the winning
// attempt (1.2); the validations that engines ask for (3.1, 3.3), decided from what each later snapshot added and
// removed; incremental append scans that skip overwrite and replace (6.1); expiry that forgets history but no row
// (7.1). Left out: manifests, statistics, branches and tags, partition evolution, format versions (deletes are as in
// v2), catalogs other than pointer swap. Files are known by their bucket: which buckets a snapshot added data to,
// removed data from, or put deletes on. A writer's retries of a lost swap take no time: all waits together are 1.65 s
// at the defaults (2.2).
#pragma once

#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <tuple>

#include "models/schema.hpp"
#include "sim/shared_vector.hpp"
#include "sim/time.hpp"

namespace converge::models::iceberg {

using Buckets = std::uint32_t;  // a set of buckets, one bit each
inline constexpr unsigned kBucketsMax = 32;

enum class Operation : std::uint8_t { append, overwrite, replace, remove };

struct Snapshot {
  std::uint32_t id = 0;  // ordinal, from 1; 0 is "no snapshot"
  std::uint32_t parent = 0;
  std::uint32_t sequence = 0;
  std::uint32_t rows_end = 0;  // appended rows that the table holds with this snapshot (CDC table)
  sim::Instant at;
  Buckets added = 0;
  Buckets removed = 0;
  Buckets deletes = 0;
  std::uint32_t checkpoint = 0;  // flink.max-committed-checkpoint-id in its summary; 0: none
  std::uint16_t schema = 0;
  Operation operation = Operation::append;

  bool operator==(const Snapshot&) const = default;
  friend auto fields(const Snapshot& s) {
    return std::tie(s.id, s.parent, s.sequence, s.rows_end, s.at, s.added, s.removed, s.deletes, s.checkpoint, s.schema,
                    s.operation);
  }
};

struct Table {
  boost::container::static_vector<Schema, kSlots> schemas;  // the last is current
  std::uint16_t last_column_id = 0;
  std::uint32_t version = 0;  // metadata versions so far: what a pointer swap compares
  std::uint32_t sequence = 0;
  std::uint32_t next_snapshot = 1;
  sim::SharedVector<Snapshot> snapshots;  // not yet expired, oldest first

  bool operator==(const Table&) const = default;
  friend auto fields(const Table& t) {
    return std::tie(t.schemas, t.last_column_id, t.version, t.sequence, t.next_snapshot, t.snapshots);
  }
};

Table create(const Schema& first);
const Schema& current_schema(const Table&);
Columns columns(const Table&);                               // of the current schema
std::uint32_t head(const Table&);                            // 0: no snapshot yet
const Snapshot* find(const Table&, std::uint32_t snapshot);  // null: expired or never there

Columns widened(const Table&);  // slots whose type is not the first one any more

// ALTER TABLE, staged on metadata `version`: false (CommitFailedException) when anything was committed since.
bool add_column(Table&, std::uint32_t version, Slot, Type, bool required);
bool widen_column(Table&, std::uint32_t version, Slot, Type to);

// What a writer staged, and what it asks to be validated since the snapshot that it was planned on.
struct Staged {
  Operation operation = Operation::append;
  std::uint32_t from = 0;  // the snapshot it was planned on
  Buckets added = 0;
  Buckets removed = 0;
  Buckets deletes = 0;
  bool no_new_data = false;     // serializable: no data file added meanwhile (the filter of a plain key join is `true`)
  bool no_new_deletes = false;  // no delete file added meanwhile
  bool files_exist = false;     // the data files that it replaces or points at are still there
};

enum class Result : std::uint8_t { ok, conflicting_data, conflicting_deletes, missing_files, unknown_history };

Result commit(Table&, const Staged&, sim::Instant now, std::uint32_t rows_end = 0, std::uint32_t checkpoint = 0);

// A commit that changed no row that is tracked: the pointer moves, and so does the sequence number, but the history
// keeps no entry for it. A table with steady traffic commits each checkpoint; this keeps cost with what is tracked.
void touch(Table&);

// Expires what is older than `cutoff`, keeping the newest. How many went.
std::uint32_t expire(Table&, sim::Instant cutoff);

}  // namespace converge::models::iceberg
