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
#include <utility>
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

// A probability as sampled schedules show it.
struct Probability {
  double estimate = 0;
  double low = 0;  // the truth lies between these two in `confidence` of all campaigns
  double high = 1;
  double confidence = 0.95;
};

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

struct RunResult {
  std::string command;  // "run" or "replay"
  std::string file;
  std::string title;
  std::string scenario;           // its text, so that whoever has the result can run it again
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
  std::string schedule_file;  // its schedule, exactly: what a schedule file would hold

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
  std::uint64_t changes = 0;            // tracked ones
  std::uint64_t changes_lost = 0;       // that never reached the CDC table, or that merges skipped for good
  std::vector<StoryLine> story;         // only if asked for
  std::vector<PointOfNoReturn> points;  // only if asked for: where its violations were decided

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
  std::string schedule_file;              // its schedule, exactly: what a schedule file would hold
  std::string sentence;                   // what the run comes to
  std::string detail;                     // what the property says of it
  std::uint64_t trace_hash = 0;           // of that run
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
  std::string scenario;  // its text
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
  // The whole distribution, as far as it is kept: so many schedules took at most that long, and longer than the row
  // before.
  struct Bucket {
    Duration upto;
    std::uint64_t schedules = 0;
  };
  std::vector<Bucket> convergence;
  // Divergence over all schedules at moments of a grid from the first change on; each number rounded up to a bucket's
  // end.
  struct Band {
    Instant at;
    std::int64_t p50 = 0;
    std::int64_t p90 = 0;
    std::int64_t p99 = 0;
    std::int64_t most = 0;
  };
  std::vector<Band> schema_band;  // layers
  std::vector<Band> code_band;    // jobs
  std::vector<Band> data_band;    // rows
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
  std::string scenario;  // its text
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
  std::string worst_schedule_file;            // its schedule, exactly: what a schedule file would hold
  std::uint64_t worst_trace_hash = 0;
  std::string worst_file;                  // where it was saved; empty: nowhere
  std::string worst_replay;                // the command that plays it
  std::vector<PropertyResult> properties;  // each in the schedule with its least margin
  std::vector<FaultCount> faults;          // fired: the transitions in which it struck
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

// ---- the analytic bound, and what to change

// One activity of the rollout. The waits are those for a slot.
struct BoundStep {
  std::string name;
  Window takes;
  Duration waits_usual;
  Duration waits_most;
  Instant ends_usual;
  Instant ends_most;
  bool critical = false;          // it decides when the layers agree at the latest
  std::optional<Duration> slack;  // how much longer it may take before they agree later; none: any
};

// From a change (or its announcement) until all layers agree for good; of the slowest change.
struct Bound {
  Duration earliest;  // no schedule is sooner
  Duration usual;     // an estimate
  Duration latest;    // no schedule with so many faults is later
  std::vector<BoundStep> steps;
};

// A figure of the scenario that can be turned.
struct Turn {
  std::string lever;            // as the scenario file has it: "merge.cadence"
  bool cadence = false;         // else the longest that something may take
  std::optional<Duration> now;  // none: at any time, as a cadence without slots
  std::optional<Duration> to;   // none: at any time
};

// What a turn does to the bound; negative: sooner.
struct Sensitivity {
  Turn turn;
  std::optional<Duration> usual;
  std::optional<Duration> latest;  // none: there is no bound then
};

struct Advice {
  enum class Kind : std::uint8_t {
    holds_up_to,   // the window holds with every value on the grid up to `to`, and not with the next
    any_value,     // it holds with every value on the grid
    fits_at,       // the loosest value on the grid with which it fits
    nothing_helps  // it fits with no value on the grid
  };
  Kind kind = Kind::holds_up_to;
  std::vector<Turn> turns;         // together
  std::optional<Duration> latest;  // the judge's word on it
  std::string confirmed_by;        // which judge; empty where there was nothing to confirm
  bool again = false;              // a looser value further off fits again: the effect is not monotonic
};

struct AdviseResult {
  std::string command;  // "advise"
  std::string file;
  std::string title;
  std::string scenario;  // its text
  std::uint64_t fingerprint = 0;
  Outcome outcome = Outcome::inconclusive;
  std::string strength;
  std::string sentence;
  std::vector<std::string> vacuous_for;
  Duration sla;
  Duration horizon;

  std::uint64_t faults = 0;  // at most, in one schedule
  std::optional<Bound> bound;
  std::string why_not;                    // without a bound
  std::string judged_by;                  // who says whether it fits
  std::optional<Duration> worst;          // and the latest agreement that the judge knows
  std::vector<Sensitivity> sensitivity;   // the strongest first
  std::vector<Advice> one_at_a_time;      // where it fits: cadences; else whatever can be turned
  std::vector<Advice> together;           // where it fits: all cadences by one factor; else pairs of the strongest
  std::optional<std::int64_t> factor_pc;  // of the former, in per cent
  bool cut_short = false;                 // the time limit came first
};

// ---- every order of a plan's steps

// The gravest demand that an order fails, from none to the weakest.
enum class Grade : std::uint8_t {
  good,
  window,        // all converges, but later, or on the way with more apart, than the scenario's objectives allow
  availability,  // a job stalls or stands still until a later step
  convergence    // rows end null, stale or lost, or it never converges
};

// What a run of an order came to, as far as orders are told apart by it.
struct OrderFacts {
  bool merges_stall = false;
  bool flink_stands_still = false;  // until a later step: refused, or at a record or checkpoint that it cannot pass
  bool backfill_waits = false;      // for its column
  bool nulls = false;               // at the end
  bool wrong = false;               // other values than the source's, at the end
  bool stale = false;               // changes that are missing at the end for longer than the objective
  bool lost = false;                // changes that are gone for good
  bool apart = false;               // never converges, though the plan is over
  bool unfinished = false;          // the plan is still going on at the end of the run
  bool late = false;                // converges, beyond the window
  std::vector<std::string> broken;  // other properties of the scenario that it violates

  bool operator==(const OrderFacts&) const = default;
};

struct OrderVerdict {
  std::vector<std::size_t> order;  // numbers of steps
  Outcome outcome = Outcome::inconclusive;
  Grade grade = Grade::good;
  OrderFacts facts;                        // of the schedule that comes to this grade; the usual one where it does
  std::optional<Duration> convergence;     // the longest of its schedules; none: one never converged
  std::vector<PropertyResult> properties;  // each with its least margin
  std::string strength;
  std::uint64_t schedules = 0;
  std::uint64_t bad_schedules = 0;  // that fail any demand
  std::vector<std::string> vacuous_for;
  std::optional<std::size_t> counterexample;  // its place among the result's
};

// Why an order is bad: its run in short.
struct OrderCounterexample {
  std::size_t order = 0;  // its place among the orders
  Grade grade = Grade::good;
  std::string happened;                   // in one sentence, from the events of the run
  std::string sentence;                   // what the run comes to
  std::vector<DeviationText> deviations;  // from the usual run of that order; none: the usual one fails
  std::optional<std::uint64_t> workload;
  std::string schedule_file;  // its schedule over that order, exactly: what a schedule file would hold
  std::uint64_t trace_hash = 0;
  bool minimal = true;
};

struct NecessaryEdgeVerdict {
  std::size_t before = 0;
  std::size_t after = 0;
  Grade needed_for = Grade::good;  // the weakest demand that needs it
  std::string because;
  std::size_t counterexample = 0;  // its place among the result's
  std::uint64_t keeps_out = 0;     // bad orders that respect all the other edges
};

// One thing changed in the scenario, and what the orders then come to.
struct OrderingsVariant {
  std::vector<std::string> changes;  // "merge.guard: position_greater instead of none"
  bool guard_removed = false;        // something that the file has was taken away; else something was tried
  std::uint64_t orders = 0;          // judged
  std::uint64_t good = 0;
  std::uint64_t window = 0;
  std::uint64_t availability = 0;
  std::uint64_t convergence = 0;
  bool helps = false;                       // the orders meet a demand that none met without it; or: good ones are lost
  std::vector<std::size_t> example;         // a good order, or one that is not good any more
  std::vector<NecessaryEdgeVerdict> edges;  // of a trigger: necessary beside it. Their counterexamples are not told
};

struct OrderingsResult {
  std::string command;  // "orderings"
  std::string file;
  std::string title;
  std::string scenario;  // its text
  std::uint64_t fingerprint = 0;
  Outcome outcome = Outcome::inconclusive;
  std::string strength;
  std::string sentence;
  std::vector<std::string> vacuous_for;
  Duration sla;
  Duration horizon;

  std::uint64_t seed = 0;
  std::uint64_t schedules = 0;  // of each order at most, beside the usual one
  bool free = false;            // the scenario's edges are dropped
  std::vector<std::string> steps;
  std::vector<std::pair<std::size_t, std::size_t>> given;     // edges of the scenario: direct ones
  std::vector<std::pair<std::size_t, std::size_t>> directly;  // the second comes directly behind the first: --trigger
  std::string orders_in_all;                                  // a whole number, too large perhaps for any type
  std::uint64_t chosen = 0;                                   // to be judged: all of them, or a sample
  double coverage = 1;                                        // judged, of all
  enum class Ended : std::uint8_t { all_ran, time_limit, interrupted } ended = Ended::all_ran;
  std::vector<OrderVerdict> orders;  // judged; in lexicographic order of their steps' numbers

  struct Group {
    Grade grade = Grade::good;
    std::string what;                  // "merges stall; ends in nulls"
    std::vector<std::size_t> orders;   // the one that is closest to the written plan first
    std::optional<Duration> earliest;  // and latest convergence, of those that converge
    std::optional<Duration> latest;
  };
  std::vector<Group> groups;  // good ones first, then by grade and size

  Grade demand = Grade::good;  // the strongest demand that some order meets: the least grade among the orders
  bool any_meets = false;      // some order meets some demand
  std::vector<NecessaryEdgeVerdict> edges;  // under which all orders are at most of that grade
  bool edges_are_all = true;                // the good orders are a partial order
  bool edges_smallest = true;
  std::uint64_t met = 0;                                        // orders that meet the demand
  std::uint64_t kept = 0;                                       // of them, that the edges allow
  std::vector<std::pair<std::size_t, std::size_t>> not_needed;  // edges of the scenario that nothing here needs
  std::vector<OrderCounterexample> counterexamples;
  std::vector<OrderingsVariant> variants;
  bool variants_cut_short = false;  // more could have been tried
};

}  // namespace converge::sim
