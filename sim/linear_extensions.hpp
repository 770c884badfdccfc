// The orders that a partial order allows, its linear extensions: how many there are, each by its number, and uniform
// draws from them.
//
// The count is exact. A downset is a set of steps that holds the predecessors of each of its own; the orders that
// complete it are the sum over the steps that may come next, and one table over all downsets gives the count, the order
// of any number, and with that a draw in which each order is equally likely. The table is as large as the partial order
// is loose: 20 steps without an edge have 2^20 downsets, and more than that are refused rather than waited for.
//
// Steps of one class that have the same predecessors and successors are interchangeable: an order is then one of the
// many that differ in their names alone, and only the one is counted in which they keep the order of their numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/random.hpp"
#include "sim/rollout.hpp"

namespace converge::sim {

// More than a 64-bit number can hold: 24 steps have 24! orders.
__extension__ using Orders = unsigned __int128;
std::string text(Orders);  // in decimal digits

using Steps = std::uint32_t;  // a set of steps, one bit each
using Order = std::vector<std::size_t>;

inline constexpr std::size_t kOrderedStepsMost = 24;
inline constexpr std::size_t kDownsetsMost = std::size_t{1} << 20U;

// The predecessors of each step, direct and indirect; the graph has no cycle.
std::vector<Steps> predecessors(const StepGraph&);

// Of each step, the predecessors that no other edge implies: the least edges with the same consequences.
std::vector<Steps> reduced(const std::vector<Steps>& predecessors);

class LinearExtensions {
 public:
  // Nothing if the graph has too many steps, or too many downsets. `classes` gives each step's class; empty: no two
  // steps are alike.
  static std::optional<LinearExtensions> of(const StepGraph&, const std::vector<std::size_t>& classes = {},
                                            std::size_t downsets_most = kDownsetsMost);

  std::size_t steps() const { return predecessors_.size(); }
  Orders count() const { return levels_.front().front().ways; }
  std::size_t downsets() const;

  // The order of this number, from 0: numbers follow the lexicographic order.
  Order at(Orders number) const;

  // The number of an order, each equally likely. A draw takes as many words as it needs.
  Orders draw(Bits&) const;

 private:
  struct Downset {
    Steps steps = 0;
    Orders ways = 0;  // to complete it
  };
  Orders ways(std::size_t level, Steps) const;

  std::vector<Steps> predecessors_;
  std::vector<std::vector<Downset>> levels_;  // by size, each in the order of its bits
};

}  // namespace converge::sim
