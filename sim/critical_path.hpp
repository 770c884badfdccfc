// When a network of activities is over: at the earliest, usually and at the latest, which of them decide it, and how
// much longer each other one may take.
//
// An activity goes when all before it are over, each link's wait has passed and its cadence has a slot; it then takes
// its duration. Three figures run through the network side by side: the least of everything, the usual and the most. A
// slot function never gives an earlier slot for a later moment, so what happens between the least and the most of
// each figure ends between the least and the most of the network. Left out: resources that activities share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cadence.hpp"
#include "sim/time.hpp"

namespace converge::sim {

struct Activity {
  std::string name;
  Window takes;
  // The slot that it waits for. Where nobody knows the offset, the least waits for no slot, the usual takes the offset
  // that is given, and the most has just missed one; the cadence then has no freezes.
  Cadence cadence;
};

struct Link {
  std::size_t before = 0;
  std::size_t after = 0;
  Window wait;
  bool always = true;  // false: what comes after may do without it, so the least does not wait for it
};

// One activity under one of the three figures. `never` where a slot never comes.
struct Timing {
  Instant ready;  // all before it is over, and waited for
  Instant start;  // its slot
  Instant finish;

  bool operator==(const Timing&) const = default;
};

struct CriticalPath {
  enum class Figure : std::uint8_t { least, usual, most };
  struct Passage {
    std::array<Timing, 3> at;       // by figure
    bool critical = false;          // at the most: it is on the way that decides when the last activity is over
    std::optional<Duration> slack;  // at the most: how much longer it may take before the last one moves; none: any

    const Timing& operator[](Figure f) const { return at[static_cast<std::size_t>(f)]; }
  };
  std::vector<Passage> activities;
};

class ActivityNetwork {
 public:
  std::size_t add(Activity);  // its number, from 0
  void link(const Link& l) { links_.push_back(l); }
  std::size_t size() const { return activities_.size(); }
  const std::vector<Activity>& activities() const { return activities_; }

  // The three figures of all activities, without a judgement of who decides; none when they wait for each other.
  std::optional<CriticalPath> timings(Epoch) const;
  // With the way that decides when `last` is over at the latest, and the slacks, which are exact: found by trying.
  std::optional<CriticalPath> solve(Epoch, std::size_t last) const;

 private:
  std::vector<Activity> activities_;
  std::vector<Link> links_;
};

}  // namespace converge::sim
