// A few threads that do the items of one list after another, and wait between lists.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace converge::sim {

class Crew {
 public:
  explicit Crew(unsigned hands);  // at least one: whoever calls `each` lends a hand, and is the first
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  unsigned hands() const;
  // Does items 0 to count - 1, each once, in no order; returns when all are done. What an item throws is thrown here,
  // and then the rest may be left undone.
  void each(std::size_t count, const std::function<void(std::size_t item, unsigned hand)>& item);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace converge::sim
