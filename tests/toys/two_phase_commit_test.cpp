// Two-phase commit is atomic under every sampled schedule, and the check that says so fails when it is not.
#include "tests/toys/two_phase_commit.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "sim/schedule.hpp"
#include "tests/toys/play.hpp"

namespace converge::toys {
namespace {

using sim::Instant;
using Bug = TwoPhaseCommit::Bug;
using Decision = TwoPhaseCommit::Decision;
using Phase = TwoPhaseCommit::Phase;
using Told = TwoPhaseCommit::Told;

constexpr sim::Duration horizon = sim::hours(1);
constexpr std::uint64_t seeds = 200;

bool was_told(const sim::Record& record, Told told) {
  for (const sim::Note& n : record.notes) {
    if (n.kind == static_cast<std::uint16_t>(told)) return true;
  }
  return false;
}

// The first seed under which some instant shows a commit beside an abort.
std::optional<std::uint64_t> first_violation(const TwoPhaseCommit& model) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    sim::SampledChooser chooser{model.questions(), seed};
    if (!always(model, chooser, horizon, atomic)) return seed;
  }
  return std::nullopt;
}

TEST(TwoPhaseCommit, CommitsOnAQuietDay) {
  const TwoPhaseCommit model{3};
  const auto played = play_nominal(model, horizon);
  EXPECT_EQ(played.world.state.managers, (std::vector<Phase>(3, Phase::committed)));
  EXPECT_EQ(played.world.state.coordinator.written, Decision::commit);
  const Instant votes = Instant{} + TwoPhaseCommit::work + TwoPhaseCommit::message;
  ASSERT_EQ(played.record.notes.size(), 4U);
  EXPECT_EQ(played.record.notes[0].at, votes);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(played.record.notes[i].at, votes + TwoPhaseCommit::message);
    EXPECT_EQ(played.record.notes[i].a, static_cast<std::int64_t>(i - 1));  // at one instant, in the order of emission
  }
}

TEST(TwoPhaseCommit, AbortsWhenOneManagerRefuses) {
  const TwoPhaseCommit model{3};
  const auto played = play_nominal(model, horizon, {{TwoPhaseCommit::vote_of(1), 0, 1}});
  EXPECT_EQ(played.world.state.managers, (std::vector<Phase>(3, Phase::aborted)));
}

TEST(TwoPhaseCommit, AbortsWhenOneManagerIsTooSlow) {
  const TwoPhaseCommit model{3};
  const auto played = play_nominal(model, horizon, {{TwoPhaseCommit::work_of(2), 0, sim::minutes(10).us}});
  EXPECT_EQ(played.world.state.managers, (std::vector<Phase>(3, Phase::aborted)));
  EXPECT_EQ(played.record.notes[0].at, Instant{} + TwoPhaseCommit::votes_due);
}

TEST(TwoPhaseCommit, CommitsAfterACrashWhenTheDecisionWasWritten) {
  const TwoPhaseCommit model{3};
  const auto played = play_nominal(model, horizon, {{TwoPhaseCommit::crash_on_decision, 0, 2}});
  EXPECT_TRUE(was_told(played.record, Told::crashed));
  EXPECT_EQ(played.world.state.managers, (std::vector<Phase>(3, Phase::committed)));
}

TEST(TwoPhaseCommit, AbortsAfterACrashWhenNothingWasWritten) {
  const TwoPhaseCommit model{3};
  for (const sim::Deviation& crash :
       {sim::Deviation{TwoPhaseCommit::crash_on_decision, 0, 1}, sim::Deviation{TwoPhaseCommit::crash_on_vote, 1, 1}}) {
    const auto played = play_nominal(model, horizon, {crash});
    EXPECT_TRUE(was_told(played.record, Told::crashed));
    EXPECT_EQ(played.world.state.managers, (std::vector<Phase>(3, Phase::aborted)));
  }
}

TEST(TwoPhaseCommit, IsAtomicUnderEverySeed) {
  for (const std::size_t managers : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    EXPECT_EQ(first_violation(TwoPhaseCommit{managers}), std::nullopt) << managers << " managers";
  }
}

// Otherwise the test above would say little.
TEST(TwoPhaseCommit, MeetsCommitsAbortsAndCrashesAndDecidesInTheEnd) {
  const TwoPhaseCommit model{3};
  int commits = 0;
  int aborts = 0;
  int commits_after_a_crash = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto played = play_sampled(model, horizon, seed);
    EXPECT_TRUE(decided(played.world.state)) << "seed " << seed;
    const bool committed = played.world.state.managers[0] == Phase::committed;
    ++(committed ? commits : aborts);
    commits_after_a_crash += committed && was_told(played.record, Told::crashed) ? 1 : 0;
  }
  EXPECT_GT(commits, 20);
  EXPECT_GT(aborts, 20);
  EXPECT_GT(commits_after_a_crash, 2);
}

TEST(TwoPhaseCommit, IsNotAtomicWhenManagersDoNotWait) {
  EXPECT_TRUE(first_violation(TwoPhaseCommit{3, Bug::commits_without_waiting}).has_value());
}

TEST(TwoPhaseCommit, IsNotAtomicWhenTheCoordinatorTellsBeforeItWrites) {
  EXPECT_TRUE(first_violation(TwoPhaseCommit{3, Bug::tells_before_it_writes}).has_value());
}

// Both bugs by the shortest schedule that shows them; without it they do not show.
TEST(TwoPhaseCommit, ShowsEachBugUnderOneDeviation) {
  const TwoPhaseCommit hasty{3, Bug::commits_without_waiting};
  EXPECT_TRUE(atomic(play_nominal(hasty, horizon).world.state));
  EXPECT_FALSE(atomic(play_nominal(hasty, horizon, {{TwoPhaseCommit::vote_of(0), 0, 1}}).world.state));
  const TwoPhaseCommit early{3, Bug::tells_before_it_writes};
  EXPECT_TRUE(atomic(play_nominal(early, horizon).world.state));
  EXPECT_FALSE(atomic(play_nominal(early, horizon, {{TwoPhaseCommit::crash_on_decision, 0, 1}}).world.state));
}

TEST(TwoPhaseCommit, HasTheTraceThatItAlwaysHad) {
  EXPECT_EQ(play_nominal(TwoPhaseCommit{3}, horizon).hash, 0x8C95A9EBD3FC82C6ULL);
}

TEST(TwoPhaseCommit, GivesTheSameTraceTwiceUnderAThousandSeeds) {
  const TwoPhaseCommit model{3};
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto once = play_sampled(model, horizon, seed);
    const auto again = play_sampled(TwoPhaseCommit{3}, horizon, seed);
    ASSERT_EQ(once.hash, again.hash) << "seed " << seed;
    ASSERT_EQ(once.world, again.world) << "seed " << seed;
    hashes.insert(once.hash);
  }
  EXPECT_EQ(hashes.size(), 1000U);
}

TEST(TwoPhaseCommit, IsReplayedFromTheNamedDeviationsOfASampledRun) {
  const TwoPhaseCommit model{3};
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto sampled = play_sampled(model, horizon, seed);
    sim::Schedule schedule;
    for (const sim::Deviation& d : deviations_from_nominal(sampled.record, model.questions())) {
      schedule.deviations.push_back(name(d, model.questions()));
    }
    const sim::Resolved resolved = resolve(schedule, model.questions());
    ASSERT_TRUE(resolved.problems.empty());
    const auto replayed = play_nominal(model, horizon, resolved.deviations);
    ASSERT_EQ(replayed.hash, sampled.hash) << "seed " << seed;
    ASSERT_EQ(replayed.world, sampled.world) << "seed " << seed;
  }
}

// One manager more, and the others still have the same luck.
TEST(TwoPhaseCommit, KeepsTheAnswersOfTheOthersWhenAManagerJoins) {
  const TwoPhaseCommit small{3};
  const TwoPhaseCommit large{4};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto few = play_sampled(small, horizon, seed);
    const auto many = play_sampled(large, horizon, seed);
    const auto answers = answers_by_name(many.record, large.questions());
    std::size_t common = 0;
    for (const auto& [name, answer] : answers_by_name(few.record, small.questions())) {
      const auto other = answers.find(name);
      if (other == answers.end()) continue;  // one run may face more choices
      ++common;
      ASSERT_EQ(answer, other->second) << "seed " << seed;
    }
    EXPECT_GE(common, 3U);
  }
}

TEST(TwoPhaseCommit, GoesOnAlikeInACopyOfTheWorldTakenAtEachStep) {
  const TwoPhaseCommit model{3};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sim::SampledChooser chooser{model.questions(), seed};
    sim::Trace trace;
    auto world = initial(model, chooser, trace);
    const auto whole = play_sampled(model, horizon, seed);
    do {
      auto copy = world;
      sim::Trace copied_trace = trace;
      run_until(model, copy, Instant{} + horizon, chooser, copied_trace);
      ASSERT_EQ(copy, whole.world);
      ASSERT_EQ(fingerprint(copy), fingerprint(whole.world));
      ASSERT_EQ(copied_trace.hash(), whole.hash);
    } while (step(model, world, chooser, trace));
  }
}

}  // namespace
}  // namespace converge::toys
