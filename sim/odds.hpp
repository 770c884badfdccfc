// The exact probability that a figure reaches a threshold, over an explored graph: one pass from the horizon back.
//
// A choice that is drawn counts with its shares (sim/law.hpp). A choice that nobody draws is answered by an adversary,
// who knows all that was answered before it, and nothing that is drawn later. So the probability is an interval: under
// the best adversary, and under the worst. docs/decisions/016-exact-probability.md says what it is exact about.
//
// The graph must be explored to its end with its branches kept, have no cycle, and have been explored with no limit on
// deviations, as under one the law would be another; the figure is gathered by `most`. Then there is an answer.
//
// It computes with floating point, and may: it describes a graph that is finished. All that is added is positive, so
// nothing cancels: an answer is off by at most one part in 2^52 for each answer tried of each choice on the longest
// path. Sums have a fixed order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/explore.hpp"
#include "sim/law.hpp"

namespace converge::sim {

// Of reaching the threshold: best <= worst, and equal where no adversary matters.
struct Odds {
  double best = 0;
  double worst = 0;

  bool operator==(const Odds&) const = default;
};

std::optional<Odds> odds(const Graph&, const std::vector<CutLaw>&, std::size_t label, std::int64_t threshold);

// For each of `figures`, how probable it is that it is reached, under the adversary that is worst for the threshold. Of
// answers that are equally bad for that, to one part in 2^40, he gives the one that is tried first. Eight numbers a
// node at a time, however many figures there are.
std::optional<std::vector<double>> reached(const Graph&, const std::vector<CutLaw>&, std::size_t label,
                                           std::int64_t threshold, std::span<const std::int64_t> figures);

// The figures that any edge gathers, in order, the least and the greatest among them; of more than `most` (at least
// two) as many, evenly. Between two that follow each other, without any left out, `reached` does not change.
std::vector<std::int64_t> figures(const Graph&, std::size_t label, std::size_t most);

}  // namespace converge::sim
