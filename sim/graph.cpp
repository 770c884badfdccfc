// Floating point: how many schedules there are, for people.
#include "sim/graph.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <tuple>

#include "sim/checkpoint.hpp"
#include "sim/hash.hpp"

namespace converge::sim {

std::uint32_t Graph::add_node() {
  first_.push_back(kEnd);
  return nodes() - 1;
}

void Graph::add_edge(std::uint32_t from, std::uint32_t to, std::uint32_t deviations,
                     std::span<const std::int64_t> gathered, std::span<const Branch> branches) {
  assert(gathered.size() == gathers_.size());
  row_.assign(gathered.begin(), gathered.end());
  row_.push_back(deviations);
  const std::uint32_t what = row(row_);
  assert(what < last);
  if (first_[from] == kEnd) {
    first_[from] = static_cast<std::uint32_t>(edges_.size());
  } else {
    edges_.back().what &= ~last;  // those of one node come one after another
  }
  edges_.push_back({to, what | last});
  if (!keeps_branches_) return;
  branch_rows_.push_back(row(branches));
}

std::uint32_t Graph::row(std::span<const std::int64_t> values) {
  Hasher h;
  for (const std::int64_t v : values) h.add(static_cast<std::uint64_t>(v));
  return gathered_.number(values, h.value());
}

std::uint32_t Graph::row(std::span<const Branch> branches) {
  Hasher h;
  for (const Branch& b : branches) {
    h.add(std::uint64_t{b.question} << 32U | std::uint64_t{b.taken} << 16U | std::uint64_t{b.of});
  }
  return branches_.number(branches, h.value());
}

void Graph::save(CheckpointWriter& to) const {
  write(to.item(), std::tuple{nodes(), edges_.size(), gathered_.size(), branches_.size()});
  for (std::size_t n = 0; n < first_.size(); ++n) write(to.item(), first_[n]);
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    write(to.item(), std::tuple{edges_[e].to, edges_[e].what, keeps_branches_ ? branch_rows_[e] : 0});
  }
  for (std::uint32_t r = 0; r < gathered_.size(); ++r) {
    for (const std::int64_t v : gathered_[r]) write(to.item(), v);
  }
  for (std::uint32_t r = 0; r < branches_.size(); ++r) {
    write(to.item(), static_cast<std::uint32_t>(branches_[r].size()));
    for (const Branch& b : branches_[r]) write(to.item(), std::tuple{b.question, b.taken, b.of});
  }
}

void Graph::load(CheckpointReader& from) {
  assert(first_.empty() && edges_.empty());
  std::tuple<std::uint32_t, std::uint64_t, std::uint32_t, std::uint32_t> sizes;
  read(from.item(), sizes);
  const auto [nodes, edges, rows, branch_rows] = sizes;
  for (std::uint32_t n = 0; n < nodes && from.good(); ++n) {
    std::uint32_t first = kEnd;
    read(from.item(), first);
    if (first != kEnd && first >= edges) from.refuse();
    first_.push_back(first);
  }
  for (std::uint64_t e = 0; e < edges && from.good(); ++e) {
    std::tuple<std::uint32_t, std::uint32_t, std::uint32_t> edge;
    read(from.item(), edge);
    const auto [to, what, branches] = edge;
    const bool ends = e + 1 < edges || (what & last) != 0;  // of each node some edge is the last
    if ((to != kEnd && to >= nodes) || (what & ~last) >= rows || !ends) from.refuse();
    if (keeps_branches_ && branches >= branch_rows) from.refuse();
    edges_.push_back({to, what});
    if (keeps_branches_) branch_rows_.push_back(branches);
  }
  for (std::uint32_t r = 0; r < rows && from.good(); ++r) {
    row_.assign(gathers_.size() + 1, 0);
    for (std::int64_t& v : row_) read(from.item(), v);
    if (row(row_) != r) from.refuse();
  }
  std::vector<Branch> branches;
  for (std::uint32_t r = 0; r < branch_rows && from.good(); ++r) {
    std::uint32_t count = 0;
    read(from.item(), count);
    branches.clear();
    for (; count > 0 && from.good(); --count) {
      std::tuple<QuestionId, std::uint16_t, std::uint16_t> b;
      read(from.item(), b);
      branches.push_back({.question = std::get<0>(b), .taken = std::get<1>(b), .of = std::get<2>(b)});
    }
    if (row(branches) != r) from.refuse();
  }
}

std::size_t Graph::footprint() const {
  return first_.footprint() + edges_.footprint() + branch_rows_.footprint() + gathered_.footprint() +
         branches_.footprint();
}

namespace {

// What one edge and what follows it come to.
std::int64_t joined(Gather how, std::int64_t edge, std::int64_t after) {
  return how == Gather::sum ? edge + after : std::max(edge, after);
}

}  // namespace

std::optional<std::vector<std::uint32_t>> in_order(const Graph& graph) {
  const std::uint32_t nodes = graph.nodes();
  std::vector<std::uint32_t> into(nodes);
  for (std::uint32_t n = 0; n < nodes; ++n) {
    const auto edges = graph.edges(n);
    if (edges.empty()) return std::nullopt;
    for (const Graph::Edge& e : edges) {
      if (e.to != Graph::kEnd) ++into[e.to];
    }
  }
  std::vector<std::uint32_t> order;
  order.reserve(nodes);
  for (std::uint32_t n = 0; n < nodes; ++n) {
    if (into[n] == 0) order.push_back(n);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const Graph::Edge& e : graph.edges(order[i])) {
      if (e.to != Graph::kEnd && --into[e.to] == 0) order.push_back(e.to);
    }
  }
  if (order.empty() || order.size() != nodes) return std::nullopt;
  return order;
}

std::optional<WorstPath> worst_path(const Graph& graph, std::size_t label) {
  const auto order = in_order(graph);
  if (!order) return std::nullopt;
  const Gather how = graph.gathers()[label];
  // By node: the worst that can be gathered from it to the horizon, and the edge that begins it.
  struct Rest {
    std::int64_t gathered = kNothing;
    std::uint32_t edge = 0;
  };
  std::vector<Rest> rest(graph.nodes());
  for (auto n = order->rbegin(); n != order->rend(); ++n) {
    std::uint32_t i = 0;
    for (const Graph::Edge& e : graph.edges(*n)) {
      const std::int64_t own = e.gathered[label];
      const std::int64_t all = e.to == Graph::kEnd ? own : joined(how, own, rest[e.to].gathered);
      if (i == 0 || all > rest[*n].gathered) rest[*n] = {all, i};
      ++i;
    }
  }
  WorstPath worst{.gathered = rest[0].gathered, .path = {}};
  for (std::uint32_t n = 0; n != Graph::kEnd;) {
    worst.path.push_back(rest[n].edge);
    n = graph.edges(n)[rest[n].edge].to;
  }
  return worst;
}

namespace {

// By node: the greatest that can be gathered from it to the horizon with so many deviations at most.
struct Within {
  static constexpr std::int64_t no_way = kNothing;
  static constexpr std::int64_t least = kNothing + 1;  // there is a way, and it gathers nothing

  std::vector<std::vector<std::int64_t>> greatest;  // by deviations, by node; those for fewer are complete

  std::int64_t through(Gather how, const Graph::Edge& e, std::size_t label, std::uint32_t deviations) const {
    if (e.deviations > deviations) return no_way;
    const std::int64_t own = std::max(least, e.gathered[label]);
    if (e.to == Graph::kEnd) return own;
    const std::int64_t after = greatest[deviations - e.deviations][e.to];
    return after == no_way ? no_way : joined(how, own, after);
  }
};

}  // namespace

std::optional<LeastPath> least_path(const Graph& graph, std::size_t label, std::int64_t threshold) {
  const auto worst = worst_path(graph, label);
  if (!worst || worst->gathered < threshold || threshold <= Within::least) return std::nullopt;
  const auto order = in_order(graph);
  const Gather how = graph.gathers()[label];
  Within within;
  std::uint32_t deviations = 0;
  for (;; ++deviations) {  // ends: some schedule gathers so much, with as many deviations as it has
    within.greatest.emplace_back(graph.nodes(), Within::no_way);
    for (auto n = order->rbegin(); n != order->rend(); ++n) {
      std::int64_t most = Within::no_way;
      for (const Graph::Edge& e : graph.edges(*n)) most = std::max(most, within.through(how, e, label, deviations));
      within.greatest.back()[*n] = most;
    }
    if (within.greatest.back()[0] >= threshold) break;
  }
  LeastPath path{.deviations = deviations, .gathered = how == Gather::sum ? 0 : kNothing, .path = {}};
  for (std::uint32_t n = 0; n != Graph::kEnd;) {
    std::uint32_t i = 0;
    for (const Graph::Edge& e : graph.edges(n)) {
      const std::int64_t rest = within.through(how, e, label, deviations);
      if (rest != Within::no_way && joined(how, path.gathered, rest) >= threshold) {
        path.path.push_back(i);
        path.gathered = joined(how, path.gathered, e.gathered[label]);
        deviations -= e.deviations;
        n = e.to;
        break;
      }
      ++i;
    }
  }
  return path;
}

std::optional<LeastPath> least_prefix(const Graph& graph, std::size_t label, std::int64_t threshold) {
  if (graph.nodes() == 0) return std::nullopt;
  struct Step {
    std::uint32_t node = 0;  // reached
    std::uint32_t from = Graph::kEnd;
    std::uint32_t edge = 0;  // its place there
    bool there = false;      // by an edge that gathers so much: then `node` does not matter
  };
  std::vector<Step> came(graph.nodes());
  std::vector<bool> done(graph.nodes());
  // Fewest deviations first; of as many, in the order in which they are met.
  std::vector<std::vector<Step>> waiting(1, {Step{}});
  for (std::uint32_t deviations = 0; deviations < waiting.size(); ++deviations) {
    for (std::size_t i = 0; i < waiting[deviations].size(); ++i) {
      const Step step = waiting[deviations][i];
      if (step.there) {
        LeastPath path{.deviations = deviations, .gathered = threshold, .path = {step.edge}};
        for (std::uint32_t at = step.from; at != 0; at = came[at].from) path.path.push_back(came[at].edge);
        std::reverse(path.path.begin(), path.path.end());
        return path;
      }
      if (done[step.node]) continue;
      done[step.node] = true;
      came[step.node] = step;
      std::uint32_t place = 0;
      for (const Graph::Edge& e : graph.edges(step.node)) {
        const std::uint32_t so_many = deviations + e.deviations;
        const bool there = e.gathered[label] >= threshold;
        if (there || (e.to != Graph::kEnd && !done[e.to])) {
          if (waiting.size() <= so_many) waiting.resize(so_many + std::size_t{1});
          waiting[so_many].push_back({e.to, step.node, place, there});
        }
        ++place;
      }
    }
  }
  return std::nullopt;
}

std::optional<HowMany> schedules(const Graph& graph) {
  const auto order = in_order(graph);
  if (!order) return std::nullopt;
  // A count is `part` times 2^(512 * scale), so that none is too large.
  struct Count {
    double part = 0;
    std::int64_t scale = 0;
  };
  constexpr double unit = 0x1p512;
  const auto add = [](Count& to, Count more) {
    if (more.scale > to.scale) std::swap(to, more);
    if (more.scale == to.scale) to.part += more.part;
    if (more.scale + 1 == to.scale) to.part += more.part / unit;  // further below, it is lost in the rounding
    if (to.part >= unit) to = {to.part / unit, to.scale + 1};
  };
  std::vector<Count> ways(graph.nodes());
  for (auto n = order->rbegin(); n != order->rend(); ++n) {
    for (const Graph::Edge& e : graph.edges(*n)) add(ways[*n], e.to == Graph::kEnd ? Count{1, 0} : ways[e.to]);
  }
  const Count all = ways[0];
  HowMany result{.count = all.part,
                 .log10 = std::log10(all.part) + 512 * 0.30102999566398120 * static_cast<double>(all.scale)};
  for (std::int64_t i = 0; i < std::min<std::int64_t>(all.scale, 2); ++i) result.count *= unit;
  return result;
}

double collision_bound(std::uint64_t states) {
  const auto n = static_cast<double>(states);
  return std::min(1.0, n * n / 36'893'488'147'419'103'232.0);  // pairs by 2^64: less than n^2 / 2^65
}

}  // namespace converge::sim
