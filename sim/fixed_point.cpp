// Tables of 64 steps take an argument to within 1/64 of a known point, and a short Taylor series does the rest.
#include "sim/fixed_point.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <limits>

namespace converge::sim {
namespace {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

constexpr unsigned step_bits = 6;
constexpr std::size_t steps = std::size_t{1} << step_bits;

constexpr std::uint64_t one62 = std::uint64_t{1} << 62U;
constexpr std::uint64_t one63 = std::uint64_t{1} << 63U;
constexpr std::uint64_t ln2_62 = 0x2C5C85FDF473DE6BULL;    // ln 2 in Q62
constexpr std::uint64_t log2e_62 = 0x5C551D94AE0BF85EULL;  // 1 / ln 2 in Q62

constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b, unsigned fraction_bits) {
  return static_cast<std::uint64_t>((static_cast<Wide>(a) * b) >> fraction_bits);
}

constexpr std::int64_t multiply_signed(std::int64_t a, std::uint64_t b, unsigned fraction_bits) {
  return static_cast<std::int64_t>((static_cast<SignedWide>(a) * static_cast<SignedWide>(b)) >> fraction_bits);
}

// 1 / (1 + i/64) in Q63, rounded up so that the rest below is never negative.
constexpr std::array<std::uint64_t, steps> reciprocals = [] {
  std::array<std::uint64_t, steps> table{};
  for (std::size_t i = 0; i < steps; ++i) {
    const Wide numerator = static_cast<Wide>(1) << (63U + step_bits);
    table[i] = static_cast<std::uint64_t>((numerator + steps + i - 1) / (steps + i));
  }
  return table;
}();

// log2(1 + i/64) in Q63, one bit after the other: squaring doubles a logarithm, and whatever passes two yields a bit.
constexpr std::array<std::uint64_t, steps> logarithms = [] {
  std::array<std::uint64_t, steps> table{};
  for (std::size_t i = 0; i < steps; ++i) {
    std::uint64_t mantissa = one63 + (static_cast<std::uint64_t>(i) << (63U - step_bits));  // Q63, in [1, 2)
    for (unsigned bit = 1; bit <= 56; ++bit) {
      const Wide square = static_cast<Wide>(mantissa) * mantissa;  // Q126, in [1, 4)
      const bool passed = (square >> 127U) != 0;
      mantissa = static_cast<std::uint64_t>(square >> (passed ? 64U : 63U));
      if (passed) table[i] |= one63 >> bit;
    }
  }
  return table;
}();

// 2^(i/64) in Q62, by the series of e^x to its last bit.
constexpr std::array<std::uint64_t, steps> powers = [] {
  std::array<std::uint64_t, steps> table{};
  for (std::size_t i = 0; i < steps; ++i) {
    const std::uint64_t x = ln2_62 / steps * i + ln2_62 % steps * i / steps;
    std::uint64_t term = one62;
    for (std::uint64_t k = 1; term != 0; ++k) {
      table[i] += term;
      term = multiply(term, x, 62) / k;
    }
  }
  return table;
}();

// A published coefficient, given in units of 10^-12 so that not even the compiler reads it as floating point.
constexpr std::uint64_t q32(std::uint64_t trillionths) {
  constexpr std::uint64_t trillion = 1'000'000'000'000;
  return static_cast<std::uint64_t>(((static_cast<Wide>(trillionths) << 32U) + trillion / 2) / trillion);
}

// A polynomial in x, highest power first; everything in Q32.
template <std::size_t N>
constexpr std::uint64_t polynomial(const std::array<std::uint64_t, N>& coefficients, std::uint64_t x) {
  std::uint64_t sum = coefficients[0];
  for (std::size_t i = 1; i < N; ++i) sum = multiply(sum, x, 32) + coefficients[i];
  return sum;
}

}  // namespace

// Each line doubles the number of correct bits, the last one may be one too many (as in CPython's math.isqrt, where the
// proof is).
std::uint64_t square_root(std::uint64_t n) {
  if (n == 0) return 0;
  const unsigned shift = static_cast<unsigned>(std::countl_zero(n)) & ~1U;
  const std::uint64_t m = n << shift;
  std::uint64_t a = 1 + (m >> 62U);
  a = (a << 1U) + (m >> 59U) / a;
  a = (a << 3U) + (m >> 53U) / a;
  a = (a << 7U) + (m >> 41U) / a;
  a = (a << 15U) + (m >> 17U) / a;
  a >>= shift / 2;
  return a - ((static_cast<Wide>(a) * a > n) ? 1U : 0U);
}

std::int64_t fixed_log2(std::uint64_t x) {
  assert(x > 0);
  const int zeros = std::countl_zero(x);
  const std::uint64_t mantissa = x << static_cast<unsigned>(zeros);  // Q63, in [1, 2)
  const std::size_t i = (mantissa - one63) >> (63U - step_bits);
  const std::uint64_t rest = multiply(mantissa, reciprocals[i], 63) - one63;  // Q63, in [0, 1/64)

  // ln(1 + z) = z (1 - z (1/2 - z (1/3 - z (1/4 - z/5)))), and z^6/6 is below 2^-38.
  std::uint64_t series = one63 / 4 - multiply(one63 / 5, rest, 63);
  series = one63 / 3 - multiply(series, rest, 63);
  series = one63 / 2 - multiply(series, rest, 63);
  series = multiply(one63 - multiply(series, rest, 63), rest, 63);

  const std::uint64_t fraction = logarithms[i] + multiply(series, log2e_62, 62);                  // Q63, in [0, 1]
  const auto rounded = static_cast<std::int64_t>((fraction + (std::uint64_t{1} << 30U)) >> 31U);  // Q32
  return (static_cast<std::int64_t>(31 - zeros) << 32U) + rounded;
}

std::uint64_t fixed_exp2(std::int64_t x) {
  const std::int64_t whole = x >> 32U;  // rounds down, so that the fraction is never negative
  if (whole >= 32) return std::numeric_limits<std::uint64_t>::max();
  if (whole < -33) return 0;
  const std::uint64_t fraction = static_cast<std::uint64_t>(x) & (fixed_one - 1);
  const std::size_t i = fraction >> (32U - step_bits);
  const std::uint64_t rest = fraction & ((fixed_one >> step_bits) - 1);  // Q32, in [0, 1/64)
  const std::uint64_t y = multiply(rest << 30U, ln2_62, 62);             // Q62, below 0.011

  // e^y = 1 + y (1 + y/2 (1 + y/3 (1 + y/4))), and y^5/120 is below 2^-39.
  std::uint64_t series = one62 + y / 4;
  series = one62 + multiply(series, y, 62) / 3;
  series = one62 + multiply(series, y, 62) / 2;
  series = one62 + multiply(series, y, 62);

  const std::uint64_t mantissa = multiply(powers[i], series, 62);  // Q62, in [1, 2)
  if (whole >= 30) return mantissa << static_cast<unsigned>(whole - 30);
  const auto shift = static_cast<unsigned>(30 - whole);  // in [1, 63]
  return (mantissa + (std::uint64_t{1} << (shift - 1))) >> shift;
}

std::int64_t fixed_ln(std::uint64_t x) { return multiply_signed(fixed_log2(x), ln2_62, 62); }

std::uint64_t fixed_exp(std::int64_t x) {
  constexpr std::int64_t far = std::int64_t{64} << 32U;  // where the answer is clear, and the product could overflow
  if (x > far) return std::numeric_limits<std::uint64_t>::max();
  if (x < -far) return 0;
  return fixed_exp2(multiply_signed(x, log2e_62, 62));
}

// Wichura's algorithm AS 241, "The percentage points of the normal distribution" (1988), in its shorter form PPND7: one
// quotient of polynomials for the middle 85 %, and two in sqrt(-ln p) for the tails. Each value in them is positive.
std::int64_t fixed_normal_quantile(std::uint64_t p) {
  static constexpr std::array middle_top{q32(59'109'374'720'000), q32(159'291'132'020'000), q32(50'434'271'938'000),
                                         q32(3'387'132'717'900)};
  static constexpr std::array middle_bottom{q32(67'187'563'600'000), q32(78'757'757'664'000), q32(17'895'169'469'000),
                                            fixed_one};
  static constexpr std::array tail_top{q32(170'238'211'030), q32(1'306'728'481'600), q32(2'756'815'390'000),
                                       q32(1'423'437'277'700)};
  static constexpr std::array tail_bottom{q32(120'211'329'750), q32(737'001'642'500), fixed_one};
  static constexpr std::array far_top{q32(17'337'203'997), q32(428'682'943'370), q32(3'081'226'386'000),
                                      q32(6'657'905'115'000)};
  static constexpr std::array far_bottom{q32(12'258'202'635), q32(241'978'942'250), fixed_one};
  constexpr std::uint64_t middle = 0x6CCCCCCCCCCCCCCCULL;  // 0.425 in Q64
  const auto quotient = [](std::uint64_t top, std::uint64_t bottom) {
    return static_cast<std::uint64_t>((static_cast<Wide>(top) << 32U) / bottom);
  };

  const bool negative = p < one63;
  const std::uint64_t tail = negative ? p : ~p;   // below 2^63
  const std::uint64_t offset = one63 - 1 - tail;  // distance from the median, Q64
  std::uint64_t z = 0;
  if (offset <= middle) {
    const std::uint64_t r = q32(180'625'000'000) - multiply(offset, offset, 96);
    z = multiply(quotient(polynomial(middle_top, r), polynomial(middle_bottom, r)), offset, 64);
  } else {
    // The root of -ln((tail + 1/2) / 2^64), which is below 46: Q32 leaves 26 bits to spare, and the root comes in Q29.
    constexpr std::int64_t ln_2_33 = multiply_signed(std::int64_t{33} << 32U, ln2_62, 62);
    const std::int64_t ln_p = fixed_ln(2 * tail + 1) - ln_2_33;
    const std::uint64_t r = square_root(static_cast<std::uint64_t>(-ln_p) << 26U) << 3U;
    if (r <= 5 * fixed_one) {
      const std::uint64_t x = r - q32(1'600'000'000'000);
      z = quotient(polynomial(tail_top, x), polynomial(tail_bottom, x));
    } else {
      const std::uint64_t x = r - 5 * fixed_one;
      z = quotient(polynomial(far_top, x), polynomial(far_bottom, x));
    }
  }
  return negative ? -static_cast<std::int64_t>(z) : static_cast<std::int64_t>(z);
}

std::vector<std::uint64_t> zipf_weights(std::size_t n, int exponent_milli) {
  assert(n <= fixed_one);
  assert(exponent_milli >= 0 && exponent_milli <= 4000);
  std::vector<std::uint64_t> weights;
  weights.reserve(n);
  for (std::uint64_t rank = 1; rank <= n; ++rank) {
    const std::int64_t log2_rank = fixed_log2(rank) + (std::int64_t{32} << 32U);
    const std::uint64_t weight = fixed_exp2(-(log2_rank * exponent_milli / 1000));
    weights.push_back(weight == 0 ? 1 : weight);
  }
  return weights;
}

}  // namespace converge::sim
