// In floating point, like its header, and for the same reason.
#include "sim/sequential.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace converge::sim {

namespace {

// Capital is compared by its logarithm, which neither overflows nor vanishes in a long campaign.
using Real = long double;

constexpr Real share_on_zero = 0.75L;

// Under the threshold itself.
Real ln_likelihood(Real hit, Real missed, Real threshold) {
  return hit * std::log(threshold) + missed * std::log1p(-threshold);
}

Real ln_beta(Real a, Real b) { return boost::math::lgamma(a) + boost::math::lgamma(b) - boost::math::lgamma(a + b); }

// The mean likelihood over all q below the threshold is an incomplete beta function, over its length.
Real ln_capital_against_above(Real hit, Real missed, Real threshold) {
  const Real under_threshold = ln_likelihood(hit, missed, threshold);
  const Real spread = std::log(1 - share_on_zero) + ln_beta(hit + 1, missed + 1) +
                      std::log(boost::math::ibeta(hit + 1, missed + 1, threshold)) - std::log(threshold) -
                      under_threshold;
  if (hit > 0) return spread;  // a hit takes all that was staked on there being none
  const Real on_zero = std::log(share_on_zero) - under_threshold;
  const Real more = std::max(spread, on_zero);
  return more + std::log1p(std::exp(std::min(spread, on_zero) - more));
}

Real ln_capital_against_below(Real hit, Real missed, Real threshold) {
  return ln_beta(hit + 1, missed + 1) + std::log(boost::math::ibetac(hit + 1, missed + 1, threshold)) -
         std::log1p(-threshold) - ln_likelihood(hit, missed, threshold);
}

}  // namespace

// On the far side of the threshold no q explains what was seen better than the threshold does, so that bet has lost
// capital and need not be looked at. That also keeps the incomplete beta functions away from their vanishing ends.
Sure decide(std::uint64_t hits, std::uint64_t runs, double threshold, double confidence) {
  assert(hits <= runs);
  assert(threshold > 0 && threshold < 1);
  assert(confidence > 0 && confidence < 1);
  const auto hit = static_cast<Real>(hits);
  const auto missed = static_cast<Real>(runs - hits);
  const auto bar = static_cast<Real>(threshold);
  const Real enough = -std::log1p(-static_cast<Real>(confidence));
  if (hit < bar * (hit + missed))
    return ln_capital_against_above(hit, missed, bar) >= enough ? Sure::below : Sure::not_yet;
  if (runs == 0) return Sure::not_yet;
  return ln_capital_against_below(hit, missed, bar) >= enough ? Sure::above : Sure::not_yet;
}

// With more runs and no more hits each q below the threshold gains, so the answer is found by halving.
std::uint64_t runs_until_below(std::uint64_t hits, double threshold, double confidence) {
  const auto enough = [&](std::uint64_t runs) { return decide(hits, runs, threshold, confidence) == Sure::below; };
  std::uint64_t not_enough = hits;
  std::uint64_t most = std::max<std::uint64_t>(hits, 1);
  while (!enough(most)) {
    if (most > std::numeric_limits<std::uint64_t>::max() / 2) return std::numeric_limits<std::uint64_t>::max();
    not_enough = most;
    most *= 2;
  }
  while (most - not_enough > 1) {
    const std::uint64_t middle = not_enough + (most - not_enough) / 2;
    (enough(middle) ? most : not_enough) = middle;
  }
  return most;
}

}  // namespace converge::sim
