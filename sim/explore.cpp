#include "sim/explore.hpp"

namespace converge::sim {

std::optional<std::vector<std::uint32_t>> in_order(const Graph& graph) {
  std::vector<std::uint32_t> into(graph.edges.size());
  for (const auto& edges : graph.edges) {
    for (const Graph::Edge& e : edges) {
      if (e.to != Graph::kEnd) ++into[e.to];
    }
  }
  std::vector<std::uint32_t> order;
  order.reserve(into.size());
  for (std::uint32_t n = 0; n < into.size(); ++n) {
    if (into[n] == 0) order.push_back(n);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const Graph::Edge& e : graph.edges[order[i]]) {
      if (e.to != Graph::kEnd && --into[e.to] == 0) order.push_back(e.to);
    }
  }
  if (order.size() != into.size()) return std::nullopt;
  return order;
}

std::optional<WorstPath> worst_path(const Graph& graph, std::size_t label) {
  const auto order = in_order(graph);
  if (!order || order->empty()) return std::nullopt;
  const bool sums = graph.gathers[label] == Gather::sum;
  // By node: the worst that can be gathered from it to the horizon, and the edge that begins it.
  struct Rest {
    std::int64_t gathered = kNothing;
    std::uint32_t edge = Graph::kEnd;
  };
  std::vector<Rest> rest(graph.edges.size());
  for (auto n = order->rbegin(); n != order->rend(); ++n) {
    const auto& edges = graph.edges[*n];
    for (std::uint32_t i = 0; i < edges.size(); ++i) {
      std::int64_t all = edges[i].gathered[label];
      if (edges[i].to != Graph::kEnd) {
        const Rest& after = rest[edges[i].to];
        if (after.edge == Graph::kEnd) continue;
        all = sums ? all + after.gathered : std::max(all, after.gathered);
      }
      if (rest[*n].edge == Graph::kEnd || all > rest[*n].gathered) rest[*n] = {all, i};
    }
  }
  if (rest[0].edge == Graph::kEnd) return std::nullopt;
  WorstPath worst{.gathered = rest[0].gathered};
  for (std::uint32_t n = 0; n != Graph::kEnd;) {
    worst.path.push_back(rest[n].edge);
    n = graph.edges[n][rest[n].edge].to;
  }
  return worst;
}

std::optional<double> schedules(const Graph& graph) {
  const auto order = in_order(graph);
  if (!order || order->empty()) return std::nullopt;
  std::vector<double> ways(graph.edges.size());
  for (auto n = order->rbegin(); n != order->rend(); ++n) {
    for (const Graph::Edge& e : graph.edges[*n]) ways[*n] += e.to == Graph::kEnd ? 1 : ways[e.to];
  }
  return ways[0];
}

}  // namespace converge::sim
