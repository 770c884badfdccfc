// Every order of a plan's steps, judged; the groups that they fall into, the edges that are necessary, and what other
// guards and backfills would make of it.
//
// The result does not depend on the number of threads: orders are chosen before any is judged, and a judge is a pure
// function. Which orders were judged depends on the clock only when the caller's hook ends the work early, and the
// result says so. Floating point is for the share of the orders that were judged.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "models/order_judge.hpp"
#include "models/plan_orders.hpp"
#include "sim/verdict.hpp"

namespace converge::models {

struct OrderingsOptions {
  OrderRules rules;
  std::uint64_t seed = 0;             // of the sample of orders
  std::uint64_t most = 5'040;         // orders judged; where there are more, so many are drawn, each equally likely
  unsigned jobs = 1;                  // threads
  std::vector<sim::Deviation> given;  // by the scenario: for the stories
  bool variants = true;               // other guards, instants and triggers are tried
  std::uint64_t variants_most = 720;  // orders judged of each variant
  std::uint64_t pairs_most = 60;      // pairs of them, where none alone helps
};

struct OrderingsHooks {
  OrderJudge judge;
  OrderJudge judge_variants;  // quicker perhaps: what it says is compared with what it says of the plan as it is
  // Now and then, from one thread at a time: how many were judged, of how many, and how many of them are bad. False
  // ends the work.
  std::function<bool(std::string_view doing, std::uint64_t done, std::uint64_t of, std::uint64_t bad)> go_on;
  std::function<std::string(const sim::Schedule&)> schedule_file;  // what a file of that schedule would hold; optional
};

// The answer, but for what only the caller knows: file, title, fingerprint, and how it ended. Nothing if no order obeys
// the rules.
std::optional<sim::OrderingsResult> orderings(const PipelineConfig&, const OrderingsOptions&, const OrderingsHooks&);

}  // namespace converge::models
