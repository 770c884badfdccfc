// The world: all that changes during a run, as one value that can be copied, compared and hashed.
//
// Order of events is total and stated: earlier instant first; at one instant, in the order in which they were asked
// for, unless the model leaves the order of events that touch the same to the chooser (OrdersTies).
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

// What an event reads and writes, one bit for each part of the state that the model tells apart.
struct Footprint {
  std::uint32_t reads = 0;
  std::uint32_t writes = 0;
};

// Could it make a difference which of the two comes first?
constexpr bool dependent(Footprint a, Footprint b) {
  return (a.writes & (b.reads | b.writes)) != 0 || (a.reads & b.writes) != 0;
}

// A model may leave the order of dependent events of one instant to the chooser. An event may then go before earlier
// ones of other actors; whether it does is a choice of its own actor, answered 0 (in turn) or 1 (goes first).
template <class M>
concept OrdersTies = Model<M> && requires(const M& model, const typename M::Event& event) {
  { model.footprint(event) } -> std::same_as<Footprint>;
  { model.order_question(event) } -> std::same_as<QuestionId>;  // one for each actor
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

namespace detail {

// Of the events that fall on one instant, the one that goes first: the earliest asked for, unless a later one of
// another actor is answered to go before it. Only those are asked that hang together with the earliest: they, or others
// that hang together with it, touch the same or belong to one actor. The rest may as well come after all of these, so
// asking them now would give nothing that asking them then does not. The rest are pending as before.
template <OrdersTies M>
Pending<typename M::Event> first_of_tie(const M& model, WorldOf<M>& world, const Pending<typename M::Event>& earliest,
                                        Chooser& chooser, Trace& trace) {
  struct Tied {
    Pending<typename M::Event> entry;
    Footprint print;
    QuestionId order;
    bool hangs_together = false;
  };
  auto& pending = world.agenda.pending;
  const auto tied_with = [&](const Pending<typename M::Event>& p) {
    return Tied{p, model.footprint(p.payload), model.order_question(p.payload)};
  };
  std::vector<Tied> tied{tied_with(earliest)};
  while (!pending.empty() && pending.front().at == earliest.at) tied.push_back(tied_with(pending.pop()));
  tied.front().hangs_together = true;
  const auto belongs = [&](const Tied& t) {
    return std::any_of(tied.begin(), tied.end(), [&](const Tied& o) {
      return o.hangs_together && (o.order == t.order || dependent(o.print, t.print));
    });
  };
  for (bool grows = true; grows;) {
    grows = false;
    for (Tied& t : tied) {
      if (t.hangs_together || !belongs(t)) continue;
      t.hangs_together = grows = true;
    }
  }

  Context<typename M::Event> context{world.agenda, chooser, trace};
  std::size_t first = 0;
  for (std::size_t i = 1; first == 0 && i < tied.size(); ++i) {
    const bool has_turn = std::none_of(tied.begin(), tied.begin() + static_cast<std::ptrdiff_t>(i),
                                       [&](const Tied& t) { return t.order == tied[i].order; });
    if (!tied[i].hangs_together || !has_turn) continue;  // events of one actor keep their order
    if (context.choose(tied[i].order) == 1) first = i;
  }
  const auto chosen = tied[first].entry;
  for (std::size_t i = 0; i < tied.size(); ++i) {
    if (i != first) pending.push(tied[i].entry.at, tied[i].entry.order, tied[i].entry.payload);
  }
  return chosen;
}

}  // namespace detail

// Handles the next event. Nothing is pending: false.
template <Model M>
bool step(const M& model, WorldOf<M>& world, Chooser& chooser, Trace& trace) {
  if (world.agenda.pending.empty()) return false;
  auto entry = world.agenda.pending.pop();
  world.agenda.now = entry.at;
  if constexpr (OrdersTies<M>) {
    const bool alone = world.agenda.pending.empty() || world.agenda.pending.front().at != entry.at;
    if (!alone) entry = detail::first_of_tie(model, world, entry, chooser, trace);
  }
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
