// Nodes that wait to be expanded, first come, first served: as they are, or packed into bytes, which takes a fraction
// of the memory and some time.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "sim/bytes.hpp"
#include "sim/heap_bytes.hpp"

namespace converge::sim {

template <HasFields Node>
class Frontier {
 public:
  // One that waits: the node, or its bytes. Both stay where they are until it is dropped.
  struct Waiting {
    std::uint32_t number = 0;
    const Node* node = nullptr;
    std::span<const std::uint8_t> packed;
  };

  explicit Frontier(bool packs = false) : packs_{packs} {}

  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Bytes held; of nodes as they are an estimate, by their values.
  std::uint64_t footprint() const { return packs_ ? pieces_.size() * piece : bytes_; }

  // Takes the node; `packed` is what write() makes of it, if this frontier packs.
  void push(std::uint32_t number, Node&& node, std::span<const std::uint8_t> packed) {
    ++size_;
    if (!packs_) {
      const std::uint64_t bytes = sizeof(Node) + 8 + heap_bytes(node);
      bytes_ += bytes;
      nodes_.push_back({number, static_cast<std::uint32_t>(bytes), std::move(node)});
      return;
    }
    const std::size_t need = packed.size() + 4 + 5;
    if (pieces_.empty() || pieces_.back().capacity() - pieces_.back().size() < need) {
      pieces_.emplace_back().reserve(std::max(piece, need));
    }
    Writer out{pieces_.back()};
    out.number(number);
    out.bytes(packed);
  }

  // The first so many of those that wait.
  std::vector<Waiting> first(std::size_t count) const {
    assert(count <= size_);
    std::vector<Waiting> list;
    list.reserve(count);
    if (!packs_) {
      for (std::size_t i = 0; i < count; ++i) list.push_back({nodes_[i].number, &nodes_[i].node, {}});
      return list;
    }
    std::size_t at = read_;
    for (auto p = pieces_.begin(); list.size() < count; ++p, at = 0) {
      Reader in{std::span{*p}.subspan(at)};
      while (list.size() < count && in.left() > 0) {
        const auto number = static_cast<std::uint32_t>(in.number());
        list.push_back({number, nullptr, in.bytes()});
      }
    }
    return list;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const Held& held : nodes_) visit(Waiting{held.number, &held.node, {}});
    std::size_t at = read_;
    for (const Bytes& bytes : pieces_) {
      Reader in{std::span{bytes}.subspan(std::exchange(at, 0))};
      while (in.left() > 0) {
        const auto number = static_cast<std::uint32_t>(in.number());
        visit(Waiting{number, nullptr, in.bytes()});
      }
    }
  }

  // The i-th of those that are not packed, for its storage; it is dropped next.
  Node& storage(std::size_t i) { return nodes_[i].node; }
  bool packs() const { return packs_; }

  void drop(std::size_t count) {
    size_ -= count;
    if (!packs_) {
      for (; count > 0; --count) {
        bytes_ -= nodes_.front().bytes;
        nodes_.pop_front();
      }
      return;
    }
    while (count > 0) {
      Reader in{std::span{pieces_.front()}.subspan(read_)};
      const std::size_t before = in.left();
      while (count > 0 && in.left() > 0) {
        in.number();
        in.bytes();
        --count;
      }
      read_ += before - in.left();
      if (read_ < pieces_.front().size()) return;
      read_ = 0;
      pieces_.pop_front();
    }
  }

 private:
  static constexpr std::size_t piece = 16'384;

  struct Held {
    std::uint32_t number;
    std::uint32_t bytes;
    Node node;
  };

  bool packs_;
  std::uint64_t size_ = 0;
  std::uint64_t bytes_ = 0;
  std::deque<Held> nodes_;
  std::deque<Bytes> pieces_;  // number, length and bytes of each node
  std::size_t read_ = 0;      // of the first piece
};

}  // namespace converge::sim
