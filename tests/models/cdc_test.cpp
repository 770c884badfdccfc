// The connector: order, lag, duplicates after a crash; docs/facts/kafka-flink-cdc.md 2 and 5.
#include "models/cdc.hpp"

#include <gtest/gtest.h>

#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::at;
using support::Bench;
using support::deviation;

static_assert(sim::ListsEveryField<Cdc>);

// Ten changes, one each 15 s: the connector stores its position once a minute.
PipelineConfig ten_changes() {
  PipelineConfig c = support::quiet();
  for (int i = 0; i < 10; ++i) support::script(c, sim::minutes(10) + sim::seconds(15 * i), "key " + std::to_string(i));
  return c;
}

std::vector<Lsn> positions(const Topic& topic) {
  std::vector<Lsn> all;
  for (const TopicRecord& r : topic.records) all.push_back(r.lsn);
  return all;
}

TEST(Cdc, HandsTheLogToTheTopicInOrder) {
  Bench bench{ten_changes()};
  bench.run_until(sim::minutes(20));
  EXPECT_EQ(positions(bench.state().topic), (std::vector<Lsn>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(bench.state().topic.records[0].at, at(sim::minutes(10) + sim::seconds(1)));
}

TEST(Cdc, KeepsTheOrderWhenTheLagVaries) {
  Bench bench{ten_changes(), {deviation(Q::cdc_lag, 2, sim::seconds(50))}};
  bench.run_until(sim::minutes(20));
  const Topic& topic = bench.state().topic;
  EXPECT_EQ(positions(topic), (std::vector<Lsn>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(topic.records[2].at, at(sim::minutes(10) + sim::seconds(80)));
  EXPECT_EQ(topic.records[3].at, topic.records[2].at);  // what came behind it could not overtake it
}

TEST(Cdc, AfterACrashExactlyWhatFollowsTheStoredPositionComesAgainInOrder) {
  // It dies behind change 7 (11:31), and has stored position 4 at 11:00.
  Bench bench{ten_changes(), {deviation(Q::cdc_crash, 6, 1)}};
  bench.run_until(sim::minutes(12));
  EXPECT_EQ(bench.state().cdc.phase, Cdc::Phase::down);
  EXPECT_EQ(bench.state().cdc.flushed, 4U);
  bench.run_until(sim::minutes(30));
  EXPECT_EQ(bench.when(Told::cdc_recovered), sim::minutes(16) + sim::seconds(31));  // five minutes unassigned (2)
  EXPECT_EQ(positions(bench.state().topic), (std::vector<Lsn>{1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 8, 9, 10}));
}

TEST(Cdc, WhatHappensWhileItIsDownIsReadAfterwards) {
  Bench bench{ten_changes(), {deviation(Q::cdc_crash, 0, 1)}};
  bench.run_until(sim::minutes(14));
  EXPECT_EQ(bench.state().topic.records.size(), 1U);
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().cdc.position, 10U);
  EXPECT_TRUE(support::violated(bench.model(), bench).empty());  // duplicates are harmless to the merge
}

// At a change that was handed over before it is not asked again, or a long backlog would never be through.
TEST(Cdc, ACrashBehindTheReplayStartsTheReplayAgain) {
  Bench bench{ten_changes(), {deviation(Q::cdc_crash, 6, 1), deviation(Q::cdc_crash, 7, 1)}};
  bench.run_until(sim::minutes(40));
  EXPECT_EQ(positions(bench.state().topic), (std::vector<Lsn>{1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 8, 5, 6, 7, 8, 9, 10}));
}

TEST(Cdc, APositionThatTheLogNoLongerHasFailsItForGood) {  // 5.1: saved position no longer on the server
  PipelineConfig c = ten_changes();
  c.horizon = sim::days(3);
  c.source.log_retention = sim::hours(24);
  Bench bench{c, {deviation(Q::cdc_crash, 6, 1), deviation(Q::cdc_failover, 0, sim::hours(25))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().cdc.phase, Cdc::Phase::failed);
  EXPECT_EQ(bench.times(Told::cdc_failed), 1U);
  EXPECT_EQ(bench.state().topic.records.size(), 7U);
  EXPECT_EQ(support::violated(bench.model(), bench),
            std::vector<std::string>{"fresh"});  // stuck, and nothing else tells
}

TEST(Cdc, ALongOutageWithinTheLogsRetentionLosesNothing) {
  PipelineConfig c = ten_changes();
  c.source.log_retention = sim::hours(24);
  Bench bench{c, {deviation(Q::cdc_crash, 6, 1), deviation(Q::cdc_failover, 0, sim::hours(23))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().cdc.position, 10U);
}

TEST(Cdc, WithNothingUnreadAnOldPositionDoesNoHarm) {
  PipelineConfig c = ten_changes();
  c.horizon = sim::days(4);
  c.source.log_retention = sim::hours(24);
  support::script(c, sim::days(1), "late");  // stores the position of all before it
  Bench bench{c, {deviation(Q::cdc_crash, 10, 1), deviation(Q::cdc_failover, 0, sim::hours(23))}};
  bench.run_to_horizon();
  EXPECT_EQ(bench.state().cdc.phase, Cdc::Phase::running);
  EXPECT_EQ(bench.state().cdc.position, 11U);
}

}  // namespace
}  // namespace converge::models
