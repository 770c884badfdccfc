#include "sim/quantiles.hpp"

#include <algorithm>
#include <cassert>

namespace converge::sim {

namespace {

constexpr std::uint64_t kMillion = 1'000'000;

// How many of `runs` are so many parts per million of them, rounded up; at least one. Their product may be larger than
// a word.
std::uint64_t share_of(std::uint64_t runs, std::int32_t ppm) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{runs} * static_cast<std::uint32_t>(ppm);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>((product + kMillion - 1) / kMillion));
}

}  // namespace

Quantiles::Quantiles(Duration resolution) : resolution_{resolution} { assert(resolution > Duration{}); }

Quantiles Quantiles::of(std::map<std::int64_t, std::uint64_t> counts, std::uint64_t never_got_there,
                        std::optional<Duration> longest, Duration resolution) {
  Quantiles q{resolution};
  for (const auto& [value, times] : counts) q.finished_ += times;
  q.counts_ = std::move(counts);
  q.never_ = never_got_there;
  q.longest_ = longest;
  return q;
}

void Quantiles::add(Duration d) {
  assert(d >= Duration{});
  const std::int64_t whole = d / resolution_;
  ++counts_[resolution_ * whole == d ? whole : whole + 1];
  ++finished_;
  longest_ = std::max(longest_, std::optional{d});  // nothing is less than any duration
}

void Quantiles::merge(const Quantiles& other) {
  assert(resolution_ == other.resolution_);
  for (const auto& [whole, runs] : other.counts_) counts_[whole] += runs;
  finished_ += other.finished_;
  never_ += other.never_;
  longest_ = std::max(longest_, other.longest_);
}

std::optional<Duration> Quantiles::at(std::int32_t ppm) const {
  assert(ppm >= 0 && ppm <= static_cast<std::int32_t>(kMillion));
  std::uint64_t wanted = share_of(runs(), ppm);
  for (const auto& [whole, runs] : counts_) {
    if (runs >= wanted) return resolution_ * whole;
    wanted -= runs;
  }
  return std::nullopt;
}

}  // namespace converge::sim
