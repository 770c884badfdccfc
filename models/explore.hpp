// Every schedule of a pipeline within bounds, and the exact answer over them. Here the explorer's templates meet the
// pipeline. Its floating point counts schedules and weighs them once all is explored; it decides nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "models/run.hpp"
#include "sim/cut.hpp"
#include "sim/explore.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

struct Bounds {
  sim::CutOptions cut;                      // which answers are tried, and how many faults
  std::optional<std::uint16_t> deviations;  // answers other than the usual one in a schedule, at most
  bool reduction = true;                    // orders only of events that touch the same
  std::vector<sim::Deviation> given;        // answers that every schedule has
};

struct Explored {
  sim::ExploreResult result;           // but for what only the caller knows: file, title, fingerprint, saved schedules
  std::vector<sim::Schedule> stories;  // of each counterexample, in order
  std::optional<sim::Schedule> worst;  // of the worst case
};

// What cannot be explored at all, in words: too many answers to one question. Empty: nothing.
std::vector<std::string> unexplorable(const Pipeline&, const Bounds&);

// Where an exploration that ends before all is explored is kept, for another to go on from.
struct Checkpoint {
  std::string file;               // empty: nowhere
  std::uint64_t fingerprint = 0;  // of the scenario
};

// Thrown when the checkpoint cannot be read, is of another exploration, or cannot be written.
struct NoCheckpoint {
  std::string why;
};

// `probability`: of missing the window, too; then with no limit on deviations.
Explored explore(const Pipeline&, const Bounds&, sim::ExploreOptions, bool probability, const Checkpoint& = {});

// The greatest time to convergence of all schedules within bounds; none: some never converge, or they are too many.
std::optional<sim::Duration> worst_convergence(const Pipeline&, const Bounds&);

}  // namespace converge::models
