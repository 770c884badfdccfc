// Worlds: the order of events, the horizon, and that a world is a value.
#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/chooser.hpp"
#include "tests/support/splitmix.hpp"

namespace converge::sim {
namespace {

// Writes down what rings, and when. A ring of number n asks for n more at the same instant.
struct Bells {
  struct Event {
    std::uint32_t bell = 0;
    std::uint32_t more = 0;
    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.bell, e.more); }
  };
  struct Ring {
    Instant at;
    std::uint32_t bell = 0;
    bool operator==(const Ring&) const = default;
    friend auto fields(const Ring& r) { return std::tie(r.at, r.bell); }
  };
  struct State {
    std::vector<Ring> rung;
    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.rung); }
  };
  struct Plan {
    Duration wait;
    Event event;
  };

  std::vector<Plan> plan;
  std::vector<Question> asked{};

  const std::vector<Question>& questions() const { return asked; }
  void start(State&, Context<Event>& out) const {
    for (const Plan& p : plan) out.after(p.wait, p.event);
  }
  void handle(State& s, const Event& e, Context<Event>& out) const {
    s.rung.push_back({out.now(), e.bell});
    for (std::uint32_t i = 0; i < e.more; ++i) out.after(Duration{}, {.bell = e.bell * 10 + i + 1});
  }
};
static_assert(Model<Bells>);

using Rings = std::vector<Bells::Ring>;

struct Game {
  explicit Game(std::vector<Bells::Plan> plan) : model{std::move(plan)}, world{initial(model, chooser, trace)} {}
  void run(Instant horizon) { run_until(model, world, horizon, chooser, trace); }

  Bells model;
  NominalChooser chooser{model.asked};
  Trace trace;
  WorldOf<Bells> world;
};

TEST(RunUntil, StopsExactlyAtTheHorizon) {
  Game game{{{microseconds(9), {1}}, {microseconds(10), {2}}, {microseconds(11), {3}}}};
  game.run(Instant{10});
  EXPECT_EQ(game.world.state.rung, (Rings{{Instant{9}, 1}, {Instant{10}, 2}}));
  EXPECT_EQ(game.world.agenda.now, Instant{10});
  EXPECT_EQ(game.world.agenda.pending.size(), 1U);
  EXPECT_EQ(game.trace.events(), 2U);
}

TEST(RunUntil, HandlesWhatIsAskedForAtTheHorizonItself) {
  Game game{{{microseconds(10), {1, 2}}}};
  game.run(Instant{10});
  EXPECT_EQ(game.world.state.rung, (Rings{{Instant{10}, 1}, {Instant{10}, 11}, {Instant{10}, 12}}));
}

TEST(RunUntil, LeavesTheWorldAtTheHorizonWhenNothingIsPending) {
  Game game{{}};
  game.run(Instant{10});
  EXPECT_EQ(game.world.agenda.now, Instant{10});
}

TEST(RunUntil, NeverGoesBackInTime) {
  Game game{{{microseconds(9), {1}}, {microseconds(30), {2}}}};
  game.run(Instant{20});
  const auto before = game.world;
  game.run(Instant{10});
  EXPECT_EQ(game.world, before);
}

TEST(RunUntil, InSlicesIsTheSameAsAtOnce) {
  const std::vector<Bells::Plan> plan{{microseconds(5), {1, 1}}, {microseconds(5), {2}}, {microseconds(70), {3, 2}}};
  Game at_once{plan};
  at_once.run(Instant{100});
  Game sliced{plan};
  for (std::int64_t t = 0; t <= 100; t += 5) sliced.run(Instant{t});
  EXPECT_EQ(sliced.world, at_once.world);
  EXPECT_EQ(sliced.trace.hash(), at_once.trace.hash());
}

TEST(Step, HandlesTiesInTheOrderOfEmission) {
  Game game{{{microseconds(5), {3}}, {microseconds(5), {1, 2}}, {microseconds(1), {9}}, {microseconds(5), {2}}}};
  game.run(Instant{5});
  // What bell 1 asks for comes after bell 2, which was asked for before.
  EXPECT_EQ(
      game.world.state.rung,
      (Rings{{Instant{1}, 9}, {Instant{5}, 3}, {Instant{5}, 1}, {Instant{5}, 2}, {Instant{5}, 11}, {Instant{5}, 12}}));
}

TEST(Step, HandlesAThousandTiesInTheOrderOfEmission) {  // more than the small regime of the queue holds
  std::vector<Bells::Plan> plan;
  for (std::uint32_t i = 0; i < 1000; ++i) plan.push_back({seconds(1), {i}});
  Game game{plan};
  game.run(Instant{} + seconds(1));
  ASSERT_EQ(game.world.state.rung.size(), 1000U);
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(game.world.state.rung[i].bell, i);
}

TEST(Step, SaysWhenNothingIsPending) {
  Game game{{{microseconds(5), {1}}}};
  EXPECT_TRUE(step(game.model, game.world, game.chooser, game.trace));
  EXPECT_EQ(game.world.agenda.now, Instant{5});
  const auto before = game.world;
  EXPECT_FALSE(step(game.model, game.world, game.chooser, game.trace));
  EXPECT_EQ(game.world, before);
  EXPECT_EQ(game.trace.events(), 1U);
}

TEST(World, LooksTheSameAfterAStepOnlyWhenItIsTheSame) {
  const std::vector<Bells::Plan> plan{{microseconds(5), {1, 1}}, {microseconds(6), {2}}};
  Game one{plan};
  Game other{plan};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(one.world, other.world);
    EXPECT_EQ(fingerprint(one.world), fingerprint(other.world));
    step(one.model, one.world, one.chooser, one.trace);
    EXPECT_NE(one.world, other.world);
    EXPECT_NE(fingerprint(one.world), fingerprint(other.world));
    step(other.model, other.world, other.chooser, other.trace);
  }
}

// Each part of a world counts, though nothing else differs.
TEST(World, DiffersInEachOfItsParts) {
  const Game game{{{microseconds(5), {1}}}};
  std::vector<WorldOf<Bells>> worlds(6, game.world);
  worlds[1].agenda.now = Instant{1};
  worlds[2].agenda.emitted += 1;
  worlds[3].agenda.asked.push_back(1);
  worlds[4].agenda.pending.push(Instant{5}, 1, {2});
  worlds[5].state.rung.push_back({});
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    for (std::size_t k = 0; k < worlds.size(); ++k) {
      EXPECT_EQ(worlds[i] == worlds[k], i == k);
      EXPECT_EQ(fingerprint(worlds[i]) == fingerprint(worlds[k]), i == k);
    }
  }
}

TEST(World, IsACopyThatSharesNothing) {
  std::vector<Bells::Plan> plan;
  support::SplitMix random{1};
  for (std::uint32_t i = 0; i < 500; ++i) {
    plan.push_back({microseconds(static_cast<std::int64_t>(random.below(100))), {i, i % 3}});
  }
  Game game{plan};
  game.run(Instant{50});
  WorldOf<Bells> copy = game.world;
  Trace copied_trace = game.trace;
  game.run(Instant{100});
  EXPECT_NE(copy, game.world);
  EXPECT_EQ(copy.agenda.now, Instant{50});
  run_until(game.model, copy, Instant{100}, game.chooser, copied_trace);
  EXPECT_EQ(copy, game.world);
  EXPECT_EQ(fingerprint(copy), fingerprint(game.world));
  EXPECT_EQ(copied_trace.hash(), game.trace.hash());
}

TEST(Choose, CountsEachQuestionByItself) {
  const std::vector<Question> questions{
      {.actor = "a", .kind = "x", .distribution = constant(3), .options = {}},
      {.actor = "a", .kind = "y", .answers = AnswerKind::bits, .distribution = {}, .options = {}}};
  NominalChooser chooser{questions};
  Record record;
  Trace trace{&record};
  Agenda<Bells::Event> agenda{.now = Instant{7}, .emitted = 0, .asked = {}, .pending = {}};
  Context<Bells::Event> out{agenda, chooser, trace};
  out.choose(1);
  EXPECT_EQ(out.duration(0), microseconds(3));
  out.choose(1);
  EXPECT_EQ(agenda.asked, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(record.answers, (std::vector<Answered>{{Instant{7}, 1, 0, nominal_answer(questions[1], 0)},
                                                   {Instant{7}, 0, 0, 3},
                                                   {Instant{7}, 1, 1, nominal_answer(questions[1], 1)}}));
}

}  // namespace
}  // namespace converge::sim
