// Ping-pong over a bad net: two players return one ball, whose flight takes a while and which may get lost. A player
// who waits too long plays the same ball again, so a slow ball may come twice; the second time it is let through.
//
// The smallest model with all kinds of choices: a duration, a fault and random bits, and a timer that may be stale. A
// spectator may clap beside it, to show that who has no part in a game does not change it.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/world.hpp"

namespace converge::toys {

class PingPong {
 public:
  enum class What : std::uint8_t { arrives, waited, clap };
  enum class Told : std::uint16_t { received, repeated, clapped };

  struct Event {
    What what = What::arrives;
    std::uint8_t player = 0;  // who handles it
    std::uint32_t ball = 0;   // numbered by its flights; ping plays the even ones

    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.what, e.player, e.ball); }
  };

  struct Player {
    std::uint32_t next = 0;  // the ball that it waits for
    std::uint32_t repeats = 0;
    std::uint64_t spin = 0;

    bool operator==(const Player&) const = default;
    friend auto fields(const Player& p) { return std::tie(p.next, p.repeats, p.spin); }
  };

  struct State {
    std::array<Player, 2> players{};
    std::uint32_t claps = 0;

    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.players, s.claps); }
  };

  using Context = sim::Context<Event>;
  enum class Spectator : std::uint8_t { none, first, last };  // first: its question comes before those of the players

  static constexpr sim::Duration flight = sim::seconds(1);
  static constexpr sim::Duration patience = sim::seconds(5);

  explicit PingPong(Spectator spectator = Spectator::none) : spectator_{spectator} {
    if (spectator == Spectator::first) add_spectator();
    for (const char* player : {"ping", "pong"}) {
      first_.push_back(static_cast<sim::QuestionId>(questions_.size()));
      questions_.push_back({.actor = player,
                            .kind = "flight",
                            .answers = sim::AnswerKind::duration,
                            .distribution = sim::window(flight.us / 2, flight.us, 5 * flight.us),
                            .options = {}});
      questions_.push_back({.actor = player,
                            .kind = "ball",
                            .answers = sim::AnswerKind::option,
                            .distribution = {},
                            .options = {{"none", 0}, {"lost", 100'000}},
                            .fault = true});
      questions_.push_back(
          {.actor = player, .kind = "spin", .answers = sim::AnswerKind::bits, .distribution = {}, .options = {}});
    }
    if (spectator == Spectator::last) add_spectator();
  }

  const std::vector<sim::Question>& questions() const { return questions_; }
  sim::QuestionId flight_of(std::size_t player) const { return first_[player]; }
  sim::QuestionId ball_of(std::size_t player) const { return static_cast<sim::QuestionId>(first_[player] + 1); }
  sim::QuestionId spin_of(std::size_t player) const { return static_cast<sim::QuestionId>(first_[player] + 2); }

  void start(State& s, Context& out) const {
    s.players[0].next = 1;
    hit(s, 0, 0, out);
    if (spectator_ != Spectator::none) out.after(out.duration(pause_), {.what = What::clap});
  }

  void handle(State& s, const Event& e, Context& out) const {
    switch (e.what) {
      case What::arrives: return arrives(s, e.player, e.ball, out);
      case What::waited: return waited(s, e.player, e.ball, out);
      case What::clap:
        ++s.claps;
        tell(2, Told::clapped, s.claps, out);
        return out.after(out.duration(pause_), e);
    }
  }

 private:
  void add_spectator() {
    pause_ = static_cast<sim::QuestionId>(questions_.size());
    questions_.push_back({.actor = "spectator",
                          .kind = "pause",
                          .answers = sim::AnswerKind::duration,
                          .distribution = sim::uniform(1, 2 * flight.us),
                          .options = {}});
  }

  static void tell(std::size_t actor, Told told, std::int64_t figure, Context& out) {
    out.note(static_cast<std::uint16_t>(actor), static_cast<std::uint16_t>(told), figure);
  }

  void hit(State& s, std::uint8_t player, std::uint32_t ball, Context& out) const {
    s.players[player].spin ^= static_cast<std::uint64_t>(out.choose(spin_of(player)));
    const bool lost = out.choose(ball_of(player)) != 0;
    if (!lost) {
      const auto other = static_cast<std::uint8_t>(1 - player);
      out.after(out.duration(flight_of(player)), {.what = What::arrives, .player = other, .ball = ball});
    }
    out.after(patience, {.what = What::waited, .player = player, .ball = ball});
  }

  void arrives(State& s, std::uint8_t player, std::uint32_t ball, Context& out) const {
    Player& p = s.players[player];
    assert(ball <= p.next);
    if (ball < p.next) return;  // the other player was impatient: it came before
    p.next += 2;
    tell(player, Told::received, ball, out);
    hit(s, player, ball + 1, out);
  }

  void waited(State& s, std::uint8_t player, std::uint32_t ball, Context& out) const {
    Player& p = s.players[player];
    if (p.next != ball + 1) return;  // returned meanwhile
    ++p.repeats;
    tell(player, Told::repeated, ball, out);
    hit(s, player, ball, out);
  }

  std::vector<sim::Question> questions_;
  std::vector<sim::QuestionId> first_;  // by player
  sim::QuestionId pause_ = 0;
  Spectator spectator_;
};

static_assert(sim::Model<PingPong>);

}  // namespace converge::toys
