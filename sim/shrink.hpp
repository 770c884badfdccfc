// From a schedule that fails to the least story of why: few deviations from the nominal run, each as mild as it can be,
// and not one that could be left out.
//
// In the order in which most is won: whole kinds of choice go back to their usual answers first; then stretches of what
// is left, halving (delta debugging: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002);
// then, while many are left, one answer is pushed to the end of its range if that makes others superfluous; then each
// answer moves toward its usual one, to a round figure where one does. At the end every deviation has been taken away
// alone once more, and without it the run passed: the result is 1-minimal, and says so.
//
// All of it is a pure function of its arguments. What it costs is counted in runs.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/chooser.hpp"

namespace converge::sim {

// A schedule without its names: over the nominal run with the random bits of this workload.
struct Found {
  std::uint64_t workload = 0;
  std::vector<Deviation> deviations;

  bool operator==(const Found&) const = default;
};

struct Shrunk {
  Found schedule;  // deviations in the order of (question, occurrence)
  bool minimal = false;
  std::uint64_t tries = 0;
};

// Does this schedule fail in the way that is looked for?
using Fails = std::function<bool(const Found&)>;

// `found` fails. Its deviations are of durations and options; bits are the workload's. Stops, not minimal perhaps,
// after so many tries.
Shrunk shrink(const std::vector<Question>&, const Found& found, const Fails&, std::uint64_t tries_most = 20'000);

}  // namespace converge::sim
