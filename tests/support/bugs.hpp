// The corpus of planted bugs: each is a mistake that an implementation of one component could make, the pipeline in
// which it is looked for, the property that must break, and a schedule that surely shows it.
//
// Under that schedule the sound pipeline keeps every property, so what breaks is the bug's doing. Faults have
// probabilities and durations have ranges, so that schedules drawn at random can meet the bug too: some at once, some
// only when a fault falls into the right stage, or when a slow answer falls beside a cadence's slot.
// docs/planted-bugs.md lists them, with how many schedules it takes to find each.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "models/run.hpp"
#include "sim/chooser.hpp"
#include "tests/support/buggy_pipeline.hpp"

namespace converge::support {

struct PlantedBug {
  std::string name;       // in kebab case, unique
  std::string component;  // who makes the mistake
  std::string is;         // the mistake, in one sentence
  models::PipelineConfig config;
  Buggy::Bug bug;
  std::string property;                 // that must break
  std::vector<std::string> exactly;     // all that breaks under `shows`, where the story alone decides; else empty
  std::vector<sim::Deviation> shows{};  // from the nominal run
  std::uint64_t seed = 1;               // with which the search (sim/worst.hpp) finds it soon
};

// What a failed test prints.
inline std::ostream& operator<<(std::ostream& out, const PlantedBug& bug) { return out << bug.name; }

// In the order of the pipeline. Built once.
const std::vector<PlantedBug>& planted_bugs();

}  // namespace converge::support
