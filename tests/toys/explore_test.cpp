// The explorer against toys: known numbers of states, and plain enumeration of whole runs without any merging.
#include "sim/explore.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <map>

#include "sim/all_dependent.hpp"
#include "sim/model_space.hpp"
#include "tests/toys/network.hpp"
#include "tests/toys/play.hpp"
#include "tests/toys/two_phase_commit.hpp"
#include "tests/toys/two_phase_states.hpp"

namespace converge::toys {
namespace {

using sim::Bytes;
using sim::Exploration;
using sim::ExploreOptions;
using sim::Gather;
using sim::Instant;

const std::vector<sim::Deviation> kNothingFixed;

// ---------------------------------------------------------------------------------------------------------------------
// Two-phase commit: 288 and 8,832.

Exploration two_phase(std::size_t managers, const TwoPhaseView& view, const ExploreOptions& options = {},
                      TwoPhaseStates::Bug bug = TwoPhaseStates::Bug::none) {
  const TwoPhaseStates model{managers, bug};
  const sim::ModelSpace<TwoPhaseStates, TwoPhaseView> space{model,         view, model.cuts(),
                                                            kNothingFixed, {},   Instant{} + sim::days(1)};
  return explore(space, options);
}

TEST(ExploreTwoPhaseCommit, HasAsManyStatesAsIsKnown) {
  const auto three = two_phase(3, {});
  EXPECT_TRUE(three.complete);
  EXPECT_EQ(three.reached.states - 1, 288U);  // but the root, which is before the first action
  EXPECT_EQ(three.most[0], sim::kNothing);
  EXPECT_FALSE(worst_path(three.graph, 0));  // what is not enabled leads back to where it was
  const auto five = two_phase(5, {}, {.fingerprints = true, .keep_edges = false});
  EXPECT_EQ(five.reached.states - 1, 8'832U);
  EXPECT_EQ(five.most[0], sim::kNothing);
}

TEST(ExploreTwoPhaseCommit, OnThreadsFindsTheSame) {
  for (const unsigned jobs : {1U, 2U, 3U}) {
    const auto five = two_phase(5, {}, {.jobs = jobs, .keep_edges = false});
    EXPECT_EQ(five.reached.states - 1, 8'832U);
    EXPECT_EQ(five.reached.transitions, 8'833U * 27);
  }
}

TEST(ExploreTwoPhaseCommit, ManagersThatAreAlikeNeedNotBeToldApart) {
  const auto five = two_phase(5, {.sorted = true});
  EXPECT_LT(five.reached.states, 1'000U);
  EXPECT_EQ(five.most[0], sim::kNothing);
  const auto buggy = two_phase(5, {.sorted = true}, {}, TwoPhaseStates::Bug::commits_on_a_single_vote);
  EXPECT_EQ(buggy.most[0], 1);
}

TEST(ExploreTwoPhaseCommit, AVoteThatCountsForAllIsSeen) {
  EXPECT_EQ(two_phase(3, {}, {}, TwoPhaseStates::Bug::commits_on_a_single_vote).most[0], 1);
}

// ---------------------------------------------------------------------------------------------------------------------
// Networks: each schedule one after another, and merged.

constexpr std::int64_t kHorizon = 60;

// Labels: when the last phase was finished; deadlines missed in all; the greatest that ever stood on the board.
struct NetworkView {
  enum class Time : std::uint8_t { absolute, relative };
  Time time = Time::absolute;
  bool layers = true;
  bool forgets_board = false;  // a mistake, to see that it is noticed

  void canonical(const sim::WorldOf<Network>& w, Bytes& bytes) const {
    const auto number = [&](std::int64_t n) {
      for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
    };
    const std::int64_t now = w.agenda.now.us;
    if (time == Time::absolute) number(now);
    number(now - w.state.finished.us);
    for (const auto& a : w.state.actors) {
      bytes.push_back(static_cast<std::uint8_t>(a.phase | a.waits << 7U));
      bytes.push_back(a.signals);
    }
    if (!forgets_board) number(w.state.board);
    w.agenda.pending.for_each_in_order([&](const auto& p) {
      number(p.at.us - now);
      number(static_cast<std::int64_t>(p.payload.what));
      bytes.push_back(p.payload.actor);
      bytes.push_back(p.payload.phase);
    });
  }
  std::int64_t layer(const sim::WorldOf<Network>& w) const {
    return time == Time::absolute && layers ? w.agenda.now.us / 3 : 0;
  }
  static std::vector<Gather> gathers() { return {Gather::sum, Gather::sum, Gather::most}; }
  static void take(Network::State& s, std::vector<std::int64_t>& into) {
    into[0] = (s.finished - s.finished_taken).us;
    s.finished_taken = s.finished;
    into[1] = std::exchange(s.missed, 0);
    into[2] = s.board_most == 0 ? sim::kNothing : s.board_most;
    s.board_most = 0;
  }
  static void take_at_end(const sim::WorldOf<Network>& w, std::vector<std::int64_t>& into) {
    Network::State s = w.state;
    take(s, into);
    if (into[2] == sim::kNothing) into[2] = 0;
  }
};

// What is known after all schedules were tried.
struct Answer {
  std::uint64_t schedules = 0;
  std::vector<std::int64_t> worst{sim::kNothing, sim::kNothing, sim::kNothing};
  std::vector<std::map<std::int64_t, std::uint32_t>> least{3};  // by label: the fewest deviations that reach so much

  bool operator==(const Answer&) const = default;
};

template <class M>
Answer one_after_another(const M& model, const std::vector<sim::Cut>& cuts, const sim::Budget& budget) {
  Answer all;
  sim::NominalChooser elsewhere{model.questions()};
  sim::EnumeratedChooser chooser{cuts, elsewhere};
  chooser.begin(budget);
  do {
    sim::Trace trace;
    auto world = sim::initial(model, chooser, trace);
    sim::run_until(model, world, Instant{kHorizon}, chooser, trace);
    ++all.schedules;
    std::uint32_t deviations = 0;
    for (const sim::Branch& b : chooser.branches()) deviations += b.taken != 0 ? 1 : 0;
    const auto& s = world.state;
    const std::int64_t reached[] = {s.finished.us, s.missed, s.board_most};
    for (std::size_t l = 0; l < 3; ++l) {
      all.worst[l] = std::max(all.worst[l], reached[l]);
      const auto [at, fresh] = all.least[l].try_emplace(reached[l], deviations);
      if (!fresh) at->second = std::min(at->second, deviations);
    }
  } while (chooser.next());
  for (auto& least : all.least) {  // what reaches more reaches this
    std::uint32_t fewest = UINT32_MAX;
    for (auto at = least.rbegin(); at != least.rend(); ++at) fewest = at->second = std::min(fewest, at->second);
  }
  return all;
}

template <class M>
Exploration merged(const M& model, const std::vector<sim::Cut>& cuts, const sim::Budget& budget,
                   const NetworkView& view, const ExploreOptions& options = {}) {
  const sim::ModelSpace<M, NetworkView> space{model, view, cuts, kNothingFixed, budget, Instant{kHorizon}};
  return explore(space, options);
}

// In several sittings: each begins with what the one before it saved.
template <class M>
Exploration in_sittings(const M& model, const std::vector<sim::Cut>& cuts, const sim::Budget& budget,
                        ExploreOptions options, std::uint64_t states_each) {
  using Space = sim::ModelSpace<M, NetworkView>;
  const NetworkView view;
  const Space space{model, view, cuts, kNothingFixed, budget, Instant{kHorizon}};
  const std::string path = testing::TempDir() + "explore-" + std::to_string(getpid());
  for (options.states_most = 0;; options.states_most += states_each) {
    sim::Explorer<Space> explorer{space, options};
    const auto problem = options.states_most > 0 ? explorer.resume(path, 7) : std::nullopt;
    EXPECT_EQ(problem, std::nullopt);
    if (explorer.run().complete) {
      std::filesystem::remove(path);
      return explorer.take();
    }
    EXPECT_EQ(explorer.save(path, 7), std::nullopt);
  }
}

// The same, asked of the graph at those values that `like` holds.
Answer answer(const Exploration& e, const Answer& like) {
  Answer all;
  all.schedules = static_cast<std::uint64_t>(schedules(e.graph).value().count);
  for (std::size_t l = 0; l < 3; ++l) {
    all.worst[l] = worst_path(e.graph, l).value().gathered;
    for (const auto& [value, deviations] : like.least[l]) {
      const auto least = least_path(e.graph, l, value);
      if (least) all.least[l][value] = least->deviations;
    }
  }
  return all;
}

// Down to the last edge.
bool same(const sim::Graph& a, const sim::Graph& b) {
  if (a.nodes() != b.nodes() || a.edges() != b.edges()) return false;
  for (std::uint32_t n = 0; n < a.nodes(); ++n) {
    const auto x = a.edges(n);
    const auto y = b.edges(n);
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto e = x[i];
      const auto f = y[i];
      if (e.to != f.to || e.deviations != f.deviations || !std::ranges::equal(e.gathered, f.gathered)) return false;
      if (!std::ranges::equal(e.branches, f.branches)) return false;
    }
  }
  return true;
}

// Early cases are not smaller: what is small here is found by shrinking.
int below(int n) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n)); }

Network::Config draw_network() {
  Network::Config c;
  const int actors = 1 + below(3);
  const int phases_in_all = 6;
  for (int a = 0, phases = 0; a < actors; ++a) {
    auto& list = c.actors.emplace_back();
    for (int left = 1 + below(2); left >= 0 && phases < phases_in_all; --left, ++phases) {
      Network::Phase& p = list.emplace_back();
      p.takes = {1 + below(3)};
      if (below(3) != 0) p.takes.push_back(4 + below(2));
      p.fails = below(3);
      p.signals = static_cast<std::uint8_t>(below(8) == 0);
      p.to = static_cast<std::uint8_t>(below(3) == 0 ? 1 + below(actors) : 0);
      p.writes = static_cast<std::uint8_t>(below(4));
    }
    c.deadlines.push_back(below(2) * (3 + below(8)));
  }
  c.delay = 1 + below(3);
  return c;
}

sim::Budget draw_budget() {
  const int faults = below(3);
  const int deviations = below(8);
  return {.faults = static_cast<std::uint16_t>(faults),
          .deviations = deviations > 4 ? sim::Budget::no_end : static_cast<std::uint16_t>(deviations)};
}

RC_GTEST_PROP(ExploreNetworks, MergedSearchSaysWhatTryingEachScheduleSays, ()) {
  const Network::Config config = draw_network();
  RC_LOG() << config << '\n';
  const Network model{config};
  const sim::Budget budget = draw_budget();
  const Answer truth = one_after_another(model, model.cuts(), budget);
  RC_CLASSIFY(truth.schedules > 100, "more than 100 schedules");
  RC_CLASSIFY(truth.least[2].size() > 1, "the board differs");

  const Exploration e = merged(model, model.cuts(), budget, {}, {.keep_branches = true});
  RC_ASSERT(e.complete);
  RC_ASSERT(answer(e, truth) == truth);
  RC_ASSERT(e.most[2] == truth.worst[2] || truth.worst[2] == 0);
  for (const unsigned jobs : {2U, 3U}) {
    RC_ASSERT(same(e.graph, merged(model, model.cuts(), budget, {}, {.jobs = jobs, .keep_branches = true}).graph));
  }
  RC_ASSERT(
      same(e.graph, merged(model, model.cuts(), budget, {}, {.fingerprints = true, .keep_branches = true}).graph));
  RC_ASSERT(same(e.graph, merged(model, model.cuts(), budget, {}, {.pack = true, .keep_branches = true}).graph));
  const ExploreOptions saved{.jobs = 1U + static_cast<unsigned>(below(2)),
                             .fingerprints = below(2) == 1,
                             .pack = below(2) == 1,
                             .keep_branches = true};
  RC_ASSERT(same(e.graph, in_sittings(model, model.cuts(), budget, saved, 1 + e.reached.states / 3).graph));
  RC_ASSERT(answer(merged(model, model.cuts(), budget, {.layers = false}), truth) == truth);
  const Exploration relative = merged(model, model.cuts(), budget, {.time = NetworkView::Time::relative});
  RC_ASSERT(answer(relative, truth) == truth);
  RC_ASSERT(relative.reached.states <= e.reached.states);
}

RC_GTEST_PROP(ExploreNetworks, ReductionLeavesOutNothingThatMakesADifference, ()) {
  const Network::Config config = draw_network();
  RC_LOG() << config << '\n';
  const Network model{config};
  const sim::AllDependent<Network> unreduced{model};
  const sim::Budget budget{.faults = static_cast<std::uint16_t>(below(2))};
  const Exploration with = merged(model, model.cuts(), budget, {});
  const Exploration without = merged(unreduced, model.cuts(), budget, {});
  RC_ASSERT(with.reached.transitions <= without.reached.transitions);
  RC_CLASSIFY(with.reached.transitions < without.reached.transitions, "fewer transitions");
  for (std::size_t l = 0; l < 3; ++l) {
    const auto worst = worst_path(with.graph, l);
    RC_ASSERT(worst->gathered == worst_path(without.graph, l)->gathered);
  }
}

// Both would be worth nothing if they could not fail.
TEST(ExploreNetworks, AViewThatForgetsWhatStillMattersIsSeen) {
  // Both write at one instant, in either order, and what the first writes later depends on it.
  const Network model{{.actors = {{{.takes = {2}, .writes = 1}, {.takes = {3, 4}, .writes = 9}},
                                  {{.takes = {2}, .writes = 2}, {.takes = {5, 6}}}},
                       .deadlines = {0, 0}}};
  const Answer truth = one_after_another(model, model.cuts(), {});
  EXPECT_EQ(answer(merged(model, model.cuts(), {}, {}), truth), truth);
  EXPECT_NE(answer(merged(model, model.cuts(), {}, {.layers = false, .forgets_board = true}), truth), truth);
}

// ---------------------------------------------------------------------------------------------------------------------
// Two-phase commit in time, with a bug: the story of it has as few deviations as there can be.

struct CommitView {
  static void canonical(const sim::WorldOf<TwoPhaseCommit>& w, Bytes& bytes) {
    sim::Writer out{bytes};
    write(out, w.state);
    out.number(w.agenda.pending.size());
    w.agenda.pending.for_each_in_order(
        [&](const auto& p) { write(out, std::tuple{p.at.us - w.agenda.now.us, p.payload}); });
  }
  static std::int64_t layer(const sim::WorldOf<TwoPhaseCommit>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  static void take(const TwoPhaseCommit::State& s, std::vector<std::int64_t>& into) {
    into[0] = atomic(s) ? sim::kNothing : 1;
  }
  static void take_at_end(const sim::WorldOf<TwoPhaseCommit>& w, std::vector<std::int64_t>& into) {
    take(w.state, into);
  }
};

struct Story {
  std::optional<sim::LeastPath> least;
  std::vector<sim::Deviation> deviations;
};

Story shortest_story(const TwoPhaseCommit& model) {
  std::vector<sim::Cut> cuts(model.questions().size());
  for (std::size_t q = 0; q < cuts.size(); ++q) {
    const sim::Question& question = model.questions()[q];
    cuts[q].fault = question.fault;
    cuts[q].answers.push_back(nominal_answer(question, 0));
    for (std::size_t o = 1; o < question.options.size(); ++o) cuts[q].answers.push_back(static_cast<std::int64_t>(o));
  }
  cuts[TwoPhaseCommit::work_of(0)].answers.push_back(sim::minutes(1).us);
  const CommitView view;
  const sim::ModelSpace<TwoPhaseCommit, CommitView> space{model,         view,          cuts,
                                                          kNothingFixed, {.faults = 2}, Instant{} + sim::minutes(20)};
  const Exploration e = explore(space, {});
  EXPECT_TRUE(e.complete);
  Story story{.least = least_path(e.graph, 0, 1), .deviations = {}};
  if (story.least) {
    story.deviations = deviations_from_nominal(space.follow(story.least->path), model.questions());
  }
  return story;
}

TEST(ExploreTwoPhaseCommitInTime, IsAtomicUnderEverySchedule) { EXPECT_FALSE(shortest_story(TwoPhaseCommit{3}).least); }

TEST(ExploreTwoPhaseCommitInTime, ABugIsFoundByTheShortestStory) {
  using Bug = TwoPhaseCommit::Bug;
  for (const Bug bug : {Bug::commits_without_waiting, Bug::tells_before_it_writes}) {
    const TwoPhaseCommit model{3, bug};
    const Story story = shortest_story(model);
    ASSERT_TRUE(story.least);
    EXPECT_EQ(story.least->deviations, 1U);
    ASSERT_EQ(story.deviations.size(), 1U);
    sim::NominalChooser nominal{model.questions()};
    sim::ReplayedChooser chooser{nominal, story.deviations};
    EXPECT_FALSE(always(model, chooser, sim::minutes(20), [](const auto& s) { return atomic(s); }));
  }
}

}  // namespace
}  // namespace converge::toys
