// Sampled schedules of the pipeline, one at a time, and the answer of a campaign over them. Its floating point
// describes what was counted, and decides nothing in a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "models/run.hpp"
#include "sim/campaign.hpp"
#include "sim/chooser.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

// What every schedule of a campaign has in common. `given` are answers that the scenario fixes.
struct Sampling {
  std::vector<sim::Deviation> given;
  bool swarm = false;
};

// hits of runs, with the exact interval.
sim::Probability probability_of(std::uint64_t hits, std::uint64_t runs, double confidence);

// The schedule of this seed, recorded; `scratch` as run() has it.
Run sampled(const Pipeline&, const Sampling&, std::uint64_t seed, sim::Record scratch = {});

sim::Summary summary(const Pipeline&, const Run&);  // of a recorded run
sim::Summary sample(const Pipeline&, const Sampling&, std::uint64_t seed);

// The campaign's answer, but for what only the caller knows: file, title, fingerprint, counterexamples, options of the
// command. Intervals have this confidence.
sim::CheckResult judge(const Pipeline&, const Sampling&, const sim::CampaignOptions&, const sim::Tally&,
                       double confidence);

}  // namespace converge::models
