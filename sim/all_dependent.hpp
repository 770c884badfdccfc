// A model without partial-order reduction: every two events of one instant count as dependent, so each order of those
// of different actors is asked for. What reduction leaves out must make no difference; exploring both says whether it
// does.
#pragma once

#include <vector>

#include "sim/world.hpp"

namespace converge::sim {

template <OrdersTies M>
class AllDependent {
 public:
  using State = typename M::State;
  using Event = typename M::Event;

  explicit AllDependent(const M& model) : model_{model} {}

  const std::vector<Question>& questions() const { return model_.questions(); }
  void start(State& s, Context<Event>& out) const { model_.start(s, out); }
  void handle(State& s, const Event& e, Context<Event>& out) const { model_.handle(s, e, out); }
  Footprint footprint(const Event&) const { return {.reads = 0, .writes = 1}; }
  QuestionId order_question(const Event& e) const { return model_.order_question(e); }

 private:
  const M& model_;
};

}  // namespace converge::sim
