// A small rollout to measure the explorer by: three systems deploy in three stages each, at their cadences, and a
// backfill runs in three parts once the first system has its first stage; two faults may strike, each makes a stage, or
// the whole backfill, begin anew. tests/bench/small_rollout.pml is the same for Spin, step for step.
//
// Time is in slots of four microseconds, one for each actor, so that no two events ever tie.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/enumerate.hpp"
#include "sim/explore.hpp"
#include "sim/world.hpp"

namespace converge::toys {

class SmallRollout {
 public:
  static constexpr std::uint8_t actors = 4;  // the last is the backfill
  static constexpr std::uint8_t backfill = actors - 1;
  static constexpr std::uint8_t stages = 4;
  static constexpr std::int64_t slot = actors;
  static constexpr std::int64_t day = 96;                                    // in slots: all periods divide it
  static constexpr std::array<std::int64_t, actors> periods{16, 24, 32, 1};  // in slots
  static constexpr std::array<std::int64_t, 3> takes{23, 11, 41};            // in slots, the usual one first

  struct Event {
    std::uint8_t actor = 0;

    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.actor); }
  };
  struct State {
    std::array<std::uint8_t, actors> done{};     // stages
    std::array<std::uint8_t, actors> running{};  // else it waits for its cadence
    sim::Instant clock;                          // of the last event: at last, when everything was done
    sim::Instant taken;                          // what of it was taken

    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.done, s.running, s.clock, s.taken); }
  };
  using Context = sim::Context<Event>;

  SmallRollout() {
    for (std::uint8_t a = 0; a < actors; ++a) {
      const std::string name = a == backfill ? "backfill" : "system " + std::to_string(a + 1);
      questions_.push_back({.actor = name,
                            .kind = "duration",
                            .distribution = sim::window(takes[1] * slot, takes[0] * slot, takes[2] * slot)});
      questions_.push_back({.actor = name,
                            .kind = "fault",
                            .answers = sim::AnswerKind::option,
                            .options = {{"none"}, {"fails"}},
                            .fault = true});
      cuts_.push_back({.answers = {takes[0] * slot, takes[1] * slot, takes[2] * slot}});
      cuts_.push_back({.answers = {0, 1}, .fault = true});
    }
  }

  const std::vector<sim::Question>& questions() const { return questions_; }
  const std::vector<sim::Cut>& cuts() const { return cuts_; }

  void start(State&, Context& out) const {
    for (std::uint8_t a = 0; a < backfill; ++a) out.at(sim::Instant{periods[a] * slot + a}, {a});
  }

  void handle(State& s, const Event& e, Context& out) const {
    const std::uint8_t a = e.actor;
    s.clock = out.now();
    if (s.running[a] == 0) {
      const bool may = a == 0 || a == backfill || s.done[a - 1U] > 0;  // each after the first stage of the one before
      if (!may) return wait(a, out);
      s.running[a] = 1;
      return out.after(out.duration(static_cast<sim::QuestionId>(2 * a)), {a});
    }
    s.running[a] = 0;
    if (out.choose(static_cast<sim::QuestionId>(2 * a + 1)) != 0) {
      if (a == backfill) s.done[a] = 0;
      return wait(a, out);
    }
    ++s.done[a];
    if (a == 0 && s.done[a] == 1) out.after({(periods[backfill] * slot) + backfill}, {backfill});
    if (s.done[a] < stages) wait(a, out);
  }

 private:
  // For the next slot of its cadence.
  static void wait(std::uint8_t a, Context& out) {
    const std::int64_t now = out.now().us / slot;
    out.after({(periods[a] - now % periods[a]) * slot}, {a});
  }

  std::vector<sim::Question> questions_;
  std::vector<sim::Cut> cuts_;
};

static_assert(sim::Model<SmallRollout>);

// Time relative to now; of the time itself only the place in the day matters, by which cadences go. Label 0: when
// everything was done, in microseconds.
struct SmallRolloutView {
  static void canonical(const sim::WorldOf<SmallRollout>& w, sim::Bytes& bytes) {
    std::array<std::uint8_t, 1 + 2 * SmallRollout::actors> form{};
    const std::int64_t now = w.agenda.now.us / SmallRollout::slot;
    form[0] = static_cast<std::uint8_t>(now % SmallRollout::day);
    for (std::size_t a = 0; a < SmallRollout::actors; ++a) {
      form[1 + a] = static_cast<std::uint8_t>(w.state.done[a] << 1U | w.state.running[a]);
    }
    w.agenda.pending.for_each_in_order([&](const auto& p) {
      const std::int64_t left = p.at.us / SmallRollout::slot - now;
      form[1 + SmallRollout::actors + p.payload.actor] = static_cast<std::uint8_t>(left + 1);
    });
    bytes.insert(bytes.end(), form.begin(), form.end());
  }
  static std::int64_t layer(const sim::WorldOf<SmallRollout>&) { return 0; }
  static std::vector<sim::Gather> gathers() { return {sim::Gather::sum}; }
  static void take(SmallRollout::State& s, std::vector<std::int64_t>& into) {
    into[0] = (s.clock - s.taken).us;
    s.taken = s.clock;
  }
  static void take_at_end(const sim::WorldOf<SmallRollout>& w, std::vector<std::int64_t>& into) {
    into[0] = (w.state.clock - w.state.taken).us;
  }
};

}  // namespace converge::toys
