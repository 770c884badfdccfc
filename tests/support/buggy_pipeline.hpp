// A pipeline with a bug in it: the sound one, and a change of mind before or after some events.
//
// The bug sits in the model, never in what judges it: it alters what a component holds or hears, and the monitor and
// the properties look on as they always do. So a property that misses the bug is a hole in the property.
#pragma once

#include <cstdint>
#include <functional>
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
    std::uint64_t on = 0;  // the events that it meddles with, one bit each: the others cost what they always cost
    // May alter the state and the event before the sound model sees them; false: it never does.
    std::function<bool(State&, Event&, models::Context&)> before;
    // May spoil what the sound model made of it.
    std::function<void(State&, const Event&, models::Context&)> then;
    // The same, or undo it: with the state as it was, which costs a copy. Not for events that come thousands of times.
    std::function<void(State&, const State& was, const Event&, models::Context&)> after;
  };

  Buggy(const models::Pipeline& sound, Bug bug) : sound_{sound}, bug_{std::move(bug)} {}

  const std::vector<sim::Question>& questions() const { return sound_.questions(); }
  void start(State& s, models::Context& out) const { sound_.start(s, out); }
  void handle(State& s, const Event& e, models::Context& out) const {
    if (((bug_.on >> static_cast<unsigned>(e.what)) & 1U) == 0) return sound_.handle(s, e, out);
    if (bug_.after) {
      const State was = s;
      pass_on(s, e, out);
      return bug_.after(s, was, e, out);
    }
    pass_on(s, e, out);
    if (bug_.then) bug_.then(s, e, out);
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

template <class... What>
constexpr std::uint64_t on(What... what) {
  return ((std::uint64_t{1} << static_cast<unsigned>(what)) | ...);
}

}  // namespace converge::support
