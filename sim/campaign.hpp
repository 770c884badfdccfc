// A campaign: many sampled schedules of one model, on every core, with one result.
//
// Schedule i of campaign S runs with a seed that is a pure function of (S, i), and results are folded in the order of
// i. So the result depends on which schedules ran and not on how many threads there were, or on which of them was
// faster; and a campaign that was cut short goes on from the list of stretches that it had finished.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/bands.hpp"
#include "sim/quantiles.hpp"
#include "sim/time.hpp"

namespace converge::sim {

// The seed of one schedule: what `run --seed` takes.
std::uint64_t schedule_seed(std::uint64_t campaign, std::uint64_t schedule);

// Why a schedule says nothing of the claim, in words that are the same for every schedule.
struct Silence {
  std::string why;
  bool leaves_open = false;  // one such schedule leaves the claim open; else only a campaign of nothing but these does

  friend auto operator<=>(const Silence&, const Silence&) = default;
};

// What a campaign keeps of one schedule. The lists are by the model's properties, questions and so on, and equally long
// for each of its schedules.
struct Summary {
  std::optional<Duration> convergence;  // none: still apart at the horizon
  std::vector<std::int64_t> margins;    // by property; in its unit
  std::vector<bool> holds;              // by property
  bool violated = false;                // by any property whose violation counts
  std::vector<std::uint64_t> asked;     // by question
  std::vector<std::uint64_t> fired;     // by fault: see fault_options
  std::vector<bool> finished;           // by phase
  std::vector<bool> disagreed;          // by phase
  std::vector<Bands::Key> bands;        // what differs from zero at the moments of the model's grid
  std::vector<Silence> silences;
};

// The least margin of a property, and the first schedule that had it.
struct Least {
  std::int64_t margin = 0;
  std::uint64_t schedule = 0;

  bool operator==(const Least&) const = default;
};

// What a stretch of schedules comes to. Merging is associative and commutative, and nothing is rounded.
struct Tally {
  std::uint64_t schedules = 0;
  std::uint64_t violated = 0;
  std::vector<std::uint64_t> broken;                       // by property: schedules in which it does not hold
  std::vector<Least> least;                                // by property
  std::vector<std::optional<std::uint64_t>> first_broken;  // by property: the first of those
  Quantiles convergence;
  std::vector<std::uint64_t> asked;
  std::vector<std::uint64_t> fired;
  std::vector<std::uint64_t> finished;
  std::vector<std::uint64_t> disagreed;
  Bands bands;
  std::map<Silence, std::uint64_t> silences;

  bool operator==(const Tally&) const = default;
};

void add(Tally&, std::uint64_t schedule, const Summary&);
void merge(Tally&, const Tally&);

// Schedules [from, from + tally.schedules), all run.
struct Stretch {
  std::uint64_t from = 0;
  Tally tally;
};

// Schedules are handed out in stretches of this many, and stopping rules look after each.
inline constexpr std::uint64_t kStretch = 16;

struct CampaignOptions {
  std::uint64_t seed = 0;
  std::uint64_t schedules = 0;  // at most
  unsigned jobs = 1;            // threads
};

// What the caller wants to do meanwhile. All but `run` are called one at a time.
struct CampaignHooks {
  std::function<Summary(std::uint64_t seed)> run;  // on any thread
  std::function<void(const Stretch&)> finished;    // in the order in which they end: for a ledger
  std::function<bool(const Tally&)> enough;        // after each whole stretch, in order: true ends the campaign
  std::function<bool(std::uint64_t schedules, std::uint64_t violated)> go_on;  // now and then: false interrupts it
};

struct CampaignResult {
  Tally tally;
  bool enough = false;       // hooks.enough ended it
  bool interrupted = false;  // hooks.go_on did
};

// `done` are stretches that ran before, in any order and without overlap: they are not run again.
CampaignResult campaign(const CampaignOptions&, const CampaignHooks&, std::vector<Stretch> done = {});

}  // namespace converge::sim
