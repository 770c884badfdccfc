// One run of the pipeline under a chooser, and its judgement. Here the kernel's templates meet the pipeline, once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

struct Run {
  PipelineWorld world;  // at the horizon
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  sim::Record record;  // empty unless asked for
};

enum class Recording : std::uint8_t { off, on };

Run run(const Pipeline&, sim::Chooser&, Recording);

// What the properties say of the state that a run ended in.
std::vector<sim::PropertyResult> properties(const Pipeline&, const PipelineState&);

// The whole answer, but for what only the caller knows: command, file, title, fingerprint, seed.
sim::RunResult judge(const Pipeline&, const Run&);

// The deviations of a recorded run from the nominal one, in the order in which they were met. Random bits have no
// nominal answer that would mean anything to a reader, so a seed stands for them.
std::vector<sim::DeviationText> deviations(const Pipeline&, const sim::Record&);

// The notes of a recorded run, in words.
std::vector<sim::StoryLine> story(const Pipeline&, const sim::Record&);

}  // namespace converge::models
