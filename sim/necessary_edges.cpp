#include "sim/necessary_edges.hpp"

#include <algorithm>
#include <cassert>

namespace converge::sim {

namespace {

// Of each step, what comes before it.
std::vector<Steps> positions(const Order& order) {
  std::vector<Steps> before(order.size());
  Steps seen = 0;
  for (const std::size_t step : order) {
    before[step] = seen;
    seen |= Steps{1} << step;
  }
  return before;
}

struct Judged {
  std::vector<Steps> before;
  unsigned grade = 0;
};

bool respects(const Judged& j, const Edge& e) { return ((j.before[e.after] >> e.before) & 1U) != 0; }

bool respects(const Judged& j, const std::vector<Edge>& edges) {
  return std::all_of(edges.begin(), edges.end(), [&](const Edge& e) { return respects(j, e); });
}

// Smallest sets of edges that no bad order respects and some good one does, by iterative deepening: of the first bad
// order that is left, one of the pairs that it has the other way round must be in the set.
class Search {
 public:
  Search(const std::vector<Judged>& orders, const std::vector<Edge>& pairs, std::uint64_t tries_most)
      : pairs_{pairs}, tries_left_{tries_most} {
    for (const Judged& j : orders) (j.grade == 0 ? good_ : bad_).push_back(&j);
  }

  // True if it looked at every set of the size of its answer.
  bool run() {
    for (std::size_t size = 1; size <= pairs_.size(); ++size) {
      chosen_.clear();
      grow(size, bad_, good_);
      if (!best_.empty()) return tries_left_ > 0;
      if (tries_left_ == 0) break;
    }
    greedy();
    return false;
  }

  const std::vector<Edge>& best() const { return best_; }

 private:
  using List = std::vector<const Judged*>;

  static List keeping(const List& orders, const Edge& e) {
    List kept;
    std::copy_if(orders.begin(), orders.end(), std::back_inserter(kept),
                 [&](const Judged* j) { return respects(*j, e); });
    return kept;
  }

  void grow(std::size_t left, const List& bad, const List& good) {
    if (bad.empty()) {
      std::vector<Edge> found = chosen_;
      std::sort(found.begin(), found.end());
      if (best_.empty() || good.size() > kept_ || (good.size() == kept_ && found < best_)) {
        best_ = std::move(found);
        kept_ = good.size();
      }
      return;
    }
    if (left == 0 || good.size() <= (best_.empty() ? 0 : kept_ - 1)) return;
    for (const Edge& e : pairs_) {
      if (respects(*bad.front(), e)) continue;
      if (tries_left_ == 0) return;
      --tries_left_;
      const List good_left = keeping(good, e);
      if (good_left.empty()) continue;
      chosen_.push_back(e);
      grow(left - 1, keeping(bad, e), good_left);
      chosen_.pop_back();
    }
  }

  // The edges of the good order that keeps most company: always an answer, seldom the smallest.
  void greedy() {
    List bad = bad_;
    List good = good_;
    while (!bad.empty()) {
      const Edge* choice = nullptr;
      std::size_t out = 0;
      for (const Edge& e : pairs_) {
        if (!respects(*good.front(), e)) continue;
        const std::size_t kept_out = bad.size() - keeping(bad, e).size();
        if (kept_out > out) choice = &e, out = kept_out;
      }
      assert(choice != nullptr);  // a bad order differs from a good one in some pair
      best_.push_back(*choice);
      bad = keeping(bad, *choice);
      good = keeping(good, *choice);
    }
    std::sort(best_.begin(), best_.end());
  }

  const std::vector<Edge>& pairs_;
  std::uint64_t tries_left_;
  List good_;
  List bad_;
  std::vector<Edge> chosen_;
  std::vector<Edge> best_;
  std::size_t kept_ = 0;
};

}  // namespace

std::size_t swaps(const Order& order) {
  std::size_t inversions = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t k = i + 1; k < order.size(); ++k) inversions += order[i] > order[k] ? 1 : 0;
  }
  return inversions;
}

std::optional<NecessaryEdges> necessary_edges(const std::vector<GradedOrder>& graded, const std::vector<Steps>& given,
                                              std::uint64_t tries_most) {
  const std::size_t n = given.size();
  std::vector<Judged> orders;
  for (const GradedOrder& g : graded) orders.push_back({positions(g.order), g.grade});
  const auto good = [](const Judged& j) { return j.grade == 0; };
  NecessaryEdges result;
  result.good = static_cast<std::size_t>(std::count_if(orders.begin(), orders.end(), good));
  if (result.good == 0) return std::nullopt;

  // What holds in every order is no constraint, and what holds in every good one is a candidate.
  std::vector<Steps> always(n, ~Steps{0});
  std::vector<Steps> among_good(n, ~Steps{0});
  for (const Judged& j : orders) {
    for (std::size_t step = 0; step < n; ++step) {
      always[step] &= j.before[step];
      if (good(j)) among_good[step] &= j.before[step];
    }
  }
  std::vector<Steps> fixed = given;
  for (std::size_t step = 0; step < n; ++step) {
    fixed[step] |= orders.size() > 1 ? always[step] : 0;
    among_good[step] |= fixed[step];
  }

  std::vector<Edge> edges;
  const std::vector<Steps> covers = reduced(among_good);
  for (std::size_t before = 0; before < n; ++before) {
    for (std::size_t after = 0; after < n; ++after) {
      const bool candidate = ((covers[after] >> before) & 1U) != 0 && ((fixed[after] >> before) & 1U) == 0;
      if (candidate) edges.push_back({before, after});
    }
  }
  const auto is_bad = [&](const Judged& j) { return !good(j) && respects(j, edges); };
  if (std::any_of(orders.begin(), orders.end(), is_bad)) {
    result.partial_order = false;
    std::vector<Edge> pairs;
    for (std::size_t before = 0; before < n; ++before) {
      for (std::size_t after = 0; after < n; ++after) {
        const bool settled = (((fixed[after] >> before) | (fixed[before] >> after)) & 1U) != 0;
        if (before != after && !settled) pairs.push_back({before, after});
      }
    }
    Search search{orders, pairs, tries_most};
    result.smallest = search.run();
    edges = search.best();
  }
  result.kept = static_cast<std::size_t>(
      std::count_if(orders.begin(), orders.end(), [&](const Judged& j) { return good(j) && respects(j, edges); }));

  for (const Edge& e : edges) {
    std::vector<Edge> others = edges;
    std::erase(others, e);
    NecessaryEdge one{.edge = e};
    std::size_t least = 0;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      if (good(orders[i]) || respects(orders[i], e) || !respects(orders[i], others)) continue;
      ++one.admitted;
      const std::size_t away = swaps(graded[i].order);
      const bool graver = orders[i].grade > one.grade;
      if (graver || (orders[i].grade == one.grade && away < least)) {
        one.grade = orders[i].grade;
        one.counterexample = i;
        least = away;
      }
    }
    if (one.admitted > 0) result.edges.push_back(one);  // in a sample, an edge may keep out no order that was drawn
  }
  return result;
}

}  // namespace converge::sim
