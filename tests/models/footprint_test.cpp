// Footprints: what is called independent must be. Events of one instant are swapped, and nothing may differ but the
// numbers of what they asked for, and what the monitor saw in between.
#include "models/footprint.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/two_tables.hpp"

namespace converge::models {
namespace {

using Print = std::function<sim::Footprint(const Event&)>;
using Entry = sim::Pending<Event>;

sim::Instant whole_minute(sim::Instant t) {
  const std::int64_t minute = sim::minutes(1).us;
  return {(t.us + minute - 1) / minute * minute};
}

// Everything pending falls on a whole minute, so that much of it falls on one instant; and so does the one instant that
// the state knows of it.
void flatten(PipelineWorld& world) {
  const std::vector<Entry> entries = world.agenda.pending.sorted();
  world.agenda.pending.clear();
  for (const Entry& e : entries) world.agenda.pending.push(whole_minute(e.at), e.order, e.payload);
  world.state.cdc.back = whole_minute(world.state.cdc.back);
}

struct Outcome {
  PipelineState state;
  std::vector<std::uint32_t> asked;
  std::vector<std::pair<sim::Instant, std::uint64_t>> pending;  // what, by its hash, and when

  bool operator==(const Outcome&) const = default;
};

Outcome outcome(const PipelineWorld& world) {
  Outcome o{.state = world.state, .asked = world.agenda.asked, .pending = {}};
  o.state.monitor = {};
  world.agenda.pending.for_each_in_order(
      [&](const Entry& e) { o.pending.emplace_back(e.at, sim::fingerprint(e.payload)); });
  std::sort(o.pending.begin(), o.pending.end());
  return o;
}

Outcome handled(const Pipeline& model, PipelineWorld world, const Event& first, const Event& second,
                sim::Chooser& chooser) {
  sim::Trace trace;
  sim::Context<Event> out{world.agenda, chooser, trace};
  model.handle(world.state, first, out);
  model.handle(world.state, second, out);
  return outcome(world);
}

struct Swaps {
  std::uint64_t independent = 0;           // pairs that were swapped
  std::set<std::pair<What, What>> kinds;   // of them
  std::set<std::pair<What, What>> differ;  // for which the order made a difference
  void operator+=(const Swaps& more) {
    independent += more.independent;
    kinds.insert(more.kinds.begin(), more.kinds.end());
    differ.insert(more.differ.begin(), more.differ.end());
  }
};

// One run, and on the way each pair of events of one instant that the print calls independent, but no kind of pair more
// often than `each_most`.
Swaps swap_all(const Pipeline& model, sim::Chooser& chooser, const Print& print, std::uint64_t events_most,
               std::uint64_t each_most) {
  Swaps swaps;
  std::map<std::pair<What, What>, std::uint64_t> tried;
  sim::Trace trace;
  PipelineWorld world = sim::initial(model, chooser, trace);
  const sim::Instant horizon = sim::Instant{} + model.config().horizon;
  for (std::uint64_t n = 0; n < events_most; ++n) {
    flatten(world);
    if (world.agenda.pending.empty() || world.agenda.pending.front().at > horizon) break;
    PipelineWorld before = world;
    std::vector<Entry> tied{before.agenda.pending.pop()};
    while (!before.agenda.pending.empty() && before.agenda.pending.front().at == tied[0].at)
      tied.push_back(before.agenda.pending.pop());
    before.agenda.now = tied[0].at;
    for (std::size_t i = 0; i < tied.size(); ++i) {
      for (std::size_t k = i + 1; k < tied.size(); ++k) {
        const Event& a = tied[i].payload;
        const Event& b = tied[k].payload;
        if (order_question(a) == order_question(b) || dependent(print(a), print(b))) continue;
        const std::pair kind{a.what, b.what};
        if (tried[kind]++ >= each_most) continue;
        ++swaps.independent;
        swaps.kinds.insert(kind);
        if (!(handled(model, before, a, b, chooser) == handled(model, before, b, a, chooser)))
          swaps.differ.insert(kind);
      }
    }
    sim::step(model, world, chooser, trace);
  }
  return swaps;
}

std::string words(const Swaps& s) {
  std::string all;
  for (const auto& [a, b] : s.differ) all += fmt::format(" {}/{}", static_cast<int>(a), static_cast<int>(b));
  return all;
}

PipelineConfig busy(int variant) {
  PipelineConfig c = support::small_pipeline();
  c.source.tracked_changes_per_hour = 60;
  c.cdc.crash_ppm = 3'000;
  c.flink.failure_ppm = 20'000;
  c.merge.failure_ppm = 50'000;
  c.merge.every = sim::minutes(5);
  c.backfill.failure_ppm = 200'000;
  c.maintenance.every = sim::hours(1);
  c.maintenance.compaction = true;
  c.readers.every = sim::minutes(5);
  c.changes.push_back(support::added_column("discount", sim::hours(2)));
  c.changes.push_back(support::widened_column("amount", sim::hours(3)));
  constexpr std::array kinds{BackfillConfig::Kind::bootstrap, BackfillConfig::Kind::remerge,
                             BackfillConfig::Kind::reparse, BackfillConfig::Kind::rewind};
  c.backfill.kind = kinds.at(static_cast<std::size_t>(variant) % kinds.size());
  c.changes[0].announced = c.changes[1].announced = variant % 8 >= 4;
  return c;
}

Swaps over_busy_pipelines(const Print& print) {
  Swaps swaps;
  for (int variant = 0; variant < 8; ++variant) {
    const Pipeline model{busy(variant)};
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      sim::SampledChooser chooser{model.questions(), seed};
      swaps += swap_all(model, chooser, print, 3'000, 25);
    }
  }
  return swaps;
}

TEST(Footprint, WhatItCallsIndependentMayBeSwappedInASampledRun) {
  const Swaps swaps = over_busy_pipelines(footprint);
  EXPECT_EQ(words(swaps), "");
  EXPECT_GT(swaps.independent, 1'000U);
  EXPECT_GT(swaps.kinds.size(), 30U);
}

RC_GTEST_PROP(Footprint, WhatItCallsIndependentMayBeSwappedInAnyScenario, (const support::Case& drawn)) {
  const Pipeline model{drawn.config()};
  sim::SampledChooser sampled{model.questions(), drawn.seed};
  sim::ReplayedChooser chooser{sampled, drawn.schedule(model)};
  const Swaps swaps = swap_all(model, chooser, footprint, 1'500, 3);
  RC_ASSERT(words(swaps) == "");
}

RC_GTEST_PROP(Footprint, WhatItCallsIndependentMayBeSwappedOverTwoTables, (const support::Case& drawn)) {
  const Pipeline model{support::over_two_tables(drawn.config())};
  sim::SampledChooser sampled{model.questions(), drawn.seed};
  sim::ReplayedChooser chooser{sampled, drawn.schedule(model)};
  const Swaps swaps = swap_all(model, chooser, footprint, 1'500, 3);
  RC_ASSERT(words(swaps) == "");
}

// The first test of this file finds out a page that says too little.
TEST(Footprint, OneThatIsTooNarrowIsFoundOut) {
  const auto without = [](What what, sim::Footprint less) {
    return [what, less](const Event& e) {
      sim::Footprint f = footprint(e);
      if (e.what == what) f.reads &= ~less.reads, f.writes &= ~less.writes;
      return f;
    };
  };
  for (const What what : {What::merge_commit, What::source_change, What::flink_commit, What::cdc_pump}) {
    EXPECT_NE(words(over_busy_pipelines(without(what, {.reads = ~0U, .writes = ~0U}))), "") << static_cast<int>(what);
  }
}

TEST(Footprint, EventsOfOneActorShareTheirQuestionAndNobodyElses) {
  const std::vector<sim::Question> questions = models::questions({});
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(What::readers_poll); ++i) {
    const sim::Question& q = questions[order_question({.what = static_cast<What>(i)})];
    EXPECT_EQ(q.kind, "order");
    EXPECT_FALSE(q.fault);
    ASSERT_EQ(q.options.size(), 2U);
    EXPECT_NE(footprint({.what = static_cast<What>(i)}).writes, 0U);
  }
}

}  // namespace
}  // namespace converge::models
