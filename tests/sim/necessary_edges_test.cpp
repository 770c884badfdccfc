// The smallest set of edges under which every order is good, against a search of all sets.
#include "sim/necessary_edges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace converge::sim {
namespace {

// Any of these numbers in every case: RapidCheck would begin with the small ones.
template <class T>
T below(T least, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, end));
}

std::vector<Order> permutations(std::size_t steps) {
  Order order(steps);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Order> all;
  do all.push_back(order);
  while (std::next_permutation(order.begin(), order.end()));
  return all;
}

bool respects(const Order& order, const Edge& e) {
  return std::find(order.begin(), order.end(), e.before) < std::find(order.begin(), order.end(), e.after);
}

bool respects(const Order& order, const std::vector<Edge>& edges) {
  return std::all_of(edges.begin(), edges.end(), [&](const Edge& e) { return respects(order, e); });
}

std::vector<Edge> edges_of(const NecessaryEdges& found) {
  std::vector<Edge> all;
  for (const NecessaryEdge& e : found.edges) all.push_back(e.edge);
  return all;
}

const std::vector<Steps> kNothingGiven(5);

TEST(NecessaryEdges, OfAPartialOrderAreItsTransitiveReduction) {
  const std::vector<Edge> truth{{0, 3}, {1, 2}, {2, 4}, {3, 4}};
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(5)) graded.push_back({order, respects(order, truth) ? 0U : 2U});
  const auto found = necessary_edges(graded, kNothingGiven);
  ASSERT_TRUE(found);
  EXPECT_EQ(edges_of(*found), truth);
  EXPECT_TRUE(found->partial_order);
  EXPECT_EQ(found->kept, found->good);
}

RC_GTEST_PROP(NecessaryEdges, OfRandomPartialOrdersAreTheirTransitiveReduction, ()) {
  constexpr std::size_t steps = 5;
  StepGraph graph{steps};
  Order hidden(steps);
  std::iota(hidden.begin(), hidden.end(), std::size_t{0});
  for (std::size_t i = steps; i > 1; --i) std::swap(hidden[i - 1], hidden[below<std::size_t>(0, i)]);
  for (std::size_t a = 0; a < steps; ++a) {
    for (std::size_t b = a + 1; b < steps; ++b) {
      if (below<int>(0, 3) == 0) graph.add_edge(hidden[a], hidden[b]);
    }
  }
  const auto closed = predecessors(graph);
  const auto direct = reduced(closed);
  std::vector<Edge> truth;
  for (std::size_t before = 0; before < steps; ++before) {
    for (std::size_t after = 0; after < steps; ++after) {
      if (((direct[after] >> before) & 1U) != 0) truth.push_back({before, after});
    }
  }
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(steps)) graded.push_back({order, respects(order, truth) ? 0U : 1U});
  const auto found = necessary_edges(graded, std::vector<Steps>(steps));
  RC_ASSERT(found.has_value());
  RC_ASSERT(edges_of(*found) == truth);
}

RC_GTEST_PROP(NecessaryEdges, OfAnyGoodOrdersAreASmallestSetThatKeepsMost, ()) {
  constexpr std::size_t steps = 4;
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(steps)) graded.push_back({order, below<unsigned>(0, 4)});
  const bool any = std::any_of(graded.begin(), graded.end(), [](const auto& g) { return g.grade == 0; });
  const auto found = necessary_edges(graded, std::vector<Steps>(steps));
  RC_ASSERT(found.has_value() == any);
  if (!any) return;
  RC_ASSERT(found->smallest);
  const auto kept = [&](const std::vector<Edge>& edges) {
    std::size_t good = 0;
    for (const GradedOrder& g : graded) {
      if (!respects(g.order, edges)) continue;
      if (g.grade != 0) return std::size_t{0};
      ++good;
    }
    return good;
  };
  const std::vector<Edge> ours = edges_of(*found);
  RC_ASSERT(kept(ours) == found->kept);
  RC_ASSERT(found->kept > 0U);
  // All sets of the 12 pairs.
  std::vector<Edge> pairs;
  for (std::size_t a = 0; a < steps; ++a) {
    for (std::size_t b = 0; b < steps; ++b) {
      if (a != b) pairs.push_back({a, b});
    }
  }
  std::size_t fewest = pairs.size();
  std::size_t most = 0;
  for (unsigned set = 0; set < (1U << pairs.size()); ++set) {
    std::vector<Edge> edges;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (((set >> i) & 1U) != 0) edges.push_back(pairs[i]);
    }
    const std::size_t good = kept(edges);
    if (good == 0 || edges.size() > fewest) continue;
    most = edges.size() < fewest ? good : std::max(most, good);
    fewest = edges.size();
  }
  if (!found->partial_order) RC_ASSERT(ours.size() == fewest);
  if (found->partial_order) RC_ASSERT(found->kept == found->good);
  RC_ASSERT(found->kept >= (found->partial_order ? 1U : most));
}

TEST(NecessaryEdges, NameTheGravestThatTheyKeepOutAndTheNearestExample) {
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(3)) {
    graded.push_back({order, !respects(order, Edge{0, 2}) ? 3U : !respects(order, Edge{0, 1}) ? 2U : 0U});
  }
  const auto found = necessary_edges(graded, std::vector<Steps>(3));
  ASSERT_TRUE(found);
  ASSERT_EQ(edges_of(*found), (std::vector<Edge>{{0, 1}, {0, 2}}));
  EXPECT_EQ(found->edges[0].grade, 2U);
  EXPECT_EQ(graded[found->edges[0].counterexample].order, (Order{1, 0, 2})) << "one swap away";
  EXPECT_EQ(found->edges[0].admitted, 1U);
  EXPECT_EQ(found->edges[1].grade, 3U);
  EXPECT_EQ(graded[found->edges[1].counterexample].order, (Order{2, 0, 1}));
}

TEST(NecessaryEdges, TakeTheNearestOfManyExamplesAndTheFirstOfThose) {
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(4)) graded.push_back({order, respects(order, Edge{0, 3}) ? 0U : 1U});
  const auto found = necessary_edges(graded, std::vector<Steps>(4));
  ASSERT_TRUE(found);
  ASSERT_EQ(edges_of(*found), (std::vector<Edge>{{0, 3}}));
  EXPECT_EQ(found->edges[0].admitted, 12U);
  EXPECT_EQ(swaps({1, 2, 3, 0}), 3U);
  EXPECT_EQ(graded[found->edges[0].counterexample].order, (Order{1, 2, 3, 0}));
}

TEST(NecessaryEdges, LeaveOutWhatIsGivenAnyway) {
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(3)) {
    if (respects(order, Edge{0, 1})) graded.push_back({order, respects(order, Edge{1, 2}) ? 0U : 1U});
  }
  const auto found = necessary_edges(graded, {0, 1, 0});
  ASSERT_TRUE(found);
  EXPECT_EQ(edges_of(*found), (std::vector<Edge>{{1, 2}}));
}

TEST(NecessaryEdges, SayWhenTheSearchStoppedShort) {
  // Good: 0 first or 0 last, which no partial order says.
  std::vector<GradedOrder> graded;
  for (const Order& order : permutations(4)) {
    graded.push_back({order, order.front() == 0 || order.back() == 0 ? 0U : 1U});
  }
  const auto exact = necessary_edges(graded, std::vector<Steps>(4));
  ASSERT_TRUE(exact);
  EXPECT_FALSE(exact->partial_order);
  EXPECT_TRUE(exact->smallest);
  EXPECT_EQ(edges_of(*exact), (std::vector<Edge>{{0, 1}, {0, 2}, {0, 3}}));
  EXPECT_EQ(exact->kept, 6U);
  EXPECT_EQ(exact->good, 12U);
  const auto short_of_time = necessary_edges(graded, std::vector<Steps>(4), 3);
  ASSERT_TRUE(short_of_time);
  EXPECT_FALSE(short_of_time->smallest);
  EXPECT_GT(short_of_time->kept, 0U);
  for (const GradedOrder& g : graded) {
    if (g.grade != 0) {
      EXPECT_FALSE(respects(g.order, edges_of(*short_of_time)));
    }
  }
}

}  // namespace
}  // namespace converge::sim
