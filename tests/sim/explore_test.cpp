#include "sim/explore.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "sim/model_space.hpp"

namespace converge::sim {
namespace {

// Three steps of one, two or three seconds, one after the other; and a fault at each that costs ten seconds more.
struct Steps {
  struct Event {
    bool operator==(const Event&) const = default;
    friend auto fields(const Event&) { return std::tie(); }
  };
  struct State {
    std::int32_t left = 3;
    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.left); }
  };
  std::vector<Question> list{
      {.actor = "step", .kind = "duration", .distribution = window(1'000'000, 2'000'000, 3'000'000)},
      {.actor = "step",
       .kind = "failure",
       .answers = AnswerKind::option,
       .options = {{"none"}, {"fails"}},
       .fault = true}};

  const std::vector<Question>& questions() const { return list; }
  void start(State&, Context<Event>& out) const { out.after({}, {}); }
  void handle(State& s, const Event&, Context<Event>& out) const {
    if (s.left-- == 0) return;
    Duration takes = out.duration(0);
    if (out.choose(1) != 0) takes = takes + seconds(10);
    out.after(takes, {});
  }
};

struct View {
  static void canonical(const WorldOf<Steps>& w, Bytes& bytes) {
    bytes.push_back(static_cast<std::uint8_t>(w.state.left));
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(w.agenda.now.us >> (8 * i)));
    if (w.agenda.pending.empty()) return;
    const std::int64_t next = w.agenda.pending.front().at.us;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(next >> (8 * i)));
  }
  static std::int64_t layer(const WorldOf<Steps>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  static void take(Steps::State&, std::vector<std::int64_t>& into) { into[0] = kNothing; }
  static void take_at_end(const WorldOf<Steps>& w, std::vector<std::int64_t>& into) { into[0] = w.state.left; }
};

const std::vector<Cut> kCuts{{.answers = {2'000'000, 1'000'000, 3'000'000}}, {.answers = {0, 1}, .fault = true}};
const std::vector<Deviation> kNothingFixed;

struct Explored {
  Steps model;
  View view;
  ModelSpace<Steps, View> space{model, view, kCuts, kNothingFixed, {.faults = 1}, Instant{} + seconds(100)};
};

TEST(Explore, MergesWhatIsTheSameAndCountsEverySchedule) {
  const Explored at;
  const Exploration e = explore(at.space, {});
  EXPECT_TRUE(e.complete);
  EXPECT_EQ(schedules(e.graph).value().count, 27.0 * 4);  // which step fails, or none
  EXPECT_LT(e.reached.states, 100U);
  const auto worst = worst_path(e.graph, 0);
  ASSERT_TRUE(worst);
  EXPECT_EQ(worst->gathered, -1);  // every schedule ends with all steps done
}

TEST(Explore, EndsAtABoundAndSaysHowFarItCame) {
  const Explored at;
  const Exploration few = explore(at.space, {.states_most = 5});
  EXPECT_FALSE(few.complete);
  EXPECT_GT(few.reached.states, 5U);
  EXPECT_GT(few.reached.frontier, 0U);
  EXPECT_FALSE(worst_path(few.graph, 0));
  const Exploration small = explore(at.space, {.memory_most = 1});
  EXPECT_FALSE(small.complete);
  EXPECT_EQ(small.reached.states, 1U);
  EXPECT_GT(small.reached.bytes, 1U);
  const Exploration hurried = explore(at.space, {.go_on = [](const ExploreProgress&) { return false; }});
  EXPECT_FALSE(hurried.complete);
  EXPECT_EQ(hurried.reached.frontier, 1U);
}

TEST(Explore, WithoutEdgesStillSaysTheWorstThatIsMet) {
  const Explored at;
  const Exploration e = explore(at.space, {.keep_edges = false});
  EXPECT_TRUE(e.complete);
  EXPECT_EQ(e.most[0], -1);
  EXPECT_EQ(e.graph.nodes(), 0U);
  EXPECT_EQ(e.reached.states, explore(at.space, {}).reached.states);
}

struct LayeredView : View {
  static std::int64_t layer_at(Instant t) { return t.us / 1'000'000; }
  static std::int64_t layer(const WorldOf<Steps>& w) { return layer_at(w.agenda.now); }
};

TEST(Explore, EstimatesWhatIsLeftByTheLastLayerThatWasFinished) {
  const Steps model;
  const LayeredView view;
  const ModelSpace<Steps, LayeredView> space{model,         view,          kCuts,
                                             kNothingFixed, {.faults = 1}, Instant{} + seconds(100)};
  std::vector<ExploreProgress> seen;
  const auto look = [&](const ExploreProgress& p) {
    seen.push_back(p);
    return true;
  };
  const Exploration e = explore(space, {.go_on = look});
  EXPECT_EQ(e.reached.states, explore(Explored{}.space, {}).reached.states);
  EXPECT_FALSE(seen.front().left);
  std::erase_if(seen, [](const ExploreProgress& p) { return p.layer == 0; });
  ASSERT_FALSE(seen.empty());
  // In layer 0 were the root and its six, and of the hundred layers one is behind.
  EXPECT_EQ(seen.front().layer, 1);
  EXPECT_EQ(seen.front().left, 99U * 7);
  for (const ExploreProgress& p : seen) EXPECT_GE(p.left.value(), p.frontier);
}

// ---- checkpoints

using Steps3 = Explorer<ModelSpace<Steps, View>>;

std::string saved(const Explored& at, const ExploreOptions& options) {
  const std::string path = testing::TempDir() + "checkpoint-" + std::to_string(getpid());
  Steps3 explorer{at.space, options};
  explorer.run();
  EXPECT_EQ(explorer.save(path, 1), std::nullopt);
  std::ifstream in{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  std::filesystem::remove(path);
  return bytes;
}

std::optional<std::string> resumed(const Explored& at, const std::string& bytes, std::uint64_t explored = 1,
                                   const ExploreOptions& options = {}) {
  const std::string path = testing::TempDir() + "checkpoint-" + std::to_string(getpid());
  std::ofstream{path, std::ios::binary} << bytes;
  Steps3 explorer{at.space, options};
  const auto problem = explorer.resume(path, explored);
  std::filesystem::remove(path);
  // Whatever was in the file, the search itself is what it would have been.
  const Exploration all = explore(at.space, options);
  EXPECT_EQ(explorer.run().reached.states, all.reached.states);
  EXPECT_EQ(explorer.result().reached.transitions, all.reached.transitions);
  EXPECT_TRUE(explorer.result().complete);
  return problem;
}

TEST(Checkpoint, IsGoneOnFrom) {
  const Explored at;
  EXPECT_EQ(resumed(at, saved(at, {.states_most = 9})), std::nullopt);
}

TEST(Checkpoint, OfSomethingElseIsRefused) {
  const Explored at;
  const std::string bytes = saved(at, {.states_most = 9});
  EXPECT_THAT(resumed(at, bytes, 2).value_or(""), testing::HasSubstr("of something else"));
  EXPECT_THAT(resumed(at, bytes, 1, {.keep_edges = false}).value_or(""), testing::HasSubstr("of something else"));
  EXPECT_THAT(resumed(at, "no such thing").value_or(""), testing::HasSubstr("is not a checkpoint"));
  Steps3 explorer{at.space, {}};
  EXPECT_TRUE(explorer.resume("/nowhere/at all", 1));
}

TEST(Checkpoint, ThatIsDamagedAnywhereIsRefused) {
  const Explored at;
  const std::string bytes = saved(at, {.states_most = 9, .keep_branches = true});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    EXPECT_TRUE(resumed(at, damaged, 1, {.keep_branches = true})) << i;
    EXPECT_TRUE(resumed(at, bytes.substr(0, i), 1, {.keep_branches = true})) << i;
  }
  EXPECT_TRUE(resumed(at, bytes + "x", 1, {.keep_branches = true}));
}

// ---- the graph

Graph graph_of(Gather gather, const std::vector<std::vector<std::array<std::int64_t, 3>>>& edges) {
  Graph g{{gather}};
  for (std::size_t n = 0; n < edges.size(); ++n) g.add_node();
  for (std::uint32_t n = 0; n < edges.size(); ++n) {
    for (const auto& [to, deviations, gathered] : edges[n]) {
      g.add_edge(n, to < 0 ? Graph::kEnd : static_cast<std::uint32_t>(to), static_cast<std::uint32_t>(deviations),
                 std::array{gathered});
    }
  }
  return g;
}

TEST(Graph, OfAllThatGatherEnoughFindsTheOneWithTheFewestDeviations) {
  //        usual  one deviation  two
  const auto g = graph_of(Gather::sum, {{{1, 0, 1}, {1, 1, 4}, {2, 2, 9}}, {{2, 0, 1}, {2, 1, 3}}, {{-1, 0, 0}}});
  const auto least = [&](std::int64_t threshold) { return least_path(g, 0, threshold); };
  EXPECT_EQ(least(2)->deviations, 0U);
  EXPECT_EQ(least(3)->path, (Path{0, 1, 0}));  // of two with one deviation the first
  EXPECT_EQ(least(5)->path, (Path{1, 0, 0}));
  EXPECT_EQ(least(6)->deviations, 2U);
  EXPECT_EQ(least(9)->path, (Path{2, 0}));
  EXPECT_FALSE(least(10));
  EXPECT_EQ(worst_path(g, 0)->gathered, 9);
}

TEST(Graph, WithACycleHasNoWorstPath) {
  EXPECT_FALSE(worst_path(graph_of(Gather::sum, {{{1, 0, 1}}, {{0, 0, 1}, {-1, 0, 0}}}), 0));
}

TEST(Graph, BoundsTheChanceThatFingerprintsCollide) {
  EXPECT_LT(collision_bound(1'000'000), 3e-8);
  EXPECT_GT(collision_bound(1'000'000), 2e-8);
  EXPECT_EQ(collision_bound(UINT64_MAX), 1.0);
}

}  // namespace
}  // namespace converge::sim
