// From a sampled schedule that violates a property to the least story of how; and from a story to the moment after
// which nothing would have helped. Floating point is for the odds before and after it: it decides nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/campaign.hpp"
#include "sim/schedule.hpp"
#include "sim/shrink.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

// One run of such a schedule, beside what the scenario fixes.
Run replay(const Pipeline&, const std::vector<sim::Deviation>& given, const sim::Found&, Recording);

struct Story {
  sim::Counterexample counterexample;  // but for file and replay
  sim::Schedule schedule;              // to save
};

// The schedule of this seed violates the property at this place of models::properties().
Story counterexample(const Pipeline&, const Sampling&, std::uint64_t seed, std::size_t property);

// The same from a schedule over the nominal run, however it was found.
Story counterexample(const Pipeline&, const std::vector<sim::Deviation>& given, const sim::Found&,
                     std::size_t property);

// Of a run that violates the property: the event before which some continuation still keeps it, and after which none
// does, of `continuations` that are drawn from the law of what follows, the usual one, and the one with least
// durations and no faults. "None" is of those that were tried. Whether some continuation keeps the property can only go
// from yes to no as a run goes on, so the event is found by bisection.
struct Doomed {
  sim::Schedule elsewhere;                 // who answers what is listed nowhere
  std::vector<sim::Deviation> given;       // by the scenario: holds in every continuation too
  std::vector<sim::Deviation> deviations;  // of this run alone
  std::size_t property = 0;
};

sim::PointOfNoReturn point_of_no_return(const Pipeline&, const Doomed&, std::uint64_t continuations, double confidence);

}  // namespace converge::models
