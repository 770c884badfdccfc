// One run of the pipeline under a chooser, and its judgement. Here the kernel's templates meet the pipeline, once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "sim/campaign.hpp"
#include "sim/schedule.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

struct Run {
  PipelineWorld world;  // at the horizon
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  sim::Record record;  // empty unless asked for
};

enum class Recording : std::uint8_t { off, on };

// What `scratch` holds is lost, but its memory is used again: a campaign spares the system a page fault per 4 KB told.
Run run(const Pipeline&, sim::Chooser&, Recording, sim::Record scratch = {});

// To the horizon, from a world on the way, and the last look there.
void finish(const Pipeline&, PipelineWorld&, sim::Chooser&);

// At the horizon: what is missing or stale then counts, although nothing happens.
void last_look(const Pipeline&, PipelineWorld&, sim::Chooser&, sim::Trace&);

// What the properties say of the state that a run ended in.
std::vector<sim::PropertyResult> properties(const Pipeline&, const PipelineState&);

// The margins of the properties that every run is judged by, in the order of properties() and without its words; the
// scenario's own claims come after them. How many there are.
std::size_t own_margins(const Pipeline&, const PipelineState&, std::span<std::int64_t> into);

// The claims after their last look.
std::vector<ClaimState> claims_at(const Pipeline&, const PipelineState&, sim::Instant end);

// Where the window of a change begins: with its announcement, or else with its DDL.
sim::Instant window_begin(const Pipeline&, const PipelineState&, std::size_t change);

// Why this run says nothing of the claim; empty: it does.
std::vector<sim::Silence> silences(const Pipeline&, const PipelineState&);

// What a campaign keeps of a recorded run: properties, convergence, phases, divergence and outcome. No texts of
// choices: those cost more than the run.
sim::RunResult measure(const Pipeline&, const Run&);

// The whole answer, but for what only the caller knows: command, file, title, fingerprint, seed.
sim::RunResult judge(const Pipeline&, const Run&);

// How often each fault struck in a recorded run, by sim::fault_options; and such a list in words, without the faults
// that are neither declared nor struck.
std::vector<std::uint64_t> fired(const Pipeline&, const sim::Record&);
std::vector<sim::FaultCount> fault_counts(const Pipeline&, const std::vector<std::uint64_t>& fired);

// The deviations of a recorded run from the nominal one, in the order in which they were met. Random bits have no
// nominal answer that would mean anything to a reader, so a seed stands for them.
std::vector<sim::DeviationText> deviations(const Pipeline&, const sim::Record&);

// What a swarm switched off before the run began: its first choices.
std::vector<sim::DeviationText> switched_off(const Pipeline&, const sim::Schedule&);

// The notes of a recorded run, in words.
std::vector<sim::StoryLine> story(const Pipeline&, const sim::Record&);

}  // namespace converge::models
