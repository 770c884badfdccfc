// Two results side by side, the first being the one of before: what became better, what worse, and which property
// decides.
#pragma once

#include <string>
#include <vector>

#include "sim/evidence.hpp"

namespace converge::reports {

struct Comparison {
  struct Change {
    enum class Is : std::uint8_t { better, worse, neither };
    Is is = Is::neither;
    std::string what;  // "converged", "probability of missing the window"
    std::string before;
    std::string after;
  };
  bool worse = false;           // a regression: verdict, a property, the probability of a miss, or the worst case
  bool same_luck = false;       // seeds and schedules match, so that the same draws were made for both
  std::string luck;             // in words
  std::string decides;          // the property that made the verdict another; empty: none did
  std::vector<Change> changes;  // the verdict first
};

Comparison compare(const sim::Result& before, const sim::Result& after);

}  // namespace converge::reports
