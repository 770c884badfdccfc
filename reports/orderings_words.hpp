// What the pages of a plan's orders have in common.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/verdict.hpp"

namespace converge::reports {

inline std::string_view grade_word(sim::Grade g) {
  switch (g) {
    case sim::Grade::good: return "good";
    case sim::Grade::window: return "window";
    case sim::Grade::availability: return "availability";
    case sim::Grade::convergence: return "convergence";
  }
  return "";
}

// The order that stands for a counterexample.
inline const std::vector<std::size_t>& order_of(const sim::OrderingsResult& r, const sim::OrderCounterexample& c) {
  return r.orders[c.order].order;
}

}  // namespace converge::reports
