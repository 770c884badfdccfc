// A schedule: the few answers that differ from what a run would otherwise do, by name, and so one execution of a model.
//
// Names are what people write and files keep; numbers are what choosers look up. resolve() goes one way and lists all
// that does not fit, name() goes back. The file format is not known here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/chooser.hpp"

namespace converge::sim {

struct Record;

// "The second restore of flink/orders took 41 minutes": {"flink/orders", "restore", 2, "PT41M"}.
struct NamedDeviation {
  std::string actor;
  std::string choice;
  std::uint32_t occurrence = 1;  // from 1
  std::string answer;            // a duration ("41m", "PT41M"), the name of an option, or 64 bits as a whole number

  bool operator==(const NamedDeviation&) const = default;
};

struct Schedule {
  std::optional<std::uint64_t> seed;      // answers all else; without it, all else is nominal
  bool swarm = false;                     // with a seed: as SampledChooser has it
  std::optional<std::uint64_t> workload;  // without a seed: what random bits are drawn with
  std::vector<NamedDeviation> deviations;

  bool operator==(const Schedule&) const = default;
};

// Why a deviation means nothing to this model. The candidates are what could have stood there, in the model's order.
struct Unresolved {
  enum class Part : std::uint8_t { actor, choice, occurrence, answer, whole };

  std::size_t deviation = 0;  // its place in the schedule, from 0
  Part part = Part::whole;
  std::string found;  // as it was written; of the whole deviation: a phrase
  std::string expected;
  std::vector<std::string> candidates;

  bool operator==(const Unresolved&) const = default;
};

struct Resolved {
  std::vector<Deviation> deviations;  // those without a problem, in the order of the schedule
  std::vector<Unresolved> problems;
};

// The questions are those of one model; no two of them share a name.
Resolved resolve(const Schedule&, const std::vector<Question>&);

// The inverse, for an answer that the question allows and a duration of at most 100 years. The text of a duration is
// exact (ISO 8601), not the rounded one that reports print.
NamedDeviation name(const Deviation&, const std::vector<Question>&);

// Who answers what the schedule does not list.
std::unique_ptr<Chooser> elsewhere(const Schedule&, const std::vector<Question>&);

// Every recorded answer that is not the nominal one, in the order in which they were given. Random bits are among them,
// so that these alone, over a nominal run, give the recorded run again.
std::vector<Deviation> deviations_from_nominal(const Record&, const std::vector<Question>&);

}  // namespace converge::sim
