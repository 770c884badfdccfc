// Counts, numbers and draws of a partial order's orders, against all permutations.
#include "sim/linear_extensions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace converge::sim {
namespace {

// Any of these numbers in every case: RapidCheck would begin with the small ones.
template <class T>
T below(T least, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, end));
}

using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

StepGraph graph(std::size_t steps, const Edges& edges) {
  StepGraph g{steps};
  for (const auto& [before, after] : edges) g.add_edge(before, after);
  return g;
}

bool respects(const Order& order, const Edges& edges) {
  return std::all_of(edges.begin(), edges.end(), [&](const auto& e) {
    return std::find(order.begin(), order.end(), e.first) < std::find(order.begin(), order.end(), e.second);
  });
}

// Every permutation that respects the edges, in lexicographic order.
std::vector<Order> by_brute_force(std::size_t steps, const Edges& edges) {
  Order order(steps);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Order> all;
  do {
    if (respects(order, edges)) all.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return all;
}

std::vector<Order> all_of(const LinearExtensions& extensions) {
  std::vector<Order> all;
  for (Orders i = 0; i < extensions.count(); ++i) all.push_back(extensions.at(i));
  return all;
}

// Edges that lead upwards in a random order of the steps: never a cycle, and not always 0 before 1.
Edges random_edges(std::size_t steps) {
  Order hidden(steps);
  std::iota(hidden.begin(), hidden.end(), std::size_t{0});
  for (std::size_t i = steps; i > 1; --i) std::swap(hidden[i - 1], hidden[below<std::size_t>(0, i)]);
  Edges edges;
  for (std::size_t a = 0; a < steps; ++a) {
    for (std::size_t b = a + 1; b < steps; ++b) {
      if (below<int>(0, 3) == 0) edges.emplace_back(hidden[a], hidden[b]);
    }
  }
  return edges;
}

RC_GTEST_PROP(LinearExtensions, AreThePermutationsThatRespectTheEdgesInLexicographicOrder, ()) {
  const auto steps = below<std::size_t>(1, 7);
  const Edges edges = random_edges(steps);
  const auto extensions = LinearExtensions::of(graph(steps, edges));
  RC_ASSERT(extensions.has_value());
  RC_ASSERT(all_of(*extensions) == by_brute_force(steps, edges));
}

RC_GTEST_PROP(LinearExtensions, OfInterchangeableStepsAreCountedOnce, ()) {
  const auto steps = below<std::size_t>(2, 6);
  const Edges edges = random_edges(steps);
  std::vector<std::size_t> classes(steps);
  for (std::size_t& c : classes) c = below<std::size_t>(0, 2);
  const auto all = by_brute_force(steps, edges);
  const auto extensions = LinearExtensions::of(graph(steps, edges), classes);
  RC_ASSERT(extensions.has_value());
  const auto kept = all_of(*extensions);
  // Two orders are the same if a permutation of like steps that keeps every edge turns one into the other.
  const auto before = predecessors(graph(steps, edges));
  const auto like = [&](std::size_t a, std::size_t b) {
    if (classes[a] != classes[b] || before[a] != before[b]) return false;
    return std::all_of(before.begin(), before.end(), [&](Steps s) { return ((s >> a) & 1U) == ((s >> b) & 1U); });
  };
  const auto normal = [&](Order order) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t k = i + 1; k < order.size(); ++k) {
        if (order[k] < order[i] && like(order[i], order[k])) std::swap(order[i], order[k]);
      }
    }
    return order;
  };
  std::set<Order> orbits;
  for (const Order& order : all) orbits.insert(normal(order));
  RC_ASSERT(std::set<Order>(kept.begin(), kept.end()) == orbits);
  RC_ASSERT(kept.size() == orbits.size());
}

TEST(LinearExtensions, OfTwentyFourStepsInThreeChainsAreCountedExactly) {
  StepGraph g{24};
  for (std::size_t i = 0; i + 1 < 24; ++i) {
    if (i % 8 != 7) g.add_edge(i, i + 1);
  }
  const auto extensions = LinearExtensions::of(g);
  ASSERT_TRUE(extensions);
  EXPECT_EQ(text(extensions->count()), "9465511770") << "24! / 8!^3";
  EXPECT_EQ(extensions->downsets(), 729U);
  Order last(24);
  std::iota(last.begin(), last.end(), std::size_t{0});
  EXPECT_EQ(extensions->at(0), last);
  std::rotate(last.begin(), last.begin() + 8, last.end());
  std::rotate(last.begin(), last.begin() + 8, last.begin() + 16);
  EXPECT_EQ(extensions->at(extensions->count() - 1), last);
}

TEST(LinearExtensions, BeyondTheLimitOfDownsetsAreRefused) {
  EXPECT_TRUE(LinearExtensions::of(StepGraph{10}, {}, 1024));
  EXPECT_FALSE(LinearExtensions::of(StepGraph{10}, {}, 1023));
  EXPECT_FALSE(LinearExtensions::of(StepGraph{25}));
}

// A draw takes as many bits of a word as the count has and throws back what is too large, so over all words each number
// comes up equally often. Here over a stretch of them: each order within six standard deviations of its share, for
// seeds that are fixed.
TEST(LinearExtensions, AreDrawnEquallyOften) {
  const Edges edges{{0, 1}, {0, 2}, {3, 4}};
  const auto extensions = LinearExtensions::of(graph(5, edges));
  ASSERT_TRUE(extensions);
  const auto orders = static_cast<std::size_t>(extensions->count());
  ASSERT_EQ(orders, by_brute_force(5, edges).size());
  std::map<std::size_t, int> times;
  constexpr int draws = 60'000;
  for (std::uint64_t i = 0; i < draws; ++i) {
    Bits bits{7, 11, i};
    ++times[static_cast<std::size_t>(extensions->draw(bits))];
  }
  EXPECT_EQ(times.size(), orders);
  const int share = draws / static_cast<int>(orders);
  for (const auto& [number, n] : times) {
    EXPECT_LT((n - share) * (n - share), 36 * share) << "order " << number << " was drawn " << n << " times";
  }
}

TEST(LinearExtensions, OfMoreThanSixtyFourBitsAreCountedAndDrawn) {
  StepGraph g{24};
  for (std::size_t i = 0; i < 24; i += 2) g.add_edge(i, i + 1);
  const auto extensions = LinearExtensions::of(g);
  ASSERT_TRUE(extensions);
  EXPECT_EQ(text(extensions->count()), "151476660579404160000") << "24! / 2^12";
  bool beyond = false;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Bits bits{1, 2, i};
    const Orders number = extensions->draw(bits);
    ASSERT_LT(number, extensions->count());
    beyond = beyond || (number >> 64U) != 0;
    ASSERT_EQ(extensions->at(number).size(), 24U);
  }
  EXPECT_TRUE(beyond);
}

RC_GTEST_PROP(Reduced, HasTheSameConsequencesWithTheFewestEdges, ()) {
  const auto steps = below<std::size_t>(1, 8);
  const auto closed = predecessors(graph(steps, random_edges(steps)));
  const auto direct = reduced(closed);
  const auto rebuilt = [&](std::size_t without_before, std::size_t without_after) {
    StepGraph g{steps};
    for (std::size_t after = 0; after < steps; ++after) {
      for (std::size_t before = 0; before < steps; ++before) {
        if (before == without_before && after == without_after) continue;
        if (((direct[after] >> before) & 1U) != 0) g.add_edge(before, after);
      }
    }
    return predecessors(g);
  };
  RC_ASSERT(rebuilt(steps, steps) == closed);
  for (std::size_t after = 0; after < steps; ++after) {
    for (std::size_t before = 0; before < steps; ++before) {
      if (((direct[after] >> before) & 1U) != 0) RC_ASSERT(rebuilt(before, after) != closed);
    }
  }
}

}  // namespace
}  // namespace converge::sim
