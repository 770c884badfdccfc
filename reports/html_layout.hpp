// Where the steps of a graph stand, and how its edges run: in layers from top to bottom, each step below all that it
// waits for, neighbours near each other. Whole numbers, and the same drawing for the same graph.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace converge::reports {

struct Point {
  int x = 0;
  int y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct LayeredGraph {
  int width = 0;
  int height = 0;
  std::vector<Point> nodes;               // middle of each
  std::vector<std::vector<Point>> edges;  // from the lower side of one to the upper side of the other, by way of layers
};

struct LayoutSizes {
  int node_width = 160;
  int node_height = 42;
  int between_nodes = 22;
  int between_layers = 38;
  int lane_width = 18;  // what an edge takes that passes by a layer
  int margin = 4;
};

// Edges go from the first to the second; those that close a cycle, or lead nowhere, are drawn from where they are and
// move nothing.
LayeredGraph layered(std::size_t nodes, const std::vector<std::pair<std::size_t, std::size_t>>& edges,
                     const LayoutSizes& = {});

}  // namespace converge::reports
