// What a duration, or another whole number, may turn out to be: its least, usual and most, and the law between them.
//
// Every law is truncated to [least, most], never clamped: no answer piles up at an end. A whole number v stands for the
// interval from v - 1/2 to v + 1/2, so each law lives between least - 1/2 and most + 1/2, and laws that are symmetric
// in the real numbers are symmetric here. Draws are a pure function of their Bits, in integers only.
//
//   constant     usual, always
//   uniform      every whole number alike
//   triangular   the density rises from least to usual and falls to most
//   pert         the same three figures with less in the tails; its mean is (least + 4 usual + most) / 6
//   exponential  from least on, halved with every (usual - least): usual is the median before most cuts the tail off
//   lognormal    the excess over least has a normal logarithm: half lie below usual, and the one in a thousand that
//                would lie beyond most is left out
//   empirical    one of the observed values, each equally likely
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/random.hpp"
#include "sim/time.hpp"

namespace converge::sim {

enum class Shape : std::uint8_t { constant, uniform, triangular, pert, exponential, lognormal, empirical };

struct Distribution {
  Shape shape = Shape::constant;
  std::int64_t least = 0;
  std::int64_t usual = 0;
  std::int64_t most = 0;
  std::vector<std::int64_t> values;  // empirical only: what was observed, sorted; the three figures above come from it

  friend bool operator==(const Distribution&, const Distribution&) = default;
  friend constexpr auto fields(const Distribution& d) { return std::tie(d.shape, d.least, d.usual, d.most, d.values); }
};

constexpr Distribution constant(std::int64_t x) { return {Shape::constant, x, x, x, {}}; }
// Its usual value is the middle, rounded down.
constexpr Distribution uniform(std::int64_t least, std::int64_t most) {
  return {Shape::uniform, least, least + (most - least) / 2, most, {}};
}
constexpr Distribution triangular(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {Shape::triangular, least, usual, most, {}};
}
// The law to take when only three figures are known.
constexpr Distribution window(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {Shape::pert, least, usual, most, {}};
}
constexpr Distribution window(const Window& w) { return window(w.least.us, w.usual.us, w.most.us); }
constexpr Distribution exponential(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {Shape::exponential, least, usual, most, {}};
}
constexpr Distribution lognormal(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {Shape::lognormal, least, usual, most, {}};
}
// At least one value, in any order. Its usual value is the lower median.
Distribution empirical(std::vector<std::int64_t> values);

// Holds for all that the functions above make of sensible figures: least <= usual <= most, no more than 2^62 apart;
// equal for a constant; values sorted, and only where they belong. sample() takes nothing else.
bool valid(const Distribution&);

// What happens on a quiet day, and the ends of the range.
constexpr std::int64_t nominal(const Distribution& d) { return d.usual; }
constexpr std::int64_t least_of(const Distribution& d) { return d.least; }
constexpr std::int64_t most_of(const Distribution& d) { return d.most; }

// One draw, always within [least, most]. Under the same bits, moving a law along moves its answer by as much; and a
// longer usual value never gives a shorter answer, but for the last digits of the fixed-point logarithms. So two plans
// can be compared under the same luck.
std::int64_t sample(const Distribution&, Bits&);

}  // namespace converge::sim
