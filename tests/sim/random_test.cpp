// The generator against its published vectors and its authors' own code; draws by name; unbiased choices.
#include "sim/random.hpp"

#include <gtest/gtest.h>

#if defined(__has_include)
#if __has_include(<Random123/philox.h>)
#define CONVERGE_HAS_RANDOM123 1
#include <Random123/philox.h>
#undef philox4x32  // theirs is a macro
#endif
#endif

#include <array>
#include <bit>
#include <cstdint>
#include <set>

#include "sim/fields.hpp"

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Draw>);

using Counter = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

// From kat_vectors, which come with Random123.
constexpr Counter zeros_answer{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8};
constexpr Counter ones_answer{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD};
constexpr Counter pi_answer{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1};

TEST(Philox, MatchesThePublishedVectors) {
  constexpr std::uint32_t ones = 0xFFFFFFFF;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), zeros_answer);
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}), ones_answer);
  EXPECT_EQ(philox4x32({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}), pi_answer);
}

TEST(Philox, IsKnownToTheCompiler) { static_assert(philox4x32({0, 0, 0, 0}, {0, 0}) == zeros_answer); }

TEST(Philox, AgreesWithItsAuthorsOnThousandsOfInputs) {
#ifdef CONVERGE_HAS_RANDOM123
  Counter counter{1, 2, 3, 4};
  Key key{5, 6};
  for (int i = 0; i < 4000; ++i) {
    const r123::Philox4x32::ctr_type their_counter{{counter[0], counter[1], counter[2], counter[3]}};
    const r123::Philox4x32::key_type their_key{{key[0], key[1]}};
    const auto theirs = r123::Philox4x32()(their_counter, their_key);
    const Counter ours = philox4x32(counter, key);
    ASSERT_EQ(ours, (Counter{theirs[0], theirs[1], theirs[2], theirs[3]})) << "input " << i;
    key = {ours[1] ^ counter[0], ours[3] ^ counter[2]};  // each answer is the next question
    counter = ours;
  }
#else
  GTEST_SKIP() << "the Random123 headers are not installed";
#endif
}

TEST(Draw, LaysSeedStreamAndCounterOutAsDocumented) {
  const Counter block = philox4x32({0x55667788, 0x11223344, 0xDDEEFF00, 0x99AABBCC}, {0x9ABCDEF0, 0x12345678});
  const std::uint64_t first = block[0] | std::uint64_t{block[1]} << 32U;
  const std::uint64_t second = block[2] | std::uint64_t{block[3]} << 32U;
  EXPECT_EQ(draw64(0x123456789ABCDEF0, 0x1122334455667788, 0x99AABBCCDDEEFF00), first);
  Bits bits(0x123456789ABCDEF0, 0x1122334455667788, 0x99AABBCCDDEEFF00);
  EXPECT_EQ(bits.next(), first);
  EXPECT_EQ(bits.next(), second);
}

TEST(Draw, ChangesWithEveryBitOfItsName) {
  std::set<std::uint64_t> seen{draw64(0, 0, 0)};
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t one = std::uint64_t{1} << bit;
    seen.insert({draw64(one, 0, 0), draw64(0, one, 0), draw64(0, 0, one)});
  }
  EXPECT_EQ(seen.size(), 1U + 3U * 64U);
}

TEST(Draw, FlipsHalfOfTheBitsWhenOneBitOfTheNameFlips) {
  std::int64_t flipped = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    flipped += std::popcount(draw64(7, 8, i) ^ draw64(7, 8, i ^ (std::uint64_t{1} << (i % 64))));
  }
  EXPECT_NEAR(static_cast<double>(flipped), 32'000, 5 * 127);  // sqrt(64'000) / 2 is one standard deviation
}

TEST(Draw, IsPinned) {
  EXPECT_EQ(draw64(1, 2, 3), 0x517630E6F045E74AULL);
  EXPECT_EQ(draw64(1, 2, 4), 0x1961E3D9B75C0ED3ULL);
}

TEST(Bits, StartWithTheDrawAndDoNotRepeat) {
  Bits bits(Draw{.seed = 1, .stream = 2, .counter = 3});
  std::set<std::uint64_t> seen;
  EXPECT_EQ(bits.next(), draw64(1, 2, 3));
  for (int i = 0; i < 1000; ++i) seen.insert(bits.next());
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Bits, OfNeighbouringDrawsHaveNothingInCommon) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t counter = 0; counter < 50; ++counter) {
    Bits bits(1, 2, counter);
    for (int i = 0; i < 50; ++i) seen.insert(bits.next());
  }
  EXPECT_EQ(seen.size(), 2500U);
}

TEST(Below, StaysBelow) {
  for (std::uint64_t i = 0; i < 64; ++i) {
    const std::uint64_t bound = (std::uint64_t{1} << i) + i;
    Bits bits(1, 2, i);
    for (int k = 0; k < 20; ++k) EXPECT_LT(below(bound, bits), bound);
  }
  Bits bits(1, 2, 3);
  EXPECT_EQ(below(1, bits), 0U);
  EXPECT_LT(below(~std::uint64_t{0}, bits), ~std::uint64_t{0});
}

// Chi-square with 6 degrees of freedom at 0.001.
TEST(Below, IsEvenOnASmallBound) {
  std::array<int, 7> counts{};
  for (std::uint64_t i = 0; i < 70'000; ++i) {
    Bits bits(1, 2, i);
    ++counts[below(7, bits)];
  }
  double statistic = 0;
  for (const int n : counts) statistic += (n - 10'000.0) * (n - 10'000.0) / 10'000.0;
  EXPECT_LT(statistic, 22.46);
}

// With a bound of 3/4 of all words, a product without rejection gives every third answer twice as often as the others.
TEST(Below, ThrowsBackTheWordsThatWouldFavourSomeAnswers) {
  constexpr std::uint64_t bound = std::uint64_t{3} << 62U;
  std::array<int, 3> counts{};
  std::array<int, 3> biased{};
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    Bits bits(1, 2, i);
    ++counts[below(bound, bits) % 3];
    __extension__ using Wide = unsigned __int128;
    ++biased[static_cast<std::uint64_t>((static_cast<Wide>(draw64(1, 2, i)) * bound) >> 64U) % 3];
  }
  for (const int n : counts) EXPECT_NEAR(n, 10'000, 5 * 82);
  EXPECT_GT(biased[0], 14'000);
}

}  // namespace
}  // namespace converge::sim
