#include "sim/bands.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace converge::sim {

namespace {

constexpr std::uint32_t kExact = 16;     // values below it have a bucket each
constexpr std::uint32_t kPerOctave = 8;  // beyond

}  // namespace

std::uint32_t bucket_of(std::int64_t value) {
  assert(value >= 0);
  const auto v = static_cast<std::uint64_t>(value);
  if (v < kExact) return static_cast<std::uint32_t>(v);
  const auto exponent = static_cast<std::uint32_t>(std::bit_width(v)) - 1;  // at least 4
  const auto part = static_cast<std::uint32_t>((v >> (exponent - 3U)) & (kPerOctave - 1U));
  return kExact + (exponent - 4U) * kPerOctave + part;
}

std::int64_t bucket_end(std::uint32_t bucket) {
  if (bucket < kExact) return bucket;
  const std::uint32_t exponent = (bucket - kExact) / kPerOctave + 4U;
  const std::uint64_t part = (bucket - kExact) % kPerOctave;
  return static_cast<std::int64_t>((std::uint64_t{1} << exponent) + ((part + 1) << (exponent - 3U)) - 1);
}

void Bands::add(std::span<const Key> run) {
  std::size_t place = 0;
  std::size_t fresh = 0;
  for (const Key key : run) {
    while (place < cells_.size() && cells_[place].first < key) ++place;
    if (place < cells_.size() && cells_[place].first == key) {
      ++cells_[place].second;
    } else {
      ++fresh;
    }
  }
  if (fresh == 0) return;
  // From the end, so that each cell moves once.
  std::size_t from = cells_.size();
  cells_.resize(cells_.size() + fresh);
  std::size_t to = cells_.size();
  for (std::size_t i = run.size(); i > 0 && to > from; --i) {
    while (from > 0 && cells_[from - 1].first > run[i - 1]) cells_[--to] = cells_[--from];
    if (from > 0 && cells_[from - 1].first == run[i - 1]) continue;
    cells_[--to] = {run[i - 1], 1};
  }
}

void Bands::merge(const Bands& more) {
  if (cells_.empty()) {
    cells_ = more.cells_;
    return;
  }
  std::vector<std::pair<Key, std::uint64_t>> all;
  all.reserve(cells_.size() + more.cells_.size());
  auto a = cells_.begin();
  auto b = more.cells_.begin();
  while (a != cells_.end() || b != more.cells_.end()) {
    if (b == more.cells_.end() || (a != cells_.end() && a->first < b->first)) {
      all.push_back(*a++);
    } else if (a == cells_.end() || b->first < a->first) {
      all.push_back(*b++);
    } else {
      all.emplace_back(a->first, a->second + b->second);
      ++a, ++b;
    }
  }
  cells_ = std::move(all);
}

std::int64_t Bands::at(std::uint32_t series, std::uint32_t moment, std::uint64_t runs, std::int64_t ppm) const {
  const auto less = [](const auto& cell, Key key) { return cell.first < key; };
  const auto begin = std::lower_bound(cells_.begin(), cells_.end(), key(series, moment, 0), less);
  const auto end = std::lower_bound(begin, cells_.end(), key(series, moment, 0) + (1U << 12U), less);
  std::uint64_t above = 0;
  for (auto cell = begin; cell != end; ++cell) above += cell->second;
  std::uint64_t within = runs - std::min(runs, above);
  // At least ppm of the runs, rounded up; whole numbers of a million keep the product small.
  const auto part = static_cast<std::uint64_t>(ppm);
  const std::uint64_t wanted = runs / 1'000'000 * part + (runs % 1'000'000 * part + 999'999) / 1'000'000;
  if (within >= std::max<std::uint64_t>(wanted, 1)) return 0;
  for (auto cell = begin; cell != end; ++cell) {
    within += cell->second;
    if (within >= wanted) return bucket_end(cell->first & 0xFFFU);
  }
  return 0;
}

Bands Bands::of(std::vector<std::pair<Key, std::uint64_t>> cells) {
  Bands bands;
  bands.cells_ = std::move(cells);
  return bands;
}

}  // namespace converge::sim
