// Random answers by name: a pure function of (seed, stream, counter), so that no draw depends on those before it.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011):
// ten rounds that scramble a 128-bit counter under a 64-bit key. It has no state to carry, copy or seed, and leaving
// one draw out changes no other. How a draw is laid out:
//
//   key      seed (low word, high word)
//   counter  stream (low, high), counter (low), counter (high) xor block
//
// Seed, stream and counter keep all their 64 bits, so different draws never share a first block. `block` counts the
// further blocks of one draw that needs more than 128 bits: they stay clear of every other draw of the same stream as
// long as its counters stay below 2^32, that is, as long as nobody faces the same choice four billion times in one run.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <tuple>

namespace converge::sim {

constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = 0xD2511F53ULL * counter[0];
    const std::uint64_t odd = 0xCD9E8D57ULL * counter[2];
    counter = {static_cast<std::uint32_t>(odd >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(odd),
               static_cast<std::uint32_t>(even >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(even)};
    key = {key[0] + 0x9E3779B9U, key[1] + 0xBB67AE85U};  // Weyl steps: the golden ratio, and the root of three less one
  }
  return counter;
}

// The name of one random answer. `stream` is the hash of what is asked (actor and kind of choice, see hash.hpp), and
// `counter` is how many times it was asked before.
struct Draw {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
  std::uint64_t counter = 0;

  friend constexpr auto operator<=>(const Draw&, const Draw&) = default;
  friend constexpr auto fields(const Draw& d) { return std::tie(d.seed, d.stream, d.counter); }
};

// The 128 bits of one block of a draw, as two words.
constexpr std::array<std::uint64_t, 2> draw_block(const Draw& d, std::uint32_t block) {
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); };
  const auto out =
      philox4x32({low(d.stream), high(d.stream), low(d.counter), high(d.counter) ^ block}, {low(d.seed), high(d.seed)});
  return {out[0] | std::uint64_t{out[1]} << 32U, out[2] | std::uint64_t{out[3]} << 32U};
}

// Enough for most choices: 64 bits in one call.
constexpr std::uint64_t draw64(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  return draw_block({seed, stream, counter}, 0)[0];
}

// The successive 64-bit words of one draw, for answers that need more than one. The first is draw64's.
class Bits {
 public:
  constexpr explicit Bits(const Draw& draw) : draw_(draw) {}
  constexpr Bits(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) : draw_{seed, stream, counter} {}

  constexpr std::uint64_t next() {
    if (spare_left_) {
      spare_left_ = false;
      return spare_;
    }
    const auto words = draw_block(draw_, block_++);
    spare_ = words[1];
    spare_left_ = true;
    return words[0];
  }

 private:
  Draw draw_;
  std::uint64_t spare_ = 0;
  std::uint32_t block_ = 0;
  bool spare_left_ = false;
};

// A whole number in [0, bound), each equally likely (Lemire, "Fast random integer generation in an interval", 2019):
// the high half of a product, and the few words that would favour some answers are thrown back.
constexpr std::uint64_t below(std::uint64_t bound, Bits& bits) {
  assert(bound > 0);
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(bits.next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {    // rare, and spares all other draws the division
    const std::uint64_t surplus = (0 - bound) % bound;  // 2^64 mod bound
    while (static_cast<std::uint64_t>(product) < surplus) product = static_cast<Wide>(bits.next()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace converge::sim
