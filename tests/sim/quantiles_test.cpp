// Quantiles against a sorted vector of everything that was added.
#include "sim/quantiles.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace converge::sim {
namespace {

constexpr std::int64_t kNever = -1;

void add(Quantiles& q, std::int64_t us) {
  if (us == kNever) return q.add_never();
  q.add(Duration{us});
}

Quantiles of(const std::vector<std::int64_t>& values, Duration resolution = seconds(1)) {
  Quantiles q{resolution};
  for (const std::int64_t us : values) add(q, us);
  return q;
}

// Rounded up one by one, sorted, and counted off from the shortest.
std::optional<Duration> naive_at(std::vector<std::int64_t> values, std::int64_t resolution, std::int64_t ppm) {
  std::vector<std::int64_t> finished;
  for (const std::int64_t us : values) {
    if (us != kNever) finished.push_back((us + resolution - 1) / resolution * resolution);
  }
  std::ranges::sort(finished);
  for (std::size_t i = 0; i < finished.size(); ++i) {
    if (static_cast<std::int64_t>(i + 1) * 1'000'000 >= ppm * static_cast<std::int64_t>(values.size()))
      return Duration{finished[i]};
  }
  return std::nullopt;
}

// A few seconds to the microsecond, so that many fall into one resolution; now and then never.
rc::Gen<std::vector<std::int64_t>> durations() {
  const auto one = rc::gen::weightedOneOf<std::int64_t>({{8, rc::gen::inRange<std::int64_t>(0, 5'000'001)},
                                                         {2, rc::gen::element<std::int64_t>(0, 1'000'000, 2'000'000)},
                                                         {1, rc::gen::just(kNever)}});
  return rc::gen::container<std::vector<std::int64_t>>(one);
}

TEST(Quantiles, AreTheLeastDurationsThatSoManyStayedWithin) {
  const Quantiles q = of({seconds(4).us, seconds(1).us, seconds(3).us, seconds(2).us});
  EXPECT_EQ(q.at(250'000), seconds(1));
  EXPECT_EQ(q.at(250'001), seconds(2));
  EXPECT_EQ(q.at(500'000), seconds(2));
  EXPECT_EQ(q.at(990'000), seconds(4));
  EXPECT_EQ(q.at(1'000'000), seconds(4));
  EXPECT_EQ(q.at(0), seconds(1));
}

TEST(Quantiles, RoundUpAndKeepTheLongestToTheMicrosecond) {
  const Quantiles q = of({1, 2'000'000, 2'000'001});
  EXPECT_EQ(q.at(1), seconds(1));
  EXPECT_EQ(q.at(500'000), seconds(2));
  EXPECT_EQ(q.at(1'000'000), seconds(3));
  EXPECT_EQ(q.longest(), Duration{2'000'001});
  EXPECT_EQ(of({0}).at(500'000), Duration{});
}

TEST(Quantiles, CountRunsThatNeverGotThereAsLongerThanAllOthers) {
  Quantiles q = of({seconds(5).us, kNever, kNever, kNever});
  EXPECT_EQ(q.runs(), 4U);
  EXPECT_EQ(q.never(), 3U);
  EXPECT_EQ(q.at(250'000), seconds(5));
  EXPECT_EQ(q.at(250'001), std::nullopt);
  EXPECT_EQ(q.longest(), seconds(5));
  EXPECT_EQ(of({kNever}).at(0), std::nullopt);
  EXPECT_EQ(of({kNever}).longest(), std::nullopt);
}

TEST(Quantiles, OfNoRunsAreNone) {
  EXPECT_EQ(Quantiles{}.at(500'000), std::nullopt);
  EXPECT_EQ(Quantiles{}.longest(), std::nullopt);
  EXPECT_EQ(Quantiles{}.runs(), 0U);
}

TEST(Quantiles, TakeNoMoreMemoryThanTheHorizonHasResolutions) {
  Quantiles q{minutes(1)};
  for (std::int64_t us = 0; us <= hours(1).us; us += milliseconds(37).us) q.add(Duration{us});
  EXPECT_EQ(q.counts().size(), 61U);  // from 0 to 60
  EXPECT_EQ(q.runs(), static_cast<std::uint64_t>(hours(1).us / milliseconds(37).us + 1));
}

RC_GTEST_PROP(Quantiles, AgreeWithASortedVector, ()) {
  const auto values = *durations();
  const auto resolution = *rc::gen::element<std::int64_t>(1, 7, 1'000, 1'000'000, 3'000'000);
  const auto ppm = *rc::gen::oneOf(rc::gen::inRange<std::int32_t>(0, 1'000'001),
                                   rc::gen::element<std::int32_t>(0, 500'000, 900'000, 990'000, 999'000, 1'000'000));
  const Quantiles q = of(values, Duration{resolution});
  RC_ASSERT(q.at(ppm) == naive_at(values, resolution, ppm));
  const auto longest = values.empty() ? kNever : *std::ranges::max_element(values);
  RC_ASSERT(q.longest() == (longest == kNever ? std::nullopt : std::optional{Duration{longest}}));
  RC_ASSERT(q.runs() == values.size());
}

RC_GTEST_PROP(Quantiles, AreTheSameWhateverThePartsAndTheirOrder, ()) {
  const auto values = *durations();
  const auto count = *rc::gen::inRange<std::size_t>(1, 6);
  std::vector<Quantiles> parts(count);
  for (const std::int64_t us : values) add(parts[*rc::gen::inRange<std::size_t>(0, count)], us);

  const Quantiles whole = of(values);
  Quantiles forwards;
  for (const Quantiles& part : parts) forwards.merge(part);
  Quantiles backwards;  // in pairs, and from the last
  while (parts.size() > 1) {
    Quantiles last = parts.back();
    parts.pop_back();
    last.merge(parts.back());
    parts.back() = last;
  }
  backwards.merge(parts.front());
  RC_ASSERT(forwards == whole);
  RC_ASSERT(backwards == whole);
}

}  // namespace
}  // namespace converge::sim
