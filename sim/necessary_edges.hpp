// Which edges are necessary: from orders that were judged, the smallest set of constraints under which every order is
// good. Knows no pipeline; docs/decisions/015 says why it is defined so.
//
// An order is as bad as its grade says, from 0 (good) up. Candidates are the pairs that every good order respects. If
// the orders that respect all of them are good, they are the good ones, a partial order, and the answer is its
// transitive reduction beyond the given edges: no smaller set has the same consequences. If some of them are bad, the
// good orders are no partial order, and no set of edges keeps all of them: the answer is then a smallest set of edges
// that at least one good order respects and no bad one does; among the smallest, the one that keeps the most good
// orders; among those, the first in the order of the plan. That search is exact up to a stated number of tries, and
// says when it stopped short.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/linear_extensions.hpp"

namespace converge::sim {

struct Edge {
  std::size_t before = 0;
  std::size_t after = 0;

  friend auto operator<=>(const Edge&, const Edge&) = default;
};

struct GradedOrder {
  Order order;
  unsigned grade = 0;  // 0: good; the graver, the greater
};

struct NecessaryEdge {
  Edge edge;
  unsigned grade = 0;              // the gravest that an order comes to that respects all the other edges but this one
  std::size_t counterexample = 0;  // the order of that grade with the fewest swaps of neighbours from the written plan
  std::size_t admitted = 0;        // bad orders that it alone keeps out
};

struct NecessaryEdges {
  std::vector<NecessaryEdge> edges;  // in the order of the plan
  bool partial_order = true;         // the good orders are one, and all of them are kept
  bool smallest = true;              // of all sets that do; false: the search stopped short
  std::size_t good = 0;              // orders
  std::size_t kept = 0;              // of them
};

// Pairs of neighbours that have to be swapped to come from the plan as it is written, which is 0, 1, 2, ...
std::size_t swaps(const Order&);

// Nothing if no order is good. An order is good if its grade is 0. `given` are the predecessors that hold anyway.
std::optional<NecessaryEdges> necessary_edges(const std::vector<GradedOrder>&, const std::vector<Steps>& given,
                                              std::uint64_t tries_most = 200'000);

}  // namespace converge::sim
