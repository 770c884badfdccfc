// A pipeline with a bug in it: the sound one, and a change of mind before or after each event.
//
// The bug sits in the model, never in what judges it: it alters what a component holds or hears, and the monitor and
// the properties look on as they always do. So a property that misses the bug is a hole in the property.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/world.hpp"

namespace converge::support {

class Buggy {
 public:
  using State = models::PipelineState;
  using Event = models::Event;

  struct Bug {
    std::string name;
    // May alter the state and the event before the sound model sees them; false: it never does.
    std::function<bool(State&, Event&, models::Context&)> before;
    // May undo or spoil what the sound model made of `was`.
    std::function<void(State&, const State& was, const Event&, models::Context&)> after;
  };

  Buggy(const models::Pipeline& sound, Bug bug) : sound_{sound}, bug_{std::move(bug)} {}

  const std::vector<sim::Question>& questions() const { return sound_.questions(); }
  void start(State& s, models::Context& out) const { sound_.start(s, out); }
  void handle(State& s, const Event& e, models::Context& out) const {
    if (!bug_.after) return pass_on(s, e, out);
    const State was = s;
    pass_on(s, e, out);
    bug_.after(s, was, e, out);
  }

 private:
  void pass_on(State& s, Event e, models::Context& out) const {
    if (bug_.before && !bug_.before(s, e, out)) return;
    sound_.handle(s, e, out);
  }

  const models::Pipeline& sound_;
  Bug bug_;
};

static_assert(sim::Model<Buggy>);

}  // namespace converge::support
