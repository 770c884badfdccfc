// Logarithms, powers and the normal quantile in whole numbers, so that they round alike on every machine and libm.
//
// A number "in Q32" is its value times 2^32. Each function states its worst error, and the tests measure it against
// long double. Nothing here needs a table in a file: the small tables are computed by the compiler, with integers only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace converge::sim {

inline constexpr std::uint64_t fixed_one = std::uint64_t{1} << 32U;

// The whole part of the square root. Exact.
std::uint64_t square_root(std::uint64_t);

// x > 0 in Q32, the answer in Q32, off by at most 1 / 2^32. Exact for powers of two.
// For the logarithm of a whole number n below 2^64, add 32 to the answer for x = n.
std::int64_t fixed_log2(std::uint64_t x);
// Two to the power of x; both in Q32. Off by at most 1 / 2^32 or one part in 2^36, whichever is more; exact for whole
// x. Nothing once the answer rounds to nothing; the greatest word from x = 32 on.
std::uint64_t fixed_exp2(std::int64_t x);

// The same to base e. fixed_ln is off by at most 1.5 / 2^32, fixed_exp by at most 1 / 2^32 or one part in 2^31.
std::int64_t fixed_ln(std::uint64_t x);
std::uint64_t fixed_exp(std::int64_t x);

// The normal law's quantile in Q32: the z that a standard normal variable stays below with probability
// (p + 1/2) / 2^64. Off by at most 1e-6; fixed_normal_quantile(~p) == -fixed_normal_quantile(p).
std::int64_t fixed_normal_quantile(std::uint64_t p);

// Weights proportional to 1, 2^-s, 3^-s, ..., n^-s with s in thousandths, from 0 (all alike) to 4000: how often the
// keys of a skewed topic are written. The first is 2^32; none is less than one, so that the rarest key is still written
// at times.
std::vector<std::uint64_t> zipf_weights(std::size_t n, int exponent_milli);

}  // namespace converge::sim
