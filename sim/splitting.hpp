// How likely is a miss that plain sampling never sees? Splitting comes to it in steps: among the schedules drawn, those
// nearest to a miss survive, are copied and moved about without losing ground, and so on from level to level until some
// miss. Each level is passed by a share that is easily counted, and the product of the shares is the probability.
//
// A level is a margin that schedules must not exceed. A move redraws some answers (a layer, see layered.hpp) and is
// taken back if the schedule then lies above its level, so moved schedules still follow their law given the level.
//
// First a pilot finds the levels: each is passed by about the stated share of it, and the moves are made as large as
// still succeed often enough. Then independent replicates run with those levels and moves fixed. That makes the
// estimate of each replicate unbiased, whatever the levels and however badly the moves mix, as long as one counts as 0
// in which none passed some level; so their mean is too, and their spread says how far it may be off. Badly chosen
// levels or moves show as a wide interval, with one exception: misses of a kind that no replicate came near are not
// seen in the spread either. No sampling that stops short of 1 / probability runs can rule them out.
//
// Sources: Au and Beck, "Estimation of small failure probabilities in high dimensions by subset simulation",
// Probabilistic Engineering Mechanics 16, 2001 (the moves); Guyader, Hengartner and Matzner-Lober, "Simulation and
// estimation of extreme quantiles and extreme probabilities", Applied Mathematics and Optimization 64, 2011 (levels
// from the margins themselves); Botev and Kroese, "Efficient Monte Carlo simulation via the generalized splitting
// method", Statistics and Computing 22, 2012 (a pilot, then fixed levels, unbiased).
//
// All that decides which schedules are run is whole numbers, the same everywhere. The estimate and its interval are
// computed from the counts with floating point, and may be: they decide nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/choice.hpp"
#include "sim/layered.hpp"

namespace converge::sim {

// One run under a chooser gives its margin; below zero: missed. A pure function of the chooser's answers. With several
// jobs it is called from several threads at once.
using Margin = std::function<std::int64_t(Chooser&)>;

struct SplittingOptions {
  std::uint64_t seed = 0;
  std::uint64_t runs_most = 200'000;  // pilot and replicates together; at least 1,000
  unsigned replicates = 10;           // at least 2
  unsigned moves = 10;                // of each schedule, at each level
  std::int32_t keep_ppm = 200'000;    // share that is to survive each level, in parts per million
  double confidence = 0.95;
  unsigned jobs = 1;  // threads; the answer does not depend on it
};

struct Level {
  std::int64_t margin = 0;     // schedules beyond it have at most this margin
  std::int32_t share_ppm = 0;  // of their answers, redrawn in one move

  bool operator==(const Level&) const = default;
};

// The schedule that came nearest to a miss, or missed by most: play it with LayeredChooser.
struct Nearest {
  Layers layers;
  std::int64_t margin = 0;

  bool operator==(const Nearest&) const = default;
};

struct SplittingResult {
  double estimate = 0;        // the mean of the replicates
  double standard_error = 0;  // of that mean
  // Approximate: the mean times or over exp(t * standard error / mean), with Student's t for the replicates, because
  // estimates of small probabilities scatter by factors. In the tests some nine in ten such intervals contain the truth
  // where 95% are asked for; the others mostly lie below the truth. If no replicate reached a miss that says nothing,
  // and the upper end is the exact one for their first draws, clopper_pearson(first_missed, first_draws).high; the
  // lower is 0.
  double low = 0;
  double high = 1;
  double confidence = 0;

  std::uint64_t runs = 0;          // of the model, the pilot's among them
  std::uint64_t particles = 0;     // schedules that each replicate started with
  std::uint64_t first_draws = 0;   // independent ones: particles in all replicates
  std::uint64_t first_missed = 0;  // of those: what plain sampling with so many runs would have seen
  std::uint64_t replicates = 0;
  std::uint64_t extinct = 0;  // replicates in which none passed some level, or none missed
  bool reached = false;       // the pilot came to a miss
  std::vector<Level> levels;  // of the pilot, each lower than the one before

  std::optional<Nearest> nearest;  // of all replicates; only if any ran

  bool operator==(const SplittingResult&) const = default;
};

SplittingResult splitting(const std::vector<Question>&, const Margin&, const SplittingOptions&);

}  // namespace converge::sim
