// PHOLD (Fujimoto 1990), the customary load for event queues: each event, when it happens, causes one more. The number
// of pending events stays the same, so what is measured is one pop and one push.
//
// Everything but the queue is shared: the event, the draws, the work of an actor. A draw is a function of the event's
// place in the order, so two queues that agree on the order end with the same checksum, and only those.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/event_queue.hpp"
#include "sim/hash.hpp"
#include "sim/time.hpp"

namespace converge::bench {

struct Job {
  std::uint32_t actor = 0;
  std::uint32_t hops = 0;
  std::uint64_t token = 0;
  bool operator==(const Job&) const = default;
  friend constexpr auto fields(const Job& j) { return std::tie(j.actor, j.hops, j.token); }
};
using Event = sim::Pending<Job>;

// Exponential delays of mean one second, in integers: the quantiles at k/1024, joined by straight lines. Beyond the
// last of them lies a thousandth of the distribution, and by its lack of memory that is the whole of it again, further
// on.
class Exponential {
 public:
  constexpr Exponential() {
    for (std::uint32_t k = 0; k < pieces; ++k) quantiles_[k] = log_us(pieces) - log_us(pieces - k);
  }
  constexpr sim::Duration draw(std::uint64_t bits) const {
    std::int64_t passed = 0;
    while (true) {
      const std::uint64_t piece = bits % pieces;
      const auto within = static_cast<std::int64_t>((bits >> 10U) % 65536);
      if (piece + 1 < pieces) {
        const std::int64_t low = quantiles_[piece];
        return {passed + low + (quantiles_[piece + 1] - low) * within / 65536};
      }
      passed += quantiles_[pieces - 1];
      bits = sim::fold(bits ^ 0x9E3779B97F4A7C15ULL, 0xD6E8FEB86659FD93ULL);
    }
  }

 private:
  static constexpr std::uint32_t pieces = 1024;

  // A million times the natural logarithm: bits of the binary logarithm by repeated squaring, then times ln 2.
  static constexpr std::int64_t log_us(std::uint32_t n) {
    std::uint64_t whole = 0;
    std::uint64_t x = std::uint64_t{n} << 20U;  // x / 2^20, brought into [1, 2)
    for (; x >= std::uint64_t{2} << 20U; x /= 2) ++whole;
    std::uint64_t log2 = whole << 20U;
    for (std::uint64_t bit = std::uint64_t{1} << 19U; bit > 0; bit /= 2) {
      x = (x * x) >> 20U;
      if (x < std::uint64_t{2} << 20U) continue;
      x /= 2;
      log2 += bit;
    }
    return static_cast<std::int64_t>(log2 * 693'147 / (std::uint64_t{1} << 20U));
  }

  std::array<std::int64_t, pieces> quantiles_{};
};
inline constexpr Exponential exponential;

// One contestant: a queue, and the actors it drives.
template <class Queue>
class Phold {
 public:
  static constexpr std::uint32_t events_per_actor = 16;
  static constexpr sim::Duration lookahead = sim::milliseconds(100);

  explicit Phold(std::uint32_t actors) : actors_(actors) {
    for (std::uint32_t k = 0; k < events_per_actor; ++k) {
      for (std::uint32_t actor = 0; actor < actors; ++actor) {
        const std::uint64_t bits = draw(emitted_);
        queue_.push(Event{sim::Instant{} + lookahead + exponential.draw(bits), emitted_, {actor, 0, bits}});
        ++emitted_;
      }
    }
  }

  void run(std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
      const Event event = queue_.pop();
      Actor& actor = actors_[event.payload.actor];
      actor.seen = sim::fold(actor.seen ^ event.payload.token, static_cast<std::uint64_t>(event.at.us) | 1U);
      actor.events += 1;

      const std::uint64_t bits = draw(emitted_);
      const bool stays = (bits >> 63U) != 0;
      const auto other = static_cast<std::uint32_t>(((bits >> 31U & 0xFFFFFFFFU) * actors_.size()) >> 32U);
      const std::uint32_t target = stays ? event.payload.actor : other;
      queue_.push(
          Event{event.at + lookahead + exponential.draw(bits), emitted_, {target, event.payload.hops + 1, actor.seen}});
      ++emitted_;
    }
  }

  std::uint64_t checksum() const {
    sim::Hasher h;
    for (const Actor& actor : actors_) {
      h.add(actor.seen);
      h.add(actor.events);
    }
    return h.value();
  }
  std::uint64_t pending() const { return std::uint64_t{actors_.size()} * events_per_actor; }
  std::size_t queue_bytes() const { return queue_.footprint(); }

 private:
  struct Actor {
    std::uint64_t seen = 0;
    std::uint64_t events = 0;
  };

  static std::uint64_t draw(std::uint64_t emission) {
    return sim::fold(emission * 0x9E3779B97F4A7C15ULL ^ 0xA0761D6478BD642FULL, 0xE7037ED1A0B428DBULL);
  }

  Queue queue_;
  std::vector<Actor> actors_;
  std::uint64_t emitted_ = 0;
};

}  // namespace converge::bench
