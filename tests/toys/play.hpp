// One run of a toy, recorded, and its answers by name. What tests of determinism compare.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/schedule.hpp"
#include "sim/trace.hpp"
#include "sim/world.hpp"

namespace converge::toys {

template <sim::Model M>
struct Played {
  sim::WorldOf<M> world;  // at the horizon
  std::uint64_t hash = 0;
  sim::Record record;
};

template <sim::Model M>
Played<M> play(const M& model, sim::Chooser& chooser, sim::Duration horizon) {
  Played<M> played;
  sim::Trace trace{&played.record};
  played.world = sim::initial(model, chooser, trace);
  sim::run_until(model, played.world, sim::Instant{} + horizon, chooser, trace);
  played.hash = trace.hash();
  return played;
}

template <sim::Model M>
Played<M> play_nominal(const M& model, sim::Duration horizon, const std::vector<sim::Deviation>& deviations = {}) {
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, deviations};
  return play(model, chooser, horizon);
}

template <sim::Model M>
Played<M> play_sampled(const M& model, sim::Duration horizon, std::uint64_t seed,
                       const std::vector<sim::Deviation>& deviations = {}) {
  sim::SampledChooser sampled{model.questions(), seed};
  sim::ReplayedChooser chooser{sampled, deviations};
  return play(model, chooser, horizon);
}

// Does `holds` hold at every step, from the first instant to the horizon?
template <sim::Model M, class Holds>
bool always(const M& model, sim::Chooser& chooser, sim::Duration horizon, Holds holds) {
  sim::Trace trace;
  sim::WorldOf<M> world = sim::initial(model, chooser, trace);
  const sim::Instant end = sim::Instant{} + horizon;
  while (holds(world.state)) {
    if (world.agenda.pending.empty() || world.agenda.pending.front().at > end) return true;
    sim::step(model, world, chooser, trace);
  }
  return false;
}

using ChoiceName = std::tuple<std::string, std::string, std::uint32_t>;  // actor, kind, occurrence

inline ChoiceName name_of(const sim::Answered& a, const std::vector<sim::Question>& questions) {
  return {questions[a.question].actor, questions[a.question].kind, a.occurrence};
}

inline std::map<ChoiceName, std::int64_t> answers_by_name(const sim::Record& record,
                                                          const std::vector<sim::Question>& questions) {
  std::map<ChoiceName, std::int64_t> answers;
  for (const sim::Answered& a : record.answers) answers[name_of(a, questions)] = a.answer;
  return answers;
}

inline std::vector<ChoiceName> names_in_order(const sim::Record& record, const std::vector<sim::Question>& questions) {
  std::vector<ChoiceName> names;
  for (const sim::Answered& a : record.answers) names.push_back(name_of(a, questions));
  return names;
}

}  // namespace converge::toys
