// The change data capture connector: one Debezium task on Kafka Connect.
//
// Kept (docs/facts/kafka-flink-cdc.md 2, 5, 9): reads the log in order with a lag; offsets are flushed every 60 s, so a
// crash hands over everything after the flushed position again, in order (at least once); a lost worker's task stays
// unassigned for minutes; a position that the source's log no longer has fails the connector for good; a DDL reaches
// the control plane as a message of its own, which may be lost (pinterest-three-phase.md 2). A partition without leader
// holds up the whole task: it is one producer, and it keeps order. Left out: snapshots (initial and incremental),
// heartbeats, tombstones, schema history: only deletes with op=d are carried.
#pragma once

#include <cstdint>
#include <tuple>

#include "models/event.hpp"
#include "models/kafka.hpp"
#include "models/source.hpp"
#include "sim/time.hpp"

namespace converge::models {

struct CdcConfig {
  sim::Window lag{sim::milliseconds(100), sim::seconds(1), sim::seconds(60)};
  sim::Duration flush_interval = sim::seconds(60);  // offset.flush.interval.ms
  std::int32_t crash_ppm = 0;                       // fault: per change
  sim::Window failover{sim::seconds(10), sim::minutes(5), sim::hours(2)};
};

struct Cdc {
  enum class Phase : std::uint8_t { running, down, failed };
  Phase phase = Phase::running;
  Lsn position = 0;           // handed over up to here
  Lsn flushed = 0;            // stored: where a crash resumes
  std::int64_t interval = 0;  // number of that interval
  sim::Instant back;          // when it is running again
  Lsn led = 0;                // a leader is lost at most once a change, however often that is handed over
  Lsn tried = 0;  // and the connector crashes at most once at it: else a long backlog would never be through

  bool operator==(const Cdc&) const = default;
  friend auto fields(const Cdc& c) {
    return std::tie(c.phase, c.position, c.flushed, c.interval, c.back, c.led, c.tried);
  }
};

class CdcModel {
 public:
  explicit CdcModel(const CdcConfig& config) : config_{config} {}

  // Reads the log up to `upto` and hands it to the topic.
  void pump(Cdc&, const Source&, Topic&, const SourceModel&, const KafkaModel&, Lsn upto, Context&) const;
  void recover(Cdc&, const Source&, const SourceModel&, Context&) const;

  // From when on it hands over what is written to the log now; never, if it has failed.
  sim::Instant reads_from(const Cdc&, sim::Instant now) const;

  const CdcConfig& config() const { return config_; }

 private:
  CdcConfig config_;
};

}  // namespace converge::models
