#include "models/iceberg.hpp"

#include <algorithm>
#include <cassert>

namespace converge::models::iceberg {

namespace {

void add_schema(Table& table, Schema next) {
  next.id = static_cast<std::uint16_t>(current_schema(table).id + 1);
  table.schemas.push_back(next);
  ++table.version;
}

bool changes_data(Operation operation) { return operation == Operation::append || operation == Operation::overwrite; }

// Decides from the snapshots committed after `from`, as validationHistory does (iceberg.md 3.1).
Result validate(const Table& table, const Staged& staged) {
  if (!staged.no_new_data && !staged.no_new_deletes && !staged.files_exist) return Result::ok;
  if (staged.from == head(table)) return Result::ok;
  // A row delta wants its start among the ancestors; who replaces whole files is content with the start's child (3.4
  // e).
  const bool replaces_files = staged.removed != 0;
  const std::uint32_t oldest = table.snapshots.front().id;
  if (staged.from + 1 < oldest) return Result::unknown_history;
  if (staged.from + 1 == oldest && staged.from != 0 && !replaces_files) return Result::unknown_history;
  for (const Snapshot& s : table.snapshots) {
    if (s.id <= staged.from) continue;
    const Buckets mine = staged.removed | staged.deletes;
    if (staged.files_exist && (s.removed & mine) != 0) return Result::missing_files;
    const Buckets deletes =
        replaces_files ? s.deletes & mine : s.deletes;  // a row delta looks at those on any file (3.4 j)
    if (staged.no_new_deletes && deletes != 0 && s.operation != Operation::replace) return Result::conflicting_deletes;
    if (staged.no_new_data && s.added != 0 && changes_data(s.operation)) return Result::conflicting_data;
  }
  return Result::ok;
}

}  // namespace

Table create(const Schema& first) {
  Table table;
  table.schemas.push_back(first);
  for (const Column& c : first.columns) table.last_column_id = std::max(table.last_column_id, c.id);
  return table;
}

const Schema& current_schema(const Table& table) {
  assert(!table.schemas.empty());
  return table.schemas.back();
}

Columns columns(const Table& table) { return slots(current_schema(table)); }

std::uint32_t head(const Table& table) { return table.snapshots.empty() ? 0 : table.snapshots.back().id; }

const Snapshot* find(const Table& table, std::uint32_t snapshot) {
  // Ids are ordinals without gaps, so the place follows from the oldest that is left.
  if (table.snapshots.empty() || snapshot < table.snapshots.front().id || snapshot > head(table)) return nullptr;
  return &table.snapshots[snapshot - table.snapshots.front().id];
}

Columns widened(const Table& table) {
  Columns set = 0;
  for (const Column& c : current_schema(table).columns) {
    if (c.widened) set = static_cast<Columns>(set | bit(c.slot));
  }
  return set;
}

bool add_column(Table& table, std::uint32_t version, Slot slot, Type type, bool required) {
  if (table.version != version) return false;
  Schema next = current_schema(table);
  next.columns.push_back({++table.last_column_id, slot, type, required});
  add_schema(table, next);
  return true;
}

bool widen_column(Table& table, std::uint32_t version, Slot slot, Type to) {
  if (table.version != version) return false;
  Schema next = current_schema(table);
  for (Column& c : next.columns) {
    if (c.slot == slot) c.type = to, c.widened = true;
  }
  add_schema(table, next);
  return true;
}

Result commit(Table& table, const Staged& staged, sim::Instant now, std::uint32_t rows_end, std::uint32_t checkpoint) {
  const Result result = validate(table, staged);
  if (result != Result::ok) return result;
  ++table.version;
  ++table.sequence;
  table.snapshots.push_back({.id = table.next_snapshot,
                             .parent = head(table),
                             .sequence = table.sequence,
                             .rows_end = rows_end,
                             .at = now,
                             .added = staged.added,
                             .removed = staged.removed,
                             .deletes = staged.deletes,
                             .checkpoint = checkpoint,
                             .schema = current_schema(table).id,
                             .operation = staged.operation});
  ++table.next_snapshot;
  return Result::ok;
}

void touch(Table& table) {
  ++table.version;
  ++table.sequence;
}

std::uint32_t expire(Table& table, sim::Instant cutoff) {
  if (table.snapshots.empty()) return 0;
  const auto newest = std::prev(table.snapshots.end());  // min-snapshots-to-keep is 1
  const auto keep = std::find_if(table.snapshots.begin(), newest, [&](const Snapshot& s) { return s.at >= cutoff; });
  const auto gone = static_cast<std::uint32_t>(keep - table.snapshots.begin());
  if (gone == 0) return 0;
  table.snapshots.erase_front(gone);
  ++table.version;
  return gone;
}

}  // namespace converge::models::iceberg
