// The answer, as plain data: what a run did and whether the claims held. Reports read this and never a model.
//
// Floating point is for probabilities, which describe campaigns that are over and decide nothing in a run.
//
// Times count from the start of the run. A margin says how far a property stayed from being violated, in the property's
// unit: at least 0 when it holds, below 0 when it does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/time.hpp"

namespace converge::sim {

enum class Outcome : std::uint8_t { converged, violated, inconclusive, vacuous };

struct PropertyResult {
  // Reachability: something must happen at least once. A run in which it does not breaks nothing, and says nothing.
  enum class Kind : std::uint8_t { safety, liveness, availability, reachability };
  enum class Unit : std::uint8_t { duration, rows, changes, reads, jobs, layers, version, count };

  std::string name;   // "no-row-lost": stable, in kebab case
  std::string claim;  // "No change is lost between the source and the tables."
  Kind kind = Kind::safety;
  bool holds = false;
  std::int64_t margin = 0;  // microseconds where the unit is a duration
  Unit unit = Unit::changes;
  std::string detail;  // what was measured: "3 changes lost; worst at d1 14:05:00"
};

// That something never happened that should sometimes happen is no violation: it leaves the verdict vacuous.
inline bool is_violated(const PropertyResult& p) { return !p.holds && p.kind != PropertyResult::Kind::reachability; }

struct FaultCount {
  std::string kind;       // "spark/merge failure: fails before its commit"
  bool declared = false;  // the scenario gives it a probability, or forces it
  std::uint64_t fired = 0;
};

// A step of the rollout, from when it could begin to when it was over.
struct Phase {
  enum class Status : std::uint8_t { not_reached, waiting, running, done, failed };

  std::string name;        // "deploy_flink"; with several changes "discount: deploy_flink"
  std::uint8_t stage = 0;  // 0: control plane; 1: schema, 2: code, 3: data convergence
  Status status = Status::not_reached;
  std::optional<Instant> ready;  // its predecessors were over; the wait until `started` is for a slot
  std::optional<Instant> started;
  std::optional<Instant> finished;
  bool disagreed = false;  // layers really disagreed at some moment while it ran
};

struct Sample {
  Instant at;
  std::int64_t value = 0;
};

// One choice whose answer was not the nominal one.
struct DeviationText {
  std::string actor;
  std::string choice;
  std::uint32_t occurrence = 0;  // from 1: "run 7"
  std::string nominal;
  std::string answer;
  std::string text;  // "flink: restore 1 took 30 h (usual 4 min)"
  bool fault = false;
  Instant at;
};

struct StoryLine {
  Instant at;
  std::string actor;
  std::string text;
};

struct RunResult {
  std::string command;  // "run" or "replay"
  std::string file;
  std::string title;
  std::uint64_t fingerprint = 0;  // of the scenario
  Outcome outcome = Outcome::inconclusive;
  std::string strength;                  // over what the verdict holds, in one sentence
  std::string sentence;                  // the verdict in one sentence
  std::vector<std::string> vacuous_for;  // why it says nothing
  Duration sla;
  Duration horizon;
  std::optional<Instant> changed;       // the first DDL or announcement: where the window begins
  std::optional<Duration> convergence;  // from there until all layers agree for good; of the slowest change
  std::optional<Duration> margin;       // sla - convergence, of the change with the least
  std::uint64_t events = 0;
  std::uint64_t trace_hash = 0;
  std::vector<PropertyResult> properties;
  std::vector<FaultCount> faults;
  std::vector<Phase> phases;
  std::vector<Sample> schema;  // layers; each value holds until the next sample
  std::vector<Sample> code;    // jobs
  std::vector<Sample> data;    // rows
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> workload;  // without a seed: what the random changes were drawn with, if not the usual
  std::vector<DeviationText> deviations;

  // What readers saw, and what the rollout cost.
  std::uint64_t reads = 0;
  std::uint64_t reads_failed = 0;
  std::int64_t nulls_worst = 0;  // most rows with a null that the source does not have, at one read
  std::int64_t stale_worst = 0;  // most rows beyond the freshness objective, at one read
  Duration stalest;              // oldest missing change
  std::int64_t diverged_at_end = 0;
  std::int64_t nulls_at_end = 0;
  std::int64_t wrong_at_end = 0;  // rows with a value that the source does not have there: older, or cut
  std::uint64_t merges_committed = 0;
  std::uint64_t merges_stalled = 0;  // runs that could not be analysed, or met a value too wide
  std::uint64_t merges_lost = 0;     // conflicts and crashes
  Duration flink_down;
  std::uint64_t changes = 0;       // tracked ones
  std::uint64_t changes_lost = 0;  // that never reached the CDC table, or that merges skipped for good
  std::vector<StoryLine> story;    // only if asked for

  // `worst`: the search that found this schedule.
  struct Search {
    std::string property;  // whose margin was to be least
    std::uint64_t seed = 0;
    std::uint64_t tries = 0;
    std::uint64_t faults_most = 0;                 // in one schedule
    std::uint64_t found_by_try = 0;                // from 1
    std::string found_by;                          // strategy
    std::optional<std::uint64_t> violated_by_try;  // the first schedule that violated it
    std::uint64_t states = 0;                      // different ones, in the abstract, that were reached
    std::uint64_t shrinking = 0;                   // runs that were spent on making the schedule small
    std::string file;                              // where it was saved; empty: nowhere
    std::string replay;                            // the command that plays it
  };
  std::optional<Search> search;
};

// ---- many schedules

// A probability as sampled schedules show it.
struct Probability {
  double estimate = 0;
  double low = 0;  // the truth lies between these two in `confidence` of all campaigns
  double high = 1;
  double confidence = 0.95;
};

// A property over all schedules: `worst` is its result in the schedule with the least margin.
struct PropertyCount {
  PropertyResult worst;
  std::uint64_t violated = 0;  // schedules
  std::uint64_t schedule = 0;  // number of the one with the least margin, from 0
  std::uint64_t seed = 0;      // that gives it: `converge run --seed`
  Probability probability;     // of being violated
};

// One kind of choice: who answered it, and how often.
struct ChoiceCount {
  enum class Answered : std::uint8_t { drawn, fixed };  // from its law; by the scenario, or it has but one answer
  std::string actor;
  std::string choice;
  Answered answered = Answered::drawn;
  std::uint64_t asked = 0;
};

struct PhaseCount {
  std::string name;
  std::uint64_t finished = 0;   // schedules in which it was over by the horizon
  std::uint64_t disagreed = 0;  // schedules in which layers really disagreed while it ran
};

// The least story of a violation: a schedule over the nominal run.
struct Counterexample {
  std::string property;
  std::vector<DeviationText> deviations;  // in the order in which they are met; random bits not among them
  std::optional<std::uint64_t> workload;  // the seed of the random changes, where those of the nominal run show nothing
  std::string sentence;                   // what the run comes to
  std::string detail;                     // what the property says of it
  bool minimal = false;                   // each one was taken away, and the property held
  bool fewest = false;                    // no schedule within the bounds that were explored does with fewer
  std::uint64_t tries = 0;                // runs that shrinking took
  std::size_t from = 0;                   // answers that differed from nominal in the schedule as it was found
  std::uint64_t schedule = 0;             // number of that schedule, from 0
  std::uint64_t seed = 0;                 // that gave it
  std::string file;                       // where it was saved; empty: nowhere
  std::string replay;                     // the command that plays it
};

struct CheckResult {
  std::string command;  // "check"
  std::string file;
  std::string title;
  std::uint64_t fingerprint = 0;
  Outcome outcome = Outcome::inconclusive;
  std::string strength;
  std::string sentence;
  std::vector<std::string> vacuous_for;
  Duration sla;
  Duration horizon;

  std::uint64_t seed = 0;       // of the campaign
  bool swarm = false;           // whole kinds of fault were switched off per schedule
  std::uint64_t schedules = 0;  // that ran
  std::uint64_t wanted = 0;     // that were asked for; 0: as many as the time allowed
  enum class Ended : std::uint8_t { all_ran, time_limit, interrupted, sure } ended = Ended::all_ran;
  std::uint64_t violated_schedules = 0;  // in which any property was violated
  Probability violation;                 // of that
  std::uint64_t missed_schedules = 0;    // that did not converge within the window
  Probability miss;
  // --until-sure: whether missing the window was shown to be rarer than `sure_of`, or more likely.
  enum class Sure : std::uint8_t { not_asked, not_yet, below, above } sure = Sure::not_asked;
  double sure_of = 0;
  // Of the time to convergence; none where so many schedules never converged. Rounded up to whole seconds, but the
  // most.
  std::optional<Duration> p50, p90, p99, p999, most;
  std::uint64_t never_converged = 0;  // schedules, by the horizon
  std::vector<PropertyCount> properties;
  std::vector<FaultCount> faults;
  std::vector<ChoiceCount> choices;
  std::vector<PhaseCount> phases;
  std::vector<Counterexample> counterexamples;
  std::optional<double> schedules_per_s;  // only when asked for: nothing else here hangs on the clock

  // --rare: an estimate by splitting, where plain sampling sees nothing.
  struct Rare {
    double estimate = 0;
    double low = 0;
    double high = 1;
    double confidence = 0.95;  // of the interval, which is approximate
    std::uint64_t runs = 0;
    std::uint64_t replicates = 0;
    std::uint64_t extinct = 0;  // replicates that came to no miss
  };
  std::optional<Rare> rare;

  // --expect: what of the scenario's `expect` was not met.
  bool expected = false;
  std::vector<std::string> unmet;
};

// ---- every schedule within bounds

struct ExploreResult {
  std::string command;  // "explore"
  std::string file;
  std::string title;
  std::uint64_t fingerprint = 0;
  Outcome outcome = Outcome::inconclusive;
  std::string strength;
  std::string sentence;
  std::vector<std::string> vacuous_for;
  Duration sla;
  Duration horizon;

  // The bounds: as numbers, and in words.
  struct Bounds {
    std::optional<Duration> resolution;       // durations at each whole step of it; none: least, usual, most
    Duration negligible;                      // durations whose window is no wider keep their usual value
    std::uint64_t faults = 0;                 // in one schedule, at most
    std::optional<std::uint64_t> deviations;  // from the usual answers in one schedule, at most
    bool reduction = true;                    // only events that touch the same are tried in both orders
    std::vector<std::string> words;
  };
  Bounds bounds;

  bool complete = false;            // every schedule within the bounds was covered
  std::optional<double> schedules;  // how many those are: exact up to 2^53; infinite when only the logarithm is left
  double schedules_log10 = 0;
  std::uint64_t states = 0;         // different worlds with a choice to come
  std::uint64_t transitions = 0;    // answers to those choices
  std::uint64_t frontier = 0;       // states that are yet to be expanded
  Duration reached;                 // up to here all was explored
  std::optional<double> collision;  // states were told apart by 64-bit hashes: at most the probability that two met
  std::optional<double> states_per_s;
  std::string checkpoint;  // where it can go on from; empty: nowhere

  // Over all schedules, exactly: the greatest time to convergence, none if some never converges or not all is explored.
  std::optional<Duration> worst_convergence;
  bool never_converges = false;               // some schedule never does
  std::vector<DeviationText> worst_schedule;  // one that takes that long
  std::string worst_file;                     // where it was saved; empty: nowhere
  std::string worst_replay;                   // the command that plays it
  std::vector<PropertyResult> properties;     // each in the schedule with its least margin
  std::vector<FaultCount> faults;             // fired: the transitions in which it struck
  std::vector<Counterexample> counterexamples;

  // --probability: of missing the window, over the cut laws.
  struct Odds {
    double best = 0;   // whatever nobody draws is answered for the best,
    double worst = 0;  // and for the worst
    struct Quantile {
      double share = 0;                     // of schedules that converge no later, under the worst adversary
      std::optional<Duration> convergence;  // none: never
    };
    std::vector<Quantile> quantiles;
    std::vector<std::string> adversarial;  // what nobody draws: "flink (order)"
    std::vector<std::string> drawn;
  };
  std::optional<Odds> odds;
};

// ---- one violation, looked at closely

// The last moment from which some answers still led to convergence.
struct PointOfNoReturn {
  std::string property;
  Instant at;                          // the event after which nothing helps
  bool from_the_start = false;         // no continuation that was tried ever kept the property
  std::vector<DeviationText> answers;  // given at that event, where they are not the usual ones
  std::vector<StoryLine> story;        // what happened then
  Probability before;                  // of the violation, from just before it, all that follows drawn from its law
  Probability after;
  std::uint64_t continuations = 0;  // tried from each moment
};

}  // namespace converge::sim
