// Bands over time: values are rounded up to a bucket, and parts can be put together in any order.
#include "sim/bands.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace converge::sim {
namespace {

TEST(Bands, ABucketEndsAtMostAnEighthAboveItsValue) {
  for (std::int64_t value = 0; value < 100'000; ++value) {
    const std::int64_t end = bucket_end(bucket_of(value));
    ASSERT_GE(end, value);
    ASSERT_LE(end - value, value / 8);
    ASSERT_EQ(bucket_of(end), bucket_of(value));
    ASSERT_EQ(bucket_of(end + 1), bucket_of(value) + 1);
  }
}

TEST(Bands, TakeTheGreatestValueThereIs) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(bucket_end(bucket_of(most)), most);
  EXPECT_LT(bucket_of(most), 4096U);
}

// Runs of three series at four moments; zero is not handed over.
using Runs = std::vector<std::vector<std::uint16_t>>;

Bands bands_of(const Runs& runs, std::size_t from, std::size_t until) {
  Bands bands;
  for (std::size_t r = from; r < until; ++r) {
    std::vector<Bands::Key> keys;
    for (std::uint32_t i = 0; i < 12; ++i) {
      const std::int64_t value = i < runs[r].size() ? runs[r][i] % 40 : 0;
      if (value != 0) keys.push_back(Bands::key(i / 4, i % 4, value));
    }
    bands.add(keys);
  }
  return bands;
}

RC_GTEST_PROP(Bands, AreTheSameHoweverTheyAreCutUp, (Runs runs)) {
  const std::size_t cut = runs.size() / 3;
  Bands joined = bands_of(runs, 0, cut);
  joined.merge(bands_of(runs, cut, runs.size()));
  Bands other = bands_of(runs, cut, runs.size());
  other.merge(bands_of(runs, 0, cut));
  RC_ASSERT(joined == bands_of(runs, 0, runs.size()));
  RC_ASSERT(joined == other);
  RC_ASSERT(Bands::of(joined.cells()) == joined);
}

RC_GTEST_PROP(Bands, QuantilesAreThoseOfTheSortedValues, (Runs runs)) {
  if (runs.empty()) return;
  const Bands bands = bands_of(runs, 0, runs.size());
  for (std::uint32_t i = 0; i < 12; ++i) {
    std::vector<std::int64_t> values;
    for (const auto& r : runs) values.push_back(i < r.size() ? r[i] % 40 : 0);
    std::sort(values.begin(), values.end());
    for (const std::int64_t ppm : {500'000, 900'000, 1'000'000}) {
      const std::size_t n = (values.size() * static_cast<std::size_t>(ppm) + 999'999) / 1'000'000;
      RC_ASSERT(bands.at(i / 4, i % 4, runs.size(), ppm) == bucket_end(bucket_of(values[n - 1])));
    }
  }
}

}  // namespace
}  // namespace converge::sim
