// The partial order of a plan's steps. Boost.Graph works behind it, in one .cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace converge::sim {

class StepGraph {
 public:
  explicit StepGraph(std::size_t steps) : steps_{steps} {}

  void add_edge(std::size_t before, std::size_t after) { edges_.emplace_back(before, after); }

  std::size_t steps() const { return steps_; }
  const std::vector<std::pair<std::size_t, std::size_t>>& edges() const { return edges_; }

  // Steps that wait for each other, in order; none when an order exists.
  std::optional<std::vector<std::size_t>> cycle() const;

 private:
  std::size_t steps_;
  std::vector<std::pair<std::size_t, std::size_t>> edges_;
};

}  // namespace converge::sim
