// Every schedule within bounds, exactly: nodes are worlds, edges are answers, and worlds that are the same from here on
// are one node. docs/decisions/013-exploration.md proves what is claimed here.
//
// A Space says what is explored (sim/model_space.hpp makes one of a model):
//   Node                a value: a world just after an event that had more than one answer, and what is left of budgets
//   key(node, bytes)    its canonical form: equal bytes, equal futures, and equal contributions from here on
//   layer(node)         never falls along an edge; nodes of different layers are never equal
//   expand(node, sink)  every edge out of it, in a fixed order: sink(Node&&, gathered, branches), or, where the horizon
//                       is reached, sink.end(gathered, branches)
//   gathers()           what is gathered along a schedule, and how
//
// What a verdict needs of the past is no part of a node: it is gathered along the edges, and the graph is walked for it
// afterwards. So each node is expanded once, whatever led to it, and the worst over all schedules is exact.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/enumerate.hpp"

namespace converge::sim {

using Bytes = std::vector<std::uint8_t>;

// Along a schedule the greatest counts, or all are added up. Larger is worse.
enum class Gather : std::uint8_t { most, sum };
inline constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();  // of `most`: contributes nothing

struct ExploreProgress {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t frontier = 0;  // states that are yet to be expanded
  std::int64_t layer = 0;
};

struct ExploreOptions {
  std::uint64_t states_most = std::numeric_limits<std::uint64_t>::max();
  bool keep_branches = false;                         // for probabilities
  std::function<bool(const ExploreProgress&)> go_on;  // now and then; false: end here
};

// What was explored. Node 0 is the root; kEnd is the horizon.
struct Graph {
  static constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();
  struct Edge {
    std::uint32_t to = kEnd;
    std::vector<std::int64_t> gathered;  // by label
    std::vector<Branch> branches;        // only if kept
  };
  std::vector<Gather> gathers;
  std::vector<std::vector<Edge>> edges;  // by node
};

struct Exploration {
  bool complete = false;
  ExploreProgress reached;
  Graph graph;
};

// The way from the root to the horizon: of each node on it, the place of the edge that is taken.
using Path = std::vector<std::uint32_t>;

struct WorstPath {
  std::int64_t gathered = kNothing;  // the greatest over all schedules
  Path path;                         // one that has it: of several, the first in the order of edges
};

// Every node after all that lead to it; none: there is a cycle.
std::optional<std::vector<std::uint32_t>> in_order(const Graph&);

// Empty: the graph has a cycle, or was not explored to its end.
std::optional<WorstPath> worst_path(const Graph&, std::size_t label);

// How many different schedules the graph holds; beyond 2^53 rounded. Floating point, for people. None: there is a
// cycle.
std::optional<double> schedules(const Graph&);

template <class S>
Exploration explore(const S& space, const ExploreOptions& options) {
  using Node = typename S::Node;
  Exploration result;
  Graph& graph = result.graph;
  graph.gathers = space.gathers();
  std::map<Bytes, std::uint32_t> known;
  std::map<std::int64_t, std::vector<std::pair<std::uint32_t, Node>>> frontier;  // by layer
  Bytes bytes;

  struct Sink {
    std::vector<typename Graph::Edge>& edges;
    const std::function<std::uint32_t(Node&&)>& number;
    bool keep;
    void operator()(Node&& next, std::span<const std::int64_t> gathered, const std::vector<Branch>& branches) {
      const std::uint32_t to = number(std::move(next));
      edges.push_back({to, {gathered.begin(), gathered.end()}, keep ? branches : std::vector<Branch>{}});
    }
    void end(std::span<const std::int64_t> gathered, const std::vector<Branch>& branches) {
      edges.push_back({Graph::kEnd, {gathered.begin(), gathered.end()}, keep ? branches : std::vector<Branch>{}});
    }
  };
  const std::function<std::uint32_t(Node&&)> number = [&](Node&& next) {
    bytes.clear();
    space.key(next, bytes);
    const auto [at, fresh] = known.try_emplace(bytes, static_cast<std::uint32_t>(graph.edges.size()));
    if (fresh) {
      graph.edges.emplace_back();
      frontier[space.layer(next)].emplace_back(at->second, std::move(next));
      ++result.reached.states;
      ++result.reached.frontier;
    }
    return at->second;
  };

  number(space.root());
  std::int64_t layer = std::numeric_limits<std::int64_t>::min();
  while (!frontier.empty()) {
    if (frontier.begin()->first != layer) known.clear();  // the layers behind are never met again
    layer = result.reached.layer = frontier.begin()->first;
    const auto now = std::move(frontier.begin()->second);
    frontier.erase(frontier.begin());
    for (const auto& [id, node] : now) {
      if (result.reached.states > options.states_most || (options.go_on && !options.go_on(result.reached))) {
        return result;
      }
      std::vector<typename Graph::Edge> edges;
      space.expand(node, Sink{edges, number, options.keep_branches});
      result.reached.transitions += edges.size();
      graph.edges[id] = std::move(edges);
      --result.reached.frontier;
    }
  }
  result.complete = true;
  return result;
}

}  // namespace converge::sim
