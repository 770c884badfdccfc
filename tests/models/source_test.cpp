// The source database: its log, its DDL, its workload.
#include "models/source.hpp"

#include <gtest/gtest.h>

#include <map>

#include "models/questions.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;

static_assert(sim::ListsEveryField<Source>);
static_assert(sim::ListsEveryField<Change>);

PipelineConfig one_key() {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::added_column("discount", sim::hours(12)));
  support::script(c, sim::hours(11), "a");
  support::script(c, sim::hours(13), "a");
  support::script(c, sim::hours(14), "a").populated = false;
  return c;
}

TEST(Source, EachChangeGetsTheNextPosition) {
  PipelineConfig c = support::rollout();
  Bench bench{c};
  bench.run_until(sim::days(1));
  const Source& s = bench.state().source;
  ASSERT_GT(s.log.size(), 300U);
  std::map<Key, Lsn> last;
  for (Lsn lsn = 1; lsn <= s.log.size(); ++lsn) last[s.log[lsn - 1].key] = lsn;
  for (const auto& [key, lsn] : last) EXPECT_EQ(s.keys[key].last, lsn);
}

TEST(Source, ADdlRewritesNoRowAndMakesNoRowEvent) {  // kafka-flink-cdc.md 8, row 1
  Bench bench{one_key()};
  bench.run_until(sim::hours(12) - sim::microseconds(1));
  const Source before = bench.state().source;
  bench.run_until(sim::hours(12));
  const Source& s = bench.state().source;
  EXPECT_EQ(s.log, before.log);
  EXPECT_EQ(s.keys, before.keys);
  EXPECT_EQ(s.executed, 1);
  EXPECT_EQ(s.ddl_position[0], 1U);
}

TEST(Source, AChangeIsWrittenUnderTheSchemaOfItsInstant) {
  Bench bench{one_key()};
  bench.run_until(sim::hours(15));
  const auto& log = bench.state().source.log;
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].schema, 0);
  EXPECT_EQ(log[0].present, bit(0));
  EXPECT_EQ(log[1].schema, 1);
  EXPECT_EQ(log[1].present, bit(0) | bit(1));
  EXPECT_EQ(log[2].present, bit(0));  // the application left the new column null
}

TEST(Source, TheTruthAboutANewColumnIsNullBeforeTheDdlAndTheWrittenValueAfter) {
  Bench bench{one_key()};
  bench.run_until(sim::hours(15));
  const SourceModel& model = bench.model().source();
  const Source& s = bench.state().source;
  EXPECT_EQ(model.truth(s, 1, 1), kNull);
  EXPECT_EQ(model.truth(s, 2, 1), value_of(2));
  EXPECT_EQ(model.truth(s, 3, 1), kNull);
  EXPECT_EQ(model.truth(s, 1, 0), value_of(1));
}

TEST(Source, WithADefaultTheTruthAboutOldRowsMovesAtTheDdl) {
  PipelineConfig c = one_key();
  c.changes[0].has_default = true;
  Bench bench{c};
  const SourceModel& model = bench.model().source();
  bench.run_until(sim::hours(12) - sim::seconds(1));
  EXPECT_EQ(model.truth(bench.state().source, 1, 1), kNull);
  bench.run_until(sim::hours(12));
  EXPECT_EQ(model.truth(bench.state().source, 1, 1), kDefault);
  EXPECT_EQ(model.truth(bench.state().source, 0, 1), kDefault);  // rows that were there before the run too
}

TEST(Source, AnAnnouncedChangeWaitsForItsStepInThePlan) {
  PipelineConfig c = one_key();
  c.changes[0].announced = true;
  Bench bench{c};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().source.executed, 0);
}

TEST(Source, WideValuesComeOnlyAfterTheDdlAndNeverInADelete) {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::widened_column("amount", sim::hours(12)));
  support::script(c, sim::hours(11), "a").wide = true;
  support::script(c, sim::hours(13), "a").wide = true;
  support::script(c, sim::hours(14), "a", Op::remove).wide = true;
  Bench bench{c};
  bench.run_until(sim::hours(15));
  const auto& log = bench.state().source.log;
  EXPECT_EQ(log[0].wide, 0);
  EXPECT_EQ(log[1].wide, bit(1));
  EXPECT_EQ(log[2].wide, 0);
}

TEST(Source, AScriptedKeyThatBeginsWithAnInsertIsNotThereBefore) {
  PipelineConfig c = support::quiet();
  support::script(c, sim::hours(1), "new", Op::insert);
  support::script(c, sim::hours(2), "old", Op::update);
  Bench bench{c};
  const PipelineState& s = bench.state();
  EXPECT_FALSE(s.source.keys[support::scripted_key(0)].was_there);
  EXPECT_TRUE(s.source.keys[support::scripted_key(1)].was_there);
  EXPECT_FALSE(s.base.rows[support::scripted_key(0)].exists);
  EXPECT_TRUE(s.base.rows[support::scripted_key(1)].exists);
}

TEST(Source, ScriptedChangesHappenInTheOrderOfTimeHoweverTheyAreWritten) {
  PipelineConfig c = support::quiet();
  support::script(c, sim::hours(2), "b");
  support::script(c, sim::hours(1), "a");
  Bench bench{c};
  bench.run_until(sim::hours(3));
  EXPECT_EQ(bench.state().source.log[0].at, at(sim::hours(1)));
  EXPECT_EQ(bench.state().source.log[1].at, at(sim::hours(2)));
}

TEST(Source, ADeletedKeyComesBackOnlyAsAnInsert) {
  PipelineConfig c = support::rollout();
  c.source.deletes_ppm = 300'000;
  Bench bench{c};
  bench.run_until(sim::days(1));
  std::map<Key, bool> exists;
  int back = 0;
  for (const Change& change : bench.state().source.log) {
    const auto known = exists.find(change.key);
    if (known != exists.end() && !known->second) {
      EXPECT_EQ(change.op, Op::insert);
      ++back;
    }
    exists[change.key] = change.op != Op::remove;
  }
  EXPECT_GT(back, 0);
}

TEST(Source, SharesOfOperationsAreThoseOfTheConfiguration) {
  PipelineConfig c = support::quiet();
  c.horizon = sim::days(20);
  c.source = {};
  c.source.tracked_changes_per_hour = 60;
  Bench bench{c};
  bench.run_until(sim::days(20));
  const auto& log = bench.state().source.log;
  std::int64_t inserts = 0;
  for (const Change& change : log) inserts += change.op == Op::insert ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(log.size()), 20.0 * 24 * 60, 1000);  // the mean rate
  EXPECT_NEAR(static_cast<double>(inserts), static_cast<double>(log.size()) * 0.2,
              700);  // and deleted keys that come back
}

TEST(Source, TheBusiestHourIsAsBusyAsConfigured) {
  PipelineConfig c = support::quiet();
  c.source = {};
  c.source.tracked_changes_per_hour = 60;
  c.source.daily_peak_permille = 2'500;
  Bench bench{c};
  bench.run_until(sim::days(10));
  std::map<std::int64_t, int> by_hour;
  for (const Change& change : bench.state().source.log) ++by_hour[change.at.us / sim::hours(1).us % 24];
  int busiest = 0;
  for (const auto& [hour, changes] : by_hour) busiest = std::max(busiest, changes);
  EXPECT_NEAR(busiest, 10 * 60 * 2.5, 150);
  EXPECT_TRUE(by_hour[19] == busiest || by_hour[20] == busiest);
}

TEST(Source, ATrackedKeyStandsForAsManyRowsAsChangeForEachTrackedChange) {
  PipelineConfig c = support::quiet();
  c.source.rows = 1'000'000'000;
  c.source.changed_per_day_ppm = 24'000;  // 24 million rows a day
  c.source.tracked_changes_per_hour = 10;
  EXPECT_EQ((SourceModel{c.source, {}}).weight(), 100'000);
}

TEST(Source, ThePositionOfAnInstantIsThatOfTheNewestChangeNoYoungerThanIt) {
  Bench bench{one_key()};
  bench.run_until(sim::hours(15));
  const SourceModel& model = bench.model().source();
  const Source& s = bench.state().source;
  EXPECT_EQ(model.position_at(s, at(sim::hours(10))), 0U);
  EXPECT_EQ(model.position_at(s, at(sim::hours(11))), 1U);
  EXPECT_EQ(model.position_at(s, at(sim::hours(12))), 1U);
  EXPECT_EQ(model.position_at(s, at(sim::hours(30))), 3U);
}

}  // namespace
}  // namespace converge::models
