// Sugiyama's steps, in their simplest form: layers by the longest path, a dummy where an edge passes a layer, a few
// sweeps that order each layer by the middle of its neighbours, and then places from left to right, each layer centred.
#include "reports/html_layout.hpp"

#include <algorithm>
#include <numeric>

namespace converge::reports {
namespace {

using Edge = std::pair<std::size_t, std::size_t>;

constexpr int sweeps = 8;

bool leads(std::size_t from, std::size_t to, std::size_t nodes, const std::vector<Edge>& edges,
           const std::vector<bool>& counts) {
  std::vector<bool> seen(nodes, false);
  std::vector<std::size_t> reached{from};
  seen[from] = true;
  for (std::size_t i = 0; i < reached.size() && !seen[to]; ++i) {
    for (std::size_t e = 0; e < edges.size(); ++e) {
      if (!counts[e] || edges[e].first != reached[i] || seen[edges[e].second]) continue;
      seen[edges[e].second] = true;
      reached.push_back(edges[e].second);
    }
  }
  return seen[to];
}

// Those that close no cycle with the ones before them.
std::vector<bool> forward(std::size_t nodes, const std::vector<Edge>& edges) {
  std::vector<bool> counts(edges.size(), false);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const auto [from, to] = edges[e];
    counts[e] = from < nodes && to < nodes && !leads(to, from, nodes, edges, counts);
  }
  return counts;
}

std::vector<std::size_t> layers(std::size_t nodes, const std::vector<Edge>& edges, const std::vector<bool>& counts) {
  std::vector<std::size_t> layer(nodes, 0);
  for (bool moved = true; moved;) {  // no cycle counts, so it ends
    moved = false;
    for (std::size_t e = 0; e < edges.size(); ++e) {
      if (!counts[e] || layer[edges[e].second] > layer[edges[e].first]) continue;
      layer[edges[e].second] = layer[edges[e].first] + 1;
      moved = true;
    }
  }
  return layer;
}

// A node of the drawing: a step, or the place where an edge passes a layer.
struct Spot {
  std::size_t layer = 0;
  bool step = true;
  std::vector<std::size_t> above;
  std::vector<std::size_t> below;
};

struct Drawing {
  std::vector<Spot> spots;
  std::vector<std::vector<std::size_t>> rows;   // spots of each layer, from left to right
  std::vector<std::vector<std::size_t>> paths;  // spots of each edge
};

Drawing spots(std::size_t nodes, const std::vector<Edge>& edges) {
  Drawing d;
  const std::vector<bool> counts = forward(nodes, edges);
  const std::vector<std::size_t> layer = layers(nodes, edges, counts);
  std::size_t depth = 0;
  for (const std::size_t l : layer) depth = std::max(depth, l + 1);
  d.rows.resize(depth);
  for (std::size_t n = 0; n < nodes; ++n) {
    d.spots.push_back({.layer = layer[n]});
    d.rows[layer[n]].push_back(n);
  }
  for (std::size_t e = 0; e < edges.size(); ++e) {
    std::vector<std::size_t>& path = d.paths.emplace_back();
    if (!counts[e]) continue;
    path.push_back(edges[e].first);
    for (std::size_t l = layer[edges[e].first] + 1; l < layer[edges[e].second]; ++l) {
      path.push_back(d.spots.size());
      d.rows[l].push_back(d.spots.size());
      d.spots.push_back({.layer = l, .step = false});
    }
    path.push_back(edges[e].second);
    for (std::size_t i = 1; i < path.size(); ++i) {
      d.spots[path[i - 1]].below.push_back(path[i]);
      d.spots[path[i]].above.push_back(path[i - 1]);
    }
  }
  return d;
}

void order(Drawing& d) {
  std::vector<std::size_t> place(d.spots.size(), 0);
  const auto number = [&](const std::vector<std::size_t>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) place[row[i]] = i;
  };
  for (const auto& row : d.rows) number(row);
  const auto sort = [&](std::vector<std::size_t>& row, std::vector<std::size_t> Spot::* side) {
    // Twelve times the middle of the neighbours, so that thirds and quarters are whole.
    const auto middle = [&](std::size_t s) {
      const auto& near = d.spots[s].*side;
      if (near.empty()) return place[s] * 12;
      const std::size_t sum =
          std::accumulate(near.begin(), near.end(), std::size_t{0}, [&](auto n, auto m) { return n + place[m]; });
      return sum * 12 / near.size();
    };
    std::sort(row.begin(), row.end(),
              [&](auto a, auto b) { return std::pair{middle(a), place[a]} < std::pair{middle(b), place[b]}; });
    number(row);
  };
  for (int i = 0; i < sweeps; ++i) {
    for (auto& row : d.rows) sort(row, &Spot::above);
    for (auto row = d.rows.rbegin(); row != d.rows.rend(); ++row) sort(*row, &Spot::below);
  }
  for (auto& row : d.rows) sort(row, &Spot::above);
}

}  // namespace

LayeredGraph layered(std::size_t nodes, const std::vector<Edge>& edges, const LayoutSizes& sizes) {
  Drawing d = spots(nodes, edges);
  order(d);
  const auto width_of = [&](std::size_t s) { return d.spots[s].step ? sizes.node_width : sizes.lane_width; };
  LayeredGraph out;
  std::vector<int> widths;
  for (const auto& row : d.rows) {
    int width = 0;
    for (const std::size_t s : row) width += width_of(s) + (width == 0 ? 0 : sizes.between_nodes);
    widths.push_back(width);
    out.width = std::max(out.width, width);
  }
  std::vector<Point> at(d.spots.size());
  int y = sizes.margin;
  for (std::size_t l = 0; l < d.rows.size(); ++l) {
    int x = sizes.margin + (out.width - widths[l]) / 2;
    for (const std::size_t s : d.rows[l]) {
      at[s] = {x + width_of(s) / 2, y + sizes.node_height / 2};
      x += width_of(s) + sizes.between_nodes;
    }
    y += sizes.node_height + sizes.between_layers;
  }
  out.width += 2 * sizes.margin;
  out.height = d.rows.empty() ? 0 : y - sizes.between_layers + sizes.margin;
  out.nodes.assign(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(nodes));
  bool any_back = false;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const auto& path = d.paths[e];
    std::vector<Point>& line = out.edges.emplace_back();
    const auto [from, to] = edges[e];
    out.back.push_back(path.empty() && from < nodes && to < nodes && from != to);
    if (out.back.back()) {
      line = {{at[from].x + sizes.node_width / 2, at[from].y}, {at[to].x + sizes.node_width / 2, at[to].y}};
      any_back = true;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
      const Point middle = at[path[i]];
      const int half = sizes.node_height / 2;
      if (i > 0) line.push_back({middle.x, middle.y - half});
      if (i + 1 < path.size()) line.push_back({middle.x, middle.y + half});
    }
  }
  if (any_back) out.width += sizes.back_width;
  return out;
}

}  // namespace converge::reports
