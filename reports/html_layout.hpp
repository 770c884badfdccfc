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
  std::vector<bool> back;                 // of each edge: it runs against the others, from right side to right side
};

struct LayoutSizes {
  int node_width = 160;
  int node_height = 42;
  int between_nodes = 22;
  int between_layers = 38;
  int lane_width = 18;  // what an edge takes that passes by a layer
  int back_width = 70;  // beside all, for edges that run back
  int margin = 4;
};

// Edges go from the first to the second. One that would close a cycle with those before it in the list moves nothing
// and runs back; one that leads nowhere has no points.
LayeredGraph layered(std::size_t nodes, const std::vector<std::pair<std::size_t, std::size_t>>& edges,
                     const LayoutSizes& = {});

}  // namespace converge::reports
