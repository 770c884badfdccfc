// In floating point, like its header, and for the same reason.
//
// The edges of a node, in their order, are the leaves of a tree: at depth d its nodes are the d-th choices of the
// event, in the order in which they were asked, and below an answer lie the edges whose branches begin with it.
#include "sim/odds.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <set>

namespace converge::sim {

namespace {

enum class Adversary : std::uint8_t { best, worst };

// Answers whose probabilities differ by less than this share are equally bad to an adversary: the last digits, which
// depend on how a machine's logarithm rounds, decide nothing.
constexpr double kTie = 0x1p-40;

// One pass for N thresholds, of which the first decides what an adversary answers. It needs N numbers a node.
template <std::size_t N>
class Backward {
 public:
  using Values = std::array<double, N>;

  Backward(const Graph& graph, const std::vector<CutLaw>& laws, std::size_t label, Adversary adversary,
           const std::array<std::int64_t, N>& thresholds)
      : graph_{graph}, laws_{laws}, label_{label}, adversary_{adversary}, thresholds_{thresholds} {}

  Values root(const std::vector<std::uint32_t>& order) {
    values_.resize(graph_.nodes());
    std::vector<Graph::Edge> leaves;
    for (auto n = order.rbegin(); n != order.rend(); ++n) {
      leaves.clear();
      for (const Graph::Edge& e : graph_.edges(*n)) leaves.push_back(e);
      values_[*n] = of_tree(leaves, 0);
    }
    return values_[0];
  }

 private:
  Values of_edge(const Graph::Edge& edge) const {
    Values v{};
    if (edge.to != Graph::kEnd) v = values_[edge.to];
    for (std::size_t i = 0; i < N; ++i) {
      if (edge.gathered[label_] >= thresholds_[i]) v[i] = 1;
    }
    return v;
  }

  Values of_tree(std::span<const Graph::Edge> edges, std::size_t depth) const {
    if (edges.front().branches.size() == depth) {
      assert(edges.size() == 1);
      return of_edge(edges.front());
    }
    const Branch first = edges.front().branches[depth];
    const CutLaw& law = laws_[first.question];
    assert(!law.drawn || law.share.size() == first.of);
    Values all{};
    double preferred = 0;  // the first of the values that the adversary prefers
    std::uint16_t answer = 0;
    for (; !edges.empty(); ++answer) {
      const auto end = std::find_if(edges.begin(), edges.end(),
                                    [&](const Graph::Edge& e) { return e.branches[depth].taken != answer; });
      const auto size = static_cast<std::size_t>(end - edges.begin());
      assert(size > 0 && edges.front().branches[depth].question == first.question);
      const Values below = of_tree(edges.first(size), depth + 1);
      edges = edges.subspan(size);
      if (law.drawn) {
        for (std::size_t i = 0; i < N; ++i) all[i] += law.share[answer] * below[i];
        continue;
      }
      const double extreme = answer == 0 ? below[0] : more_extreme(all[0], below[0]);
      if (answer == 0 || prefers(below[0], preferred)) {
        all = below;
        preferred = below[0];
      }
      all[0] = extreme;
    }
    assert(answer == first.of);
    return all;
  }

  double more_extreme(double a, double b) const {
    return adversary_ == Adversary::worst ? std::max(a, b) : std::min(a, b);
  }
  bool prefers(double a, double to) const {
    return adversary_ == Adversary::worst ? a > to * (1 + kTie) : a < to * (1 - kTie);
  }

  const Graph& graph_;
  const std::vector<CutLaw>& laws_;
  std::size_t label_;
  Adversary adversary_;
  std::array<std::int64_t, N> thresholds_;
  std::vector<Values> values_;  // by node
};

// How many figures one pass answers beside the threshold.
constexpr std::size_t kAtOnce = 7;

// The nodes in order; none: there is no answer.
std::optional<std::vector<std::uint32_t>> passable(const Graph& graph, std::size_t label) {
  if (graph.nodes() == 0 || graph.gathers()[label] != Gather::most) return std::nullopt;
  for (std::uint32_t n = 0; n < graph.nodes(); ++n) {
    const auto edges = graph.edges(n);
    if (edges.size() > 1 && edges[0].branches.empty()) return std::nullopt;
  }
  return in_order(graph);
}

}  // namespace

std::optional<Odds> odds(const Graph& graph, const std::vector<CutLaw>& laws, std::size_t label,
                         std::int64_t threshold) {
  assert(threshold != kNothing);
  const auto order = passable(graph, label);
  if (!order) return std::nullopt;
  Odds result;
  result.best = Backward<1>{graph, laws, label, Adversary::best, {threshold}}.root(*order)[0];
  result.worst = Backward<1>{graph, laws, label, Adversary::worst, {threshold}}.root(*order)[0];
  return result;
}

std::optional<std::vector<double>> reached(const Graph& graph, const std::vector<CutLaw>& laws, std::size_t label,
                                           std::int64_t threshold, std::span<const std::int64_t> figures) {
  assert(threshold != kNothing);
  const auto order = passable(graph, label);
  if (!order) return std::nullopt;
  std::vector<double> result;
  while (result.size() < figures.size()) {
    std::array<std::int64_t, kAtOnce + 1> thresholds;
    thresholds.fill(threshold);
    const auto block = figures.subspan(result.size(), std::min(kAtOnce, figures.size() - result.size()));
    std::copy(block.begin(), block.end(), thresholds.begin() + 1);
    const auto values = Backward<kAtOnce + 1>{graph, laws, label, Adversary::worst, thresholds}.root(*order);
    result.insert(result.end(), values.begin() + 1, values.begin() + 1 + static_cast<std::ptrdiff_t>(block.size()));
  }
  return result;
}

std::vector<std::int64_t> figures(const Graph& graph, std::size_t label, std::size_t most) {
  assert(most >= 2);
  std::set<std::int64_t> distinct;
  for (std::uint32_t n = 0; n < graph.nodes(); ++n) {
    for (const Graph::Edge& e : graph.edges(n)) distinct.insert(e.gathered[label]);
  }
  distinct.erase(kNothing);
  const std::vector<std::int64_t> all(distinct.begin(), distinct.end());
  if (all.size() <= most) return all;
  std::vector<std::int64_t> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
  return some;
}

}  // namespace converge::sim
