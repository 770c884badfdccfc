// The world: all that changes during a run, as one value that can be copied, compared and hashed.
//
// Order of events is total and stated: earlier instant first; at one instant, in the order in which they were asked
// for.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/choice.hpp"
#include "sim/event_queue.hpp"
#include "sim/fields.hpp"
#include "sim/time.hpp"
#include "sim/trace.hpp"

namespace converge::sim {

// What is to come: the time, what is pending, and how often each question was asked.
template <class Event>
struct Agenda {
  Instant now;
  std::uint64_t emitted = 0;         // numbers events in the order in which they were asked for
  std::vector<std::uint32_t> asked;  // by question: the next choice's occurrence
  EventQueue<Event> pending;

  bool operator==(const Agenda&) const = default;
  friend auto fields(const Agenda& a) { return std::tie(a.now, a.emitted, a.asked, a.pending); }
};

template <class Event, class State>
struct World {
  Agenda<Event> agenda;
  State state;

  bool operator==(const World&) const = default;
  friend auto fields(const World& w) { return std::tie(w.agenda, w.state); }
};

// What a handler may do besides changing its state: look at the time, choose, ask for later events, tell what happened.
template <class Event>
class Context {
 public:
  Context(Agenda<Event>& agenda, Chooser& chooser, Trace& trace) : agenda_{agenda}, chooser_{chooser}, trace_{trace} {}

  Instant now() const { return agenda_.now; }

  std::int64_t choose(QuestionId q) {
    if (agenda_.asked.size() <= q) agenda_.asked.resize(q + std::size_t{1});
    const std::uint32_t occurrence = agenda_.asked[q]++;
    const std::int64_t answer = chooser_.answer(q, occurrence);
    trace_.answered(agenda_.now, q, occurrence, answer);
    return answer;
  }
  Duration duration(QuestionId q) { return Duration{choose(q)}; }

  void at(Instant when, const Event& e) {
    assert(when >= agenda_.now);  // nobody can ask for the past
    agenda_.pending.push(when, agenda_.emitted++, e);
  }
  void after(Duration wait, const Event& e) { at(agenda_.now + wait, e); }

  void note(std::uint16_t actor, std::uint16_t kind, std::int64_t a = 0, std::int64_t b = 0, std::int64_t c = 0) {
    trace_.note({agenda_.now, actor, kind, a, b, c});
  }

 private:
  Agenda<Event>& agenda_;
  Chooser& chooser_;
  Trace& trace_;
};

// A model: what it asks, how it starts, and what each event does. Its parameters are fixed once it is built; all that
// changes is State.
template <class M>
concept Model = ListsEveryField<typename M::State> && HasFields<typename M::Event> &&
                std::equality_comparable<typename M::State> && std::copyable<typename M::State> &&
                requires(const M& model, typename M::State& state, const typename M::Event& event,
                         Context<typename M::Event>& context) {
                  { model.questions() } -> std::same_as<const std::vector<Question>&>;
                  model.start(state, context);
                  model.handle(state, event, context);
                };

template <Model M>
using WorldOf = World<typename M::Event, typename M::State>;

// The world at its first instant, with the first events pending.
template <Model M>
WorldOf<M> initial(const M& model, Chooser& chooser, Trace& trace) {
  WorldOf<M> world{};
  world.agenda.asked.resize(model.questions().size());
  Context<typename M::Event> context{world.agenda, chooser, trace};
  model.start(world.state, context);
  return world;
}

// Handles the next event. Nothing is pending: false.
template <Model M>
bool step(const M& model, WorldOf<M>& world, Chooser& chooser, Trace& trace) {
  if (world.agenda.pending.empty()) return false;
  const auto entry = world.agenda.pending.pop();
  world.agenda.now = entry.at;
  trace.event(entry.at, entry.payload);
  Context<typename M::Event> context{world.agenda, chooser, trace};
  model.handle(world.state, entry.payload, context);
  return true;
}

// Handles every event up to and including `horizon`, and leaves the world there; but time never goes back.
template <Model M>
void run_until(const M& model, WorldOf<M>& world, Instant horizon, Chooser& chooser, Trace& trace) {
  while (!world.agenda.pending.empty() && world.agenda.pending.front().at <= horizon)
    step(model, world, chooser, trace);
  world.agenda.now = std::max(world.agenda.now, horizon);
}

}  // namespace converge::sim
