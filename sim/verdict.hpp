// The answer, as plain data: what a run did and whether the claims held. Reports read this and never a model.
//
// Times count from the start of the run. A margin says how far a property stayed from being violated, in the property's
// unit: at least 0 when it holds, below 0 when it does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/time.hpp"

namespace converge::sim {

enum class Outcome : std::uint8_t { converged, violated, inconclusive, vacuous };

struct PropertyResult {
  // Reachability: something must happen at least once. A run in which it does not breaks nothing, and says nothing.
  enum class Kind : std::uint8_t { safety, liveness, availability, reachability };
  enum class Unit : std::uint8_t { duration, rows, changes, reads, jobs, layers, version, count };

  std::string name;   // "no-row-lost": stable, in kebab case
  std::string claim;  // "No change is lost between the source and the tables."
  Kind kind = Kind::safety;
  bool holds = false;
  std::int64_t margin = 0;  // microseconds where the unit is a duration
  Unit unit = Unit::changes;
  std::string detail;  // what was measured: "3 changes lost; worst at d1 14:05:00"
};

struct FaultCount {
  std::string kind;       // "spark/merge failure: fails before its commit"
  bool declared = false;  // the scenario gives it a probability, or forces it
  std::uint64_t fired = 0;
};

// A step of the rollout, from when it could begin to when it was over.
struct Phase {
  enum class Status : std::uint8_t { not_reached, waiting, running, done, failed };

  std::string name;        // "deploy_flink"; with several changes "discount: deploy_flink"
  std::uint8_t stage = 0;  // 0: control plane; 1: schema, 2: code, 3: data convergence
  Status status = Status::not_reached;
  std::optional<Instant> ready;  // its predecessors were over; the wait until `started` is for a slot
  std::optional<Instant> started;
  std::optional<Instant> finished;
  bool disagreed = false;  // layers really disagreed at some moment while it ran
};

struct Sample {
  Instant at;
  std::int64_t value = 0;
};

// One choice whose answer was not the nominal one.
struct DeviationText {
  std::string actor;
  std::string choice;
  std::uint32_t occurrence = 0;  // from 1: "run 7"
  std::string nominal;
  std::string answer;
  std::string text;  // "flink: restore 1 took 30 h (usual 4 min)"
  bool fault = false;
  Instant at;
};

struct StoryLine {
  Instant at;
  std::string actor;
  std::string text;
};

struct RunResult {
  std::string command;  // "run" or "replay"
  std::string file;
  std::string title;
  std::uint64_t fingerprint = 0;  // of the scenario
  Outcome outcome = Outcome::inconclusive;
  std::string strength;                  // over what the verdict holds, in one sentence
  std::string sentence;                  // the verdict in one sentence
  std::vector<std::string> vacuous_for;  // why it says nothing
  Duration sla;
  Duration horizon;
  std::optional<Instant> changed;       // the first DDL or announcement: where the window begins
  std::optional<Duration> convergence;  // from there until all layers agree for good; of the slowest change
  std::optional<Duration> margin;       // sla - convergence, of the change with the least
  std::uint64_t events = 0;
  std::uint64_t trace_hash = 0;
  std::vector<PropertyResult> properties;
  std::vector<FaultCount> faults;
  std::vector<Phase> phases;
  std::vector<Sample> schema;  // layers; each value holds until the next sample
  std::vector<Sample> code;    // jobs
  std::vector<Sample> data;    // rows
  std::optional<std::uint64_t> seed;
  std::vector<DeviationText> deviations;

  // What readers saw, and what the rollout cost.
  std::uint64_t reads = 0;
  std::uint64_t reads_failed = 0;
  std::int64_t nulls_worst = 0;  // most rows with a null that the source does not have, at one read
  std::int64_t stale_worst = 0;  // most rows beyond the freshness objective, at one read
  Duration stalest;              // oldest missing change
  std::int64_t diverged_at_end = 0;
  std::int64_t nulls_at_end = 0;
  std::int64_t wrong_at_end = 0;  // rows with a value that the source does not have there: older, or cut
  std::uint64_t merges_committed = 0;
  std::uint64_t merges_stalled = 0;  // runs that could not be analysed, or met a value too wide
  std::uint64_t merges_lost = 0;     // conflicts and crashes
  Duration flink_down;
  std::uint64_t changes = 0;       // tracked ones
  std::uint64_t changes_lost = 0;  // that never reached the CDC table, or that merges skipped for good
  std::vector<StoryLine> story;    // only if asked for
};

}  // namespace converge::sim
