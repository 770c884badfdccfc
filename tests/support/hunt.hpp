// How many schedules does it take to find a planted bug: drawn at random, and by the search for the worst?
//
// Found means: some property is broken, and under the same answers the sound pipeline keeps them all. Neither way knows
// which bug it is, nor which property.
#pragma once

#include <cstdint>
#include <optional>

#include "models/adversary.hpp"
#include "sim/hash.hpp"
#include "sim/schedule.hpp"
#include "tests/support/bugs.hpp"

namespace converge::support {

class Hunt {
 public:
  explicit Hunt(const PlantedBug& bug) : pipeline_{bug.config}, model_{pipeline_, bug.bug} {}

  // What one run of the pipeline with the bug shows; violated only if the sound one keeps everything.
  sim::Tried attempt(sim::Chooser& chooser) const {
    sim::Tried tried = models::attempt(model_, pipeline_, chooser);
    if (tried.violated) tried.violated = !sound_breaks(tried);
    return tried;
  }

  // The number of schedules until it is found, that one included; nothing: `most` do not find it.
  std::optional<std::uint64_t> by_sampling(std::uint64_t seed, std::uint64_t most) const {
    for (std::uint64_t n = 1; n <= most; ++n) {
      sim::SampledChooser chooser{pipeline_.questions(), sim::fold(seed + n, 0x9E3779B97F4A7C15ULL)};
      if (attempt(chooser).violated) return n;
    }
    return std::nullopt;
  }
  sim::Worst by_search(sim::WorstOptions options) const {
    options.stops_at_violation = true;
    return sim::worst(pipeline_.questions(), [&](sim::Chooser& c) { return attempt(c); }, options);
  }

 private:
  bool sound_breaks(const sim::Tried& tried) const {
    sim::NominalChooser nominal{pipeline_.questions()};
    const auto deviations =
        sim::deviations_from_nominal({.notes = {}, .answers = tried.answers}, pipeline_.questions());
    sim::ReplayedChooser same{nominal, deviations};
    return models::attempt(pipeline_, pipeline_, same).violated;
  }

  models::Pipeline pipeline_;
  Buggy model_;
};

}  // namespace converge::support
