// How a figure moves over time, over many runs: for each series and each moment of a grid, how often it had which
// value. Parts can be put together in any order, and nothing hangs on it.
//
// Values are kept in buckets: each of its own up to 16, then eight for each power of two, so a value is said to be at
// most one eighth greater than it is. Zero, the usual one, is not kept: it is what is left of all runs. Memory is
// bounded by series x moments x buckets, however many runs there are.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace converge::sim {

// The number of a value's bucket, 0 for 0; and the greatest value of a bucket.
std::uint32_t bucket_of(std::int64_t value);  // never negative
std::int64_t bucket_end(std::uint32_t bucket);

class Bands {
 public:
  // A series at a moment, in some bucket but that of zero; in this order.
  using Key = std::uint32_t;
  static constexpr std::uint32_t moments_most = 1U << 10U;
  static Key key(std::uint32_t series, std::uint32_t moment, std::int64_t value) {
    return ((series * moments_most + moment) << 12U) | bucket_of(value);
  }

  // Those of one run, in order and each once.
  void add(std::span<const Key> run);
  void merge(const Bands&);

  // The least bucket's end that at least so many parts per million of all `runs` do not exceed.
  std::int64_t at(std::uint32_t series, std::uint32_t moment, std::uint64_t runs, std::int64_t ppm) const;

  // What is kept, and put together again from it.
  const std::vector<std::pair<Key, std::uint64_t>>& cells() const { return cells_; }
  static Bands of(std::vector<std::pair<Key, std::uint64_t>> cells);  // in order of keys, each once

  bool operator==(const Bands&) const = default;

 private:
  std::vector<std::pair<Key, std::uint64_t>> cells_;  // by key
};

}  // namespace converge::sim
