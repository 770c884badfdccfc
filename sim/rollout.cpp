#include "sim/rollout.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/strong_components.hpp>

namespace converge::sim {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

Graph graph(std::size_t steps, const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
  Graph g{steps};
  for (const auto& [before, after] : edges) boost::add_edge(before, after, g);
  return g;
}

// From `from` back to itself inside its component: depth first, so the first way found is simple.
bool walk(const Graph& g, const std::vector<std::size_t>& component, std::size_t from, std::size_t goal,
          std::vector<bool>& seen, std::vector<std::size_t>& path) {
  path.push_back(from);
  seen[from] = true;
  for (auto [edge, end] = boost::out_edges(from, g); edge != end; ++edge) {
    const std::size_t next = boost::target(*edge, g);
    if (next == goal) return true;
    if (component[next] == component[goal] && !seen[next] && walk(g, component, next, goal, seen, path)) return true;
  }
  path.pop_back();
  return false;
}

}  // namespace

std::optional<std::vector<std::size_t>> StepGraph::cycle() const {
  const Graph g = graph(steps_, edges_);
  std::vector<std::size_t> component(steps_);
  boost::strong_components(g, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, g)));
  for (std::size_t step = 0; step < steps_; ++step) {
    std::vector<bool> seen(steps_);
    std::vector<std::size_t> path;
    if (walk(g, component, step, step, seen, path)) return path;
  }
  return std::nullopt;
}

}  // namespace converge::sim
