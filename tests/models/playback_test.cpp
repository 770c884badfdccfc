// A run to watch is the same run; its lanes and frames tell what the trace and the states say.
#include "models/playback.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/run.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/two_tables.hpp"

namespace converge::models {
namespace {

const sim::Lane& lane(const sim::Playback& p, std::string_view actor) {
  const auto found = std::find_if(p.lanes.begin(), p.lanes.end(), [&](const sim::Lane& l) { return l.actor == actor; });
  EXPECT_NE(found, p.lanes.end()) << actor;
  return *found;
}

std::size_t place(const Pipeline& model, std::string_view system, std::string_view name) {
  const std::vector<sim::Gauge> all = gauges(model);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const sim::Gauge& g) { return g.system == system && g.name == name; });
  EXPECT_NE(found, all.end()) << system << " " << name;
  return static_cast<std::size_t>(found - all.begin());
}

PipelineConfig one_column() {
  PipelineConfig config;
  config.changes = {{.name = "discount", .at = sim::hours(10)}};
  return config;
}

TEST(Playback, IsTheSameRun) {
  const Pipeline model{one_column()};
  sim::NominalChooser nominal{model.questions()};
  const models::Run plain = run(model, nominal, Recording::on);
  const sim::Playback watched = playback(model, {.label = "usual"});
  EXPECT_EQ(watched.run.trace_hash, plain.trace_hash);
  EXPECT_EQ(watched.run.events, plain.events);
  EXPECT_EQ(watched.run.sentence, judge(model, plain).sentence);
  EXPECT_FALSE(watched.run.story.empty());
}

TEST(Playback, LanesAreInOrderWithoutOverlapAndEndWithTheRun) {
  const Pipeline model{one_column()};
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const sim::Playback p = playback(model, {.label = "drawn", .elsewhere = {.seed = seed}});
    for (const sim::Lane& l : p.lanes) {
      EXPECT_LE(l.spans.size(), 400U) << l.actor;
      for (std::size_t i = 0; i < l.spans.size(); ++i) {
        EXPECT_LT(l.spans[i].from, l.spans[i].until) << l.actor;
        EXPECT_LE(l.spans[i].until, sim::Instant{} + model.config().horizon) << l.actor;
        if (i > 0) {
          EXPECT_LE(l.spans[i - 1].until, l.spans[i].from) << l.actor;
        }
      }
      EXPECT_TRUE(
          std::is_sorted(l.marks.begin(), l.marks.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
    }
  }
}

TEST(Playback, OverTwoTablesEachHasItsLanesAndFigures) {
  const Pipeline model{support::over_two_tables(one_column())};
  const sim::Playback p = playback(model, {.label = "usual"});
  for (const std::string& table : table_names(model.config().changes)) {
    EXPECT_FALSE(lane(p, "spark/merge(" + table + ")").spans.empty());
    EXPECT_FALSE(lane(p, "base-table(" + table + ")").spans.empty());
    const std::size_t schema = place(model, "CDC table (" + table + ")", "schema");
    EXPECT_EQ(p.frames.front().values[schema], 0);
    EXPECT_EQ(p.frames.back().values[schema], 1) << table;
  }
  EXPECT_FALSE(lane(p, "flink").spans.empty()) << "one job for both";
  sim::NominalChooser nominal{model.questions()};
  EXPECT_EQ(p.run.trace_hash, run(model, nominal, Recording::off).trace_hash);
}

TEST(Playback, FlinksLaneShowsItsDeploy) {
  const Pipeline model{one_column()};
  const sim::Lane flink = lane(playback(model, {.label = "usual"}), "flink");
  ASSERT_GE(flink.spans.size(), 4U);
  EXPECT_EQ(flink.spans[0].what, "build 0");
  EXPECT_EQ(flink.spans[1].what, "build 0 stops with a savepoint");
  EXPECT_EQ(flink.spans[1].kind, sim::Lane::Span::Kind::deploys);
  EXPECT_EQ(flink.spans[2].what, "build 1 starts");
  EXPECT_EQ(flink.spans[3].what, "build 1");
}

TEST(Playback, FramesAreFewAndHoldTheFirstAndTheLastState) {
  const Pipeline model{one_column()};
  const sim::Playback p = playback(model, {.label = "usual"});
  ASSERT_FALSE(p.frames.empty());
  EXPECT_LE(p.frames.size(), kFramesMost);
  EXPECT_TRUE(p.thinned);
  EXPECT_TRUE(
      std::is_sorted(p.frames.begin(), p.frames.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
  for (const sim::Frame& f : p.frames) EXPECT_EQ(f.values.size(), gauges(model).size());
  const std::size_t schema = place(model, "base table", "schema");
  const std::size_t null = place(model, "base table", "rows null");
  EXPECT_EQ(p.frames.front().values[schema], 0);
  EXPECT_EQ(p.frames.back().values[schema], 1);
  EXPECT_EQ(p.frames.back().values[null], p.run.nulls_at_end);
}

TEST(Playback, AFaultIsMarkedWhereItStruck) {
  PipelineConfig config = one_column();
  config.merge.failure_ppm = 100'000;
  const Pipeline model{config};
  const sim::Playback p = playback(model, {.label = "drawn", .elsewhere = {.seed = 1}});
  const sim::Lane& merge = lane(p, "spark/merge");
  const auto faults = std::count_if(merge.marks.begin(), merge.marks.end(), [](const auto& m) { return m.fault; });
  const auto struck =
      std::count_if(p.run.deviations.begin(), p.run.deviations.end(), [](const auto& d) { return d.fault; });
  EXPECT_GT(faults, 0);
  EXPECT_EQ(faults, struck);
}

TEST(Playback, GivesTheSameTwice) {
  const Pipeline model{one_column()};
  const Watch watch{.label = "drawn", .elsewhere = {.seed = 7}};
  const sim::Playback a = playback(model, watch);
  const sim::Playback b = playback(model, watch);
  ASSERT_EQ(a.frames.size(), b.frames.size());
  for (std::size_t i = 0; i < a.frames.size(); ++i) EXPECT_EQ(a.frames[i].values, b.frames[i].values);
}

}  // namespace
}  // namespace converge::models
