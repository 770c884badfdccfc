// What the search for the worst schedule (sim/worst.hpp) sees of a run of the pipeline.
//
// The margin is the least over the properties that are aimed at, in parts per million of what each allows, so that
// hours of freshness and hours of convergence can be compared: 1'000'000 is untouched, 0 the limit. A count (of lost
// rows, of failed reads) has no way towards its limit, so it is untouched while it is 0, and negative at once.
//
// A feature is the abstract state: how far each rollout is, which tables and jobs have which change, the phases of the
// jobs, what diverges. It is looked at after every event, and counts where it differs from the one before.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/run.hpp"
#include "sim/worst.hpp"

namespace converge::models {

// Looks on while a run goes on.
class Watcher {
 public:
  void look(const PipelineState&, sim::Instant now);
  // Over: what the run showed. `property` names the one that is aimed at; empty: all of them.
  sim::Tried judge(const Pipeline&, const PipelineState&, const std::string& property, sim::Record) &&;

 private:
  std::array<std::uint64_t, 4> last_{};
  std::uint64_t progress_ = 0;               // of the rollouts
  std::optional<sim::Instant> progress_at_;  // when they last moved, once there is one
  sim::Duration longest_;                    // that they stood still
  std::optional<sim::Instant> longest_from_;
  std::vector<sim::Reached> reached_;
  std::vector<std::uint64_t> seen_;  // sorted
};

// One run of `model`, which is `pipeline` or differs from it in behaviour alone, up to the horizon.
template <class M>
sim::Tried attempt(const M& model, const Pipeline& pipeline, sim::Chooser& chooser, const std::string& property = {}) {
  sim::Record record;
  sim::Trace trace{&record};
  Watcher watcher;
  sim::WorldOf<M> world = sim::initial(model, chooser, trace);
  const sim::Instant horizon = sim::Instant{} + pipeline.config().horizon;
  while (!world.agenda.pending.empty() && world.agenda.pending.front().at <= horizon) {
    sim::step(model, world, chooser, trace);
    watcher.look(world.state, world.agenda.now);
  }
  world.agenda.now = horizon;
  last_look(pipeline, world, chooser, trace);
  return std::move(watcher).judge(pipeline, world.state, property, std::move(record));
}

}  // namespace converge::models
