// What all kinds of result have in common, for reports: the head, properties, faults and stories of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/evidence.hpp"

namespace converge::reports {

// Views: they live as long as the result.
struct ResultHead {
  std::string_view command;
  std::string_view file;
  std::string_view title;
  std::string_view scenario;  // its text
  std::uint64_t fingerprint = 0;
  sim::Outcome outcome = sim::Outcome::inconclusive;
  std::string_view strength;
  std::string_view sentence;
  const std::vector<std::string>* vacuous_for = nullptr;
  sim::Duration sla;
  sim::Duration horizon;
};

ResultHead head_of(const sim::Result&);

// "Add a column in three phases", or the file where there is no title.
std::string_view title_of(const sim::Result&);

std::string_view outcome_word(sim::Outcome);  // "converged"

// A property as a result has it: in its one run, or in the schedule with its least margin.
struct JudgedProperty {
  const sim::PropertyResult* result = nullptr;
  const sim::PropertyCount* count = nullptr;  // over many schedules
  bool violated = false;
};

std::vector<JudgedProperty> properties_of(const sim::Result&);

const std::vector<sim::FaultCount>* faults_of(const sim::Result&);  // null where none are counted

// A run that shows something, as a result tells it.
struct ToldRun {
  std::string name;  // of what it violates, or what it is
  bool violates = true;
  const std::vector<sim::DeviationText>* deviations = nullptr;
  std::optional<std::uint64_t> workload;
  std::string sentence;
  std::string detail;
  std::string how_small;  // "minimal: each of these is needed"
  std::string replay;
};

// The counterexamples in their order, then the worst case.
std::vector<ToldRun> told_runs(const sim::Result&);

// Greatest time to convergence that the result knows of: of its one run, of all that it explored, or by its judge.
struct WorstCase {
  bool known = false;
  bool never = false;
  sim::Duration convergence;
};
WorstCase worst_case(const sim::Result&);

// The seed of a result whose schedules are drawn.
std::optional<std::uint64_t> seed_of(const sim::Result&);

}  // namespace converge::reports
