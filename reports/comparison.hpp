// Two results beside each other: what became better, what worse, and which property decides between them. Plain data,
// for every format that shows it.
#pragma once

#include <string>
#include <vector>

#include "sim/evidence.hpp"

namespace converge::reports {

struct Compared {
  enum class Change : std::uint8_t { same, better, worse, unknown };  // unknown: one of them does not say

  std::string what;  // "time to convergence", or the name of a property
  std::string before;
  std::string after;
  std::string by;  // "2 h 5 min sooner"; empty where there is nothing to say
  Change change = Change::same;
};

struct SideBySide {
  Compared verdict;
  std::vector<Compared> figures;
  std::vector<Compared> properties;  // their least margins; in the order of the first, then what only the second has
  bool same_luck = false;
  std::string luck;     // in one sentence
  std::string decides;  // the same: what decides between the two
};

SideBySide compare(const sim::Reported& before, const sim::Reported& after);

// Whether the second is worse where it counts: its verdict is, or it violates a property that the first kept.
bool is_regression(const SideBySide&);

}  // namespace converge::reports
