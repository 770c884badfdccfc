// Exact odds beside a campaign that draws from the same cut laws: what the two must have in common, for any model.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/campaign.hpp"
#include "sim/cut.hpp"
#include "sim/interval.hpp"
#include "sim/law.hpp"
#include "sim/model_space.hpp"
#include "sim/odds.hpp"

namespace converge::support {

// What is asked of a model: how probable is it that a figure reaches the threshold by the horizon?
struct OddsCase {
  sim::CutOptions cut;
  std::vector<sim::Deviation> fixed;
  sim::Duration horizon;
  std::size_t label = 0;
  std::int64_t threshold = 0;
};

struct Explored {
  sim::Exploration exploration;
  std::vector<sim::Cut> cuts;
  std::vector<sim::CutLaw> laws;
  std::optional<sim::Odds> odds;
};

template <sim::Model M, class View>
Explored explored(const M& model, const View& view, const OddsCase& c) {
  Explored e;
  sim::CutResult cuts = sim::cut(model.questions(), c.cut);
  EXPECT_EQ(cuts.problems, std::vector<std::string>{});
  e.cuts = std::move(cuts.cuts);
  e.laws = sim::cut_laws(model.questions(), e.cuts, c.cut);
  const sim::ModelSpace<M, View> space{model, view, e.cuts, c.fixed, sim::budget_of(c.cut), sim::Instant{} + c.horizon};
  e.exploration = sim::explore(space, {.keep_branches = true});
  EXPECT_TRUE(e.exploration.complete);
  e.odds = sim::odds(e.exploration.graph, e.laws, c.label, c.threshold);
  EXPECT_TRUE(e.odds);
  return e;
}

// In how many of so many schedules the figure reaches the threshold.
template <sim::Model M, class View>
std::uint64_t hits(const M& model, const View& view, const OddsCase& c, const std::vector<sim::Cut>& cuts,
                   std::uint64_t seed, std::uint64_t schedules) {
  std::uint64_t n = 0;
  for (std::uint64_t i = 0; i < schedules; ++i) {
    sim::CutChooser drawn{model.questions(), cuts, sim::schedule_seed(seed, i),
                          c.cut.faults.value_or(sim::Budget::no_end)};
    sim::ReplayedChooser chooser{drawn, c.fixed};
    sim::Trace trace;
    sim::WorldOf<M> world = sim::initial(model, chooser, trace);
    sim::run_until(model, world, sim::Instant{} + c.horizon, chooser, trace);
    std::vector<std::int64_t> gathered(view.gathers().size());
    view.take_at_end(world, gathered);
    if (gathered[c.label] >= c.threshold) ++n;
  }
  return n;
}

// The campaign is one of the adversaries' strategies, so the probability that it estimates lies between the best and
// the worst; with no adversary these are one figure, and the interval contains it. Seeds are fixed: it passes always or
// never.
template <sim::Model M, class View>
Explored expect_campaign_agrees(const M& model, const View& view, const OddsCase& c, std::uint64_t seed = 1,
                                std::uint64_t schedules = 10'000) {
  Explored e = explored(model, view, c);
  if (!e.odds) return e;
  const std::uint64_t hit = hits(model, view, c, e.cuts, seed, schedules);
  const sim::Interval sampled = sim::clopper_pearson(hit, schedules, 0.999);
  EXPECT_LE(sampled.low, e.odds->worst) << hit << " of " << schedules;
  EXPECT_GE(sampled.high, e.odds->best) << hit << " of " << schedules;
  EXPECT_LE(e.odds->best, e.odds->worst);
  return e;
}

}  // namespace converge::support
