// The search for the schedule with the least margin: guided, where exhaustive search would take too long.
//
// A candidate is the nominal run with a few changes: some families of durations at their least or most, or drawn from
// their law; single answers changed, faults among them; the answers of an earlier candidate kept up to some moment. So
// what it finds is a schedule that anybody can replay. A portfolio of strategies proposes candidates, each from what
// the tries before it showed. Answers stay within their domains: durations between least and most, faults only those
// declared with a probability, and no more than `faults_most` of them in a run.
//
// With a number of tries, and not a time, the search is a pure function of its arguments.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/time.hpp"
#include "sim/trace.hpp"

namespace converge::sim {

// A state reached, as the hash of what matters of it, and when it was first reached in this run.
struct Reached {
  std::uint64_t feature = 0;
  Instant at;

  bool operator==(const Reached&) const = default;
};

// What one run showed.
struct Tried {
  std::int64_t margin = 0;         // the less, the worse; the unit is the caller's
  bool violated = false;           // worse than every run that is not
  std::vector<Answered> answers;   // all that the run asked, in order
  std::vector<Reached> reached;    // each feature once, in the order of time
  std::optional<Instant> fell_at;  // from when on the margin was lost, where that is known
};

// One run under this chooser. The same answers give the same result.
using Try = std::function<Tried(Chooser&)>;

enum class Strategy : std::uint8_t {
  sampled,   // every answer from its law, with some of the fault families switched off
  extremes,  // families of durations at their ends, and single faults, at moments when something began
  mutated,   // a change or two to one of the worst so far
  explored,  // the same to one that reached something new
  forked,    // one of these up to the moment when its margin fell, and other answers after it
};
inline constexpr std::size_t kStrategies = 5;
std::string_view name(Strategy);

struct WorstOptions {
  std::uint64_t seed = 1;
  std::uint64_t tries = 1'000;  // the first is the nominal run
  unsigned faults_most = 3;
  bool stops_at_violation = false;
  std::function<bool(std::uint64_t tries)> go_on;  // asked before each try but the first; false ends the search
  // Each strategy's share of the turns, in the order above; not all 0. Measured: docs/planted-bugs.md.
  std::array<unsigned, kStrategies> weights{0, 6, 2, 1, 1};
};

struct StrategyProgress {
  std::uint64_t tries = 0;
  std::uint64_t worse = 0;  // of them, worse than every try before
  std::uint64_t newly = 0;  // that reached something new
  bool operator==(const StrategyProgress&) const = default;
};

struct Worst {
  std::vector<Deviation> deviations;  // from the nominal run, random bits included: replayed over it they give this run
  std::int64_t margin = 0;
  bool violated = false;
  std::uint64_t tries = 0;
  std::uint64_t found_by_try = 0;                // the try that gave this margin, from 1
  Strategy found_by = Strategy::sampled;         // and who proposed it; try 1 is nobody's
  std::optional<std::uint64_t> violated_by_try;  // the first that violated
  std::uint64_t features = 0;                    // different ones that were reached
  std::array<StrategyProgress, kStrategies> progress{};
};

Worst worst(const std::vector<Question>&, const Try&, const WorstOptions&);

}  // namespace converge::sim
