// What the kernel promises of every run, on ping-pong.
#include "tests/toys/ping_pong.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sim/schedule.hpp"
#include "tests/toys/play.hpp"

namespace converge::toys {
namespace {

using sim::Instant;
using Spectator = PingPong::Spectator;

constexpr sim::Duration minute = sim::minutes(1);
constexpr std::size_t ping = 0;
constexpr std::size_t pong = 1;

// One ball is in play: each waits for the one after the other's.
bool in_play(const PingPong::State& s) {
  const std::uint32_t a = s.players[ping].next;
  const std::uint32_t b = s.players[pong].next;
  return a == b + 1 || b == a + 1;
}

TEST(PingPong, GoesToAndFroOnceASecondOnAQuietDay) {
  const PingPong model;
  const auto played = play_nominal(model, sim::seconds(10));
  EXPECT_EQ(played.world.state.players[ping].next, 11U);  // it has 1, 3, 5, 7 and 9
  EXPECT_EQ(played.world.state.players[pong].next, 10U);
  std::vector<std::int64_t> balls;
  for (const sim::Note& n : played.record.notes) {
    EXPECT_EQ(n.at, Instant{} + sim::seconds(1) * (n.a + 1));
    balls.push_back(n.a);
  }
  EXPECT_EQ(balls, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(PingPong, StopsExactlyAtTheHorizon) {
  const PingPong model;
  EXPECT_EQ(play_nominal(model, sim::seconds(10)).world.state.players[ping].next, 11U);
  const auto before = play_nominal(model, sim::seconds(10) - sim::microseconds(1));
  EXPECT_EQ(before.world.state.players[ping].next, 9U);
  EXPECT_EQ(before.world.agenda.now, Instant{9'999'999});
}

TEST(PingPong, PlaysALostBallAgain) {
  const PingPong model;
  const auto played = play_nominal(model, sim::seconds(10), {{model.ball_of(ping), 0, 1}});
  EXPECT_EQ(played.world.state.players[ping].repeats, 1U);
  EXPECT_EQ(played.world.state.players[pong].next, 6U);  // five seconds late
  EXPECT_EQ(played.record.notes[0].at, Instant{} + PingPong::patience);
  EXPECT_EQ(played.record.notes[1].at, Instant{} + PingPong::patience + PingPong::flight);
}

TEST(PingPong, LetsASlowBallThatWasPlayedAgainThrough) {
  const PingPong model;
  const auto played = play_nominal(model, minute, {{model.flight_of(ping), 0, sim::milliseconds(5'500).us}});
  EXPECT_EQ(played.world.state.players[ping].repeats, 1U);  // at 5 s; both balls arrive, and one counts
  EXPECT_TRUE(in_play(played.world.state));
}

TEST(PingPong, KeepsOneBallInPlayUnderEverySeed) {
  const PingPong model;
  std::uint32_t repeats = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    sim::SampledChooser chooser{model.questions(), seed};
    EXPECT_TRUE(always(model, chooser, minute, in_play)) << "seed " << seed;
    const auto played = play_sampled(model, minute, seed);
    repeats += played.world.state.players[ping].repeats + played.world.state.players[pong].repeats;
  }
  EXPECT_GT(repeats, 200U);  // so the faults were really met
}

// The same trace on every machine, under both compilers.
TEST(PingPong, HasTheTraceThatItAlwaysHad) { EXPECT_EQ(play_nominal(PingPong{}, minute).hash, 0x18A76545AF53AAF5ULL); }

TEST(PingPong, GivesTheSameTraceTwiceUnderAThousandSeeds) {
  const PingPong model;
  std::set<std::uint64_t> hashes{play_nominal(model, minute).hash};
  EXPECT_EQ(*hashes.begin(), play_nominal(model, minute).hash);
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto once = play_sampled(model, minute, seed);
    const auto again = play_sampled(PingPong{}, minute, seed);  // nor does it matter which copy of the model
    ASSERT_EQ(once.hash, again.hash) << "seed " << seed;
    ASSERT_EQ(once.world, again.world) << "seed " << seed;
    hashes.insert(once.hash);
  }
  EXPECT_EQ(hashes.size(), 1001U);
}

TEST(PingPong, IsReplayedFromTheDeviationsOfASampledRun) {
  const PingPong model;
  for (std::uint64_t seed = 1; seed < 200; ++seed) {
    const auto sampled = play_sampled(model, minute, seed);
    const auto deviations = deviations_from_nominal(sampled.record, model.questions());
    EXPECT_TRUE(std::ranges::any_of(deviations, [&](const auto& d) { return d.question == model.spin_of(ping); }))
        << "bits that came from seed " << seed << " and not from the nominal run's";
    const auto replayed = play_nominal(model, minute, deviations);
    ASSERT_EQ(replayed.hash, sampled.hash) << "seed " << seed;
    ASSERT_EQ(replayed.world, sampled.world) << "seed " << seed;
  }
}

TEST(PingPong, IsReplayedFromNamesOverAnotherNumberingOfTheQuestions) {
  const PingPong model;
  const PingPong renumbered{Spectator::first};
  const auto sampled = play_sampled(model, minute, 3);
  sim::Schedule schedule;
  for (const sim::Deviation& d : deviations_from_nominal(sampled.record, model.questions())) {
    schedule.deviations.push_back(name(d, model.questions()));
  }
  const sim::Resolved resolved = resolve(schedule, model.questions());
  EXPECT_TRUE(resolved.problems.empty());
  EXPECT_EQ(play_nominal(model, minute, resolved.deviations).hash, sampled.hash);

  const sim::Resolved elsewhere = resolve(schedule, renumbered.questions());
  EXPECT_TRUE(elsewhere.problems.empty());
  EXPECT_EQ(play_nominal(renumbered, minute, elsewhere.deviations).world.state.players, sampled.world.state.players);
}

// Taking one actor's deviation away changes what happens, and the order of the choices, but no other answer.
TEST(PingPong, LeavesEveryOtherAnswerAsItWasWhenADeviationIsTakenAway) {
  const PingPong model{Spectator::last};
  std::size_t reordered = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto plain = play_sampled(model, minute, seed);
    const auto deviating = play_sampled(model, minute, seed, {{model.flight_of(ping), 4, sim::seconds(20).us}});
    const auto answers = answers_by_name(plain.record, model.questions());
    const ChoiceName taken_away{"ping", "flight", 4};
    for (const auto& [name, answer] : answers_by_name(deviating.record, model.questions())) {
      const auto other = answers.find(name);
      if (name == taken_away || other == answers.end()) continue;  // one run may face more choices
      ASSERT_EQ(answer, other->second) << "seed " << seed;
    }
    auto before = names_in_order(deviating.record, model.questions());
    auto after = names_in_order(plain.record, model.questions());
    const std::size_t common = std::min(before.size(), after.size());
    reordered += !std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(common), after.begin());
  }
  EXPECT_GT(reordered, 40U);
}

TEST(PingPong, DoesNotMindASpectator) {
  const PingPong alone;
  for (const Spectator seat : {Spectator::first, Spectator::last}) {
    const PingPong watched{seat};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const auto without = play_sampled(alone, minute, seed);
      const auto with = play_sampled(watched, minute, seed);
      EXPECT_EQ(with.world.state.players, without.world.state.players);
      EXPECT_GT(with.world.state.claps, 0U);
      auto answers = answers_by_name(with.record, watched.questions());
      EXPECT_GT(std::erase_if(answers, [](const auto& a) { return std::get<0>(a.first) == "spectator"; }), 0U);
      ASSERT_EQ(answers, answers_by_name(without.record, alone.questions())) << "seed " << seed;
    }
  }
}

TEST(PingPong, GoesOnAlikeInACopyOfTheWorld) {
  const PingPong model{Spectator::last};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    sim::SampledChooser chooser{model.questions(), seed};
    sim::Trace trace;
    auto world = initial(model, chooser, trace);
    run_until(model, world, Instant{} + minute / 2, chooser, trace);

    auto copy = world;
    sim::Trace copied_trace = trace;
    sim::SampledChooser another_chooser{model.questions(), seed};  // choosers keep nothing of a run
    EXPECT_EQ(copy, world);
    EXPECT_EQ(fingerprint(copy), fingerprint(world));
    run_until(model, world, Instant{} + minute, chooser, trace);
    EXPECT_NE(copy, world);
    EXPECT_NE(fingerprint(copy), fingerprint(world));
    run_until(model, copy, Instant{} + minute, another_chooser, copied_trace);
    EXPECT_EQ(copy, world);
    EXPECT_EQ(fingerprint(copy), fingerprint(world));
    EXPECT_EQ(copied_trace.hash(), trace.hash());
    EXPECT_EQ(trace.hash(), play_sampled(model, minute, seed).hash);  // as if there had been no pause
  }
}

// Equal if and only if they have the same fingerprint, over all the worlds that twenty runs go through.
TEST(PingPong, HasOneFingerprintForEachWorld) {
  const PingPong model;
  using PingPongWorld = sim::WorldOf<PingPong>;
  std::map<std::uint64_t, PingPongWorld> seen;
  std::size_t met_again = 0;
  for (std::uint64_t run = 0; run < 20; ++run) {
    sim::SampledChooser chooser{model.questions(), run / 2};  // each seed twice, so that equal worlds are met
    sim::Trace trace;
    PingPongWorld world = initial(model, chooser, trace);
    for (int i = 0; i < 60; ++i) {
      const auto [place, is_new] = seen.try_emplace(fingerprint(world), world);
      EXPECT_EQ(place->second, world);
      met_again += is_new ? 0 : 1;
      ASSERT_TRUE(step(model, world, chooser, trace));
    }
  }
  EXPECT_EQ(met_again, 600U);
  std::vector<const PingPongWorld*> different;
  for (const auto& entry : seen) different.push_back(&entry.second);
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) ASSERT_NE(*different[i], *different[k]);
  }
}

}  // namespace
}  // namespace converge::toys
