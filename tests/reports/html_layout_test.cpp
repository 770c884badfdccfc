// Steps in layers: below what they wait for, beside each other without touching, and edges that run around them.
#include "reports/html_layout.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace converge::reports {
namespace {

using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

TEST(HtmlLayout, AChainIsAStraightLine) {
  const LayeredGraph g = layered(3, {{0, 1}, {1, 2}});
  ASSERT_EQ(g.nodes.size(), 3U);
  EXPECT_EQ(g.nodes[0].x, g.nodes[2].x);
  EXPECT_LT(g.nodes[0].y, g.nodes[1].y);
  EXPECT_LT(g.nodes[1].y, g.nodes[2].y);
  EXPECT_EQ(g.edges[0].size(), 2U);
}

TEST(HtmlLayout, NothingIsNothing) {
  EXPECT_EQ(layered(0, {}).height, 0);
  EXPECT_EQ(layered(2, {{0, 9}, {1, 1}}).edges[0].size(), 0U);
}

TEST(HtmlLayout, WhatContradictsTheEdgesBeforeItRunsBack) {
  const LayeredGraph g = layered(3, {{0, 1}, {1, 2}, {2, 0}});
  EXPECT_LT(g.nodes[0].y, g.nodes[2].y);
  EXPECT_EQ(g.back, (std::vector<bool>{false, false, true}));
  ASSERT_EQ(g.edges[2].size(), 2U);
  EXPECT_EQ(g.edges[2].front().y, g.nodes[2].y);
  EXPECT_EQ(g.edges[2].back().y, g.nodes[0].y);
  EXPECT_GT(g.width, layered(3, {{0, 1}, {1, 2}}).width);
}

RC_GTEST_PROP(HtmlLayout, StepsNeverTouchAndEdgesGoDown, ()) {
  const auto nodes = *rc::gen::inRange<std::size_t>(1, 14);
  Edges edges;
  std::set<std::pair<std::size_t, std::size_t>> seen;
  const auto wanted = *rc::gen::inRange<std::size_t>(0, 24);
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto a = *rc::gen::inRange<std::size_t>(0, nodes);
    const auto b = *rc::gen::inRange<std::size_t>(0, nodes);
    if (a < b && seen.emplace(a, b).second) edges.emplace_back(a, b);
  }
  const LayoutSizes sizes;
  const LayeredGraph g = layered(nodes, edges, sizes);
  for (std::size_t i = 0; i < nodes; ++i) {
    RC_ASSERT(g.nodes[i].x >= sizes.node_width / 2 && g.nodes[i].x <= g.width - sizes.node_width / 2);
    RC_ASSERT(g.nodes[i].y >= sizes.node_height / 2 && g.nodes[i].y <= g.height - sizes.node_height / 2);
    for (std::size_t k = 0; k < i; ++k) {
      RC_ASSERT(std::abs(g.nodes[i].y - g.nodes[k].y) >= sizes.node_height ||
                std::abs(g.nodes[i].x - g.nodes[k].x) >= sizes.node_width + sizes.between_nodes);
    }
  }
  for (std::size_t e = 0; e < edges.size(); ++e) {
    RC_ASSERT(g.edges[e].size() >= 2U);
    RC_ASSERT(std::ranges::is_sorted(g.edges[e], {}, &Point::y));
    RC_ASSERT(g.nodes[edges[e].first].y < g.nodes[edges[e].second].y);
  }
  RC_ASSERT(layered(nodes, edges, sizes).nodes == g.nodes);
}

}  // namespace
}  // namespace converge::reports
