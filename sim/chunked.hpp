// A long row that only grows: in pieces of equal size, so that nothing is moved and no room is taken twice while it
// grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace converge::sim {

template <class T>
class Chunked {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void push_back(const T& value) {
    if (size_ == pieces_.size() << shift) pieces_.push_back(std::make_unique_for_overwrite<T[]>(piece));
    (*this)[size_++] = value;
  }
  T& operator[](std::size_t i) { return pieces_[i >> shift][i & (piece - 1)]; }
  const T& operator[](std::size_t i) const { return pieces_[i >> shift][i & (piece - 1)]; }
  T& back() { return (*this)[size_ - 1]; }

  // Bytes held.
  std::size_t footprint() const { return pieces_.size() * piece * sizeof(T) + pieces_.capacity() * sizeof(void*); }

 private:
  static constexpr std::size_t shift = 13;
  static constexpr std::size_t piece = std::size_t{1} << shift;

  std::vector<std::unique_ptr<T[]>> pieces_;
  std::size_t size_ = 0;
};

}  // namespace converge::sim
