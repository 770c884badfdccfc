// What is measured: divergence per layer, staleness, reads. The monitor only looks.
#include "models/monitor.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::Bench;
using support::deviation;
using support::scripted_key;

static_assert(sim::ListsEveryField<Divergence>);
static_assert(sim::ListsEveryField<Monitor>);

// The DDL is at 12:00, detected at 12:02; Spark's deploy is over at 16:44, Flink's at about 17:10.
PipelineConfig one_column() {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::added_column("discount", sim::hours(12)));
  return c;
}

// ---- schema and code

TEST(Monitor, BeforeTheDdlNothingDiverges) {
  Bench bench{support::rollout()};
  bench.run_until(sim::hours(12) - sim::microseconds(1));
  EXPECT_EQ(bench.state().monitor.now, Divergence{});
  EXPECT_EQ(bench.state().monitor.opened, 0);
}

TEST(Monitor, SchemaDivergenceCountsTheLayersThatLackTheChange) {
  PipelineConfig c = one_column();
  c.control.steps = canonical_plan();
  c.control.steps[1].delay = sim::hours(1);
  Bench bench{c};
  bench.run_until(sim::hours(12));
  EXPECT_EQ(bench.state().monitor.now.schema, 2);  // the source has it, two tables do not
  bench.run_until(sim::hours(12) + sim::minutes(3));
  EXPECT_EQ(bench.state().monitor.now.schema, 1);
  bench.run_until(sim::hours(13) + sim::minutes(3));
  EXPECT_EQ(bench.state().monitor.now.schema, 0);
}

TEST(Monitor, CodeDivergenceCountsTheJobsThatRunAnOlderBuild) {
  Bench bench{one_column()};
  bench.run_until(sim::hours(12));
  EXPECT_EQ(bench.state().monitor.now.code, 2);
  bench.run_until(sim::hours(16) + sim::minutes(44));
  EXPECT_EQ(bench.state().monitor.now.code, 1);  // Spark has it
  bench.run_until(sim::hours(17) + sim::minutes(11));
  EXPECT_EQ(bench.state().monitor.now.code, 0);
}

TEST(Monitor, TablesAheadOfTheSourceDivergeToo) {
  PipelineConfig c = one_column();
  c.changes[0].announced = true;
  c.control.steps = support::plan({StepKind::alter_cdc_table, StepKind::alter_base_table});
  Bench bench{c};
  bench.run_until(sim::hours(20));
  EXPECT_EQ(bench.state().monitor.now.schema, 1);  // the source is the one that lacks it
}

TEST(Monitor, AWidenedColumnDivergesUntilBothTablesAndBothBuildsHaveTheWiderType) {
  for (const auto& [from, to] : {std::pair{Type::int32, Type::int64}, std::pair{Type::decimal, Type::decimal}}) {
    PipelineConfig c = one_column();
    c.changes[0] = support::widened_column("amount", sim::hours(12));
    c.changes[0].from = from;
    c.changes[0].type = to;
    Bench bench{c};
    bench.run_until(sim::hours(11));
    EXPECT_EQ(bench.state().monitor.now, Divergence{});
    bench.run_until(sim::hours(12));
    EXPECT_EQ(bench.state().monitor.now.schema, 2);
    EXPECT_EQ(bench.state().monitor.now.code, 2);
    bench.run_to_horizon();
    EXPECT_EQ(bench.state().monitor.now, Divergence{});
    EXPECT_TRUE(support::violated(bench.model(), bench).empty());
  }
}

// ---- data

TEST(Monitor, ANullWhereTheSourceHasAValueDiverges) {
  PipelineConfig c = one_column();
  support::script(c, sim::hours(13), "a");
  support::script(c, sim::hours(13), "b").populated = false;
  Bench bench{c};
  bench.run_until(sim::hours(14));
  const Monitor& m = bench.state().monitor;
  EXPECT_EQ(m.diverged, 1U);  // b's column is null in the source too
  EXPECT_EQ(m.rows[scripted_key(0)], (Reasons{1} | kNullish));
  bench.run_to_horizon();
  EXPECT_EQ(m.diverged, 0U);
}

TEST(Monitor, OnlyRowsLastWrittenBetweenDdlAndCutOverDiverge) {  // 3.2: which rows diverge at all
  PipelineConfig c = one_column();
  support::script(c, sim::hours(11), "before");
  support::script(c, sim::hours(13), "between");
  support::script(c, sim::hours(13), "between and after");
  support::script(c, sim::hours(17) + sim::minutes(30), "between and after");
  support::script(c, sim::hours(17) + sim::minutes(30), "after");
  c.control.steps = canonical_plan();
  c.control.steps.pop_back();  // no backfill
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().monitor.diverged, 1U);
  EXPECT_NE(bench.state().monitor.rows[scripted_key(1)], 0);
}

TEST(Monitor, WithADefaultEveryOldRowDivergesFromTheDdlUntilTheBackfill) {
  PipelineConfig c = support::rollout();
  c.changes[0].has_default = true;
  Bench bench{c};
  bench.run_until(sim::hours(12) - sim::seconds(1));
  EXPECT_EQ(bench.state().monitor.now.data, 0);
  bench.run_until(sim::hours(12));
  const PipelineState& s = bench.state();
  const auto rows = std::count_if(s.base.rows.begin(), s.base.rows.end(), [](const BaseRow& r) { return r.exists; });
  EXPECT_EQ(s.monitor.diverged + 1, rows);  // each tracked key, and the block of those that nobody changes
  EXPECT_GE(s.monitor.now.data, c.source.rows);
  ASSERT_TRUE(bench.run_until([](const PipelineState& t) { return t.backfill.done == 1; }, sim::days(2)));
  EXPECT_EQ(s.monitor.now.data, 0);
  bench.run_to_horizon();
  EXPECT_EQ(s.monitor.now, Divergence{});
}

TEST(Monitor, AValueThatIsNotTheSourcesDivergesWithoutBeingNull) {
  PipelineConfig c = one_column();
  c.changes[0] = support::widened_column("amount", sim::hours(12));
  support::script(c, sim::hours(13), "a").wide = true;
  c.flink.on_overflow = FlinkConfig::Overflow::truncate;
  Bench bench{c};
  bench.run_until(sim::hours(14));
  const Reasons why = bench.state().monitor.rows[scripted_key(0)];
  EXPECT_EQ(why, Reasons{1} | kOtherValue);
  EXPECT_EQ(bench.model().monitor().null_rows(bench.state().monitor), 0);
}

TEST(Monitor, EachTrackedKeyCountsForItsWeight) {
  PipelineConfig c = support::rollout();
  Bench bench{c};
  bench.run_until(sim::hours(15));
  const Monitor& m = bench.state().monitor;
  ASSERT_GT(m.diverged, 0U);
  EXPECT_EQ(bench.model().monitor().diverged_rows(m), m.diverged * bench.model().source().weight());
}

TEST(Monitor, ADivergenceThatComesBackMovesTheEndOfConvergence) {  // "and stay so"
  PipelineConfig c = one_column();
  c.control.steps = canonical_plan();
  c.control.steps.push_back(support::step(StepKind::rollback_flink));
  c.control.steps.back().delay = sim::hours(5);
  Bench bench{c};
  bench.run_until(sim::hours(19));
  EXPECT_EQ(bench.state().monitor.open, 0);
  const sim::Instant agreed = bench.state().monitor.agreed[0];
  EXPECT_GT(agreed, support::at(sim::hours(17)));
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().monitor.open, 1);
  EXPECT_EQ(support::violated(bench.model(), bench), std::vector<std::string>{"converged"});
}

// ---- staleness

PipelineConfig stalled_from(sim::Duration when) {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::added_column("discount", sim::hours(1)));
  c.control.push_delay = sim::exactly(sim::days(30));
  support::script(c, when, "a");
  c.merge.every = sim::days(30);  // nobody merges
  return c;
}

TEST(Monitor, TheLagOfAHealthyPipelineIsNoDivergence) {
  PipelineConfig c = stalled_from(sim::hours(2));
  Bench bench{c};
  bench.run_until(sim::hours(2) + sim::minutes(75));  // a poll; the change is exactly as old as the objective allows
  EXPECT_EQ(bench.state().monitor.diverged, 0U);
  EXPECT_EQ(bench.state().monitor.stalest, sim::minutes(75));
}

TEST(Monitor, ARowIsStaleOnceItMissesAChangeForLongerThanTheObjective) {
  Bench bench{stalled_from(sim::hours(2))};
  bench.run_until(sim::hours(2) + sim::minutes(90));
  const Monitor& m = bench.state().monitor;
  EXPECT_EQ(m.rows[scripted_key(0)], kStale);
  EXPECT_EQ(m.diverged, 1U);
  EXPECT_EQ(m.worst_stale, bench.model().source().weight());
  EXPECT_EQ(m.stalest, sim::minutes(90));
  EXPECT_EQ(support::violated(bench.model(), bench).back(), "fresh");
}

TEST(Monitor, AStaleRowIsFreshAgainOnceItsChangeIsMerged) {
  Bench bench{stalled_from(sim::hours(2))};
  bench.run_until(sim::hours(4));
  ASSERT_NE(bench.state().monitor.rows[scripted_key(0)], 0);
  bench.handle({.what = What::merge_tick});
  bench.run_until(sim::hours(4) + sim::minutes(6));
  EXPECT_EQ(bench.state().monitor.rows[scripted_key(0)] & kStale, 0);
  EXPECT_EQ(bench.state().monitor.stalest, sim::minutes(126));  // but how old it got is remembered
}

TEST(Monitor, ARowWrittenFromAnOlderChangeThanBeforeIsCounted) {
  PipelineConfig c = stalled_from(sim::hours(2));
  support::script(c, sim::hours(2) + sim::minutes(1), "a");
  Bench bench{c};
  bench.run_until(sim::hours(3));
  bench.handle({.what = What::merge_tick});
  bench.run_until(sim::hours(3) + sim::minutes(6));
  EXPECT_EQ(bench.state().monitor.regressions, 0U);
  PipelineState& s = bench.state();
  s.ledger.rows.push_back(s.ledger.rows[0]);  // the first change once more, behind the second
  iceberg::commit(s.ledger.table, {}, bench.context().now(), 3);
  bench.handle({.what = What::merge_tick});
  bench.run_until(sim::hours(4));
  EXPECT_EQ(s.monitor.regressions, 1U);
  EXPECT_EQ(s.monitor.next_missing, 2U);
}

// ---- readers

TEST(Monitor, ReadersNameTheColumnOnceTheRolloutIsDone) {
  Bench bench{one_column()};
  bench.run_until(sim::hours(16));
  EXPECT_EQ(bench.state().monitor.adopted, 0);
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().monitor.adopted, 1);
}

TEST(Monitor, OrAsSoonAsTheTableHasItOrNever) {
  PipelineConfig c = one_column();
  c.readers.adopt = ReadersConfig::Adopt::table_altered;
  Bench eager{c};
  eager.run_until(sim::hours(13));
  EXPECT_EQ(eager.state().monitor.adopted, 1);
  c.readers.adopt = ReadersConfig::Adopt::never;
  Bench wary{c};
  wary.run_to_horizon();
  EXPECT_EQ(wary.state().monitor.adopted, 0);
}

TEST(Monitor, AQueryThatNamesAColumnTheTableDoesNotHaveFails) {
  Bench bench{one_column()};
  bench.run_until(sim::hours(20));
  ASSERT_EQ(bench.state().monitor.failed_reads, 0U);
  iceberg::Table& table = bench.state().base.table;
  table.schemas.back().columns.pop_back();
  bench.handle({.what = What::merge_tick});
  const iceberg::Table& ledger = bench.state().ledger.table;
  bench.model().monitor().layers(bench.state().monitor, bench.state().source, bench.state().ledger, bench.state().base,
                                 bench.state().flink.build, bench.state().merge.live);
  ASSERT_EQ(ledger.schemas.size(), 2U);
  bench.run_until(sim::hours(20) + sim::minutes(15));
  EXPECT_EQ(bench.state().monitor.failed_reads, 1U);
}

TEST(Monitor, TheMostNullsThatAReaderSawAreRemembered) {
  Bench bench{support::rollout()};
  bench.run_to_horizon();
  EXPECT_GT(bench.state().monitor.worst_nulls, 0);
  EXPECT_EQ(bench.model().monitor().null_rows(bench.state().monitor), 0);
}

}  // namespace
}  // namespace converge::models
