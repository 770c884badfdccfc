// The hash: pinned, sensitive to every bit, to order and to where a text ends.
#include "sim/hash.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <set>

#include "tests/support/splitmix.hpp"

namespace converge::sim {
namespace {

constexpr std::uint64_t hash_words(std::initializer_list<std::uint64_t> words) {
  Hasher h;
  for (const std::uint64_t word : words) h.add(word);
  return h.value();
}

TEST(Fold, IsTheHighHalfOfTheProductXorTheLowHalf) {
  static_assert(fold(3, 5) == 15);
  static_assert(fold(std::uint64_t{1} << 63U, 2) == 1);
  static_assert(fold(std::uint64_t{1} << 63U, 3) == (1 ^ (std::uint64_t{1} << 63U)));
  static_assert(fold(~std::uint64_t{0}, ~std::uint64_t{0}) == (~std::uint64_t{1} ^ 1));
}

TEST(Hasher, IsKnownToTheCompiler) {
  static_assert(hash_words({1, 2}) == hash_words({1, 2}));
  static_assert(hash_words({1, 2}) != hash_words({2, 1}));
  static_assert(hash_of("restore") != hash_of("restart"));
}

// Random streams are named by this hash, so saved schedules and golden traces hang on it.
TEST(Hasher, IsPinned) {
  EXPECT_EQ(Hasher{}.value(), 0x6A1125FF6EAD6EB5ULL);
  EXPECT_EQ(hash_words({0}), 0x979D9A58411D7FC8ULL);
  EXPECT_EQ(hash_words({1, 2, 3}), 0x5F07E762BD06DD4EULL);
  EXPECT_EQ(hash_of("flink/orders"), 0x57128D3B28302D49ULL);
}

TEST(Hasher, TellsNothingFromZeroAndFromAnEmptyText) {
  const std::set<std::uint64_t> seen{Hasher{}.value(), hash_words({0}), hash_words({0, 0}), hash_of("ab"),
                                     hash_of("a")};
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_NE(hash_of(""), Hasher{}.value());
}

TEST(Hasher, TellsWhereOneTextEndsAndTheNextBegins) {
  const auto two = [](std::string_view a, std::string_view b) {
    Hasher h;
    h.add(a);
    h.add(b);
    return h.value();
  };
  EXPECT_NE(two("flink", "restore"), two("flinkr", "estore"));
  EXPECT_NE(two("", "a"), two("a", ""));
}

TEST(Hasher, ReadsCharactersBeyondAsciiAsUnsigned) {
  Hasher h;
  h.add(std::uint64_t{1});
  h.add(std::uint64_t{0xFF});
  EXPECT_EQ(hash_of("\xFF"), h.value());  // whether or not char has a sign here
}

TEST(Hasher, ComparesByWhatWasAdded) {
  Hasher a;
  Hasher b;
  EXPECT_EQ(a, b);
  a.add(1);
  EXPECT_NE(a, b);
  b.add(1);
  EXPECT_EQ(a, b);
}

TEST(Hasher, FlipsHalfOfTheBitsWhenOneBitFlips) {
  support::SplitMix random{1};
  std::int64_t flipped = 0;
  for (unsigned i = 0; i < 6400; ++i) {
    const std::uint64_t word = random.next();
    const std::uint64_t other = word ^ (std::uint64_t{1} << (i % 64));
    flipped += std::popcount(hash_words({word, 5}) ^ hash_words({other, 5}));
  }
  // 64 * 6400 / 2, give or take five standard deviations of sqrt(64 * 6400) / 2
  EXPECT_GT(flipped, 204'800 - 1'600);
  EXPECT_LT(flipped, 204'800 + 1'600);
}

TEST(Hasher, HasNoCollisionAmongSmallNumbers) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t a = 0; a < 200; ++a) {
    for (std::uint64_t b = 0; b < 200; ++b) seen.insert(hash_words({a, b}));
  }
  EXPECT_EQ(seen.size(), 40'000U);
}

}  // namespace
}  // namespace converge::sim
