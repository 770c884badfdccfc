#include "sim/linear_extensions.hpp"

#include <algorithm>
#include <cassert>

namespace converge::sim {

namespace {

constexpr Steps bit(std::size_t step) { return Steps{1} << step; }

// Interchangeable: of one class, and related to every other step in the same way.
bool alike(const std::vector<Steps>& before, std::size_t a, std::size_t b) {
  if (before[a] != before[b]) return false;
  for (const Steps others : before) {
    if (((others & bit(a)) != 0) != ((others & bit(b)) != 0)) return false;
  }
  return true;
}

}  // namespace

std::string text(Orders n) {
  std::string digits;
  do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
  while ((n /= 10) != 0);
  return digits;
}

std::vector<Steps> predecessors(const StepGraph& graph) {
  assert(graph.steps() <= kOrderedStepsMost && !graph.cycle());
  std::vector<Steps> before(graph.steps());
  for (const auto& [first, second] : graph.edges()) before[second] |= bit(first);
  for (bool grows = true; grows;) {
    grows = false;
    for (Steps& all : before) {
      const Steps was = all;
      for (std::size_t step = 0; step < before.size(); ++step) {
        if ((all & bit(step)) != 0) all |= before[step];
      }
      grows = grows || all != was;
    }
  }
  return before;
}

std::vector<Steps> reduced(const std::vector<Steps>& before) {
  std::vector<Steps> direct = before;
  for (Steps& edges : direct) {
    const Steps all = edges;
    for (std::size_t step = 0; step < before.size(); ++step) {
      if ((all & bit(step)) != 0) edges &= ~before[step];
    }
  }
  return direct;
}

std::optional<LinearExtensions> LinearExtensions::of(const StepGraph& graph, const std::vector<std::size_t>& classes,
                                                     std::size_t downsets_most) {
  if (graph.steps() > kOrderedStepsMost) return std::nullopt;
  LinearExtensions result;
  const std::vector<Steps> given = predecessors(graph);
  result.predecessors_ = given;
  for (std::size_t b = 0; !classes.empty() && b < given.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a) {
      if (classes[a] == classes[b] && alike(given, a, b)) result.predecessors_[b] |= bit(a);
    }
  }

  // Downsets by size: each comes from one that is smaller by a step.
  const std::size_t n = given.size();
  std::size_t downsets = 1;
  result.levels_ = {{{.steps = 0}}};
  for (std::size_t size = 0; size < n; ++size) {
    std::vector<Downset> next;
    for (const Downset& d : result.levels_[size]) {
      for (std::size_t step = 0; step < n; ++step) {
        if ((d.steps & bit(step)) == 0 && (result.predecessors_[step] & ~d.steps) == 0)
          next.push_back({.steps = d.steps | bit(step)});
      }
    }
    std::sort(next.begin(), next.end(), [](const Downset& a, const Downset& b) { return a.steps < b.steps; });
    const auto same = [](const Downset& a, const Downset& b) { return a.steps == b.steps; };
    next.erase(std::unique(next.begin(), next.end(), same), next.end());
    downsets += next.size();
    if (downsets > downsets_most) return std::nullopt;
    result.levels_.push_back(std::move(next));
  }
  result.levels_.back().front().ways = 1;
  for (std::size_t size = n; size-- > 0;) {
    for (Downset& d : result.levels_[size]) {
      for (std::size_t step = 0; step < n; ++step) {
        if ((d.steps & bit(step)) == 0 && (result.predecessors_[step] & ~d.steps) == 0)
          d.ways += result.ways(size + 1, d.steps | bit(step));
      }
    }
  }
  return result;
}

std::size_t LinearExtensions::downsets() const {
  std::size_t all = 0;
  for (const auto& level : levels_) all += level.size();
  return all;
}

Orders LinearExtensions::ways(std::size_t level, Steps steps) const {
  const auto& downsets = levels_[level];
  const auto found = std::lower_bound(downsets.begin(), downsets.end(), steps,
                                      [](const Downset& d, Steps wanted) { return d.steps < wanted; });
  assert(found != downsets.end() && found->steps == steps);
  return found->ways;
}

Order LinearExtensions::at(Orders number) const {
  assert(number < count());
  Order order;
  Steps done = 0;
  while (order.size() < steps()) {
    for (std::size_t step = 0;; ++step) {
      assert(step < steps());
      if ((done & bit(step)) != 0 || (predecessors_[step] & ~done) != 0) continue;
      const Orders those = ways(order.size() + 1, done | bit(step));
      if (number >= those) {
        number -= those;
        continue;
      }
      order.push_back(step);
      done |= bit(step);
      break;
    }
  }
  return order;
}

// A number of as many bits as the count has, thrown back where it is too large: every second draw at most.
Orders LinearExtensions::draw(Bits& bits) const {
  const Orders last = count() - 1;
  Orders mask = last;
  for (unsigned shift = 1; shift < 128; shift *= 2) mask |= mask >> shift;
  for (;;) {
    Orders number = bits.next();
    if ((mask >> 64U) != 0) number |= Orders{bits.next()} << 64U;
    number &= mask;
    if (number <= last) return number;
  }
}

}  // namespace converge::sim
