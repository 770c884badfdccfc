// One rollout over two tables that share the connector, the topic and both jobs: what couples them, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "models/bound.hpp"
#include "models/metrics.hpp"
#include "models/plan_orders.hpp"
#include "models/words.hpp"
#include "tests/support/two_tables.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::script;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kOrders = 0;
constexpr std::size_t kItems = 1;

StepConfig step(StepKind kind, const std::string& table = {}) { return {.kind = kind, .table = table}; }

// No traffic but the script: a column is added to orders at noon and one to order_items half an hour later, and a row
// of each is updated now and then.
PipelineConfig quiet(std::vector<StepConfig> plan) {
  PipelineConfig c = support::quiet();
  c.changes = {support::added_column("discount", sim::hours(12)),
               support::added_column("unit_discount", sim::hours(12) + sim::minutes(30))};
  c.changes[kOrders].table = "orders";
  c.changes[kItems].table = "order_items";
  c.control.steps = std::move(plan);
  for (int hour = 1; hour < 47; ++hour) {
    script(c, sim::hours(hour) + sim::minutes(1), "an order").table = "orders";
    script(c, sim::hours(hour) + sim::minutes(2), "an item").table = "order_items";
  }
  return c;
}

std::vector<StepConfig> canonical() { return canonical_plan(support::two_tables()); }

Key key_of(const Source& s, std::size_t table) {
  for (Key key = 2; key < s.keys.size(); ++key) {
    if (s.keys[key].table == table) return key;
  }
  return 0;
}

// The position that the base table has of the row of a table.
Lsn merged(const PipelineState& s, std::size_t table) {
  const Key key = key_of(s.source, table);
  return key < s.base.rows.size() ? s.base.rows[key].lsn : 0;
}

Lsn newest(const PipelineState& s, std::size_t table) { return s.source.keys[key_of(s.source, table)].last; }

// In words, with who told them.
std::vector<std::string> story(const Bench& bench) {
  std::vector<std::string> lines;
  for (const sim::StoryLine& line : models::story(bench.model(), bench.record())) {
    lines.push_back(line.actor + ": " + line.text);
  }
  return lines;
}

std::int64_t metric(const Bench& bench, const PipelineState& s, Actor actor, std::string_view name) {
  for (const Metric& m : metrics()) {
    if (m.actor == actor && m.name == name) return m.value(bench.model(), s, at(bench.now()));
  }
  ADD_FAILURE() << name;
  return 0;
}

TEST(TwoTables, TheCanonicalPlanHasEightStepsAndConverges) {
  std::vector<std::string> names;
  for (const StepConfig& s : canonical()) names.push_back(default_name(s));
  EXPECT_THAT(names, ElementsAre("alter_cdc_table(orders)", "alter_cdc_table(order_items)", "alter_base_table(orders)",
                                 "alter_base_table(order_items)", "deploy_spark", "deploy_flink", "backfill(orders)",
                                 "backfill(order_items)"));
  Bench bench{quiet(canonical())};
  bench.run_to_horizon();
  EXPECT_THAT(support::violated(bench.model(), bench), IsEmpty());
  EXPECT_EQ(bench.times(Told::converged), 2U);
  EXPECT_EQ(bench.times(Told::step_failed), 0U);
  EXPECT_EQ(metric(bench, bench.state(), Actor::backfill, "done"), 2);
}

TEST(TwoTables, OneRolloutWaitsForBothChangesAndBringsOneBuild) {
  Bench bench{quiet(canonical())};
  bench.run_until(sim::hours(12) + sim::minutes(10));
  EXPECT_EQ(bench.state().control.rollouts[kOrders].phase, Rollout::Phase::queued);
  EXPECT_EQ(bench.times(Told::step_started), 0U);
  EXPECT_THAT(story(bench), Contains("control: orders.discount waits for the change of the other table"));
  bench.run_until(sim::hours(12) + sim::minutes(40));
  for (const std::size_t table : {kOrders, kItems}) {
    EXPECT_EQ(bench.state().control.rollouts[table].phase, Rollout::Phase::open);
  }
  EXPECT_EQ(metric(bench, bench.state(), Actor::control, "open"), 1) << "one rollout, though of two changes";
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::flink_cut_over), 1U);
  EXPECT_EQ(bench.state().flink.build.columns, bit(0) | bit(1) | bit(2));
  EXPECT_EQ(bench.state().merge[kItems].live, bench.state().merge[kOrders].live);
  EXPECT_EQ(metric(bench, bench.state(), Actor::control, "done"), 1);
}

TEST(TwoTables, AColumnThatOneCdcTableLacksRefusesTheWholeFlinkJob) {
  Bench bench{quiet({step(StepKind::alter_cdc_table, "orders"), step(StepKind::deploy_flink)})};
  bench.run_to_horizon();
  const PipelineState& s = bench.state();
  EXPECT_EQ(s.flink.phase, Flink::Phase::refused);
  EXPECT_THAT(story(bench), Contains("flink: build 2 is refused: the CDC table lacks order_items.unit_discount"));
  for (const std::size_t table : {kOrders, kItems}) {
    EXPECT_LT(merged(s, table), newest(s, table)) << "the table that has its column stands still too";
  }
}

TEST(TwoTables, AColumnThatOneBaseTableLacksStallsTheMergeOfThatTableOnly) {
  Bench bench{quiet({step(StepKind::alter_cdc_table, "orders"), step(StepKind::alter_cdc_table, "order_items"),
                     step(StepKind::alter_base_table, "orders"), step(StepKind::deploy_spark)})};
  bench.run_to_horizon();
  const PipelineState& s = bench.state();
  EXPECT_EQ(s.merge[kOrders].unresolved, 0U);
  EXPECT_GT(s.merge[kItems].unresolved, 0U);
  EXPECT_EQ(merged(s, kOrders), newest(s, kOrders));
  EXPECT_LT(merged(s, kItems), newest(s, kItems));
  EXPECT_EQ(metric(bench, s, Actor::merge, "stalled"), 1);
  EXPECT_THAT(story(bench), Contains(HasSubstr("fails in analysis: cannot resolve order_items.unit_discount")));
  EXPECT_THAT(story(bench), Contains(testing::StartsWith("spark/merge(order_items): run ")));
}

TEST(TwoTables, OneCheckpointCommitsToTheCdcTablesOfBoth) {
  PipelineConfig c = support::quiet();
  c.changes = quiet({}).changes;
  c.control.steps = canonical();
  script(c, sim::hours(1), "an order").table = "orders";
  script(c, sim::hours(1), "an item").table = "order_items";
  Bench bench{c};
  bench.run_until(sim::hours(2));
  const PipelineState& s = bench.state();
  for (const std::size_t table : {kOrders, kItems}) {
    ASSERT_EQ(s.ledger[table].rows.size(), 1U);
    EXPECT_EQ(s.source.keys[s.ledger[table].rows[0].key].table, table);
    ASSERT_EQ(s.ledger[table].table.snapshots.size(), 1U);
  }
  EXPECT_EQ(s.ledger[kOrders].table.snapshots[0].checkpoint, s.ledger[kItems].table.snapshots[0].checkpoint);
  EXPECT_EQ(metric(bench, s, Actor::cdc_table, "rows"), 2) << "of both together";
}

TEST(TwoTables, ABackfillPausesAndWritesItsOwnTableAlone) {
  PipelineConfig c = quiet(canonical());
  c.backfill.duration = sim::exactly(sim::hours(1));
  std::erase_if(c.control.steps,
                [](const StepConfig& s) { return s.kind == StepKind::backfill && s.table == "orders"; });
  Bench bench{c};
  ASSERT_TRUE(bench.run_until(
      [](const PipelineState& s) { return s.backfill[kItems].phase == Backfill::Phase::running; }, sim::hours(30)));
  EXPECT_TRUE(bench.state().merge[kItems].paused);
  EXPECT_FALSE(bench.state().merge[kOrders].paused);
  EXPECT_EQ(bench.state().backfill[kOrders].phase, Backfill::Phase::idle);
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().backfill[kItems].done, 1U);
  EXPECT_TRUE(bench.state().base.rows[kTheRest + kItems].written) << "an override writes what nobody changed too";
  EXPECT_FALSE(bench.state().base.rows[kTheRest + kOrders].written);
}

TEST(TwoTables, ARowHasTheColumnsOfItsOwnTableAlone) {
  PipelineConfig c = support::over_two_tables(support::faulty_rollout());
  c.changes[kItems].kind = ChangeConfig::Kind::change_type;
  c.changes[kItems].from = Type::int32;
  c.changes[kItems].type = Type::int64;
  c.changes[kOrders].has_default = true;
  Bench bench{c};
  bench.run_to_horizon();
  const PipelineState& s = bench.state();
  std::set<std::size_t> seen;
  for (const Change& change : s.source.log) {
    const std::size_t table = s.source.keys[change.key].table;
    seen.insert(table);
    const Columns own = bench.model().source().columns_of(table);
    EXPECT_TRUE(covers(own, change.present) && covers(own, change.wide));
  }
  EXPECT_EQ(seen.size(), 2U);
  for (Key key = 0; key < s.base.rows.size(); ++key) {
    const std::size_t other = s.source.keys[key].table == kOrders ? kItems : kOrders;
    EXPECT_EQ(s.base.rows[key].cells[other + 1], kNull) << "key " << key;
  }
  EXPECT_EQ(iceberg::columns(s.ledger[kOrders].table), bit(0) | bit(1));
  EXPECT_EQ(iceberg::columns(s.base.table[kItems]), bit(0) | bit(2));
  EXPECT_THAT(support::violated(bench.model(), bench), testing::IsSubsetOf({"readable", "fresh"}))
      << "wide values come before the tables are widened";
}

TEST(TwoTables, WhatNobodyChangesIsHalfOfTheRowsOfEach) {
  PipelineConfig c = quiet(canonical());
  c.source.rows = 1'000;
  c.changes[kItems].has_default = true;
  Bench bench{c};
  bench.run_until(sim::hours(13));
  EXPECT_EQ(metric(bench, bench.state(), Actor::base_table, "nulls"), 500 + 2 * bench.model().source().weight())
      << "the items at rest, the item, and the order that was written since its DDL; the orders at rest lack no "
         "default";
}

TEST(TwoTables, AChangeThatIsBlockedHoldsUpTheRolloutOfBoth) {
  PipelineConfig c = quiet(canonical());
  c.changes[kItems].sensitive = true;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.times(Told::refused_change), 1U);
  EXPECT_EQ(bench.times(Told::step_started), 0U);
  EXPECT_THAT(support::violated(bench.model(), bench), Contains("converged"));
}

TEST(TwoTables, AnnouncedChangesHaveADdlOfTheirOwnInThePlan) {
  std::vector<StepConfig> plan = canonical();
  plan.insert(plan.begin(), {step(StepKind::source_ddl, "orders"), step(StepKind::source_ddl, "order_items")});
  PipelineConfig c = quiet(plan);
  for (ChangeConfig& change : c.changes) change.announced = true;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().source.executed, 3);
  EXPECT_THAT(support::violated(bench.model(), bench), IsEmpty());
}

// The same step for another table is another step: their order is a difference.
TEST(TwoTables, StepsOfDifferentTablesAreNotTheSame) {
  PipelineConfig c = quiet(canonical());
  EXPECT_EQ(PlanOrders::of(plan_steps(c), {.free = true})->count(), sim::Orders{40'320});
}

TEST(TwoTables, HaveNoAnalyticBoundAndSayWhy) {
  const BoundAnswer answer = bound(quiet(canonical()), 0);
  EXPECT_FALSE(answer.bound);
  EXPECT_THAT(answer.why_not, HasSubstr("two tables"));
}

TEST(TwoTables, MaintenanceLooksAfterTheTablesOfBoth) {
  PipelineConfig c = quiet(canonical());
  c.maintenance.every = sim::hours(6);
  c.maintenance.compaction = true;
  c.cdc_table.snapshot_expiry = c.base_table.snapshot_expiry = sim::hours(1);
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_GT(bench.times(Told::compacted), 2U);
  for (const std::size_t table : {kOrders, kItems}) {
    EXPECT_LT(bench.state().ledger[table].table.snapshots.size(), bench.state().ledger[table].rows.size());
    EXPECT_THAT(story(bench), Contains("maintenance(" + support::two_tables()[table] + "): base table compacted"));
  }
}

}  // namespace
}  // namespace converge::models
