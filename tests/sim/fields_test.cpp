// States that list all of their members, and those that the compiler must refuse; what a fingerprint tells apart.
#include "sim/fields.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "sim/time.hpp"

namespace converge::sim {

// Has a name, because Clang warns of functions in an unnamed one that are only looked at.
namespace fields_test {

struct Inner {
  std::int32_t a = 0;
  bool b = false;
  bool operator==(const Inner&) const = default;
  friend constexpr auto fields(const Inner& s) { return std::tie(s.a, s.b); }
};

// Each forgets the member that is called so.
struct ForgetsANumber {
  std::uint32_t number = 0;
  std::uint32_t forgotten = 0;
  friend auto fields(const ForgetsANumber& s) { return std::tie(s.number); }
};
struct ForgetsAnArray {
  std::array<std::uint16_t, 3> forgotten{};
  std::uint32_t number = 0;
  friend auto fields(const ForgetsAnArray& s) { return std::tie(s.number); }
};
struct ForgetsAVector {
  std::uint32_t number = 0;
  std::vector<std::uint32_t> forgotten;
  friend auto fields(const ForgetsAVector& s) { return std::tie(s.number); }
};
struct ForgetsAStruct {
  Inner forgotten;
  std::uint32_t number = 0;
  friend auto fields(const ForgetsAStruct& s) { return std::tie(s.number); }
};
struct ForgetsABoolInPadding {  // the size alone would not tell
  std::uint64_t number = 0;
  bool listed = false;
  bool forgotten = false;
  friend auto fields(const ForgetsABoolInPadding& s) { return std::tie(s.number, s.listed); }
};
struct ForgetsAString {
  std::string forgotten;
  std::uint32_t number = 0;
  friend auto fields(const ForgetsAString& s) { return std::tie(s.number); }
};
struct ForgetsAll {
  std::uint32_t forgotten = 0;
  friend auto fields(const ForgetsAll&) { return std::tie(); }
};
struct ForgetsItsBase : Inner {
  std::uint32_t number = 0;
  friend auto fields(const ForgetsItsBase& s) { return std::tie(s.number); }
};

}  // namespace fields_test

namespace {

using namespace fields_test;

enum class Phase : std::uint8_t { running, restarting };

struct Whole {
  bool first = false;  // with three bytes of padding behind it
  std::uint32_t number = 0;
  std::array<std::uint16_t, 3> row{};
  std::vector<Inner> many;
  Inner one;
  std::string text;
  Phase phase = Phase::running;
  Duration wait;
  std::map<std::int32_t, Inner> by_key;
  std::vector<bool> flags;
  bool last = false;

  bool operator==(const Whole&) const = default;
  friend auto fields(const Whole& s) {
    return std::tie(s.first, s.number, s.row, s.many, s.one, s.text, s.phase, s.wait, s.by_key, s.flags, s.last);
  }
};
static_assert(ListsEveryField<Inner>);
static_assert(ListsEveryField<Whole>);

static_assert(!ListsEveryField<ForgetsANumber>);
static_assert(!ListsEveryField<ForgetsAnArray>);
static_assert(!ListsEveryField<ForgetsAVector>);
static_assert(!ListsEveryField<ForgetsAStruct>);
static_assert(!ListsEveryField<ForgetsABoolInPadding>);
static_assert(!ListsEveryField<ForgetsAString>);
static_assert(!ListsEveryField<ForgetsAll>);
static_assert(!ListsEveryField<ForgetsItsBase>);

// A forgetful struct is noticed wherever it lies.
template <class Member>
struct Holds {
  std::uint32_t number = 0;
  Member member{};
  friend auto fields(const Holds& s) { return std::tie(s.number, s.member); }
};
static_assert(ListsEveryField<Holds<Inner>>);
static_assert(!ListsEveryField<Holds<ForgetsANumber>>);
static_assert(!ListsEveryField<Holds<Holds<ForgetsANumber>>>);
static_assert(!ListsEveryField<Holds<std::vector<ForgetsANumber>>>);
static_assert(!ListsEveryField<Holds<std::array<Holds<ForgetsANumber>, 2>>>);
static_assert(!ListsEveryField<Holds<std::map<std::int32_t, ForgetsANumber>>>);

// No floating point, no addresses, no order that differs between standard libraries.
struct HasNoFields {
  std::uint32_t number = 0;
};
static_assert(!ListsEveryField<Holds<double>>);
static_assert(!ListsEveryField<Holds<std::vector<float>>>);
static_assert(!ListsEveryField<Holds<const std::uint32_t*>>);
static_assert(!ListsEveryField<Holds<std::unordered_map<std::int32_t, std::int32_t>>>);
static_assert(!ListsEveryField<Holds<HasNoFields>>);
static_assert(!ListsEveryField<HasNoFields>);
static_assert(!ListsEveryField<std::uint32_t>);

Whole example() {
  return {.first = true,
          .number = 7,
          .row = {1, 2, 3},
          .many = {{1, false}, {2, true}},
          .one = {-1, true},
          .text = "text",
          .phase = Phase::restarting,
          .wait = seconds(3),
          .by_key = {{1, {5, true}}},
          .flags = {true, false},
          .last = true};
}

// The example, changed in one place: each must look different from it, and from each other.
std::vector<Whole> changes_of_one_place() {
  std::vector<Whole> changed;
  const auto change = [&changed](auto edit) {
    Whole w = example();
    edit(w);
    changed.push_back(w);
  };
  change([](Whole& w) { w.first = false; });
  change([](Whole& w) { w.number = 8; });
  for (std::size_t i = 0; i < 3; ++i) change([i](Whole& w) { w.row[i] = 9; });
  change([](Whole& w) { w.many.clear(); });
  change([](Whole& w) { w.many.pop_back(); });
  change([](Whole& w) { w.many.push_back({}); });
  change([](Whole& w) { std::swap(w.many[0], w.many[1]); });
  change([](Whole& w) { w.many[1].b = false; });
  change([](Whole& w) { w.one.a = 1; });
  change([](Whole& w) { w.one.b = false; });
  change([](Whole& w) { w.text = "tex"; });
  change([](Whole& w) { w.text.clear(); });
  change([](Whole& w) { w.phase = Phase::running; });
  change([](Whole& w) { w.wait.us += 1; });
  change([](Whole& w) { w.by_key[1].a = 6; });
  change([](Whole& w) { w.by_key = {{2, {5, true}}}; });
  change([](Whole& w) { w.by_key.clear(); });
  change([](Whole& w) { w.flags[1] = true; });
  change([](Whole& w) { w.flags.push_back(false); });
  change([](Whole& w) { w.last = false; });
  return changed;
}

TEST(Fingerprint, IsTheSameForEqualValues) {
  EXPECT_EQ(example(), example());
  EXPECT_EQ(fingerprint(example()), fingerprint(example()));
  Whole grown = example();  // the same value by another way, in more memory
  grown.many.reserve(100);
  grown.text.reserve(100);
  grown.many.push_back({});
  grown.many.pop_back();
  EXPECT_EQ(fingerprint(grown), fingerprint(example()));
}

TEST(Fingerprint, ChangesWithEveryMember) {
  std::vector<Whole> all = changes_of_one_place();
  all.push_back(example());
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) EXPECT_NE(all[i], all[k]) << i << " and " << k;
    EXPECT_TRUE(seen.insert(fingerprint(all[i])).second) << "change " << i;
  }
}

TEST(Fingerprint, TellsWhereOneListEndsAndTheNextBegins) {
  using Lists = std::array<std::vector<std::uint32_t>, 2>;
  EXPECT_NE(fingerprint(Lists{{{1, 2}, {3}}}), fingerprint(Lists{{{1}, {2, 3}}}));
  EXPECT_NE(fingerprint(Lists{{{}, {0}}}), fingerprint(Lists{{{0}, {}}}));
}

TEST(Fingerprint, IsKnownToTheCompiler) {
  static_assert(fingerprint(Inner{1, true}) == fingerprint(Inner{1, true}));
  static_assert(fingerprint(Inner{1, true}) != fingerprint(Inner{1, false}));
}

// The same on every machine and under both compilers.
TEST(Fingerprint, IsPinned) {
  EXPECT_EQ(fingerprint(Inner{1, true}), 0x1A17FD8747A6873FULL);
  EXPECT_EQ(fingerprint(example()), 0x9E9160BCCB584909ULL);
}

}  // namespace
}  // namespace converge::sim
