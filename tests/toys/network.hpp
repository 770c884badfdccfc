// A small network of actors for checking the explorer: each works through phases, some of them wait for a signal, some
// write on a board that all share, and a deadline looks whether an actor is done. Small enough to try every schedule
// one after another.
//
// Durations are a few microseconds, so that events often fall on one instant.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "sim/enumerate.hpp"
#include "sim/world.hpp"

namespace converge::toys {

class Network {
 public:
  struct Phase {
    std::vector<std::int64_t> takes{1};  // in microseconds, the usual one first
    std::int64_t fails = 0;              // a fault costs this much; 0: there is none
    std::uint8_t signals = 0;            // how many signals it needs to begin
    std::uint8_t to = 0;                 // when done, actor to - 1 gets a signal; 0: nobody does
    std::uint8_t writes = 0;             // when done, on the board; 0: nothing
  };
  struct Config {
    std::vector<std::vector<Phase>> actors;
    std::vector<std::int64_t> deadlines;  // by actor; 0: none
    std::int64_t delay = 1;               // of a signal; at least 1
  };

  enum class What : std::uint8_t { begins, done, signal, deadline };
  struct Event {
    What what = What::begins;
    std::uint8_t actor = 0;
    std::uint8_t phase = 0;

    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.what, e.actor, e.phase); }
  };

  struct Actor {
    std::uint8_t phase = 0;
    std::uint8_t signals = 0;
    bool waits = false;

    bool operator==(const Actor&) const = default;
    friend auto fields(const Actor& a) { return std::tie(a.phase, a.signals, a.waits); }
  };
  struct State {
    std::vector<Actor> actors;
    std::int64_t board = 0;
    // What is judged, since it was last taken.
    std::int64_t board_most = 0;  // the greatest that ever stood there
    std::int64_t missed = 0;      // deadlines
    sim::Instant finished;        // the last phase
    sim::Instant finished_taken;  // what of it was taken

    bool operator==(const State&) const = default;
    friend auto fields(const State& s) {
      return std::tie(s.actors, s.board, s.board_most, s.missed, s.finished, s.finished_taken);
    }
  };
  using Context = sim::Context<Event>;

  explicit Network(Config config) : config_{std::move(config)} {
    for (std::size_t a = 0; a < config_.actors.size(); ++a) {
      const std::string name = "actor" + std::to_string(a);
      ask(name, "order", {.answers = {0, 1}});
      for (std::size_t p = 0; p < config_.actors[a].size(); ++p) {
        ask(name, "duration" + std::to_string(p), {.answers = config_.actors[a][p].takes});
        ask(name, "fault" + std::to_string(p), {.answers = {0, 1}, .fault = true});
      }
    }
    ask("deadline", "order", {.answers = {0, 1}});
  }

  const std::vector<sim::Question>& questions() const { return questions_; }
  const std::vector<sim::Cut>& cuts() const { return cuts_; }  // every answer there is

  void start(State& s, Context& out) const {
    s.actors.resize(config_.actors.size());
    for (std::uint8_t a = 0; a < s.actors.size(); ++a) begin(s, a, out);
    for (std::uint8_t a = 0; a < s.actors.size(); ++a) {
      if (config_.deadlines[a] > 0) out.after({config_.deadlines[a]}, {What::deadline, a, 0});
    }
  }

  void handle(State& s, const Event& e, Context& out) const {
    Actor& actor = s.actors[e.actor];
    switch (e.what) {
      case What::begins: return begin(s, e.actor, out);
      case What::signal:
        ++actor.signals;
        if (actor.waits) begin(s, e.actor, out);
        return;
      case What::deadline:
        if (actor.phase < config_.actors[e.actor].size()) ++s.missed;
        return;
      case What::done: {
        const Phase& phase = config_.actors[e.actor][actor.phase];
        ++actor.phase;
        s.finished = out.now();
        if (phase.writes > 0) {
          s.board = (3 * s.board + phase.writes) % 11;  // who comes first makes a difference
          s.board_most = std::max(s.board_most, s.board);
        }
        if (phase.to > 0) out.after({config_.delay}, {What::signal, static_cast<std::uint8_t>(phase.to - 1), 0});
        begin(s, e.actor, out);
      }
    }
  }

  // Bits 0 to 7: actors; 8 to 15: what is sent to each; 16: the board; 17: how many deadlines were missed.
  sim::Footprint footprint(const Event& e) const {
    const std::uint32_t own = 1U << e.actor;
    if (e.what == What::deadline) return {.reads = own, .writes = 1U << 17U};
    sim::Footprint f{.reads = 0, .writes = own};
    if (e.what != What::done) return f;
    const Phase& phase = config_.actors[e.actor][e.phase];
    if (phase.to > 0) f.writes |= 1U << (7U + phase.to);
    if (phase.writes > 0) f.writes |= 1U << 16U;
    return f;
  }
  sim::QuestionId order_question(const Event& e) const {
    return e.what == What::deadline ? static_cast<sim::QuestionId>(questions_.size() - 1) : first_of(e.actor);
  }

 private:
  void ask(const std::string& actor, const std::string& kind, sim::Cut cut) {
    questions_.push_back({.actor = actor, .kind = kind, .answers = sim::AnswerKind::option, .fault = cut.fault});
    for (const std::int64_t a : cut.answers) questions_.back().options.push_back({std::to_string(a)});
    cuts_.push_back(std::move(cut));
  }
  sim::QuestionId first_of(std::size_t actor) const {
    std::size_t q = 0;
    for (std::size_t a = 0; a < actor; ++a) q += 1 + 2 * config_.actors[a].size();
    return static_cast<sim::QuestionId>(q);
  }

  // The next phase, if there is one and it need not wait.
  void begin(State& s, std::uint8_t a, Context& out) const {
    Actor& actor = s.actors[a];
    const auto& phases = config_.actors[a];
    if (actor.phase == phases.size()) return;
    const Phase& phase = phases[actor.phase];
    actor.waits = actor.signals < phase.signals;
    if (actor.waits) return;
    actor.signals = static_cast<std::uint8_t>(actor.signals - phase.signals);
    const auto question = static_cast<sim::QuestionId>(first_of(a) + 1 + 2 * actor.phase);
    sim::Duration takes = out.duration(question);
    if (phase.fails > 0) {
      const std::int64_t failed = out.choose(static_cast<sim::QuestionId>(question + 1));
      if (failed != 0) takes = takes + sim::Duration{phase.fails};
    }
    out.after(takes, {What::done, a, actor.phase});
  }

  Config config_;
  std::vector<sim::Question> questions_;
  std::vector<sim::Cut> cuts_;
};

static_assert(sim::OrdersTies<Network>);

// For a report of RapidCheck: what can be copied into a test.
inline std::ostream& operator<<(std::ostream& out, const Network::Config& c) {
  out << "{.actors = {";
  for (const auto& actor : c.actors) {
    out << "{";
    for (const Network::Phase& p : actor) {
      out << "{.takes = {";
      for (const std::int64_t t : p.takes) out << t << ", ";
      out << "}, .fails = " << p.fails << ", .signals = " << int{p.signals} << ", .to = " << int{p.to}
          << ", .writes = " << int{p.writes} << "}, ";
    }
    out << "}, ";
  }
  out << "}, .deadlines = {";
  for (const std::int64_t d : c.deadlines) out << d << ", ";
  return out << "}, .delay = " << c.delay << "}";
}

}  // namespace converge::toys
