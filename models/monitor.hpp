// What is measured while a run goes on: divergence per layer, staleness, and what must never happen. It only looks.
//
// Divergence, per layer and over time: schema: layers (source, CDC table, base table) that do not have a change that
// another one has; code: jobs (Flink, Spark) whose build does not know a change that some layer has; data: weighted
// base rows that are wrong for their own position (a null, a default or another value than the source has there), or
// that miss a change for longer than the freshness objective. A change concerns the layers and rows of its own table;
// jobs are shared. So over two tables figures are sums, and the oldest missing change is that of whichever table. The
// lag of a healthy pipeline is not divergence.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "models/event.hpp"
#include "models/source.hpp"
#include "models/tables.hpp"
#include "sim/shared_vector.hpp"
#include "sim/time.hpp"

namespace converge::models {

struct ReadersConfig {
  sim::Duration every = sim::minutes(15);
  sim::Duration freshness = sim::minutes(75);  // objective: age of the oldest change that the base table misses
  enum class Adopt : std::uint8_t {
    never,
    table_altered,
    rollout_done
  };  // from when their queries name the new column
  Adopt adopt = Adopt::rollout_done;
};

// Why a base row differs from the source: one bit a change's column, and four more.
using Reasons = std::uint8_t;
inline constexpr Reasons kOtherValue =
    1U << 4U;  // of the wrong columns, some hold a value that the source does not have there
inline constexpr Reasons kWrong = 1U << 5U;    // a column that no change touched, or the row's existence
inline constexpr Reasons kStale = 1U << 6U;    // misses a change for longer than the objective
inline constexpr Reasons kNullish = 1U << 7U;  // of the wrong columns, some are null

struct Divergence {
  std::int64_t schema = 0;  // layers
  std::int64_t code = 0;    // jobs
  std::int64_t data = 0;    // rows

  bool operator==(const Divergence&) const = default;
  friend auto fields(const Divergence& d) { return std::tie(d.schema, d.code, d.data); }
};

struct Monitor {
  sim::SharedVector<Reasons> rows;           // by key: why it differs
  std::array<std::uint32_t, 8> differing{};  // tracked keys for each reason
  std::uint32_t diverged = 0;                // tracked keys with any
  Lsn next_missing = 1;                      // the oldest change that the base table does not have yet
  Lsn next_young = 1;                        // changes before it have been looked at for staleness
  Divergence now;
  std::array<Divergence, kChangesMax> change{};
  std::array<sim::Instant, kChangesMax> first{};    // when a change first made layers differ
  std::array<sim::Instant, kChangesMax> agreed{};   // since when its three are zero
  std::array<sim::Instant, kChangesMax> altered{};  // since when its schema divergence is zero
  std::uint8_t opened = 0;                          // changes that have been seen, one bit each
  std::uint8_t open = 0;                            // of these, not zero now
  std::array<std::uint8_t, 3> tables{};             // columns of source, CDC table, base table, by change: one bit each
  std::array<std::uint8_t, 2> jobs{};               // changes that Flink's and Spark's build know
  sim::Duration stalest;                            // worst age of a missing change
  sim::Instant stalest_at;
  std::uint32_t regressions = 0;  // rows written from an older change than before
  std::uint32_t reads = 0;
  std::uint32_t failed_reads = 0;
  std::int64_t worst_nulls = 0;  // most rows with a wrong null that a read saw
  std::int64_t worst_stale = 0;
  std::uint8_t adopted = 0;  // changes whose column the readers' queries name

  bool operator==(const Monitor&) const = default;
  friend auto fields(const Monitor& m) {
    return std::tie(m.rows, m.differing, m.diverged, m.next_missing, m.next_young, m.now, m.change, m.first, m.agreed,
                    m.altered, m.opened, m.open, m.tables, m.jobs, m.stalest, m.stalest_at, m.regressions, m.reads,
                    m.failed_reads, m.worst_nulls, m.worst_stale, m.adopted);
  }
};

class MonitorModel {
 public:
  MonitorModel(const ReadersConfig& config, const SourceModel& source, std::size_t changes)
      : config_{config}, source_{source}, changes_{changes} {}

  void start(Monitor&, const Source&, Context&) const;
  // A row of before the run is tracked from now on: it may lack a default already.
  void row_appeared(Monitor&, const Source&, const BaseTable&, Key) const;
  // `before` is the row as it was.
  void row_written(Monitor&, const Source&, const BaseTable&, Key, const BaseRow& before, Context&) const;
  // The source's truth about old rows moved (a DDL with a default).
  void truth_moved(Monitor&, const Source&, const BaseTable&) const;
  // Before rows are written, and whenever somebody looks: how old is the oldest change that is missing?
  void look(Monitor&, const Source&, const BaseTable&, Context&) const;
  // The oldest change that the base table does not have; one more than the newest: it has all.
  Lsn oldest_missing(const Monitor&, const Source&, const BaseTable&) const;
  void layers(Monitor&, const Source&, const PerTable<CdcTable>&, const BaseTable&, const Build& flink,
              const Build& spark) const;
  // Tells the divergence, if it is another than before.
  void tell(Monitor&, Context&) const;
  void poll(Monitor&, const Source&, const BaseTable&, Context&) const;

  const ReadersConfig& config() const { return config_; }
  // Weighted rows; those that nobody changes are one block of each table.
  std::int64_t rows(const Monitor& m, unsigned reason) const {
    return m.differing[reason] * source_.weight() + at_rest(m, static_cast<Reasons>(1U << reason));
  }
  std::int64_t null_rows(const Monitor& m) const { return rows(m, 7); }
  std::int64_t other_value_rows(const Monitor& m) const { return rows(m, 4); }
  std::int64_t stale_rows(const Monitor& m) const { return rows(m, 6); }
  std::int64_t diverged_rows(const Monitor& m) const {
    return m.diverged * source_.weight() + at_rest(m, static_cast<Reasons>(~0U));
  }

 private:
  // Rows that nobody changes and that differ for one of these reasons.
  std::int64_t at_rest(const Monitor& m, Reasons why) const {
    std::int64_t rows = 0;
    for (std::size_t t = 0; t < source_.tables() && t < m.rows.size(); ++t) {
      if ((m.rows[kTheRest + t] & why) != 0) rows += source_.rows_at_rest();
    }
    return rows;
  }
  bool arrived(const Source&, const BaseTable&, Lsn) const;
  Reasons reasons(const Source&, const BaseTable&, Key) const;
  void set(Monitor&, Key, Reasons) const;

  ReadersConfig config_;
  const SourceModel& source_;
  std::size_t changes_;
};

}  // namespace converge::models
