// What is pending, in the order in which it will happen: earlier first, and at one instant in the order of emission.
//
// One value, two regimes. The usual few events lie in one flat array, the next one at its back: taking it is a
// decrement, and copying the queue is one allocation. Beyond `flat_most` events the later ones move to a ladder of
// buckets (after Tang, Goh and Thng, "Ladder queue", 2005), where an event costs the same however many are pending: it
// is dropped unsorted into the bucket of its time, and a bucket is sorted only when its turn comes.
//
// A place in the order is one 128-bit key, instant above emission. So a million events at one instant are told apart by
// the same rule as a million instants, and nothing degenerates. Which bucket an event passes through depends on the
// history; what is taken, compared and hashed depends on the contents alone.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/fields.hpp"
#include "sim/hash.hpp"
#include "sim/time.hpp"

namespace converge::sim {

// `order` is the number of the emission; no two pending events share it.
template <class Payload>
struct Pending {
  Instant at;
  std::uint64_t order = 0;
  Payload payload{};

  friend constexpr bool operator==(const Pending&, const Pending&) = default;
  friend constexpr auto fields(const Pending& p) { return std::tie(p.at, p.order, p.payload); }
};

namespace detail {

__extension__ using Key = unsigned __int128;

inline constexpr Key last_key = ~Key{0};

// Flipping the sign bit makes unsigned order the order of signed instants.
constexpr Key key_of(Instant at, std::uint64_t order) {
  return Key{static_cast<std::uint64_t>(at.us) ^ (std::uint64_t{1} << 63U)} << 64U | order;
}

template <class Payload>
constexpr Key key_of(const Pending<Payload>& p) {
  return key_of(p.at, p.order);
}

constexpr unsigned bit_width(Key k) {
  const auto high = static_cast<std::uint64_t>(k >> 64U);
  const auto low = static_cast<std::uint64_t>(k);
  return static_cast<unsigned>(high != 0 ? 64 + std::bit_width(high) : std::bit_width(low));
}

// The least shift that brings every key up to `span` below `count`, a power of two.
constexpr unsigned shift_for(Key span, std::size_t count) {
  const unsigned wide = bit_width(span);
  const auto narrow = static_cast<unsigned>(std::bit_width(count)) - 1;
  return wide > narrow ? wide - narrow : 0;
}

struct KeyRange {
  Key least = last_key;
  Key most = 0;
};

// The array of the flat regime: latest first, so that the next event is at the back.
template <class Entry>
struct LaterFirst {
  bool operator()(const Entry& a, const Entry& b) const { return key_of(a) > key_of(b); }
};

template <class Entry>
void insertion_sort_later_first(std::vector<Entry>& entries) {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (!LaterFirst<Entry>{}(entries[i], entries[i - 1])) continue;
    const Entry moving = entries[i];
    std::size_t hole = i;
    for (; hole > 0 && LaterFirst<Entry>{}(moving, entries[hole - 1]); --hole) entries[hole] = entries[hole - 1];
    entries[hole] = moving;
  }
}

// Buckets hold their entries in chunks of some 512 bytes, and all chunks come from here: no allocation per event, and
// the chunk that was read last is written next, while it is still in the cache.
template <class Entry>
class ChunkPool {
 public:
  static constexpr std::uint32_t capacity = std::max<std::size_t>(4, (512 - sizeof(void*)) / sizeof(Entry));
  struct alignas(64) Chunk {
    std::array<Entry, capacity> entries;
    Chunk* next;
  };

  Chunk* take() {
    if (free_ == nullptr) grow();
    return std::exchange(free_, free_->next);
  }
  void give_back(Chunk* chunk) {
    chunk->next = free_;
    free_ = chunk;
  }
  std::size_t footprint() const { return chunks_ * sizeof(Chunk); }

 private:
  // By an eighth of what is there, so that little is taken in vain; at least 8 KB, at most 1 MB.
  void grow() {
    const std::size_t count = std::clamp<std::size_t>(chunks_ / 8, 16, 2048);
    auto& slab = slabs_.emplace_back(std::make_unique_for_overwrite<Chunk[]>(count));
    for (std::size_t i = count; i > 0; --i) give_back(&slab[i - 1]);
    chunks_ += count;
  }

  std::vector<std::unique_ptr<Chunk[]>> slabs_;
  Chunk* free_ = nullptr;
  std::size_t chunks_ = 0;
};

// The events that come after those of the flat array, in levels from the latest to the soonest. A level is a row of
// buckets of equal width, and a rest of what lies beyond the last bucket; the next level down refines one bucket.
template <class Entry>
class Ladder {
 public:
  // As many as are sorted at once; a bucket with more becomes a level of its own.
  static constexpr std::size_t sorted_most = 128;

  std::size_t size() const { return size_; }
  std::size_t footprint() const {
    std::size_t bytes = sizeof(*this) + pool_.footprint() + levels_.capacity() * sizeof(Level);
    for (const Level& level : levels_) bytes += level.buckets.capacity() * sizeof(Bucket);
    return bytes;
  }

  // The greatest key that is too soon for any level, and so belongs in the flat array.
  Key passed() const { return depth_ == 0 ? last_key : levels_[depth_ - 1].passed; }

  // From now on keys beyond `passed` belong here. A level not yet divided into buckets takes them in, so that events
  // which come latest first, each before the front, do not pile up levels.
  void reach_down_to(Key passed) {
    if (depth_ == 0 || !levels_[depth_ - 1].buckets.empty()) open();
    levels_[depth_ - 1].passed = passed;
  }

  void push(Key key, const Entry& entry) {
    assert(key > passed());
    append(level_of(key).bucket_of(key), entry);
    ++size_;
  }

  // Moves the soonest bucket, sorted, to `flat`, which is empty; leaves passed() at the end of that bucket.
  void refill(std::vector<Entry>& flat) {
    assert(flat.empty());
    while (depth_ > 0 && flat.empty()) {
      Level& level = levels_[depth_ - 1];
      while (level.next < level.buckets.size() && level.buckets[level.next].size == 0) ++level.next;
      if (level.next < level.buckets.size()) {
        const Bucket bucket = std::exchange(level.buckets[level.next], Bucket{});
        level.passed = std::min(level.end_of(level.next++), end_of_lowest());
        if (bucket.size <= sorted_most) {
          drain_sorted(bucket, range_of(bucket), flat);
        } else {
          open();
          levels_[depth_ - 1].rest = bucket;
        }
      } else if (level.rest.size > 0) {
        const Bucket rest = std::exchange(level.rest, Bucket{});
        const KeyRange range = range_of(rest);
        if (rest.size <= sorted_most || range.least == range.most) {
          --depth_;
          drain_sorted(rest, range, flat);
        } else {
          split(level, rest, range);
        }
      } else {
        --depth_;
      }
    }
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < depth_; ++i) {
      for (const Bucket& bucket : levels_[i].buckets) visit_bucket(bucket, visit);
      visit_bucket(levels_[i].rest, visit);
    }
  }

 private:
  using Chunk = typename ChunkPool<Entry>::Chunk;
  static constexpr std::uint32_t chunk_capacity = ChunkPool<Entry>::capacity;
  static constexpr std::size_t buckets_most = 1024;
  static constexpr std::size_t entries_per_bucket = 16;

  // A list of chunks, the newest first; only the newest may have room.
  struct Bucket {
    Chunk* newest = nullptr;
    std::uint32_t used = chunk_capacity;  // of the newest chunk
    std::uint32_t size = 0;
  };

  struct Level {
    Key passed = 0;  // keys up to here have gone to the levels below, or to the flat array
    Key start = 0;   // least key of the first bucket
    unsigned shift = 0;
    std::size_t next = 0;
    std::vector<Bucket> buckets;
    Bucket rest;

    Bucket& bucket_of(Key key) {
      const Key i = (key - start) >> shift;
      return i < buckets.size() ? buckets[static_cast<std::size_t>(i)] : rest;
    }
    // The greatest key of bucket `i`. The last bucket may reach beyond the last key.
    Key end_of(std::size_t i) const {
      const Key end = start + (((Key{i} + 1) << shift) - 1);
      return end < start ? last_key : end;
    }
  };

  // A new lowest level. It accepts nothing until its first bucket has gone, or until it is told to.
  void open() {
    if (depth_ == levels_.size()) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.passed = end_of_lowest();
    level.next = 0;
    level.buckets.clear();
  }

  // Nearly always the first. There may be many only when events kept coming before the front.
  Level& level_of(Key key) {
    if (key > levels_[0].passed) return levels_[0];
    const auto end = levels_.begin() + static_cast<std::ptrdiff_t>(depth_);
    return *std::partition_point(levels_.begin() + 1, end, [key](const Level& level) { return key <= level.passed; });
  }

  // The lowest level ends where the one above it begins, even within its own last bucket.
  Key end_of_lowest() const { return depth_ < 2 ? last_key : levels_[depth_ - 2].passed; }

  void append(Bucket& bucket, const Entry& entry) {
    if (bucket.used == chunk_capacity) {
      Chunk* const chunk = pool_.take();
      chunk->next = bucket.newest;
      bucket.newest = chunk;
      bucket.used = 0;
    }
    bucket.newest->entries[bucket.used++] = entry;
    ++bucket.size;
  }

  // Latest arrival first: what was pushed in order comes out in the order of the flat array.
  template <class Visit>
  static void visit_chunk(const Chunk& chunk, std::uint32_t used, Visit& visit) {
    for (std::uint32_t i = used; i > 0; --i) visit(chunk.entries[i - 1]);
  }
  template <class Visit>
  static void visit_bucket(const Bucket& bucket, Visit& visit) {
    std::uint32_t used = bucket.used;
    for (const Chunk* chunk = bucket.newest; chunk != nullptr; chunk = chunk->next) {
      prefetch(chunk->next);
      visit_chunk(*chunk, used, visit);
      used = chunk_capacity;
    }
  }
  template <class Visit>
  void drain(const Bucket& bucket, Visit visit) {
    std::uint32_t used = bucket.used;
    for (Chunk* chunk = bucket.newest; chunk != nullptr;) {
      Chunk* const next = chunk->next;
      prefetch(next);
      visit_chunk(*chunk, used, visit);
      used = chunk_capacity;
      pool_.give_back(std::exchange(chunk, next));
    }
  }

  static void prefetch(const Chunk* chunk) {
    if (chunk == nullptr) return;
    const auto* const bytes = reinterpret_cast<const std::byte*>(chunk);
    for (std::size_t at = 0; at < sizeof(Chunk); at += 64) __builtin_prefetch(bytes + at);
  }

  static KeyRange range_of(const Bucket& bucket) {
    KeyRange range;
    auto widen = [&range](const Entry& entry) {
      const Key key = key_of(entry);
      range.least = std::min(range.least, key);
      range.most = std::max(range.most, key);
    };
    visit_bucket(bucket, widen);
    return range;
  }

  // The range is that of the entries, not of the bucket they come from: one event in the far future costs one level,
  // not a level for each power of the bucket count.
  void split(Level& level, const Bucket& entries, KeyRange range) {
    const Key span = range.most - range.least;
    const std::size_t count = std::bit_floor(std::min(buckets_most, entries.size / entries_per_bucket));
    level.shift = shift_for(span, count);
    level.start = range.least;
    level.next = 0;
    level.buckets.assign(static_cast<std::size_t>(span >> level.shift) + 1, Bucket{});
    drain(entries, [&](const Entry& entry) { append(level.bucket_of(key_of(entry)), entry); });
  }

  // Spreads the entries over about as many slots as there are entries, which leaves little to sort.
  void drain_sorted(const Bucket& bucket, KeyRange range, std::vector<Entry>& flat) {
    size_ -= bucket.size;
    flat.resize(bucket.size);
    const std::size_t slots = std::bit_ceil(std::min<std::size_t>(bucket.size, sorted_most));
    const unsigned shift = shift_for(range.most - range.least, slots);
    const auto slot_of = [&](const Entry& entry) {  // slot 0 holds the latest
      return static_cast<std::size_t>((range.most - key_of(entry)) >> shift);
    };

    std::array<std::uint32_t, sorted_most> place;
    std::fill_n(place.begin(), slots, 0U);
    auto count = [&](const Entry& entry) { ++place[slot_of(entry)]; };
    visit_bucket(bucket, count);
    std::uint32_t sum = 0;
    std::uint32_t crowd = 0;
    for (std::size_t i = 0; i < slots; ++i) {
      crowd = std::max(crowd, place[i]);
      sum += std::exchange(place[i], sum);
    }
    drain(bucket, [&](const Entry& entry) { flat[place[slot_of(entry)]++] = entry; });

    constexpr std::uint32_t crowd_most = 16;
    if (crowd <= crowd_most) {
      insertion_sort_later_first(flat);
    } else if (!std::is_sorted(flat.begin(), flat.end(), LaterFirst<Entry>{})) {
      std::sort(flat.begin(), flat.end(), LaterFirst<Entry>{});
    }
  }

  ChunkPool<Entry> pool_;
  std::vector<Level> levels_;  // the first depth_ are in use; the others keep their storage
  std::size_t depth_ = 0;
  std::size_t size_ = 0;
};

}  // namespace detail

template <class Payload>
class EventQueue {
  static_assert(std::is_trivially_copyable_v<Payload>);

 public:
  using Entry = Pending<Payload>;

  EventQueue() = default;
  EventQueue(const EventQueue& other) : flat_(other.flat_), flat_last_(other.flat_last_) {
    if (other.far_ == nullptr) return;
    far_ = std::make_unique<Far>();
    far_->reach_down_to(flat_last_);
    other.far_->for_each([this](const Entry& entry) { far_->push(detail::key_of(entry), entry); });
  }
  EventQueue(EventQueue&& other) noexcept
      : flat_(std::exchange(other.flat_, {})),
        flat_last_(std::exchange(other.flat_last_, detail::last_key)),
        far_(std::move(other.far_)) {}
  EventQueue& operator=(const EventQueue& other) {
    if (this == &other) return *this;
    if (other.far_ != nullptr) return *this = EventQueue(other);
    flat_ = other.flat_;  // reuses our storage: the search assigns small queues all day
    flat_last_ = detail::last_key;
    far_.reset();
    return *this;
  }
  EventQueue& operator=(EventQueue&& other) noexcept {
    flat_ = std::exchange(other.flat_, {});
    flat_last_ = std::exchange(other.flat_last_, detail::last_key);
    far_ = std::exchange(other.far_, nullptr);
    return *this;
  }
  ~EventQueue() = default;

  bool empty() const { return flat_.empty(); }
  std::size_t size() const { return flat_.size() + (far_ == nullptr ? 0 : far_->size()); }

  // Any instant will do, also one before the front.
  void push(Instant at, std::uint64_t order, const Payload& payload) {
    const detail::Key key = detail::key_of(at, order);
    const Entry entry{at, order, payload};
    if (key <= flat_last_ && flat_.size() >= flat_most) spill();
    if (key <= flat_last_) {
      flat_.insert(flat_.end() - static_cast<std::ptrdiff_t>(sooner_in_flat(key)), entry);
    } else {
      far_->push(key, entry);
    }
  }

  const Entry& front() const {
    assert(!empty());
    return flat_.back();
  }

  Entry pop() {
    assert(!empty());
    const Entry entry = flat_.back();
    flat_.pop_back();
    if (flat_.empty() && far_ != nullptr) refill();
    return entry;
  }

  void clear() { *this = EventQueue(); }

  template <class Visit>
  void for_each_in_order(Visit visit) const {
    if (far_ != nullptr) {
      for (const Entry& entry : sorted()) visit(entry);
    } else {
      for (std::size_t i = flat_.size(); i > 0; --i) visit(flat_[i - 1]);
    }
  }

  std::vector<Entry> sorted() const {
    std::vector<Entry> entries;
    entries.reserve(size());
    entries.assign(flat_.rbegin(), flat_.rend());
    if (far_ == nullptr) return entries;
    far_->for_each([&entries](const Entry& entry) { entries.push_back(entry); });
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return detail::key_of(a) < detail::key_of(b); });
    return entries;
  }

  void add_to(Hasher& h) const {
    h.add(size());
    for_each_in_order([&h](const Entry& entry) { hash_into(h, entry); });
  }

  // Bytes held, for the benchmark.
  std::size_t footprint() const {
    return sizeof(*this) + flat_.capacity() * sizeof(Entry) + (far_ == nullptr ? 0 : far_->footprint());
  }

  friend bool operator==(const EventQueue& a, const EventQueue& b) {
    if (a.size() != b.size()) return false;
    if (a.far_ == nullptr && b.far_ == nullptr) return a.flat_ == b.flat_;
    return a.sorted() == b.sorted();
  }

 private:
  using Far = detail::Ladder<Entry>;
  static constexpr std::size_t flat_most = 128;
  static constexpr std::size_t flat_kept = 64;

  // A binary search without branches to mispredict: the answer is as good as random.
  std::size_t sooner_in_flat(detail::Key key) const {
    const Entry* last = flat_.data() + flat_.size();  // everything from here on is sooner
    for (std::size_t left = flat_.size(); left > 0;) {
      const std::size_t half = (left + 1) / 2;
      last -= detail::key_of(*(last - half)) < key ? half : 0;
      left -= half;
    }
    return static_cast<std::size_t>(flat_.data() + flat_.size() - last);
  }

  // The array has grown too long to insert into: all but the next few become the lowest level of the ladder.
  void spill() {
    if (far_ == nullptr) far_ = std::make_unique<Far>();
    const std::size_t moved = flat_.size() - flat_kept;
    flat_last_ = detail::key_of(flat_[moved - 1]) - 1;
    far_->reach_down_to(flat_last_);
    for (std::size_t i = moved; i > 0; --i) far_->push(detail::key_of(flat_[i - 1]), flat_[i - 1]);
    flat_.erase(flat_.begin(), flat_.begin() + static_cast<std::ptrdiff_t>(moved));
  }

  void refill() {
    far_->refill(flat_);
    flat_last_ = far_->passed();
    if (far_->size() > 0 && size() > flat_kept) return;
    // So few are left that they may all lie in the array: the small regime again.
    far_->for_each([this](const Entry& entry) { flat_.push_back(entry); });
    std::sort(flat_.begin(), flat_.end(), detail::LaterFirst<Entry>{});
    flat_last_ = detail::last_key;
    far_.reset();
  }

  std::vector<Entry> flat_;                   // the next events, the very next at the back; empty only when all is
  detail::Key flat_last_ = detail::last_key;  // the greatest key that belongs in it; beyond that, see far_
  std::unique_ptr<Far> far_;                  // null in the small regime
};

}  // namespace converge::sim
