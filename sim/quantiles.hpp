// How long runs took, exactly, in parts that can be put together: each machine or thread keeps one, and the whole is
// the same whatever part a run was added to and in whatever order the parts are merged.
//
// Durations are kept rounded up to a resolution, so a quantile is never said to be shorter than it is, and is less than
// one resolution longer. Memory is bounded by horizon / resolution entries, however many runs there are: seconds of a
// week are at most 604,800 of them. Runs that never got there are counted apart, as longer than all others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "sim/time.hpp"

namespace converge::sim {

class Quantiles {
 public:
  explicit Quantiles(Duration resolution = seconds(1));  // at least a microsecond

  // Put together again from what counts(), never() and longest() gave.
  static Quantiles of(std::map<std::int64_t, std::uint64_t> counts, std::uint64_t never_got_there,
                      std::optional<Duration> longest, Duration resolution = seconds(1));

  void add(Duration);  // never negative
  void add_never() { ++never_; }
  void merge(const Quantiles&);  // of the same resolution

  std::uint64_t runs() const { return finished_ + never_; }
  std::uint64_t never() const { return never_; }

  // The least duration within which at least ppm parts per million of all runs, and at least one, got there; in whole
  // resolutions. Nothing when too many never did, or when there are no runs. 0 <= ppm <= 1,000,000.
  std::optional<Duration> at(std::int32_t ppm) const;

  // The longest of those that got there, to the microsecond. Nothing when none did.
  std::optional<Duration> longest() const { return longest_; }

  // How many runs took so many resolutions, rounded up.
  const std::map<std::int64_t, std::uint64_t>& counts() const { return counts_; }
  Duration resolution() const { return resolution_; }

  bool operator==(const Quantiles&) const = default;

 private:
  Duration resolution_;
  std::map<std::int64_t, std::uint64_t> counts_;
  std::uint64_t finished_ = 0;
  std::uint64_t never_ = 0;
  std::optional<Duration> longest_;
};

}  // namespace converge::sim
