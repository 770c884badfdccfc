// Worlds: the order of events, the horizon, and that a world is a value.
#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <tuple>
#include <utility>
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

// ---- events of one instant

// Writes down who touched which of its slots, and when. Every event reads and writes the slots of its mask.
struct Slots {
  struct Event {
    std::uint16_t actor = 0;
    std::uint32_t touches = 0;
    std::uint32_t number = 0;
    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.actor, e.touches, e.number); }
  };
  struct State {
    std::vector<std::uint32_t> handled;
    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.handled); }
  };

  std::vector<Event> plan;
  std::vector<Question> asked = [] {
    std::vector<Question> all;
    for (const char* actor : {"a", "b", "c", "d", "e"}) {
      all.push_back({.actor = actor,
                     .kind = "order",
                     .answers = AnswerKind::option,
                     .distribution = {},
                     .options = {{"in turn", 0}, {"goes first", 500'000}}});
    }
    return all;
  }();

  const std::vector<Question>& questions() const { return asked; }
  void start(State&, Context<Event>& out) const {
    for (const Event& e : plan) out.after(seconds(1), e);
  }
  void handle(State& s, const Event& e, Context<Event>&) const { s.handled.push_back(e.number); }
  Footprint footprint(const Event& e) const { return {.reads = e.touches, .writes = e.touches}; }
  QuestionId order_question(const Event& e) const { return e.actor; }
};
static_assert(OrdersTies<Slots>);
static_assert(!OrdersTies<Bells>);

using Order = std::vector<std::uint32_t>;

struct Played {
  Order order;
  Record record;
};

Played play(const Slots& model, const std::vector<Deviation>& deviations = {}) {
  NominalChooser nominal{model.asked};
  ReplayedChooser chooser{nominal, deviations};
  Played played;
  Trace trace{&played.record};
  WorldOf<Slots> world = initial(model, chooser, trace);
  run_until(model, world, Instant{} + seconds(1), chooser, trace);
  EXPECT_TRUE(world.agenda.pending.empty());
  EXPECT_EQ(fingerprint(world), fingerprint(WorldOf<Slots>{world}));
  played.order = world.state.handled;
  return played;
}

// Every order that answers can reach: each run branches at the choices that it faced and nobody had answered.
std::set<Order> reachable(const Slots& model) {
  std::set<Order> orders;
  std::vector<std::vector<Deviation>> open{{}};
  while (!open.empty()) {
    const std::vector<Deviation> deviations = open.back();
    open.pop_back();
    const Played played = play(model, deviations);
    orders.insert(played.order);
    std::size_t last = 0;  // answers after the last deviation are free
    for (std::size_t i = 0; i < played.record.answers.size(); ++i) {
      if (played.record.answers[i].answer == 1) last = i + 1;
    }
    for (std::size_t i = last; i < played.record.answers.size(); ++i) {
      auto more = deviations;
      more.push_back({played.record.answers[i].question, played.record.answers[i].occurrence, 1});
      open.push_back(more);
    }
  }
  return orders;
}

TEST(Ties, AreHandledInTheOrderOfEmissionUnlessSomebodySaysOtherwise) {
  EXPECT_EQ(play({{{4, 1, 0}, {0, 1, 1}, {2, 1, 2}, {1, 1, 3}}}).order, (Order{0, 1, 2, 3}));
}

TEST(Ties, OfDependentEventsOfDifferentActorsCanBeHandledInEveryOrder) {
  const std::array<std::size_t, 6> factorial{1, 1, 2, 6, 24, 120};
  for (std::uint16_t k = 1; k <= 5; ++k) {
    Slots model;
    for (std::uint16_t i = 0; i < k; ++i) model.plan.push_back({i, 1, i});
    EXPECT_EQ(reachable(model).size(), factorial.at(k));
  }
}

TEST(Ties, KeepTheOrderOfEventsOfOneActor) {
  const Slots model{{{0, 1, 0}, {1, 1, 1}, {0, 1, 2}, {2, 1, 3}, {1, 1, 4}}};
  const std::set<Order> orders = reachable(model);
  EXPECT_EQ(orders.size(), 30U);  // 5! / (2! 2!)
  for (const Order& o : orders) {
    const auto place = [&](std::uint32_t n) { return std::find(o.begin(), o.end(), n) - o.begin(); };
    EXPECT_LT(place(0), place(2));
    EXPECT_LT(place(1), place(4));
  }
}

TEST(Ties, OfIndependentEventsAskNothing) {
  const Played played = play({{{0, 1, 0}, {1, 2, 1}, {2, 4, 2}, {3, 8, 3}, {4, 16, 4}}});
  EXPECT_TRUE(played.record.answers.empty());
  EXPECT_EQ(played.order, (Order{0, 1, 2, 3, 4}));
}

TEST(Ties, AskOnlyOfThoseThatTouchTheSame) {
  const Slots model{{{0, 1, 0}, {1, 2, 1}, {2, 1, 2}, {3, 2, 3}}};
  const Played played = play(model);
  for (const Answered& a : played.record.answers) EXPECT_TRUE(a.question == 2 || a.question == 3);
  // Two pairs whose order matters: four outcomes, told apart by who of each pair came first.
  std::set<std::pair<bool, bool>> outcomes;
  for (const Order& o : reachable(model)) {
    const auto place = [&](std::uint32_t n) { return std::find(o.begin(), o.end(), n) - o.begin(); };
    outcomes.emplace(place(0) < place(2), place(1) < place(3));
  }
  EXPECT_EQ(outcomes.size(), 4U);
}

// Whoever reads one thing only is in nobody's way.
TEST(Ties, AskWholeChainsOfThoseThatTouchTheSame) {
  // The last depends on the two before it, which have nothing in common.
  const Slots model{{{0, 1, 0}, {1, 2, 1}, {2, 3, 2}}};
  std::set<std::pair<bool, bool>> outcomes;
  for (const Order& o : reachable(model)) {
    const auto place = [&](std::uint32_t n) { return std::find(o.begin(), o.end(), n) - o.begin(); };
    outcomes.emplace(place(0) < place(2), place(1) < place(2));
  }
  EXPECT_EQ(outcomes.size(), 4U);
}

TEST(Ties, AskAlsoOfThoseWhoStandBeforeAnotherOfTheirActor) {
  // The last depends on the first, and cannot overtake it unless the second does.
  EXPECT_TRUE(reachable({{{0, 1, 0}, {1, 2, 1}, {1, 1, 2}}}).contains(Order{1, 2, 0}));
}

TEST(Ties, ReadersOfTheSameAreIndependent) {
  EXPECT_FALSE(dependent({.reads = 3}, {.reads = 1}));
  EXPECT_TRUE(dependent({.reads = 3}, {.writes = 1}));
  EXPECT_TRUE(dependent({.writes = 2}, {.reads = 3}));
  EXPECT_TRUE(dependent({.writes = 2}, {.writes = 2}));
  EXPECT_FALSE(dependent({.reads = 1, .writes = 2}, {.reads = 1, .writes = 4}));
}

// Without footprints a world is stepped as it always was: no question, and each event once.
TEST(Ties, OfAModelWithoutFootprintsAreInTurn) {
  Game game{{{microseconds(5), {3}}, {microseconds(5), {1, 2}}, {microseconds(5), {2}}}};
  game.run(Instant{5});
  EXPECT_TRUE(game.world.agenda.asked.empty());
  EXPECT_EQ(game.trace.events(), 5U);
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
