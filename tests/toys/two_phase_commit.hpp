// Two-phase commit: a coordinator lets all resource managers commit, or none (Gray and Lamport, "Consensus on
// transaction commit", 2006, section 3). A manager may refuse; the coordinator may crash, and then remembers only what
// it wrote down.
//
// Modelled: durations of work and messages, a deadline for votes, recovery that presumes abort, managers that ask
// again. Left out: lost messages, and crashes of managers. Two bugs can be planted, to see that the check would notice
// them.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/world.hpp"

namespace converge::toys {

class TwoPhaseCommit {
 public:
  enum class What : std::uint8_t {
    work_done,
    vote_arrives,
    deadline,
    recovered,
    decision_arrives,
    waited,
    inquiry_arrives
  };
  enum class Phase : std::uint8_t { working, prepared, committed, aborted };
  enum class Decision : std::uint8_t { none, commit, abort };
  enum class Bug : std::uint8_t { none, commits_without_waiting, tells_before_it_writes };
  enum class Told : std::uint16_t { crashed, decided, committed, aborted };

  struct Event {
    What what = What::work_done;
    std::uint8_t manager = 0;
    bool yes = false;

    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.what, e.manager, e.yes); }
  };

  struct Coordinator {
    Decision written = Decision::none;  // what a crash cannot take
    std::uint32_t prepared = 0;         // one bit for each manager
    bool down = false;

    bool operator==(const Coordinator&) const = default;
    friend auto fields(const Coordinator& c) { return std::tie(c.written, c.prepared, c.down); }
  };

  struct State {
    Coordinator coordinator;
    std::vector<Phase> managers;

    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.coordinator, s.managers); }
  };

  using Context = sim::Context<Event>;

  static constexpr sim::Duration work = sim::seconds(10);
  static constexpr sim::Duration message = sim::milliseconds(20);
  static constexpr sim::Duration votes_due = sim::seconds(45);
  static constexpr sim::Duration patience = sim::seconds(20);

  // Questions, in the order of questions(): first the coordinator's, then three for each manager.
  static constexpr sim::QuestionId coordinator_message = 0;
  static constexpr sim::QuestionId crash_on_vote = 1;
  static constexpr sim::QuestionId crash_on_decision = 2;
  static constexpr sim::QuestionId recovery = 3;
  static constexpr sim::QuestionId work_of(std::size_t manager) {
    return static_cast<sim::QuestionId>(4 + 3 * manager);
  }
  static constexpr sim::QuestionId vote_of(std::size_t manager) {
    return static_cast<sim::QuestionId>(5 + 3 * manager);
  }
  static constexpr sim::QuestionId message_of(std::size_t manager) {
    return static_cast<sim::QuestionId>(6 + 3 * manager);
  }

  explicit TwoPhaseCommit(std::size_t managers, Bug bug = Bug::none) : managers_{managers}, bug_{bug} {
    assert(managers >= 1 && managers <= 16);
    const sim::Distribution messages = sim::window(message.us / 4, message.us, 100 * message.us);
    questions_ = {
        duration("coordinator", "message", messages),
        option("coordinator", "crash", {{"none", 0}, {"crashes", 30'000}}, true),
        option("coordinator", "crash-deciding",
               {{"none", 0}, {"before it is written", 100'000}, {"after it is written", 100'000}}, true),
        duration("coordinator", "recovery", sim::window(sim::seconds(1).us, sim::seconds(30).us, sim::minutes(5).us)),
    };
    for (std::size_t i = 0; i < managers; ++i) {
      const std::string actor = "rm" + std::to_string(i + 1);
      questions_.push_back(duration(actor, "work", sim::window(work.us / 10, work.us, 6 * work.us)));
      questions_.push_back(option(actor, "vote", {{"prepares", 0}, {"aborts", 100'000}}, false));
      questions_.push_back(duration(actor, "message", messages));
    }
  }

  const std::vector<sim::Question>& questions() const { return questions_; }

  void start(State& s, Context& out) const {
    s.managers.assign(managers_, Phase::working);
    for (std::uint8_t i = 0; i < managers_; ++i) {
      out.after(out.duration(work_of(i)), {.what = What::work_done, .manager = i});
    }
    out.after(votes_due, {.what = What::deadline});
  }

  void handle(State& s, const Event& e, Context& out) const {
    switch (e.what) {
      case What::work_done: return work_done(s, e.manager, out);
      case What::vote_arrives: return vote_arrives(s, e.manager, e.yes, out);
      case What::deadline: return deadline(s, out);
      case What::recovered: return recovered(s, out);
      case What::decision_arrives: return decision_arrives(s, e.manager, e.yes, out);
      case What::waited: return waited(s, e.manager, out);
      case What::inquiry_arrives: return inquiry_arrives(s, e.manager, out);
    }
  }

 private:
  static sim::Question duration(std::string actor, std::string kind, const sim::Distribution& law) {
    return {.actor = std::move(actor),
            .kind = std::move(kind),
            .answers = sim::AnswerKind::duration,
            .distribution = law,
            .options = {}};
  }
  static sim::Question option(std::string actor, std::string kind, std::vector<sim::Option> options, bool fault) {
    return {.actor = std::move(actor),
            .kind = std::move(kind),
            .answers = sim::AnswerKind::option,
            .distribution = {},
            .options = std::move(options),
            .fault = fault};
  }

  static void tell(Told told, std::int64_t figure, Context& out) {
    out.note(0, static_cast<std::uint16_t>(told), figure);
  }

  // The managers.

  void work_done(State& s, std::uint8_t manager, Context& out) const {
    if (s.managers[manager] != Phase::working) return;  // told to abort meanwhile
    const bool yes = out.choose(vote_of(manager)) == 0;
    if (!yes) {
      end(s, manager, Phase::aborted, out);
    } else if (bug_ == Bug::commits_without_waiting) {
      end(s, manager, Phase::committed, out);
    } else {
      s.managers[manager] = Phase::prepared;
      out.after(patience, {.what = What::waited, .manager = manager});
    }
    out.after(out.duration(message_of(manager)), {.what = What::vote_arrives, .manager = manager, .yes = yes});
  }

  void decision_arrives(State& s, std::uint8_t manager, bool commit, Context& out) const {
    const Phase now = s.managers[manager];
    assert(!commit || now != Phase::working);                     // it cannot have voted
    if (now != Phase::working && now != Phase::prepared) return;  // answers to several inquiries, or our own refusal
    end(s, manager, commit ? Phase::committed : Phase::aborted, out);
  }

  void waited(State& s, std::uint8_t manager, Context& out) const {
    if (s.managers[manager] != Phase::prepared) return;
    out.after(out.duration(message_of(manager)), {.what = What::inquiry_arrives, .manager = manager});
    out.after(patience, {.what = What::waited, .manager = manager});
  }

  static void end(State& s, std::uint8_t manager, Phase phase, Context& out) {
    s.managers[manager] = phase;
    tell(phase == Phase::committed ? Told::committed : Told::aborted, manager, out);
  }

  // The coordinator. What reaches it while it is down is lost.

  void vote_arrives(State& s, std::uint8_t manager, bool yes, Context& out) const {
    Coordinator& c = s.coordinator;
    if (c.down || c.written != Decision::none) return;
    if (out.choose(crash_on_vote) != 0) return crash(c, out);
    if (!yes) return decide(s, Decision::abort, out);
    c.prepared |= 1U << manager;
    if (c.prepared == (1U << managers_) - 1) decide(s, Decision::commit, out);
  }

  void deadline(State& s, Context& out) const {
    if (!s.coordinator.down && s.coordinator.written == Decision::none) decide(s, Decision::abort, out);
  }

  void decide(State& s, Decision decision, Context& out) const {
    Coordinator& c = s.coordinator;
    const std::int64_t crashes = out.choose(crash_on_decision);
    if (crashes == 1) {
      if (bug_ == Bug::tells_before_it_writes) send(0, decision, out);
      return crash(c, out);
    }
    c.written = decision;
    tell(Told::decided, decision == Decision::commit, out);
    if (crashes == 2) return crash(c, out);
    send_to_all(decision, out);
  }

  void crash(Coordinator& c, Context& out) const {
    c.down = true;
    c.prepared = 0;
    tell(Told::crashed, 0, out);
    out.after(out.duration(recovery), {.what = What::recovered});
  }

  void recovered(State& s, Context& out) const {
    Coordinator& c = s.coordinator;
    c.down = false;
    if (c.written == Decision::none) c.written = Decision::abort;  // nothing was written, so nobody was told to commit
    send_to_all(c.written, out);
  }

  void inquiry_arrives(State& s, std::uint8_t manager, Context& out) const {
    const Coordinator& c = s.coordinator;
    if (!c.down && c.written != Decision::none) send(manager, c.written, out);
  }

  void send(std::uint8_t manager, Decision decision, Context& out) const {
    out.after(out.duration(coordinator_message),
              {.what = What::decision_arrives, .manager = manager, .yes = decision == Decision::commit});
  }
  void send_to_all(Decision decision, Context& out) const {
    for (std::uint8_t i = 0; i < managers_; ++i) send(i, decision, out);
  }

  std::size_t managers_;
  Bug bug_;
  std::vector<sim::Question> questions_;
};

static_assert(sim::Model<TwoPhaseCommit>);

inline std::size_t count(const TwoPhaseCommit::State& s, TwoPhaseCommit::Phase phase) {
  std::size_t n = 0;
  for (const TwoPhaseCommit::Phase p : s.managers) n += p == phase ? 1 : 0;
  return n;
}

// No manager commits what another aborts.
inline bool atomic(const TwoPhaseCommit::State& s) {
  return count(s, TwoPhaseCommit::Phase::committed) == 0 || count(s, TwoPhaseCommit::Phase::aborted) == 0;
}

// Nobody waits any more.
inline bool decided(const TwoPhaseCommit::State& s) {
  return count(s, TwoPhaseCommit::Phase::working) == 0 && count(s, TwoPhaseCommit::Phase::prepared) == 0;
}

}  // namespace converge::toys
