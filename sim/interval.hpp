// What a campaign shows about a probability: the exact interval of Clopper and Pearson ("The use of confidence or
// fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934).
//
// Exact means: whatever the true probability, at least the stated share of all campaigns give an interval that contains
// it. Mostly it is more than that share, because hits are whole numbers; the tests compute by how much.
//
// It computes with floating point, and may: it describes campaigns that are over, and decides nothing in a run.
#pragma once

#include <cstdint>

namespace converge::sim {

struct Interval {
  double low = 0;  // both in [0, 1]
  double high = 1;

  bool operator==(const Interval&) const = default;
};

// `hits` of `runs` independent runs; hits <= runs. Two-sided: each end is missed by at most (1 - confidence) / 2, so
// the one-sided bound at 95% is an end at confidence 0.9. 0 < confidence < 1. Without a run, everything is possible:
// [0, 1].
Interval clopper_pearson(std::uint64_t hits, std::uint64_t runs, double confidence);

}  // namespace converge::sim
