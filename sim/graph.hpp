// What an exploration leaves behind: nodes, the edges between them, what is gathered along each; and walks over it,
// which give what holds over all schedules.
//
// An edge takes 8 bytes, and 4 more if its branches are kept: what is gathered, and the branches, are often the same,
// so each that is different is kept once. Floating point: how many schedules there are, for people.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/chunked.hpp"
#include "sim/enumerate.hpp"

namespace converge::sim {

class CheckpointReader;
class CheckpointWriter;

// Along a schedule the greatest counts, or all are added up. Larger is worse.
enum class Gather : std::uint8_t { most, sum };
inline constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();  // of `most`: contributes nothing

// Rows that are numbered in the order in which they first came, each kept once. T is trivially copyable and has ==.
template <class T>
class Rows {
 public:
  std::uint32_t number(std::span<const T> row, std::uint64_t hash) {
    if (2 * (begins_.size() + 1) > slots_.size()) grow();
    std::size_t i = hash & (slots_.size() - 1);
    for (; slots_[i] != none; i = (i + 1) & (slots_.size() - 1)) {
      if (hashes_[slots_[i]] == hash && same((*this)[slots_[i]], row)) return slots_[i];
    }
    const auto fresh = static_cast<std::uint32_t>(begins_.size());
    slots_[i] = fresh;
    begins_.push_back(values_.size());
    hashes_.push_back(hash);
    values_.insert(values_.end(), row.begin(), row.end());
    return fresh;
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(begins_.size()); }
  std::span<const T> operator[](std::uint32_t n) const {
    const std::size_t end = n + std::size_t{1} < begins_.size() ? begins_[n + 1] : values_.size();
    return {values_.data() + begins_[n], end - begins_[n]};
  }
  std::size_t footprint() const {
    return values_.capacity() * sizeof(T) + 8 * begins_.capacity() + 8 * hashes_.capacity() + 4 * slots_.capacity();
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  static bool same(std::span<const T> a, std::span<const T> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  void grow() {
    slots_.assign(slots_.empty() ? 64 : 2 * slots_.size(), none);
    for (std::uint32_t n = 0; n < begins_.size(); ++n) {
      std::size_t i = hashes_[n] & (slots_.size() - 1);
      while (slots_[i] != none) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = n;
    }
  }

  std::vector<T> values_;
  std::vector<std::size_t> begins_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;
};

// Node 0 is the root; kEnd is the horizon.
class Graph {
 public:
  static constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();

  // As it is read. The spans hold as long as the graph does not change.
  struct Edge {
    std::uint32_t to = kEnd;
    std::uint32_t deviations = 0;            // answers on it that are not the usual ones
    std::span<const std::int64_t> gathered;  // by label
    std::span<const Branch> branches;        // only if kept
  };

  // The edges out of one node, in order.
  class Edges {
   public:
    class Iterator {
     public:
      Iterator(const Graph& graph, std::size_t at) : graph_{&graph}, at_{at} {}
      Edge operator*() const { return graph_->edge(at_); }
      Iterator& operator++() {
        ++at_;
        return *this;
      }
      bool operator==(const Iterator& o) const { return at_ == o.at_; }

     private:
      const Graph* graph_;
      std::size_t at_;
    };

    Edges(const Graph& graph, std::size_t from, std::size_t to) : graph_{graph}, from_{from}, to_{to} {}
    Iterator begin() const { return {graph_, from_}; }
    Iterator end() const { return {graph_, to_}; }
    std::size_t size() const { return to_ - from_; }
    bool empty() const { return to_ == from_; }
    Edge operator[](std::size_t i) const { return graph_.edge(from_ + i); }

   private:
    const Graph& graph_;
    std::size_t from_;
    std::size_t to_;
  };

  explicit Graph(std::vector<Gather> gathers = {}, bool keeps_branches = false)
      : gathers_{std::move(gathers)}, keeps_branches_{keeps_branches} {}

  const std::vector<Gather>& gathers() const { return gathers_; }
  bool keeps_branches() const { return keeps_branches_; }
  std::uint32_t nodes() const { return static_cast<std::uint32_t>(first_.size()); }
  std::size_t edges() const { return edges_.size(); }
  // None: the node was not expanded.
  Edges edges(std::uint32_t node) const {
    if (first_[node] == kEnd) return {*this, 0, 0};
    std::size_t end = first_[node] + std::size_t{1};
    while ((edges_[end - 1].what & last) == 0) ++end;
    return {*this, first_[node], end};
  }

  // To build it: first the nodes, each when it is met, then the edges out of one after another.
  std::uint32_t add_node();
  void add_edge(std::uint32_t from, std::uint32_t to, std::uint32_t deviations, std::span<const std::int64_t> gathered,
                std::span<const Branch> branches = {});
  // No more fit in.
  bool full() const { return nodes() >= kEnd - 1 || edges() >= kEnd - 1; }
  // Bytes held.
  std::size_t footprint() const;

  // To a checkpoint, and back into a graph that is empty and gathers the same. A file that makes no sense is refused.
  void save(CheckpointWriter&) const;
  void load(CheckpointReader&);

 private:
  static constexpr std::uint32_t last = std::uint32_t{1} << 31U;  // the last edge of its node

  struct Packed {
    std::uint32_t to = kEnd;
    std::uint32_t what = 0;  // row of `gathered_`
  };

  Edge edge(std::size_t at) const {
    const Packed& e = edges_[at];
    const auto row = gathered_[e.what & ~last];
    return {.to = e.to,
            .deviations = static_cast<std::uint32_t>(row.back()),
            .gathered = row.first(row.size() - 1),
            .branches = keeps_branches_ ? branches_[branch_rows_[at]] : std::span<const Branch>{}};
  }

  std::uint32_t row(std::span<const std::int64_t>);
  std::uint32_t row(std::span<const Branch>);

  std::vector<Gather> gathers_;
  bool keeps_branches_;
  Chunked<std::uint32_t> first_;  // by node: its first edge
  Chunked<Packed> edges_;
  Chunked<std::uint32_t> branch_rows_;  // by edge, if kept
  Rows<std::int64_t> gathered_;         // what is gathered by label, and then the deviations
  Rows<Branch> branches_;
  std::vector<std::int64_t> row_;  // scratch
};

// Every node after all that lead to it; none: there is a cycle, or a node without edges.
std::optional<std::vector<std::uint32_t>> in_order(const Graph&);

// The way from the root to the horizon: of each node on it, the place of the edge that is taken.
using Path = std::vector<std::uint32_t>;

struct WorstPath {
  std::int64_t gathered = kNothing;  // the greatest over all schedules
  Path path;                         // one that has it: of several, the first in the order of edges
};

// All three: none if the graph has a cycle, or was not explored to its end.
std::optional<WorstPath> worst_path(const Graph&, std::size_t label);

struct LeastPath {
  std::uint32_t deviations = 0;  // the fewest of all schedules that gather so much
  std::int64_t gathered = 0;
  Path path;  // of several with so few, the first in the order of edges
};

// The shortest way to gather at least `threshold`. Also none: no schedule does.
std::optional<LeastPath> least_path(const Graph&, std::size_t label, std::int64_t threshold);

// The same on a graph that was not explored to its end, of a label that gathers `most`: the way up to the first edge
// that gathers as much, whatever comes after.
std::optional<LeastPath> least_prefix(const Graph&, std::size_t label, std::int64_t threshold);

// How many different schedules the graph holds, for people: exact up to 2^53, then rounded; infinite beyond 1e308, when
// only its logarithm is left.
struct HowMany {
  double count = 0;
  double log10 = 0;
};
std::optional<HowMany> schedules(const Graph&);

// With fingerprints: a bound on the probability that any two of so many states share one, so that some were left out.
double collision_bound(std::uint64_t states);

}  // namespace converge::sim
