#include "sim/critical_path.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/topological_sort.hpp>
#include <cassert>
#include <iterator>

namespace converge::sim {

namespace {

using Figure = CriticalPath::Figure;
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property, std::size_t>;

Duration of(const Window& w, Figure f) {
  switch (f) {
    case Figure::least: return w.least;
    case Figure::usual: return w.usual;
    case Figure::most: return w.most;
  }
  assert(false && "every figure returns above");
  return w.most;
}

// Never stays never, and so does what would lie beyond it.
Instant later(Instant t, Duration d) {
  if (t == never || d.us > never.us - t.us) return never;
  return t + d;
}

Instant slot(const Cadence& cadence, Epoch epoch, Instant ready, Figure f) {
  if (ready == never) return never;
  if (cadence.any_offset && cadence.kind == Cadence::Kind::interval && f != Figure::usual) {
    assert(cadence.freezes.empty());
    if (cadence.every.us <= 0) return never;
    return f == Figure::least ? ready : later(ready, cadence.every - microseconds(1));
  }
  return next_slot(cadence, epoch, ready);
}

// The network as Boost sees it, and the passes over it.
class Passes {
 public:
  Passes(const std::vector<Activity>& activities, const std::vector<Link>& links, Epoch epoch)
      : activities_{activities}, links_{links}, epoch_{epoch}, graph_{activities.size()} {
    for (std::size_t i = 0; i < links.size(); ++i) boost::add_edge(links[i].before, links[i].after, i, graph_);
  }

  // False: there is a cycle.
  bool order() {
    try {
      boost::topological_sort(graph_, std::back_inserter(order_));
    } catch (const boost::not_a_dag&) {
      return false;
    }
    std::reverse(order_.begin(), order_.end());
    return true;
  }

  // All timings under one figure, where activity `longer` takes `more` than it says.
  std::vector<Timing> pass(Figure f, std::size_t longer = 0, Duration more = {}) const {
    std::vector<Timing> at(activities_.size());
    for (const std::size_t i : order_) {
      for (auto [edge, end] = boost::in_edges(i, graph_); edge != end; ++edge) {
        const Link& link = links_[graph_[*edge]];
        if (f == Figure::least && !link.always) continue;
        at[i].ready = std::max(at[i].ready, later(at[link.before].finish, of(link.wait, f)));
      }
      at[i].start = slot(activities_[i].cadence, epoch_, at[i].ready, f);
      at[i].finish = later(at[i].start, of(activities_[i].takes, f));
      if (i == longer) at[i].finish = later(at[i].finish, more);
    }
    return at;
  }

  // Backwards from `last`, each time to the one that it had to wait for; of several, to the one that was added first.
  std::vector<bool> deciding(const std::vector<Timing>& most, std::size_t last) const {
    std::vector<bool> critical(activities_.size());
    for (std::optional<std::size_t> at = last; at;) {
      critical[*at] = true;
      std::optional<std::size_t> before;
      for (auto [edge, end] = boost::in_edges(*at, graph_); edge != end; ++edge) {
        const Link& link = links_[graph_[*edge]];
        if (later(most[link.before].finish, link.wait.most) != most[*at].ready) continue;
        if (!before || link.before < *before) before = link.before;
      }
      at = before;
    }
    return critical;
  }

  // The end moves, or does not, and once it has moved it stays moved: so halving finds the last microsecond.
  std::optional<Duration> slack(const std::vector<Timing>& most, std::size_t i, std::size_t last) const {
    const Instant end = most[last].finish;
    if (end == never) return std::nullopt;
    Duration fits;
    Duration moves = end - most[i].finish + microseconds(1);
    if (pass(Figure::most, i, moves)[last].finish == end) return std::nullopt;  // the last one does not wait for it
    while (moves - fits > microseconds(1)) {
      const Duration half = fits + (moves - fits) / 2;
      (pass(Figure::most, i, half)[last].finish == end ? fits : moves) = half;
    }
    return fits;
  }

 private:
  const std::vector<Activity>& activities_;
  const std::vector<Link>& links_;
  Epoch epoch_;
  Graph graph_;
  std::vector<std::size_t> order_;
};

CriticalPath side_by_side(const Passes& passes, std::size_t size) {
  CriticalPath path;
  path.activities.resize(size);
  for (const Figure f : {Figure::least, Figure::usual, Figure::most}) {
    const std::vector<Timing> at = passes.pass(f);
    for (std::size_t i = 0; i < size; ++i) path.activities[i].at[static_cast<std::size_t>(f)] = at[i];
  }
  return path;
}

}  // namespace

std::size_t ActivityNetwork::add(Activity a) {
  activities_.push_back(std::move(a));
  return activities_.size() - 1;
}

std::optional<CriticalPath> ActivityNetwork::timings(Epoch epoch) const {
  Passes passes{activities_, links_, epoch};
  if (!passes.order()) return std::nullopt;
  return side_by_side(passes, size());
}

std::optional<CriticalPath> ActivityNetwork::solve(Epoch epoch, std::size_t last) const {
  assert(last < size());
  Passes passes{activities_, links_, epoch};
  if (!passes.order()) return std::nullopt;
  CriticalPath path = side_by_side(passes, size());
  const std::vector<Timing> most = passes.pass(Figure::most);
  const std::vector<bool> critical = passes.deciding(most, last);
  for (std::size_t i = 0; i < size(); ++i) {
    path.activities[i].critical = critical[i];
    path.activities[i].slack = passes.slack(most, i, last);
  }
  return path;
}

}  // namespace converge::sim
