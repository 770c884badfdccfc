// Judging one order of a plan: what happens in it, how grave that is, and how sure the answer is.
//
// Three demands, from the weakest. Convergence: no row ends null, stale or lost, and all layers agree at the end.
// Availability: and no job stalls or stands still until a later step. Window: and every property of the scenario holds.
// An order's grade is the gravest demand that one of its schedules fails. A run that ends while its plan is still going
// on has not failed to converge: it is late. Nor has one whose plan was over less than two merges before the end, for
// the one that brings the last rows may not have run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "models/run.hpp"
#include "sim/schedule.hpp"
#include "sim/shrink.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

sim::OrderFacts order_facts(const Pipeline&, const Run&);  // of a recorded run
sim::Grade grade(const sim::OrderFacts&);

// "merges stall; Flink stands still; ends in nulls": what tells groups of orders apart.
std::string words(const sim::OrderFacts&);

struct Judged {
  sim::OrderVerdict verdict;  // but for the order
  std::string way;            // how it was judged, in few words: orders are counted by it
  sim::Found shows;           // a schedule that comes to its grade, not shrunk; the usual one for good orders
};

// Judges a pipeline whose steps are in one order. Called from several threads at once; a pure function of its argument.
using OrderJudge = std::function<Judged(const PipelineConfig&)>;

struct OrderJudging {
  std::uint64_t seed = 0;
  std::uint64_t schedules = 50;       // beside the usual one: the same seeds for every order
  std::vector<sim::Deviation> given;  // by the scenario
};

// By the usual run, and, unless nothing in it can vary or it fails the weakest demand already, by a small campaign.
OrderJudge judge_by_runs(OrderJudging);

// The same, and then every schedule with so many unusual answers at most (durations at their least, usual or most, each
// declared fault once): a good order is proved good as far as that goes, and a bad one is graded by its gravest
// schedule of those that fail with the fewest unusual answers. Where that takes more states, the runs have the word.
struct OrderExploring {
  std::uint16_t deviations = 1;
  std::uint64_t states_most = 50'000;
};
OrderJudge judge_by_exploring(OrderJudging, OrderExploring);

// In this run every choice that was faced has one answer, so it is the only one.
bool only_schedule(const Pipeline&, const Run&);

struct OrderStory {
  sim::OrderCounterexample counterexample;  // but for the order, and its schedule's file
  sim::Schedule schedule;
};

// The least story of how this pipeline comes to that grade, from a schedule that does.
OrderStory order_counterexample(const PipelineConfig&, const std::vector<sim::Deviation>& given, const sim::Found&,
                                sim::Grade);

}  // namespace converge::models
