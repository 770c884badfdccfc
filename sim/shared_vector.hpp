// A vector for worlds that are kept by the hundred thousand: it lies in chunks, and copies share them.
//
// Copying is one reference count, whatever the size. A write clones what it touches and is shared: the list of chunks,
// at most once after a copy, and the one chunk. So a world and its successor differ by a few kilobytes, not by their
// histories. Reading is as a std::vector's; writing is asked for by name (edit, push_back, ...), so that no reference
// taken for reading can clone by accident.
//
// It is a value: it compares and hashes as a std::vector of the same entries would. Different copies may be used by
// different threads at the same time, as with a std::vector; the counts are atomic. A write makes iterators and
// references invalid, those that edit() gave too.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace converge::sim {

// A clone is then some tens of nanoseconds, and the list of a history of a thousand entries some dozen pointers.
inline constexpr std::size_t kChunkBytes = 1024;

template <class T, std::size_t ChunkEntries = std::bit_floor(std::max<std::size_t>(1, kChunkBytes / sizeof(T)))>
class SharedVector {
  static_assert(std::is_trivially_copyable_v<T>, "a chunk is cloned whole, and nothing can fail half-way");
  static_assert(std::has_single_bit(ChunkEntries), "so that an index is split by a shift and a mask");

 public:
  class Iterator;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using const_reference = const T&;
  using const_iterator = Iterator;
  using iterator = Iterator;

  static constexpr std::size_t chunk_entries = ChunkEntries;

  SharedVector() = default;
  SharedVector(const SharedVector& other) : list_{other.list_}, size_{other.size_} {
    if (list_ != nullptr) list_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  SharedVector(SharedVector&& other) noexcept
      : list_{std::exchange(other.list_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
  SharedVector& operator=(const SharedVector& other) {
    if (list_ == other.list_) {
      size_ = other.size_;
      return *this;
    }
    return *this = SharedVector(other);
  }
  SharedVector& operator=(SharedVector&& other) noexcept {
    std::swap(list_, other.list_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SharedVector() { let_go(list_); }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  const T& operator[](std::size_t i) const {
    assert(i < size_);
    return list_->chunks()[i / ChunkEntries]->entries[i % ChunkEntries];
  }
  const T& at(std::size_t i) const {
    if (i >= size_) throw std::out_of_range("SharedVector::at");
    return (*this)[i];
  }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }

  Iterator begin() const { return {list_, 0}; }
  Iterator end() const { return {list_, static_cast<std::ptrdiff_t>(size_)}; }

  // To be written to at once: the next copy, or the next write, ends it.
  T& edit(std::size_t i) {
    assert(i < size_);
    return own_chunk(i / ChunkEntries).entries[i % ChunkEntries];
  }

  void push_back(const T& value) {
    const T copy = value;  // it may lie in here
    if (size_ % ChunkEntries == 0) {
      own_list(size_ / ChunkEntries + 1);
      list_->chunks()[list_->count] = new Chunk;
      ++list_->count;
    }
    own_chunk(size_ / ChunkEntries).entries[size_ % ChunkEntries] = copy;
    ++size_;
  }

  // Not of its own entries: they move.
  template <std::input_iterator It>
  void append(It first, It last) {
    for (; first != last; ++first) push_back(*first);
  }

  void resize(std::size_t size) {
    if (size < size_) {
      const std::size_t count = (size + ChunkEntries - 1) / ChunkEntries;
      if (count == 0) return clear();
      own_list(count);
      while (list_->count > count) let_go(list_->chunks()[--list_->count]);
      size_ = size;
    }
    while (size_ < size) push_back(T{});
  }

  void assign(std::size_t size, const T& value) {
    const T copy = value;
    clear();
    while (size_ < size) push_back(copy);
  }

  // Moves the rest up. It shares nothing afterwards, so it is for what happens once a day.
  void erase_front(std::size_t count) {
    assert(count <= size_);
    SharedVector rest;
    rest.append(begin() + static_cast<std::ptrdiff_t>(count), end());
    *this = std::move(rest);
  }

  void clear() {
    let_go(std::exchange(list_, nullptr));
    size_ = 0;
  }

  // Of the chunks of both, those that lie in memory once. For tests and measurements: no run may depend on it.
  friend std::size_t shared_chunks(const SharedVector& a, const SharedVector& b) {
    const std::size_t count =
        std::min(a.list_ == nullptr ? 0 : a.list_->count, b.list_ == nullptr ? 0 : b.list_->count);
    std::size_t shared = 0;
    for (std::size_t i = 0; i < count; ++i) shared += a.list_->chunks()[i] == b.list_->chunks()[i] ? 1 : 0;
    return shared;
  }

  // Chunks that both share need no look.
  friend bool operator==(const SharedVector& a, const SharedVector& b) {
    if (a.size_ != b.size_) return false;
    if (a.list_ == b.list_) return true;
    for (std::size_t at = 0; at < a.size_; at += ChunkEntries) {
      const Chunk* x = a.list_->chunks()[at / ChunkEntries];
      const Chunk* y = b.list_->chunks()[at / ChunkEntries];
      if (x == y) continue;
      const std::size_t used = std::min(ChunkEntries, a.size_ - at);
      if (!std::equal(x->entries.begin(), x->entries.begin() + static_cast<std::ptrdiff_t>(used), y->entries.begin())) {
        return false;
      }
    }
    return true;
  }

 private:
  struct Chunk {
    Chunk() = default;
    explicit Chunk(const std::array<T, ChunkEntries>& from) : entries{from} {}
    std::atomic<std::uint32_t> owners = 1;  // lists that it is in
    std::array<T, ChunkEntries> entries{};
  };

  // The pointers to the chunks lie right behind it.
  struct alignas(Chunk*) List {
    std::atomic<std::uint32_t> owners = 1;  // vectors that it is the list of
    std::uint32_t count = 0;
    std::uint32_t capacity = 0;

    Chunk** chunks() { return reinterpret_cast<Chunk**>(this + 1); }
    Chunk* const* chunks() const { return reinterpret_cast<Chunk* const*>(this + 1); }

    static List* create(std::size_t capacity) {
      List* list = new (::operator new(sizeof(List) + capacity * sizeof(Chunk*))) List;
      list->capacity = static_cast<std::uint32_t>(capacity);
      return list;
    }
    static void destroy(List* list) {
      list->~List();
      ::operator delete(list);
    }
  };

  // Who is alone needs no locked instruction: nobody else can become an owner meanwhile.
  template <class Owned>
  static bool was_last(Owned& owned) {
    return owned.owners.load(std::memory_order_acquire) == 1 ||
           owned.owners.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  static void let_go(Chunk* chunk) {
    if (was_last(*chunk)) delete chunk;
  }

  static void let_go(List* list) {
    if (list == nullptr || !was_last(*list)) return;
    for (std::size_t i = 0; i < list->count; ++i) let_go(list->chunks()[i]);
    List::destroy(list);
  }

  // Makes the list ours alone, with room for `count` chunks.
  void own_list(std::size_t count) {
    const bool alone = list_ != nullptr && list_->owners.load(std::memory_order_acquire) == 1;
    if (alone && count <= list_->capacity) return;
    const std::size_t there = list_ == nullptr ? 0 : list_->count;  // more, where the vector is about to be cut
    List* mine = List::create(std::bit_ceil(std::max<std::size_t>({count, there, 4})));
    if (list_ != nullptr) {
      mine->count = list_->count;
      std::copy_n(list_->chunks(), list_->count, mine->chunks());
      if (alone) {
        list_->count = 0;  // they have moved
      } else {
        for (std::size_t i = 0; i < mine->count; ++i) {
          mine->chunks()[i]->owners.fetch_add(1, std::memory_order_relaxed);
        }
      }
      let_go(list_);
    }
    list_ = mine;
  }

  Chunk& own_chunk(std::size_t at) {
    own_list(list_->count);
    Chunk*& chunk = list_->chunks()[at];
    if (chunk->owners.load(std::memory_order_acquire) != 1) {
      auto* mine = new Chunk{chunk->entries};
      let_go(std::exchange(chunk, mine));
    }
    return *chunk;
  }

  List* list_ = nullptr;  // null while nothing was ever in it
  std::size_t size_ = 0;  // entries of the last chunk beyond it are of no meaning
};

template <class T, std::size_t ChunkEntries>
class SharedVector<T, ChunkEntries>::Iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const T*;
  using reference = const T&;

  Iterator() = default;

  reference operator*() const { return (*this)[0]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type n) const {
    const auto i = static_cast<std::size_t>(at_ + n);
    return list_->chunks()[i / ChunkEntries]->entries[i % ChunkEntries];
  }

  Iterator& operator+=(difference_type n) {
    at_ += n;
    return *this;
  }
  Iterator& operator-=(difference_type n) { return *this += -n; }
  Iterator& operator++() { return *this += 1; }
  Iterator& operator--() { return *this -= 1; }
  Iterator operator++(int) { return std::exchange(*this, *this + 1); }
  Iterator operator--(int) { return std::exchange(*this, *this - 1); }

  friend Iterator operator+(Iterator i, difference_type n) { return i += n; }
  friend Iterator operator+(difference_type n, Iterator i) { return i += n; }
  friend Iterator operator-(Iterator i, difference_type n) { return i -= n; }
  friend difference_type operator-(const Iterator& a, const Iterator& b) { return a.at_ - b.at_; }
  // Both are of one vector.
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.at_ <=> b.at_; }

 private:
  friend SharedVector;
  Iterator(const List* list, difference_type at) : list_{list}, at_{at} {}

  const List* list_ = nullptr;
  difference_type at_ = 0;
};

}  // namespace converge::sim
