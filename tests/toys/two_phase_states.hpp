// Two-phase commit as its states alone, without time: TwoPhase of the TLA+ examples (Lamport; after Gray and Lamport,
// "Consensus on transaction commit", 2006). It has 288 reachable states with three resource managers and 8,832 with
// five, which is what an explorer is measured by before anything else.
//
// As a model: at every instant somebody chooses one of all actions; what is not enabled changes nothing. So time means
// nothing, and no canonical form holds it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/enumerate.hpp"
#include "sim/explore.hpp"
#include "sim/world.hpp"

namespace converge::toys {

class TwoPhaseStates {
 public:
  enum class Manager : std::uint8_t { working, prepared, committed, aborted };
  enum class Bug : std::uint8_t { none, commits_on_a_single_vote };

  struct Event {
    bool operator==(const Event&) const = default;
    friend auto fields(const Event&) { return std::tie(); }
  };
  struct State {
    std::vector<Manager> managers;
    bool decided = false;        // the transaction manager
    std::uint32_t prepared = 0;  // of which managers it knows that they are
    std::uint32_t votes = 0;     // messages, which are never lost: who is prepared
    bool commit = false;
    bool abort = false;

    bool operator==(const State&) const = default;
    friend auto fields(const State& s) {
      return std::tie(s.managers, s.decided, s.prepared, s.votes, s.commit, s.abort);
    }
  };
  using Context = sim::Context<Event>;

  explicit TwoPhaseStates(std::size_t managers, Bug bug = Bug::none) : managers_{managers}, bug_{bug} {
    questions_.push_back({.actor = "world", .kind = "action", .answers = sim::AnswerKind::option});
    cuts_.emplace_back();
    for (std::size_t i = 0; i < 2 + 5 * managers; ++i) {
      questions_[0].options.push_back({std::to_string(i)});
      cuts_[0].answers.push_back(static_cast<std::int64_t>(i));
    }
  }

  const std::vector<sim::Question>& questions() const { return questions_; }
  const std::vector<sim::Cut>& cuts() const { return cuts_; }

  void start(State& s, Context& out) const {
    s.managers.assign(managers_, Manager::working);
    out.after({1}, {});
  }

  void handle(State& s, const Event&, Context& out) const {
    const auto action = static_cast<std::size_t>(out.choose(0));
    out.after({1}, {});
    const std::uint32_t all = (1U << managers_) - 1;
    if (action == 0) {
      const bool may = bug_ == Bug::none ? s.prepared == all : s.prepared != 0;
      if (!s.decided && may) s.decided = s.commit = true;
    } else if (action == 1) {
      if (!s.decided) s.decided = s.abort = true;
    } else {
      managed(s, (action - 2) / 5, (action - 2) % 5);
    }
  }

 private:
  static void managed(State& s, std::size_t m, std::size_t action) {
    Manager& manager = s.managers[m];
    switch (action) {
      case 0:  // the transaction manager hears of a vote
        if (!s.decided && (s.votes >> m & 1U) != 0) s.prepared |= 1U << m;
        return;
      case 1:
        if (manager != Manager::working) return;
        manager = Manager::prepared;
        s.votes |= 1U << m;
        return;
      case 2:
        if (manager == Manager::working) manager = Manager::aborted;
        return;
      case 3:
        if (s.commit) manager = Manager::committed;
        return;
      default:
        if (s.abort) manager = Manager::aborted;
    }
  }

  std::size_t managers_;
  Bug bug_;
  std::vector<sim::Question> questions_;
  std::vector<sim::Cut> cuts_;
};

static_assert(sim::Model<TwoPhaseStates>);

// Label 0: do some managers commit what others abort?
struct TwoPhaseView {
  bool sorted = false;  // managers are alike: which of them is where does not matter

  void canonical(const sim::WorldOf<TwoPhaseStates>& w, sim::Bytes& bytes) const {
    const auto& s = w.state;
    bytes.push_back(static_cast<std::uint8_t>(s.decided | s.commit << 1U | s.abort << 2U));
    const auto first = static_cast<std::ptrdiff_t>(bytes.size());
    for (std::size_t m = 0; m < s.managers.size(); ++m) {
      const auto at = static_cast<unsigned>(s.managers[m]);
      bytes.push_back(static_cast<std::uint8_t>(at | (s.prepared >> m & 1U) << 2U | (s.votes >> m & 1U) << 3U));
    }
    if (sorted) std::sort(bytes.begin() + first, bytes.end());
  }
  static std::int64_t layer(const sim::WorldOf<TwoPhaseStates>&) { return 0; }
  static std::vector<sim::Gather> gathers() { return {sim::Gather::most}; }
  static void take(const TwoPhaseStates::State& s, std::vector<std::int64_t>& into) {
    using Manager = TwoPhaseStates::Manager;
    const auto some = [&](Manager at) {
      return std::find(s.managers.begin(), s.managers.end(), at) != s.managers.end();
    };
    into[0] = some(Manager::committed) && some(Manager::aborted) ? 1 : sim::kNothing;
  }
  static void take_at_end(const sim::WorldOf<TwoPhaseStates>&, std::vector<std::int64_t>&) {}
};

}  // namespace converge::toys
