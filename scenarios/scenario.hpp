// A scenario: the question, as data. From a file to a pipeline's parameters, what the schedule is given, and what the
// author expects of the answer.
//
// The file's form is one table (scenario.cpp): the decoder, the JSON Schema (`converge schema`) and the reference page
// all follow from it. Defaults are those of docs/facts/pinterest-three-phase.md section 6 wherever it names one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/pipeline.hpp"
#include "scenarios/problem.hpp"
#include "sim/chooser.hpp"
#include "sim/schedule.hpp"
#include "sim/verdict.hpp"

namespace converge::scenarios {

// What is demanded of a campaign: these properties are violated in some of the first `within` schedules, and no others.
struct ExpectCheck {
  std::vector<std::string> violates;
  std::uint64_t within = 1'000;
};

// What the author of a gallery scenario demands of a nominal run; the tests hold it to that.
struct Expect {
  sim::Outcome verdict = sim::Outcome::converged;
  std::vector<std::string> violates;  // exactly these properties
  std::optional<bool> merges_stall;
  std::optional<bool> loses_changes;
  std::optional<bool> nulls_left;
  std::optional<bool> wrong_values_left;
  std::optional<sim::Duration> converges_within;
  std::optional<ExpectCheck> check;  // of `converge check --expect`
};

struct Scenario {
  std::string title;
  std::string description;
  models::PipelineConfig pipeline;
  std::vector<sim::Deviation> given;  // answers that the scenario itself fixes
  std::optional<Expect> expect;
  std::uint64_t fingerprint = 0;  // of what the file says, not of how it is laid out
};

struct Parsed {
  std::optional<Scenario> scenario;  // only without problems
  std::vector<Problem> problems;
};

Parsed parse(std::string_view text);

// What of `expect` a result does not meet, in words; empty: all of it is met.
std::vector<std::string> unmet(const Expect&, const sim::RunResult&);
std::vector<std::string> unmet(const ExpectCheck&, const sim::CheckResult&);

std::string schema();     // JSON Schema, draft 2020-12
std::string reference();  // the reference page, Markdown

// A saved schedule: which scenario, and the answers that make this run of it.
struct SavedSchedule {
  std::string scenario;  // path, relative to the schedule's own folder
  sim::Schedule schedule;
};

struct ParsedSchedule {
  std::optional<SavedSchedule> saved;
  std::vector<Problem> problems;
};

ParsedSchedule parse_schedule(std::string_view text);
std::string write_schedule(const SavedSchedule&);

// The schedule's names against the scenario's questions: problems point into the schedule's text.
std::vector<sim::Deviation> resolve(const SavedSchedule&, std::string_view text, const std::vector<sim::Question>&,
                                    std::vector<Problem>&);

}  // namespace converge::scenarios
