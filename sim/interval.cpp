// In floating point, like its header, and for the same reason.
#include "sim/interval.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <cassert>

namespace converge::sim {

// Each end is the probability at which so many hits, or more of them on its side, would be only just so unlikely; the
// binomial tail is an incomplete beta function.
Interval clopper_pearson(std::uint64_t hits, std::uint64_t runs, double confidence) {
  assert(hits <= runs);
  assert(confidence > 0 && confidence < 1);
  const double tail = (1 - confidence) / 2;
  const auto hit = static_cast<double>(hits);
  const auto missed = static_cast<double>(runs - hits);
  Interval interval;
  if (hits > 0) interval.low = boost::math::ibeta_inv(hit, missed + 1, tail);
  if (hits < runs) interval.high = boost::math::ibetac_inv(hit + 1, missed, tail);
  return interval;
}

}  // namespace converge::sim
