// One short function per law, each giving how far above `least` the answer lies.
//
// They work in half units. A law of n whole numbers is 2n halves wide, and its usual value, seen from half a unit below
// least, lies 2 (usual - least) + 1 halves up: an odd number, so strictly inside, and no end is a special case.
#include "sim/distribution.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <utility>

#include "sim/fields.hpp"
#include "sim/fixed_point.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Distribution>);

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t range_most = std::uint64_t{1} << 62U;

struct Halves {
  std::uint64_t width;  // 2n
  std::uint64_t usual;  // odd, and below width
};

// a * b / 2^64, rounded down: the fraction a of b.
constexpr std::uint64_t part(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((static_cast<Wide>(a) * b) >> 64U);
}

// (numerator * 2^bits) / denominator.
constexpr std::uint64_t ratio(std::uint64_t numerator, unsigned bits, std::uint64_t denominator) {
  return static_cast<std::uint64_t>((static_cast<Wide>(numerator) << bits) / denominator);
}

// The square root of a fraction, both in Q64. The upper half of its digits is exact, the lower is interpolated.
std::uint64_t root_of_fraction(std::uint64_t fraction) {
  const std::uint64_t root = square_root(fraction);   // Q32
  const std::uint64_t rest = fraction - root * root;  // at most 2 root
  return (root << 32U) + (((rest << 31U) / (2 * root + 1)) << 1U);
}

// The inverse of the distribution function: two parabolas, which meet at the usual value.
std::uint64_t triangular_offset(const Halves& h, Bits& bits) {
  const Wide point = static_cast<Wide>(bits.next()) * h.width;  // uniform in [0, width), Q64
  const auto whole = static_cast<std::uint64_t>(point >> 64U);
  if (whole < h.usual) {
    const auto fraction = static_cast<std::uint64_t>(point / h.usual);
    return part(root_of_fraction(fraction), h.usual) / 2;
  }
  const Wide from_above = (static_cast<Wide>(h.width) << 64U) - 1 - point;
  const std::uint64_t rise = h.width - h.usual;
  const auto fraction = static_cast<std::uint64_t>(from_above / rise);
  return (h.width - 1 - part(root_of_fraction(fraction), rise)) / 2;
}

// A mask: what is drawn cannot be predicted, so a branch on it costs more than all the rest.
constexpr std::uint64_t all_if(bool condition) { return 0 - static_cast<std::uint64_t>(condition); }

// The shortest network that sorts five.
constexpr std::array<std::uint64_t, 5> in_order(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                                                std::uint64_t e) {
  const auto order = [](std::uint64_t& low, std::uint64_t& high) {
    const std::uint64_t swap = (low ^ high) & all_if(high < low);
    low ^= swap;
    high ^= swap;
  };
  order(a, d);
  order(b, e);
  order(a, c);
  order(b, d);
  order(a, b);
  order(c, e);
  order(b, c);
  order(d, e);
  order(c, d);
  return {a, b, c, d, e};
}

// The beta-PERT law is Beta(1 + t, 5 - t) with t = 4 (usual - least) / (most - least). Of five uniform draws, put in
// order, the k-th follows Beta(k, 6 - k), so for whole t a sort does it. In between, with t = k - 1 + f, the answer
// lies in the gap after the k-th, at a place that follows Beta(f, 1 - f). That law is what remains of a stick broken at
// random: a uniform piece goes to the upper end with probability f, and the rest is shared out by the same law again.
// We break the stick once; the rest goes to f half of the time and otherwise to an end, which has the right mean and
// variance. So the mean and the variance of an answer are those of beta-PERT, and its distribution function is nowhere
// more than 0.006 away.
std::uint64_t pert_offset(const Halves& h, Bits& bits) {
  const std::array<std::uint64_t, 4> words{bits.next(), bits.next(), bits.next(), bits.next()};
  const auto low = [&](std::size_t i) { return words[i] & (fixed_one - 1); };
  const auto high = [&](std::size_t i) { return words[i] >> 32U; };
  const auto u = in_order(low(0), high(0), low(1), high(1), low(2));

  const std::uint64_t t = ratio(h.usual, 34, h.width);  // in [0, 4), Q32
  const std::size_t k = t >> 32U;
  const std::uint64_t f = t & (fixed_one - 1);
  const std::uint64_t piece = low(3) | 1U;  // never nothing, so that the product with the rest fits
  const std::uint64_t upper = all_if(high(2) < f) & piece;
  const std::uint64_t end = all_if((high(3) >> 1U) < (f >> 1U)) & fixed_one;
  const std::uint64_t rest = f ^ (all_if((high(3) & 1U) != 0) & (f ^ end));
  const std::uint64_t place = upper + (((fixed_one - piece) * rest) >> 32U);  // at most one, Q32
  // The piece serves again, as digits below those that were sorted.
  return part((u[k] << 32U) + (u[k + 1] - u[k]) * place + piece, h.width / 2);
}

// What is left after x halves is 2^(-x / usual). Drawn evenly between 1 and what is left at the end of the range, which
// is the law truncated, its logarithm says how far we got.
std::uint64_t exponential_offset(const Halves& h, Bits& bits) {
  const std::uint64_t all = ~std::uint64_t{0};
  const std::uint64_t halvings = h.width / h.usual;
  const std::uint64_t left_at_end =
      halvings >= 32 ? 0 : fixed_exp2(-static_cast<std::int64_t>(ratio(h.width, 32, h.usual))) << 32U;
  const std::uint64_t left = all - part(bits.next(), all - left_at_end);                       // Q64, never nothing
  const auto gone = static_cast<std::uint64_t>((std::int64_t{32} << 32U) - fixed_log2(left));  // halvings so far, Q32
  const auto offset = static_cast<std::uint64_t>((static_cast<Wide>(gone) * h.usual) >> 33U);
  return std::min(offset, h.width / 2 - 1);  // the end itself is left out; rounding may touch it once in 2^32
}

// usual * (width / usual)^(z / z999), with z a normal draw below its quantile z999 = 3.0902 of 99.9 %.
std::uint64_t lognormal_offset(const Halves& h, Bits& bits) {
  constexpr std::uint64_t of_999 = 0xFFBE76C8B4395810ULL;  // 0.999 in Q64
  constexpr std::int64_t per_z999 = 0x14B5DDE527B3D841LL;  // 1 / 3.090232306 in Q62
  __extension__ using SignedWide = __int128;
  const std::int64_t z = fixed_normal_quantile(part(bits.next(), of_999));
  const std::int64_t log2_usual = fixed_log2(h.usual);
  const std::int64_t log2_reach = fixed_log2(h.width) - log2_usual;
  const auto share = static_cast<std::int64_t>((static_cast<SignedWide>(z) * per_z999) >> 62U);  // of log2_reach, Q32
  const auto rise = static_cast<std::int64_t>((static_cast<SignedWide>(log2_reach) * share) >> 32U);
  // As fixed_log2 takes h.usual for a number in Q32, fixed_exp2 gives back whole halves. Short answers have room for 32
  // more digits, without which a range of a few whole numbers would get uneven shares.
  const std::int64_t log2_halves = log2_usual + rise;
  const std::uint64_t offset =
      log2_halves < 0 ? fixed_exp2(log2_halves + (std::int64_t{32} << 32U)) >> 33U : fixed_exp2(log2_halves) >> 1U;
  return std::min(offset, h.width / 2 - 1);  // rounding may touch the end, as above
}

}  // namespace

Distribution empirical(std::vector<std::int64_t> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const std::int64_t median = values[(values.size() - 1) / 2];
  return {Shape::empirical, values.front(), median, values.back(), std::move(values)};
}

bool valid(const Distribution& d) {
  if (d.least > d.usual || d.usual > d.most) return false;
  if (static_cast<std::uint64_t>(d.most) - static_cast<std::uint64_t>(d.least) >= range_most) return false;
  if (d.shape == Shape::constant && d.least != d.most) return false;
  if (d.shape != Shape::empirical) return d.values.empty();
  return !d.values.empty() && std::is_sorted(d.values.begin(), d.values.end()) && d.values.front() == d.least &&
         d.values.back() == d.most && d.values[(d.values.size() - 1) / 2] == d.usual;
}

std::int64_t sample(const Distribution& d, Bits& bits) {
  assert(d.shape == Shape::empirical || valid(d));  // the sorted values are checked once, by whoever made them
  const std::uint64_t least = static_cast<std::uint64_t>(d.least);  // unsigned, so that no difference overflows
  const std::uint64_t n = static_cast<std::uint64_t>(d.most) - least + 1;
  const Halves halves{2 * n, 2 * (static_cast<std::uint64_t>(d.usual) - least) + 1};
  std::uint64_t offset = 0;
  switch (d.shape) {
    case Shape::constant: break;
    case Shape::uniform: offset = below(n, bits); break;
    case Shape::triangular: offset = triangular_offset(halves, bits); break;
    case Shape::pert: offset = pert_offset(halves, bits); break;
    case Shape::exponential: offset = exponential_offset(halves, bits); break;
    case Shape::lognormal: offset = lognormal_offset(halves, bits); break;
    case Shape::empirical: return d.values[below(d.values.size(), bits)];
  }
  assert(offset < n);
  return static_cast<std::int64_t>(least + offset);
}

}  // namespace converge::sim
